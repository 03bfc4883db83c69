//! The blocking `Db` of this crate.

mod pages;
mod watched;

use std::borrow::Cow;
use std::sync::Arc;

use dynochemy_core::operation::Paged;
use dynochemy_core::{
    Backend, Builder, Client, Configuration, Connect, Error, Explanation, Notice, Outcome, Pinned, Plan,
    Progress, Run, Solvent, Step,
};

use crate::backend::SqlBackend;
use crate::clock::{Clock, SystemClock};

pub use pages::Pages;
pub use watched::Watched;

/// A database, and plans that run on it, one call after another on the thread that asks. Clones are cheap, and share
/// everything.
///
/// Its backend comes from the builder, and may be any; without one it is a database in memory of its own.
///
/// ```
/// use std::time::Duration;
/// use dynochemy_sql::{Db, Error, Moment, SqlBackend, Table, Throughput, VirtualClock};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "visits", read_capacity = 1000, write_capacity = 5)]
/// struct Visit {
///     #[table(hash_key)]
///     user: String,
///     seen: u64,
/// }
///
/// let backend =
///     SqlBackend::in_memory()?.with_throughput(Throughput::declared().burst(Duration::from_secs(1)));
/// let clock = VirtualClock::new(Moment::from_secs(1_800_000_000));
/// let db = Db::builder().backend(backend).build()?.with_clock(clock);
/// db.run(Visit::create())?;
/// for user in 0..20 {
///     // Throttled after five writes a second, and tried again: the clock moves, and nobody waits.
///     db.run(Visit { user: user.to_string(), seen: 1 }.put())?;
/// }
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Db {
    client: Arc<Client>,
    backend: Arc<dyn Backend>,
    clock: Arc<dyn Clock>,
}

impl Db {
    /// Starts making a `Db`.
    pub fn builder() -> Builder<Self> {
        Builder::new()
    }

    /// Tells the time, and waits, by another clock than the system's.
    #[must_use = "the `Db` is handed back"]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Carries out an operation or a [`Solvent`](crate::Solvent), and answers when all of it has ended.
    ///
    /// # Errors
    /// What the operation failed with; for a Solvent [`Error::Incomplete`] with the whole outcome.
    pub fn run<P: Plan>(&self, plan: P) -> Result<P::Output, Error> {
        let (run, finish) = self.client.start(plan, self.clock.now())?;
        finish(Drive::new(Cow::Borrowed(self), run).outcome())
    }

    /// Carries out an operation or a [`Solvent`](crate::Solvent), and tells on the way how far it has come; pages of what
    /// was added by [`Solvent::stream`](crate::Solvent::stream) are handed out as they come. The run goes on when `notice`
    /// is done with them.
    ///
    /// # Errors
    /// As [`Db::run`].
    ///
    /// ```
    /// # use dynochemy_sql::{Db, Error, Notice, Solvent};
    /// fn load(db: &Db, solvent: Solvent) -> Result<(), Error> {
    ///     let outcome = db.run_with(solvent, |notice| {
    ///         if let Notice::Progress(progress) = notice {
    ///             println!("{progress}");
    ///         }
    ///     })?;
    ///     println!("{}", outcome.report());
    ///     Ok(())
    /// }
    /// ```
    pub fn run_with<P: Plan>(&self, plan: P, notice: impl FnMut(Notice)) -> Result<P::Output, Error> {
        let mut watched = self.watch(plan)?;
        watched.by_ref().for_each(notice);
        watched.finish()
    }

    /// Gives a plan its tokens, times and names before it is run, so that it can be saved first: what is
    /// `.exactly_once()` is then applied once, also where another process runs what was saved. See [`Pinned`](crate::Pinned).
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn pin(&self, plan: Solvent) -> Result<Pinned, Error> {
        self.client.pin(plan, self.clock.now())
    }

    /// Starts an operation or a [`Solvent`](crate::Solvent) that is moved on by asking for what it has to tell: for whoever
    /// saves checkpoints on the way.
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn watch<P: Plan>(&self, plan: P) -> Result<Watched<P::Output>, Error> {
        let (run, finish) = self.client.watch(plan, self.clock.now())?;
        Ok(Watched::new(Drive::new(Cow::Owned(self.clone()), run), finish))
    }

    /// Carries out a query or scan whose items are handed out one after another, a page in memory at a time.
    ///
    /// Nothing is read before the first item is asked for. The iterator ends after the first error, except that an item
    /// which does not fit its type is an error of its own.
    pub fn stream<O: Paged>(&self, operation: O) -> Pages<O::Item> {
        let run = self.client.stream(operation, self.clock.now());
        Pages::new(run.map(|run| Drive::new(Cow::Owned(self.clone()), run)))
    }

    /// What running a plan is expected to take: waves, requests, capacity and time. Nothing is sent.
    ///
    /// # Errors
    /// When the plan does not hold together.
    pub fn explain(&self, plan: &Solvent) -> Result<Explanation, Error> {
        self.client.explain(plan)
    }

    /// What became of the last runs (100 at most) whose streams were dropped before they were done, oldest first.
    #[must_use]
    pub fn take_abandoned(&self) -> Vec<Outcome> {
        self.client.take_abandoned()
    }
}

impl Connect for Db {
    /// Region and credentials have no meaning here, and are ignored.
    fn connect(mut configuration: Configuration) -> Result<Self, Error> {
        if let Some(endpoint) = &configuration.endpoint {
            let problem =
                format!("the `Db` of dynochemy-sql has no endpoint: `{endpoint}` needs one of the drivers");
            return Err(Error::Configuration { problem });
        }
        let backend = match &configuration.backend {
            Some(backend) => Arc::clone(backend),
            None => Arc::new(SqlBackend::in_memory()?),
        };
        configuration.backend = Some(Arc::clone(&backend));
        Ok(Self {
            client: configuration.into_client(getrandom::u64)?,
            backend,
            clock: Arc::new(SystemClock::new()),
        })
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("client", &self.client).finish_non_exhaustive()
    }
}

/// A run and what moves it on. Dropped before its end, it keeps the run's outcome.
#[derive(Debug)]
struct Drive<'a> {
    db: Cow<'a, Db>,
    run: Option<Run>,
}

impl<'a> Drive<'a> {
    fn new(db: Cow<'a, Db>, run: Run) -> Self {
        Self { db, run: Some(run) }
    }

    /// The next thing to be told; `None` at the end.
    fn notice(&mut self) -> Option<Notice> {
        let Db { backend, clock, .. } = &*self.db;
        let run = self.run.as_mut()?;
        let mut now = clock.now();
        loop {
            match run.poll(now) {
                Step::Send(call) => {
                    let answer = backend.answer(&call.request, now);
                    now = clock.now();
                    run.complete(call.id, answer, now);
                }
                Step::Deliver(notice) => return Some(notice),
                // Every call was answered before, so there is always a time to wait for.
                Step::Wait { until } => {
                    clock.wait_until(until.unwrap_or(now));
                    now = clock.now();
                }
                Step::Done => return None,
            }
        }
    }

    fn outcome(mut self) -> Outcome {
        while self.notice().is_some() {}
        self.run.take().expect("a run is here until its outcome is taken").finish()
    }

    fn hand_out_no_more(&mut self) {
        let now = self.db.clock.now();
        self.run.as_mut().expect("a run is here until its outcome is taken").hand_out_no_more(now);
    }

    fn checkpoint(&self) -> Solvent {
        self.run().checkpoint()
    }

    fn progress(&self) -> Progress {
        self.run().progress()
    }

    fn run(&self) -> &Run {
        self.run.as_ref().expect("a run is here until its outcome is taken")
    }
}

impl Drop for Drive<'_> {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            self.db.client.keep_abandoned(run.abandon(self.db.clock.now()));
        }
    }
}
