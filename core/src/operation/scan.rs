//! Reading every item of a table.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::task::MAX_SEGMENTS;
use super::{Operation, Paged, Task, invalid};
use crate::error::Error;
use crate::table::{Table, Tables};
use crate::wire::WireError;

/// Reads every item of a table in no particular order, over as many pages as it takes.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Scan<T> {
    segments: u32,
    limit: Option<u64>,
    consistent_read: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Scan<T> {
    pub(crate) fn new() -> Self {
        Self { segments: 1, limit: None, consistent_read: false, of: PhantomData }
    }

    /// Reads this many parts of the table at the same time; from 1 to 1,000,000.
    pub fn segments(mut self, segments: u32) -> Self {
        self.segments = segments;
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

impl<T: Table + DeserializeOwned> Operation for Scan<T> {
    type Output = Vec<T>;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        if !(1..=MAX_SEGMENTS).contains(&self.segments) {
            let problem = format!("a scan has 1 to {MAX_SEGMENTS} segments, not {}", self.segments);
            return Err(invalid(T::DESCRIPTION, "scan", None, WireError::new(problem)));
        }
        let table = tables.intern(Cow::Borrowed(T::DESCRIPTION));
        let Self { segments, limit, consistent_read, .. } = self;
        Ok(Task::Scan { table, segments, limit, consistent_read })
    }
}

impl<T: Table + DeserializeOwned> Paged for Scan<T> {
    type Item = T;
}
