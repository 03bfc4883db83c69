//! Deleting one item.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Operation, Task, invalid};
use crate::error::Error;
use crate::key::Key;
use crate::table::{Table, Tables};
use crate::wire::WireError;

/// Deletes one item by its key; deleting what does not exist is fine.
///
/// Where an answer is lost, the delete is sent again: it is applied at least once, and may then delete what was written
/// in between.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Delete<T> {
    key: Result<Key, WireError>,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Delete<T> {
    pub(crate) fn new(key: Result<Key, WireError>) -> Self {
        Self { key, of: PhantomData }
    }
}

impl<T: Table> Operation for Delete<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let key = self.key.map_err(|problem| invalid(T::DESCRIPTION, "delete", None, problem))?;
        Ok(Task::Delete { table: tables.intern(Cow::Borrowed(T::DESCRIPTION)), key })
    }
}
