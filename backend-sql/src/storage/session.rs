//! A connection to the database, and one transaction after another on it.
//!
//! Statements are compiled once for each connection, and found again by their text: rusqlite's own statements borrow the
//! connection, and could not lie beside it.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::time::Duration;

use dynochemy_core::CallError;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, MAIN_DB, OpenFlags};

use super::Access;
use super::fault;
use super::format::{self, Unusable};
use super::log::Log;
use super::open_error::OpenError;
use super::options::{Durability, OpenOptions};
use super::tables::Known;
use crate::failure::{Failure, internal};

/// How long to wait for another process that is writing to the same file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// SQLite's smallest, in bytes: no database is shorter.
const SMALLEST_PAGE: u64 = 512;
/// The most that a connection keeps of a file in memory, in negative KiB as SQLite wants it. SQLite's own 2 MB are less
/// than ten thousand items; there are up to 17 connections. To set it, SQLite looks into the file.
const CACHE: i64 = -16 * 1024;
/// More than there are statements.
const STATEMENTS: usize = 64;

/// A connection, with what it knows of the tables.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    known: Known,
    /// Whether other connections write to the same database.
    has_others: bool,
}

/// A transaction under way. Dropped before its end, it is rolled back.
///
/// Where nobody else has the database, SQLite's own transaction begins with the first write: before that, there is nobody
/// to be kept apart from.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) known: &'a Known,
    /// Whether the next write is the only one.
    lone: Cell<bool>,
}

impl Session {
    pub(super) fn in_memory() -> Result<Self, Unusable> {
        let mut connection = Connection::open_in_memory()?;
        format::prepare(&mut connection, Durability::default())?;
        Ok(Self::new(connection, false))
    }

    /// The connection that writes to a file, which is created where it does not exist.
    pub(super) fn writer(path: &Path, log: &Log, options: &OpenOptions) -> Result<Self, Unusable> {
        // The log first: whoever makes a new file at this moment writes into the file before the log.
        let is_whole = log.is_empty();
        let length = fs::metadata(path).map_or(0, |file| file.len());
        // SQLite would take either for a new file, and delete the log.
        match length {
            0 if !is_whole => return Err(damaged("it is empty, and the log beside it is not")),
            1..SMALLEST_PAGE => return Err(OpenError::NotADatabase.into()),
            _ => {}
        }
        if options.durability == Durability::Full
            && !is_whole
            && let Some(problem) = log.damage()
        {
            return Err(OpenError::DamagedLog { problem }.into());
        }
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        // A file that is not to be used is left as it is, with its log.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_whole)?;
        if connection.is_readonly(MAIN_DB)? {
            return Err(OpenError::ReadOnly.into());
        }
        format::prepare(&mut connection, options.durability)?;
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        if is_whole && !length.is_multiple_of(page) {
            return Err(damaged("it ends within a page"));
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        Ok(Self::new(connection, true))
    }

    /// A connection that reads a file which has been prepared.
    pub(super) fn reader(path: &Path) -> rusqlite::Result<Self> {
        let connection = connect(path, OpenFlags::empty())?;
        // It could write the log's index, which readers have to after a crash; but no statement of ours writes.
        connection.pragma_update(None, "query_only", true)?;
        let session = Self::new(connection, true);
        // SQLite looks into the file only now.
        session.known.begin(&session.connection)?;
        session.connection.pragma_update(None, "cache_size", CACHE)?;
        Ok(session)
    }

    fn new(connection: Connection, has_others: bool) -> Self {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Self { connection, known: Known::default(), has_others }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Does `work` in a transaction, which is rolled back where it fails or panics. It waits so long for other processes.
    pub(super) fn transaction<T>(
        &mut self,
        access: Access,
        patience: Duration,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        let transaction = self.begin(access, patience).map_err(|error| Failure::from(error).rolled_back())?;
        match work(&transaction) {
            Ok(answer) => match transaction.commit() {
                Ok(()) => Ok(answer),
                Err(error) => Err(commit_failed(access, error)),
            },
            Err(failure) => {
                drop(transaction);
                Err(failure.rolled_back())
            }
        }
    }

    fn begin(&mut self, access: Access, patience: Duration) -> rusqlite::Result<Transaction<'_>> {
        let Self { connection, known, has_others } = self;
        // Only a rollback that failed leaves one open.
        if !connection.is_autocommit() {
            execute(connection, "ROLLBACK")?;
        }
        let transaction = Transaction { connection, known, lone: Cell::new(false) };
        if *has_others {
            let begin = if access == Access::Write { "BEGIN IMMEDIATE" } else { "BEGIN" };
            if patience == BUSY_TIMEOUT {
                execute(connection, begin)?;
            } else {
                connection.busy_timeout(patience)?;
                let begun = execute(connection, begin);
                connection.busy_timeout(BUSY_TIMEOUT)?;
                begun?;
            }
            transaction.known.begin(connection)?;
        }
        Ok(transaction)
    }
}

impl<'a> Transaction<'a> {
    /// A statement that reads.
    pub(super) fn reading(&self, statement: &str) -> rusqlite::Result<CachedStatement<'a>> {
        self.connection.prepare_cached(statement)
    }

    /// Says that one statement follows which is all that the call writes: it needs no transaction around it.
    pub(crate) fn expect_lone_write(&self) {
        self.lone.set(true);
    }

    /// Says that several statements may follow that write, which are committed together.
    pub(crate) fn expect_writes(&self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() {
            execute(self.connection, "BEGIN")?;
        }
        Ok(())
    }

    /// A statement that writes.
    pub(super) fn writing(&self, statement: &str) -> rusqlite::Result<CachedStatement<'a>> {
        if self.connection.is_autocommit() && !self.lone.take() {
            execute(self.connection, "BEGIN IMMEDIATE")?;
        }
        self.connection.prepare_cached(statement)
    }

    fn commit(self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() { Ok(()) } else { execute(self.connection, "COMMIT") }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.known.end();
        // Nothing can be done about a rollback that fails; the next transaction tries again, and is refused where it
        // cannot.
        if !self.connection.is_autocommit() {
            let _ = execute(self.connection, "ROLLBACK");
        }
    }
}

fn damaged(problem: &str) -> Unusable {
    OpenError::Damaged { problem: problem.to_owned() }.into()
}

fn connect(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    // Each connection is used by one thread at a time, which SQLite need not see to.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

fn execute(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(|_| ())
}

/// A commit that failed may still have been applied.
fn commit_failed(access: Access, error: rusqlite::Error) -> CallError {
    if access == Access::Read || fault::leaves_nothing(&error) {
        return Failure::from(error).rolled_back();
    }
    let problem = format!("SQLite could not end the commit: {}", fault::told(&error));
    CallError::Unknown { rejection: Some(internal(problem.clone())), problem }
}
