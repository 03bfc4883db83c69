//! [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html): creates a table,
//! which becomes active a while later.

use serde::{Deserialize, Serialize};

use super::TableDescription;
use crate::key::KeyShape;

/// What CreateTable is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTableInput {
    /// The table.
    pub table_name: String,
    /// `KeySchema` and the `AttributeDefinitions` of its attributes.
    pub keys: KeyShape,
    /// The provisioned throughput; a table without it is billed on demand (`PAY_PER_REQUEST`).
    pub provisioned_throughput: Option<ProvisionedThroughput>,
}

/// The capacity of a table or index, in units a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvisionedThroughput {
    /// Reads of up to 4 KB a second.
    pub read_capacity_units: u64,
    /// Writes of up to 1 KB a second.
    pub write_capacity_units: u64,
}

/// What CreateTable answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTableOutput {
    /// The table as it is being created.
    pub table_description: TableDescription,
}
