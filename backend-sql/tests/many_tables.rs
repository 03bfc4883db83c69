//! Tables that are deleted and created again while others use them, and thousands of tables.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/directory.rs"]
mod directory;
#[path = "support/set_at_last.rs"]
mod set_at_last;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use directory::Directory;
use dynochemy_sql::{Moment, SqlBackend};
use serde_json::{Value, json};
use set_at_last::SetAtLast;

/// The answer, or the code of what was refused.
fn call(backend: &SqlBackend, action: &str, input: &Value) -> Result<Value, String> {
    let answer = backend.answer_json(action, input.to_string().as_bytes(), Moment::from_secs(1));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    match answer.status {
        200 => Ok(body),
        _ => Err(body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()),
    }
}

fn table(name: &str) -> Value {
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "h", "AttributeType": "S"}, {"AttributeName": "r", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
        "LocalSecondaryIndexes": [{
            "IndexName": "local",
            "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }],
        "GlobalSecondaryIndexes": [{
            // An index may be called as its table is.
            "IndexName": name,
            "KeySchema": [{"AttributeName": "r", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }],
    })
}

fn create_again_under_load(backend: &SqlBackend) {
    let name = json!({"TableName": "again"});
    call(backend, "CreateTable", &table("again")).unwrap();
    let (is_over, written, missed) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let _end = SetAtLast(&is_over);
        let workers = [0, 1, 2].map(|thread| {
            let (is_over, written, missed) = (&is_over, &written, &missed);
            scope.spawn(move || {
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let item = json!({"h": {"S": thread.to_string()}, "r": {"N": number.to_string()}});
                    let put = json!({"TableName": "again", "Item": item});
                    let scan = json!({"TableName": "again", "IndexName": "again", "Limit": 10});
                    for (action, input) in [("PutItem", put), ("Scan", scan)] {
                        match call(backend, action, &input) {
                            Ok(_) => written.fetch_add(1, Ordering::Relaxed),
                            Err(code) => {
                                assert_eq!(code, "ResourceNotFoundException");
                                missed.fetch_add(1, Ordering::Relaxed)
                            }
                        };
                    }
                }
            })
        });
        let wait_for = |counter: &AtomicUsize, more: usize| {
            let before = counter.load(Ordering::Relaxed);
            while counter.load(Ordering::Relaxed) < before + more {
                assert!(workers.iter().all(|worker| !worker.is_finished()), "a thread has failed");
                std::thread::yield_now();
            }
        };
        for _ in 0..10 {
            wait_for(&written, 20);
            let deleted = call(backend, "DeleteTable", &name).unwrap();
            assert_eq!(deleted["TableDescription"]["TableStatus"], "DELETING");
            wait_for(&missed, 3);
            let created = call(backend, "CreateTable", &table("again")).unwrap();
            assert_eq!(created["TableDescription"]["ItemCount"], 0);
        }
    });
    // What was written before is in no index either.
    let told = call(backend, "DescribeTable", &name).unwrap();
    let items = told["Table"]["ItemCount"].clone();
    assert_eq!(told["Table"]["GlobalSecondaryIndexes"][0]["ItemCount"], items);
    assert_eq!(told["Table"]["LocalSecondaryIndexes"][0]["ItemCount"], items);
    let scanned = call(backend, "Scan", &json!({"TableName": "again", "Select": "COUNT"})).unwrap();
    assert_eq!(scanned["Count"], items);
}

#[test]
fn a_table_that_is_deleted_and_created_again_under_load_holds_what_was_written_since() {
    create_again_under_load(&SqlBackend::in_memory().unwrap());
}

#[test]
fn a_table_in_a_file_is_deleted_and_created_again_under_load() {
    let directory = Directory::new();
    create_again_under_load(&SqlBackend::open(directory.file()).unwrap());
}

#[test]
fn three_thousand_tables_are_listed_in_pages() {
    let backend = SqlBackend::in_memory().unwrap();
    let named = |number: u32| format!("table-{number:04}");
    for number in 0..3_000 {
        call(&backend, "CreateTable", &table(&named(number))).unwrap();
    }
    let mut found = Vec::new();
    let mut page = json!({});
    loop {
        let mut answer = call(&backend, "ListTables", &page).unwrap();
        let names: Vec<String> = serde_json::from_value(answer["TableNames"].take()).unwrap();
        assert_eq!(names.len(), 100);
        found.extend(names);
        match answer.get("LastEvaluatedTableName") {
            Some(last) => page = json!({"ExclusiveStartTableName": last}),
            None => break,
        }
    }
    assert_eq!(found, (0..3_000).map(named).collect::<Vec<_>>());
    let put = json!({"TableName": "table-2999", "Item": {"h": {"S": "a"}, "r": {"N": "1"}}});
    call(&backend, "PutItem", &put).unwrap();
}
