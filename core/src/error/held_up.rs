//! What held an operation up until its plan's deadline.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::CallError;

/// What held an operation up until its plan's deadline, where that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HeldUp {
    /// The last attempt failed, and another one was to come.
    Attempt {
        /// What the last attempt ended with: which table or index is throttled, where it was that.
        error: CallError,
    },
    /// Batches left it unprocessed, and another one was to take it.
    Unprocessed {
        /// How often.
        times: u32,
    },
    /// It waited for capacity.
    Capacity {
        /// Whose, and which, as in `visits write` or `visits/by_name read`.
        resource: String,
    },
    /// An earlier operation of the plan, which it waits for, had not ended.
    Earlier,
}

impl fmt::Display for HeldUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempt { error: CallError::Refused(rejection) } => {
                write!(f, "its last attempt was refused: {rejection}")
            }
            Self::Attempt { error: CallError::NotSent { problem } } => {
                write!(f, "its last attempt was not sent: {problem}")
            }
            Self::Attempt { error: CallError::Unknown { problem, .. } } => {
                write!(f, "its last attempt was not answered: {problem}")
            }
            Self::Unprocessed { times: 1 } => f.write_str("a batch left it unprocessed"),
            Self::Unprocessed { times } => write!(f, "batches left it unprocessed {times} times"),
            Self::Capacity { resource } => write!(f, "it waited for capacity: {resource}"),
            Self::Earlier => f.write_str("an earlier operation of the plan had not ended"),
        }
    }
}
