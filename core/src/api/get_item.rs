//! [GetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html): reads one item.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, LegacyGet, ReturnConsumedCapacity};
use crate::expression::DocumentPath;
use crate::item::Item;
use crate::key::Key;

/// What GetItem is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetItemInput {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: bool,
    /// The attributes to return; all where this is empty.
    pub projection_expression: Vec<DocumentPath>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyGet>>,
}

/// What GetItem answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetItemOutput {
    /// The item, where it exists.
    pub item: Option<Item>,
    /// The cost, where it was asked for.
    pub consumed_capacity: Option<ConsumedCapacity>,
}
