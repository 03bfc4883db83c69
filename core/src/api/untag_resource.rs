//! [UntagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html): takes tags off
//! a table.

use serde::{Deserialize, Serialize};

/// What UntagResource is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UntagResourceInput {
    /// The table's Amazon resource name.
    pub resource_arn: String,
    /// The tags' keys.
    pub tag_keys: Vec<String>,
}

/// UntagResource answers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntagResourceOutput {}
