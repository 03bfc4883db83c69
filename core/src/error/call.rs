//! What a single call ended with, told by its effect.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Effect;
use crate::item::Item;

/// Why a call failed, by its effect and not by where it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallError {
    /// The service refused the call and applied nothing.
    Refused(Box<Rejection>),
    /// The call provably never left: nothing was applied.
    NotSent {
        /// Why.
        problem: String,
    },
    /// The call may have been applied: the answer was lost, said `5xx`, or cannot be read.
    Unknown {
        /// What the service said, where it said anything.
        rejection: Option<Box<Rejection>>,
        /// What happened.
        problem: String,
    },
}

impl CallError {
    /// No connection to `place` came about, so that there was nothing to send on.
    #[must_use]
    pub fn no_connection(place: &str, error: &dyn StdError) -> Self {
        Self::NotSent { problem: format!("no connection to {place}: {}", with_sources(error)) }
    }

    /// There was a connection to `place`, and no whole answer over it.
    #[must_use]
    pub fn no_answer(place: &str, error: &dyn StdError) -> Self {
        let problem = format!("no whole answer from {place}: {}", with_sources(error));
        Self::Unknown { rejection: None, problem }
    }

    /// Whether the call may have changed the database.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Refused(_) | Self::NotSent { .. } => Effect::NotApplied,
            Self::Unknown { .. } => Effect::Unknown,
        }
    }

    /// What the service said, where it said anything.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Refused(rejection) | Self::Unknown { rejection: Some(rejection), .. } => Some(rejection),
            _ => None,
        }
    }

    /// The same error of a call that may have been applied by an earlier attempt.
    #[must_use]
    pub(crate) fn after_unknown(self) -> Self {
        match self {
            Self::Refused(rejection) => Self::Unknown {
                problem: format!(
                    "an earlier attempt was left without an answer, and a later one was refused: {rejection}"
                ),
                rejection: Some(rejection),
            },
            Self::NotSent { problem } => Self::Unknown {
                rejection: None,
                problem: format!(
                    "an earlier attempt was left without an answer, and a later one was not sent: {problem}"
                ),
            },
            unknown @ Self::Unknown { .. } => unknown,
        }
    }
}

impl fmt::Display for CallError {
    /// Follows the name of what was called: `.. was refused: ..`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(rejection) => write!(f, "was refused: {rejection}; nothing was applied"),
            Self::NotSent { problem } => write!(f, "was not sent: {problem}; nothing was applied"),
            Self::Unknown { problem, .. } => write!(f, "may have been applied: {problem}"),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.rejection().map(|rejection| rejection as _)
    }
}

/// An error and what is behind it.
fn with_sources(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        // Some errors show their source themselves.
        let shown = source.to_string();
        if !text.ends_with(&shown) {
            text = format!("{text}: {shown}");
        }
        next = source.source();
    }
    text
}

/// An error that the service answered with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// The HTTP status; 400 where there was no HTTP in between.
    pub status: u16,
    /// The code, as in `ConditionalCheckFailedException`.
    pub code: String,
    /// The service's message.
    pub message: String,
    /// The item that failed a condition, where it was asked for.
    pub item: Option<Item>,
    /// Why a transaction was cancelled, one reason for each of its actions in order.
    pub cancellation_reasons: Vec<CancellationReason>,
    /// Which tables or indexes were out of capacity.
    pub throttling_reasons: Vec<ThrottlingReason>,
    /// How long the service asks to wait before another attempt.
    pub retry_after: Option<Duration>,
    /// The answer's body as it came.
    pub body: Bytes,
}

impl Rejection {
    /// An error of that code and message, with status 400 and nothing else.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into(), ..Self::default() }
    }

    /// Whether a single member of a batch may be the reason that all of it was refused.
    #[must_use]
    pub fn may_be_one_members(&self) -> bool {
        matches!(
            self.code.as_str(),
            "ValidationException"
                | "ResourceNotFoundException"
                | "AccessDeniedException"
                | "ItemCollectionSizeLimitExceededException"
                | "TransactionCanceledException"
        )
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code.as_str() {
            "" => write!(f, "HTTP status {}", self.status)?,
            code => f.write_str(code)?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        } else if self.code.is_empty() && !self.body.is_empty() {
            let shown = &self.body[..self.body.len().min(200)];
            write!(f, ": {}", String::from_utf8_lossy(shown))?;
        }
        // Its message tells no table.
        self.throttling_reasons.iter().try_for_each(|ThrottlingReason { reason, resource }| match &**resource
        {
            "" => write!(f, " ({reason})"),
            resource => write!(f, " ({reason} of {resource})"),
        })
    }
}

impl std::error::Error for Rejection {}

/// Why one action of a transaction was, or was not, a cause of its cancellation.
///
/// See [CancellationReason](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CancellationReason {
    /// `None` for an action that was no cause, else for example `ConditionalCheckFailed`.
    pub code: String,
    /// The service's message.
    pub message: Option<String>,
    /// The item that failed the condition, where it was asked for.
    pub item: Option<Item>,
}

/// Which resource was out of capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThrottlingReason {
    /// For example `TableWriteProvisionedThroughputExceeded`.
    pub reason: String,
    /// The Amazon resource name of the table or index.
    pub resource: String,
}
