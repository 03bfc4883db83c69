//! Items: what is read into a type is written and read again the same.

use std::collections::BTreeMap;

use bytes::Bytes;
use dynochemy_core::{AttributeValue, Attributes, Item, Number, Set, attributes_size, wire};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(Box<Shape>),
    Tuple(i8, Option<u128>),
    Struct { text: String, flag: bool },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    A { n: Number, s: Set<Number>, v: AttributeValue },
    B { f: f64, g: f32, i: i64 },
    C,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Set(Set<String>),
    Number(Number),
    Text(String),
    Struct { x: Vec<AttributeValue> },
    Any(AttributeValue),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(u16),
    Two(Set<i32>, char),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Everything {
    #[serde(rename = "t")]
    text: String,
    #[serde(rename = "n")]
    number: Option<Number>,
    i: i64,
    big: Option<u128>,
    f: f64,
    g: f32,
    flag: bool,
    letter: char,
    unit: (),
    bytes: serde_bytes::ByteBuf,
    list: Vec<Option<u8>>,
    tuple: Option<(u8, String)>,
    map: BTreeMap<u16, bool>,
    floats: BTreeMap<String, f64>,
    shapes: Vec<Shape>,
    texts: Set<String>,
    numbers: Set<Number>,
    small: Set<u8>,
    binaries: Set<Bytes>,
    #[serde(with = "dynochemy_core::set")]
    with: Vec<f32>,
    internal: Option<Internal>,
    untagged: Vec<Untagged>,
    adjacent: Option<Adjacent>,
    value: Option<AttributeValue>,
    item: Option<Item>,
    #[serde(flatten)]
    rest: Attributes,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Entity {
    User(Box<Everything>),
    Order { n: Number, rest: Option<Attributes> },
}

/// What is read as an item is written and read the same, untyped and in types of every kind.
pub fn check(text: &[u8]) {
    let Ok(item) = Item::from_json(text.to_vec()) else { return };
    let attributes = item.attributes().expect("the item was read before");
    let again = Item::from_attributes(&attributes);
    assert_eq!(again.attributes().as_ref(), Ok(&attributes));
    assert_eq!(item.size(), Ok(attributes_size(&attributes)));
    for (name, value) in &attributes {
        assert_eq!(again.attribute(name), Ok(Some(value.clone())));
    }
    let same = wire::decode::<Item>(&item).expect("an item is read as one");
    assert_eq!(same.as_bytes(), item.as_bytes().trim_ascii());
    assert_eq!(wire::encode(&item).map(|encoded| encoded.item.attributes()), Ok(Ok(attributes.clone())));
    // Items within are compared by their text, which serde's buffers bring into this form.
    round_trip::<Everything>(&again);
    round_trip::<Entity>(&again);
    round_trip::<BTreeMap<String, Untagged>>(&again);
    round_trip::<Untagged>(&again);
    round_trip::<Internal>(&again);
    let _ = wire::decode::<Everything>(&item);
    let _ = wire::decode::<Entity>(&item);
    if let Some(typed) = round_trip::<Attributes>(&item) {
        let mut visible = attributes;
        visible.retain(|name, _| !name.starts_with(wire::RESERVED_PREFIX));
        assert_eq!(typed, visible);
    }
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(item: &Item) -> Option<T> {
    let value: T = wire::decode(item).ok()?;
    match wire::encode(&value) {
        Ok(encoded) => {
            assert_eq!(encoded.item.size(), Ok(encoded.size), "{value:?}");
            assert_eq!(wire::decode::<T>(&encoded.item).as_ref(), Ok(&value));
        }
        Err(error) => panic!("{value:?} was read, but not written: {error}"),
    }
    Some(value)
}
