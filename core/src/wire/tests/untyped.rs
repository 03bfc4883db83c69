//! Items and attribute values as parts of typed items, and what serde's own buffers leave of values.

use bytes::Bytes;

use super::*;
use crate::set::Set;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    id: String,
    one: AttributeValue,
    list: Vec<AttributeValue>,
    nested: Option<Item>,
    #[serde(flatten)]
    rest: Attributes,
}

fn all_types() -> Attributes {
    let numbers =
        ["5", "-5", "0.1", "1E20", "18446744073709551616", "0.1000000000000000000000000000000000001"];
    let numbers = numbers.map(|text| text.parse::<Number>().unwrap());
    let values = [
        ("text", "5".into()),
        ("bytes", Bytes::from_static(b"5").into()),
        ("true", true.into()),
        ("null", AttributeValue::Null(true)),
        ("texts", AttributeValue::StringSet(["a".to_owned(), "b".to_owned()].into())),
        ("numbers", AttributeValue::NumberSet(numbers.into())),
        ("binaries", AttributeValue::BinarySet([Bytes::new(), Bytes::from_static(b"a")].into())),
        ("list", numbers.map(AttributeValue::N).to_vec().into()),
        // Maps that look like attribute values in DynamoDB's JSON.
        ("map", Attributes::from([("S".to_owned(), "x".into())]).into()),
        (
            "deep",
            Attributes::from([("N".to_owned(), Attributes::from([("N".to_owned(), "1".into())]).into())])
                .into(),
        ),
        ("none", Attributes::new().into()),
    ];
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

#[test]
fn attribute_values_and_items_are_parts_of_typed_items_as_they_are() {
    for value in all_types().into_values() {
        let open = Open {
            id: "a".to_owned(),
            one: value.clone(),
            list: vec![value.clone(), value],
            nested: Some(Item::from_attributes(&all_types())),
            rest: all_types().into_iter().filter(|(name, _)| !matches!(&**name, "list" | "id")).collect(),
        };
        round_trip(&open);
        // The same in other formats, where they have their types' names.
        let json = serde_json::to_string(&open).unwrap();
        assert!(json.contains(r#""true":{"BOOL":true}"#), "{json}");
        assert_eq!(serde_json::from_str::<Open>(&json).unwrap(), open);
    }
    round_trip(&all_types());
    round_trip(&AttributeValue::M(all_types()));
}

#[test]
fn an_item_is_read_and_written_as_it_is() {
    let text = r#"{"dy_e":{"S":"User"},"b":{"N":"1.0"},"a":{"SS":["x"]},"dy_v":{"S":"1"}}"#;
    let item = Item::from_json(text).unwrap();
    assert_eq!(decode::<Item>(&item).unwrap(), item);
    let encoded = encode(&item).unwrap();
    assert_eq!(encoded.item, item);
    assert_eq!(encoded.size, item.size().unwrap());
    // Maps are the user's, and have none of the library's attributes.
    assert_eq!(decode::<Attributes>(&item).unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);

    let aside = encode_item(&item, &["dy_v", "missing", "b"]).unwrap();
    assert_eq!(aside.item.as_bytes(), br#"{"dy_e":{"S":"User"},"a":{"SS":["x"]}}"#);
    assert_eq!(aside.size, aside.item.size().unwrap());
    assert_eq!(aside.managed, [Some("1".into()), None, Some(1u32.into())]);

    let odd = Item::trusted(Bytes::from_static(br#"{"a":{"X":"x"}}"#));
    assert_eq!(encode(&odd).unwrap_err().to_string(), "attribute `a`: `X` is not a type of attribute values");
    let null = encode(&BTreeMap::from([("a", AttributeValue::Null(false))])).unwrap_err();
    assert_eq!(null.to_string(), "attribute `a`: the null value is always `true`");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Parts {
    number: Number,
    numbers: Vec<Number>,
    set: Set<Number>,
    value: AttributeValue,
    integer: i64,
    float: f64,
    small: f32,
    #[serde(default)]
    missing: Set<String>,
}

/// The ways in which serde puts a buffer of its own in between.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    id: String,
    #[serde(flatten)]
    parts: Parts,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "N")]
enum Internal {
    Parts(Parts),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Never { a_field_that_is_missing: u8 },
    Parts(Parts),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "content")]
enum Adjacent {
    Parts(Parts),
}

fn buffered(parts: Parts) {
    round_trip(&parts);
    round_trip(&Flattened { id: "a".to_owned(), parts: parts.clone() });
    round_trip(&Internal::Parts(parts.clone()));
    round_trip(&Untagged::Parts(parts.clone()));
    round_trip(&Adjacent::Parts(parts));
}

#[test]
fn what_serdes_buffers_hold_is_read_exactly_or_refused() {
    #[derive(Debug, Deserialize)]
    struct Flat<T> {
        #[serde(flatten)]
        inner: Inner<T>,
    }
    #[derive(Debug, Deserialize)]
    struct Inner<T> {
        x: T,
    }
    fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
        decode_bytes::<Flat<T>>(json.as_bytes()).map(|flat| flat.inner.x).map_err(|error| error.to_string())
    }
    assert_eq!(read::<u64>(r#"{"x":{"N":"18446744073709551615"}}"#), Ok(u64::MAX));
    assert_eq!(read::<i64>(r#"{"x":{"N":"-9223372036854775808"}}"#), Ok(i64::MIN));
    let long = "0.1000000000000000000000000000000000001";
    assert_eq!(read::<Number>(&format!(r#"{{"x":{{"N":"{long}"}}}}"#)), Ok(long.parse().unwrap()));
    assert!(read::<f64>(&format!(r#"{{"x":{{"N":"{long}"}}}}"#)).is_err());
    assert!(read::<Number>(r#"{"x":{"S":"5"}}"#).is_err());
    assert!(read::<Number>(r#"{"x":{"M":{"N":{"S":"5"}}}}"#).is_err());
    assert!(read::<Vec<String>>(r#"{"x":{"SS":["a"]}}"#).is_err());
    let list = read::<Set<String>>(r#"{"x":{"L":[{"S":"a"}]}}"#).unwrap_err();
    assert!(list.contains("expected a set (SS, NS or BS), found L"), "{list}");
    assert!(read::<Set<String>>(r#"{"x":{"M":{"SS":{"L":[]}}}}"#).is_err());
    assert_eq!(read::<Set<String>>(r#"{"x":{"SS":["a"]}}"#), Ok(["a".to_owned()].into()));
}

fn numbers() -> impl Strategy<Value = Number> {
    (any::<bool>(), 0..10u128.pow(38), -120i16..80)
        .prop_filter_map("in range", |(negative, digits, exponent)| {
            Number::from_parts(negative, digits, exponent).ok()
        })
}

proptest! {
    #[test]
    fn parts_come_back_unchanged_through_serdes_buffers(
        number in numbers(),
        list in proptest::collection::vec(numbers(), 0..4),
        value in attribute_values(),
        integer: i64,
        float in any::<f64>(),
        small in any::<f32>(),
    ) {
        let float = Number::try_from(float).map_or(0.5, |_| float);
        let small = Number::try_from(small).map_or(0.5, |_| small);
        let set = list.iter().copied().collect();
        buffered(Parts { number, numbers: list, set, value, integer, float, small, missing: Set::new() });
    }

    #[test]
    fn untyped_attributes_come_back_unchanged_through_typed_items(rest in attributes()) {
        let id = "a".to_owned();
        let nested = Some(Item::from_attributes(&rest));
        let list = rest.values().cloned().collect();
        round_trip(&Open { id, one: AttributeValue::M(rest.clone()), list, nested, rest });
    }
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let named = proptest::collection::btree_map("x[a-z]{0,3}|[SNBLM]|NS|BOOL", attribute_values(), 0..4);
    named.prop_map(|attributes| attributes.into_iter().collect())
}
