//! [TagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html): gives a table tags.

use serde::{Deserialize, Serialize};

use super::Tag;

/// What TagResource is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TagResourceInput {
    /// The table's Amazon resource name.
    pub resource_arn: String,
    /// The tags; one with a key that the table has already takes its place.
    pub tags: Vec<Tag>,
}

/// TagResource answers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagResourceOutput {}
