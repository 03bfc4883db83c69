//! Tables: keys of all types, with and without range keys, and indexes of all projections, sparse and not.

use proptest::prelude::*;
use serde_json::{Value, json};

/// The table that most calls use, and a smaller one beside it.
pub(crate) const TABLE: &str = "Things";
pub(crate) const OTHER: &str = "Others";

/// A key attribute: its name and the type, `S`, `N` or `B`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Attribute(pub &'static str, pub char);

/// What keys of indexes are made of, beside those of the table.
pub(crate) const INDEXED: [Attribute; 3] = [Attribute("a", 'S'), Attribute("b", 'N'), Attribute("c", 'B')];

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) name: &'static str,
    pub(crate) is_global: bool,
    pub(crate) hash: Attribute,
    pub(crate) range: Option<Attribute>,
    pub(crate) projection: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) hash: Attribute,
    pub(crate) range: Option<Attribute>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) is_provisioned: bool,
}

impl Table {
    /// The second table, of the plainest kind.
    pub(crate) fn other() -> Self {
        Self { hash: Attribute("h", 'S'), range: None, indexes: Vec::new(), is_provisioned: false }
    }

    pub(crate) fn key(&self) -> impl Iterator<Item = Attribute> + use<> {
        std::iter::once(self.hash).chain(self.range)
    }

    /// The body of the CreateTable that makes it.
    pub(crate) fn create(&self, table: &str) -> Value {
        let schema = |hash: Attribute, range: Option<Attribute>| {
            let mut schema = vec![json!({ "AttributeName": hash.0, "KeyType": "HASH" })];
            schema.extend(range.map(|range| json!({ "AttributeName": range.0, "KeyType": "RANGE" })));
            schema
        };
        let mut attributes: Vec<Attribute> = self.key().collect();
        for index in &self.indexes {
            for part in std::iter::once(index.hash).chain(index.range) {
                if !attributes.contains(&part) {
                    attributes.push(part);
                }
            }
        }
        let definitions: Vec<Value> = attributes
            .iter()
            .map(|part| json!({ "AttributeName": part.0, "AttributeType": part.1.to_string() }))
            .collect();
        let throughput = json!({ "ReadCapacityUnits": 10000, "WriteCapacityUnits": 10000 });
        let mut body = json!({
            "TableName": table,
            "AttributeDefinitions": definitions,
            "KeySchema": schema(self.hash, self.range),
            "BillingMode": if self.is_provisioned { "PROVISIONED" } else { "PAY_PER_REQUEST" }
        });
        if self.is_provisioned {
            body["ProvisionedThroughput"] = throughput.clone();
        }
        for (member, is_global) in [("GlobalSecondaryIndexes", true), ("LocalSecondaryIndexes", false)] {
            let indexes: Vec<Value> = self
                .indexes
                .iter()
                .filter(|index| index.is_global == is_global)
                .map(|index| {
                    let mut declared = json!({
                        "IndexName": index.name,
                        "KeySchema": schema(index.hash, index.range),
                        "Projection": { "ProjectionType": index.projection }
                    });
                    if index.projection == "INCLUDE" {
                        declared["Projection"]["NonKeyAttributes"] = json!(["n", "m"]);
                    }
                    if is_global && self.is_provisioned {
                        declared["ProvisionedThroughput"] = throughput.clone();
                    }
                    declared
                })
                .collect();
            if !indexes.is_empty() {
                body[member] = indexes.into();
            }
        }
        body
    }
}

pub(crate) fn table() -> impl Strategy<Value = Table> {
    let kind = || prop_oneof![3 => Just('S'), 2 => Just('N'), 1 => Just('B')];
    let keys = (kind(), prop::option::weighted(0.8, kind()));
    (keys, prop::bool::weighted(0.3)).prop_flat_map(|((hash, range), is_provisioned)| {
        let (hash, range) = (Attribute("h", hash), range.map(|kind| Attribute("r", kind)));
        indexes(hash, range).prop_map(move |indexes| Table { hash, range, indexes, is_provisioned })
    })
}

fn indexes(hash: Attribute, range: Option<Attribute>) -> impl Strategy<Value = Vec<Index>> {
    let projection = || prop::sample::select(vec!["ALL", "KEYS_ONLY", "INCLUDE"]);
    let local =
        move |name| {
            (prop::sample::select(INDEXED.to_vec()), projection()).prop_map(move |(range, projection)| {
                Index { name, is_global: false, hash, range: Some(range), projection }
            })
        };
    let global = move |name| {
        let mut parts = INDEXED.to_vec();
        parts.extend(range);
        let hashes = parts.clone();
        parts.push(hash);
        let ranges = prop::option::weighted(0.6, prop::sample::select(parts));
        (prop::sample::select(hashes), ranges, projection()).prop_map(move |(hash, range, projection)| {
            Index { name, is_global: true, hash, range: range.filter(|range| *range != hash), projection }
        })
    };
    let some = |index: BoxedStrategy<Index>| prop::option::of(index);
    // A local index shares its table's hash key and sorts by another range key.
    let is_ranged = range.is_some();
    let all = (
        some(global("global-a").boxed()),
        some(global("global-b").boxed()),
        some(local("local-a").boxed()),
        some(local("local-b").boxed()),
    );
    all.prop_map(move |(one, two, three, four)| {
        let locals = [three, four].into_iter().filter(|_| is_ranged);
        [one, two].into_iter().chain(locals).flatten().collect()
    })
}
