//! The shapes that Rust types have, one by one, and all of them with any values.

use std::borrow::Cow;

use super::*;
use crate::null;
use crate::set::Set;

/// What a value is on the wire, and that it comes back.
fn wire<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) -> String {
    let item = BTreeMap::from([("x".to_owned(), value)]);
    round_trip(&item);
    let text = encode(&item).unwrap().item.as_bytes().to_vec();
    String::from_utf8(text).unwrap()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Newtype(Vec<u8>);
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(u8, Option<String>);
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Renamed {
    OneThing,
    Another(Option<u8>),
    NamedFields { inner: Box<Renamed> },
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum Tagged {
    Empty,
    Full { some_number: i64, list: Vec<Tagged> },
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    None,
    One(u64),
    Two(bool, char),
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Struct { a: Option<bool> },
}

#[test]
fn each_shape_has_one_form() {
    assert_eq!(wire(Unit), r#"{"x":{"NULL":true}}"#);
    assert_eq!(wire(Newtype(vec![1])), r#"{"x":{"L":[{"N":"1"}]}}"#);
    assert_eq!(wire(Pair(1, None)), r#"{"x":{"L":[{"N":"1"},{"NULL":true}]}}"#);
    assert_eq!(wire([1u8, 2]), r#"{"x":{"L":[{"N":"1"},{"N":"2"}]}}"#);
    assert_eq!(wire(Renamed::OneThing), r#"{"x":{"S":"ONE_THING"}}"#);
    assert_eq!(wire(Renamed::Another(None)), r#"{"x":{"M":{"ANOTHER":{"NULL":true}}}}"#);
    assert_eq!(
        wire(Renamed::NamedFields { inner: Box::new(Renamed::OneThing) }),
        r#"{"x":{"M":{"NAMED_FIELDS":{"M":{"inner":{"S":"ONE_THING"}}}}}}"#
    );
    assert_eq!(wire(Tagged::Empty), r#"{"x":{"M":{"type":{"S":"Empty"}}}}"#);
    assert_eq!(
        wire(Tagged::Full { some_number: -1, list: vec![Tagged::Empty] }),
        r#"{"x":{"M":{"type":{"S":"Full"},"someNumber":{"N":"-1"},"list":{"L":[{"M":{"type":{"S":"Empty"}}}]}}}}"#
    );
    assert_eq!(wire(Adjacent::None), r#"{"x":{"M":{"t":{"S":"None"}}}}"#);
    assert_eq!(wire(Adjacent::One(5)), r#"{"x":{"M":{"t":{"S":"One"},"c":{"N":"5"}}}}"#);
    assert_eq!(
        wire(Adjacent::Two(true, 'ß')),
        r#"{"x":{"M":{"t":{"S":"Two"},"c":{"L":[{"BOOL":true},{"S":"ß"}]}}}}"#
    );
    assert_eq!(wire(Untagged::Number(5)), r#"{"x":{"N":"5"}}"#);
    assert_eq!(wire(Untagged::Struct { a: None }), r#"{"x":{"M":{}}}"#);
    assert_eq!(
        wire(BTreeMap::from([((), ())]).into_values().collect::<Vec<_>>()),
        r#"{"x":{"L":[{"NULL":true}]}}"#
    );
    assert_eq!(wire(BTreeMap::from([(-5i8, 'a')])), r#"{"x":{"M":{"-5":{"S":"a"}}}}"#);
    assert_eq!(wire(BTreeMap::from([(true, 1)])), r#"{"x":{"M":{"true":{"N":"1"}}}}"#);
    assert_eq!(wire(BTreeMap::from([('ß', 1)])), r#"{"x":{"M":{"ß":{"N":"1"}}}}"#);
    assert_eq!(wire(bytes::Bytes::from_static(b"\x00\xff")), r#"{"x":{"B":"AP8="}}"#);
    assert_eq!(
        wire(std::time::Duration::from_millis(1500)),
        r#"{"x":{"M":{"secs":{"N":"1"},"nanos":{"N":"500000000"}}}}"#
    );
}

#[test]
fn none_is_left_out_unless_told_otherwise() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Options {
        plain: Option<u8>,
        nested: Option<Option<u8>>,
        #[serde(default, with = "null")]
        null: Option<u8>,
    }
    let none = Options { plain: None, nested: None, null: None };
    assert_eq!(encode(&none).unwrap().item.as_bytes(), br#"{"null":{"NULL":true}}"#);
    round_trip(&none);
    round_trip(&Options { plain: Some(1), nested: Some(Some(2)), null: Some(3) });
    assert_eq!(decode_bytes::<Options>(b"{}").unwrap(), none);
    // As in JSON, an option within an option tells no more than one.
    let inner = Options { nested: Some(None), plain: None, null: None };
    assert_eq!(decode::<Options>(&encode(&inner).unwrap().item).unwrap(), none);
}

#[test]
fn types_that_borrow_do_so_where_the_text_stands_as_it_is() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Borrowing<'a> {
        text: &'a str,
        #[serde(borrow)]
        either: Cow<'a, str>,
        maybe: Option<&'a str>,
        #[serde(borrow)]
        list: Vec<&'a str>,
    }
    let item = encode(&Borrowing {
        text: "plain",
        either: Cow::Borrowed("also plain"),
        maybe: Some("ß"),
        list: vec!["a"],
    })
    .unwrap()
    .item;
    let borrowing: Borrowing<'_> = decode(&item).unwrap();
    assert!(matches!(borrowing.either, Cow::Borrowed("also plain")));
    assert_eq!((borrowing.text, borrowing.maybe, &*borrowing.list), ("plain", Some("ß"), &["a"][..]));

    let escaped = br#"{"text":{"S":"a"},"either":{"S":"b\n"},"list":{"L":[]}}"#;
    assert_eq!(decode_bytes::<Borrowing<'_>>(escaped).unwrap().either, Cow::<str>::Owned("b\n".to_owned()));
    let error = decode_bytes::<Borrowing<'_>>(br#"{"text":{"S":"a\n"}}"#).unwrap_err().to_string();
    assert_eq!(error, r#"attribute `text`: invalid type: string "a\n", expected a borrowed string"#);

    #[derive(Debug, Deserialize)]
    struct BorrowedBytes<'a> {
        #[allow(dead_code, reason = "only decoded")]
        bytes: &'a [u8],
    }
    let error = decode_bytes::<BorrowedBytes<'_>>(br#"{"bytes":{"B":"YQ=="}}"#).unwrap_err().to_string();
    assert_eq!(error, "attribute `bytes`: invalid type: byte array, expected a borrowed byte array");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Any {
    text: String,
    integer: i128,
    float: f64,
    number: Number,
    flag: bool,
    letter: char,
    option: Option<Box<Any>>,
    list: Vec<Option<u16>>,
    pair: (i8, String),
    map: BTreeMap<i32, String>,
    names: BTreeMap<String, Pair>,
    set: Set<String>,
    numbers: Set<i64>,
    renamed: Renamed,
    tagged: Tagged,
    adjacent: Adjacent,
    untagged: Untagged,
    value: AttributeValue,
}

fn enums() -> impl Strategy<Value = (Renamed, Tagged, Adjacent, Untagged)> {
    let renamed = prop_oneof![
        Just(Renamed::OneThing),
        any::<Option<u8>>().prop_map(Renamed::Another),
        any::<Option<u8>>().prop_map(|a| Renamed::NamedFields { inner: Box::new(Renamed::Another(a)) }),
    ];
    let tagged = prop_oneof![
        Just(Tagged::Empty),
        any::<i64>().prop_map(|some_number| Tagged::Full { some_number, list: vec![Tagged::Empty] }),
    ];
    let adjacent = prop_oneof![
        Just(Adjacent::None),
        any::<u64>().prop_map(Adjacent::One),
        any::<(bool, char)>().prop_map(|(flag, letter)| Adjacent::Two(flag, letter)),
    ];
    let untagged = prop_oneof![
        any::<i64>().prop_map(Untagged::Number),
        any::<String>().prop_map(Untagged::Text),
        any::<Option<bool>>().prop_map(|a| Untagged::Struct { a }),
    ];
    (renamed, tagged, adjacent, untagged)
}

fn any_struct() -> impl Strategy<Value = Any> {
    let scalars = (any::<String>(), any::<i64>(), any::<i32>(), any::<i64>(), any::<bool>(), any::<char>());
    let parts = (any::<Vec<Option<u16>>>(), any::<(i8, String)>(), any::<BTreeMap<i32, String>>());
    let names = any::<BTreeMap<String, (u8, Option<String>)>>();
    let sets = (any::<std::collections::BTreeSet<String>>(), any::<std::collections::BTreeSet<i64>>());
    (scalars, parts, names, sets, enums(), attribute_values()).prop_map(
        |((text, integer, float, number, flag, letter), (list, pair, map), names, sets, enums, value)| Any {
            text,
            integer: i128::from(integer) * i128::from(u32::MAX),
            float: f64::from(float) / 8.0,
            number: Number::from_parts(number < 0, number.unsigned_abs().into(), -7).unwrap(),
            flag,
            letter,
            option: None,
            list,
            pair,
            map,
            names: names.into_iter().map(|(name, (number, text))| (name, Pair(number, text))).collect(),
            set: sets.0.into(),
            numbers: sets.1.into(),
            renamed: enums.0,
            tagged: enums.1,
            adjacent: enums.2,
            untagged: enums.3,
            value,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_values_come_back_unchanged(outer in any_struct(), inner in any_struct()) {
        round_trip(&Any { option: Some(Box::new(inner)), ..outer });
    }
}
