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
//! There are:
//!
//! - items with all of core's conditions, filters, projections and updates, in the older forms too, and every kind of
//!   returned values; batches; transactions that write and that read, with tokens and the reasons of a cancellation;
//! - global and local secondary indexes, with keys of several attributes and all projections, queried and scanned in
//!   segments, created with their table or on a live one, with the capacity that they take;
//! - PartiQL: statements, batches and transactions;
//! - creating, changing, describing, listing and deleting tables; tags; deletion protection.
//!
//! Calls never meet here, unless a test wants them to: [`SqlBackend::hold`] leaves a transaction under way, and others fail
//! by a conflict with it.
//!
//! What takes the service a while is done when it is answered: tables and indexes are active at once,
//! unless their creation is given a time ([`SqlBackend::with_creation_time`]). Items, bytes and
//! indexes are counted when a table is described. Items expire on the clock that is passed in: what has expired is
//! gone before the next call is answered.
//!
//! Other clients' requests come in as JSON with expression text, as over HTTP: [`SqlBackend::answer_json`]. With
//! the feature `server`, `server::Server` and the program `dynochemy-local` take them over HTTP, from any AWS SDK.
//!
//! What an account has beside that is answered as on a fresh one: limits, settings of backups, insights, Kinesis and
//! policies, which are kept and told; what needs other services or regions is refused with errors of the service's.
//!
//! Not there yet, and refused by an error that says so: vector indexes, replicas. Not simulated: adaptive capacity, and
//! how tables billed on demand grow.
//! `FIDELITY.md` lists the actions one by one, and what was decided where servers disagree.

mod action;
mod backend;
mod capacity;
mod check;
mod clock;
mod db;
mod digest;
mod expiry;
mod failure;
#[cfg(fuzzing)]
pub mod fuzzing;
mod held;
mod index;
mod partiql;
mod projection;
#[cfg(feature = "server")]
pub mod server;
mod storage;
mod stream;
mod throughput;
mod wire;

pub use backend::SqlBackend;
pub use clock::{Clock, SystemClock, VirtualClock};
pub use db::{Db, Pages, Watched};
pub use dynochemy_core;
pub use dynochemy_core::application::*;
pub use dynochemy_derive::{DocumentSql as Document, ProjectionSql as Projection, TableSql as Table};
pub use held::HeldTransaction;
pub use storage::{Durability, OpenError, OpenOptions};
pub use throughput::Throughput;
pub use wire::JsonAnswer;
