//! [UpdateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html): changes a table's
//! capacity, indexes, stream or replicas.

use serde::{Deserialize, Serialize};

use super::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalTableSettingsReplicationMode,
    GlobalTableWitnessGroupUpdate, MultiRegionConsistency, OnDemandThroughput, ProvisionedThroughput,
    ReplicationGroupUpdate, SseSpecification, StreamSpecification, TableClass, TableDescription,
    VectorIndexUpdate, WarmThroughput,
};

/// What UpdateTable is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UpdateTableInput {
    /// The table.
    pub table_name: String,
    /// The types of the key attributes of an index that is added.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// How it is billed.
    pub billing_mode: Option<BillingMode>,
    /// Its capacity, where that is provisioned.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// Changes of its global indexes.
    pub global_secondary_index_updates: Vec<GlobalSecondaryIndexUpdate>,
    /// Whether it has a stream of its changes.
    pub stream_specification: Option<StreamSpecification>,
    /// How it is encrypted.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Option<SseSpecification>,
    /// Changes of its replicas.
    pub replica_updates: Vec<ReplicationGroupUpdate>,
    /// Its class.
    pub table_class: Option<TableClass>,
    /// Whether it cannot be deleted.
    pub deletion_protection_enabled: Option<bool>,
    /// What a read in one region sees of a write in another.
    pub multi_region_consistency: Option<MultiRegionConsistency>,
    /// Changes of its witnesses.
    pub global_table_witness_updates: Vec<GlobalTableWitnessGroupUpdate>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// What it can take at once.
    pub warm_throughput: Option<WarmThroughput>,
    /// Whether it follows the settings of the table that it replicates.
    pub global_table_settings_replication_mode: Option<GlobalTableSettingsReplicationMode>,
    /// Whether its replicas cannot become tables of their own.
    pub disassociation_protection_enabled: Option<bool>,
    /// Changes of its vector indexes.
    pub vector_index_updates: Vec<VectorIndexUpdate>,
}

/// A change of a table's global indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GlobalSecondaryIndexUpdate {
    /// Changes one's capacity.
    Update(UpdateGlobalSecondaryIndexAction),
    /// Adds one (`CreateGlobalSecondaryIndexAction`).
    Create(GlobalSecondaryIndex),
    /// Deletes one.
    Delete(DeleteGlobalSecondaryIndexAction),
}

/// A global index's new capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UpdateGlobalSecondaryIndexAction {
    /// The index.
    pub index_name: String,
    /// Its provisioned throughput.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// What it can take at once.
    pub warm_throughput: Option<WarmThroughput>,
}

/// A global index to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeleteGlobalSecondaryIndexAction {
    /// The index.
    pub index_name: String,
}

/// What UpdateTable answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateTableOutput {
    /// The table as it is being changed.
    pub table_description: TableDescription,
}
