//! What lies in SQLite: tables, items and tokens, and the transactions that read and change them.
//!
//! The items of all DynamoDB tables lie in one SQLite table, in front of whose key stands the table's number. One
//! SQLite table for each would have to be named and created by SQL text made at run time, and every `CREATE TABLE` or
//! `DROP TABLE` changes SQLite's schema, after which every connection compiles its statements anew. So the statements
//! are few and fixed, and are compiled once. The price is that deleting a table deletes its items one by one.
//!
//! An item's row holds its encoded form as it came, behind its key in a binary form whose byte order is DynamoDB's
//! ([`Place`](place::Place)), and its size, so that pages are counted without looking inside.
//!
//! An index is stored as a table is, under a number of its own: its items are those attributes that it projects. So one
//! set of statements reads and writes both.
//!
//! Each call is one transaction of SQLite; what a call wrote is seen by others after its commit, or never. On a file,
//! writes take turns on one connection, and reads have connections of their own: with SQLite's write-ahead log neither
//! waits for the other. A database in memory is one connection, on which all take turns.

mod administration;
mod collections;
mod definition;
mod description;
mod expirations;
mod fault;
mod format;
mod items;
mod log;
mod open_error;
mod options;
mod place;
mod readers;
mod records;
mod session;
mod streams;
mod tables;
#[cfg(test)]
pub(crate) mod testing;
mod tokens;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use dynochemy_core::CallError;

use crate::failure::Failure;
use format::Unusable;
use log::Log;
use readers::Readers;
use session::{BUSY_TIMEOUT, Session};

pub(crate) use administration::{
    Administration, ContributorInsights, KinesisDestination, PointInTimeRecovery, ResourcePolicy,
};
pub(crate) use definition::{
    CapacityChanges, Creation, Index, IndexKind, LatestStream, REGION, Settings, Source, Table,
};
pub(crate) use description::seconds;
pub(crate) use expirations::Expiration;
pub(crate) use fault::described;
pub(crate) use items::{Stored, Stretch};
pub use open_error::OpenError;
pub use options::{Durability, OpenOptions};
pub(crate) use place::{Place, forms};
pub(crate) use records::{Event, Origin, Record};
pub(crate) use session::Transaction;
pub(crate) use streams::{Shard, Stream};

/// A database, which many threads may use at once.
#[derive(Debug)]
pub(crate) struct Storage {
    /// Of a file. They end before the writer does, which then takes in the log.
    readers: Option<Readers>,
    writer: Mutex<Writer>,
}

#[derive(Debug)]
struct Writer {
    session: Session,
    /// Of a file.
    log: Option<Log>,
}

/// What a call may do to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Storage {
    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        let session = Session::in_memory().map_err(|error| OpenError::of(error, None))?;
        Ok(Self { readers: None, writer: Mutex::new(Writer { session, log: None }) })
    }

    pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        // As it stands now: a reader may be opened after the process has gone elsewhere. This also takes their meaning
        // from `:memory:` and `file:`. SQLite keeps the log beside what a link leads to.
        let path = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        let path = path.map_err(|error| OpenError::Inaccessible { problem: error.to_string() })?;
        Self::open_file(&path, options).map_err(|error| OpenError::of(error, Some(&path)))
    }

    #[cfg(feature = "server")]
    pub(crate) fn is_on_file(&self) -> bool {
        self.readers.is_some()
    }

    fn open_file(path: &Path, options: &OpenOptions) -> Result<Self, Unusable> {
        let log = Log::of(path);
        let session = Session::writer(path, &log, options)?;
        let readers = Some(Readers::open(path)?);
        Ok(Self { readers, writer: Mutex::new(Writer { session, log: Some(log) }) })
    }

    /// Does `work` in a transaction, which is rolled back where it fails or panics.
    pub(crate) fn transaction<T>(
        &self,
        access: Access,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        if let (Access::Read, Some(readers)) = (access, &self.readers) {
            return readers.take().transaction(access, BUSY_TIMEOUT, work);
        }
        let mut writer = self.writer();
        let Writer { session, log } = &mut *writer;
        let answer = session.transaction(access, BUSY_TIMEOUT, work);
        if let Some(log) = log {
            log.bound(session);
        }
        answer
    }

    /// Does `work` in a transaction that writes, as [`Storage::transaction`] does, but waits for no other one on a file:
    /// `None` where this process has one under way, an error where another process has.
    pub(crate) fn write_at_once<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Option<Result<T, CallError>> {
        if self.readers.is_none() {
            return Some(self.transaction(Access::Write, work));
        }
        let mut writer = match self.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        // Emptying a long log may wait too; that is left to the next write.
        Some(writer.session.transaction(Access::Write, Duration::ZERO, work))
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic under the lock leaves nothing behind: its transaction is rolled back on the way out.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
