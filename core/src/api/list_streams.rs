//! [ListStreams](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html): tells the
//! streams of a table, or of all tables, a page at a time.

use serde::{Deserialize, Serialize};

/// What ListStreams is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListStreamsInput {
    /// The table; all where this is absent.
    pub table_name: Option<String>,
    /// The most streams of this page, at most 100.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub exclusive_start_stream_arn: Option<String>,
}

/// What ListStreams answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListStreamsOutput {
    /// The streams.
    pub streams: Vec<Stream>,
    /// Where the page ended, where more may follow.
    pub last_evaluated_stream_arn: Option<String>,
}

/// A stream of a table's changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Stream {
    /// Its Amazon resource name.
    pub stream_arn: String,
    /// The table.
    pub table_name: String,
    /// When it was switched on, as text.
    pub stream_label: String,
}
