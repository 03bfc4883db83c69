//! What is done to the table, and the indexes as a map of the items makes them.

use std::collections::BTreeMap;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::Comparator;
use dynochemy_sql::dynochemy_core::{Key, KeyValue};
use dynochemy_sql::{AttributeValue, Attributes};
use proptest::prelude::*;

pub(crate) const TABLE: &str = "indexed";

/// The items by hash and range key.
pub(crate) type Model = BTreeMap<(String, i64), Attributes>;

/// An index as the test knows it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) hash: &'static [&'static str],
    pub(crate) range: &'static [&'static str],
    pub(crate) projection: Projection,
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
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

pub(crate) fn local() -> Known {
    Known { name: "local", hash: &["h"], range: &["b"], projection: Projection::keys_only() }
}

pub(crate) fn global() -> Vec<Known> {
    vec![
        Known { name: "wide", hash: &["a", "c"], range: &["b", "d"], projection: Projection::all() },
        Known { name: "narrow", hash: &["a"], range: &["b"], projection: Projection::include(["x"]) },
        Known { name: "hash-only", hash: &["c"], range: &[], projection: Projection::keys_only() },
    ]
}

/// The index that is added and deleted.
pub(crate) fn late() -> Known {
    Known { name: "late", hash: &["d"], range: &["r"], projection: Projection::include(["a", "x"]) }
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn value(name: &'static str) -> BoxedStrategy<AttributeValue> {
    match name {
        "b" | "d" | "x" => (-1..3i64).prop_map(AttributeValue::from).boxed(),
        _ => prop::sample::select(vec!["p", "q", "p\0"]).prop_map(text).boxed(),
    }
}

pub(crate) const NAMES: [&str; 6] = ["a", "b", "c", "d", "x", "y"];

pub(crate) fn key() -> impl Strategy<Value = (String, i64)> {
    (prop::sample::select(vec!["1".to_owned(), "1\0".to_owned()]), 0..3i64)
}

pub(crate) fn attributes() -> impl Strategy<Value = Attributes> {
    let attribute = |name: &'static str| {
        prop::option::weighted(0.8, value(name))
            .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    NAMES.map(attribute).prop_map(|found| found.into_iter().flatten().collect())
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
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

pub(crate) fn table_key((hash, range): &(String, i64)) -> Key {
    let range = KeyValue::N((*range).into());
    Key { hash: ("h".into(), KeyValue::S(hash.clone())), range: Some(("r".into(), range)) }
}

pub(crate) fn whole(key: &(String, i64), attributes: &Attributes) -> Attributes {
    let mut whole = attributes.clone();
    whole.extend(table_key(key).attributes());
    whole
}

impl Known {
    pub(crate) fn schema(&self) -> Vec<KeySchemaElement> {
        let hash = self.hash.iter().map(|name| KeySchemaElement::hash(*name));
        hash.chain(self.range.iter().map(|name| KeySchemaElement::range(*name))).collect()
    }

    pub(crate) fn key(&self) -> impl Iterator<Item = &'static str> {
        self.hash.iter().chain(self.range).copied()
    }

    /// What the index holds of an item, if it holds it.
    pub(crate) fn entry(&self, key: &(String, i64), attributes: &Attributes) -> Option<Attributes> {
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
    pub(crate) fn cost(
        &self,
        key: &(String, i64),
        old: Option<&Attributes>,
        new: Option<&Attributes>,
    ) -> f64 {
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

pub(crate) fn number(value: &AttributeValue) -> KeyValue {
    KeyValue::try_from(value.clone()).unwrap()
}

pub(crate) fn declared(index: &Known) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: index.name.to_owned(),
        key_schema: index.schema(),
        projection: index.projection.clone(),
        ..GlobalSecondaryIndex::default()
    }
}
