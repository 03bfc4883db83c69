//! The codec against serde's data model and against attribute values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::*;
use crate::item::Item;
use crate::number::Number;
use crate::value::{AttributeValue, Attributes, attributes_size};

mod items;
mod sets;
mod shapes;
mod untyped;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Box { width: u32, height: u32 },
    Pair(i8, i8),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    text: String,
    #[serde(rename = "Renamed")]
    number: i64,
    big: u128,
    float: f32,
    flag: bool,
    letter: char,
    some: Option<u8>,
    none: Option<u8>,
    list: Vec<Option<u8>>,
    tuple: (u8, String),
    map: BTreeMap<u16, bool>,
    shapes: Vec<Shape>,
    unit: (),
}

fn everything() -> Everything {
    Everything {
        text: "a \"quote\"\n\u{1}é".to_owned(),
        number: -5,
        big: 10u128.pow(37) + 1,
        float: 0.1,
        flag: true,
        letter: 'ß',
        some: Some(1),
        none: None,
        list: vec![Some(1), None],
        tuple: (7, "seven".to_owned()),
        map: [(1, true), (20, false)].into(),
        shapes: vec![
            Shape::Point,
            Shape::Circle(1.5),
            Shape::Box { width: 1, height: 2 },
            Shape::Pair(-1, 1),
        ],
        unit: (),
    }
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let encoded = encode(value).unwrap();
    let attributes = encoded.item.attributes().unwrap();
    assert_eq!(encoded.size, attributes_size(&attributes), "{:?}", encoded.item);
    assert_eq!(encoded.item.size().unwrap(), encoded.size);
    assert_eq!(&decode::<T>(&encoded.item).unwrap(), value);
    assert_eq!(&decode::<T>(&Item::from_attributes(&attributes)).unwrap(), value);
}

#[test]
fn every_kind_of_value_comes_back_unchanged_and_with_its_size() {
    round_trip(&everything());
}

#[test]
fn the_wire_form_is_dynamodbs_json() {
    let encoded = encode(&everything()).unwrap();
    assert_eq!(
        std::str::from_utf8(encoded.item.as_bytes()).unwrap(),
        concat!(
            r#"{"text":{"S":"a \"quote\"\n\u0001é"},"Renamed":{"N":"-5"},"#,
            r#""big":{"N":"10000000000000000000000000000000000001"},"float":{"N":"0.1"},"flag":{"BOOL":true},"#,
            r#""letter":{"S":"ß"},"some":{"N":"1"},"list":{"L":[{"N":"1"},{"NULL":true}]},"#,
            r#""tuple":{"L":[{"N":"7"},{"S":"seven"}]},"map":{"M":{"1":{"BOOL":true},"20":{"BOOL":false}}},"#,
            r#""shapes":{"L":[{"S":"Point"},{"M":{"Circle":{"N":"1.5"}}},"#,
            r#"{"M":{"Box":{"M":{"width":{"N":"1"},"height":{"N":"2"}}}}},"#,
            r#"{"M":{"Pair":{"L":[{"N":"-1"},{"N":"1"}]}}}]},"unit":{"NULL":true}}"#
        )
    );
}

#[test]
fn flattened_internally_tagged_and_borrowing_types_work() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Event {
        Login { user: String, count: u64 },
        Logout,
    }
    round_trip(&Event::Login { user: "a".to_owned(), count: 5 });
    round_trip(&Event::Logout);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        id: u32,
        #[serde(flatten)]
        rest: BTreeMap<String, i64>,
    }
    round_trip(&Flattened { id: 1, rest: [("b".to_owned(), -2)].into() });

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Borrowing<'a> {
        name: &'a str,
    }
    let item = encode(&Borrowing { name: "plain" }).unwrap().item;
    assert_eq!(decode::<Borrowing<'_>>(&item).unwrap(), Borrowing { name: "plain" });
}

#[test]
fn attributes_of_the_library_are_left_out_and_refused() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        id: u32,
    }
    let item =
        Item::from_attributes(&[("dy_v".to_owned(), "1".into()), ("id".to_owned(), 3u32.into())].into());
    assert_eq!(decode::<Strict>(&item).unwrap(), Strict { id: 3 });

    let error = encode(&BTreeMap::from([("dy_v", 1)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "attribute `dy_v`: names that begin with `dy_` are reserved for the library"
    );
}

#[test]
fn numbers_are_numbers() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Price {
        amount: Number,
        history: Vec<Number>,
    }
    let price = Price { amount: "1.50".parse().unwrap(), history: vec![Number::from(2)] };
    let encoded = encode(&price).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"amount":{"N":"1.5"},"history":{"L":[{"N":"2"}]}}"#);
    round_trip(&price);
    let json = serde_json::to_string(&price).unwrap();
    assert_eq!(json, r#"{"amount":"1.5","history":["2"]}"#);
    assert_eq!(serde_json::from_str::<Price>(&json).unwrap(), price);
}

#[test]
fn a_set_is_not_read_into_what_would_be_written_back_as_a_list() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Tagged {
        tags: Vec<String>,
    }
    let error = read::decode_bytes::<Tagged>(br#"{"tags":{"SS":["a","b"]}}"#).unwrap_err();
    assert!(error.to_string().starts_with("attribute `tags`: it is a set (SS)"), "{error}");
}

#[test]
fn errors_name_the_attribute() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Outer {
        list: Vec<Inner>,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded")]
    struct Inner {
        small: u8,
    }
    let error = |json: &'static str| {
        read::decode_bytes::<Outer>(json.as_bytes())
            .map(|outer| format!("{outer:?}"))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(r#"{"list":{"L":[{"M":{"small":{"N":"1"}}},{"M":{"small":{"N":"300"}}}]}}"#),
        "attribute `list[1].small`: 300 does not fit u8"
    );
    assert_eq!(
        error(r#"{"list":{"L":[{"M":{"small":{"S":"1"}}}]}}"#),
        "attribute `list[0].small`: expected N, found S"
    );
    assert_eq!(error(r#"{"list":{"N":"1"}}"#), "attribute `list`: expected L, found N");
    assert_eq!(error("{}"), "missing field `list`");
    assert!(error(r#"{"list":{"L":[]"#).contains("at byte 15"), "{}", error(r#"{"list":{"L":[]"#));

    let error = encode(&BTreeMap::from([("x", vec![f64::NAN])])).unwrap_err();
    assert_eq!(error.to_string(), "attribute `x[0]`: NaN cannot be stored: a number must be finite");
    assert_eq!(encode(&5).unwrap_err().to_string(), "an item must be a struct or a map");
    assert_eq!(encode(&None::<u8>).unwrap_err().to_string(), "an item must be a struct or a map, not `None`");
}

#[test]
fn keys_of_maps_are_numbers_only_in_the_form_in_which_they_are_written() {
    fn read<K: DeserializeOwned + Ord>(json: &str) -> Result<Vec<K>, String> {
        let map = read::decode_bytes::<BTreeMap<K, bool>>(json.as_bytes());
        map.map(|map| map.into_keys().collect()).map_err(|error| error.to_string())
    }
    assert_eq!(read::<i16>(r#"{"-5":{"BOOL":true},"20":{"BOOL":true}}"#), Ok(vec![-5, 20]));
    assert_eq!(read::<Number>(r#"{"0.5":{"BOOL":true}}"#), Ok(vec!["0.5".parse().unwrap()]));
    for key in ["05", "+5", "5.0", "5e0", " 5", ""] {
        let problem = format!("the key `{key}` is no number in its plain form");
        let json = format!(r#"{{"{key}":{{"BOOL":true}},"5":{{"BOOL":true}}}}"#);
        assert_eq!(read::<u8>(&json), Err(problem.clone()));
        assert_eq!(read::<Number>(&json), Err(problem));
    }
    assert_eq!(read::<u8>(r#"{"300":{"BOOL":true}}"#), Err("the key `300` does not fit u8".to_owned()));
    assert_eq!(read::<bool>(r#"{"yes":{"BOOL":true}}"#), Err("the key `yes` does not fit bool".to_owned()));
}

#[test]
fn numbers_that_do_not_fit_are_named_with_their_attribute() {
    fn read<T: DeserializeOwned>(number: &str) -> String {
        let json = format!(r#"{{"x":{{"N":"{number}"}}}}"#);
        read::decode_bytes::<BTreeMap<String, T>>(json.as_bytes()).map(drop).unwrap_err().to_string()
    }
    let eighteen = "0.123456789012345678";
    assert_eq!(read::<u8>("-1"), "attribute `x`: -1 does not fit u8");
    assert_eq!(read::<i64>("1.5"), "attribute `x`: 1.5 does not fit i64");
    assert_eq!(read::<f64>(eighteen), format!("attribute `x`: {eighteen} does not fit f64"));
    assert_eq!(read::<f32>("16777217"), "attribute `x`: 16777217 does not fit f32");
    assert_eq!(read::<f32>("1E39"), "attribute `x`: 1E39 does not fit f32");
    for problem in [read::<Number>("1.2.3"), read::<u8>("1.2.3"), read::<AttributeValue>("1.2.3")] {
        assert_eq!(problem, r#"attribute `x`: "1.2.3": not a decimal number"#);
    }
    fn write<T: Serialize>(number: T) -> String {
        encode(&BTreeMap::from([("x", number)])).unwrap_err().to_string()
    }
    assert_eq!(
        write(u128::MAX),
        format!("attribute `x`: {} cannot be stored: a number has at most 38 significant digits", u128::MAX)
    );
    assert!(write(i128::MIN).contains(&i128::MIN.to_string()));
    assert!(write(f32::INFINITY).contains("inf cannot be stored"));
    assert!(write(1e-200).contains("at least 1E-130"));
}

#[test]
fn whatever_is_not_an_attribute_value_is_an_error() {
    for json in [
        "",
        "[]",
        "{",
        r#"{"a":1}"#,
        r#"{"a":{}}"#,
        r#"{"a":{"X":"1"}}"#,
        r#"{"a":{"N":1}}"#,
        r#"{"a":{"N":"x"}}"#,
        r#"{"a":{"S":"1","N":"1"}}"#,
        r#"{"a":{"B":"?"}}"#,
        r#"{"a":{"SS":["x","x"]}}"#,
        r#"{"a":{"S":"1"}}x"#,
        r#"{"a":{"L":{"S":"1"}}}"#,
        r#"{"a":{"NS":["1","1.0"]}}"#,
    ] {
        assert!(value::parse_attributes(json.as_bytes()).is_err(), "{json}");
    }
}

pub(crate) fn attribute_values() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        any::<String>().prop_map(AttributeValue::S),
        any::<i64>().prop_map(AttributeValue::from),
        proptest::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| AttributeValue::B(bytes.into())),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        proptest::collection::btree_set(any::<String>(), 1..4).prop_map(AttributeValue::StringSet),
        proptest::collection::btree_set(any::<i32>(), 1..4)
            .prop_map(|set| AttributeValue::NumberSet(set.into_iter().map(Into::into).collect())),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            proptest::collection::btree_map(any::<String>(), inner, 0..4).prop_map(AttributeValue::M),
        ]
    })
}

proptest! {
    #[test]
    fn attribute_values_come_back_unchanged(value in attribute_values()) {
        let attributes = Attributes::from([("a".to_owned(), value)]);
        let item = Item::from_attributes(&attributes);
        prop_assert_eq!(item.attributes().unwrap(), attributes);
        // What the untyped reader takes, serde_json takes as well.
        prop_assert!(serde_json::from_slice::<serde_json::Value>(item.as_bytes()).is_ok());
    }

    #[test]
    fn damaged_items_never_panic(cut in 0usize..200, byte in any::<u8>()) {
        let mut text = encode(&everything()).unwrap().item.as_bytes().to_vec();
        let at = cut % text.len();
        text[at] = byte;
        let _ = read::decode_bytes::<Everything>(&text);
        let _ = read::decode_bytes::<Everything>(&text[..at]);
        let _ = value::parse_attributes(&text);
    }
}
