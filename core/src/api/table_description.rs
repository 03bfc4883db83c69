//! What the service tells of a table.
//!
//! See [TableDescription](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html).

use serde::{Deserialize, Serialize};

use super::features::{SseDescription, StreamSpecification, TableClassSummary};
use super::index::{
    AttributeDefinition, GlobalSecondaryIndexDescription, KeySchemaElement, LocalSecondaryIndexDescription,
    key_shape,
};
use super::names::names;
use super::replica::{
    GlobalTableSettingsReplicationMode, GlobalTableWitnessDescription, MultiRegionConsistency,
    ReplicaDescription,
};
use super::throughput::{
    BillingMode, OnDemandThroughput, ProvisionedThroughput, ProvisionedThroughputDescription,
};
use super::vector_index::VectorIndexDescription;
use crate::key::KeyShape;

names! {
    /// The state of a table.
    TableStatus {
        /// Being created; not usable yet.
        Creating = "CREATING",
        /// Usable.
        Active = "ACTIVE",
        /// Being changed; usable.
        Updating = "UPDATING",
        /// Being deleted; not usable any more.
        Deleting = "DELETING",
        /// Its key cannot be had; not usable.
        InaccessibleEncryptionCredentials = "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        /// Being archived; not usable any more.
        Archiving = "ARCHIVING",
        /// Archived; not usable.
        Archived = "ARCHIVED",
        /// A replica that may not replicate any more.
        ReplicationNotAuthorized = "REPLICATION_NOT_AUTHORIZED",
    }
}

/// A table as the service describes it. Times are in seconds since the Unix epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TableDescription {
    /// The table's name in the service.
    pub table_name: String,
    /// Its state.
    pub table_status: TableStatus,
    /// The types of the attributes that are keys of the table or its indexes.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// Its key; not told of a table that is being deleted.
    pub key_schema: Vec<KeySchemaElement>,
    /// When it was created.
    pub creation_date_time: Option<f64>,
    /// Its capacity; zeros, or nothing, for a table that is billed on demand.
    pub provisioned_throughput: Option<ProvisionedThroughputDescription>,
    /// The size of its items in bytes, brought up to date about every six hours by the service.
    pub table_size_bytes: u64,
    /// The number of its items, brought up to date about every six hours by the service.
    pub item_count: u64,
    /// Its Amazon resource name.
    pub table_arn: Option<String>,
    /// Its unique id.
    pub table_id: Option<String>,
    /// How it is billed.
    pub billing_mode_summary: Option<BillingModeSummary>,
    /// Its local indexes.
    pub local_secondary_indexes: Vec<LocalSecondaryIndexDescription>,
    /// Its global indexes.
    pub global_secondary_indexes: Vec<GlobalSecondaryIndexDescription>,
    /// Its stream.
    pub stream_specification: Option<StreamSpecification>,
    /// When its newest stream was switched on, as text.
    pub latest_stream_label: Option<String>,
    /// The Amazon resource name of its newest stream.
    pub latest_stream_arn: Option<String>,
    /// The version of global tables that it has replicas of.
    pub global_table_version: Option<String>,
    /// Its replicas in other regions.
    pub replicas: Vec<ReplicaDescription>,
    /// The regions that take part in strong consistency without its items.
    pub global_table_witnesses: Vec<GlobalTableWitnessDescription>,
    /// Whether it follows the settings of the table that it replicates.
    pub global_table_settings_replication_mode: Option<GlobalTableSettingsReplicationMode>,
    /// The backup that it was restored from.
    pub restore_summary: Option<RestoreSummary>,
    /// How it is encrypted.
    #[serde(rename = "SSEDescription")]
    pub sse_description: Option<SseDescription>,
    /// Why it was archived.
    pub archival_summary: Option<ArchivalSummary>,
    /// Its class.
    pub table_class_summary: Option<TableClassSummary>,
    /// Whether it cannot be deleted.
    pub deletion_protection_enabled: Option<bool>,
    /// Whether its replicas cannot become tables of their own.
    pub disassociation_protection_enabled: Option<bool>,
    /// The most it may take on demand.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// What it can take at once.
    pub warm_throughput: Option<TableWarmThroughputDescription>,
    /// What a read in one region sees of a write in another.
    pub multi_region_consistency: Option<MultiRegionConsistency>,
    /// Its vector indexes.
    pub vector_indexes: Vec<VectorIndexDescription>,
}

impl TableDescription {
    /// The table's key; `None` where the service did not tell it, as of a table that is being deleted.
    #[must_use]
    pub fn key_shape(&self) -> Option<KeyShape> {
        key_shape(&self.key_schema, &self.attribute_definitions)
    }

    /// The capacity that was provisioned; `None` for a table that is billed on demand.
    #[must_use]
    pub fn provisioned(&self) -> Option<ProvisionedThroughput> {
        self.provisioned_throughput.as_ref().and_then(ProvisionedThroughputDescription::provisioned)
    }
}

/// How a table is billed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BillingModeSummary {
    /// How.
    pub billing_mode: Option<BillingMode>,
    /// Since when for each request, in seconds since the Unix epoch.
    pub last_update_to_pay_per_request_date_time: Option<f64>,
}

/// What a table can take at once, and whether it is there yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TableWarmThroughputDescription {
    /// Reads of up to 4 KB a second.
    pub read_units_per_second: Option<u64>,
    /// Writes of up to 1 KB a second.
    pub write_units_per_second: Option<u64>,
    /// The state of a change of these.
    pub status: Option<TableStatus>,
}

/// The backup that a table was restored from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RestoreSummary {
    /// The backup's Amazon resource name.
    pub source_backup_arn: Option<String>,
    /// That of the table that was saved.
    pub source_table_arn: Option<String>,
    /// The time that the table was taken back to, in seconds since the Unix epoch.
    pub restore_date_time: f64,
    /// Whether it is still being restored.
    pub restore_in_progress: bool,
}

/// Why a table was archived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ArchivalSummary {
    /// When, in seconds since the Unix epoch.
    pub archival_date_time: Option<f64>,
    /// Why.
    pub archival_reason: Option<String>,
    /// The backup that it was archived to.
    pub archival_backup_arn: Option<String>,
}
