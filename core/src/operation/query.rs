//! Reading the items of one hash key.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{Operation, Paged, Task, invalid};
use crate::error::Error;
use crate::expression::RangeCondition;
use crate::key::KeyValue;
use crate::table::{KeyForm, RangeSchema, Table, Tables};
use crate::wire::WireError;

/// Reads the items of one hash key in the order of their range keys: all of them, over as many pages as it takes.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Query<T> {
    hash: Result<KeyValue, WireError>,
    range: Option<Result<RangeCondition, WireError>>,
    forward: bool,
    limit: Option<u64>,
    consistent_read: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Query<T> {
    pub(crate) fn new(hash: Result<KeyValue, WireError>) -> Self {
        Self { hash, range: None, forward: true, limit: None, consistent_read: false, of: PhantomData }
    }

    /// Only the items whose range key lies between two values, both included.
    pub fn between<R>(mut self, low: impl KeyForm<R>, high: impl KeyForm<R>) -> Self
    where
        T::Keys: RangeSchema<Range = R>,
    {
        let range = low.key_value().and_then(|low| Ok(RangeCondition::Between(low, high.key_value()?)));
        self.range = Some(range);
        self
    }

    /// The largest range key first.
    pub fn reverse(mut self) -> Self {
        self.forward = !self.forward;
        self
    }

    /// At most this many items.
    pub fn limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self
    }

    /// Sees every write that was acknowledged before, at twice the read capacity.
    pub fn consistent(mut self) -> Self {
        self.consistent_read = true;
        self
    }
}

impl<T: Table + DeserializeOwned> Operation for Query<T> {
    type Output = Vec<T>;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let description = T::DESCRIPTION;
        let refuse = |problem| invalid(description, "query", None, problem);
        let hash = self.hash.and_then(|hash| {
            if hash.size() == 0 { Err(WireError::new("a key must not be empty")) } else { Ok(hash) }
        });
        let hash = hash.map_err(|problem| refuse(problem.within(&description.keys.hash.name)))?;
        let range = self.range.transpose().map_err(refuse)?;
        let table = tables.intern(Cow::Borrowed(description));
        let Self { forward, limit, consistent_read, .. } = self;
        Ok(Task::Query { table, hash, range, forward, limit, consistent_read })
    }
}

impl<T: Table + DeserializeOwned> Paged for Query<T> {
    type Item = T;
}
