//! Writes and checks of a plan that are applied all or not at all.

use super::transaction::{self, Transactable};
use super::{Task, invalid_transaction};
use crate::error::Error;
use crate::table::Tables;

/// What [`Solvent::atomically`](crate::Solvent::atomically) adds to: a transaction in the making.
#[derive(Debug)]
pub struct Group<'a> {
    tables: &'a mut Tables,
    actions: Vec<Task>,
    /// The first action that cannot be sent as it is.
    error: Option<Error>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(tables: &'a mut Tables) -> Self {
        Self { tables, actions: Vec::new(), error: None }
    }

    /// Adds a put, delete, update or check that answers nothing. There are at most 100 of them, each on an item of its own.
    pub fn add<O: Transactable>(&mut self, action: O) {
        match action.into_task(self.tables) {
            Ok(task) => self.actions.push(task),
            Err(error) => drop(self.error.get_or_insert(error)),
        }
    }

    pub(crate) fn into_task(self) -> Result<Task, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let actions = self.actions;
        match transaction::check(&actions, actions.len()) {
            Ok(()) => Ok(Task::TransactWrite { actions, token: None }),
            Err(problem) => Err(invalid_transaction("transaction", problem)),
        }
    }
}
