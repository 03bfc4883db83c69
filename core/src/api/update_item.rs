//! [UpdateItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html): changes attributes
//! of one item, which is created where it does not exist.

use serde::{Deserialize, Serialize};

use super::{
    ConsumedCapacity, ItemCollectionMetrics, LegacyUpdate, ReturnConsumedCapacity,
    ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
};
use crate::expression::{Condition, UpdateExpression};
use crate::item::Item;
use crate::key::Key;

/// What UpdateItem is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateItemInput {
    /// The table.
    pub table_name: String,
    /// The item's key.
    pub key: Key,
    /// The changes; an update without any only creates the item.
    pub update_expression: UpdateExpression,
    /// What must hold of the item that is there.
    pub condition_expression: Option<Condition>,
    /// Which attributes to return.
    pub return_values: ReturnValues,
    /// What to return where the condition fails.
    pub return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// What to tell of item collections.
    pub return_item_collection_metrics: ReturnItemCollectionMetrics,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyUpdate>>,
}

/// What UpdateItem answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateItemOutput {
    /// The attributes that were asked for.
    pub attributes: Option<Item>,
    /// The cost, where it was asked for.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// The item collection that was changed, where it was asked for and the table has local indexes.
    pub item_collection_metrics: Option<Box<ItemCollectionMetrics>>,
}
