//! Solvents: plans of many operations.
//!
//! Operations are added to a [`Solvent`], each answered with a typed [`Ticket`]. A Solvent is plain data: it can be
//! cloned, saved and sent elsewhere, and it knows nothing of how it will be run. What is saved tells its format, and whether
//! anyone has changed it (`saved.rs`).

mod chunks;
mod identity;
mod named_write;
mod pinned;
mod plan;
mod priority;
mod saved;
mod tickets;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Subject};
use crate::fingerprint::Fingerprint;
use crate::many::Many;
use crate::moment::Moment;
use crate::operation::{Group, Operation, Paged, Settled, Streamed, Task};
use crate::table::Tables;

pub use chunks::{Chunks, ChunksCheckpoint};
pub(crate) use identity::Identity;
pub(crate) use named_write::{NamedWrite, Planned, PlannedOn};
pub use pinned::Pinned;
pub use plan::{Finish, Plan};
pub use priority::Priority;
pub(crate) use saved::{Format, check_saved};
pub use tickets::{IntoTickets, Ticket, Tickets};

/// A plan: operations that are carried out together, in few requests.
///
/// Operations on one item keep the order in which they were added; a query or scan comes after the earlier writes to
/// its table; creating or deleting a table keeps its place among the operations on that table (and of the views that
/// follow it). A PartiQL statement, or another call of the API that may change something, waits for everything before it,
/// and everything after waits for it, as at a [`barrier`](Self::barrier). What follows a failed operation on the same item is
/// not sent. All else runs at the same time; in particular, reading a view does not wait for the plan's writes to its source.
///
/// More operations than fit in memory are taken plan by plan from [`Chunks`].
///
/// ```
/// # use dynochemy_core::{Solvent, Table};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
/// let mut solvent = Solvent::new();
/// solvent.add(Visit { user: "123".to_owned(), time: 5 }.put());
/// let found = solvent.add(Visit::get(("123", 5)));
/// // let outcome = db.run(solvent).await?;
/// // let visit: Option<Visit> = outcome.take(found)?;
/// # let _ = found;
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a plan does nothing until it is run"]
pub struct Solvent {
    pub(crate) tables: Tables,
    pub(crate) entries: Many<Entry>,
    pub(crate) deadline: Option<Duration>,
    /// The positions before which everything is to have ended that stands before them, rising.
    pub(crate) barriers: Vec<u32>,
    pub(crate) priority: Priority,
    /// Whether what must not be sent twice is told before it is sent.
    pub(crate) announces: bool,
    pub(crate) origin: Origin,
    /// Ties tickets to their plan within the process.
    pub(crate) identity: Identity,
}

/// Where a plan comes from. All plans of the same operations are equal, wherever they come from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Origin {
    /// Its operations were added to it here, each by the code that made it.
    #[default]
    Here,
    /// It was read, and may hold anything.
    Outside,
}

impl Origin {
    fn outside() -> Self {
        Self::Outside
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An operation of a plan, and what is known of it from earlier runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Ties tickets to their plan.
    pub(crate) fingerprint: u64,
    /// The operation, or why it cannot be sent.
    pub(crate) task: Result<Task, Error>,
    /// The name under which a write with views is recorded in its item; the same in every run of the plan.
    pub(crate) write: Option<Box<NamedWrite>>,
    /// Whether an earlier run may have sent it under that name after this was saved, as an attempt that is not known here.
    #[serde(default)]
    pub(crate) resumed: bool,
    /// Whether an earlier run sent it and left without an answer.
    pub(crate) ambiguous: bool,
    /// From when on it may have been sent under its token.
    #[serde(default)]
    pub(crate) sent: Option<Moment>,
    /// Whether an earlier write on its item is sent again although this may have been applied after it: what its token tells
    /// then is no more in the item.
    #[serde(default)]
    pub(crate) overwritten: bool,
    /// What it ended with.
    pub(crate) result: Option<Result<Settled, Error>>,
    /// Whether the result was taken; what it held is then gone.
    #[serde(default)]
    pub(crate) taken: bool,
}

impl Default for Solvent {
    fn default() -> Self {
        Self { identity: Identity::new(), ..Self::without_tickets() }
    }
}

impl Solvent {
    /// A plan without operations.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, where nobody keeps a ticket.
    pub(super) fn without_tickets() -> Self {
        Self {
            tables: Tables::default(),
            entries: Many::default(),
            deadline: None,
            barriers: Vec::new(),
            priority: Priority::default(),
            announces: false,
            origin: Origin::Here,
            identity: Identity::default(),
        }
    }

    /// Adds an operation; the ticket takes its result from the plan's [`Outcome`](crate::Outcome).
    ///
    /// An operation that cannot be sent as it is (an empty key, an item that is too large) is added all the same, and
    /// its ticket says what is wrong.
    pub fn add<O: Operation>(&mut self, operation: O) -> Ticket<O::Output> {
        let task = operation.into_task(&mut self.tables);
        self.push(task)
    }

    /// Adds a query or scan whose pages are handed out as they come, to who watches the run (the drivers' `run_with` and
    /// `watch`); the ticket takes the number of their items.
    ///
    /// No page is asked for before the one before it, of the same segment, has been taken; at most one for each call that
    /// may be under way is held.
    ///
    /// ```
    /// # use dynochemy_core::{Delivery, Solvent, Table};
    /// # #[derive(Table, serde::Serialize, serde::Deserialize)]
    /// # #[table(name = "visits")]
    /// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
    /// # fn look(page: Delivery) {
    /// let mut solvent = Solvent::new();
    /// let visits = solvent.stream(Visit::scan().segments(4));
    /// // db.run_with(solvent, |notice| if let Notice::Page(page) = notice { .. })?;
    /// if let Ok(rows) = page.rows_of(visits) {
    ///     for visit in rows.flatten() {
    ///         println!("{} {}", visit.user, visit.time);
    ///     }
    /// }
    /// # }
    /// ```
    pub fn stream<O: Paged>(&mut self, operation: O) -> Ticket<Streamed<O::Item>> {
        let task = operation.into_task(&mut self.tables);
        self.push(task.map(Task::streamed))
    }

    fn push<T>(&mut self, task: Result<Task, Error>) -> Ticket<T> {
        let index = self.next_index();
        let task = task.and_then(|task| match task.check_limits() {
            Ok(()) => Ok(task),
            Err(problem) => Err(Error::Invalid { subject: task.subject(&self.tables), problem }),
        });
        let fingerprint = fingerprint(index, &task, &self.tables);
        self.entries.push(Entry {
            fingerprint,
            task,
            write: None,
            resumed: false,
            ambiguous: false,
            sent: None,
            overwritten: false,
            result: None,
            taken: false,
        });
        Ticket::new(fingerprint, index, self.identity)
    }

    fn next_index(&self) -> u32 {
        u32::try_from(self.entries.len()).expect("a plan has fewer than 4 billion operations")
    }

    /// Adds operations of one type, in their order, and answers their tickets.
    ///
    /// A plan is also an [`Extend`] and a [`FromIterator`] of operations, for those that need no tickets.
    ///
    /// ```
    /// # use dynochemy_core::{Solvent, Table};
    /// # #[derive(Table, serde::Serialize, serde::Deserialize)]
    /// # #[table(name = "visits")]
    /// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
    /// let mut solvent = Solvent::new();
    /// let tickets = solvent.extend((0..250).map(|time| Visit::get(("123", time))));
    /// assert_eq!((solvent.len(), tickets.len()), (250, 250));
    /// ```
    pub fn extend<O: Operation>(&mut self, operations: impl IntoIterator<Item = O>) -> Tickets<O::Output> {
        let mut tickets = Tickets::starting_at(self.next_index(), self.identity);
        for operation in operations {
            tickets.push(self.add(operation));
        }
        tickets
    }

    /// Adds a transaction: what is added to the group is applied all or not at all, under a token, so that an attempt whose
    /// answer was lost is repeated without being applied twice.
    ///
    /// A group that is empty, has more than 100 actions, or names an item twice, is not sent, and its ticket says so. What
    /// cannot be part of a transaction does not compile. See [`TransactWrite`](crate::TransactWrite) for what else holds.
    ///
    /// ```
    /// # use dynochemy_core::{Solvent, Table};
    /// # #[derive(Table, serde::Serialize, serde::Deserialize)]
    /// # #[table(name = "accounts")]
    /// # struct Account { #[table(hash_key)] id: String, balance: i64 }
    /// let mut solvent = Solvent::new();
    /// let transfer = solvent.atomically(|group| {
    ///     group.add(Account::update("a").subtract(Account::BALANCE, 100).condition(Account::BALANCE.ge(100)));
    ///     group.add(Account::update("b").add(Account::BALANCE, 100).if_exists());
    /// });
    /// // outcome.take(transfer)?;
    /// # let _ = transfer;
    /// ```
    pub fn atomically(&mut self, fill: impl FnOnce(&mut Group<'_>)) -> Ticket<()> {
        let mut group = Group::new(&mut self.tables);
        fill(&mut group);
        let task = group.into_task();
        self.push(task)
    }

    /// Lets everything that is added from now on wait until everything before it has ended, however it ended.
    ///
    /// ```
    /// # use dynochemy_core::{Solvent, Table};
    /// # #[derive(Table, serde::Serialize, serde::Deserialize)]
    /// # #[table(name = "visits")]
    /// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
    /// let mut solvent = Solvent::new();
    /// solvent.add(Visit { user: "123".to_owned(), time: 5 }.put());
    /// solvent.barrier();
    /// solvent.add(Visit::get(("another", 7))); // sent when the put has ended
    /// ```
    pub fn barrier(&mut self) {
        let position = self.next_index();
        // Before the first operation, and twice at one place, it says nothing.
        if position > 0 && self.barriers.last() != Some(&position) {
            self.barriers.push(position);
        }
    }

    /// Gives up this long after the plan is started: what has not been sent by then is not sent any more. A plan with no
    /// time at all is refused when it is started.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Takes the deadline off: of a plan that was saved or left over with one.
    pub fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }

    /// Whose turn it is, where other plans of the same `Db` wait for the same capacity: bulk work lets interactive work
    /// before, which is what a plan is unless it says so.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Tells whoever watches the run, by [`Notice::Sending`](crate::Notice::Sending), before it sends what must not be sent
    /// twice: updates that add, and writes with conditions or answers, where no token and no view tells them again. A
    /// checkpoint made then says of them that they may have been applied, so that whoever goes on from the last one saved
    /// applies nothing twice. It is for who cannot have [`exactly_once`](crate::operation::Put::exactly_once), at a
    /// checkpoint for each such call; a run that nobody watches tells nothing.
    ///
    /// ```
    /// # use dynochemy_core::{Notice, Run, Solvent};
    /// # fn look(notice: Notice, run: &Run, save: impl Fn(&Solvent)) {
    /// // let mut watched = db.watch(solvent.announce_sends())?;
    /// // while let Some(notice) = watched.next() { .. }
    /// if let Notice::Sending { .. } = notice {
    ///     save(&run.checkpoint()); // `watched.checkpoint()` on every driver
    /// }
    /// # }
    /// ```
    pub fn announce_sends(mut self) -> Self {
        self.announces = true;
        self
    }

    /// The number of operations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no operations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many operations have not ended: all of a new plan, and fewer of a saved one or of what an outcome left over.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.entries.iter().filter(|entry| entry.result.is_none()).count()
    }

    /// The operations that have not ended, by their positions in the plan, and what each is.
    pub fn open(&self) -> impl Iterator<Item = (u32, Box<Subject>)> + '_ {
        let open = (0..).zip(self.entries.iter()).filter(|(_, entry)| entry.result.is_none());
        open.filter_map(|(index, entry)| match &entry.task {
            Ok(task) => Some((index, task.subject(&self.tables))),
            Err(Error::Invalid { subject, .. }) => Some((index, subject.clone())),
            Err(_) => None,
        })
    }

    /// Whether somebody who is told nothing can run it.
    pub(crate) fn check_that_nothing_is_streamed(&self) -> Result<(), Error> {
        let is_streamed =
            |entry: &Entry| entry.result.is_none() && entry.task.as_ref().is_ok_and(Task::is_streamed);
        match self.entries.iter().position(is_streamed) {
            None => Ok(()),
            Some(index) => Err(Error::configuration(format!(
                "operation {index} hands out its pages as they come, which nobody would take here; run the plan by \
                 `run_with` or `watch`, or add the operation by `add`"
            ))),
        }
    }

    /// Whether the plan holds together. One from outside is looked through in all; of others it is known that the items
    /// that they name have keys of their tables, and that those of a transaction fit together.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let barriers_fit = self.barriers.is_sorted()
            && self.barriers.last().is_none_or(|last| *last as usize <= self.entries.len());
        let problem = (!barriers_fit).then(|| "its barriers stand in no order".to_owned());
        let problem = problem.or_else(|| self.first_misfit());
        match problem {
            None => Ok(()),
            Some(problem) => Err(Error::configuration(format!(
                "the plan was not saved by this library as it is: {problem}"
            ))),
        }
    }

    /// What is wrong with the first operation that does not fit the plan.
    fn first_misfit(&self) -> Option<String> {
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            let task = entry.task.as_ref().ok()?;
            let is_keyed = task.key().is_some() && task.table().is_some_and(|table| self.tables.holds(table));
            let is_transaction = matches!(task, Task::TransactWrite { .. } | Task::TransactGet { .. });
            if (is_keyed || is_transaction) && matches!(self.origin, Origin::Here) {
                return None;
            }
            task.check(&self.tables).err().map(|error| format!("operation {index}: {error}"))
        })
    }
}

impl<O: Operation> Extend<O> for Solvent {
    fn extend<I: IntoIterator<Item = O>>(&mut self, operations: I) {
        for operation in operations {
            let _ = self.add(operation);
        }
    }
}

impl<O: Operation> FromIterator<O> for Solvent {
    fn from_iter<I: IntoIterator<Item = O>>(operations: I) -> Self {
        let mut solvent = Self::new();
        Extend::extend(&mut solvent, operations);
        solvent
    }
}

impl fmt::Debug for Solvent {
    /// Counts by kind; never the items.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &self.entries {
            *kinds.entry(entry.task.as_ref().map_or("invalid", Task::operation)).or_default() += 1;
        }
        f.debug_struct("Solvent")
            .field("operations", &kinds)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Tells the operations of different plans apart, by position, kind, table and key.
fn fingerprint(index: u32, task: &Result<Task, Error>, tables: &Tables) -> u64 {
    let mut hash = Fingerprint::new();
    hash.feed(&index.to_le_bytes());
    if let Ok(task) = task {
        hash.feed(task.operation().as_bytes());
        if let Some(table) = task.table() {
            hash.feed(tables.at(table).name.as_bytes());
        }
        for item in task.items() {
            hash.feed(tables.at(item.table).name.as_bytes());
            item.key.feed(&mut hash);
        }
        // What has no key is told apart by all that makes it another one.
        if let Task::Call { .. } | Task::Statement { .. } = task {
            hash.feed(format!("{task:?}").as_bytes());
        }
        // A query has no key; all that makes it another one tells it apart.
        if let Task::Query { fingerprint, reading, .. } | Task::Scan { fingerprint, reading, .. } = task {
            hash.feed(&fingerprint.to_le_bytes());
            hash.feed(format!("{:?} {:?}", reading.limit, reading.answer).as_bytes());
        }
    }
    hash.finish()
}
