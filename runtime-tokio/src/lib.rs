//! DynamoDB on [tokio], with [hyper] and [rustls]: a driver of [Dynochemy](https://github.com/dynochemy/dynochemy).
//!
//! This crate moves requests and time for the core, which decides everything else: what is sent, how often, and what
//! became of it. An application needs this crate and [serde](https://serde.rs).
//!
//! ```no_run
//! use dynochemy_tokio::{Db, Error, Solvent, Table};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Table, Serialize, Deserialize)]
//! #[table(name = "visits")]
//! struct Visit {
//!     #[table(hash_key)]
//!     user: String,
//!     #[table(range_key)]
//!     time: u64,
//!     full_name: String,
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     // Region, endpoint and credentials that are not given come from the environment.
//!     let db = Db::builder().region("eu-west-1").table::<Visit>().build()?;
//!
//!     let visit = Visit { user: "123".to_owned(), time: 5, full_name: "Rhett".to_owned() };
//!     db.run(visit.put()).await?;
//!     let found: Option<Visit> = db.run(Visit::get(("123", 5))).await?;
//!     println!("{:?}", found.map(|visit| visit.full_name));
//!
//!     // Many operations go together, in few requests.
//!     let mut solvent = Solvent::new();
//!     for time in 0..1000 {
//!         solvent.add(Visit { user: "123".to_owned(), time, full_name: "Rhett".to_owned() }.put());
//!     }
//!     println!("{}", db.run(solvent).await?.report());
//!
//!     // A stream holds one page at a time.
//!     let mut visits = db.stream(Visit::query("123"));
//!     while let Some(visit) = visits.next().await {
//!         println!("{}", visit?.time);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Cancelling
//!
//! Dropping a future of [`Db::run`], or a stream, abandons its run: what is under way is cut off and may have been
//! applied, what was not sent is not. [`Db::take_abandoned`] tells which was which.
//!
//! # Where it runs
//!
//! A [`Db`] can be made anywhere, but its futures must be polled on tokio, with time and IO enabled. Waiting goes by
//! tokio's clock, so that tests may pause it.
//!
//! [tokio]: https://docs.rs/tokio
//! [hyper]: https://docs.rs/hyper
//! [rustls]: https://docs.rs/rustls

mod clock;
mod db;
mod drive;
mod http;
mod pages;
mod watched;

pub use dynochemy_core;
pub use dynochemy_core::application::*;
pub use dynochemy_derive::{DocumentTokio as Document, ProjectionTokio as Projection, TableTokio as Table};

pub use db::Db;
pub use pages::Pages;
pub use watched::Watched;

/// The README's example is a test, too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
