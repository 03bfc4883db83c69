//! The scenarios on threads, over HTTP against the server at `DYNOCHEMY_TEST_ENDPOINT`; `.ci/dynamodb-local` starts one.

#[path = "../../testing/immediate.rs"]
mod immediate;
#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_blocking::Db;
use dynochemy_core::{Builder, Credentials};
use immediate::{Immediate, drive};

fn stage() -> Builder<Immediate> {
    let endpoint =
        std::env::var("DYNOCHEMY_TEST_ENDPOINT").expect("DYNOCHEMY_TEST_ENDPOINT is a server's URL");
    Builder::new().region("eu-west-1").credentials(Credentials::new("local", "local")).endpoint(endpoint)
}

scenarios!([ignore = "needs a server: .ci/dynamodb-local"] stage, drive);
