//! The operations of a run: the plan's entries, and what the run knows beside that of the few that went through more.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

use super::attempt::Patience;
use crate::error::{CallError, Effect, Error};
use crate::item::Item;
use crate::many::Many;
use crate::operation::{Settled, Task};
use crate::solvent::{Entry, Planned};
use crate::table::Tables;

/// Why nobody knows whether an operation that the service has applied is still in its item.
const OVERWRITTEN: &str = "an earlier run may have applied it, and what comes before it on the item was sent again since; read \
                           the item to know, and `pin` plans before they are saved, so that such writes go under tokens";

/// The operations of a run, by their positions in the plan. An entry's result is the operation's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slots {
    entries: Many<Entry>,
    notes: BTreeMap<u32, Notes>,
}

/// What only a run knows of an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Notes {
    /// How often a batch left it unprocessed.
    pub(super) patience: Patience,
    /// Whether it must not go into a batch any more, since one that it was in was rejected.
    pub(super) alone: bool,
    /// Its item (or the absence of one) as it was read for a transaction in which there was no room.
    pub(super) old: Option<Option<Item>>,
}

impl Slots {
    pub(super) fn new(entries: Many<Entry>) -> Self {
        Self { entries, notes: BTreeMap::new() }
    }

    pub(super) fn into_entries(self) -> Many<Entry> {
        self.entries
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    pub(super) fn notes_mut(&mut self, operation: u32) -> &mut Notes {
        self.notes.entry(operation).or_default()
    }

    /// Whether an operation must not go into a batch any more.
    pub(super) fn is_alone(&self, operation: u32) -> bool {
        self.notes.get(&operation).is_some_and(|notes| notes.alone)
    }

    /// How often batches left an operation unprocessed.
    pub(super) fn tries(&self, operation: u32) -> u32 {
        self.notes.get(&operation).map_or(0, |notes| notes.patience.tries)
    }

    /// The item of an operation, where it was read for a transaction in which there was no room.
    pub(crate) fn old(&self, operation: u32) -> Option<&Option<Item>> {
        self.notes.get(&operation)?.old.as_ref()
    }
}

impl Index<u32> for Slots {
    type Output = Entry;

    fn index(&self, operation: u32) -> &Entry {
        &self.entries[operation as usize]
    }
}

impl IndexMut<u32> for Slots {
    fn index_mut(&mut self, operation: u32) -> &mut Entry {
        &mut self.entries[operation as usize]
    }
}

impl Entry {
    /// The task of an operation that a machine carries out.
    pub(crate) fn task(&self) -> &Task {
        self.task.as_ref().expect("an operation that cannot be sent ends when it is taken in")
    }

    pub(crate) fn is_open(&self) -> bool {
        self.result.is_none()
    }

    /// Makes the error of a task from the one of its last call, minding attempts that were left without an answer.
    pub(crate) fn call_error(&self, tables: &Tables, error: CallError) -> Error {
        let error = if self.ambiguous { error.after_unknown() } else { error };
        Error::Call { subject: self.task().subject(tables), error }
    }

    /// Changes what is known of the last attempt of a write that views follow.
    pub(super) fn plan_write(&mut self, change: impl FnOnce(&mut Option<Planned>)) {
        if let Some(write) = &mut self.write {
            change(&mut write.planned);
        }
    }

    /// Lets a write that was sent together with others be sent apart, under a token of its own; unless they may have been
    /// applied together, of which that token tells.
    pub(super) fn forget_token(&mut self) {
        let resumed = self.resumed;
        self.plan_write(|last| {
            if let Some(last) = last.as_mut().filter(|last| !last.lost && !resumed) {
                last.token = None;
            }
        });
    }

    /// Ends the operation, which must be open. That an attempt may have been applied is not forgotten.
    pub(crate) fn settle(&mut self, tables: &Tables, result: Result<Settled, Error>) {
        debug_assert!(self.is_open(), "an operation ends once");
        let result = match result {
            Err(error) if self.ambiguous && error.effect() == Effect::NotApplied => match &self.task {
                Ok(task) => Err(Error::Call {
                    subject: task.subject(tables),
                    error: CallError::Unknown {
                        rejection: error.rejection().cloned().map(Box::new),
                        problem: error.after_an_attempt(),
                    },
                }),
                Err(_) => Err(error),
            },
            Ok(_) if self.overwritten => Err(Error::Call {
                subject: self.task().subject(tables),
                error: CallError::Unknown { rejection: None, problem: OVERWRITTEN.to_owned() },
            }),
            other => other,
        };
        if result.is_ok() {
            self.plan_write(|last| *last = None);
        }
        self.result = Some(result);
    }
}
