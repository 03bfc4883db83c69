use serde::{Deserialize, Serialize};

use super::*;
use crate::json::Reader;

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Outer {
    name: String,
    count: u64,
    bound: Option<i64>,
    time: Option<f64>,
    is_set: Option<bool>,
    inner: Option<Box<Outer>>,
    list: Vec<Choice>,
    map: std::collections::BTreeMap<String, Vec<u32>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    Plain,
    With(u8),
}

fn text(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    write(&mut out, value);
    String::from_utf8(out).unwrap()
}

fn parsed(json: &str) -> Result<Outer, String> {
    let mut reader = Reader::new(json.as_bytes());
    read(&mut reader).map_err(|error| error.to_string())
}

fn full() -> Outer {
    Outer {
        name: "a\"b".to_owned(),
        count: u64::MAX,
        bound: Some(-1),
        time: Some(1_763_815_696.789),
        is_set: Some(false),
        inner: Some(Box::default()),
        list: vec![Choice::Plain, Choice::With(1)],
        map: [("x".to_owned(), vec![]), ("y".to_owned(), vec![1, 2])].into(),
    }
}

#[test]
fn what_is_absent_is_not_written_and_the_rest_is() {
    assert_eq!(text(&Outer::default()), r#"{"Name":"","Count":0}"#);
    assert_eq!(
        text(&full()),
        r#"{"Name":"a\"b","Count":18446744073709551615,"Bound":-1,"Time":1763815696.789,"IsSet":false,"Inner":{"Name":"","Count":0},"List":["Plain",{"With":1}],"Map":{"x":[],"y":[1,2]}}"#
    );
    let endless = Outer { time: Some(f64::INFINITY), ..Outer::default() };
    assert_eq!(text(&endless), r#"{"Name":"","Count":0,"Time":null}"#);
}

#[test]
fn what_is_written_is_read_again() {
    assert_eq!(parsed(&text(&full())).unwrap(), full());
    assert_eq!(serde_json::from_str::<Outer>(&text(&full())).unwrap(), full());
}

#[test]
fn a_member_that_is_null_counts_as_absent_and_unknown_ones_are_skipped() {
    let nulls =
        r#"{"Name":null,"Count":null,"Bound":null,"Inner":null,"List":null,"Map":{"x":null},"New":[{}]}"#;
    assert_eq!(parsed(nulls).unwrap(), Outer::default());
    let choice = parsed(r#"{"List":[{"Plain":null,"With":2}]}"#).unwrap();
    assert_eq!(choice.list, [Choice::With(2)]);
    let choice = parsed(r#"{"List":[{"With":2,"Plain":null}]}"#).unwrap();
    assert_eq!(choice.list, [Choice::With(2)]);
    for two in [r#"{"List":[{"With":2,"Other":1}]}"#, r#"{"List":[{"Plain":null}]}"#, r#"{"List":[{}]}"#] {
        assert!(parsed(two).unwrap_err().contains("member"), "{two}");
    }
}

#[test]
fn integers_are_read_in_any_form_and_others_refused_with_their_place() {
    for (number, expected) in [("5", 5), ("5.0", 5), ("5E1", 50), ("50e-1", 5)] {
        assert_eq!(parsed(&format!(r#"{{"Count":{number}}}"#)).unwrap().count, expected);
    }
    for number in ["-1", "1.5", "1e40", "\"1\"", "[]"] {
        let error = parsed(&format!(r#"{{"Count":{number}}}"#)).unwrap_err();
        assert!(error.contains("expected a") && error.ends_with("at byte 9"), "{number}: {error}");
    }
    assert_eq!(parsed(r#"{"Bound":-2.0}"#).unwrap().bound, Some(-2));
}

#[test]
fn a_number_beyond_every_float_is_refused() {
    assert_eq!(parsed(r#"{"Time":1e308}"#).unwrap().time, Some(1e308));
    for number in ["1e309", "-1.5E5669"] {
        let error = parsed(&format!(r#"{{"Time":{number}}}"#)).unwrap_err();
        assert_eq!(error, "expected a number that is not too large at byte 8");
    }
}

#[test]
fn an_array_is_no_object() {
    #[derive(Debug, Deserialize)]
    struct Nothing {}
    assert!(read::<Nothing>(&mut Reader::new(b"[")).is_err());
    assert!(read::<Nothing>(&mut Reader::new(b"[]")).is_err());
    for array in ["[]", r#"["name",1,null,null,null,null,[],{}]"#, r#"{"Inner":[]}"#, r#"{"Map":[]}"#] {
        assert!(parsed(array).unwrap_err().starts_with("expected an object"), "{array}");
    }
}
