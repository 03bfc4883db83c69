//! The same random calls to the backend and to DynamoDB Local: their answers, costs and error codes must be the same.
//!
//! `.ci/dynamodb-local cargo test -p dynochemy-sql --test dynamodb_local -- --ignored` runs it. What is known to differ
//! (see `FIDELITY.md`) is not generated.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{
    Assignment, Comparator, Condition, DocumentPath, KeyCondition, PathStep, Term, UpdateAction,
    UpdateExpression,
};
use dynochemy_sql::dynochemy_core::http::{read_answer, write_body};
use dynochemy_sql::dynochemy_core::{Item, Key, KeyValue, Request, Response, ScalarType};
use dynochemy_sql::{AttributeType, AttributeValue, Attributes, Backend, CallError, Moment, SqlBackend};
use proptest::prelude::*;

/// Sends a request to the server that the environment names.
fn send(request: &Request) -> Result<Response, CallError> {
    let url = std::env::var("DYNOCHEMY_TEST_ENDPOINT").expect("the endpoint of a server to compare with");
    let place = url.strip_prefix("http://").unwrap();
    let body = write_body(request);
    let mut stream = TcpStream::connect(place).unwrap();
    let authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
                         Signature=abc";
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {place}\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amz-target: DynamoDB_20120810.{}\r\nauthorization: {authorization}\r\ncontent-length: {}\r\n\r\n",
        request.action().name(),
        body.len()
    )
    .unwrap();
    stream.write_all(&body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
    let message = http::Response::builder().status(status).body(answer.split_off(end + 4).into()).unwrap();
    read_answer(request, message)
}

/// An answer as it is compared: items as trees, and errors by their codes.
fn comparable(answer: Result<Response, CallError>) -> Result<String, String> {
    let attributes = |item: Item| item.attributes().unwrap();
    let consumed = |told: Option<ConsumedCapacity>| told.map(|told| format!("{told:?}"));
    // It bills a global index for some items that were never in it.
    let written = |told: Option<ConsumedCapacity>| {
        consumed(told.map(|told| ConsumedCapacity {
            capacity_units: 0.0,
            global_secondary_indexes: BTreeMap::new(),
            ..told
        }))
    };
    match answer {
        Ok(Response::PutItem(answer)) => {
            Ok(format!("{:?} {:?}", answer.attributes.map(attributes), written(answer.consumed_capacity)))
        }
        Ok(Response::UpdateItem(answer)) => {
            Ok(format!("{:?} {:?}", answer.attributes.map(attributes), written(answer.consumed_capacity)))
        }
        Ok(Response::DeleteItem(answer)) => {
            Ok(format!("{:?} {:?}", answer.attributes.map(attributes), written(answer.consumed_capacity)))
        }
        Ok(Response::Query(answer)) => {
            let mut items: Vec<String> =
                answer.items.iter().map(|item| format!("{:?}", attributes(item))).collect();
            // Items of equal index keys come in any order.
            items.sort();
            let (count, scanned) = (answer.count, answer.scanned_count);
            // A query that finds nothing is free there, and costs the least that a read does in the service.
            let cost = consumed(answer.consumed_capacity.filter(|_| scanned > 0));
            Ok(format!("{items:?} {count} {scanned} {cost:?}"))
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            Err(error.rejection().map(|rejection| rejection.code.clone()).unwrap_or(error.to_string()))
        }
    }
}

const NAMES: [&str; 8] = ["a", "b", "n", "s", "ss", "l", "m", "bo"];

fn text() -> impl Strategy<Value = AttributeValue> {
    prop::sample::select(vec!["p", "pq", "é", "😀p"]).prop_map(AttributeValue::from)
}

fn number() -> impl Strategy<Value = AttributeValue> {
    (-2..4i64).prop_map(AttributeValue::from)
}

/// A value of the type that an attribute mostly has.
fn of(name: &'static str) -> BoxedStrategy<AttributeValue> {
    let texts = || prop::collection::btree_set(prop::sample::select(vec!["p", "q", "r"]), 1..3);
    match name {
        "b" | "n" => number().boxed(),
        "ss" => texts()
            .prop_map(|set| AttributeValue::StringSet(set.into_iter().map(str::to_owned).collect()))
            .boxed(),
        "l" => prop::collection::vec(prop_oneof![number(), text()], 0..3).prop_map(AttributeValue::L).boxed(),
        "m" => prop::collection::btree_map(prop::sample::select(vec!["k", "o"]), number(), 0..3)
            .prop_map(|members| {
                AttributeValue::M(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            })
            .boxed(),
        "bo" => any::<bool>().prop_map(AttributeValue::Bool).boxed(),
        _ => text().boxed(),
    }
}

fn any_value() -> BoxedStrategy<AttributeValue> {
    prop::sample::select(NAMES.to_vec()).prop_flat_map(of).boxed()
}

fn path() -> impl Strategy<Value = DocumentPath> {
    let within = |attribute: &'static str, step: PathStep| DocumentPath {
        attribute: attribute.into(),
        steps: vec![step],
    };
    let mut paths: Vec<DocumentPath> = NAMES.map(DocumentPath::attribute).to_vec();
    paths.push(DocumentPath::attribute("none"));
    paths.push(within("l", PathStep::Element(0)));
    paths.push(within("l", PathStep::Element(1)));
    paths.push(within("m", PathStep::Member("k".into())));
    paths.push(within("s", PathStep::Member("k".into())));
    prop::sample::select(paths)
}

fn condition() -> impl Strategy<Value = Condition> {
    let term = || {
        prop_oneof![
            3 => path().prop_map(Term::Path),
            3 => any_value().prop_map(Term::Value),
            1 => path().prop_map(Term::Size)
        ]
    };
    let comparator = prop::sample::select(vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    // The first one is no value: the service takes that, and its older edition not everywhere.
    let first = || prop_oneof![3 => path().prop_map(Term::Path), 1 => path().prop_map(Term::Size)];
    let leaf = prop_oneof![
        6 => (first(), comparator, term()).prop_map(|(a, how, b)| Condition::Compare(a, how, b)),
        2 => (first(), term(), term()).prop_map(|(a, low, high)| Condition::Between(a, low, high)),
        2 => (first(), prop::collection::vec(term(), 1..3)).prop_map(|(a, others)| Condition::In(a, others)),
        1 => path().prop_map(Condition::Exists),
        1 => path().prop_map(Condition::NotExists),
        1 => (path(), prop::sample::select(AttributeType::ALL.to_vec()))
            .prop_map(|(path, kind)| Condition::Type(path, kind)),
        1 => (path(), any_value()).prop_map(|(path, value)| Condition::BeginsWith(path.into(), Term::Value(value))),
        2 => (path(), any_value()).prop_map(|(path, value)| Condition::Contains(path.into(), Term::Value(value))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..3).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..3).prop_map(Condition::Or),
            inner.prop_map(|negated| Condition::Not(Box::new(negated))),
        ]
    })
}

/// Actions on different attributes; the keys of indexes keep their types.
fn update() -> impl Strategy<Value = UpdateExpression> {
    let operand = || {
        prop_oneof![
            any_value().prop_map(Assignment::Value),
            path().prop_map(Assignment::Path),
            (path(), any_value())
                .prop_map(|(path, value)| Assignment::IfNotExists(path, Box::new(Assignment::Value(value)))),
        ]
    };
    let free = || prop::sample::select(vec!["n", "s", "ss", "l", "m", "bo", "none"]);
    let at = |name: &'static str, inner: bool| match (name, inner) {
        ("l", true) => DocumentPath { attribute: "l".into(), steps: vec![PathStep::Element(1)] },
        ("m" | "s", true) => {
            DocumentPath { attribute: name.into(), steps: vec![PathStep::Member("k".into())] }
        }
        _ => DocumentPath::attribute(name),
    };
    let target = move || (free(), any::<bool>()).prop_map(move |(name, inner)| at(name, inner));
    let action = prop_oneof![
        3 => prop::sample::select(vec!["a", "b"]).prop_flat_map(|name| of(name).prop_map(move |value| {
            UpdateAction::Set(DocumentPath::attribute(name), Assignment::Value(value))
        })),
        4 => (target(), operand()).prop_map(|(path, value)| UpdateAction::Set(path, value)),
        1 => (target(), operand(), operand())
            .prop_map(|(path, a, b)| UpdateAction::Set(path, Assignment::Plus(Box::new(a), Box::new(b)))),
        1 => (target(), operand(), operand())
            .prop_map(|(path, a, b)| UpdateAction::Set(path, Assignment::Append(Box::new(a), Box::new(b)))),
        2 => prop_oneof![path().prop_map(UpdateAction::Remove), target().prop_map(UpdateAction::Remove)],
        2 => (target(), any_value()).prop_map(|(path, value)| UpdateAction::Add(path, value)),
        1 => (target(), of("ss")).prop_map(|(path, value)| UpdateAction::Delete(path, value)),
    ];
    prop::collection::vec(action, 1..4).prop_map(|actions| UpdateExpression { actions })
}

fn key() -> impl Strategy<Value = Key> {
    (0..2u32, 0..3i64).prop_map(|(hash, range)| Key {
        hash: ("h".into(), KeyValue::S(format!("h{hash}"))),
        range: Some(("r".into(), KeyValue::N(range.into()))),
    })
}

fn call() -> impl Strategy<Value = Request> {
    let attribute = |name: &'static str| {
        prop::option::weighted(0.8, of(name))
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let item = (key(), NAMES.map(attribute)).prop_map(|(key, attributes)| {
        let mut all: Attributes = attributes.into_iter().flatten().collect();
        all.extend(key.attributes());
        Item::from_attributes(&all)
    });
    let condition = || prop::option::of(condition());
    let tell = ReturnConsumedCapacity::Indexes;
    let query =
        prop::sample::select(vec![("by_a", "a"), ("by_b", "h")]).prop_flat_map(move |(index, hash)| {
            let value = if hash == "a" { of("a") } else { Just(AttributeValue::from("h1")).boxed() };
            (value, prop::option::of(held_filter()), any::<bool>()).prop_map(move |(value, filter, whole)| {
                Request::Query(QueryInput {
                    index_name: Some(index.to_owned()),
                    key_condition_expression: KeyCondition::hash(hash, KeyValue::try_from(value).unwrap()),
                    filter_expression: filter,
                    select: (whole && index == "by_b").then_some(Select::AllAttributes),
                    return_consumed_capacity: tell,
                    ..QueryInput::default()
                })
            })
        });
    prop_oneof![
        4 => (item, condition()).prop_map(move |(item, condition_expression)| {
            Request::PutItem(PutItemInput {
                item,
                condition_expression,
                return_values: ReturnValues::AllOld,
                return_consumed_capacity: tell,
                ..PutItemInput::default()
            })
        }),
        6 => (key(), update(), condition()).prop_map(move |(key, update_expression, condition_expression)| {
            Request::UpdateItem(UpdateItemInput {
                key,
                update_expression,
                condition_expression,
                return_values: ReturnValues::AllNew,
                return_consumed_capacity: tell,
                ..UpdateItemInput::default()
            })
        }),
        1 => (key(), condition()).prop_map(move |(key, condition_expression)| {
            Request::DeleteItem(DeleteItemInput {
                key,
                condition_expression,
                return_values: ReturnValues::AllOld,
                return_consumed_capacity: tell,
                ..DeleteItemInput::default()
            })
        }),
        3 => query,
    ]
}

/// A filter on what both indexes hold.
fn held_filter() -> impl Strategy<Value = Condition> {
    number().prop_map(|value| {
        Condition::Compare(
            Term::Path(DocumentPath::attribute("n")),
            Comparator::GreaterOrEqual,
            Term::Value(value),
        )
    })
}

fn create(table_name: &str) -> Request {
    let definition =
        |name: &str, attribute_type| AttributeDefinition { attribute_name: name.to_owned(), attribute_type };
    let schema = |hash: &str, range: &str| vec![KeySchemaElement::hash(hash), KeySchemaElement::range(range)];
    CreateTableInput {
        table_name: table_name.to_owned(),
        attribute_definitions: vec![
            definition("h", ScalarType::S),
            definition("r", ScalarType::N),
            definition("a", ScalarType::S),
            definition("b", ScalarType::N),
        ],
        key_schema: schema("h", "r"),
        global_secondary_indexes: vec![GlobalSecondaryIndex {
            index_name: "by_a".to_owned(),
            key_schema: schema("a", "b"),
            projection: Projection::include(["n", "m"]),
            ..GlobalSecondaryIndex::default()
        }],
        local_secondary_indexes: vec![LocalSecondaryIndex {
            index_name: "by_b".to_owned(),
            key_schema: schema("h", "b"),
            projection: Projection::include(["n"]),
        }],
        billing_mode: Some(BillingMode::PayPerRequest),
        ..CreateTableInput::default()
    }
    .into()
}

fn on(table: &str, call: &Request) -> Request {
    let mut call = call.clone();
    match &mut call {
        Request::PutItem(input) => input.table_name = table.to_owned(),
        Request::UpdateItem(input) => input.table_name = table.to_owned(),
        Request::DeleteItem(input) => input.table_name = table.to_owned(),
        Request::Query(input) => input.table_name = table.to_owned(),
        other => panic!("{other:?}"),
    }
    call
}

#[test]
#[ignore = "needs DynamoDB Local; see the head of the file"]
fn dynamodb_local_answers_alike() {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let mut codes: BTreeMap<String, u32> = BTreeMap::new();
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let calls = prop::collection::vec(call(), 1..40);
    let counted = std::cell::RefCell::new(&mut codes);
    let outcome = runner.run(&calls, |calls| {
        let table = format!("t{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed));
        let backend = SqlBackend::in_memory().unwrap();
        backend.answer(&create(&table), Moment::EPOCH).unwrap();
        send(&create(&table)).unwrap();
        for call in &calls {
            let call = on(&table, call);
            let (ours, theirs) = (backend.answer(&call, Moment::EPOCH), send(&call));
            let shown = format!(
                "{:?}\nours: {ours:?}\ntheirs: {theirs:?}",
                String::from_utf8_lossy(&write_body(&call))
            );
            let (ours, theirs) = (comparable(ours), comparable(theirs));
            *counted.borrow_mut().entry(ours.clone().err().unwrap_or_default()).or_default() += 1;
            prop_assert_eq!(ours, theirs, "{}", shown);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // The calls are of use: most of them are answered.
    assert!(codes[""] > codes.values().sum::<u32>() / 3, "{codes:?}");
}
