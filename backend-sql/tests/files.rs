//! Databases in files.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::Path;
use std::time::{Duration, Instant};

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{DocumentPath, KeyCondition, UpdateAction, UpdateExpression};
use dynochemy_sql::dynochemy_core::{Request, Response};
use dynochemy_sql::{Backend, Db, Durability, Key, KeyValue, Moment, SqlBackend, Table};
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

fn key() -> Key {
    Key { hash: ("id".into(), KeyValue::S("a".to_owned())), range: None }
}

fn count_up(token: &str) -> Request {
    let update = UpdateAction::Add(DocumentPath::attribute("count"), 1.into());
    Request::TransactWriteItems(TransactWriteItemsInput {
        transact_items: vec![TransactWriteItem::Update(TransactUpdate {
            table_name: "counters".to_owned(),
            key: key(),
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
fn a_file_is_written_so_that_answers_survive() {
    let directory = Directory::new();
    let _backend = SqlBackend::open(directory.file()).unwrap();
    let other = Connection::open(directory.file()).unwrap();
    let mode: String = other.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn what_an_answer_means_for_the_disk_can_be_chosen() {
    let directory = Directory::new();
    for durability in [Durability::Full, Durability::Normal, Durability::default()] {
        let backend = SqlBackend::options().durability(durability).open(directory.file()).unwrap();
        let db = Db::builder().backend(backend).build().unwrap();
        db.run(Counter::ensure()).unwrap();
        db.run(Counter::update("a").add(Counter::COUNT, 1)).unwrap();
    }
    let db = database(&directory.file());
    assert_eq!(db.run(Counter::get("a")).unwrap().map(|counter| counter.count), Some(3));
}

#[test]
fn many_can_open_a_new_file_at_one_time() {
    for _ in 0..20 {
        let directory = Directory::new();
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    database(&directory.file()).run(Counter::ensure()).unwrap();
                });
            }
        });
    }
}

#[test]
fn each_action_that_reads_needs_nothing_but_reading() {
    let directory = Directory::new();
    let backend = SqlBackend::open(directory.file()).unwrap();
    database(&directory.file()).run(Counter::create()).unwrap();
    let table_name = "counters".to_owned();
    let keys = || KeysAndAttributes { keys: vec![key()], ..KeysAndAttributes::default() };
    let describe = DescribeTableInput { table_name: table_name.clone() };
    let Response::DescribeTable(described) = backend.answer(&describe.clone().into(), Moment::EPOCH).unwrap()
    else {
        unreachable!()
    };
    let get = TransactGet { table_name: table_name.clone(), key: key(), ..TransactGet::default() };
    let reads = [
        describe.into(),
        DescribeTimeToLiveInput { table_name: table_name.clone() }.into(),
        ListTablesInput::default().into(),
        ListTagsOfResourceInput {
            resource_arn: described.table.table_arn.unwrap(),
            ..ListTagsOfResourceInput::default()
        }
        .into(),
        Request::GetItem(GetItemInput {
            table_name: table_name.clone(),
            key: key(),
            ..GetItemInput::default()
        }),
        Request::BatchGetItem(BatchGetItemInput {
            request_items: [(table_name.clone(), keys())].into(),
            ..BatchGetItemInput::default()
        }),
        Request::TransactGetItems(TransactGetItemsInput {
            transact_items: vec![TransactGetItem { get }],
            ..TransactGetItemsInput::default()
        }),
        Request::Query(QueryInput {
            table_name: table_name.clone(),
            key_condition_expression: KeyCondition::hash("id", KeyValue::S("a".to_owned())),
            ..QueryInput::default()
        }),
        Request::Scan(ScanInput { table_name, ..ScanInput::default() }),
    ];
    // Reads take no part in what another process writes, and do not wait for it.
    let other = Connection::open(directory.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for read in reads {
        assert!(read.is_read());
        backend.answer(&read, Moment::EPOCH).unwrap();
    }
}

#[test]
fn a_file_can_be_opened_while_others_write_to_it() {
    let directory = Directory::new();
    let path = directory.file();
    let writer = Db::builder()
        .backend(SqlBackend::options().durability(Durability::Normal).open(&path).unwrap())
        .build()
        .unwrap();
    writer.run(Counter::create()).unwrap();
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut count = 0;
            while !ended.load(std::sync::atomic::Ordering::SeqCst) {
                count += 1;
                writer.run(Counter { id: format!("{}", count % 100), count }.put()).unwrap();
            }
        });
        for _ in 0..100 {
            database(&path).run(Counter::get("1")).unwrap();
        }
        ended.store(true, std::sync::atomic::Ordering::SeqCst);
    });
}

/// Makes a file one of the format before there were streams.
fn make_older(file: &Path) {
    let older = Connection::open(file).unwrap();
    for table in ["streams", "shards", "records", "expirations"] {
        older.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    older.execute_batch("ALTER TABLE counters DROP COLUMN first_expiry; PRAGMA user_version = 4").unwrap();
}

#[test]
fn a_file_from_before_there_were_streams_is_brought_up_to_date() {
    let directory = Directory::new();
    let counter = Counter { id: "a".to_owned(), count: 5 };
    let db = database(&directory.file());
    db.run(Counter::create()).unwrap();
    db.run(counter.put()).unwrap();
    drop(db);
    make_older(&directory.file());
    // Twice: what was brought up to date is as good as new.
    for _ in 0..2 {
        let db = database(&directory.file());
        assert_eq!(db.run(Counter::get("a")).unwrap(), Some(counter.clone()));
        assert!(db.run(ListStreamsInput::default()).unwrap().streams.is_empty());
    }
    let db = database(&directory.file());
    let on = StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::KeysOnly) };
    let table_name = "counters".to_owned();
    let update =
        UpdateTableInput { table_name, stream_specification: Some(on), ..UpdateTableInput::default() };
    db.run(update).unwrap();
    drop(db);
    let db = database(&directory.file());
    db.run(Counter::delete("a")).unwrap();
    let stream = db.run(ListStreamsInput::default()).unwrap().streams.remove(0);
    let describe = DescribeStreamInput { stream_arn: stream.stream_arn.clone(), ..Default::default() };
    let shard = db.run(describe).unwrap().stream_description.shards.remove(0);
    let iterator = GetShardIteratorInput {
        stream_arn: stream.stream_arn,
        shard_id: shard.shard_id,
        shard_iterator_type: ShardIteratorType::TrimHorizon,
        ..GetShardIteratorInput::default()
    };
    let shard_iterator = db.run(iterator).unwrap().shard_iterator.unwrap();
    let records = db.run(GetRecordsInput { shard_iterator, limit: None }).unwrap().records;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].event_name, OperationType::Remove);
}

/// A request for the counters' time to live, as of format 4 and now.
fn expiring() -> Request {
    let attribute_name = "count".to_owned();
    Request::UpdateTimeToLive(UpdateTimeToLiveInput {
        table_name: "counters".to_owned(),
        time_to_live_specification: TimeToLiveSpecification { enabled: true, attribute_name },
    })
}

fn put_counter(backend: &SqlBackend, id: &str, count: u64, now: Moment) {
    let item =
        dynochemy_sql::Item::from_json(format!(r#"{{"id":{{"S":"{id}"}},"count":{{"N":"{count}"}}}}"#));
    let put = PutItemInput { table_name: "counters".to_owned(), item: item.unwrap(), ..Default::default() };
    backend.answer(&put.into(), now).unwrap();
}

fn counters(backend: &SqlBackend, now: Moment) -> usize {
    let scan = ScanInput { table_name: "counters".to_owned(), ..ScanInput::default() };
    let Response::Scan(answer) = backend.answer(&scan.into(), now).unwrap() else { panic!("a scan") };
    answer.count as usize
}

#[test]
fn items_of_a_file_from_before_items_expired_do_so() {
    let directory = Directory::new();
    let now = Moment::from_secs(1_800_000_000);
    let db = database(&directory.file());
    db.run(Counter::create()).unwrap();
    drop(db);
    let backend = SqlBackend::open(directory.file()).unwrap();
    backend.answer(&expiring(), now).unwrap();
    put_counter(&backend, "old", now.as_secs() - 1, Moment::EPOCH);
    put_counter(&backend, "new", now.as_secs() + 1, Moment::EPOCH);
    put_counter(&backend, "ancient", 7, now);
    drop(backend);
    make_older(&directory.file());
    let backend = SqlBackend::open(directory.file()).unwrap();
    assert_eq!(counters(&backend, now), 2);
    assert_eq!(counters(&backend, now + Duration::from_secs(1)), 1);
}

#[test]
fn items_that_another_process_writes_expire_here_too() {
    let directory = Directory::new();
    let now = Moment::from_secs(1_800_000_000);
    database(&directory.file()).run(Counter::create()).unwrap();
    let [here, there] = [(); 2].map(|()| SqlBackend::open(directory.file()).unwrap());
    assert_eq!(counters(&here, now), 0);
    there.answer(&expiring(), now).unwrap();
    put_counter(&there, "a", now.as_secs() + 60, now);
    put_counter(&there, "b", now.as_secs() + 120, now);
    assert_eq!(counters(&here, now), 2);
    let later = now + Duration::from_secs(60);
    assert_eq!((counters(&here, later), counters(&there, later)), (1, 1));
    let later = now + Duration::from_secs(120);
    put_counter(&here, "c", now.as_secs() + 180, later);
    assert_eq!((counters(&there, later), counters(&here, later)), (1, 1));
}

/// A file whose counters expire, and the backend on it.
fn expiring_counters(directory: &Directory, now: Moment) -> SqlBackend {
    database(&directory.file()).run(Counter::create()).unwrap();
    let backend = SqlBackend::open(directory.file()).unwrap();
    backend.answer(&expiring(), now).unwrap();
    backend
}

#[test]
fn reads_wait_for_no_other_process_where_something_has_expired() {
    let directory = Directory::new();
    let now = Moment::from_secs(1_800_000_000);
    let backend = expiring_counters(&directory, now);
    put_counter(&backend, "a", now.as_secs() + 60, now);
    let other = Connection::open(directory.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let later = now + Duration::from_secs(60);
    let begun = Instant::now();
    assert_eq!(counters(&backend, later), 1);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    other.execute_batch("ROLLBACK").unwrap();
    // What failed is tried again a second later, and by writes, which wait anyway.
    assert_eq!(counters(&backend, later), 1);
    let put = PutItemInput {
        table_name: "counters".to_owned(),
        item: dynochemy_sql::Item::from_json(r#"{"id":{"S":"a"}}"#).unwrap(),
        return_values: ReturnValues::AllOld,
        ..PutItemInput::default()
    };
    let Response::PutItem(answer) = backend.answer(&put.into(), later).unwrap() else { panic!("a put") };
    assert_eq!(answer.attributes, None);
    put_counter(&backend, "b", now.as_secs() + 61, now);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(counters(&backend, now + Duration::from_secs(61)), 2);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(counters(&backend, now + Duration::from_secs(62)), 1);
}

#[test]
fn what_a_deleted_table_left_in_its_stream_is_gone_after_a_day() {
    let directory = Directory::new();
    let now = Moment::from_secs(1_800_000_000);
    let day = Duration::from_secs(24 * 3600);
    let backend = expiring_counters(&directory, now);
    let specification =
        StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::KeysOnly) };
    let update = UpdateTableInput {
        table_name: "counters".to_owned(),
        stream_specification: Some(specification),
        ..UpdateTableInput::default()
    };
    backend.answer(&update.into(), now).unwrap();
    // More than are deleted at a time.
    for number in 0..1100 {
        put_counter(&backend, &number.to_string(), 1, now);
    }
    let delete = DeleteTableInput { table_name: "counters".to_owned() };
    backend.answer(&delete.into(), now + Duration::from_nanos(1)).unwrap();
    let other = Connection::open(directory.file()).unwrap();
    let left = || {
        ["records", "shards", "streams", "expirations"].map(|table| {
            let count = format!("SELECT count(*) FROM {table}");
            other.query_row(&count, [], |row| row.get::<_, i64>(0)).unwrap()
        })
    };
    let read = Request::ListTables(ListTablesInput::default());
    backend.answer(&read, now + day).unwrap();
    assert_eq!(left(), [1100, 1, 1, 1]);
    backend.answer(&read, now + day + Duration::from_secs(1)).unwrap();
    assert_eq!(left(), [0; 4]);
}
