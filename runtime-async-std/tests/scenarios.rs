//! The scenarios on async-std, with the SQL backend in place of a server.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_async_std::Db;
use dynochemy_core::Builder;
use dynochemy_sql::SqlBackend;

fn drive(scenario: impl Future<Output = ()>) {
    async_std::task::block_on(scenario);
}

fn stage() -> Builder<Db> {
    Builder::new().backend(SqlBackend::in_memory().unwrap())
}

scenarios!([] stage, drive);
