//! Settings of a table that are kept to be told again, and have no effect here.

use std::collections::BTreeMap;

use dynochemy_core::Moment;
use serde::{Deserialize, Serialize};

/// What is administered of a table beside what CreateTable and UpdateTable know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Administration {
    pub(crate) point_in_time_recovery: Option<PointInTimeRecovery>,
    /// Of the table itself under an empty name, and of its global indexes.
    pub(crate) contributor_insights: BTreeMap<String, ContributorInsights>,
    pub(crate) resource_policy: Option<ResourcePolicy>,
    /// How many policies there have been.
    pub(crate) resource_policies: u64,
    /// By the resource names of their streams.
    pub(crate) kinesis_destinations: BTreeMap<String, KinesisDestination>,
}

impl Administration {
    /// The policy comes after all that there were.
    pub(crate) fn set_policy(&mut self, policy: String) -> &ResourcePolicy {
        self.resource_policies += 1;
        self.resource_policy.insert(ResourcePolicy { policy, revision: self.resource_policies })
    }

    /// What a table has that is created with a policy.
    pub(crate) fn with_policy(policy: String) -> Self {
        let mut administration = Self::default();
        administration.set_policy(policy);
        administration
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PointInTimeRecovery {
    pub(crate) since: Moment,
    /// How long changes are kept.
    pub(crate) days: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ContributorInsights {
    pub(crate) is_enabled: bool,
    /// Which keys are counted, in the service's words.
    pub(crate) mode: String,
    pub(crate) changed: Moment,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourcePolicy {
    /// The document, as it came.
    pub(crate) policy: String,
    /// Its number among the policies of its table.
    pub(crate) revision: u64,
}

impl ResourcePolicy {
    pub(crate) fn revision_id(&self) -> String {
        self.revision.to_string()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KinesisDestination {
    pub(crate) is_active: bool,
    /// Of the times in its records, in the service's words.
    pub(crate) precision: Option<String>,
}
