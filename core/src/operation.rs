//! Operations: what a user wants done, as values with a type for their answer.
//!
//! Each is made by a method of [`Table`](crate::Table), refined by methods of its own, and either run alone or added to
//! a [`Solvent`](crate::Solvent), unchanged. Calls of the API as they are (administration, PartiQL, Streams, any other action
//! by name) are operations too: run an [`api`](crate::api) input, and its output is the answer. Such inputs name tables as the
//! service does. An operation becomes a [`Task`], its plain data, when it enters a plan.

mod administration;
pub(crate) mod call;
mod change;
mod check;
mod delete;
mod exactly_once;
mod get;
mod group;
mod put;
mod query;
mod reading;
mod scan;
mod settle;
mod statement;
mod stream;
mod task;
mod transaction;
mod update;
mod writing;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::{TableDescription, TimeToLiveDescription};
use crate::error::{Error, Subject};
use crate::item::{Item, Items};
use crate::key::Key;
use crate::request::{Request, Response};
use crate::table::{Description, Tables};
use crate::wire::WireError;

pub use administration::{
    BillingChange, CreateTable, DeleteTable, DescribeTable, DescribeTimeToLive, EnsureStep, EnsureTable,
    Ensured, IndexChange, ListTables, ListTags, StreamChange, TableUpdate, TableWait, TagChange, TagTable,
    UntagTable, UpdateTable, UpdateTimeToLive, WaitUntilActive, WaitUntilGone,
};
pub use change::Change;
pub use check::Check;
pub use delete::Delete;
pub use exactly_once::ExactlyOnce;
pub use get::{Exists, Get};
pub use group::Group;
pub use put::{MAX_ITEM_SIZE, Put};
pub use query::Query;
pub use reading::{Page, Reading, ReadingAnswer, SettledPage};
pub use scan::{Scan, Segments};
pub use settle::{Misfit, Settle};
pub use statement::{Statement, StatementAnswers, StatementBatch, StatementItems, StatementTransaction};
pub use stream::{Checkpoint, ReadSoFar, SegmentSoFar, Streamed};
pub(crate) use stream::{PagePlace, page_key};
pub use task::Task;
pub(crate) use task::TaskItem;
pub use transaction::{Gets, MAX_ACTIONS, TransactGet, TransactWrite, Transactable};
pub use update::Update;
pub use writing::{Returns, TimeStamp, WriteOptions};

/// The types that an operation knows and does not hold.
type Of<T> = std::marker::PhantomData<fn() -> T>;

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
    /// Items by the positions of their gets, each where it exists.
    Positions(Vec<Option<Item>>),
    /// Pages of items.
    Items(Vec<Items>),
    /// Items, and where to go on from.
    Page(SettledPage),
    /// A number of items.
    Count(u64),
    /// A table's description.
    Table(Box<TableDescription>),
    /// What ensuring a table has come to.
    Ensured(Box<Ensured>),
    /// Whether a table's items expire.
    TimeToLive(TimeToLiveDescription),
    /// A table's tags: their values by their keys.
    Tags(BTreeMap<String, String>),
    /// The names of tables.
    Names(Vec<String>),
    /// The answer to a call of the API.
    Response(Box<Response>),
}

/// The error of an operation on a table that cannot be sent as it is.
fn invalid(description: &Description, operation: &str, key: Option<Key>, problem: WireError) -> Error {
    let reads = matches!(operation, "get" | "check" | "query" | "scan");
    let table = description.name.clone().into_owned();
    let subject = Subject { operation: operation.to_owned(), table, key, items: Vec::new(), reads };
    Error::Invalid { subject: Box::new(subject), problem }
}

/// The error of a call of the API that cannot be sent as it is.
fn invalid_call(request: &Request, problem: WireError) -> Error {
    let operation = request.name().to_owned();
    let subject =
        Subject { operation, table: String::new(), key: None, items: Vec::new(), reads: request.is_read() };
    Error::Invalid { subject: Box::new(subject), problem }
}
