//! What became of an operation, in one of four words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CallError, Effect, Error, Subject};

/// What became of an operation; each ends in exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fate {
    /// It was carried out, whether or not its answer fits the type that was asked for.
    Applied,
    /// The service refused it, and nothing was applied.
    Refused {
        /// The service's code, as in `ConditionalCheckFailedException`; `Unprocessed` for what batches left unprocessed too
        /// often.
        code: String,
    },
    /// The service was not asked, or did not answer a question that changes nothing; nothing was applied.
    NeverSent,
    /// It may have been applied: an answer was lost, and asking again could have applied it twice.
    Unknown,
}

impl Fate {
    /// Whether the database may have been changed.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Applied => Effect::Applied,
            Self::Refused { .. } | Self::NeverSent => Effect::NotApplied,
            Self::Unknown => Effect::Unknown,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied => f.write_str("applied"),
            Self::Refused { code } => write!(f, "refused ({code})"),
            Self::NeverSent => f.write_str("never sent"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl Error {
    /// What became of the operation that ended with this error.
    #[must_use]
    pub fn fate(&self) -> Fate {
        let of_call = |subject: &Subject, error: &CallError| match error {
            CallError::Refused(rejection) => Fate::Refused { code: rejection.code.clone() },
            CallError::NotSent { .. } => Fate::NeverSent,
            CallError::Unknown { .. } if subject.reads => Fate::NeverSent,
            CallError::Unknown { .. } => Fate::Unknown,
        };
        match self {
            Self::Call { subject, error } | Self::Cancelled { subject, error, .. } => of_call(subject, error),
            // Also a read was carried out.
            Self::Unreadable { .. } => Fate::Applied,
            _ => match self.effect() {
                Effect::Applied => Fate::Applied,
                Effect::NotApplied => Fate::NeverSent,
                Effect::Unknown => Fate::Unknown,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rejection;
    use super::*;

    #[test]
    fn a_fate_and_an_effect_of_one_error_agree() {
        let refused = CallError::Refused(Box::new(Rejection::new("ValidationException", "")));
        let not_sent = CallError::NotSent { problem: String::new() };
        let unknown = CallError::Unknown { rejection: None, problem: String::new() };
        for reads in [false, true] {
            let subject = || {
                Box::new(Subject {
                    operation: "put".to_owned(),
                    table: "notes".to_owned(),
                    key: None,
                    items: Vec::new(),
                    reads,
                })
            };
            let code = || "ValidationException".to_owned();
            let unanswered = if reads { Fate::NeverSent } else { Fate::Unknown };
            for (error, fate) in [
                (Error::Call { subject: subject(), error: refused.clone() }, Fate::Refused { code: code() }),
                (Error::Call { subject: subject(), error: not_sent.clone() }, Fate::NeverSent),
                (Error::Call { subject: subject(), error: unknown.clone() }, unanswered.clone()),
                (
                    Error::Cancelled { subject: subject(), causes: Vec::new(), error: refused.clone() },
                    Fate::Refused { code: code() },
                ),
                (
                    Error::Cancelled { subject: subject(), causes: Vec::new(), error: unknown.clone() },
                    unanswered,
                ),
                (Error::Skipped { subject: subject(), after: 0 }, Fate::NeverSent),
                (Error::DeadlinePassed { subject: subject(), held_up: None }, Fate::NeverSent),
                (Error::Abandoned { subject: subject(), effect: Effect::Unknown }, Fate::Unknown),
                (Error::Abandoned { subject: subject(), effect: Effect::NotApplied }, Fate::NeverSent),
            ] {
                assert_eq!(error.fate(), fate, "{error}");
                assert_eq!(error.fate().effect(), error.effect(), "{error}");
            }
        }
    }
}
