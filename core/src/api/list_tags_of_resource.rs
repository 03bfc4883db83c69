//! [ListTagsOfResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html): tells
//! a table's tags, a page at a time.

use serde::{Deserialize, Serialize};

use super::Tag;

/// What ListTagsOfResource is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListTagsOfResourceInput {
    /// The table's Amazon resource name.
    pub resource_arn: String,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

/// What ListTagsOfResource answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListTagsOfResourceOutput {
    /// The tags.
    pub tags: Vec<Tag>,
    /// Where the page ended, where more follow.
    pub next_token: Option<String>,
}
