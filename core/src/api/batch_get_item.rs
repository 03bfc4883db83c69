//! [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html): reads up to 100
//! items of any tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, LegacyGet, ReturnConsumedCapacity};
use crate::expression::DocumentPath;
use crate::item::Items;
use crate::key::Key;

/// What BatchGetItem is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetItemInput {
    /// What to read of each table.
    pub request_items: BTreeMap<String, KeysAndAttributes>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
}

/// What to read of one table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeysAndAttributes {
    /// The keys, each once.
    pub keys: Vec<Key>,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: bool,
    /// The attributes to return; all where this is empty.
    pub projection_expression: Vec<DocumentPath>,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyGet>>,
}

/// What BatchGetItem answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetItemOutput {
    /// The items that exist, of each table in no particular order.
    pub responses: BTreeMap<String, Items>,
    /// The keys that were not read, in the form in which they can be asked for again.
    pub unprocessed_keys: BTreeMap<String, KeysAndAttributes>,
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
}
