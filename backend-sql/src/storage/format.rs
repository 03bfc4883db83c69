//! The format of a database file, and the checks before it is used.
//!
//! `application_id` says that a file is Dynochemy's, `user_version` in which format. A file that is neither empty nor
//! Dynochemy's is left as it is.
//!
//! See SQLite's [pragmas](https://www.sqlite.org/pragma.html#pragma_application_id) and its
//! [write-ahead log](https://www.sqlite.org/wal.html).

use std::fmt;

use dynochemy_core::Error;
use rusqlite::{Connection, TransactionBehavior};

/// `Dyno`, as a big-endian number.
const APPLICATION_ID: i32 = 0x4479_6e6f;
/// Goes up with every change of the tables below, or of what is stored in them.
///
/// - 1: tables in columns, without indexes.
/// - 2: tables by their definitions, with indexes.
/// - 3: a number that tells of each change of tables.
const FORMAT: i32 = 3;

/// `store_id` is a table's or an index's number; both come out of `last_store`, and none is given twice. `definitions`
/// goes up with each change of tables.
const SCHEMA: &str = "
    CREATE TABLE tables (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        definition TEXT NOT NULL
    ) STRICT;
    CREATE TABLE counters (last_store INTEGER NOT NULL, definitions INTEGER NOT NULL) STRICT;
    INSERT INTO counters VALUES (0, 0);
    CREATE TABLE items (
        store_id INTEGER NOT NULL,
        hash_key BLOB NOT NULL,
        range_key BLOB NOT NULL,
        size INTEGER NOT NULL,
        item BLOB NOT NULL,
        PRIMARY KEY (store_id, hash_key, range_key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (
        token TEXT NOT NULL PRIMARY KEY,
        digest BLOB NOT NULL,
        completed INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tokens_by_completion ON tokens (completed);
";

/// Why a database cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is a database of another program.
    Foreign,
    /// The file was written by a newer version of this library.
    Newer {
        /// The file's format.
        format: i32,
        /// The newest format that this version can read.
        supported: i32,
    },
    /// The file was written by an older version of this library, whose format is not read any more.
    Older {
        /// The file's format.
        format: i32,
        /// The format that this version reads.
        supported: i32,
    },
    /// SQLite could not open, read or write the file.
    Sqlite {
        /// SQLite's message.
        problem: String,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("the file is not a Dynochemy database; it was left as it is"),
            Self::Newer { format, supported } => write!(
                f,
                "the file has format {format}, which a newer version of Dynochemy wrote; this one reads format \
                 {supported}"
            ),
            Self::Older { format, supported } => write!(
                f,
                "the file has format {format} of an older version of Dynochemy, and this one reads format {supported} \
                 only; it was left as it is: write its items into a new file with the version that made it"
            ),
            Self::Sqlite { problem } => write!(f, "SQLite cannot open the database: {problem}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite { problem: error.to_string() }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::Configuration { problem: error.to_string() }
    }
}

/// Checks the file, makes its tables where it is new, and sets how it is written.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), OpenError> {
    let is_new = check(connection)?;
    // Set before the first transaction, and only on a file that is ours or empty: it stays with the file.
    let _mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    // An answer means that the write survives a loss of power; where `fsync` alone does not, SQLite asks for more.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")?;
    if is_new {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have come first.
        if check(&transaction)? {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", FORMAT)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

/// Whether the file is new; an error where it is not one to be used.
fn check(connection: &Connection) -> Result<bool, OpenError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, format) = match (pragma("application_id"), pragma("user_version")) {
        (Ok(application), Ok(format)) => (application, format),
        (Err(error), _) | (_, Err(error)) => {
            let foreign = error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase);
            return Err(if foreign { OpenError::Foreign } else { error.into() });
        }
    };
    match (application, format) {
        (APPLICATION_ID, FORMAT) => Ok(false),
        (APPLICATION_ID, format) if format > FORMAT => Err(OpenError::Newer { format, supported: FORMAT }),
        (APPLICATION_ID, format) => Err(OpenError::Older { format, supported: FORMAT }),
        (0, 0) => {
            let objects: i64 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if objects == 0 { Ok(true) } else { Err(OpenError::Foreign) }
        }
        _ => Err(OpenError::Foreign),
    }
}
