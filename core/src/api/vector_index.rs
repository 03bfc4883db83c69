//! Indexes by the distance between vectors.

use serde::{Deserialize, Serialize};

use super::index::{IndexStatus, Projection};
use super::names::names;

names! {
    /// How the distance between two vectors is measured.
    VectorDistanceFunction {
        /// By their angle.
        Cosine = "COSINE",
        /// By their product.
        DotProduct = "DOT_PRODUCT",
        /// By the straight line between them.
        Euclidean = "EUCLIDEAN",
    }
}

names! {
    /// The part that an attribute has in a search.
    SearchSchemaElementType {
        /// Each of its values is searched apart.
        Hash = "HASH",
        /// What is found can be filtered by it.
        InlineFilter = "INLINE_FILTER",
    }
}

/// An attribute that a search is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SearchSchemaElement {
    /// The attribute.
    pub attribute_name: String,
    /// Its part.
    pub search_schema_element_type: SearchSchemaElementType,
}

/// The attribute that holds an item's vector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VectorAttributeDefinition {
    /// The attribute.
    pub attribute_name: String,
}

/// A vector index to be created (`VectorIndex`, `CreateVectorIndexAction`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VectorIndex {
    /// Its name.
    pub index_name: String,
    /// The attribute that holds an item's vector.
    pub vector_attribute: VectorAttributeDefinition,
    /// The attributes that a search is narrowed by.
    pub search_schema: Vec<SearchSchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
    /// The length of the vectors.
    pub dimensions: u64,
    /// How their distance is measured.
    pub distance_function: VectorDistanceFunction,
}

/// A vector index as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VectorIndexDescription {
    /// Its name.
    pub index_name: String,
    /// The attributes that a search is narrowed by.
    pub search_schema: Vec<SearchSchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
    /// The attribute that holds an item's vector.
    pub vector_attribute: VectorAttributeDefinition,
    /// The length of the vectors.
    pub dimensions: u64,
    /// How their distance is measured.
    pub distance_function: VectorDistanceFunction,
    /// Its state.
    pub index_status: IndexStatus,
    /// Whether it is being filled with the items that the table had.
    pub backfilling: Option<bool>,
    /// Its size in bytes.
    pub index_size_bytes: u64,
    /// The number of its items.
    pub item_count: u64,
    /// Its Amazon resource name.
    pub index_arn: Option<String>,
}

/// A change of a table's vector indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VectorIndexUpdate {
    /// Adds one.
    Create(VectorIndex),
    /// Deletes one.
    Delete(DeleteVectorIndexAction),
}

/// A vector index to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeleteVectorIndexAction {
    /// Its name.
    pub index_name: String,
}
