//! [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html): up
//! to 100 writes and checks of different items, all or none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ConsumedCapacity, ItemCollectionMetrics, ReturnConsumedCapacity, ReturnItemCollectionMetrics,
    ReturnValuesOnConditionCheckFailure,
};
use crate::expression::{Condition, UpdateExpression};
use crate::item::Item;
use crate::key::Key;

/// What TransactWriteItems is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactWriteItemsInput {
    /// The writes and checks, each of another item.
    pub transact_items: Vec<TransactWriteItem>,
    /// Makes the call idempotent for ten minutes; at most 36 characters.
    pub client_request_token: Option<String>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// What to tell of item collections.
    pub return_item_collection_metrics: ReturnItemCollectionMetrics,
}

/// One action of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TransactWriteItem {
    /// Checks an item without writing it.
    ConditionCheck(ConditionCheck),
    /// Writes an item.
    Put(TransactPut),
    /// Deletes an item.
    Delete(TransactDelete),
    /// Changes an item.
    Update(TransactUpdate),
}

impl TransactWriteItem {
    /// The table of the item that is checked or written.
    #[must_use]
    pub fn table_name(&self) -> &str {
        match self {
            Self::ConditionCheck(check) => &check.table_name,
            Self::Put(put) => &put.table_name,
            Self::Delete(delete) => &delete.table_name,
            Self::Update(update) => &update.table_name,
        }
    }

    /// The same, to be changed.
    pub fn table_name_mut(&mut self) -> &mut String {
        match self {
            Self::ConditionCheck(check) => &mut check.table_name,
            Self::Put(put) => &mut put.table_name,
            Self::Delete(delete) => &mut delete.table_name,
            Self::Update(update) => &mut update.table_name,
        }
    }
}

/// A check of an item that is not written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConditionCheck {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// What must hold.
    pub condition_expression: Condition,
    /// What the reason holds where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
}

/// A put within a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactPut {
    /// The table.
    pub table_name: String,
    /// The item.
    pub item: Item,
    /// What must hold of the item that is there.
    pub condition_expression: Option<Condition>,
    /// What the reason holds where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
}

/// A delete within a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactDelete {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// What must hold of the item that is there.
    pub condition_expression: Option<Condition>,
    /// What the reason holds where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
}

/// An update within a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactUpdate {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// The changes.
    pub update_expression: UpdateExpression,
    /// What must hold of the item that is there.
    pub condition_expression: Option<Condition>,
    /// What the reason holds where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
}

/// What TransactWriteItems answers. Why a transaction was cancelled stands in
/// [`Rejection::cancellation_reasons`](crate::Rejection::cancellation_reasons).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransactWriteItemsOutput {
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
    /// The item collections that were changed in each table, where it was asked for and it has local indexes.
    pub item_collection_metrics: BTreeMap<String, Vec<ItemCollectionMetrics>>,
}
