//! What the storage promises to the calls that use it at one time.

#[path = "../../tests/support/directory.rs"]
mod directory;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::time::Duration;

use dynochemy_core::{Effect, Item, Key, KeyAttribute, KeyShape, KeyValue, ScalarType};
use rusqlite::Connection;

use super::*;
use directory::Directory;

/// Longer than anything here takes, so that a test which would never end fails.
const FOREVER: Duration = Duration::from_secs(60);

fn with_table() -> (Storage, Table) {
    let storage = Storage::in_memory().unwrap();
    let table = create_table(&storage);
    (storage, table)
}

fn with_table_in(directory: &Directory) -> (Storage, Table) {
    let storage = Storage::open(&directory.file(), &OpenOptions::new()).unwrap();
    let table = create_table(&storage);
    (storage, table)
}

fn create_table(storage: &Storage) -> Table {
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
    let table = Table { name: "notes".to_owned(), keys, indexes: Vec::new(), ..testing::table(1, None) };
    storage.transaction(Access::Write, |transaction| transaction.write_table(&table)).unwrap();
    table
}

fn write(storage: &Storage, table: &Table, id: &str, size: usize) -> Result<(), CallError> {
    storage.transaction(Access::Write, |transaction| {
        Ok(transaction.write_item(table.id, &place(id), &note(size))?)
    })
}

fn on_writer<R>(storage: &Storage, work: impl FnOnce(&Connection) -> R) -> R {
    work(storage.writer.lock().unwrap_or_else(PoisonError::into_inner).session.connection())
}

fn place(id: &str) -> Place {
    Place::of(&Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None })
}

fn note(size: usize) -> Stored {
    let item = Item::from_json(format!(r#"{{"id":{{"S":"{}"}}}}"#, "x".repeat(size))).unwrap();
    Stored { item, size: size as u64 }
}

fn count(storage: &Storage, table: &Table) -> u64 {
    let described = storage.transaction(Access::Read, |transaction| Ok(transaction.count(table.id)?));
    described.unwrap().0
}

#[test]
fn a_write_that_sqlite_has_no_room_for_is_refused_as_a_whole() {
    let (storage, table) = with_table();
    on_writer(&storage, |connection| connection.pragma_update(None, "max_page_count", 40).unwrap());
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
    assert_eq!(count(&storage, &table), 0);
}

#[test]
fn a_refused_call_is_rolled_back_at_once_so_that_other_processes_can_write() {
    let (storage, table) = with_table();
    let refused = storage.transaction(Access::Write, |transaction| -> Result<(), Failure> {
        transaction.write_item(table.id, &place("a"), &note(1))?;
        Err(crate::failure::table_not_found().into())
    });
    assert!(refused.is_err());
    assert!(on_writer(&storage, Connection::is_autocommit));
    assert_eq!(count(&storage, &table), 0);
}

#[test]
fn every_commit_reaches_the_disk_unless_less_was_asked_for() {
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;
    let directory = Directory::new();
    for (options, expected) in [
        (OpenOptions::new(), FULL),
        (OpenOptions::new().durability(Durability::Normal), NORMAL),
        (OpenOptions::new().durability(Durability::Full), FULL),
    ] {
        let storage = Storage::open(&directory.file(), &options).unwrap();
        let pragma = |name| {
            on_writer(&storage, |connection| {
                connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            })
        };
        assert_eq!((pragma("synchronous"), pragma("fullfsync")), (Ok(expected), Ok(1)));
    }
}

#[test]
fn a_panic_in_a_call_leaves_nothing_behind() {
    let directory = Directory::new();
    for (storage, table) in [with_table(), with_table_in(&directory)] {
        for access in [Access::Write, Access::Read] {
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                storage.transaction(access, |transaction| -> Result<(), Failure> {
                    match access {
                        Access::Write => transaction.write_item(table.id, &place("a"), &note(1))?,
                        Access::Read => drop(transaction.count(table.id)?),
                    }
                    panic!("as a fault would")
                })
            }));
            assert!(panicked.is_err());
            assert!(on_writer(&storage, Connection::is_autocommit));
            assert_eq!(count(&storage, &table), 0);
        }
        assert!(storage.readers.iter().all(|readers| readers.take().connection().is_autocommit()));
    }
}

#[test]
fn reads_of_a_file_do_not_wait_for_a_write_and_see_nothing_of_it_before_its_end() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    write(&storage, &table, "a", 1).unwrap();
    std::thread::scope(|scope| {
        storage
            .transaction(Access::Write, |transaction| {
                transaction.write_item(table.id, &place("b"), &note(1))?;
                let (sender, receiver) = mpsc::channel();
                let (storage, table) = (&storage, &table);
                scope.spawn(move || sender.send(count(storage, table)));
                assert_eq!(receiver.recv_timeout(FOREVER), Ok(1));
                Ok(())
            })
            .unwrap();
    });
    assert_eq!(count(&storage, &table), 2);
}

#[test]
fn a_write_does_not_wait_for_a_read_which_sees_nothing_of_it() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    storage
        .transaction(Access::Read, |transaction| {
            assert_eq!(transaction.count(table.id)?.0, 0);
            write(&storage, &table, "a", 1).unwrap();
            assert_eq!(count(&storage, &table), 1, "another read sees it");
            assert_eq!(transaction.count(table.id)?.0, 0, "a page is as of one time");
            Ok(())
        })
        .unwrap();
}

#[test]
fn connections_that_read_are_opened_as_they_are_needed_and_never_more_than_some() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    let readers = storage.readers.as_ref().unwrap();
    for _ in 0..3 {
        count(&storage, &table);
    }
    assert_eq!(readers.count(), 1);
    // So many reads go on only when all of them are under way.
    let all = Barrier::new(readers::MOST);
    let under_way = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..readers::MOST * 3 {
            scope.spawn(|| {
                let read = storage.transaction(Access::Read, |transaction| {
                    assert!(under_way.fetch_add(1, Ordering::SeqCst) < readers::MOST);
                    all.wait();
                    let count = transaction.count(table.id)?;
                    under_way.fetch_sub(1, Ordering::SeqCst);
                    Ok(count)
                });
                assert_eq!(read.unwrap(), (0, 0));
            });
        }
    });
    assert_eq!(readers.count(), readers::MOST);
}

#[test]
fn where_no_connection_can_be_opened_reads_wait_for_those_that_there_are() {
    let directory = Directory::new();
    let (mut storage, table) = with_table_in(&directory);
    storage.readers.as_mut().unwrap().lose_file();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(count(&storage, &table), 0)));
        }
    });
    assert_eq!(storage.readers.as_ref().unwrap().count(), 1);
}

#[test]
fn each_connection_forgets_the_tables_that_another_one_changed() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    let other = Storage::open(&directory.file(), &OpenOptions::new()).unwrap();
    let known = |storage: &Storage, access| {
        storage.transaction(access, |transaction| transaction.table("notes")).unwrap()
    };
    let all = [
        (&storage, Access::Read),
        (&storage, Access::Write),
        (&other, Access::Read),
        (&other, Access::Write),
    ];
    let before = all.map(|(storage, access)| known(storage, access).unwrap());
    // A write of items lets them keep what they know.
    write(&storage, &table, "a", 1).unwrap();
    for ((storage, access), before) in all.into_iter().zip(&before) {
        assert!(std::sync::Arc::ptr_eq(&known(storage, access).unwrap(), before));
    }
    let changed = Table { throughput: None, indexes: Vec::new(), ..Table::clone(&before[0]) };
    let changed = Table { created: dynochemy_core::Moment::from_secs(9), ..changed };
    other.transaction(Access::Write, |transaction| transaction.write_table(&changed)).unwrap();
    for (storage, access) in all {
        assert_eq!(known(storage, access).as_deref(), Some(&changed));
    }
    storage.transaction(Access::Write, |transaction| Ok(transaction.delete_table(&changed)?)).unwrap();
    for (storage, access) in all {
        assert_eq!(known(storage, access), None);
    }
}

#[test]
fn a_change_of_tables_that_is_refused_is_not_remembered() {
    let directory = Directory::new();
    for (storage, table) in [with_table(), with_table_in(&directory)] {
        let changed = Table { created: dynochemy_core::Moment::from_secs(9), ..table.clone() };
        let refused = storage.transaction(Access::Write, |transaction| {
            transaction.write_table(&changed)?;
            assert_eq!(transaction.table("notes")?.as_deref(), Some(&changed));
            Err::<(), _>(crate::failure::table_not_found().into())
        });
        assert!(refused.is_err());
        for access in [Access::Read, Access::Write] {
            let known = storage.transaction(access, |transaction| transaction.table("notes"));
            assert_eq!(known.unwrap().as_deref(), Some(&table));
        }
    }
}

#[test]
fn another_process_that_writes_holds_up_writes_alone_and_they_say_so() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    on_writer(&storage, |connection| connection.busy_timeout(Duration::ZERO).unwrap());
    let other = Connection::open(directory.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE counters SET last_store = last_store + 1").unwrap();
    assert_eq!(count(&storage, &table), 0);
    let error = write(&storage, &table, "a", 1).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert!(error.to_string().contains("another process has been writing"), "{error}");
    other.execute_batch("COMMIT").unwrap();
    write(&storage, &table, "a", 1).unwrap();
    assert_eq!(count(&storage, &table), 1);
}

/// The longest that the log becomes under reads of which one is always under way, while 8 MB are written.
fn longest_log(long: u64) -> u64 {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    storage.writer.lock().unwrap().log.as_mut().unwrap().empty_from(long, 100);
    let log = directory.path().join("test.db-wal");
    let mut longest = 0;
    std::thread::scope(|scope| {
        let (storage, table) = (&storage, &table);
        // Each of the two ends its read only when the other one has begun its next.
        let (one, other) = (mpsc::channel(), mpsc::channel());
        for (first, begun, others_begun) in [(true, one.0, other.1), (false, other.0, one.1)] {
            scope.spawn(move || {
                let mut may_begin = first || others_begun.recv().is_ok();
                while may_begin {
                    let read = storage.transaction(Access::Read, |transaction| {
                        transaction.count(table.id)?;
                        Ok(begun.send(()).is_ok() && others_begun.recv().is_ok())
                    });
                    may_begin = read.unwrap() && count(storage, table) < 80;
                }
            });
        }
        for number in 0..80 {
            write(storage, table, &number.to_string(), 100_000).unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
    });
    longest
}

#[test]
fn the_log_stays_short_also_under_reads_without_a_gap() {
    const SHORT: u64 = 1 << 20;
    assert!(longest_log(u64::MAX) > 8 * SHORT, "reads keep the log");
    assert!(longest_log(SHORT) < 3 * SHORT);
}

#[test]
fn every_statement_on_items_finds_its_rows_by_their_key() {
    let (storage, table) = with_table();
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

#[test]
fn a_log_that_a_reader_keeps_is_tried_again_at_twice_its_length() {
    let directory = Directory::new();
    let (storage, table) = with_table_in(&directory);
    let (file, log) = (directory.file(), directory.path().join("test.db-wal"));
    storage.writer.lock().unwrap().log.as_mut().unwrap().empty_from(1 << 20, 1);
    let length = || std::fs::metadata(&log).unwrap().len();
    let reader = Connection::open(file).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM tables").unwrap();
    for number in 0..15 {
        write(&storage, &table, &number.to_string(), 100_000).unwrap();
    }
    let kept = length();
    assert!(kept > 1 << 20);
    reader.execute_batch("COMMIT").unwrap();
    let mut number = 15;
    while length() >= kept && number < 60 {
        write(&storage, &table, &number.to_string(), 100_000).unwrap();
        number += 1;
    }
    assert!(length() < kept, "it has been emptied");
    assert_eq!(count(&storage, &table), number);
}
