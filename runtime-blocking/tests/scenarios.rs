//! The scenarios on threads, with the SQL backend in place of a server.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/immediate.rs"]
mod immediate;
#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_blocking::Db;
use dynochemy_core::Builder;
use dynochemy_sql::SqlBackend;
use immediate::{Immediate, drive};

fn stage() -> Builder<Immediate> {
    Builder::new().backend(SqlBackend::in_memory().unwrap())
}

scenarios!([] stage, drive);
