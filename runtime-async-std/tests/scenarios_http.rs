//! The scenarios on async-std, over HTTP against the server at `DYNOCHEMY_TEST_ENDPOINT`; `.ci/dynamodb-local` starts one.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_async_std::Db;
use dynochemy_core::{Builder, Credentials};

fn drive(scenario: impl Future<Output = ()>) {
    async_std::task::block_on(scenario);
}

fn stage() -> Builder<Db> {
    let endpoint =
        std::env::var("DYNOCHEMY_TEST_ENDPOINT").expect("DYNOCHEMY_TEST_ENDPOINT is a server's URL");
    Builder::new().region("eu-west-1").credentials(Credentials::new("local", "local")).endpoint(endpoint)
}

scenarios!([ignore = "needs a server: .ci/dynamodb-local"] stage,
    drive
);
