//! The blocking `Db` of this crate.

use std::marker::PhantomData;
use std::sync::Arc;

use dynochemy_core::operation::Paged;
use dynochemy_core::{
    Backend, Builder, Client, Configuration, Connect, Error, Outcome, Plan, Rows, Run, Step, WireError,
};

use crate::backend::SqlBackend;
use crate::clock::{Clock, SystemClock};

/// A database and the plans that run on it, one call after another on the thread that asks.
///
/// Clones are the same `Db`.
///
/// It takes its backend from the builder, which may be any; without one it is a database in memory of its own.
#[derive(Clone)]
pub struct Db {
    client: Arc<Client>,
    backend: Arc<dyn Backend>,
    clock: Arc<dyn Clock>,
}

impl Db {
    /// Begins to make a `Db`.
    pub fn builder() -> Builder<Self> {
        Builder::new()
    }

    /// Tells the time, and waits, by another clock.
    #[must_use = "the `Db` is handed back"]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Carries out an operation or a Solvent.
    ///
    /// # Errors
    /// What the operation failed with; for a Solvent [`Error::Incomplete`] with the whole outcome.
    pub fn run<P: Plan>(&self, plan: P) -> Result<P::Output, Error> {
        let (mut run, finish) = self.client.start(plan, self.clock.now())?;
        while !matches!(self.advance(&mut run), Step::Done) {}
        finish(run.finish())
    }

    /// Carries out an operation whose items are handed out as they come.
    ///
    /// # Errors
    /// When the operation cannot be started.
    pub fn stream<O: Paged>(&self, operation: O) -> Result<Stream<O::Item>, Error> {
        let run = self.client.stream(operation, self.clock.now())?;
        Ok(Stream { db: self.clone(), run: Some(run), page: None, of: PhantomData })
    }

    /// The outcomes of the last streams that were dropped before they ended, oldest first.
    #[must_use]
    pub fn take_abandoned(&self) -> Vec<Outcome> {
        self.client.take_abandoned()
    }

    /// Takes one step of a run, and hands out those that are not calls or waits.
    fn advance(&self, run: &mut Run) -> Step {
        loop {
            match run.poll(self.clock.now()) {
                Step::Send(call) => {
                    let answer = self.backend.answer(&call.request, self.clock.now());
                    run.complete(call.id, answer, self.clock.now());
                }
                Step::Wait { until: Some(moment) } => self.clock.wait_until(moment),
                // Every call has been answered, so that there is always a time to wait for.
                Step::Wait { until: None } => {}
                step => return step,
            }
        }
    }
}

impl Connect for Db {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        if let Some(endpoint) = &configuration.endpoint {
            let problem =
                format!("this `Db` has a backend and no endpoint; `{endpoint}` needs another driver");
            return Err(Error::Configuration { problem });
        }
        let backend = match &configuration.backend {
            Some(backend) => Arc::clone(backend),
            None => Arc::new(SqlBackend::in_memory()?),
        };
        let mut entropy = [0; 8];
        getrandom::fill(&mut entropy).map_err(|error| Error::Configuration {
            problem: format!("the operating system has no random numbers: {error}; give the builder a seed"),
        })?;
        let client = configuration.into_client(u64::from_ne_bytes(entropy))?;
        Ok(Self { client, backend, clock: Arc::new(SystemClock::new()) })
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("client", &self.client).finish_non_exhaustive()
    }
}

/// The items of a query or scan, which is carried on as they are taken.
///
/// Dropped before its end, it keeps its outcome for [`Db::take_abandoned`].
#[must_use = "nothing is read until items are taken"]
pub struct Stream<T> {
    db: Db,
    run: Option<Run>,
    page: Option<Rows<T>>,
    of: PhantomData<fn() -> T>,
}
