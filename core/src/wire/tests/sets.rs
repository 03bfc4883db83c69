//! Sets, as `Set` and by `#[serde(with)]`.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::*;
use crate::set::{self, Set};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sets {
    texts: Set<String>,
    letters: Set<char>,
    integers: Set<i16>,
    numbers: Set<Number>,
    bytes: Set<Bytes>,
    #[serde(default, with = "set")]
    list: Vec<f64>,
    #[serde(default, with = "set")]
    tree: BTreeSet<Size>,
    maybe: Option<Set<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Size {
    S,
    L,
}

fn sets() -> Sets {
    Sets {
        texts: ["b".to_owned(), "a\"\\".to_owned(), String::new()].into(),
        letters: ['x', 'ß'].into(),
        integers: [-5, 300].into(),
        numbers: [
            "1.50".parse().unwrap(),
            "1E100".parse().unwrap(),
            "0.12345678901234567890123".parse().unwrap(),
        ]
        .into(),
        bytes: [Bytes::from_static(b"\xff"), Bytes::new()].into(),
        list: vec![-0.1, 2.5],
        tree: [Size::S, Size::L].into(),
        maybe: Some([7].into()),
    }
}

#[test]
fn sets_are_stored_by_what_their_elements_are() {
    round_trip(&sets());
    let some =
        Sets { texts: ["a".to_owned()].into(), bytes: [Bytes::from_static(b"a")].into(), ..Sets::default() };
    let some = Sets { list: vec![1.5], tree: [Size::L].into(), ..some };
    assert_eq!(
        std::str::from_utf8(encode(&some).unwrap().item.as_bytes()).unwrap(),
        r#"{"texts":{"SS":["a"]},"bytes":{"BS":["YQ=="]},"list":{"NS":["1.5"]},"tree":{"SS":["L"]}}"#
    );
}

#[test]
fn an_empty_set_is_left_out_and_a_missing_one_reads_as_empty() {
    let encoded = encode(&Sets::default()).unwrap();
    assert_eq!((encoded.item.as_bytes(), encoded.size), (&b"{}"[..], 0));
    round_trip(&Sets::default());
    assert_eq!(encode_value(&Set::<u8>::new()), Ok(None));

    let error = encode(&BTreeMap::from([("x", vec![Set::<u8>::new()])])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "attribute `x[0]`: an empty set can only be left out of a struct or map; DynamoDB has none"
    );
    let nested = [("a", Set::from([1u8])), ("b", Set::new())];
    let encoded = encode(&BTreeMap::from([("x", BTreeMap::from(nested))])).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"x":{"M":{"a":{"NS":["1"]}}}}"#);
    assert_eq!(encoded.size, encoded.item.size().unwrap());
    assert!(encode(&Set::from([1u8])).is_err());
    assert!(encode(&Set::<u8>::new()).is_err());
}

#[test]
fn what_is_no_set_of_dynamodb_is_refused() {
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Mixed {
        Text(String),
        Number(u8),
        List(Vec<u8>),
        Set(Set<u8>),
        Maybe(Option<u8>),
    }
    let error = |elements: Vec<Mixed>| {
        let set = Set::from_iter(elements);
        encode(&BTreeMap::from([("x", set)])).unwrap_err().to_string()
    };
    assert_eq!(
        error(vec![Mixed::Text("a".to_owned()), Mixed::Number(1)]),
        "attribute `x[1]`: a set's elements are all of one type, not both S and N"
    );
    for strange in [Mixed::List(vec![]), Mixed::Set([1].into()), Mixed::Set(Set::new()), Mixed::Maybe(None)] {
        assert_eq!(
            error(vec![strange]),
            "attribute `x[0]`: a set holds texts, numbers or bytes, and nothing else"
        );
    }
    #[derive(Serialize)]
    struct Twice(#[serde(with = "set")] Vec<f32>);
    let error = encode(&BTreeMap::from([("x", Twice(vec![1.5, 2.0, 1.5]))])).unwrap_err();
    assert_eq!(error.to_string(), r#"attribute `x`: a set must not hold a value twice, as it does "1.5""#);
}

#[test]
fn only_a_set_reads_as_a_set() {
    let error = |json: &'static str| decode_bytes::<Sets>(json.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error(r#"{"texts":{"L":[{"S":"a"}]}}"#),
        "attribute `texts`: expected a set (SS, NS or BS), found L"
    );
    assert_eq!(error(r#"{"texts":{"NS":["1"]}}"#), "attribute `texts[0]`: expected S, found N");
    assert_eq!(
        error(r#"{"integers":{"NS":["1","40000"]}}"#),
        "attribute `integers[1]`: 40000 does not fit i16"
    );
    assert_eq!(
        error(r#"{"texts":{"SS":["a","a"]}}"#),
        "attribute `texts`: a set must not hold a value twice"
    );
    assert_eq!(error(r#"{"list":{"L":[]}}"#), "attribute `list`: expected a set (SS, NS or BS), found L");
    assert_eq!(
        error(r#"{"texts":{"NULL":true}}"#),
        "attribute `texts`: expected a set (SS, NS or BS), found NULL"
    );
    assert_eq!(error(r#"{"texts":{"SS":[]}}"#), "attribute `texts`: a set must not be empty");
    assert!(error(r#"{"texts":{"SS":["a"}}"#).contains("expected `,` or `]`"));
    assert!(error(r#"{"texts":{"SS":["a"],"S":""}}"#).contains("exactly one type"));
}

#[test]
fn other_formats_have_sequences() {
    let set = Set::from([1u8, 2]);
    assert_eq!(serde_json::to_string(&set).unwrap(), "[1,2]");
    assert_eq!(serde_json::from_str::<Set<u8>>("[2,1]").unwrap(), set);
    let json = serde_json::to_string(&sets()).unwrap();
    assert_eq!(serde_json::from_str::<Sets>(&json).unwrap(), sets());
    assert!(serde_json::from_str::<Set<u8>>("[1,1]").is_err());
}
