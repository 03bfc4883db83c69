//! Databases in files.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use dynochemy_sql::dynochemy_core::Request;
use dynochemy_sql::dynochemy_core::api::{TransactUpdate, TransactWriteItem, TransactWriteItemsInput};
use dynochemy_sql::dynochemy_core::expression::{DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_sql::{Backend, Db, Key, KeyValue, Moment, OpenError, SqlBackend, Table};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[path = "support/directory.rs"]
mod directory;

use directory::Directory;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "counters")]
struct Counter {
    #[table(hash_key)]
    id: String,
    count: u64,
}

fn database(path: &Path) -> Db {
    Db::builder().backend(SqlBackend::open(path).unwrap()).build().unwrap()
}

fn count_up(token: &str) -> Request {
    let update = UpdateAction::Add(DocumentPath::attribute("count"), 1.into());
    Request::TransactWriteItems(TransactWriteItemsInput {
        transact_items: vec![TransactWriteItem::Update(TransactUpdate {
            table_name: "counters".to_owned(),
            key: Key { hash: ("id".into(), KeyValue::S("a".to_owned())), range: None },
            update_expression: UpdateExpression { actions: vec![update] },
            ..TransactUpdate::default()
        })],
        client_request_token: Some(token.to_owned()),
        ..TransactWriteItemsInput::default()
    })
}

#[test]
fn what_was_written_is_there_when_the_file_is_opened_again() {
    let directory = Directory::new();
    let counter = Counter { id: "a".to_owned(), count: 5 };
    let db = database(&directory.file());
    db.run(Counter::create()).unwrap();
    db.run(counter.put()).unwrap();
    drop(db);
    let db = database(&directory.file());
    assert_eq!(db.run(Counter::get("a")).unwrap(), Some(counter));
    assert_eq!(db.run(Counter::describe()).unwrap().item_count, 1);
}

/// Names the file for [`the_writer_that_is_killed`].
const WRITER_FILE: &str = "DYNOCHEMY_SQL_TEST_WRITER_FILE";

#[test]
fn a_process_that_is_killed_loses_nothing_that_was_answered() {
    let directory = Directory::new();
    database(&directory.file()).run(Counter::create()).unwrap();
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_writer_that_is_killed", "--ignored", "--nocapture"])
        .env(WRITER_FILE, directory.file())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut answered = 0;
    for line in lines {
        if let Some(count) = line.unwrap().strip_prefix("answered ") {
            answered = count.parse().unwrap();
        }
        // It goes on writing; what it is at when it is killed is left to chance.
        if answered == 100 {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    let count = database(&directory.file()).run(Counter::get("a")).unwrap().unwrap().count;
    assert!(count == answered || count == answered + 1, "{count} of {answered} answered");
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_writer_that_is_killed() {
    let Some(path) = std::env::var_os(WRITER_FILE) else { return };
    let db = database(Path::new(&path));
    for count in 1.. {
        db.run(Counter::update("a").add(Counter::COUNT, 1)).unwrap();
        println!("answered {count}");
    }
}

#[test]
fn a_token_answers_again_after_the_file_was_opened_again() {
    let directory = Directory::new();
    let start = Moment::from_secs(1_800_000_000);
    let backend = SqlBackend::open(directory.file()).unwrap();
    database(&directory.file()).run(Counter::create()).unwrap();
    backend.answer(&count_up("token"), start).unwrap();
    drop(backend);
    let backend = SqlBackend::open(directory.file()).unwrap();
    backend.answer(&count_up("token"), start + Duration::from_secs(599)).unwrap();
    let db = database(&directory.file());
    assert_eq!(db.run(Counter::get("a")).unwrap().map(|counter| counter.count), Some(1));
    backend.answer(&count_up("token"), start + Duration::from_secs(600)).unwrap();
    assert_eq!(db.run(Counter::get("a")).unwrap().map(|counter| counter.count), Some(2));
}

#[test]
fn two_backends_on_one_file_see_each_others_writes() {
    let directory = Directory::new();
    let first = database(&directory.file());
    first.run(Counter::create()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let path = directory.file();
            scope.spawn(move || {
                let db = database(&path);
                for _ in 0..50 {
                    db.run(Counter::update("a").add(Counter::COUNT, 1)).unwrap();
                }
            });
        }
    });
    assert_eq!(first.run(Counter::get("a")).unwrap().map(|counter| counter.count), Some(100));
}

#[test]
fn a_file_of_another_program_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    let foreign = Connection::open(directory.file()).unwrap();
    foreign.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);").unwrap();
    drop(foreign);
    let before = fs::read(directory.file()).unwrap();
    assert_eq!(SqlBackend::open(directory.file()).unwrap_err(), OpenError::Foreign);
    assert_eq!(fs::read(directory.file()).unwrap(), before);

    let named = directory.path().join("named.db");
    let theirs = Connection::open(&named).unwrap();
    theirs.pragma_update(None, "application_id", 77).unwrap();
    drop(theirs);
    assert_eq!(SqlBackend::open(&named).unwrap_err(), OpenError::Foreign);

    fs::write(directory.file(), "not a database at all, but a text that is long enough").unwrap();
    assert_eq!(SqlBackend::open(directory.file()).unwrap_err(), OpenError::Foreign);
}

#[test]
fn a_file_of_a_newer_version_is_refused_with_its_format() {
    let directory = Directory::new();
    drop(SqlBackend::open(directory.file()).unwrap());
    let newer = Connection::open(directory.file()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let error = SqlBackend::open(directory.file()).unwrap_err();
    assert_eq!(error, OpenError::Newer { format: 99, supported: 3 });
    assert!(error.to_string().contains("format 99, which a newer version of Dynochemy wrote"));
}

#[test]
fn a_file_of_an_older_version_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    drop(SqlBackend::open(directory.file()).unwrap());
    let older = Connection::open(directory.file()).unwrap();
    older.pragma_update(None, "user_version", 1).unwrap();
    drop(older);
    let before = fs::read(directory.file()).unwrap();
    let error = SqlBackend::open(directory.file()).unwrap_err();
    assert_eq!(error, OpenError::Older { format: 1, supported: 3 });
    assert!(error.to_string().contains("format 1 of an older version of Dynochemy"));
    assert_eq!(fs::read(directory.file()).unwrap(), before);
}

#[test]
fn two_backends_on_one_file_see_each_others_tables() {
    let directory = Directory::new();
    let (first, second) = (database(&directory.file()), database(&directory.file()));
    first.run(Counter::create()).unwrap();
    second.run(Counter { id: "a".to_owned(), count: 1 }.put()).unwrap();
    first.run(Counter::delete_table()).unwrap();
    let gone = second.run(Counter::get("a")).unwrap_err();
    assert_eq!(gone.code(), Some("ResourceNotFoundException"));
    second.run(Counter::create()).unwrap();
    assert_eq!(first.run(Counter::get("a")).unwrap(), None);
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error_with_sqlites_message() {
    let directory = Directory::new();
    let error = SqlBackend::open(directory.path().join("none").join("test.db")).unwrap_err();
    assert!(matches!(&error, OpenError::Sqlite { problem } if problem.contains("unable to open")), "{error}");
}

#[test]
fn a_file_is_written_so_that_answers_survive() {
    let directory = Directory::new();
    let _backend = SqlBackend::open(directory.file()).unwrap();
    let other = Connection::open(directory.file()).unwrap();
    let mode: String = other.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn trouble_with_sqlite_is_refused_as_the_services_own() {
    let directory = Directory::new();
    let backend = SqlBackend::open(directory.file()).unwrap();
    database(&directory.file()).run(Counter::create()).unwrap();
    Connection::open(directory.file()).unwrap().execute_batch("DROP TABLE items").unwrap();
    let error = backend.answer(&count_up("token"), Moment::EPOCH).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.status, rejection.code.as_str()), (500, "InternalServerError"));
    assert!(rejection.message.contains("no such table: items"), "{rejection}");
    assert_eq!(error.effect(), dynochemy_sql::Effect::NotApplied);
}
