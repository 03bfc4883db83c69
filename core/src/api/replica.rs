//! Replicas of a table in other regions.
//!
//! See [Global tables](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html).

use serde::{Deserialize, Serialize};

use super::features::{TableClass, TableClassSummary};
use super::index::GlobalSecondaryIndexWarmThroughputDescription;
use super::names::names;
use super::table_description::TableWarmThroughputDescription;
use super::throughput::{OnDemandThroughputOverride, ProvisionedThroughputOverride};

names! {
    /// Whether a table of another account follows the settings of the table that it replicates.
    GlobalTableSettingsReplicationMode {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
        /// It does, except for what it sets itself.
        EnabledWithOverrides = "ENABLED_WITH_OVERRIDES",
    }
}

names! {
    /// What a read in one region sees of a write in another.
    MultiRegionConsistency {
        /// It will see it.
        Eventual = "EVENTUAL",
        /// It sees it at once.
        Strong = "STRONG",
    }
}

names! {
    /// The state of a replica.
    ReplicaStatus {
        /// Being created.
        Creating = "CREATING",
        /// It could not be created.
        CreationFailed = "CREATION_FAILED",
        /// Being changed; usable.
        Updating = "UPDATING",
        /// Being deleted.
        Deleting = "DELETING",
        /// Usable.
        Active = "ACTIVE",
        /// Its region is switched off for the account.
        RegionDisabled = "REGION_DISABLED",
        /// Its key cannot be had.
        InaccessibleEncryptionCredentials = "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        /// Being archived.
        Archiving = "ARCHIVING",
        /// Archived.
        Archived = "ARCHIVED",
        /// It may not replicate any more.
        ReplicationNotAuthorized = "REPLICATION_NOT_AUTHORIZED",
    }
}

/// A replica as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicaDescription {
    /// Its region.
    pub region_name: String,
    /// Its state.
    pub replica_status: ReplicaStatus,
    /// Its Amazon resource name.
    pub replica_arn: Option<String>,
    /// More about its state.
    pub replica_status_description: Option<String>,
    /// How much of it is there, in percent.
    pub replica_status_percent_progress: Option<String>,
    /// The key that it is encrypted by.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Option<String>,
    /// Its own provisioned capacity.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// The most it may read on demand.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// What it can take at once.
    pub warm_throughput: Option<TableWarmThroughputDescription>,
    /// What its indexes have of their own.
    pub global_secondary_indexes: Vec<ReplicaGlobalSecondaryIndexDescription>,
    /// Since when it cannot be reached, in seconds since the Unix epoch.
    pub replica_inaccessible_date_time: Option<f64>,
    /// Its class.
    pub replica_table_class_summary: Option<TableClassSummary>,
    /// Whether it follows the settings of the table that it replicates.
    pub global_table_settings_replication_mode: Option<GlobalTableSettingsReplicationMode>,
}

/// What an index of a replica has of its own, as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicaGlobalSecondaryIndexDescription {
    /// The index.
    pub index_name: String,
    /// Its provisioned capacity.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// The most it may read on demand.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// What it can take at once.
    pub warm_throughput: Option<GlobalSecondaryIndexWarmThroughputDescription>,
}

/// What an index of a replica is to have of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicaGlobalSecondaryIndex {
    /// The index.
    pub index_name: String,
    /// Its provisioned capacity.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// The most it may read on demand.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
}

/// A change of a table's replicas; one of the members is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplicationGroupUpdate {
    /// Adds a replica.
    Create(ReplicationGroupMember),
    /// Changes one.
    Update(ReplicationGroupMember),
    /// Deletes one.
    Delete(DeleteReplicationGroupMemberAction),
    /// Makes one a table of its own.
    Disassociate(DisassociateReplicationGroupMemberAction),
}

/// A replica to be added or changed (`CreateReplicationGroupMemberAction`, `UpdateReplicationGroupMemberAction`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ReplicationGroupMember {
    /// Its region.
    pub region_name: String,
    /// The key that it is encrypted by.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Option<String>,
    /// Its own provisioned capacity.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// The most it may read on demand.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// What its indexes have of their own.
    pub global_secondary_indexes: Vec<ReplicaGlobalSecondaryIndex>,
    /// Its own class.
    pub table_class_override: Option<TableClass>,
}

/// A replica to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeleteReplicationGroupMemberAction {
    /// Its region.
    pub region_name: String,
}

names! {
    /// What happens to writes under way when a replica becomes a table of its own.
    DisassociationMode {
        /// They are replicated first.
        WaitForReplication = "WAIT_FOR_REPLICATION",
    }
}

/// A replica to become a table of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DisassociateReplicationGroupMemberAction {
    /// Its region.
    pub region_name: String,
    /// What happens to writes under way.
    pub disassociation_mode: DisassociationMode,
}

names! {
    /// The state of a witness.
    WitnessStatus {
        /// Being created.
        Creating = "CREATING",
        /// Being deleted.
        Deleting = "DELETING",
        /// In use.
        Active = "ACTIVE",
    }
}

/// A region that holds no items but takes part in strong consistency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalTableWitnessDescription {
    /// The region.
    pub region_name: Option<String>,
    /// Its state.
    pub witness_status: Option<WitnessStatus>,
}

/// A change of a table's witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GlobalTableWitnessGroupUpdate {
    /// Adds one.
    Create(GlobalTableWitness),
    /// Takes one away.
    Delete(GlobalTableWitness),
}

/// A witness to be added or taken away (`CreateGlobalTableWitnessGroupMemberAction`,
/// `DeleteGlobalTableWitnessGroupMemberAction`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GlobalTableWitness {
    /// Its region.
    pub region_name: String,
}
