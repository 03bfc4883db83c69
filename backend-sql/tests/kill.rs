//! Processes that are killed in the midst of writing, again and again on one file.
//!
//! `DYNOCHEMY_SQL_KILLS` says how often; ten times where it does not.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{DocumentPath, KeyCondition, UpdateAction, UpdateExpression};
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{AttributeValue, Backend, Item, Key, KeyValue, Moment, SqlBackend};

#[path = "support/child.rs"]
mod child;
#[path = "support/directory.rs"]
mod directory;

use directory::Directory;

const NOW: Moment = Moment::from_secs(1_800_000_000);
const TABLE: &str = "written";
/// What one call writes of each kind: items, or for updates what it adds.
const KINDS: [(&str, u64); 4] = [("put", 1), ("batch", 25), ("transaction", 10), ("update", 1)];

fn create(backend: &SqlBackend) {
    let keys = KeyShape {
        hash: KeyAttribute { name: "writer".into(), kind: ScalarType::S },
        range: Some(KeyAttribute { name: "number".into(), kind: ScalarType::N }),
    };
    let mut create = CreateTableInput::new(TABLE, &keys);
    let group = AttributeDefinition { attribute_name: "group".to_owned(), attribute_type: ScalarType::S };
    create.attribute_definitions.push(group);
    create.global_secondary_indexes.push(GlobalSecondaryIndex {
        index_name: "by_group".to_owned(),
        key_schema: vec![KeySchemaElement::hash("group")],
        projection: Projection { projection_type: Some(ProjectionType::KeysOnly), ..Projection::default() },
        provisioned_throughput: None,
        on_demand_throughput: None,
        warm_throughput: None,
    });
    if let Err(error) = backend.answer(&create.into(), NOW) {
        assert_eq!(error.rejection().unwrap().code, "ResourceInUseException");
    }
}

fn item(writer: &str, number: u64) -> Item {
    let pad = "x".repeat(1500);
    let json = format!(
        r#"{{"writer":{{"S":"{writer}"}},"number":{{"N":"{number}"}},"group":{{"S":"{writer}"}},"pad":{{"S":"{pad}"}}}}"#
    );
    Item::from_json(json).unwrap()
}

fn key(writer: &str, number: u64) -> Key {
    Key {
        hash: ("writer".into(), KeyValue::S(writer.to_owned())),
        range: Some(("number".into(), KeyValue::N(number.into()))),
    }
}

/// The `call`th call of a kind.
fn request(kind: &str, writer: &str, call: u64) -> Request {
    let table_name = TABLE.to_owned();
    match kind {
        "put" => {
            Request::PutItem(PutItemInput { table_name, item: item(writer, call), ..PutItemInput::default() })
        }
        "batch" => {
            let put = |number| WriteRequest::PutRequest { item: item(writer, number) };
            Request::BatchWriteItem(BatchWriteItemInput {
                request_items: [(table_name, (call * 25..(call + 1) * 25).map(put).collect())].into(),
                ..BatchWriteItemInput::default()
            })
        }
        "transaction" => {
            let put = |number| {
                let put = TransactPut {
                    table_name: TABLE.to_owned(),
                    item: item(writer, number),
                    ..TransactPut::default()
                };
                TransactWriteItem::Put(put)
            };
            Request::TransactWriteItems(TransactWriteItemsInput {
                transact_items: (call * 10..(call + 1) * 10).map(put).collect(),
                client_request_token: Some(format!("{writer}-{call}")),
                ..TransactWriteItemsInput::default()
            })
        }
        _ => {
            let add = UpdateAction::Add(DocumentPath::attribute("count"), 1.into());
            Request::UpdateItem(UpdateItemInput {
                table_name,
                key: key(writer, 0),
                update_expression: UpdateExpression { actions: vec![add] },
                ..UpdateItemInput::default()
            })
        }
    }
}

/// How many items a writer has left, or what its counter says, and how many of them an index holds.
fn written(backend: &SqlBackend, kind: &str, writer: &str) -> (u64, u64) {
    let count = |index_name: Option<&str>, hash: &str| {
        let mut query = QueryInput {
            table_name: TABLE.to_owned(),
            index_name: index_name.map(str::to_owned),
            key_condition_expression: KeyCondition::hash(hash.to_owned(), KeyValue::S(writer.to_owned())),
            select: Some(Select::Count),
            ..QueryInput::default()
        };
        let mut count = 0;
        loop {
            let Response::Query(page) = backend.answer(&Request::Query(query.clone()), NOW).unwrap() else {
                unreachable!()
            };
            count += u64::from(page.count);
            query.exclusive_start_key = page.last_evaluated_key;
            if query.exclusive_start_key.is_none() {
                return count;
            }
        }
    };
    if kind != "update" {
        return (count(None, "writer"), count(Some("by_group"), "group"));
    }
    let get = GetItemInput { table_name: TABLE.to_owned(), key: key(writer, 0), ..GetItemInput::default() };
    let Response::GetItem(found) = backend.answer(&Request::GetItem(get), NOW).unwrap() else {
        unreachable!()
    };
    let counted = match found.item.and_then(|item| item.attribute("count").unwrap()) {
        Some(AttributeValue::N(number)) => u64::try_from(number).unwrap(),
        None => 0,
        other => panic!("{other:?}"),
    };
    (counted, counted)
}

/// Starts a writer, kills it once it has told of so many answers, and says of how many it told in all, by kind.
fn kill_after(answers: u64, file: &Path, round: u64) -> BTreeMap<String, u64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(child::arguments("the_writer_that_is_killed")).stdout(Stdio::piped());
    let mut writer = child::told(command, Path::new(&format!("{round}:{}", file.display()))).spawn().unwrap();
    if answers == 0 {
        writer.kill().unwrap();
    }
    let mut answered = BTreeMap::new();
    for line in BufReader::new(writer.stdout.take().unwrap()).lines() {
        if let Some(kind) = line.unwrap().strip_prefix("answered ") {
            *answered.entry(kind.to_owned()).or_default() += 1;
        }
        // It goes on writing; what it is at when it is killed is left to chance.
        if answers > 0 && answered.values().sum::<u64>() == answers {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    answered
}

#[test]
fn processes_that_are_killed_lose_nothing_that_was_answered_and_leave_nothing_in_part() {
    let kills = std::env::var("DYNOCHEMY_SQL_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let directory = Directory::new();
    let file = directory.file();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut rounds: Vec<BTreeMap<String, u64>> = Vec::new();
    let (mut told, mut untold) = (0, 0);
    for round in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        rounds.push(kill_after(random % 120, &file, round));

        let backend = SqlBackend::open(&file).unwrap();
        create(&backend);
        for (kind, each) in KINDS {
            let answered = rounds[round as usize].get(kind).copied().unwrap_or(0);
            let (found, in_index) = written(&backend, kind, &format!("{round}-{kind}"));
            assert_eq!(found % each, 0, "round {round}: a {kind} is there in part");
            assert_eq!(found, in_index, "round {round}: the index differs from the table");
            let calls = found / each;
            assert!(
                calls == answered || calls == answered + 1,
                "round {round}: {calls} of {answered} answered calls of {kind}"
            );
            (told, untold) = (told + answered, untold + calls - answered);
        }
        drop(backend);
        let check = rusqlite::Connection::open(&file).unwrap();
        let whole: String = check.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok", "round {round}");
    }
    // What was there once stays.
    let backend = SqlBackend::open(&file).unwrap();
    for (round, answered) in rounds.iter().enumerate() {
        for (kind, each) in KINDS {
            let (found, _) = written(&backend, kind, &format!("{round}-{kind}"));
            assert!(found >= answered.get(kind).copied().unwrap_or(0) * each);
        }
    }
    println!("{kills} kills: {told} answered calls are all there, and {untold} that were not answered");
    assert!(told > 0);
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_writer_that_is_killed() {
    let Some(role) = child::role() else { return };
    let (round, file) = role.split_once(':').unwrap();
    let backend = SqlBackend::open(file).unwrap();
    create(&backend);
    thread::scope(|scope| {
        for (kind, _) in KINDS {
            let backend = &backend;
            scope.spawn(move || {
                let writer = format!("{round}-{kind}");
                for call in 0.. {
                    backend.answer(&request(kind, &writer, call), NOW).unwrap();
                    let mut out = std::io::stdout().lock();
                    // Nobody hears it any more, and nobody would end this process.
                    if writeln!(out, "answered {kind}").and_then(|()| out.flush()).is_err() {
                        std::process::exit(1);
                    }
                }
            });
        }
        // One that reads meanwhile, since readers take part in the log's upkeep.
        scope.spawn(|| {
            loop {
                written(&backend, "batch", &format!("{round}-batch"));
            }
        });
    });
}
