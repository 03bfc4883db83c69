//! The pure half of a `Db`: what it was configured with, and what its runs share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::capacity::{Buckets, Declared};
use crate::error::Error;
use crate::moment::Moment;
use crate::observer::{Event, EventKind, Observer};
use crate::operation::{Paged, Task};
use crate::outcome::Outcome;
use crate::retry_budget::RetryBudget;
use crate::run::{Run, RunId, Tells};
use crate::solvent::{Finish, Pinned, Plan, Solvent};
use crate::table::{Description, Tables};
use crate::view::ErasedView;

/// How runs go about their work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The most calls that one run has under way; at least 1.
    pub calls_under_way: usize,
    /// The most attempts at one call, or of one operation in batches that leave it unprocessed, without any operation of
    /// the run succeeding meanwhile; at least 1.
    pub attempts: u32,
    /// The first delay before another attempt is random, at most this; the next ones at most twice the one before.
    pub backoff_base: Duration,
    /// No delay is longer.
    pub backoff_cap: Duration,
    /// How long one attempt may take before its answer counts as lost.
    pub attempt_timeout: Duration,
    /// What the runs of one `Db` together may spend on retries after failures of the service and the network, in tokens of
    /// which each retry takes 14. Every call that succeeds gives one back, or what its own retry took. With none left,
    /// such a failure is an operation's end. The default, 5,000, is what the attempts of 32 calls need (the other defaults
    /// of these settings), so that a run alone goes on for as long as its attempts last, while a `Db` whose service stays
    /// away soon asks it once for each call and no more. Throttling, conflicts and what batches leave unprocessed take
    /// nothing: they are paced by backoff, and bounded by the attempts, else a long load could not end.
    pub retry_budget: u32,
    /// How long to wait for a table to become active, or to be gone.
    pub table_timeout: Duration,
    /// The most actions in one transaction, from 1 to 100: 100 in the service, 10 or 25 in some older servers.
    pub transaction_actions: usize,
    /// Whether updates that follow each other on one item are sent as one where the result is provably the same, so that
    /// they take one request and the capacity of one. A stream then shows one change. The default is that they are.
    pub merge_updates: bool,
    /// Whether what is sent keeps to the capacity of tables and indexes, so that little is throttled: as far as it is
    /// declared, and as the service's refusals and answers tell. Without it, what is throttled is tried again, as all that
    /// is refused for a while.
    pub prevent_throttling: bool,
}

impl Settings {
    /// Refuses settings under which no run could end well.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let problem = if self.calls_under_way == 0 {
            "`calls_under_way` must be at least 1"
        } else if self.attempts == 0 {
            "`attempts` must be at least 1: the first one counts"
        } else if self.attempt_timeout.is_zero() {
            "`attempt_timeout` must be longer than nothing"
        } else if !(1..=100).contains(&self.transaction_actions) {
            "`transaction_actions` must be from 1 to 100"
        } else {
            return Ok(());
        };
        Err(Error::configuration(format!("settings: {problem}")))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calls_under_way: 32,
            attempts: 10,
            backoff_base: Duration::from_millis(50),
            backoff_cap: Duration::from_secs(20),
            attempt_timeout: Duration::from_secs(10),
            retry_budget: 5_000,
            table_timeout: Duration::from_secs(600),
            transaction_actions: 100,
            merge_updates: true,
            prevent_throttling: true,
        }
    }
}

/// What a `Db` knows, without any way to reach a database: it starts runs, and drivers move them on.
pub struct Client {
    pub(crate) settings: Settings,
    pub(crate) names: TableNames,
    pub(crate) views: Vec<Arc<dyn ErasedView>>,
    pub(crate) session: u64,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) shared: Mutex<Shared>,
}

/// What runs change while they are polled, under one lock.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    runs: u32,
    events: u64,
    abandoned: Vec<Outcome>,
    buckets: Buckets,
}

impl Shared {
    pub(crate) fn new(declared: Declared) -> Self {
        Self { buckets: Buckets::new(declared), ..Self::default() }
    }
}

/// The names of tables in this environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableNames {
    pub(crate) prefix: String,
    pub(crate) overrides: BTreeMap<String, String>,
}

impl TableNames {
    /// The name in the service of a described table.
    pub(crate) fn of(&self, table: &Description) -> String {
        if table.as_in_service { table.name.clone().into_owned() } else { self.physical(&table.name) }
    }

    /// The name in the service of a table of the program.
    pub(crate) fn physical(&self, logical: &str) -> String {
        match self.overrides.get(logical) {
            Some(name) => name.clone(),
            None => [&*self.prefix, logical].concat(),
        }
    }
}

impl Client {
    /// Starts a plan; the driver polls the run until it is done and makes its outcome the answer.
    ///
    /// # Errors
    /// When the plan does not hold together, needs a view that this client does not know, or hands out pages, which
    /// nobody would take.
    pub fn start<P: Plan>(self: &Arc<Self>, plan: P, now: Moment) -> Result<(Run, Finish<P::Output>), Error> {
        let (solvent, finish) = plan.into_solvent();
        Ok((Run::start(self, solvent, Tells::Nothing, now)?, finish))
    }

    /// Starts a plan that tells how far it has come, and hands out the pages of what was added by
    /// [`Solvent::stream`](crate::Solvent::stream), by [`Step::Deliver`](crate::Step::Deliver).
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn watch<P: Plan>(self: &Arc<Self>, plan: P, now: Moment) -> Result<(Run, Finish<P::Output>), Error> {
        let (solvent, finish) = plan.into_solvent();
        Ok((Run::start(self, solvent, Tells::All, now)?, finish))
    }

    /// Gives a plan the tokens, times and names that it would else be given when its run starts, so that it can be saved
    /// before anything of it is sent.
    ///
    /// # Errors
    /// When the plan does not hold together, or needs a view that this client does not know.
    pub fn pin(&self, plan: Solvent, now: Moment) -> Result<Pinned, Error> {
        Ok(Pinned::new(Run::pin(self, plan, now)?, now))
    }

    /// Starts an operation whose pages are handed out as they come, by [`Step::Deliver`](crate::Step::Deliver).
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn stream<O: Paged>(self: &Arc<Self>, operation: O, now: Moment) -> Result<Run, Error> {
        let mut solvent = Solvent::new();
        let _ = solvent.stream(operation);
        Run::start(self, solvent, Tells::Pages, now)
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Keeps the outcome of a run that its user dropped; [`Client::take_abandoned`] hands it out.
    pub fn keep_abandoned(&self, outcome: Outcome) {
        /// More than anyone looks at; so that a program that never asks does not grow.
        const MOST: usize = 100;
        self.with_shared(|shared| {
            if shared.abandoned.len() == MOST {
                shared.abandoned.remove(0);
            }
            shared.abandoned.push(outcome);
        });
    }

    /// The outcomes of the last runs (100 at most) that were dropped before they were done, oldest first.
    #[must_use]
    pub fn take_abandoned(&self) -> Vec<Outcome> {
        self.with_shared(|shared| std::mem::take(&mut shared.abandoned))
    }

    pub(crate) fn next_run(&self) -> RunId {
        self.with_shared(|shared| {
            let id = RunId(shared.runs);
            shared.runs += 1;
            id
        })
    }

    /// The views that a table is the source of.
    pub(crate) fn views_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Arc<dyn ErasedView>> {
        self.views.iter().filter(move |view| view.source().name == table)
    }

    /// Whether views follow what a task writes.
    pub(crate) fn follows(&self, task: &Task, tables: &Tables) -> bool {
        !self.views.is_empty()
            && task.is_item_write()
            && task.table().is_some_and(|table| self.views_of(&tables.at(table).name).next().is_some())
    }

    /// The view that a table is the target of.
    pub(crate) fn view_into(&self, table: &str) -> Option<&Arc<dyn ErasedView>> {
        self.views.iter().find(|view| view.target().name == table)
    }

    /// Refuses a table whose views are not all known here.
    pub(crate) fn check_views(&self, table: &Description) -> Result<(), Error> {
        match table.views.iter().find(|id| !self.views_of(&table.name).any(|view| view.id() == **id)) {
            None => Ok(()),
            Some(id) => Err(Error::configuration(format!(
                "table `{}` declares the view `{id}`, which is not registered; add `.view(..)` to the builder of the Db",
                table.name
            ))),
        }
    }

    /// Does `work` under the lock that orders events.
    pub(crate) fn with_shared<R>(&self, work: impl FnOnce(&mut Shared) -> R) -> R {
        // A panic under the lock leaves counters that are still good.
        work(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does `work` as one step in the order of events, with the buckets that runs share; it tells the observers what
    /// happened.
    pub(crate) fn observed<R>(
        &self,
        run: RunId,
        now: Moment,
        work: impl FnOnce(&mut Buckets, &mut dyn FnMut(EventKind<'_>)) -> R,
    ) -> R {
        self.with_shared(|Shared { events, buckets, .. }| {
            work(buckets, &mut |what| {
                let number = *events;
                *events += 1;
                let event = Event { number, run, now, what };
                self.observers.iter().for_each(|observer| observer.observe(&event));
            })
        })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let views: Vec<_> = self.views.iter().map(|view| view.id()).collect();
        f.debug_struct("Client")
            .field("session", &self.session)
            .field("views", &views)
            .finish_non_exhaustive()
    }
}
