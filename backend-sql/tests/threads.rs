//! Many threads on one backend, in memory and in a file.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{AttributeValue, Backend, Item, Key, KeyValue, Moment, SqlBackend};

#[path = "support/directory.rs"]
mod directory;
#[path = "support/set_at_last.rs"]
mod set_at_last;

use directory::Directory;
use set_at_last::SetAtLast;

const NOW: Moment = Moment::from_secs(1_800_000_000);

const _: fn() = || {
    fn is_shared_by_threads<T: Send + Sync + Clone + 'static>() {}
    is_shared_by_threads::<SqlBackend>();
};

/// A backend in memory and one in a file, each with a table whose items are found by another key too.
fn backends(directory: &Directory) -> [SqlBackend; 2] {
    let backends = [SqlBackend::in_memory().unwrap(), SqlBackend::open(directory.file()).unwrap()];
    for backend in &backends {
        create(backend);
    }
    backends
}

fn create(backend: &SqlBackend) {
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
    let mut create = CreateTableInput::new("counters", &keys);
    create
        .attribute_definitions
        .push(AttributeDefinition { attribute_name: "group".to_owned(), attribute_type: ScalarType::S });
    create.global_secondary_indexes.push(GlobalSecondaryIndex {
        index_name: "by_group".to_owned(),
        key_schema: vec![KeySchemaElement::hash("group")],
        projection: Projection::all(),
        ..GlobalSecondaryIndex::default()
    });
    backend.answer(&create.into(), NOW).unwrap();
}

fn key(id: &str) -> Key {
    Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None }
}

fn count_up() -> UpdateExpression {
    UpdateExpression { actions: vec![UpdateAction::Add(DocumentPath::attribute("count"), 1.into())] }
}

fn add(id: &str) -> Request {
    Request::UpdateItem(UpdateItemInput {
        table_name: "counters".to_owned(),
        key: key(id),
        update_expression: count_up(),
        ..UpdateItemInput::default()
    })
}

fn add_to_both(ids: [&str; 2]) -> Request {
    let update = |id| {
        TransactWriteItem::Update(TransactUpdate {
            table_name: "counters".to_owned(),
            key: key(id),
            update_expression: count_up(),
            ..TransactUpdate::default()
        })
    };
    Request::TransactWriteItems(TransactWriteItemsInput {
        transact_items: ids.map(update).to_vec(),
        ..TransactWriteItemsInput::default()
    })
}

fn count_of(item: Option<&Item>) -> u64 {
    match item.and_then(|item| item.attribute("count").unwrap()) {
        Some(AttributeValue::N(number)) => u64::try_from(number).unwrap(),
        None => 0,
        other => panic!("{other:?}"),
    }
}

fn read(backend: &SqlBackend, id: &str) -> u64 {
    let get = GetItemInput { table_name: "counters".to_owned(), key: key(id), ..GetItemInput::default() };
    match backend.answer(&Request::GetItem(get), NOW).unwrap() {
        Response::GetItem(output) => count_of(output.item.as_ref()),
        other => panic!("{other:?}"),
    }
}

/// All counters of one page, by a scan.
fn scan(backend: &SqlBackend) -> Vec<Item> {
    let scan = ScanInput { table_name: "counters".to_owned(), ..ScanInput::default() };
    match backend.answer(&Request::Scan(scan), NOW).unwrap() {
        Response::Scan(output) => output.items.iter().collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_update_is_lost_and_each_read_sees_all_that_was_answered_before() {
    const ROUNDS: u64 = 150;
    const WRITERS: u64 = 4;
    let directory = Directory::new();
    for backend in backends(&directory) {
        let (begun, answered) = (AtomicU64::new(0), AtomicU64::new(0));
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let _end = SetAtLast(&ended);
            let writers: Vec<_> = (0..WRITERS)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..ROUNDS {
                            begun.fetch_add(1, Ordering::SeqCst);
                            backend.answer(&add("all"), NOW).unwrap();
                            answered.fetch_add(1, Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            for _ in 0..4 {
                scope.spawn(|| {
                    while !ended.load(Ordering::SeqCst) {
                        let least = answered.load(Ordering::SeqCst);
                        let found = read(&backend, "all");
                        let most = begun.load(Ordering::SeqCst);
                        assert!((least..=most).contains(&found), "{found}, not {least} to {most}");
                    }
                });
            }
            writers.into_iter().for_each(|writer| writer.join().unwrap());
        });
        assert_eq!(read(&backend, "all"), WRITERS * ROUNDS);
    }
}

#[test]
fn a_page_never_holds_a_part_of_a_transaction() {
    let directory = Directory::new();
    for backend in backends(&directory) {
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let _end = SetAtLast(&ended);
            let writers = ["a", "b"].map(|one| {
                let backend = &backend;
                scope.spawn(move || {
                    for _ in 0..150 {
                        backend.answer(&add_to_both([one, "c"]), NOW).unwrap();
                    }
                })
            });
            for _ in 0..3 {
                scope.spawn(|| {
                    while !ended.load(Ordering::SeqCst) {
                        let found = scan(&backend);
                        let of = |id: &str| {
                            let id = Some(AttributeValue::S(id.to_owned()));
                            count_of(found.iter().find(|item| item.attribute("id").unwrap() == id))
                        };
                        assert_eq!(of("a") + of("b"), of("c"));
                    }
                });
            }
            writers.into_iter().for_each(|writer| writer.join().unwrap());
        });
        assert_eq!(read(&backend, "c"), 300);
    }
}

#[test]
fn tables_come_and_go_under_threads_that_use_them() {
    let directory = Directory::new();
    for backend in backends(&directory) {
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let _end = SetAtLast(&ended);
            for _ in 0..3 {
                scope.spawn(|| {
                    while !ended.load(Ordering::SeqCst) {
                        for request in [
                            add("a"),
                            Request::Scan(ScanInput {
                                table_name: "counters".to_owned(),
                                index_name: Some("by_group".to_owned()),
                                ..ScanInput::default()
                            }),
                        ] {
                            if let Err(error) = backend.answer(&request, NOW) {
                                assert_eq!(error.rejection().unwrap().code, "ResourceNotFoundException");
                            }
                        }
                    }
                });
            }
            for _ in 0..30 {
                let delete = DeleteTableInput { table_name: "counters".to_owned() };
                backend.answer(&delete.into(), NOW).unwrap();
                create(&backend);
                assert!(read(&backend, "b") == 0);
                backend.answer(&add("b"), NOW).unwrap();
                assert_eq!(read(&backend, "b"), 1);
            }
        });
    }
}

#[test]
fn two_backends_on_one_file_lose_no_update() {
    let directory = Directory::new();
    let backends = [(); 2].map(|()| SqlBackend::open(directory.file()).unwrap());
    create(&backends[0]);
    thread::scope(|scope| {
        for backend in &backends {
            for _ in 0..2 {
                scope.spawn(|| (0..50).for_each(|_| drop(backend.answer(&add("all"), NOW).unwrap())));
            }
        }
    });
    assert_eq!(backends.each_ref().map(|backend| read(backend, "all")), [200, 200]);
}

/// How many commits stand in the log of a file: frames that say how long the file is after them.
///
/// See [the log's format](https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
fn commits(file: &Path) -> usize {
    let log = fs::read(file.with_extension("db-wal")).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let frame = 24 + number(8) as usize;
    let salts = (number(16), number(20));
    (32..log.len())
        .step_by(frame)
        .take_while(|at| (number(at + 8), number(at + 12)) == salts)
        .filter(|at| number(at + 4) > 0)
        .count()
}

#[test]
fn a_batch_and_a_transaction_are_one_commit_each() {
    let directory = Directory::new();
    let backend = SqlBackend::open(directory.file()).unwrap();
    create(&backend);
    let put = |number: u32| {
        let item = format!(r#"{{"id":{{"S":"{number}"}},"group":{{"S":"{}"}}}}"#, number % 3);
        WriteRequest::PutRequest { item: Item::from_json(item).unwrap() }
    };
    let batch = Request::BatchWriteItem(BatchWriteItemInput {
        request_items: [("counters".to_owned(), (0..25).map(put).collect())].into(),
        ..BatchWriteItemInput::default()
    });
    let Request::TransactWriteItems(transaction) = add_to_both(["1", "new"]) else { unreachable!() };
    let transaction =
        TransactWriteItemsInput { client_request_token: Some("once".to_owned()), ..transaction };
    let transaction = Request::TransactWriteItems(transaction);
    for request in [add("1"), batch, transaction] {
        let before = commits(&directory.file());
        backend.answer(&request, NOW).unwrap();
        assert_eq!(commits(&directory.file()), before + 1, "{:?}", request.action());
    }
}
