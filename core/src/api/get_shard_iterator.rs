//! [GetShardIterator](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html):
//! where to begin reading a shard; good for 15 minutes.

use serde::{Deserialize, Serialize};

use super::names::names;

/// What GetShardIterator is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GetShardIteratorInput {
    /// The stream's Amazon resource name.
    pub stream_arn: String,
    /// The shard.
    pub shard_id: String,
    /// Where to begin.
    pub shard_iterator_type: ShardIteratorType,
    /// The record that it is told by.
    pub sequence_number: Option<String>,
    /// The time that it is told by, in seconds since the Unix epoch.
    pub timestamp: Option<f64>,
}

names! {
    /// Where to begin reading a shard.
    ShardIteratorType {
        /// At the oldest record that is kept.
        TrimHorizon = "TRIM_HORIZON",
        /// After the newest one.
        Latest = "LATEST",
        /// At a record.
        AtSequenceNumber = "AT_SEQUENCE_NUMBER",
        /// After a record.
        AfterSequenceNumber = "AFTER_SEQUENCE_NUMBER",
        /// At the first record of a time or later.
        AtTimestamp = "AT_TIMESTAMP",
    }
}

/// What GetShardIterator answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GetShardIteratorOutput {
    /// Where to begin, for GetRecords.
    pub shard_iterator: Option<String>,
}
