//! The format of a database file, and the checks before it is used.
//!
//! `application_id` says that a file is Dynochemy's, `user_version` in which format. A file that is neither empty nor
//! Dynochemy's is left as it is.
//!
//! See SQLite's [pragmas](https://www.sqlite.org/pragma.html#pragma_application_id) and its
//! [write-ahead log](https://www.sqlite.org/wal.html).

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::open_error::OpenError;
use super::options::Durability;

/// `Dyno`, as a big-endian number.
const APPLICATION_ID: i32 = 0x4479_6e6f;
/// Goes up with every change of the tables below, or of what is stored in them.
///
/// - 1: tables in columns, without indexes.
/// - 2: tables by their definitions, with indexes.
/// - 3: a number that tells of each change of tables.
/// - 4: sizes of item collections.
/// - 5: streams, and when items expire.
const FORMAT: i32 = 5;
/// The oldest format that is brought up to date.
const OLDEST: i32 = 4;

/// How often to try to set how a file is written, where others do so too.
const ATTEMPTS: u32 = 100;

/// What makes a new file, each after the format that it leads to; an older file is given what it lacks.
const STEPS: [(i32, &str); 2] = [(4, TABLES), (5, STREAMS)];

/// `store_id` is a table's or an index's number; both come out of `last_store`, and none is given twice. `definitions`
/// goes up with each change of tables. `collections` has the sizes of what shares a hash key, with the entries in local
/// indexes, for tables that have those.
const TABLES: &str = "
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
    CREATE TABLE collections (
        table_id INTEGER NOT NULL,
        hash_key BLOB NOT NULL,
        size INTEGER NOT NULL,
        PRIMARY KEY (table_id, hash_key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (
        token TEXT NOT NULL PRIMARY KEY,
        digest BLOB NOT NULL,
        completed INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tokens_by_completion ON tokens (completed);
";

/// Times are in nanoseconds since the Unix epoch, but for `expires`, which is in seconds. A stream's number comes out of
/// `last_store` too; `last` is that of its last record, and `turns` is when its open shard is to be closed. Of a table
/// whose items expire, each that is to expire has a row in `expirations`; `first_expiry` is the earliest of all, and 0 in a
/// file from before, whose items have to be looked through.
const STREAMS: &str = "
    CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        table_name TEXT NOT NULL,
        label TEXT NOT NULL,
        definition TEXT NOT NULL,
        ended INTEGER,
        last INTEGER NOT NULL,
        turns INTEGER NOT NULL,
        UNIQUE (table_name, label)
    ) STRICT;
    CREATE TABLE shards (
        stream_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        opened INTEGER NOT NULL,
        first INTEGER NOT NULL,
        closed INTEGER,
        last INTEGER,
        PRIMARY KEY (stream_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE records (
        stream_id INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        time INTEGER NOT NULL,
        event INTEGER NOT NULL,
        by_service INTEGER NOT NULL,
        size INTEGER NOT NULL,
        keys BLOB NOT NULL,
        old BLOB,
        new BLOB,
        PRIMARY KEY (stream_id, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE expirations (
        expires INTEGER NOT NULL,
        table_id INTEGER NOT NULL,
        hash_key BLOB NOT NULL,
        range_key BLOB NOT NULL,
        PRIMARY KEY (expires, table_id, hash_key, range_key)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE counters ADD COLUMN first_expiry INTEGER;
    UPDATE counters SET first_expiry = 0 WHERE EXISTS (SELECT 1 FROM tables);
";

/// Why a file is not used: what it is, or what SQLite fails with.
#[derive(Debug)]
pub(super) enum Unusable {
    Refused(OpenError),
    Sqlite(rusqlite::Error),
}

impl From<OpenError> for Unusable {
    fn from(error: OpenError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Checks that a file is ours or empty, and makes its tables where it is new, or those that it lacks where it is older.
pub(super) fn prepare(connection: &mut Connection, durability: Durability) -> Result<(), Unusable> {
    // As of one moment, since another process may be at making the tables.
    let transaction = connection.transaction()?;
    let format = check(&transaction)?;
    transaction.finish()?;
    write_ahead(connection)?;
    connection.pragma_update(
        None,
        "synchronous",
        match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        },
    )?;
    // Where `fsync` alone does not reach the disk, SQLite asks for more.
    connection.pragma_update(None, "fullfsync", true)?;
    if format != Some(FORMAT) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have come first.
        let format = check(&transaction)?;
        for (_, step) in STEPS.iter().filter(|(leads_to, _)| format.is_none_or(|format| format < *leads_to)) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Set before the first transaction, and only on a file that is ours or empty: it stays with the file.
fn write_ahead(connection: &Connection) -> Result<(), Unusable> {
    let set = || connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
    let mut mode = set();
    // Where two want to set it on a new file, SQLite waits for neither. A transaction waits for the other one's end.
    for _ in 0..ATTEMPTS {
        if !mode.as_ref().is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)) {
            break;
        }
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        mode = set();
    }
    match mode?.as_str() {
        // A database in memory has no log.
        "wal" | "memory" => Ok(()),
        _ => Err(OpenError::NoLog.into()),
    }
}

/// The file's format, none of a new one; an error where it is not one to be used.
fn check(connection: &Connection) -> Result<Option<i32>, Unusable> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    match (pragma("application_id")?, pragma("user_version")?) {
        (APPLICATION_ID, format @ OLDEST..=FORMAT) => Ok(Some(format)),
        (APPLICATION_ID, format) if format > FORMAT => {
            Err(OpenError::Newer { format, supported: FORMAT }.into())
        }
        (APPLICATION_ID, format) => Err(OpenError::Older { format, supported: FORMAT }.into()),
        (0, 0) => {
            let objects: i64 =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if objects == 0 { Ok(None) } else { Err(OpenError::Foreign.into()) }
        }
        _ => Err(OpenError::Foreign.into()),
    }
}
