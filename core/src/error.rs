//! What went wrong, as data.
//!
//! [`Error`] is what an operation ends with. It tells what is wrong and where, and [`Error::effect`] tells whether
//! anything may have been applied. [`CallError`] is what a driver or backend says of one call.

mod call;
mod fate;
mod held_up;
mod retry;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::item::Item;
use crate::key::Key;
use crate::outcome::Outcome;
use crate::request::Action;
use crate::wire::WireError;

pub use call::{CallError, CancellationReason, Rejection, ThrottlingReason};
pub use fate::Fate;
pub use held_up::HeldUp;
pub use retry::Retry;
pub(crate) use retry::UNPROCESSED;

/// Whether an operation that failed may have changed the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// It changed nothing.
    NotApplied,
    /// It may have been applied, or not.
    Unknown,
    /// It was applied; only its answer could not be used.
    Applied,
}

/// Which operation an error is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What the operation does: `put`, `get`, `query`, ...
    pub operation: String,
    /// The table's name in the program.
    pub table: String,
    /// The item's key, where the operation has one.
    pub key: Option<Key>,
    /// The items of a transaction, as far as they are known: each by its table's name in the program and its key. Of any
    /// other operation none, since `key` tells.
    #[serde(default)]
    pub items: Vec<(String, Key)>,
    /// Whether the operation only reads, and so changes nothing whatever becomes of it.
    pub reads: bool,
}

impl Subject {
    /// The tables and keys of the items that the operation works on.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &Key)> {
        let one = self.key.iter().map(|key| (self.table.as_str(), key));
        one.chain(self.items.iter().map(|(table, key)| (table.as_str(), key)))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        if !self.table.is_empty() {
            write!(f, " on table `{}`", self.table)?;
        }
        match &self.key {
            Some(key) => write!(f, " ({key})"),
            None => Ok(()),
        }
    }
}

/// Why an operation or plan failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Error {
    /// The operation cannot be sent as it is: a key is missing or of a wrong type, an item is too large, ... Not
    /// applied.
    Invalid {
        /// The operation.
        subject: Box<Subject>,
        /// What is wrong with it.
        problem: WireError,
    },
    /// The service, or the way to it, did not do what was asked. Whether it was applied depends on the call's error.
    Call {
        /// The operation.
        subject: Box<Subject>,
        /// What the last call for it ended with.
        error: CallError,
    },
    /// A transaction was cancelled. Not applied.
    Cancelled {
        /// The transaction.
        subject: Box<Subject>,
        /// Which of its actions were causes, in order; never empty.
        causes: Vec<Cancellation>,
        /// What the service said.
        error: CallError,
    },
    /// An earlier operation of the plan on the same item failed, so this one was not sent. Not applied.
    Skipped {
        /// The operation.
        subject: Box<Subject>,
        /// The position in the plan of the operation that failed, from 0.
        after: u32,
    },
    /// The plan's deadline passed before the operation could be sent (again). Not applied.
    DeadlinePassed {
        /// The operation.
        subject: Box<Subject>,
        /// What it waited for, where that is known.
        #[serde(default)]
        held_up: Option<Box<HeldUp>>,
    },
    /// The run was abandoned before the operation ended.
    Abandoned {
        /// The operation.
        subject: Box<Subject>,
        /// Whether it may have been applied: not, or unknown.
        effect: Effect,
    },
    /// The operation succeeded, but its answer does not fit the type that was asked for.
    Unreadable {
        /// The operation.
        subject: Box<Subject>,
        /// Where the answer and the type disagree.
        problem: WireError,
    },
    /// A view could not be brought along, so nothing was written. Not applied.
    View {
        /// The operation.
        subject: Box<Subject>,
        /// The view's `ID`.
        view: String,
        /// What is wrong.
        problem: String,
    },
    /// Some operations of the plan failed; the outcome tells which, and holds the results of the others.
    Incomplete(Box<Outcome>),
    /// The ticket does not belong to this outcome, or its result was taken before.
    Ticket {
        /// The ticket's position in its plan, from 0.
        index: u32,
        /// What is wrong.
        problem: String,
    },
    /// What the program reads or makes beside its operations is not as it should be: an item that it decodes, a path, a
    /// key. So `?` takes a [`WireError`] along with the errors of operations. It tells nothing of what they did.
    Value {
        /// What is wrong.
        problem: WireError,
    },
    /// The `Db` cannot be made, or the plan cannot be started, from what was given.
    Configuration {
        /// What is missing or wrong, and what to do about it.
        problem: String,
    },
}

/// Why an action was a cause of its transaction's cancellation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The action's position in the transaction, from 0.
    pub action: usize,
    /// The action.
    pub subject: Box<Subject>,
    /// The reason.
    pub reason: CancellationReason,
}

impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "action {}, {}: {}", self.action, self.subject, self.reason.code)?;
        match &self.reason.message {
            Some(message) => write!(f, " ({message})"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// Whether the operation may have changed the database.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Call { subject, .. }
            | Self::Cancelled { subject, .. }
            | Self::Unreadable { subject, .. }
                if subject.reads =>
            {
                Effect::NotApplied
            }
            Self::Call { error, .. } | Self::Cancelled { error, .. } => error.effect(),
            Self::Abandoned { effect, .. } => *effect,
            Self::Unreadable { .. } => Effect::Applied,
            // Where all failed and none was applied, nothing was; else each ticket tells.
            Self::Incomplete(outcome) => {
                let none = outcome.errors().filter(|(_, error)| error.effect() == Effect::NotApplied).count();
                if none == outcome.len() { Effect::NotApplied } else { Effect::Unknown }
            }
            // Neither tells of an operation.
            Self::Ticket { .. } | Self::Value { .. } => Effect::Unknown,
            Self::Invalid { .. }
            | Self::Skipped { .. }
            | Self::DeadlinePassed { .. }
            | Self::View { .. }
            | Self::Configuration { .. } => Effect::NotApplied,
        }
    }

    /// What the service said, where it said anything.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Call { error, .. } | Self::Cancelled { error, .. } => error.rejection(),
            _ => None,
        }
    }

    /// Which actions of a transaction were the causes of its cancellation.
    #[must_use]
    pub fn cancellations(&self) -> &[Cancellation] {
        match self {
            Self::Cancelled { causes, .. } => causes,
            _ => &[],
        }
    }

    /// Whether it was a condition that failed: of a write (where the item's version is one, too), or of an action of a
    /// transaction.
    #[must_use]
    pub fn is_condition_failed(&self) -> bool {
        match self {
            Self::Call { error: CallError::Refused(rejection), .. } => {
                rejection.code == "ConditionalCheckFailedException"
            }
            Self::Cancelled { causes, error: CallError::Refused(_), .. } => {
                causes.iter().any(|cause| cause.reason.code == "ConditionalCheckFailed")
            }
            _ => false,
        }
    }

    /// The item that failed a condition, where the write asked for it by `return_failed_item`; of a transaction, the first.
    #[must_use]
    pub fn failed_item(&self) -> Option<&Item> {
        match self {
            Self::Call { error, .. } => error.rejection()?.item.as_ref(),
            Self::Cancelled { causes, .. } => causes.iter().find_map(|cause| cause.reason.item.as_ref()),
            _ => None,
        }
    }

    /// The service's code of the error, as in `ResourceNotFoundException`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.rejection().map(|rejection| rejection.code.as_str())
    }

    /// What to do about it, where one thing is most likely.
    fn advice(&self) -> Option<&'static str> {
        let Self::Call { subject, error: CallError::Refused(rejection) } = self else { return None };
        let is_missing = rejection.code == "ResourceNotFoundException" && !subject.table.is_empty();
        is_missing.then_some(
            "; create what is missing by `ensure` or `create`, unless its name, the region or the endpoint is another one",
        )
    }

    /// Why an operation ended that may have been applied by an attempt before.
    pub(crate) fn after_an_attempt(&self) -> String {
        let why = match self {
            Self::DeadlinePassed { held_up: Some(held_up), .. } => {
                format!("the plan's deadline passed before another one; {held_up}")
            }
            Self::DeadlinePassed { .. } => "the plan's deadline passed before another one".to_owned(),
            Self::Skipped { after, .. } => {
                format!("no other one was made, since operation {after} of the plan on the same item failed")
            }
            Self::Abandoned { .. } => "the run was abandoned".to_owned(),
            other => other.to_string(),
        };
        format!("an attempt was left without an answer; then {why}")
    }

    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Self::Configuration { problem: problem.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { subject, problem } => write!(f, "{subject} was not sent: {problem}"),
            Self::Call { subject, error: CallError::Unknown { problem, .. } } if subject.reads => {
                write!(f, "{subject} was not answered: {problem}")
            }
            Self::Call { subject, error } => {
                write!(f, "{subject} {error}")?;
                f.write_str(self.advice().unwrap_or_default())
            }
            Self::Cancelled { subject, causes, error: CallError::Refused(_) } => {
                write!(f, "{subject} was cancelled; nothing was applied")?;
                causes.iter().try_for_each(|cause| write!(f, "; {cause}"))
            }
            Self::Cancelled { subject, error, .. } => write!(f, "{subject} {error}"),
            Self::Skipped { subject, after } => {
                write!(
                    f,
                    "{subject} was not sent, since operation {after} of the plan on the same item failed"
                )
            }
            Self::DeadlinePassed { subject, held_up } => {
                let done = if subject.reads { "answered" } else { "applied" };
                write!(f, "{subject} was not {done} before the plan's deadline")?;
                held_up.iter().try_for_each(|held_up| write!(f, "; {held_up}"))
            }
            Self::Abandoned { subject, .. } if subject.reads => {
                write!(f, "{subject} was abandoned before it had its answer")
            }
            Self::Abandoned { subject, effect: Effect::NotApplied } => {
                write!(f, "{subject} was abandoned; nothing was applied")
            }
            Self::Abandoned { subject, .. } => {
                write!(
                    f,
                    "{subject} was abandoned before its answer came; it may have been applied: read the item to know"
                )
            }
            Self::Unreadable { subject, problem } => {
                write!(f, "{subject} succeeded, but its answer does not fit the type: {problem}")
            }
            Self::View { subject, view, problem } => {
                write!(f, "{subject} was not applied, since view `{view}` could not follow: {problem}")
            }
            Self::Incomplete(outcome) => {
                write!(f, "{} of {} operations failed", outcome.failed(), outcome.len())?;
                match outcome.errors().next() {
                    Some((index, error)) => write!(f, "; the first, operation {index}: {error}"),
                    None => Ok(()),
                }
            }
            Self::Ticket { index, problem } => write!(f, "ticket {index}: {problem}"),
            Self::Value { problem } => problem.fmt(f),
            Self::Configuration { problem } => f.write_str(problem),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid { problem, .. } | Self::Unreadable { problem, .. } | Self::Value { problem } => {
                Some(problem)
            }
            Self::Call { error, .. } | Self::Cancelled { error, .. } => Some(error),
            Self::Incomplete(outcome) => outcome.errors().next().map(|(_, error)| error as _),
            _ => None,
        }
    }
}

impl From<WireError> for Error {
    fn from(problem: WireError) -> Self {
        Self::Value { problem }
    }
}

/// An answer of another action than the one that was called: a fault of the driver or backend.
pub(crate) fn mismatched_answer(action: Action) -> CallError {
    CallError::Unknown {
        rejection: None,
        problem: format!("the answer to {action} was one of another action"),
    }
}
