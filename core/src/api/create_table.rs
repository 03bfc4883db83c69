//! [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html): creates a table,
//! which becomes active a while later.

use serde::{Deserialize, Serialize};

use super::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalTableSettingsReplicationMode,
    KeySchemaElement, LocalSecondaryIndex, OnDemandThroughput, ProvisionedThroughput, SseSpecification,
    StreamSpecification, TableClass, TableDescription, Tag, VectorIndex, WarmThroughput, index,
};
use crate::key::KeyShape;

/// What CreateTable is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CreateTableInput {
    /// The table.
    pub table_name: String,
    /// The types of the attributes that are keys of the table or its indexes, and of no others.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Its local indexes, which cannot be added later.
    pub local_secondary_indexes: Vec<LocalSecondaryIndex>,
    /// Its global indexes.
    pub global_secondary_indexes: Vec<GlobalSecondaryIndex>,
    /// How it is billed; the service takes `PROVISIONED` where this is absent.
    pub billing_mode: Option<BillingMode>,
    /// Its capacity, where that is provisioned.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// Whether it has a stream of its changes.
    pub stream_specification: Option<StreamSpecification>,
    /// How it is encrypted.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Option<SseSpecification>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Its class.
    pub table_class: Option<TableClass>,
    /// Whether it cannot be deleted.
    pub deletion_protection_enabled: Option<bool>,
    /// What it can take at once.
    pub warm_throughput: Option<WarmThroughput>,
    /// Who may use it: a policy in JSON.
    pub resource_policy: Option<String>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// The Amazon resource name of the table that it replicates.
    pub global_table_source_arn: Option<String>,
    /// Whether it follows the settings of that table.
    pub global_table_settings_replication_mode: Option<GlobalTableSettingsReplicationMode>,
    /// Its vector indexes.
    pub vector_indexes: Vec<VectorIndex>,
}

impl CreateTableInput {
    /// A table with this key that is billed on demand.
    #[must_use]
    pub fn new(table_name: impl Into<String>, keys: &KeyShape) -> Self {
        Self {
            table_name: table_name.into(),
            attribute_definitions: AttributeDefinition::of(keys),
            key_schema: KeySchemaElement::of(keys),
            billing_mode: Some(BillingMode::PayPerRequest),
            ..Self::default()
        }
    }

    /// The same table with this capacity.
    #[must_use]
    pub fn provisioned(self, throughput: ProvisionedThroughput) -> Self {
        Self {
            billing_mode: Some(BillingMode::Provisioned),
            provisioned_throughput: Some(throughput),
            ..self
        }
    }

    /// The table's key; `None` where the schema is none of a table's, or an attribute is not defined.
    #[must_use]
    pub fn key_shape(&self) -> Option<KeyShape> {
        index::key_shape(&self.key_schema, &self.attribute_definitions)
    }
}

/// What CreateTable answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTableOutput {
    /// The table as it is being created.
    pub table_description: TableDescription,
}
