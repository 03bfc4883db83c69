//! Tests: requests without expressions, most of them as JSON, the form in which they come.

mod values;
mod writes;

use dynochemy_core::Moment;
use serde_json::{Value, json};

use crate::SqlBackend;

fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let create = json!({
        "TableName": "things", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "h", "AttributeType": "S"}, {"AttributeName": "r", "AttributeType": "N"},
            {"AttributeName": "a", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
        "LocalSecondaryIndexes": [{
            "IndexName": "by_a", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "a", "KeyType": "RANGE"}],
        }],
    });
    assert_eq!(ask(&backend, "CreateTable", &create)["TableDescription"]["TableStatus"], "ACTIVE");
    backend
}

/// The answer, or the error's message.
fn ask(backend: &SqlBackend, action: &str, body: &Value) -> Value {
    let answer = backend.answer_json(action, body.to_string().as_bytes(), Moment::EPOCH);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body.get("message").cloned().unwrap_or(body)
}

/// Asks the table about its item `x`, `1` with more members.
fn with(backend: &SqlBackend, action: &str, members: &Value) -> Value {
    let mut body = json!({"TableName": "things"});
    match action {
        "PutItem" => body["Item"] = json!({"h": {"S": "x"}, "r": {"N": "1"}}),
        "Query" | "Scan" => {}
        _ => body["Key"] = json!({"h": {"S": "x"}, "r": {"N": "1"}}),
    }
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    ask(backend, action, &body)
}

/// A backend whose item `x`, `1` has these attributes too.
fn holding(attributes: &Value) -> SqlBackend {
    let backend = backend();
    let mut item = json!({"h": {"S": "x"}, "r": {"N": "1"}});
    item.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    with(&backend, "PutItem", &json!({"Item": item}));
    backend
}

/// Whether an item with these attributes is found by a filter on them, or the error's message.
fn passes(attributes: &Value, filter: &Value) -> Value {
    let answer = with(&holding(attributes), "Scan", &json!({"ScanFilter": filter}));
    answer.get("Count").map_or(answer.clone(), |count| (count == 1).into())
}

fn compared(operator: &str, values: &Value) -> Value {
    json!({"n": {"ComparisonOperator": operator, "AttributeValueList": values}})
}

const INVALID: &str = "One or more parameter values were invalid: ";

fn invalid(problem: &str) -> Value {
    format!("{INVALID}{problem}").into()
}

#[test]
fn attributes_are_compared_by_every_operator() {
    let number = json!({"n": {"N": "5"}});
    let five = json!([{"N": "5"}]);
    let four = json!([{"N": "4"}]);
    for (operator, values, expected) in [
        ("EQ", &five, true),
        ("EQ", &four, false),
        ("NE", &five, false),
        ("NE", &four, true),
        ("NE", &json!([{"S": "5"}]), true),
        ("LT", &five, false),
        ("LE", &five, true),
        ("GT", &four, true),
        ("GE", &five, true),
        ("GE", &json!([{"S": "4"}]), false),
        ("IN", &json!([{"N": "4"}, {"N": "5"}]), true),
        ("IN", &four, false),
        ("BETWEEN", &json!([{"N": "4"}, {"N": "5"}]), true),
        ("BETWEEN", &json!([{"N": "6"}, {"N": "7"}]), false),
        ("NULL", &json!([]), false),
        ("NOT_NULL", &json!([]), true),
        ("NOT_CONTAINS", &five, true),
    ] {
        assert_eq!(passes(&number, &compared(operator, values)), expected, "{operator} {values}");
    }
    for (value, operator, part, expected) in [
        (json!({"S": "text"}), "BEGINS_WITH", json!({"S": "te"}), true),
        (json!({"S": "text"}), "BEGINS_WITH", json!({"S": "ex"}), false),
        (json!({"S": "text"}), "CONTAINS", json!({"S": "ex"}), true),
        (json!({"S": "text"}), "NOT_CONTAINS", json!({"S": "ex"}), false),
        (json!({"SS": ["p", "q"]}), "CONTAINS", json!({"S": "p"}), true),
        (json!({"SS": ["p", "q"]}), "NOT_CONTAINS", json!({"S": "r"}), true),
        (json!({"L": [{"NULL": true}]}), "CONTAINS", json!({"NULL": true}), true),
    ] {
        let found = passes(&json!({"n": value}), &compared(operator, &json!([part])));
        assert_eq!(found, expected, "{value} {operator} {part}");
    }
}

#[test]
fn what_is_missing_differs_from_everything_and_lacks_nothing() {
    let nothing = json!({});
    for (operator, values, expected) in [
        ("EQ", json!([{"N": "5"}]), false),
        ("NE", json!([{"N": "5"}]), true),
        ("NULL", json!([]), true),
        ("NOT_NULL", json!([]), false),
        ("NOT_CONTAINS", json!([{"N": "5"}]), false),
        ("IN", json!([{"N": "5"}]), false),
    ] {
        assert_eq!(passes(&nothing, &compared(operator, &values)), expected, "{operator}");
    }
}

#[test]
fn in_takes_more_values_than_an_expression() {
    let many: Vec<Value> = (0..250).map(|number| json!({"N": number.to_string()})).collect();
    for (number, expected) in [("0", true), ("249", true), ("250", false)] {
        assert_eq!(passes(&json!({"n": {"N": number}}), &compared("IN", &json!(many))), expected, "{number}");
    }
}

#[test]
fn operators_take_so_many_values_of_such_types() {
    let refused = |operator: &str, values: Value| passes(&json!({}), &compared(operator, &values));
    let number = |operator: &str| {
        invalid(&format!("Invalid number of argument(s) for the {operator} ComparisonOperator"))
    };
    let (one, text) = (json!({"N": "1"}), json!({"S": "x"}));
    for operator in ["EQ", "NE", "LT", "GE", "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS", "IN", "BETWEEN"] {
        assert_eq!(refused(operator, json!([])), number(operator));
    }
    assert_eq!(refused("EQ", json!([one, one])), number("EQ"));
    assert_eq!(refused("NULL", json!([one])), number("NULL"));
    assert_eq!(refused("BETWEEN", json!([one, one, one])), number("BETWEEN"));
    let same = invalid("AttributeValues inside AttributeValueList must be of same type");
    assert_eq!(refused("IN", json!([one, text])), same);
    assert_eq!(refused("BETWEEN", json!([one, text])), same);
    for (operator, value, kind) in [
        ("LT", json!({"SS": ["x"]}), "SS"),
        ("IN", json!({"BOOL": true}), "BOOL"),
        ("BEGINS_WITH", one.clone(), "N"),
        ("CONTAINS", json!({"L": []}), "L"),
        ("NOT_CONTAINS", json!({"M": {}}), "M"),
    ] {
        let problem = format!("ComparisonOperator {operator} is not valid for {kind} AttributeValue type");
        assert_eq!(refused(operator, json!([value])), invalid(&problem));
    }
    assert_eq!(
        refused("BETWEEN", json!([{"N": "2"}, {"N": "1"}])),
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    );
    assert!(refused("EQ", json!([{"N": "x"}])).as_str().unwrap().contains("to a numeric value: x"));
}

#[test]
fn a_query_reads_by_key_conditions() {
    let backend = backend();
    for range in ["1", "2", "3"] {
        let item = json!({"h": {"S": "x"}, "r": {"N": range}, "a": {"S": format!("a{range}")}});
        with(&backend, "PutItem", &json!({"Item": item}));
    }
    let equal = |value: Value| json!({"ComparisonOperator": "EQ", "AttributeValueList": [value]});
    let hash = equal(json!({"S": "x"}));
    let found = |members: Value| {
        let answer = with(&backend, "Query", &members);
        answer.get("Count").cloned().unwrap_or(answer)
    };
    let ranged = |operator: &str, values: Value| {
        let range = json!({"ComparisonOperator": operator, "AttributeValueList": values});
        found(json!({"KeyConditions": {"h": hash, "r": range}}))
    };
    assert_eq!(found(json!({"KeyConditions": {"h": hash}})), 3);
    for (operator, values, count) in [
        ("EQ", json!([{"N": "2"}]), 1),
        ("LT", json!([{"N": "2"}]), 1),
        ("LE", json!([{"N": "2"}]), 2),
        ("GT", json!([{"N": "2"}]), 1),
        ("GE", json!([{"N": "2"}]), 2),
        ("BETWEEN", json!([{"N": "2"}, {"N": "9"}]), 2),
    ] {
        assert_eq!(ranged(operator, values), count, "{operator}");
    }
    let begins = json!({"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "a"}]});
    assert_eq!(found(json!({"KeyConditions": {"h": hash, "a": begins}, "IndexName": "by_a"})), 3);
    assert_eq!(
        found(json!({"KeyConditions": {"h": hash}, "QueryFilter": {"a": equal(json!({"S": "a2"}))}})),
        1
    );
    // The newer forms of all else go with it.
    assert_eq!(
        found(json!({
            "KeyConditions": {"h": hash}, "FilterExpression": "a = :a", "ProjectionExpression": "a",
            "ExpressionAttributeValues": {":a": {"S": "a2"}},
        })),
        1
    );

    let unfit = "Attempted conditional constraint is not an indexable operation";
    assert_eq!(ranged("NE", json!([{"N": "2"}])), unfit);
    assert_eq!(ranged("NOT_NULL", json!([])), unfit);
    assert_eq!(
        found(json!({"TableName": "none", "KeyConditions": {"h": {"ComparisonOperator": "NULL"}}})),
        "Requested resource not found"
    );
    let mismatch = invalid("Condition parameter type does not match schema type");
    assert_eq!(ranged("EQ", json!([{"S": "2"}])), mismatch);
    assert_eq!(ranged("EQ", json!([{"SS": ["2"]}])), mismatch);
    let greater = json!({"ComparisonOperator": "GT", "AttributeValueList": [{"N": "1"}]});
    assert_eq!(
        found(json!({"KeyConditions": {"h": greater, "r": greater}})),
        "Query key condition not supported"
    );
    assert_eq!(
        found(json!({"KeyConditions": {"h": hash, "b": hash}})),
        "Query condition missed key schema element: r"
    );
    assert_eq!(found(json!({"KeyConditions": {}})), "Conditions can be of length 1 or 2 only");
    assert_eq!(
        found(json!({"QueryFilter": {"a": hash}})),
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    );
    assert_eq!(
        found(json!({"KeyConditions": {"h": hash}, "QueryFilter": {"r": greater}})),
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: r"
    );
}

#[test]
fn reads_return_the_attributes_to_get() {
    let backend = holding(&json!({"n": {"N": "5"}, "m.k": {"N": "6"}, "m": {"M": {"k": {"N": "7"}}}}));
    let names = json!({"AttributesToGet": ["n", "m.k", "gone"]});
    let expected = json!({"n": {"N": "5"}, "m.k": {"N": "6"}});
    assert_eq!(with(&backend, "GetItem", &names)["Item"], expected);
    assert_eq!(with(&backend, "Scan", &names)["Items"], json!([expected]));
    let asked = json!({"Keys": [{"h": {"S": "x"}, "r": {"N": "1"}}], "AttributesToGet": ["n"]});
    let answer = ask(&backend, "BatchGetItem", &json!({"RequestItems": {"things": asked}}));
    assert_eq!(answer["Responses"]["things"], json!([{"n": {"N": "5"}}]));

    let twice = json!({"AttributesToGet": ["n", "n"]});
    for action in ["GetItem", "Scan"] {
        assert_eq!(with(&backend, action, &twice), invalid("Duplicate value in attribute name: n"));
    }
    let counted = json!({"AttributesToGet": ["n"], "Select": "COUNT"});
    assert_eq!(
        with(&backend, "Scan", &counted),
        "Cannot specify the AttributesToGet when choosing to get only the Count"
    );
}

#[test]
fn expressions_do_not_go_with_other_members_however_empty() {
    let backend = backend();
    let mixed = |action: &str, members: Value, without: &str, with_expression: &str| {
        let expected = format!(
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
             {{{without}}} Expression parameters: {{{with_expression}}}"
        );
        assert_eq!(with(&backend, action, &members), expected);
    };
    mixed("PutItem", json!({"Expected": {}, "ConditionExpression": ""}), "Expected", "ConditionExpression");
    mixed(
        "GetItem",
        json!({"AttributesToGet": ["n"], "ProjectionExpression": "n"}),
        "AttributesToGet",
        "ProjectionExpression",
    );
    mixed(
        "UpdateItem",
        json!({
            "AttributeUpdates": {}, "Expected": {}, "ConditionalOperator": "OR", "UpdateExpression": "x",
            "ConditionExpression": "x",
        }),
        "AttributeUpdates, Expected, ConditionalOperator",
        "UpdateExpression, ConditionExpression",
    );
    mixed(
        "Query",
        json!({
            "KeyConditions": {}, "QueryFilter": {}, "AttributesToGet": ["n"], "ConditionalOperator": "OR",
            "FilterExpression": "x", "ProjectionExpression": "x", "KeyConditionExpression": "x",
        }),
        "AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions",
        "ProjectionExpression, FilterExpression, KeyConditionExpression",
    );
    mixed(
        "Query",
        json!({"KeyConditions": {}, "QueryFilter": {}, "FilterExpression": "x"}),
        "QueryFilter",
        "FilterExpression",
    );
    mixed(
        "Scan",
        json!({"ScanFilter": {}, "ProjectionExpression": "x"}),
        "ScanFilter",
        "ProjectionExpression",
    );
    // A member of another action is none.
    assert_eq!(with(&backend, "Scan", &json!({"QueryFilter": {}, "ProjectionExpression": "h"}))["Count"], 0);
}
