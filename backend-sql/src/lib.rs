//! DynamoDB operations on an embedded SQLite database that behaves like DynamoDB: for tests that take milliseconds, for
//! programs that are too small for a service, and for the way from one to the other.
//!
//! [`SqlBackend`] answers the same request values that the drivers send over HTTP, with DynamoDB's semantics, limits,
//! error codes and messages, and, where asked for, its provisioned throughput ([`Throughput`]) on the clock that is
//! passed in. Every driver's `Db` takes it in place of an endpoint; the [`Db`] here is the blocking one of its own.
//!
//! ```
//! use dynochemy_sql::{Db, SqlBackend, Table};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Table, Serialize, Deserialize)]
//! #[table(name = "visits")]
//! struct Visit {
//!     #[table(hash_key)]
//!     user: String,
//!     #[table(range_key)]
//!     time: u64,
//! }
//!
//! let db = Db::builder().table::<Visit>().backend(SqlBackend::in_memory()?).build()?;
//! db.run(Visit::create())?;
//! db.run(Visit { user: "123".to_owned(), time: 5 }.put())?;
//! let found: Option<Visit> = db.run(Visit::get(("123", 5)))?;
//! # Ok::<(), dynochemy_sql::Error>(())
//! ```
//!
//! Not simulated: secondary indexes, streams, time to live, on-demand tables' own limits, and the partitions of a table.

mod action;
mod backend;
mod capacity;
mod check;
mod clock;
mod db;
mod failure;
mod projection;
mod storage;
mod throughput;

pub use backend::SqlBackend;
pub use clock::{Clock, SystemClock, VirtualClock};
pub use db::{Db, Pages};
pub use dynochemy_core;
pub use dynochemy_core::application::*;
pub use dynochemy_derive::{DocumentSql as Document, ProjectionSql as Projection, TableSql as Table};
pub use storage::OpenError;
pub use throughput::Throughput;
