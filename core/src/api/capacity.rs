//! What a call cost.
//!
//! See [ConsumedCapacity](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How much an answer tells of the capacity that the call consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnConsumedCapacity {
    /// Nothing.
    #[default]
    None,
    /// The total of each table.
    Total,
    /// The total of each table, and what the table and each index took of it.
    Indexes,
}

impl ReturnConsumedCapacity {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Total => "TOTAL",
            Self::Indexes => "INDEXES",
        }
    }
}

/// The capacity that a call consumed on one table, in capacity units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConsumedCapacity {
    /// The table.
    pub table_name: String,
    /// All units.
    pub capacity_units: f64,
    /// Read units, told in transactions only.
    pub read_capacity_units: Option<f64>,
    /// Write units, told in transactions only.
    pub write_capacity_units: Option<f64>,
    /// The part of the table itself.
    pub table: Option<Capacity>,
    /// The part of each local index.
    pub local_secondary_indexes: BTreeMap<String, Capacity>,
    /// The part of each global index.
    pub global_secondary_indexes: BTreeMap<String, Capacity>,
    /// The part of each vector index.
    pub vector_indexes: BTreeMap<String, VectorCapacity>,
}

/// What a vector index took of a call, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VectorCapacity {
    /// Read in searches.
    pub vector_search_request_bytes: Option<f64>,
    /// Written.
    pub vector_write_request_bytes: Option<f64>,
}

/// The capacity that a table or index took of a call, in capacity units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Capacity {
    /// All units.
    pub capacity_units: f64,
    /// Read units, told in transactions only.
    pub read_capacity_units: Option<f64>,
    /// Write units, told in transactions only.
    pub write_capacity_units: Option<f64>,
}
