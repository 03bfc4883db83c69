//! What the service tells of a table.
//!
//! See [TableDescription](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ProvisionedThroughput;
use crate::key::KeyShape;

/// The state of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum TableStatus {
    /// Being created; not usable yet.
    Creating,
    /// Usable.
    Active,
    /// Being changed; usable.
    Updating,
    /// Being deleted; not usable any more.
    Deleting,
    /// A state that this version of the library does not know.
    Other(String),
}

impl TableStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for TableStatus {
    fn from(name: String) -> Self {
        match name.as_str() {
            "CREATING" => Self::Creating,
            "ACTIVE" => Self::Active,
            "UPDATING" => Self::Updating,
            "DELETING" => Self::Deleting,
            _ => Self::Other(name),
        }
    }
}

impl From<TableStatus> for String {
    fn from(status: TableStatus) -> Self {
        status.name().to_owned()
    }
}

impl fmt::Display for TableStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A table as the service describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableDescription {
    /// The table's name in the service.
    pub table_name: String,
    /// Its state.
    pub table_status: TableStatus,
    /// `KeySchema` and the `AttributeDefinitions` of its attributes; not told of a table that is being deleted.
    pub keys: Option<KeyShape>,
    /// The provisioned throughput; `None` for a table that is billed on demand.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// When the table was created, in seconds since the Unix epoch.
    pub creation_date_time: Option<f64>,
    /// The number of items, brought up to date about every six hours by the service.
    pub item_count: u64,
    /// The size of the items in bytes, brought up to date about every six hours by the service.
    pub table_size_bytes: u64,
    /// The table's Amazon resource name.
    pub table_arn: Option<String>,
    /// The table's unique id.
    pub table_id: Option<String>,
}
