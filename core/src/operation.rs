//! Operations: what a user wants done, as values with a type for their answer.
//!
//! Each is made by a method of [`Table`](crate::Table), refined by methods of its own, and either run alone or added to
//! a [`Solvent`](crate::Solvent), unchanged. An operation becomes a [`Task`], its plain data, when it enters a plan.

mod administration;
mod delete;
mod get;
mod put;
mod query;
mod scan;
mod task;
mod update;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::TableDescription;
use crate::error::{Error, Subject};
use crate::item::{Item, Items};
use crate::key::{Key, KeyShape};
use crate::table::{Description, Tables};
use crate::wire::{self, WireError};

pub use administration::{CreateTable, DeleteTable, DescribeTable};
pub use delete::Delete;
pub use get::Get;
pub use put::{MAX_ITEM_SIZE, Put};
pub use query::Query;
pub use scan::Scan;
pub use task::Task;
pub use update::Update;

/// One thing to be done, with a type for its answer.
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub trait Operation {
    /// What the operation answers.
    type Output: Settle;

    /// The operation as plain data; its table is entered in `tables`.
    ///
    /// # Errors
    /// When the operation cannot be sent as it is; the error names what is wrong.
    fn into_task(self, tables: &mut Tables) -> Result<Task, Error>;
}

/// An operation whose answer comes in pages, which can be handed out one after another.
pub trait Paged: Operation {
    /// What a page's items are.
    type Item: DeserializeOwned;
}

/// What an operation that succeeded ended with, before it is decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Settled {
    /// It was applied; there is nothing to tell.
    Done,
    /// The item that was asked for, where it exists.
    Item(Option<Item>),
    /// Pages of items.
    Items(Vec<Items>),
    /// A table's description.
    Table(Box<TableDescription>),
}

/// A type that an operation's answer can be decoded into.
pub trait Settle: Sized {
    /// Decodes the answer.
    ///
    /// # Errors
    /// When the answer does not fit the type.
    fn settle(settled: Settled) -> Result<Self, Misfit>;
}

/// Why an answer does not fit its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// What is wrong.
    pub problem: WireError,
    /// The item that does not fit, and its position in the answer; `None` where it is not about an item.
    pub item: Option<(usize, Item)>,
}

impl Misfit {
    /// The error of an operation on this table, which names the item by its key, or by its position where the key was
    /// not read.
    pub(crate) fn into_error(self, mut subject: Box<Subject>, keys: &KeyShape) -> Error {
        let mut problem = self.problem;
        if let (None, Some((index, item))) = (&subject.key, self.item) {
            match keys.extract(&item) {
                Ok(key) => subject.key = Some(key),
                Err(_) => problem = problem.at(index),
            }
        }
        Error::Unreadable { subject, problem }
    }
}

fn unexpected(settled: &Settled) -> Misfit {
    let problem = format!("the operation ended with something else than was asked for: {settled:?}");
    Misfit { problem: WireError::new(problem), item: None }
}

fn decode<T: DeserializeOwned>(index: usize, item: Item) -> Result<T, Misfit> {
    wire::decode(&item).map_err(|problem| Misfit { problem, item: Some((index, item)) })
}

impl Settle for () {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }
}

impl<T: DeserializeOwned> Settle for Option<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Item(item) => item.map(|item| decode(0, item)).transpose(),
            other => Err(unexpected(&other)),
        }
    }
}

impl<T: DeserializeOwned> Settle for Vec<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        let Settled::Items(pages) = settled else { return Err(unexpected(&settled)) };
        let items = pages.iter().flat_map(Items::iter);
        items.enumerate().map(|(index, item)| decode(index, item)).collect()
    }
}

impl Settle for TableDescription {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Table(description) => Ok(*description),
            other => Err(unexpected(&other)),
        }
    }
}

/// The error of an operation on a table that cannot be sent as it is.
fn invalid(description: &Description, operation: &str, key: Option<Key>, problem: WireError) -> Error {
    let reads = matches!(operation, "get" | "query" | "scan");
    let table = description.name.clone().into_owned();
    let subject = Subject { operation: operation.to_owned(), table, key, reads };
    Error::Invalid { subject: Box::new(subject), problem }
}
