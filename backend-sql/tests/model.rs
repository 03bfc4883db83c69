//! Random sequences of requests against a map that holds what must be there.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{
    Comparator, Condition, DocumentPath, KeyCondition, RangeCondition, UpdateAction, UpdateExpression,
};
use dynochemy_sql::dynochemy_core::{
    Item, Key, KeyAttribute, KeyShape, KeyValue, Request, Response, ScalarType,
};
use dynochemy_sql::{AttributeValue, Attributes, Backend, Durability, Moment, Number, SqlBackend};
use proptest::prelude::*;

#[path = "support/directory.rs"]
mod directory;

use directory::Directory;

const TABLE: &str = "model";

/// What is in the table: numbers by hash and range key.
type Model = BTreeMap<KeyValue, BTreeMap<KeyValue, Number>>;

#[derive(Clone, Debug)]
enum Operation {
    Put { key: (KeyValue, KeyValue), n: i64, only_new: bool },
    Delete { key: (KeyValue, KeyValue) },
    Add { key: (KeyValue, KeyValue), n: i64 },
    Get { key: (KeyValue, KeyValue) },
    Query { hash: KeyValue, range: Option<RangeCondition>, forward: bool, limit: Option<u32> },
    Scan { segments: u32, limit: Option<u32> },
}

/// Few different keys, so that they meet, with what is awkward to order.
fn hash() -> impl Strategy<Value = KeyValue> {
    prop::sample::select(vec!["a", "b", "a\0", "\u{10FFFF}"]).prop_map(|text| KeyValue::S(text.to_owned()))
}

fn range(kind: ScalarType) -> BoxedStrategy<KeyValue> {
    match kind {
        ScalarType::N => {
            let numbers =
                ["0", "-1", "-1.5", "1", "10", "9", "1E-130", "-9E125", "123456789012345678", "0.5"];
            prop::sample::select(numbers.to_vec()).prop_map(|text| KeyValue::N(text.parse().unwrap())).boxed()
        }
        ScalarType::B => prop::collection::vec(prop::sample::select(vec![0u8, 1, 0xFE, 0xFF]), 1..4)
            .prop_map(|bytes| KeyValue::B(bytes.into()))
            .boxed(),
        ScalarType::S => "[a\0\u{ff}]{1,3}".prop_map(KeyValue::S).boxed(),
    }
}

fn range_condition(kind: ScalarType) -> BoxedStrategy<RangeCondition> {
    let comparator = prop::sample::select(vec![
        Comparator::Equal,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    let compare =
        (comparator, range(kind)).prop_map(|(comparator, value)| RangeCondition::Compare(comparator, value));
    let between = (range(kind), range(kind))
        .prop_map(|(a, b)| RangeCondition::Between(a.clone().min(b.clone()), a.max(b)));
    match kind {
        ScalarType::N => prop_oneof![compare, between].boxed(),
        _ => prop_oneof![compare, between, range(kind).prop_map(RangeCondition::BeginsWith)].boxed(),
    }
}

fn operation(kind: ScalarType) -> impl Strategy<Value = Operation> {
    let key = || (hash(), range(kind));
    let limit = || prop::option::of(1..4u32);
    prop_oneof![
        4 => (key(), -9..9i64, any::<bool>()).prop_map(|(key, n, only_new)| Operation::Put { key, n, only_new }),
        2 => key().prop_map(|key| Operation::Delete { key }),
        2 => (key(), -9..9i64).prop_map(|(key, n)| Operation::Add { key, n }),
        1 => key().prop_map(|key| Operation::Get { key }),
        3 => (hash(), prop::option::of(range_condition(kind)), any::<bool>(), limit())
            .prop_map(|(hash, range, forward, limit)| Operation::Query { hash, range, forward, limit }),
        1 => (1..4u32, limit()).prop_map(|(segments, limit)| Operation::Scan { segments, limit }),
    ]
}

fn meets(value: &KeyValue, condition: &RangeCondition) -> bool {
    match condition {
        RangeCondition::Compare(comparator, other) => match comparator {
            Comparator::Equal => value == other,
            Comparator::NotEqual => value != other,
            Comparator::Less => value < other,
            Comparator::LessOrEqual => value <= other,
            Comparator::Greater => value > other,
            Comparator::GreaterOrEqual => value >= other,
        },
        RangeCondition::Between(low, high) => (low..=high).contains(&value),
        RangeCondition::BeginsWith(prefix) => match (value, prefix) {
            (KeyValue::S(value), KeyValue::S(prefix)) => value.starts_with(prefix.as_str()),
            (KeyValue::B(value), KeyValue::B(prefix)) => value.starts_with(prefix),
            _ => false,
        },
    }
}

fn key((hash, range): &(KeyValue, KeyValue)) -> Key {
    Key { hash: ("h".into(), hash.clone()), range: Some(("r".into(), range.clone())) }
}

fn item(at: &(KeyValue, KeyValue), n: Number) -> Item {
    let mut attributes = key(at).attributes();
    attributes.insert("n".to_owned(), n.into());
    Item::from_attributes(&attributes)
}

/// Hash key, range key and number of an item.
fn parts(item: &Item) -> (KeyValue, KeyValue, Number) {
    let attributes: Attributes = item.attributes().unwrap();
    let part = |name: &str| KeyValue::try_from(attributes[name].clone()).unwrap();
    match attributes["n"] {
        AttributeValue::N(n) => (part("h"), part("r"), n),
        _ => panic!("{item:?}"),
    }
}

struct Subject {
    backend: SqlBackend,
}

impl Subject {
    fn new(backend: SqlBackend, kind: ScalarType) -> Self {
        let subject = Self { backend };
        let attribute = |name: &'static str, kind| KeyAttribute { name: name.into(), kind };
        let keys = KeyShape { hash: attribute("h", ScalarType::S), range: Some(attribute("r", kind)) };
        subject.answer(CreateTableInput::new(TABLE, &keys).into());
        subject
    }

    fn answer(&self, request: Request) -> Option<Response> {
        match self.backend.answer(&request, Moment::EPOCH) {
            Ok(response) => Some(response),
            Err(error) => {
                let code = error.rejection().map(|rejection| rejection.code.clone());
                assert_eq!(code.as_deref(), Some("ConditionalCheckFailedException"), "{error}");
                None
            }
        }
    }

    /// Carries out an operation on both, and compares what they tell.
    fn step(&self, operation: &Operation, model: &mut Model) {
        let old = |model: &Model, (hash, range): &(KeyValue, KeyValue)| {
            model.get(hash).and_then(|items| items.get(range)).copied()
        };
        match operation {
            Operation::Put { key: at, n, only_new } => {
                let before = old(model, at);
                let answer = self.answer(Request::PutItem(PutItemInput {
                    table_name: TABLE.to_owned(),
                    item: item(at, (*n).into()),
                    condition_expression: only_new.then(|| Condition::not_exists("h")),
                    return_values: ReturnValues::AllOld,
                    ..PutItemInput::default()
                }));
                match answer {
                    None => assert!(*only_new && before.is_some()),
                    Some(Response::PutItem(output)) => {
                        assert!(!only_new || before.is_none());
                        assert_eq!(output.attributes, before.map(|n| item(at, n)).map(sorted));
                        model.entry(at.0.clone()).or_default().insert(at.1.clone(), (*n).into());
                    }
                    other => panic!("{other:?}"),
                }
            }
            Operation::Delete { key: at } => {
                let answer = self.answer(Request::DeleteItem(DeleteItemInput {
                    table_name: TABLE.to_owned(),
                    key: key(at),
                    return_values: ReturnValues::AllOld,
                    ..DeleteItemInput::default()
                }));
                let Some(Response::DeleteItem(output)) = answer else { panic!("{answer:?}") };
                let before = model.get_mut(&at.0).and_then(|items| items.remove(&at.1));
                assert_eq!(output.attributes, before.map(|n| item(at, n)));
            }
            Operation::Add { key: at, n } => {
                let add = UpdateAction::Add(DocumentPath::attribute("n"), (*n).into());
                let answer = self.answer(Request::UpdateItem(UpdateItemInput {
                    table_name: TABLE.to_owned(),
                    key: key(at),
                    update_expression: UpdateExpression { actions: vec![add] },
                    return_values: ReturnValues::AllNew,
                    ..UpdateItemInput::default()
                }));
                let Some(Response::UpdateItem(output)) = answer else { panic!("{answer:?}") };
                let n = old(model, at).unwrap_or_default().checked_add((*n).into()).unwrap();
                model.entry(at.0.clone()).or_default().insert(at.1.clone(), n);
                assert_eq!(output.attributes, Some(item(at, n)));
            }
            Operation::Get { key: at } => {
                let answer = self.answer(Request::GetItem(GetItemInput {
                    table_name: TABLE.to_owned(),
                    key: key(at),
                    consistent_read: true,
                    ..GetItemInput::default()
                }));
                let Some(Response::GetItem(output)) = answer else { panic!("{answer:?}") };
                assert_eq!(output.item, old(model, at).map(|n| item(at, n)));
            }
            Operation::Query { hash, range, forward, limit } => {
                let mut expected: Vec<_> = model
                    .get(hash)
                    .into_iter()
                    .flatten()
                    .filter(|(value, _)| range.as_ref().is_none_or(|range| meets(value, range)))
                    .map(|(range, n)| (hash.clone(), range.clone(), *n))
                    .collect();
                if !forward {
                    expected.reverse();
                }
                assert_eq!(self.query(hash, range.as_ref(), *forward, *limit), expected);
            }
            Operation::Scan { segments, limit } => {
                let mut found: Vec<_> =
                    (0..*segments).flat_map(|segment| self.scan(segment, *segments, *limit)).collect();
                found.sort();
                let expected: Vec<_> = model
                    .iter()
                    .flat_map(|(hash, items)| {
                        items.iter().map(|(range, n)| (hash.clone(), range.clone(), *n))
                    })
                    .collect();
                assert_eq!(found, expected);
            }
        }
    }

    fn query(
        &self,
        hash: &KeyValue,
        range: Option<&RangeCondition>,
        forward: bool,
        limit: Option<u32>,
    ) -> Vec<(KeyValue, KeyValue, Number)> {
        let mut input = QueryInput {
            table_name: TABLE.to_owned(),
            key_condition_expression: KeyCondition {
                equal: vec![("h".into(), hash.clone())],
                range: range.map(|range| ("r".into(), range.clone())),
            },
            scan_index_forward: forward,
            limit,
            ..QueryInput::default()
        };
        let mut found = Vec::new();
        loop {
            let answer = self.answer(Request::Query(input.clone()));
            let Some(Response::Query(output)) = answer else { panic!("{answer:?}") };
            assert!(limit.is_none_or(|limit| output.count <= limit));
            found.extend(output.items.iter().map(|item| parts(&item)));
            match output.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => return found,
            }
        }
    }

    fn scan(&self, segment: u32, total: u32, limit: Option<u32>) -> Vec<(KeyValue, KeyValue, Number)> {
        let mut input = ScanInput {
            table_name: TABLE.to_owned(),
            limit,
            segment: Some(segment),
            total_segments: Some(total),
            ..ScanInput::default()
        };
        let mut found = Vec::new();
        loop {
            let answer = self.answer(Request::Scan(input.clone()));
            let Some(Response::Scan(output)) = answer else { panic!("{answer:?}") };
            found.extend(output.items.iter().map(|item| parts(&item)));
            match output.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => return found,
            }
        }
    }
}

/// Items of the model are written with their attributes in order already.
fn sorted(item: Item) -> Item {
    Item::from_attributes(&item.attributes().unwrap())
}

fn operations() -> impl Strategy<Value = (ScalarType, Vec<Operation>)> {
    prop::sample::select(vec![ScalarType::S, ScalarType::N, ScalarType::B])
        .prop_flat_map(|kind| (Just(kind), prop::collection::vec(operation(kind), 1..60)))
}

fn agrees(subject: &Subject, operations: &[Operation]) {
    let mut model = Model::new();
    for operation in operations {
        subject.step(operation, &mut model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_backend_agrees_with_a_map((kind, operations) in operations()) {
        agrees(&Subject::new(SqlBackend::in_memory().unwrap(), kind), &operations);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where each read is on another connection than the writes.
    #[test]
    fn the_backend_on_a_file_agrees_with_a_map((kind, operations) in operations()) {
        let directory = Directory::new();
        let options = SqlBackend::options().durability(Durability::Normal);
        agrees(&Subject::new(options.open(directory.file()).unwrap(), kind), &operations);
    }
}
