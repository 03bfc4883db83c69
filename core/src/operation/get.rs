//! Reading one item, or asking whether it is there.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{Operation, Task, invalid};
use crate::error::Error;
use crate::expression::DocumentPath;
use crate::key::Key;
use crate::projection::Projection;
use crate::table::{TableRef, Tables};
use crate::wire::WireError;

/// Reads one item by its key; answers `None` where it does not exist.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Get<T, R = T> {
    table: TableRef,
    key: Result<Key, WireError>,
    consistent_read: bool,
    projection: Vec<DocumentPath>,
    of: PhantomData<fn() -> (T, R)>,
}

impl<T> Get<T> {
    pub(crate) fn new(table: TableRef, key: Result<Key, WireError>) -> Self {
        Self { table, key, consistent_read: false, projection: Vec::new(), of: PhantomData }
    }
}

impl<T, R> Get<T, R> {
    /// Sees every write that was acknowledged before, at twice the read capacity.
    pub fn consistent(mut self) -> Self {
        self.consistent_read = true;
        self
    }

    /// Reads the attributes of a smaller struct alone. It costs the same capacity, and less of the network.
    pub fn project<P: Projection<T>>(self) -> Get<T, P> {
        let Self { table, key, consistent_read, .. } = self;
        Get { table, key, consistent_read, projection: P::paths(), of: PhantomData }
    }

    /// Reads these attributes alone, into a type that has no others.
    pub fn project_paths<P>(self, paths: impl IntoIterator<Item = impl Into<DocumentPath>>) -> Get<T, P> {
        let Self { table, key, consistent_read, .. } = self;
        let projection = paths.into_iter().map(Into::into).collect();
        Get { table, key, consistent_read, projection, of: PhantomData }
    }
}

impl<T, R: DeserializeOwned> Operation for Get<T, R> {
    type Output = Option<R>;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, key, consistent_read, mut projection, .. } = self;
        let key = key.map_err(|problem| invalid(&table, "get", None, problem))?;
        if !projection.is_empty() {
            // A batch's answer is matched by its keys.
            for (name, _) in key.parts() {
                if !projection.iter().any(|path| path.attribute == *name) {
                    projection.push(DocumentPath::attribute(name.clone()));
                }
            }
        }
        Ok(Task::Get { table: tables.intern(table), key, consistent_read, projection })
    }
}

/// Tells whether there is an item with this key.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Exists<T>(Get<T>);

impl<T> Exists<T> {
    pub(crate) fn new(table: TableRef, key: Result<Key, WireError>) -> Self {
        Self(Get::new(table, key))
    }

    /// Sees every write that was acknowledged before, at twice the read capacity.
    pub fn consistent(self) -> Self {
        Self(self.0.consistent())
    }
}

impl<T> Operation for Exists<T> {
    type Output = bool;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Get { table, key, consistent_read, .. } = self.0;
        let key = key.map_err(|problem| invalid(&table, "get", None, problem))?;
        let names = key.parts().map(|(name, _)| DocumentPath::attribute(name.clone()));
        let projection = names.collect();
        Ok(Task::Get { table: tables.intern(table), key, consistent_read, projection })
    }
}
