//! [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html): reads a page of all items.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, LegacyScan, ReturnConsumedCapacity, Select};
use crate::expression::{Condition, DocumentPath};
use crate::item::{Item, Items};

/// What Scan is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScanInput {
    /// The table.
    pub table_name: String,
    /// The index of the table that is read; the table itself where this is absent.
    pub index_name: Option<String>,
    /// Which items to return.
    pub filter_expression: Option<Condition>,
    /// The attributes to return; all where this is empty.
    pub projection_expression: Vec<DocumentPath>,
    /// Whether to return attributes, or the number of items only.
    pub select: Option<Select>,
    /// The most items to read for this page, before the filter.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub exclusive_start_key: Option<Item>,
    /// Which of `total_segments` parts of the table to read, from 0.
    pub segment: Option<u32>,
    /// How many parts the table is read in.
    pub total_segments: Option<u32>,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: bool,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// The members from before there were expressions.
    pub legacy: Option<Box<LegacyScan>>,
}

/// What Scan answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScanOutput {
    /// The items.
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
