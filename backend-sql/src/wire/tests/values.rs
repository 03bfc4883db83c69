//! Attribute values of other clients.

use super::*;

/// What becomes of an attribute that is put: its text in the stored item, or why it is refused.
fn put(value: &str) -> Result<String, String> {
    let backend = backend();
    let item = format!(r#"{{"u":{{"S":"a"}},"t":{{"N":"1"}},"v":{value}}}"#);
    let (status, _) = call(&backend, "PutItem", &format!(r#"{{"TableName":"visits","Item":{item}}}"#));
    if status != 200 {
        return Err(refused(&backend, "PutItem", &format!(r#"{{"TableName":"visits","Item":{item}}}"#)));
    }
    let answer = ok(&backend, "Scan", r#"{"TableName":"visits","ProjectionExpression":"v"}"#);
    let value = answer.strip_prefix(r#"{"Count":1,"Items":[{"v":"#).unwrap();
    Ok(value.strip_suffix(r#"}],"ScannedCount":1}"#).unwrap().to_owned())
}

#[test]
fn values_come_back_in_one_form() {
    let cases = [
        (r#"{"S":""}"#, r#"{"S":""}"#),
        (r#" { "S" : "\u0061\/\u00e9\ud83d\ude00\n" } "#, "{\"S\":\"a/é😀\\n\"}"),
        (r#"{"N":"1.50"}"#, r#"{"N":"1.5"}"#),
        (r#"{"N":"1E2"}"#, r#"{"N":"100"}"#),
        (r#"{"N":"-0"}"#, r#"{"N":"0"}"#),
        (r#"{"N":"0012.3400"}"#, r#"{"N":"12.34"}"#),
        (r#"{"B":"AP8="}"#, r#"{"B":"AP8="}"#),
        (r#"{"BOOL":"true"}"#, r#"{"BOOL":true}"#),
        (r#"{"NULL":true}"#, r#"{"NULL":true}"#),
        (r#"{"SS":["b","a"]}"#, r#"{"SS":["a","b"]}"#),
        (r#"{"NS":["10","9.0"]}"#, r#"{"NS":["9","10"]}"#),
        (r#"{"BS":["YQ=="]}"#, r#"{"BS":["YQ=="]}"#),
        (r#"{"L":[]}"#, r#"{"L":[]}"#),
        (r#"{"M":{"b":{"S":"x"},"a":{"L":[{"M":{}}]}}}"#, r#"{"M":{"a":{"L":[{"M":{}}]},"b":{"S":"x"}}}"#),
        (r#"{"M":{"a":{"S":"x"},"a":{"S":"y"}}}"#, r#"{"M":{"a":{"S":"y"}}}"#),
        (r#"{"S":"x","N":null,"Unheard":[1,{}]}"#, r#"{"S":"x"}"#),
    ];
    for (given, stored) in cases {
        assert_eq!(put(given).as_deref(), Ok(stored), "{given}");
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let invalid = "One or more parameter values were invalid: ";
    let empty = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
    let several = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                   datatypes";
    let number = |text: &str| format!("The parameter cannot be converted to a numeric value: {text}");
    let nested = |depth: usize| format!("{}{{\"N\":\"1\"}}{}", "{\"L\":[".repeat(depth), "]}".repeat(depth));
    let cases = [
        ("{}".to_owned(), empty.to_owned()),
        ("null".to_owned(), empty.to_owned()),
        (r#"{"X":"y"}"#.to_owned(), empty.to_owned()),
        (r#"{"L":[null]}"#.to_owned(), empty.to_owned()),
        (r#"{"M":{"a":{}}}"#.to_owned(), empty.to_owned()),
        (r#"{"S":"x","N":"1"}"#.to_owned(), several.to_owned()),
        (r#"{"S":"x","N":"y"}"#.to_owned(), number("y")),
        (r#"{"N":"abc"}"#.to_owned(), number("abc")),
        (r#"{"N":""}"#.to_owned(), number("")),
        (r#"{"N":" 1"}"#.to_owned(), number(" 1")),
        (r#"{"NS":["1","x"]}"#.to_owned(), number("x")),
        (
            r#"{"N":"1E126"}"#.to_owned(),
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
                .to_owned(),
        ),
        (
            r#"{"N":"1E-131"}"#.to_owned(),
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
                .to_owned(),
        ),
        (
            format!(r#"{{"N":"{}"}}"#, "1".repeat(39)),
            "Attempting to store more than 38 significant digits in a Number".to_owned(),
        ),
        (
            r#"{"NULL":false}"#.to_owned(),
            format!("{invalid}Null attribute value types must have the value of true"),
        ),
        (r#"{"SS":[]}"#.to_owned(), format!("{invalid}An string set  may not be empty")),
        (r#"{"L":[{"NS":[]}]}"#.to_owned(), format!("{invalid}An number set  may not be empty")),
        (r#"{"BS":[]}"#.to_owned(), format!("{invalid}Binary sets should not be empty")),
        (
            r#"{"SS":[null]}"#.to_owned(),
            format!("{invalid}An string set may not have a null string as a member"),
        ),
        (
            r#"{"SS":["a","b","a"]}"#.to_owned(),
            format!("{invalid}Input collection [a, b, a] contains duplicates."),
        ),
        (r#"{"NS":["1","1.0"]}"#.to_owned(), "Input collection contains duplicates".to_owned()),
        (
            r#"{"BS":["YQ==","YQ=="]}"#.to_owned(),
            format!("{invalid}Input collection [YQ==, YQ==]of type BS contains duplicates."),
        ),
        (r#"{"M":{"":{"S":"x"}}}"#.to_owned(), "Empty attribute name".to_owned()),
        (nested(33), "Nesting Levels have exceeded supported limits".to_owned()),
        (nested(60), "Nesting Levels have exceeded supported limits".to_owned()),
    ];
    for (value, message) in cases {
        assert_eq!(put(&value), Err(format!("ValidationException: {message}")), "{value}");
    }
    assert_eq!(put(&nested(32)), Ok(nested(32)));
}
