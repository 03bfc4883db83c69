//! A blocking `Db` for code that is written for asynchronous ones: its futures are ready at once.

use dynochemy_core::{AsyncDb, Configuration, Connect, Error, Notice, Pinned, Plan, Solvent};
use futures_util::FutureExt as _;

use crate::Db;

#[derive(Clone)]
pub(crate) struct Immediate(Db);

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

    async fn run_with<P>(&self, plan: P, notice: impl FnMut(Notice) + Send) -> Result<P::Output, Error>
    where
        P: Plan<Output: Send> + Send,
    {
        self.0.run_with(plan, notice)
    }

    fn pin(&self, plan: Solvent) -> Result<Pinned, Error> {
        self.0.pin(plan)
    }
}

/// Drives a future that has only such a `Db` to wait for.
pub(crate) fn drive(scenario: impl Future<Output = ()>) {
    std::pin::pin!(scenario).now_or_never().expect("nothing waits");
}
