//! [DescribeStream](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html): tells
//! a stream's state and its shards, a page at a time.

use serde::{Deserialize, Serialize};

use super::names::names;
use super::{KeySchemaElement, StreamViewType};

/// What DescribeStream is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribeStreamInput {
    /// The stream's Amazon resource name.
    pub stream_arn: String,
    /// The most shards of this page, at most 100.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub exclusive_start_shard_id: Option<String>,
    /// Which shards to tell; all where this is absent.
    pub shard_filter: Option<ShardFilter>,
}

/// Which shards of a stream to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ShardFilter {
    /// Which.
    pub r#type: Option<ShardFilterType>,
    /// The shard that they are seen from.
    pub shard_id: Option<String>,
}

names! {
    /// Which shards of a stream to tell.
    ShardFilterType {
        /// Those that follow one.
        ChildShards = "CHILD_SHARDS",
    }
}

/// What DescribeStream answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeStreamOutput {
    /// The stream.
    pub stream_description: StreamDescription,
}

/// A stream as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StreamDescription {
    /// Its Amazon resource name.
    pub stream_arn: String,
    /// When it was switched on, as text.
    pub stream_label: String,
    /// Its state.
    pub stream_status: StreamStatus,
    /// What its records hold.
    pub stream_view_type: Option<StreamViewType>,
    /// When it was asked for, in seconds since the Unix epoch.
    pub creation_request_date_time: Option<f64>,
    /// The table.
    pub table_name: String,
    /// The table's key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Its shards.
    pub shards: Vec<Shard>,
    /// Where the page ended, where more may follow.
    pub last_evaluated_shard_id: Option<String>,
}

names! {
    /// The state of a stream.
    StreamStatus {
        /// Being switched on.
        Enabling = "ENABLING",
        /// On.
        Enabled = "ENABLED",
        /// Being switched off.
        Disabling = "DISABLING",
        /// Off; it can be read for a day.
        Disabled = "DISABLED",
    }
}

/// A part of a stream, whose records are in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Shard {
    /// Its name.
    pub shard_id: String,
    /// From which record to which.
    pub sequence_number_range: SequenceNumberRange,
    /// The shard that it follows: to be read before it.
    pub parent_shard_id: Option<String>,
}

/// From which record of a shard to which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SequenceNumberRange {
    /// The first.
    pub starting_sequence_number: Option<String>,
    /// The last, once the shard has an end.
    pub ending_sequence_number: Option<String>,
}
