//! Writes and checks of a plan that are applied all or not at all.

use super::Task;
use super::transaction::{self, Transactable};
use crate::error::Error;
use crate::table::Tables;

/// What [`Solvent::atomically`](crate::Solvent::atomically) adds to: a transaction in the making.
#[derive(Debug)]
pub struct Group<'a> {
    tables: &'a mut Tables,
    /// Each where it can be sent as it is.
    actions: Vec<Result<Task, Error>>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(tables: &'a mut Tables) -> Self {
        Self { tables, actions: Vec::new() }
    }

    /// Adds a put, delete, update or check that answers nothing. There are at most 100 of them, each on an item of its own.
    pub fn add<O: Transactable>(&mut self, action: O) {
        self.actions.push(action.into_task(self.tables));
    }

    pub(crate) fn into_task(self) -> Result<Task, Error> {
        transaction::write(self.actions, None, self.tables)
    }
}
