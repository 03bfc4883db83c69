//! What lies in SQLite: tables, items and tokens, and the transactions that read and change them.
//!
//! The items of all DynamoDB tables lie in one SQLite table, in front of whose key stands the table's number. One
//! SQLite table for each would have to be named and created by SQL text made at run time, and every `CREATE TABLE` or
//! `DROP TABLE` changes SQLite's schema, after which every connection compiles its statements anew. So the statements
//! are few and fixed, and are compiled once. The price is that deleting a table deletes its items one by one.
//!
//! An item's row holds its encoded form as it came, behind its key in a binary form whose byte order is DynamoDB's
//! ([`Place`](items::Place)), and its size, so that pages are counted without looking inside.
//!
//! Each call is one transaction of SQLite; what a call wrote is seen by others after its commit, or never.

mod format;
mod items;
mod tables;
mod tokens;

use std::path::Path;
use std::time::Duration;

use dynochemy_core::CallError;
use rusqlite::{Connection, ErrorCode};

use crate::failure::{Failure, internal};

pub use format::OpenError;
pub(crate) use items::{Place, Stored, Stretch};
pub(crate) use tables::Table;

/// How long to wait for another process that is writing to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than there are statements.
const STATEMENTS: usize = 32;

/// A database.
#[derive(Debug)]
pub(crate) struct Storage {
    connection: Connection,
}

/// What a call may do to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A transaction under way.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    connection: &'a Connection,
}

impl Storage {
    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        Self::prepare(Connection::open(path)?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, OpenError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        format::prepare(&mut connection)?;
        Ok(Self { connection })
    }

    /// Does `work` in a transaction, which is rolled back where it fails.
    pub(crate) fn transaction<T>(
        &mut self,
        access: Access,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        let connection = &self.connection;
        // Only a panic leaves a transaction open.
        if !connection.is_autocommit() {
            execute(connection, "ROLLBACK").map_err(|error| Failure::from(error).rolled_back())?;
        }
        let begin = if access == Access::Write { "BEGIN IMMEDIATE" } else { "BEGIN" };
        execute(connection, begin).map_err(|error| Failure::from(error).rolled_back())?;
        match work(&Transaction { connection }) {
            Ok(answer) => match execute(connection, "COMMIT") {
                Ok(()) => Ok(answer),
                Err(error) => {
                    roll_back(connection);
                    Err(commit_failed(access, error))
                }
            },
            Err(failure) => {
                roll_back(connection);
                Err(failure.rolled_back())
            }
        }
    }
}

fn execute(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(|_| ())
}

/// Nothing can be done about a rollback that fails; the next transaction tries again, and is refused where it cannot.
fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = execute(connection, "ROLLBACK");
    }
}

/// A commit that could not begin to write was not applied. After any other failure the log may hold the whole
/// transaction, which then comes back when the file is next opened after a crash.
fn commit_failed(access: Access, error: rusqlite::Error) -> CallError {
    let clean = access == Access::Read || error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    if clean {
        return Failure::from(error).rolled_back();
    }
    let problem = format!("SQLite could not commit: {error}");
    CallError::Unknown { rejection: Some(internal(problem.clone())), problem }
}
