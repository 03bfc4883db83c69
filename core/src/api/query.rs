//! [Query](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html): reads a page of the items of
//! one hash key, in the order of their range keys.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, LegacyQuery, ReturnConsumedCapacity, Select};
use crate::expression::{Condition, DocumentPath, KeyCondition};
use crate::item::{Item, Items};

/// What Query is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryInput {
    /// The table.
    pub table_name: String,
    /// The index of the table that is read; the table itself where this is absent.
    pub index_name: Option<String>,
    /// Which items to read.
    pub key_condition_expression: KeyCondition,
    /// Which of them to return.
    pub filter_expression: Option<Condition>,
    /// The attributes to return; all where this is empty.
    pub projection_expression: Vec<DocumentPath>,
    /// Whether to return attributes, or the number of items only.
    pub select: Option<Select>,
    /// Whether the smallest range key comes first.
    pub scan_index_forward: bool,
    /// The most items to read for this page, before the filter.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub exclusive_start_key: Option<Item>,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: bool,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyQuery>>,
}

impl Default for QueryInput {
    /// The smallest range key comes first, as in the service.
    fn default() -> Self {
        Self {
            table_name: String::new(),
            index_name: None,
            key_condition_expression: KeyCondition::default(),
            filter_expression: None,
            projection_expression: Vec::new(),
            select: None,
            scan_index_forward: true,
            limit: None,
            exclusive_start_key: None,
            consistent_read: false,
            return_consumed_capacity: ReturnConsumedCapacity::None,
            legacy: None,
        }
    }
}

/// What Query answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryOutput {
    /// The items, in order.
    pub items: Items,
    /// The number of items.
    pub count: u32,
    /// The number of items before the filter.
    pub scanned_count: u32,
    /// Where the page ended, where more may follow.
    pub last_evaluated_key: Option<Item>,
    /// The cost, where it was asked for.
    pub consumed_capacity: Option<ConsumedCapacity>,
}
