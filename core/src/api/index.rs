//! Key schemas and secondary indexes.
//!
//! A schema lists attributes with their roles; their types stand apart in the table's attribute definitions, which its
//! indexes share. A [`KeyShape`] joins the two for a table's own key.
//!
//! See [Secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html).

use serde::{Deserialize, Serialize};

use super::names::names;
use super::throughput::{
    OnDemandThroughput, ProvisionedThroughput, ProvisionedThroughputDescription, WarmThroughput,
};
use crate::key::{KeyAttribute, KeyShape, ScalarType};

/// The type of an attribute that is a key of the table or of one of its indexes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeDefinition {
    /// The attribute.
    pub attribute_name: String,
    /// Its type.
    pub attribute_type: ScalarType,
}

impl AttributeDefinition {
    /// The definitions of a table's key attributes.
    #[must_use]
    pub fn of(keys: &KeyShape) -> Vec<Self> {
        keys.attributes().map(Self::from).collect()
    }
}

impl From<&KeyAttribute> for AttributeDefinition {
    fn from(attribute: &KeyAttribute) -> Self {
        Self { attribute_name: attribute.name.clone().into_owned(), attribute_type: attribute.kind }
    }
}

/// The part that an attribute has in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyType {
    /// Partition key.
    Hash,
    /// Sort key.
    Range,
}

/// An attribute of a key. A table's key has one hash attribute and at most one range attribute; a global index's key
/// has up to four of each, in the order in which they stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySchemaElement {
    /// The attribute.
    pub attribute_name: String,
    /// Its part in the key.
    pub key_type: KeyType,
}

impl KeySchemaElement {
    /// A hash attribute.
    #[must_use]
    pub fn hash(attribute_name: impl Into<String>) -> Self {
        Self { attribute_name: attribute_name.into(), key_type: KeyType::Hash }
    }

    /// A range attribute.
    #[must_use]
    pub fn range(attribute_name: impl Into<String>) -> Self {
        Self { attribute_name: attribute_name.into(), key_type: KeyType::Range }
    }

    /// The schema of a table's key.
    #[must_use]
    pub fn of(keys: &KeyShape) -> Vec<Self> {
        let range = keys.range.as_ref().map(|range| Self::range(range.name.clone()));
        std::iter::once(Self::hash(keys.hash.name.clone())).chain(range).collect()
    }
}

/// The key of a table with this schema; `None` where the schema is none of a table's, or an attribute is not defined.
pub(super) fn key_shape(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Option<KeyShape> {
    let attribute = |element: &KeySchemaElement| {
        let named = |definition: &&AttributeDefinition| definition.attribute_name == element.attribute_name;
        let definition = definitions.iter().find(named)?;
        let name = element.attribute_name.clone().into();
        Some(KeyAttribute { name, kind: definition.attribute_type })
    };
    match schema {
        [hash] if hash.key_type == KeyType::Hash => Some(KeyShape { hash: attribute(hash)?, range: None }),
        [hash, range] if hash.key_type == KeyType::Hash && range.key_type == KeyType::Range => {
            Some(KeyShape { hash: attribute(hash)?, range: Some(attribute(range)?) })
        }
        _ => None,
    }
}

names! {
    /// Which attributes an index holds, besides the keys of the table and its own.
    ProjectionType {
        /// All.
        All = "ALL",
        /// None.
        KeysOnly = "KEYS_ONLY",
        /// Those that are listed.
        Include = "INCLUDE",
    }
}

/// Which attributes an index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Projection {
    /// Which of them.
    pub projection_type: Option<ProjectionType>,
    /// The attributes of [`ProjectionType::Include`].
    pub non_key_attributes: Vec<String>,
}

impl Projection {
    /// All attributes.
    #[must_use]
    pub fn all() -> Self {
        Self { projection_type: Some(ProjectionType::All), non_key_attributes: Vec::new() }
    }

    /// The keys of the table and the index only.
    #[must_use]
    pub fn keys_only() -> Self {
        Self { projection_type: Some(ProjectionType::KeysOnly), non_key_attributes: Vec::new() }
    }

    /// The keys, and these attributes.
    #[must_use]
    pub fn include<N: Into<String>>(attributes: impl IntoIterator<Item = N>) -> Self {
        let non_key_attributes = attributes.into_iter().map(Into::into).collect();
        Self { projection_type: Some(ProjectionType::Include), non_key_attributes }
    }
}

/// A global secondary index to be created: its key is any attributes, and its capacity its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalSecondaryIndex {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
    /// Its provisioned throughput, where the table's is provisioned too.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// What it can take at once.
    pub warm_throughput: Option<WarmThroughput>,
}

/// A local secondary index to be created: it has the table's hash key, another range key, and the table's capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LocalSecondaryIndex {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
}

names! {
    /// The state of an index.
    IndexStatus {
        /// Being created; not usable yet.
        Creating = "CREATING",
        /// Being changed; usable.
        Updating = "UPDATING",
        /// Being deleted; not usable any more.
        Deleting = "DELETING",
        /// Usable.
        Active = "ACTIVE",
    }
}

/// A global secondary index as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalSecondaryIndexDescription {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
    /// Its state.
    pub index_status: IndexStatus,
    /// Whether it is being filled with the items that the table had.
    pub backfilling: Option<bool>,
    /// Its provisioned throughput; zeros where it is billed on demand.
    pub provisioned_throughput: Option<ProvisionedThroughputDescription>,
    /// Its size in bytes, brought up to date about every six hours by the service.
    pub index_size_bytes: u64,
    /// The number of its items, brought up to date about every six hours by the service.
    pub item_count: u64,
    /// Its Amazon resource name.
    pub index_arn: Option<String>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// What it can take at once.
    pub warm_throughput: Option<GlobalSecondaryIndexWarmThroughputDescription>,
}

/// A local secondary index as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LocalSecondaryIndexDescription {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Which attributes it holds.
    pub projection: Projection,
    /// Its size in bytes, brought up to date about every six hours by the service.
    pub index_size_bytes: u64,
    /// The number of its items, brought up to date about every six hours by the service.
    pub item_count: u64,
    /// Its Amazon resource name.
    pub index_arn: Option<String>,
}

/// What an index can take at once, and whether it is there yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalSecondaryIndexWarmThroughputDescription {
    /// Reads of up to 4 KB a second.
    pub read_units_per_second: Option<u64>,
    /// Writes of up to 1 KB a second.
    pub write_units_per_second: Option<u64>,
    /// The state of a change of these.
    pub status: Option<IndexStatus>,
}
