//! [UpdateTimeToLive](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html): says
//! which attribute tells when an item expires.

use serde::{Deserialize, Serialize};

/// What UpdateTimeToLive is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UpdateTimeToLiveInput {
    /// The table, or its Amazon resource name.
    pub table_name: String,
    /// What holds from now on.
    pub time_to_live_specification: TimeToLiveSpecification,
}

/// Whether a table's items expire, and by which attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TimeToLiveSpecification {
    /// Whether they expire.
    pub enabled: bool,
    /// The attribute, a number of seconds since the Unix epoch.
    pub attribute_name: String,
}

/// What UpdateTimeToLive answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateTimeToLiveOutput {
    /// What holds from now on.
    pub time_to_live_specification: TimeToLiveSpecification,
}
