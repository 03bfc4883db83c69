//! [DescribeTimeToLive](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html): tells
//! whether a table's items expire.

use serde::{Deserialize, Serialize};

use super::names::names;

/// What DescribeTimeToLive is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribeTimeToLiveInput {
    /// The table, or its Amazon resource name.
    pub table_name: String,
}

names! {
    /// Whether items expire.
    TimeToLiveStatus {
        /// They will soon.
        Enabling = "ENABLING",
        /// They will not soon.
        Disabling = "DISABLING",
        /// They do.
        Enabled = "ENABLED",
        /// They do not.
        Disabled = "DISABLED",
    }
}

/// Whether a table's items expire, as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TimeToLiveDescription {
    /// Whether they do.
    pub time_to_live_status: Option<TimeToLiveStatus>,
    /// By which attribute, a number of seconds since the Unix epoch.
    pub attribute_name: Option<String>,
}

/// What DescribeTimeToLive answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTimeToLiveOutput {
    /// Whether the table's items expire.
    pub time_to_live_description: TimeToLiveDescription,
}
