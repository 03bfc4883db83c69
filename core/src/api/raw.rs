//! Any other action, by its name, with its JSON as text.
//!
//! It goes the same way as all others, with signature, retries and observer. Names of tables are the service's own, and
//! views do not see what it writes.
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

use serde::{Deserialize, Serialize};

/// A call of any action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RawInput {
    /// The action's name, as in `DescribeLimits`.
    pub action: String,
    /// What it is asked: a JSON object.
    pub body: String,
    /// What it does, which decides whether it is sent again after a lost answer.
    pub effect: RawEffect,
}

/// What a raw call does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RawEffect {
    /// It may change something: never sent again after a lost answer.
    #[default]
    Writes,
    /// It only reads.
    Reads,
}

impl RawInput {
    /// A call that may change something.
    #[must_use]
    pub fn new(action: impl Into<String>, body: impl Into<String>) -> Self {
        Self { action: action.into(), body: body.into(), effect: RawEffect::Writes }
    }

    /// A call that only reads, and may be sent again after a lost answer.
    #[must_use]
    pub fn reading(action: impl Into<String>, body: impl Into<String>) -> Self {
        Self { effect: RawEffect::Reads, ..Self::new(action, body) }
    }
}

/// What a raw call answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RawOutput {
    /// A JSON value, or nothing.
    pub body: String,
}
