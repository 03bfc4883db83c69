//! [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html): up to 25
//! unconditional puts and deletes in any tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, ItemCollectionMetrics, ReturnConsumedCapacity, ReturnItemCollectionMetrics};
use crate::item::Item;
use crate::key::Key;

/// What BatchWriteItem is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchWriteItemInput {
    /// What to write to each table.
    pub request_items: BTreeMap<String, Vec<WriteRequest>>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// What to tell of item collections.
    pub return_item_collection_metrics: ReturnItemCollectionMetrics,
}

/// One write of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WriteRequest {
    /// Writes an item, replacing any with the same key.
    PutRequest {
        /// The item.
        #[serde(rename = "Item")]
        item: Item,
    },
    /// Deletes an item.
    DeleteRequest {
        /// The item's key.
        #[serde(rename = "Key")]
        key: Key,
    },
}

/// What BatchWriteItem answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchWriteItemOutput {
    /// The writes that were not applied.
    pub unprocessed_items: BTreeMap<String, Vec<WriteRequest>>,
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
    /// The item collections that were changed in each table, where it was asked for and it has local indexes.
    pub item_collection_metrics: BTreeMap<String, Vec<ItemCollectionMetrics>>,
}
