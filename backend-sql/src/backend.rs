//! The backend: request values in, response values out, one SQLite transaction each.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dynochemy_core::api::{RawInput, RawOutput, TransactWriteItemsInput};
use dynochemy_core::{Backend, CallError, Moment, Request, Response};

use crate::action::administration::{self, Administrative};
use crate::action::{self, Answered, Expiry};
use crate::expiry::attempts::{Attempt, Attempts, Remainder};
use crate::failure::Failure;
use crate::held::{HeldTransaction, Holds};
use crate::storage::{Access, Creation, OpenError, OpenOptions, Storage, Transaction};
use crate::throughput::{Meter, Throughput};

/// A database in memory or in a file that answers as DynamoDB does.
///
/// Clones are the same database, and can be used by many threads and by `Db`s of any driver at once. On a file, writes
/// are carried out one after another, and reads wait for none of them; in memory all calls take turns. A file can be open
/// in several processes.
///
/// Every read sees all writes that were acknowledged before; an eventually consistent one only costs less. Tables can
/// be used as soon as they have been created. What has expired at the time of a call is gone before it is answered; only
/// where a file cannot be written just then, since another call or process writes to it or its disk is full, reads do not
/// wait, and may see it still. Throttling is off until it is asked for ([`SqlBackend::with_throughput`]).
///
/// ```
/// use dynochemy_sql::{Backend, Moment, SqlBackend};
/// use dynochemy_sql::dynochemy_core::{Request, api::DescribeTableInput};
///
/// let backend = SqlBackend::in_memory()?;
/// let describe = Request::DescribeTable(DescribeTableInput { table_name: "visits".to_owned() });
/// let error = backend.answer(&describe, Moment::EPOCH).unwrap_err();
/// assert_eq!(error.rejection().unwrap().code, "ResourceNotFoundException");
/// # Ok::<(), dynochemy_sql::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqlBackend {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    storage: Storage,
    meter: Meter,
    holds: Holds,
    attempts: Attempts,
    /// In nanoseconds.
    creation_time: AtomicU64,
}

/// What a call is answered from.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) meter: &'a Meter,
    pub(crate) holds: &'a Holds,
    pub(crate) attempts: &'a Attempts,
    pub(crate) now: Moment,
    /// How long tables and indexes take to be created.
    creation_time: Duration,
}

impl Context<'_> {
    /// How long what is created now is under creation, where it is not active at once.
    pub(crate) fn creation(&self) -> Option<Creation> {
        let Self { now, creation_time, .. } = self;
        (*creation_time > Duration::ZERO).then(|| Creation { begins: *now, ends: *now + *creation_time })
    }
}

impl SqlBackend {
    /// A new database in memory, which ends with the last of its clones.
    ///
    /// # Errors
    /// When SQLite has no memory.
    pub fn in_memory() -> Result<Self, OpenError> {
        Storage::in_memory().map(Self::new)
    }

    /// The database in a file, which is created where it does not exist.
    ///
    /// What was answered is in the file for good, also after the process is killed or the power fails;
    /// [`SqlBackend::options`] has less for more speed. Files are `FILE` itself and, while it is in use, `FILE-wal` and
    /// `FILE-shm` beside it, which belong to it: after a crash the last writes are in the `-wal`. A copy is whole where it
    /// is made while nobody has the file open; neither a file that was deleted or replaced under an open database, nor a
    /// `-wal` of another file, is always noticed.
    ///
    /// # Errors
    /// As [`OpenOptions::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        OpenOptions::new().open(path)
    }

    /// How to open a database in a file, otherwise than [`SqlBackend::open`] does.
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    pub(crate) fn open_with(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        Storage::open(path, options).map(Self::new)
    }

    /// Limits the use of tables, for all clones; every table starts anew.
    ///
    /// Time goes on by what callers pass in, and never back: for a call with an earlier moment, as of another clock, it is
    /// as late as for the latest call before.
    #[must_use = "the backend is handed back"]
    pub fn with_throughput(self, throughput: Throughput) -> Self {
        self.shared.meter.restart(throughput);
        self
    }

    /// Limits the use of tables otherwise from `now` on, for all clones: what they have saved stays, as far as they can
    /// still save it. So the capacity can be changed while plans are under way; the declared one also by an UpdateTable
    /// call.
    pub fn set_throughput(&self, throughput: Throughput, now: Moment) {
        self.shared.meter.limit(throughput, now);
    }

    /// Lets tables and indexes that are created from now on, by all clones, take this long to become active, on the clock
    /// that is passed in; without it they are active at once.
    ///
    /// Until then DescribeTable says `CREATING`, items cannot be read or written, and an index that is added to a table
    /// cannot be queried, as in the service. So a test sees whether a program waits for what it creates.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dynochemy_sql::{Db, SqlBackend, Table, VirtualClock};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Table, Serialize, Deserialize)]
    /// #[table(name = "visits")]
    /// struct Visit {
    ///     #[table(hash_key)]
    ///     user: String,
    /// }
    ///
    /// let backend = SqlBackend::in_memory()?.with_creation_time(Duration::from_secs(20));
    /// let clock = VirtualClock::new(dynochemy_sql::Moment::EPOCH);
    /// let db = Db::builder().table::<Visit>().backend(backend).build()?.with_clock(clock.clone());
    /// // Creating waits until the table is active, which takes no real time here.
    /// db.run(Visit::create())?;
    /// assert!(dynochemy_sql::Clock::now(&clock).as_secs() >= 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "the backend is handed back"]
    pub fn with_creation_time(self, time: Duration) -> Self {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.shared.creation_time.store(nanos, Ordering::Relaxed);
        self
    }

    /// Begins a TransactWriteItems call and leaves it under way: until it is finished or dropped, other calls meet it, and
    /// fail by a conflict. So a test makes conflicts when and where it wants them; see [`HeldTransaction`].
    ///
    /// It is checked, and its conditions are evaluated, now; its capacity is taken when it is finished. One whose token
    /// stands for a transaction that was applied holds nothing. Other processes that have the same file open know nothing
    /// of it. A table that is deleted meanwhile takes what is held of it along; the transaction is then applied to the one
    /// that has its name when it is finished.
    ///
    /// A plan that meets it tries again for some 20 seconds, which a test does not want to wait for: its `Db` takes a
    /// [`VirtualClock`](crate::VirtualClock).
    ///
    /// # Errors
    /// What the call would be refused or cancelled with now; nothing is held then.
    pub fn hold(&self, input: TransactWriteItemsInput, now: Moment) -> Result<HeldTransaction, CallError> {
        let request = Request::TransactWriteItems(input);
        // Under the writer's lock, so that no write comes in between.
        self.work(Access::Write, now, |context| {
            let number = context.holds.add(action::hold(&request, context)?);
            Ok(HeldTransaction::new(self.clone(), number, request))
        })
    }

    /// Whether calls may wait for a disk, and do not all take turns.
    #[cfg(feature = "server")]
    pub(crate) fn is_on_file(&self) -> bool {
        self.shared.storage.is_on_file()
    }

    #[cfg(test)]
    pub(crate) fn storage(&self) -> &Storage {
        &self.shared.storage
    }

    #[cfg(test)]
    pub(crate) fn attempts(&self) -> &Attempts {
        &self.shared.attempts
    }

    pub(crate) fn finish(&self, number: u64, request: &Request, now: Moment) -> Result<Response, CallError> {
        self.answer_after(Access::Write, request, now, |context| context.holds.release(number))
    }

    pub(crate) fn release(&self, number: u64) {
        self.shared.holds.release(number);
        self.shared.attempts.renew();
    }

    /// Answers a request, after something else under the same lock.
    fn answer_after(
        &self,
        access: Access,
        request: &Request,
        now: Moment,
        before: impl FnOnce(&Context<'_>),
    ) -> Result<Response, CallError> {
        let Answered { response, deleted } = self.work(access, now, |context| {
            before(context);
            action::answer(request, context)
        })?;
        self.shared.meter.forget(&deleted);
        Ok(response)
    }

    /// Answers a request that was read: a raw one is of an action that has no values of its own.
    pub(crate) fn carry_out(&self, request: &Request, now: Moment) -> Result<Response, CallError> {
        let keeps_token =
            matches!(request, Request::ExecuteTransaction(input) if input.client_request_token.is_some());
        let access = match request {
            Request::Raw(input) => {
                administration::action(&input.action).map_or(Access::Read, Administrative::access)
            }
            other if other.is_read() && !keeps_token => Access::Read,
            _ => Access::Write,
        };
        self.answer_after(access, request, now, |_| ())
    }

    fn work<T>(
        &self,
        access: Access,
        now: Moment,
        work: impl FnOnce(&Context<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        let worked = self.transaction(access, now, |context| {
            let attempt = if context.transaction.has_expired(now)? {
                context.attempts.begin(access, now)
            } else {
                None
            };
            Ok(match attempt {
                None => Worked::Done(work(context)?),
                Some(attempt) => Worked::NotYet(work, attempt),
            })
        })?;
        match worked {
            Worked::Done(answer) => Ok(answer),
            Worked::NotYet(work, attempt) => {
                self.expire(attempt, access, now);
                self.transaction(access, now, work)
            }
        }
    }

    /// Lets expire what has, before a call. Reads do not wait for that.
    fn expire(&self, attempt: Attempt, access: Access, now: Moment) {
        let Shared { storage, attempts, .. } = &*self.shared;
        let mut expiry = Expiry::default();
        while !expiry.is_over {
            let expired = match access {
                Access::Write => {
                    Some(self.transaction(Access::Write, now, |context| action::expire(&expiry, context)))
                }
                Access::Read => storage.write_at_once(|transaction| {
                    action::expire(&expiry, &self.shared.context(transaction, now))
                }),
            };
            match expired {
                Some(Ok(more)) => expiry = more,
                Some(Err(_)) => return attempts.end(attempt, Remainder::Unwritable),
                None => return,
            }
        }
        if expiry.leaves_some {
            attempts.end(attempt, Remainder::Held);
        }
    }

    fn transaction<T>(
        &self,
        access: Access,
        now: Moment,
        work: impl FnOnce(&Context<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        let shared = &*self.shared;
        shared.storage.transaction(access, |transaction| work(&shared.context(transaction, now)))
    }

    fn new(storage: Storage) -> Self {
        let creation_time = AtomicU64::new(0);
        let (meter, holds, attempts) = (Meter::default(), Holds::default(), Attempts::default());
        let shared = Shared { storage, meter, holds, attempts, creation_time };
        Self { shared: Arc::new(shared) }
    }
}

impl Shared {
    fn context<'a>(&'a self, transaction: &'a Transaction<'a>, now: Moment) -> Context<'a> {
        let Self { meter, holds, attempts, creation_time, .. } = self;
        let creation_time = Duration::from_nanos(creation_time.load(Ordering::Relaxed));
        Context { transaction, meter, holds, attempts, now, creation_time }
    }
}

/// What came of looking at a call.
enum Worked<T, W> {
    Done(T),
    /// It is to be looked at again, once what has expired is gone.
    NotYet(W, Attempt),
}

impl Backend for SqlBackend {
    fn answer(&self, request: &Request, now: Moment) -> Result<Response, CallError> {
        let Request::Raw(RawInput { action, body, .. }) = request else {
            return self.carry_out(request, now);
        };
        let body = self.told(action, body.as_bytes(), now)?;
        Ok(RawOutput { body: String::from_utf8_lossy(&body).into_owned() }.into())
    }

    fn limits_throughput(&self) -> bool {
        self.shared.meter.is_limited()
    }
}
