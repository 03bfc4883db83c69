//! The scenarios on threads, over HTTP against the server at `DYNOCHEMY_TEST_ENDPOINT`; `.ci/dynamodb-local` starts one.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_blocking::Db;
use dynochemy_core::{AsyncDb, Builder, Configuration, Connect, Credentials, Error, Plan};
use futures_util::FutureExt as _;

/// The blocking `Db` for code that is written for asynchronous ones: its futures are ready at once.
#[derive(Clone)]
struct Immediate(Db);

impl Connect for Immediate {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Db::connect(configuration).map(Self)
    }
}

impl AsyncDb for Immediate {
    async fn run<P>(&self, plan: P) -> Result<P::Output, Error>
    where
        P: Plan<Output: Send> + Send,
    {
        self.0.run(plan)
    }
}

fn drive(scenario: impl Future<Output = ()>) {
    std::pin::pin!(scenario).now_or_never().expect("nothing waits");
}

fn stage() -> Builder<Immediate> {
    let endpoint =
        std::env::var("DYNOCHEMY_TEST_ENDPOINT").expect("DYNOCHEMY_TEST_ENDPOINT is a server's URL");
    anywhere().endpoint(endpoint)
}

fn anywhere() -> Builder<Immediate> {
    Builder::new().region("eu-west-1").credentials(Credentials::new("local", "local"))
}

scenarios!([ignore = "needs a server: .ci/dynamodb-local"] stage,
    drive
);

#[test]
fn an_unreachable_endpoint() {
    drive(scenarios::an_unreachable_endpoint(anywhere));
}
