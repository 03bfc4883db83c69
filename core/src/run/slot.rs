//! What a run knows of each operation.

use super::attempt::Patience;
use crate::error::{CallError, Effect, Error};
use crate::item::Item;
use crate::operation::{Settled, Task};
use crate::solvent::Entry;
use crate::table::Tables;

/// An operation of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    /// The plan's entry; its result is the operation's.
    pub(crate) entry: Entry,
    /// How often a batch left it unprocessed.
    pub(super) patience: Patience,
    /// Whether it must not go into a batch any more, since one that it was in was rejected.
    pub(crate) alone: bool,
    /// Its item (or the absence of one) as it was read for a transaction in which there was no room.
    pub(crate) old: Option<Option<Item>>,
    /// The attempt that the next transaction for it is.
    pub(crate) write_attempt: u16,
}

impl Slot {
    pub(super) fn new(entry: Entry) -> Self {
        Self { entry, patience: Patience::default(), alone: false, old: None, write_attempt: 0 }
    }

    /// The task of an operation that a machine carries out.
    pub(crate) fn task(&self) -> &Task {
        self.entry.task.as_ref().expect("an operation that cannot be sent ends when it is taken in")
    }

    pub(crate) fn is_open(&self) -> bool {
        self.entry.result.is_none()
    }

    /// Makes the error of a task from the one of its last call, minding attempts that were left without an answer.
    pub(crate) fn call_error(&self, tables: &Tables, error: CallError) -> Error {
        let error = if self.entry.ambiguous { error.after_unknown() } else { error };
        Error::Call { subject: self.task().subject(tables), error }
    }

    /// Ends the operation, which must be open. That an attempt may have been applied is not forgotten.
    pub(crate) fn settle(&mut self, tables: &Tables, result: Result<Settled, Error>) {
        debug_assert!(self.is_open(), "an operation ends once");
        let result = match result {
            Err(error) if self.entry.ambiguous && error.effect() == Effect::NotApplied => {
                match &self.entry.task {
                    Ok(task) => Err(Error::Call {
                        subject: task.subject(tables),
                        error: CallError::Unknown {
                            rejection: error.rejection().cloned().map(Box::new),
                            problem: format!("an attempt was left without an answer; then: {error}"),
                        },
                    }),
                    Err(_) => Err(error),
                }
            }
            other => other,
        };
        self.entry.result = Some(result);
    }
}
