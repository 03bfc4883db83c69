//! The scenarios on SQLite in process.

#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_core::{AsyncDb, Builder, Configuration, Connect, Error, Plan};
use dynochemy_sql::Db;
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

scenarios!([] Builder::<Immediate>::new, drive);
