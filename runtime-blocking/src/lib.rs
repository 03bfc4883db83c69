//! DynamoDB on plain threads, with [ureq] and [rustls], without an executor: a driver of
//! [Dynochemy](https://github.com/dynochemy/dynochemy).
//!
//! This crate moves requests and time for the core, which decides everything else: what is sent, how often, and what
//! became of it. An application needs this crate and [serde](https://serde.rs).
//!
//! ```no_run
//! use dynochemy_blocking::{Db, Error, Solvent, Table};
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
//! fn main() -> Result<(), Error> {
//!     // Region, endpoint and credentials that are not given come from the environment.
//!     let db = Db::builder().region("eu-west-1").table::<Visit>().build()?;
//!
//!     let visit = Visit { user: "123".to_owned(), time: 5, full_name: "Rhett".to_owned() };
//!     db.run(visit.put())?;
//!     let found: Option<Visit> = db.run(Visit::get(("123", 5)))?;
//!     println!("{:?}", found.map(|visit| visit.full_name));
//!
//!     // Many operations go together, in few requests.
//!     let mut solvent = Solvent::new();
//!     for time in 0..1000 {
//!         solvent.add(Visit { user: "123".to_owned(), time, full_name: "Rhett".to_owned() }.put());
//!     }
//!     println!("{}", db.run(solvent)?.report());
//!
//!     // A stream holds one page at a time.
//!     for visit in db.stream(Visit::query("123")) {
//!         println!("{}", visit?.time);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Threads
//!
//! A lone request is sent on the thread that called; what goes at the same time gets threads of its own, as many as
//! there are requests under way, which end with the run.
//!
//! [ureq]: https://docs.rs/ureq
//! [rustls]: https://docs.rs/rustls

mod clock;
mod db;
mod drive;
mod http;
mod pages;
mod watched;
mod workers;

pub use dynochemy_core;
pub use dynochemy_core::application::*;
pub use dynochemy_derive::{
    DocumentBlocking as Document, ProjectionBlocking as Projection, TableBlocking as Table,
};

pub use db::Db;
pub use pages::Pages;
pub use watched::Watched;
