//! Deleting one item.

use std::marker::PhantomData;

use super::writing::{Returns, Writing, conditional};
use super::{Operation, Settle, Task, invalid};
use crate::error::Error;
use crate::key::Key;
use crate::number::Number;
use crate::table::{Draft, Entity, TableRef, Tables};
use crate::wire::WireError;

/// Deletes one item by its key; deleting what does not exist is fine.
///
/// Where an answer is lost, a plain delete is sent again: it is applied at least once, and may then delete what was
/// written in between. One with a condition, or that answers an item, is not.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Delete<T, R = ()> {
    table: TableRef,
    entity: &'static Entity,
    key: Result<Key, WireError>,
    writing: Writing,
    of: PhantomData<fn() -> (T, R)>,
}

impl<T> Delete<T> {
    pub(crate) fn new(table: TableRef, entity: &'static Entity, key: Result<Key, WireError>) -> Self {
        Self { table, entity, key, writing: Writing::new(), of: PhantomData }
    }

    pub(crate) fn of_item(
        table: TableRef,
        entity: &'static Entity,
        item: Result<(Key, Draft), WireError>,
    ) -> Self {
        let version = item.as_ref().ok().and_then(|(_, draft)| draft.version);
        let mut delete = Self::new(table, entity, item.map(|(key, _)| key));
        if let Some(version) = version {
            delete.writing.require_version(entity, version);
        }
        delete
    }

    /// Answers the item that was deleted; `None` where there was none.
    pub fn return_old(self) -> Delete<T, Option<T>> {
        let Self { table, entity, key, mut writing, .. } = self;
        writing.returns = Returns::Old;
        Delete { table, entity, key, writing, of: PhantomData }
    }
}

impl<T, R> Delete<T, R> {
    /// Only where the item has this version (see `#[table(version)]`).
    pub fn expect_version(mut self, version: u64) -> Self {
        self.writing.require_version(self.entity, Number::from(version));
        self
    }
}

conditional!(Delete);

impl<T, R: Settle> Operation for Delete<T, R> {
    type Output = R;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, key, writing, .. } = self;
        let key = key.map_err(|problem| invalid(&table, "delete", None, problem))?;
        match writing.options() {
            Ok(options) => Ok(Task::Delete { table: tables.intern(table), key, options }),
            Err(problem) => Err(invalid(&table, "delete", Some(key), problem)),
        }
    }
}
