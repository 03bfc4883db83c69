//! Reading one item.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{Operation, Task, invalid};
use crate::error::Error;
use crate::key::Key;
use crate::table::{Table, Tables};
use crate::wire::WireError;

/// Reads one item by its key; answers `None` where it does not exist.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Get<T> {
    key: Result<Key, WireError>,
    consistent_read: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Get<T> {
    pub(crate) fn new(key: Result<Key, WireError>) -> Self {
        Self { key, consistent_read: false, of: PhantomData }
    }

    /// Sees every write that was acknowledged before, at twice the read capacity.
    pub fn consistent(mut self) -> Self {
        self.consistent_read = true;
        self
    }
}

impl<T: Table + DeserializeOwned> Operation for Get<T> {
    type Output = Option<T>;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let key = self.key.map_err(|problem| invalid(T::DESCRIPTION, "get", None, problem))?;
        let table = tables.intern(Cow::Borrowed(T::DESCRIPTION));
        Ok(Task::Get { table, key, consistent_read: self.consistent_read })
    }
}
