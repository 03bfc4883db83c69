//! Random writes to a table with indexes against a map: what each index then holds, in which order, and what the
//! writes cost on it.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{
    Assignment, Comparator, DocumentPath, KeyCondition, RangeCondition, UpdateAction, UpdateExpression,
};
use dynochemy_sql::dynochemy_core::{Item, Key, KeyValue, Request, Response, ScalarType};
use dynochemy_sql::{AttributeValue, Attributes, Backend, Moment, SqlBackend};
use proptest::prelude::*;

const TABLE: &str = "indexed";

/// The items by hash and range key.
type Model = BTreeMap<(String, i64), Attributes>;

/// An index as the test knows it.
#[derive(Clone, Debug)]
struct Known {
    name: &'static str,
    hash: &'static [&'static str],
    range: &'static [&'static str],
    projection: Projection,
}

#[derive(Clone, Debug)]
enum Operation {
    Put {
        key: (String, i64),
        attributes: Attributes,
    },
    Set {
        key: (String, i64),
        name: &'static str,
        value: AttributeValue,
    },
    Remove {
        key: (String, i64),
        name: &'static str,
    },
    Delete {
        key: (String, i64),
    },
    /// Adds the index that can be added, or deletes it.
    Toggle,
    Query {
        index: usize,
        hash: Vec<AttributeValue>,
        equal: usize,
        range: Option<(Comparator, i64)>,
        forward: bool,
        limit: u32,
    },
    Scan {
        index: usize,
        segments: u32,
        limit: u32,
    },
}

fn local() -> Known {
    Known { name: "local", hash: &["h"], range: &["b"], projection: Projection::keys_only() }
}

fn global() -> Vec<Known> {
    vec![
        Known { name: "wide", hash: &["a", "c"], range: &["b", "d"], projection: Projection::all() },
        Known { name: "narrow", hash: &["a"], range: &["b"], projection: Projection::include(["x"]) },
        Known { name: "hash-only", hash: &["c"], range: &[], projection: Projection::keys_only() },
    ]
}

/// The index that is added and deleted.
fn late() -> Known {
    Known { name: "late", hash: &["d"], range: &["r"], projection: Projection::include(["a", "x"]) }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn value(name: &'static str) -> BoxedStrategy<AttributeValue> {
    match name {
        "b" | "d" | "x" => (-1..3i64).prop_map(AttributeValue::from).boxed(),
        _ => prop::sample::select(vec!["p", "q", "p\0"]).prop_map(text).boxed(),
    }
}

const NAMES: [&str; 6] = ["a", "b", "c", "d", "x", "y"];

fn key() -> impl Strategy<Value = (String, i64)> {
    (prop::sample::select(vec!["1".to_owned(), "1\0".to_owned()]), 0..3i64)
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let attribute = |name: &'static str| {
        prop::option::weighted(0.8, value(name))
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    NAMES.map(attribute).prop_map(|found| found.into_iter().flatten().collect())
}

fn operation() -> impl Strategy<Value = Operation> {
    let named = || prop::sample::select(NAMES.to_vec());
    let comparator = prop::sample::select(vec![
        Comparator::Equal,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    let set = (key(), named()).prop_flat_map(|(key, name)| {
        value(name).prop_map(move |value| Operation::Set { key: key.clone(), name, value })
    });
    let query = (
        0..5usize,
        prop::collection::vec(value("a"), 2),
        0..3usize,
        prop::option::of((comparator, -1..3i64)),
        any::<bool>(),
        1..4u32,
    );
    prop_oneof![
        6 => (key(), attributes()).prop_map(|(key, attributes)| Operation::Put { key, attributes }),
        3 => set,
        2 => (key(), named()).prop_map(|(key, name)| Operation::Remove { key, name }),
        2 => key().prop_map(|key| Operation::Delete { key }),
        1 => Just(Operation::Toggle),
        6 => query.prop_map(|(index, hash, equal, range, forward, limit)| {
            Operation::Query { index, hash, equal, range, forward, limit }
        }),
        2 => (0..5usize, 1..4u32, 1..4u32)
            .prop_map(|(index, segments, limit)| Operation::Scan { index, segments, limit }),
    ]
}

fn table_key((hash, range): &(String, i64)) -> Key {
    let range = KeyValue::N((*range).into());
    Key { hash: ("h".into(), KeyValue::S(hash.clone())), range: Some(("r".into(), range)) }
}

fn whole(key: &(String, i64), attributes: &Attributes) -> Attributes {
    let mut whole = attributes.clone();
    whole.extend(table_key(key).attributes());
    whole
}

impl Known {
    fn schema(&self) -> Vec<KeySchemaElement> {
        let hash = self.hash.iter().map(|name| KeySchemaElement::hash(*name));
        hash.chain(self.range.iter().map(|name| KeySchemaElement::range(*name))).collect()
    }

    fn key(&self) -> impl Iterator<Item = &'static str> {
        self.hash.iter().chain(self.range).copied()
    }

    /// What the index holds of an item, if it holds it.
    fn entry(&self, key: &(String, i64), attributes: &Attributes) -> Option<Attributes> {
        let whole = whole(key, attributes);
        self.key().all(|name| whole.contains_key(name)).then(|| {
            let mut kept = whole;
            kept.retain(|name, _| {
                self.projection.projection_type == Some(ProjectionType::All)
                    || ["h", "r"].contains(&name.as_str())
                    || self.key().any(|part| part == name)
                    || self.projection.non_key_attributes.contains(name)
            });
            kept
        })
    }

    /// Write units of a change of an item on the index: all items of the test are small.
    fn cost(&self, key: &(String, i64), old: Option<&Attributes>, new: Option<&Attributes>) -> f64 {
        let entry = |item: Option<&Attributes>| item.and_then(|item| self.entry(key, item));
        let place = |entry: &Attributes| self.key().map(|name| entry[name].clone()).collect::<Vec<_>>();
        match (entry(old), entry(new)) {
            (None, None) => 0.0,
            (Some(old), Some(new)) if old == new => 0.0,
            (Some(old), Some(new)) if place(&old) != place(&new) => 2.0,
            _ => 1.0,
        }
    }
}

fn number(value: &AttributeValue) -> KeyValue {
    KeyValue::try_from(value.clone()).unwrap()
}

struct Subject {
    backend: SqlBackend,
    indexes: Vec<Known>,
}

impl Subject {
    fn new() -> Self {
        let definition = |name: &str, attribute_type| AttributeDefinition {
            attribute_name: name.to_owned(),
            attribute_type,
        };
        let create = CreateTableInput {
            table_name: TABLE.to_owned(),
            attribute_definitions: vec![
                definition("h", ScalarType::S),
                definition("r", ScalarType::N),
                definition("a", ScalarType::S),
                definition("b", ScalarType::N),
                definition("c", ScalarType::S),
                definition("d", ScalarType::N),
            ],
            key_schema: vec![KeySchemaElement::hash("h"), KeySchemaElement::range("r")],
            local_secondary_indexes: vec![LocalSecondaryIndex {
                index_name: local().name.to_owned(),
                key_schema: local().schema(),
                projection: local().projection,
            }],
            global_secondary_indexes: global().iter().map(declared).collect(),
            billing_mode: Some(BillingMode::PayPerRequest),
            ..CreateTableInput::default()
        };
        let indexes = std::iter::once(local()).chain(global()).collect();
        let subject = Self { backend: SqlBackend::in_memory().unwrap(), indexes };
        subject.answer(create.into());
        subject
    }

    fn answer(&self, request: Request) -> Response {
        self.backend.answer(&request, Moment::EPOCH).unwrap()
    }

    fn step(&mut self, operation: &Operation, model: &mut Model) {
        match operation {
            Operation::Put { key, attributes } => {
                let answer: PutItemOutput = self
                    .answer(Request::PutItem(PutItemInput {
                        table_name: TABLE.to_owned(),
                        item: Item::from_attributes(&whole(key, attributes)),
                        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                        ..PutItemInput::default()
                    }))
                    .try_into()
                    .unwrap();
                let old = model.insert(key.clone(), attributes.clone());
                self.check_cost(key, old.as_ref(), Some(attributes), answer.consumed_capacity);
            }
            Operation::Set { key, name, value } => {
                let set = UpdateAction::Set(DocumentPath::attribute(*name), Assignment::Value(value.clone()));
                self.update(key, set, model, |item| drop(item.insert((*name).to_owned(), value.clone())));
            }
            Operation::Remove { key, name } => {
                let remove = UpdateAction::Remove(DocumentPath::attribute(*name));
                self.update(key, remove, model, |item| drop(item.remove(*name)));
            }
            Operation::Delete { key } => {
                let answer: DeleteItemOutput = self
                    .answer(Request::DeleteItem(DeleteItemInput {
                        table_name: TABLE.to_owned(),
                        key: table_key(key),
                        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                        ..DeleteItemInput::default()
                    }))
                    .try_into()
                    .unwrap();
                let old = model.remove(key);
                self.check_cost(key, old.as_ref(), None, answer.consumed_capacity);
            }
            Operation::Toggle => self.toggle(),
            Operation::Query { index, hash, equal, range, forward, limit } => {
                let Some(index) = self.indexes.get(*index) else { return };
                self.check_query(index, hash, *equal, *range, *forward, *limit, model);
            }
            Operation::Scan { index, segments, limit } => {
                let Some(index) = self.indexes.get(*index) else { return };
                self.check_scan(index, *segments, *limit, model);
            }
        }
    }

    fn update(
        &self,
        key: &(String, i64),
        action: UpdateAction,
        model: &mut Model,
        change: impl FnOnce(&mut Attributes),
    ) {
        let answer: UpdateItemOutput = self
            .answer(Request::UpdateItem(UpdateItemInput {
                table_name: TABLE.to_owned(),
                key: table_key(key),
                update_expression: UpdateExpression { actions: vec![action] },
                return_consumed_capacity: ReturnConsumedCapacity::Indexes,
                ..UpdateItemInput::default()
            }))
            .try_into()
            .unwrap();
        let old = model.get(key).cloned();
        let new = model.entry(key.clone()).or_default();
        change(new);
        self.check_cost(key, old.as_ref(), Some(new), answer.consumed_capacity);
    }

    fn check_cost(
        &self,
        key: &(String, i64),
        old: Option<&Attributes>,
        new: Option<&Attributes>,
        told: Option<ConsumedCapacity>,
    ) {
        let told = told.unwrap();
        let mut sum = 1.0;
        for index in &self.indexes {
            let parts = told
                .local_secondary_indexes
                .get(index.name)
                .or(told.global_secondary_indexes.get(index.name));
            let cost = index.cost(key, old, new);
            assert_eq!(parts.map_or(0.0, |part| part.capacity_units), cost, "{} {old:?} {new:?}", index.name);
            sum += cost;
        }
        assert_eq!(told.capacity_units, sum);
    }

    fn toggle(&mut self) {
        let there = self.indexes.iter().position(|index| index.name == late().name);
        let update = match there {
            Some(position) => {
                self.indexes.remove(position);
                GlobalSecondaryIndexUpdate::Delete(DeleteGlobalSecondaryIndexAction {
                    index_name: late().name.to_owned(),
                })
            }
            None => {
                self.indexes.push(late());
                GlobalSecondaryIndexUpdate::Create(declared(&late()))
            }
        };
        self.answer(
            UpdateTableInput {
                table_name: TABLE.to_owned(),
                global_secondary_index_updates: vec![update],
                ..UpdateTableInput::default()
            }
            .into(),
        );
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a query")]
    fn check_query(
        &self,
        index: &Known,
        hash: &[AttributeValue],
        equal: usize,
        range: Option<(Comparator, i64)>,
        forward: bool,
        limit: u32,
        model: &Model,
    ) {
        // The hash keys' values are texts; that of the index that was added is a number.
        let hash: Vec<AttributeValue> = match index.name {
            "late" => vec![AttributeValue::from(1)],
            "local" => vec![text("1")],
            _ => hash.to_vec(),
        };
        let equal = equal.min(index.range.len());
        let mut condition = KeyCondition::default();
        let mut asked: Vec<(&str, AttributeValue)> = index.hash.iter().copied().zip(hash).collect();
        asked.extend(index.range[..equal].iter().map(|name| (*name, AttributeValue::from(1))));
        for (name, value) in &asked {
            condition.equal.push(((*name).to_owned().into(), number(value)));
        }
        let range = range.filter(|_| equal < index.range.len());
        if let Some((comparator, value)) = range {
            let range = RangeCondition::Compare(comparator, KeyValue::N(value.into()));
            condition.range = Some((index.range[equal].to_owned().into(), range));
        }
        let meets = |item: &Attributes| {
            let in_range = range.is_none_or(|(comparator, value)| {
                let (found, value) = (number(&item[index.range[equal]]), KeyValue::N(value.into()));
                match comparator {
                    Comparator::Less => found < value,
                    Comparator::LessOrEqual => found <= value,
                    Comparator::Greater => found > value,
                    Comparator::GreaterOrEqual => found >= value,
                    _ => found == value,
                }
            });
            in_range && asked.iter().all(|(name, value)| item[*name] == *value)
        };
        let mut expected: Vec<(Vec<KeyValue>, (String, i64), Attributes)> = model
            .iter()
            .filter_map(|(key, item)| Some((key, index.entry(key, item)?)))
            .filter(|(_, item)| meets(item))
            .map(|(key, item)| {
                (index.range.iter().map(|name| number(&item[*name])).collect(), key.clone(), item)
            })
            .collect();
        expected.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        if !forward {
            expected.reverse();
        }
        let expected: Vec<Attributes> = expected.into_iter().map(|(_, _, item)| item).collect();

        let mut input = QueryInput {
            table_name: TABLE.to_owned(),
            index_name: Some(index.name.to_owned()),
            key_condition_expression: condition,
            scan_index_forward: forward,
            limit: Some(limit),
            ..QueryInput::default()
        };
        let mut found = Vec::new();
        loop {
            let output: QueryOutput = self.answer(Request::Query(input.clone())).try_into().unwrap();
            found.extend(output.items.iter().map(|item| item.attributes().unwrap()));
            match output.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => break,
            }
        }
        assert_eq!(found, expected, "{}", index.name);
    }

    fn check_scan(&self, index: &Known, segments: u32, limit: u32, model: &Model) {
        let mut found = Vec::new();
        for segment in 0..segments {
            let mut input = ScanInput {
                table_name: TABLE.to_owned(),
                index_name: Some(index.name.to_owned()),
                limit: Some(limit),
                segment: Some(segment),
                total_segments: Some(segments),
                ..ScanInput::default()
            };
            loop {
                let output: ScanOutput = self.answer(Request::Scan(input.clone())).try_into().unwrap();
                found.extend(output.items.iter().map(|item| item.attributes().unwrap()));
                match output.last_evaluated_key {
                    Some(key) => input.exclusive_start_key = Some(key),
                    None => break,
                }
            }
        }
        let expected = model.iter().filter_map(|(key, item)| index.entry(key, item));
        let sorted = |mut items: Vec<Attributes>| {
            items.sort_by_key(|item| format!("{item:?}"));
            items
        };
        assert_eq!(sorted(found), sorted(expected.collect()), "{}", index.name);
    }
}

fn declared(index: &Known) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: index.name.to_owned(),
        key_schema: index.schema(),
        projection: index.projection.clone(),
        ..GlobalSecondaryIndex::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indexes_agree_with_a_map(operations in prop::collection::vec(operation(), 1..60)) {
        let mut subject = Subject::new();
        let mut model = Model::new();
        for operation in &operations {
            subject.step(operation, &mut model);
        }
    }
}
