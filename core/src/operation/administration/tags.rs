//! A table's tags: names and values by which it is found or billed.
//!
//! The service takes them by the table's Amazon resource name, which is asked for first.
//!
//! See [Tagging](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html).

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::operation::{Operation, Task};
use crate::table::{TableRef, Tables};

/// What is to happen to a table's tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagChange {
    /// These are added; each takes the place of one with the same key.
    Add(BTreeMap<String, String>),
    /// Those with these keys are taken off.
    Remove(BTreeSet<String>),
}

administration! {
    /// Asks for a table's tags: their values by their keys.
    ListTags -> BTreeMap<String, String>, |table| Task::ListTags { table };
}

/// Gives a table tags; each takes the place of one with the same key. The service may take some seconds to tell of them.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct TagTable<T> {
    table: TableRef,
    tags: BTreeMap<String, String>,
    of: PhantomData<fn() -> T>,
}

impl<T> TagTable<T> {
    pub(crate) fn new<K: Into<String>, V: Into<String>>(
        table: TableRef,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let tags = tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { table, tags, of: PhantomData }
    }
}

impl<T> Operation for TagTable<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        Ok(Task::ChangeTags { table: tables.intern(self.table), change: TagChange::Add(self.tags) })
    }
}

/// Takes the tags with these keys off a table; that it has none of them is fine.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct UntagTable<T> {
    table: TableRef,
    keys: BTreeSet<String>,
    of: PhantomData<fn() -> T>,
}

impl<T> UntagTable<T> {
    pub(crate) fn new<K: Into<String>>(table: TableRef, keys: impl IntoIterator<Item = K>) -> Self {
        Self { table, keys: keys.into_iter().map(Into::into).collect(), of: PhantomData }
    }
}

impl<T> Operation for UntagTable<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        Ok(Task::ChangeTags { table: tables.intern(self.table), change: TagChange::Remove(self.keys) })
    }
}
