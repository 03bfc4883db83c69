//! [DeleteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html): deletes one item.

use serde::{Deserialize, Serialize};

use super::{
    ConsumedCapacity, ItemCollectionMetrics, LegacyWrite, ReturnConsumedCapacity,
    ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
};
use crate::expression::Condition;
use crate::item::Item;
use crate::key::Key;

/// What DeleteItem is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteItemInput {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// What must hold of the item that is there.
    pub condition_expression: Option<Condition>,
    /// Which old attributes to return: none or all.
    pub return_values: ReturnValues,
    /// What to return where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// What to tell of item collections.
    pub return_item_collection_metrics: ReturnItemCollectionMetrics,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyWrite>>,
}

/// What DeleteItem answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteItemOutput {
    /// The attributes that were asked for, where the item existed.
    pub attributes: Option<Item>,
    /// The cost, where it was asked for.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// The item collection that was changed, where it was asked for and the table has local indexes.
    pub item_collection_metrics: Option<Box<ItemCollectionMetrics>>,
}
