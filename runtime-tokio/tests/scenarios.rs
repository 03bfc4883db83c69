//! The scenarios on tokio, with the SQL backend in place of a server.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_core::Builder;
use dynochemy_sql::SqlBackend;
use dynochemy_tokio::Db;

fn drive(scenario: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(scenario);
}

fn stage() -> Builder<Db> {
    Builder::new().backend(SqlBackend::in_memory().unwrap())
}

scenarios!([] stage, drive);
