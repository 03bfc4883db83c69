//! [GetRecords](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html): reads the next
//! records of a shard.

use serde::{Deserialize, Serialize};

use super::StreamViewType;
use super::names::names;
use crate::item::Item;

/// What GetRecords is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GetRecordsInput {
    /// Where to begin.
    pub shard_iterator: String,
    /// The most records of this page, at most 1,000.
    pub limit: Option<u32>,
}

/// What GetRecords answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct GetRecordsOutput {
    /// The records, in order; none where none came since.
    pub records: Vec<Record>,
    /// Where to go on; absent where the shard has ended.
    pub next_shard_iterator: Option<String>,
}

/// One change of an item.
///
/// See [Record](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Record {
    /// Its unique id.
    #[serde(rename = "eventID")]
    pub event_id: Option<String>,
    /// What happened to the item.
    pub event_name: OperationType,
    /// The version of this form.
    pub event_version: Option<String>,
    /// Where it comes from: `aws:dynamodb`.
    pub event_source: Option<String>,
    /// The region.
    pub aws_region: Option<String>,
    /// The item before and after.
    pub dynamodb: StreamRecord,
    /// Who did it, where that was the service itself, as for items that expired.
    pub user_identity: Option<Identity>,
}

names! {
    /// What happened to an item.
    OperationType {
        /// It is new.
        Insert = "INSERT",
        /// It was changed.
        Modify = "MODIFY",
        /// It was deleted.
        Remove = "REMOVE",
    }
}

/// An item before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StreamRecord {
    /// When it was changed, about, in seconds since the Unix epoch.
    pub approximate_creation_date_time: Option<f64>,
    /// Its key.
    pub keys: Item,
    /// The item after the change, where the stream holds it.
    pub new_image: Option<Item>,
    /// The item before the change, where the stream holds it.
    pub old_image: Option<Item>,
    /// The record's number within its shard.
    pub sequence_number: String,
    /// The record's size in bytes.
    pub size_bytes: u64,
    /// What the record holds.
    pub stream_view_type: Option<StreamViewType>,
}

/// Who changed an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Identity {
    /// By name: `dynamodb.amazonaws.com` for an item that expired.
    pub principal_id: Option<String>,
    /// By kind: `Service`.
    pub r#type: Option<String>,
}
