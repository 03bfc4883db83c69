//! Attribute values, keys and items. Attributes have few names and mostly one type each, so that expressions often fit;
//! keys have few values, so that calls often meet.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tables::{Attribute, Table};

/// Attributes that are no keys of anything.
pub(crate) const PLAIN: [&str; 11] = ["n", "s", "y", "ss", "ns", "bs", "l", "m", "t", "z", "name"];

/// A value for a part of a key.
pub(crate) fn key_value(part: Attribute) -> BoxedStrategy<Value> {
    let kind = part.1.to_string();
    let values: Vec<&'static str> = match part.1 {
        'S' => vec!["x", "y", "é"],
        'N' => vec!["1", "2", "-5.5"],
        _ => vec!["AQ==", "AQI=", "/w=="],
    };
    prop::sample::select(values).prop_map(move |value| json!({ kind.as_str(): value })).boxed()
}

pub(crate) fn key(table: &Table) -> impl Strategy<Value = Value> + use<> {
    let hash = key_value(table.hash).prop_map(|value| ("h", value));
    let range = match table.range {
        Some(range) => key_value(range).prop_map(|value| Some(("r", value))).boxed(),
        None => Just(None).boxed(),
    };
    (hash, range).prop_map(|(hash, range)| {
        std::iter::once(hash).chain(range).map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    let texts = ["p", "pq", "é", "😀p", "q"];
    prop_oneof![300 => prop::sample::select(texts.to_vec()), 1 => Just("")].prop_map(str::to_owned)
}

pub(crate) fn number() -> impl Strategy<Value = String> {
    let plain = ["0", "1", "2", "-1", "3.5", "10"];
    let forms = ["-0", "1.0", "0.10", "1E2", "007", "1e-3", "100", "-3.50E1", "+4"];
    let limits = [
        "99999999999999999999999999999999999999",
        "-99999999999999999999999999999999999999",
        "9.9999999999999999999999999999999999999E+125",
        "-9.9999999999999999999999999999999999999E+125",
        "1E-130",
        "-1E-130",
        "1E125",
        "0.1234567890123456789012345678901234567",
        "12345678901234567890123456789012345678",
        "1E+20",
        "123E-25",
    ];
    prop_oneof![
        12 => prop::sample::select(plain.to_vec()),
        3 => prop::sample::select(forms.to_vec()),
        2 => prop::sample::select(limits.to_vec())
    ]
    .prop_map(str::to_owned)
}

fn bytes() -> impl Strategy<Value = String> {
    let all = ["AA==", "AQ==", "AQI=", "/w=="];
    prop_oneof![300 => prop::sample::select(all.to_vec()), 1 => Just("")].prop_map(str::to_owned)
}

/// Values without parts.
fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => text().prop_map(|text| json!({ "S": text })),
        4 => number().prop_map(|number| json!({ "N": number })),
        1 => bytes().prop_map(|bytes| json!({ "B": bytes })),
        1 => any::<bool>().prop_map(|value| json!({ "BOOL": value })),
        1 => Just(json!({ "NULL": true })),
    ]
    .boxed()
}

fn set(kind: &'static str) -> BoxedStrategy<Value> {
    let members: Vec<&str> = match kind {
        "SS" => vec!["p", "q", "r"],
        "NS" => vec!["1", "2", "3.5"],
        _ => vec!["AQ==", "Ag==", "AwQ="],
    };
    prop::sample::subsequence(members, 1..=3).prop_map(move |members| json!({ kind: members })).boxed()
}

fn nested() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        5 => scalar(),
        1 => prop_oneof![set("SS"), set("NS"), set("BS")]
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| json!({ "L": list })),
            members(inner).prop_map(|map| json!({ "M": map })),
        ]
    })
    .boxed()
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::btree_map(prop::sample::select(vec!["k", "o", "name"]), inner, 0..4).prop_map(
        |members| {
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
        },
    )
}

/// A value of the type that an attribute mostly has.
pub(crate) fn of(name: &str) -> BoxedStrategy<Value> {
    match name {
        "a" => prop::sample::select(vec!["p", "q"]).prop_map(|text| json!({ "S": text })).boxed(),
        "b" => prop::sample::select(vec!["1", "2"]).prop_map(|number| json!({ "N": number })).boxed(),
        "c" => prop::sample::select(vec!["AQ==", "Ag=="]).prop_map(|bytes| json!({ "B": bytes })).boxed(),
        "n" => number().prop_map(|number| json!({ "N": number })).boxed(),
        "y" => bytes().prop_map(|bytes| json!({ "B": bytes })).boxed(),
        "ss" => set("SS"),
        "ns" => set("NS"),
        "bs" => set("BS"),
        "l" => prop::collection::vec(nested(), 0..4).prop_map(|list| json!({ "L": list })).boxed(),
        "m" => members(nested()).prop_map(|map| json!({ "M": map })).boxed(),
        "t" => any::<bool>().prop_map(|value| json!({ "BOOL": value })).boxed(),
        "z" => Just(json!({ "NULL": true })).boxed(),
        _ => text().prop_map(|text| json!({ "S": text })).boxed(),
    }
}

/// A value of any type.
pub(crate) fn any_value() -> BoxedStrategy<Value> {
    prop::sample::select(PLAIN.to_vec()).prop_flat_map(of).boxed()
}

/// The keys of indexes mostly have their type, since anything else is refused.
fn attribute(name: &'static str) -> impl Strategy<Value = Option<(String, Value)>> {
    let value = prop_oneof![30 => of(name), 1 => any_value()];
    prop::option::weighted(0.6, value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
}

pub(crate) fn item(table: &Table) -> impl Strategy<Value = Value> + use<> {
    let names = ["a", "b", "c"].into_iter().chain(PLAIN);
    let attributes: Vec<_> = names.map(|name| attribute(name).boxed()).collect();
    let large = prop_oneof![
        60 => Just(None),
        1 => prop::sample::select(vec![2000, 5000, 30_000]).prop_map(Some),
        1 => prop::sample::select(vec![150_000, 390_000, 409_500, 409_600]).prop_map(Some),
    ];
    (key(table), attributes, large).prop_map(|(key, attributes, large)| {
        let mut all: Map<String, Value> = attributes.into_iter().flatten().collect();
        all.extend(key.as_object().expect("a key is an object").clone());
        if let Some(size) = large {
            all.insert("s".to_owned(), json!({ "S": format!("%x*{size}%") }));
        }
        Value::Object(all)
    })
}
