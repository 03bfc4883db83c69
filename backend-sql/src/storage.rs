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
//! Each call is one transaction of SQLite; what a call wrote is seen by others after its commit, or never.

mod definition;
mod description;
mod format;
mod items;
mod place;
mod tables;
#[cfg(test)]
pub(crate) mod testing;
mod tokens;

use std::path::Path;
use std::time::Duration;

use dynochemy_core::CallError;
use rusqlite::{Connection, ErrorCode};

use crate::failure::{Failure, internal};

pub(crate) use definition::{Index, IndexKind, Settings, Source, Table};
pub use format::OpenError;
pub(crate) use items::{Stored, Stretch};
pub(crate) use place::{Place, forms};

/// How long to wait for another process that is writing to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than there are statements.
const STATEMENTS: usize = 32;

/// A database.
#[derive(Debug)]
pub(crate) struct Storage {
    connection: Connection,
    known: tables::Known,
    /// Whether other processes may write to it.
    shared: bool,
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
    known: &'a tables::Known,
}

impl Storage {
    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        Self::prepare(Connection::open_in_memory()?, false)
    }

    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        Self::prepare(Connection::open(path)?, true)
    }

    fn prepare(mut connection: Connection, shared: bool) -> Result<Self, OpenError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        format::prepare(&mut connection)?;
        Ok(Self { connection, known: tables::Known::default(), shared })
    }

    /// Does `work` in a transaction, which is rolled back where it fails.
    pub(crate) fn transaction<T>(
        &mut self,
        access: Access,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CallError> {
        let Self { connection, known, shared } = self;
        // Only a panic leaves a transaction open.
        if !connection.is_autocommit() {
            known.end();
            execute(connection, "ROLLBACK").map_err(|error| Failure::from(error).rolled_back())?;
        }
        let begin = if access == Access::Write { "BEGIN IMMEDIATE" } else { "BEGIN" };
        execute(connection, begin).map_err(|error| Failure::from(error).rolled_back())?;
        let begun = if *shared { known.begin(connection) } else { Ok(()) };
        let worked = begun.map_err(Failure::from).and_then(|()| work(&Transaction { connection, known }));
        known.end();
        match worked {
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

#[cfg(test)]
mod tests {
    use dynochemy_core::{Effect, Item, Key, KeyAttribute, KeyShape, KeyValue, ScalarType};

    use super::*;

    fn with_table() -> (Storage, Table) {
        let mut storage = Storage::in_memory().unwrap();
        let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
        let table = Table { name: "notes".to_owned(), keys, indexes: Vec::new(), ..testing::table(1, None) };
        storage.transaction(Access::Write, |transaction| transaction.write_table(&table)).unwrap();
        (storage, table)
    }

    fn place(id: &str) -> Place {
        Place::of(&Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None })
    }

    fn note(size: usize) -> Stored {
        let item = Item::from_json(format!(r#"{{"id":{{"S":"{}"}}}}"#, "x".repeat(size))).unwrap();
        Stored { item, size: size as u64 }
    }

    fn count(storage: &mut Storage, table: &Table) -> u64 {
        let described = storage.transaction(Access::Read, |transaction| Ok(transaction.count(table.id)?));
        described.unwrap().0
    }

    #[test]
    fn a_write_that_sqlite_has_no_room_for_is_refused_as_a_whole() {
        let (mut storage, table) = with_table();
        storage.connection.pragma_update(None, "max_page_count", 40).unwrap();
        let error = storage
            .transaction(Access::Write, |transaction| {
                transaction.write_item(table.id, &place("small"), &note(1))?;
                Ok(transaction.write_item(table.id, &place("large"), &note(300_000))?)
            })
            .unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied);
        let rejection = error.rejection().unwrap();
        assert_eq!((rejection.status, rejection.code.as_str()), (500, "InternalServerError"));
        assert!(rejection.message.contains("full"), "{rejection}");
        assert_eq!(count(&mut storage, &table), 0);
    }

    #[test]
    fn a_refused_call_is_rolled_back_at_once_so_that_other_processes_can_write() {
        let (mut storage, table) = with_table();
        let refused = storage.transaction(Access::Write, |transaction| -> Result<(), Failure> {
            transaction.write_item(table.id, &place("a"), &note(1))?;
            Err(crate::failure::table_not_found().into())
        });
        assert!(refused.is_err());
        assert!(storage.connection.is_autocommit());
        assert_eq!(count(&mut storage, &table), 0);
    }

    #[test]
    fn every_commit_reaches_the_disk() {
        let (storage, _) = with_table();
        let pragma = |name| storage.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        const FULL: i64 = 2;
        assert_eq!((pragma("synchronous"), pragma("fullfsync")), (Ok(FULL), Ok(1)));
    }

    #[test]
    fn a_panic_in_a_call_leaves_nothing_behind() {
        let (mut storage, table) = with_table();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            storage.transaction(Access::Write, |transaction| -> Result<(), Failure> {
                transaction.write_item(table.id, &place("a"), &note(1))?;
                panic!("as a fault would")
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(count(&mut storage, &table), 0);
    }

    #[test]
    fn every_statement_on_items_finds_its_rows_by_their_key() {
        let (mut storage, table) = with_table();
        storage
            .transaction(Access::Write, |transaction| {
                for stretch in [
                    Stretch::Range { hash: vec![1], low: vec![], high: None, forward: true },
                    Stretch::Range { hash: vec![1], low: vec![], high: None, forward: false },
                    Stretch::Spots { low: place("a"), before: 1 << 32 },
                ] {
                    let plan = transaction.plan(table.id, &stretch)?;
                    assert!(plan.contains("SEARCH items USING PRIMARY KEY (store_id=?"), "{plan}");
                    assert!(plan.contains("hash_key"), "{plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
                }
                Ok(())
            })
            .unwrap();
    }
}
