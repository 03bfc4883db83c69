//! DynamoDB's API actions as values: one file an action, names and members spelled as in the API.
//!
//! Inputs hold keys, items and expressions as values; table names are those of the service (a `Db` has mapped them).
//! An input is named `..Input` and an answer `..Output`, so that they keep clear of the operations `Query`, `Scan`, ...
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

mod batch_get_item;
mod batch_write_item;
mod capacity;
mod create_table;
mod delete_item;
mod delete_table;
mod describe_table;
mod get_item;
mod put_item;
mod query;
mod scan;
mod table_description;
mod transact_write_items;
mod update_item;

use serde::{Deserialize, Serialize};

pub use batch_get_item::{BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};
pub use batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};
pub use capacity::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};
pub use create_table::{CreateTableInput, CreateTableOutput, ProvisionedThroughput};
pub use delete_item::{DeleteItemInput, DeleteItemOutput};
pub use delete_table::{DeleteTableInput, DeleteTableOutput};
pub use describe_table::{DescribeTableInput, DescribeTableOutput};
pub use get_item::{GetItemInput, GetItemOutput};
pub use put_item::{PutItemInput, PutItemOutput};
pub use query::{QueryInput, QueryOutput};
pub use scan::{ScanInput, ScanOutput};
pub use table_description::{TableDescription, TableStatus};
pub use transact_write_items::{
    ConditionCheck, TransactDelete, TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsInput,
    TransactWriteItemsOutput,
};
pub use update_item::{UpdateItemInput, UpdateItemOutput};

/// Which attributes a write returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnValues {
    /// None.
    #[default]
    None,
    /// All, as they were before.
    AllOld,
    /// Those that an update changed, as they were before.
    UpdatedOld,
    /// All, as they are after an update.
    AllNew,
    /// Those that an update changed, as they are after.
    UpdatedNew,
}

impl ReturnValues {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::AllOld => "ALL_OLD",
            Self::UpdatedOld => "UPDATED_OLD",
            Self::AllNew => "ALL_NEW",
            Self::UpdatedNew => "UPDATED_NEW",
        }
    }
}

/// Whether a write whose condition failed returns the item that failed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnValuesOnConditionCheckFailure {
    /// No.
    #[default]
    None,
    /// All its attributes.
    AllOld,
}
