//! The items that share a hash key, in a table with local indexes.
//!
//! See [ItemCollectionMetrics](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html).

use serde::{Deserialize, Serialize};

use crate::item::Item;

/// Whether a write tells of the item collections that it changed, in tables with local indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnItemCollectionMetrics {
    /// No.
    #[default]
    None,
    /// How large they are.
    Size,
}

/// An item collection that a write changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ItemCollectionMetrics {
    /// The hash key that its items share, as an item of one attribute.
    pub item_collection_key: Option<Item>,
    /// Bounds of its size, in GB: two numbers.
    #[serde(rename = "SizeEstimateRangeGB")]
    pub size_estimate_range_gb: Vec<f64>,
}
