//! [TransactGetItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html): reads
//! up to 100 items as they were at one time.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, ReturnConsumedCapacity};
use crate::expression::DocumentPath;
use crate::item::Item;
use crate::key::Key;

/// What TransactGetItems is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactGetItemsInput {
    /// The reads.
    pub transact_items: Vec<TransactGetItem>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
}

/// One read of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactGetItem {
    /// The read.
    pub get: TransactGet,
}

/// What one read of a transaction is asked (`Get`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactGet {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// The attributes to return; all where this is empty.
    pub projection_expression: Vec<DocumentPath>,
}

/// What TransactGetItems answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactGetItemsOutput {
    /// An answer to each read, in their order.
    pub responses: Vec<ItemResponse>,
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
}

/// The answer to one read of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ItemResponse {
    /// The item, where it exists.
    pub item: Option<Item>,
}
