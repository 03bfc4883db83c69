//! A plan under way: the state machine that drivers move on.
//!
//! ```text
//!            start                      poll
//! Solvent ----------> Run ----------------------------------> Step::Send(call)      the driver sends it, and
//!                      ^                                                            calls `complete` when it ends
//!                      |                                      Step::Deliver(notice) handed to the user
//!                      |  complete(call, answer)              Step::Wait { until }  until then or a completion
//!                      +-------------------------- driver     Step::Done            `finish` gives the Outcome
//! ```
//!
//! A run holds no connection, clock or random source: time is an argument, and jitter comes from the seed of its `Db`.
//! It is plain data that can be cloned and compared. What is sent when is decided in [`scheduler`], what is sent again
//! and what a lost answer means in [`calls`]; what each task sends is in its [machine](crate::machine).

mod attempt;
mod calls;
mod deadline;
mod ending;
mod few;
mod intake;
mod merging;
mod order;
mod pace;
mod queues;
mod ready;
mod rising;
mod scheduler;
mod slots;
mod telling;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::{CallError, Error};
use crate::moment::Moment;
use crate::notice::{Notice, Progress};
use crate::observer::EventKind;
use crate::operation::Task;
use crate::outcome::Outcome;
use crate::request::{Request, Response};
use crate::solvent::{Entry, Solvent};
use crate::write_id::WriteId;

pub(crate) use calls::is_alive;
use pace::Pace;
use scheduler::Scheduler;
pub(crate) use scheduler::token_error;
pub(crate) use slots::Slots;
pub(crate) use telling::Tells;

/// The number of a run within its `Db`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub(crate) u32);

/// The number of a call within its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub(crate) u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a driver is to do next. Either there is work, or there is a wait; never both.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this call, and poll again at once.
    Send(Call),
    /// Hand this to the run's user, and poll again when more is wanted.
    Deliver(Notice),
    /// Nothing to do before a call under way completes, or the time comes.
    Wait {
        /// When to poll again at the latest; `None` where only a completion can bring more to do.
        until: Option<Moment>,
    },
    /// Every operation has ended; [`Run::finish`] gives the outcome.
    Done,
}

/// A call to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What to name the call by in [`Run::complete`].
    pub id: CallId,
    /// What to ask.
    pub request: Arc<Request>,
    /// When the run stops waiting for the answer. The run sees to it itself; a driver may free its socket then.
    pub expires: Moment,
}

/// A plan under way.
#[derive(Clone, Debug)]
pub struct Run {
    client: Arc<Client>,
    id: RunId,
    /// Moved about by its address.
    scheduler: Box<Scheduler>,
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.client, &other.client) && self.id == other.id && self.scheduler == other.scheduler
    }
}

impl Run {
    pub(crate) fn start(
        client: &Arc<Client>,
        mut plan: Solvent,
        tells: Tells,
        now: Moment,
    ) -> Result<Self, Error> {
        plan.check()?;
        if tells == Tells::Nothing {
            plan.check_that_nothing_is_streamed()?;
        }
        check_deadline(&plan)?;
        check_tables(client, &plan)?;
        let id = client.next_run();
        // Runs of one session differ in their jitter, and those of one seed agree.
        let seed = client.session ^ u64::from(id.0).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        name_writes(client, id, &mut plan);
        set_times(&mut plan, now);
        let scheduler = client.observed(id, now, |buckets, tell| {
            tell(EventKind::Started { plan: &plan, seed });
            let pace = Pace::new(id, &plan, client, buckets);
            Box::new(Scheduler::new(plan, seed, tells, pace, now))
        });
        Ok(Self { client: Arc::clone(client), id, scheduler })
    }

    /// Gives a plan what a run gives it, and sends nothing.
    pub(crate) fn pin(client: &Client, mut plan: Solvent, now: Moment) -> Result<Solvent, Error> {
        plan.check()?;
        check_deadline(&plan)?;
        check_tables(client, &plan)?;
        guard_by_tokens(client, &mut plan);
        name_writes(client, client.next_run(), &mut plan);
        set_times(&mut plan, now);
        Ok(plan)
    }

    /// The run's number within its `Db`.
    #[must_use]
    pub fn id(&self) -> RunId {
        self.id
    }

    /// Tells what to do next. The work in one poll is bounded; after [`Step::Wait`] or [`Step::Done`], polling again
    /// changes nothing until the time has come or a call is completed.
    pub fn poll(&mut self, now: Moment) -> Step {
        let Self { client, id, scheduler } = self;
        client.observed(*id, now, |buckets, tell| {
            let step = scheduler.with_buckets(buckets, |scheduler| scheduler.poll(client, now));
            tell(EventKind::Polled { step: &step });
            step
        })
    }

    /// Takes the answer of a call. Unknown ids, and calls that have ended before, are ignored.
    pub fn complete(&mut self, call: CallId, answer: Result<Response, CallError>, now: Moment) {
        let Self { client, id, scheduler } = self;
        client.observed(*id, now, |buckets, tell| {
            tell(EventKind::Completed { call, answer: &answer });
            scheduler.with_buckets(buckets, |scheduler| scheduler.complete(client, call, answer, now));
        });
    }

    /// How far the run has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.scheduler.progress()
    }

    /// What is left of the plan, to be saved: started again, by this process or another one, it goes on.
    ///
    /// Valid from the start on, before anything is sent. A write without views or a token that was sent after the
    /// checkpoint was made is sent again by who resumes from it. Where that matters, make one before each such call
    /// ([`Solvent::announce_sends`]), or save a [pinned](crate::Pinned) plan: what may have been sent, and must not be
    /// repeated, is then reported as unknown. So is, of writes that views follow, what must not be repeated and was not known
    /// to be applied, or not to be, by its item: any of them may have been sent after the checkpoint was made.
    ///
    /// What is handed out page by page goes on after the last page that was delivered; a page of which items were not
    /// taken is put back by [`Rows::put_back`](crate::Rows::put_back).
    pub fn checkpoint(&self) -> Solvent {
        self.scheduler.checkpoint()
    }

    /// Hands out no more pages and tells no more, since nobody takes it. An operation of which there are pages still ends
    /// as [`Error::Abandoned`], and what is left over goes on with the first that was not handed out; the others go on.
    pub fn hand_out_no_more(&mut self, now: Moment) {
        let Self { client, id, scheduler } = self;
        client.observed(*id, now, |buckets, _| {
            scheduler.with_buckets(buckets, |scheduler| scheduler.hand_out_no_more(client));
        });
    }

    /// Gives up: what has not ended is told to be abandoned, and whether it may have been applied.
    #[must_use]
    pub fn abandon(mut self, now: Moment) -> Outcome {
        let abandoned = !self.scheduler.is_done();
        let Self { client, id, scheduler } = &mut self;
        client.observed(*id, now, |buckets, tell| {
            scheduler.leave(buckets, now);
            tell(EventKind::Ended { abandoned, progress: &scheduler.progress() });
        });
        self.scheduler.into_outcome(now)
    }

    /// The outcome, after [`Step::Done`]; before that, the same as [`Run::abandon`].
    #[must_use]
    pub fn finish(self) -> Outcome {
        let now = self.scheduler.now();
        self.abandon(now)
    }
}

/// Whether the tables of a plan are one each in the service, with views that are all known.
fn check_tables(client: &Client, plan: &Solvent) -> Result<(), Error> {
    let mut names = BTreeMap::new();
    for table in plan.tables.iter() {
        client.check_views(table)?;
    }
    // A lone table shares its name with none.
    let several = plan.tables.iter().nth(1).is_some();
    for table in plan.tables.iter().filter(|_| several) {
        let physical = client.names.of(table);
        let Some(other) = names.insert(physical.clone(), &table.name) else { continue };
        let problem = if *other == table.name {
            format!(
                "the plan describes table `{other}` twice, with different keys, and a table has one; mend the type whose \
                 keys are not the table's"
            )
        } else {
            format!(
                "tables `{other}` and `{}` are both `{physical}` in the service; give their types one name, so that \
                 operations on one item keep their order",
                table.name
            )
        };
        return Err(Error::configuration(problem));
    }
    Ok(())
}

/// Sets the times of creation and change of what is to be written, unless an earlier run has.
fn set_times(plan: &mut Solvent, now: Moment) {
    for entry in &mut plan.entries {
        let Ok(task) = &mut entry.task else { continue };
        if let Err(problem) = task.set_times(now) {
            let subject = task.subject(&plan.tables);
            entry.task = Err(Error::Invalid { subject, problem });
        }
    }
}

/// Refuses a plan with no time at all.
pub(crate) fn check_deadline(plan: &Solvent) -> Result<(), Error> {
    if plan.deadline.is_some_and(|deadline| deadline.is_zero()) {
        return Err(Error::configuration(
            "the plan's deadline is over before it begins: it is counted from the start of the run, so give it some time",
        ));
    }
    Ok(())
}

/// Names the writes that views follow, and what goes under a token, unless an earlier run has.
fn name_writes(client: &Client, run: RunId, plan: &mut Solvent) {
    mark_overwritten(plan);
    for (operation, entry) in (0..).zip(&mut plan.entries) {
        let Ok(task) = &entry.task else { continue };
        let is_transaction = match task {
            Task::TransactWrite { .. } => true,
            Task::Call { request } => request.is_transaction(),
            task => task.is_exactly_once(),
        };
        let followed = client.follows(task, &plan.tables);
        // What an earlier run may have sent under a token may have been applied, until that token (or the item) tells.
        // So may what views follow, until its item tells; a name alone says nothing, since a plan is named before it is run.
        entry.ambiguous |= entry.sent.is_some() && task.is_under_token() || entry.resumed && followed;
        // What has ended keeps its name, or is to have none any more.
        if entry.result.is_none() && (is_transaction || followed) {
            let id = WriteId { session: client.session, run: run.0, operation };
            entry.write.get_or_insert_with(|| Box::new(id.into()));
        }
    }
}

/// Marks what may have been applied under a token, and follows what is sent again without one on one of its items.
fn mark_overwritten(plan: &mut Solvent) {
    if plan.entries.iter().all(|entry| entry.sent.is_none()) {
        return;
    }
    let mut sent_again = BTreeSet::new();
    for entry in plan.entries.iter_mut().filter(|entry| entry.result.is_none()) {
        let Entry { task: Ok(task), sent, overwritten, .. } = entry else { continue };
        for item in task.items().filter(|item| item.write) {
            let item = (item.table, item.key.identity());
            if sent.is_some() && task.is_under_token() {
                *overwritten |= sent_again.contains(&item);
            } else {
                sent_again.insert(item);
            }
        }
    }
}

/// Puts plain writes under tokens that are followed by something under one on their item: sent again without one, they would
/// undo that.
fn guard_by_tokens(client: &Client, plan: &mut Solvent) {
    let mut guarded = BTreeSet::new();
    for entry in plan.entries.iter_mut().rev().filter(|entry| entry.result.is_none()) {
        let Ok(task) = &mut entry.task else { continue };
        let items: Vec<_> =
            task.items().filter(|item| item.write).map(|item| (item.table, item.key.identity())).collect();
        if task.is_under_token() {
            guarded.extend(items);
        } else if items.iter().any(|item| guarded.contains(item)) && !client.follows(task, &plan.tables) {
            task.guard_by_token();
        }
    }
}
