//! Writes: what they expect, and what they change.

use serde_json::{Value, json};

use super::{backend, holding, invalid, with};

/// The other attributes of the item that this leaves, or the error's message.
fn updated(before: &Value, updates: &Value) -> Value {
    let members = json!({"AttributeUpdates": updates, "ReturnValues": "ALL_NEW"});
    let mut answer = with(&holding(before), "UpdateItem", &members);
    let Some(attributes) = answer.get_mut("Attributes").and_then(Value::as_object_mut) else { return answer };
    attributes.retain(|name, _| !matches!(name.as_str(), "h" | "r"));
    Value::Object(attributes.clone())
}

#[test]
fn a_write_is_carried_out_where_it_finds_what_it_expects() {
    let failed = "The conditional request failed";
    let backend = holding(&json!({"n": {"N": "5"}}));
    for (expected, operator, holds) in [
        (json!({"n": {"Value": {"N": "5.0"}}}), None, true),
        (json!({"n": {"Value": {"N": "6"}}}), None, false),
        (json!({"n": {"Exists": true, "Value": {"N": "5"}}}), None, true),
        (json!({"n": {"Exists": false}}), None, false),
        (json!({"gone": {"Exists": false}}), None, true),
        (json!({"n": {"Value": {"N": "4"}, "ComparisonOperator": "GT"}}), None, true),
        (json!({"gone": {"ComparisonOperator": "NOT_NULL"}}), None, false),
        (json!({"n": {"Value": {"N": "6"}}, "gone": {"Exists": false}}), None, false),
        (json!({"n": {"Value": {"N": "6"}}, "gone": {"Exists": false}}), Some("AND"), false),
        (json!({"n": {"Value": {"N": "6"}}, "gone": {"Exists": false}}), Some("OR"), true),
    ] {
        let update = json!({"AttributeUpdates": {"n": {"Value": {"N": "5"}}}, "Expected": expected});
        let mut put =
            json!({"Item": {"h": {"S": "x"}, "r": {"N": "1"}, "n": {"N": "5"}}, "Expected": expected});
        let mut members = update;
        if let Some(operator) = operator {
            put["ConditionalOperator"] = operator.into();
            members["ConditionalOperator"] = operator.into();
        }
        for answer in [with(&backend, "UpdateItem", &members), with(&backend, "PutItem", &put)] {
            assert_eq!(answer != failed, holds, "{expected} {operator:?}: {answer}");
        }
    }
    let delete = |value: &str| {
        let expected = json!({"n": {"Value": {"N": value}}});
        with(&backend, "DeleteItem", &json!({"Expected": expected, "ReturnValues": "ALL_OLD"}))
    };
    assert_eq!(delete("6"), failed);
    assert_eq!(delete("5")["Attributes"]["n"], json!({"N": "5"}));
}

#[test]
fn what_is_expected_must_make_sense() {
    let backend = backend();
    let expected = |expected: Value| with(&backend, "PutItem", &json!({"Expected": {"n": expected}}));
    let one = json!({"N": "1"});
    for (value, problem) in [
        (json!({}), "Value must be provided when Exists is null"),
        (json!({"Exists": true}), "Value must be provided when Exists is true"),
        (json!({"Exists": false, "Value": one}), "Value cannot be used when Exists is false"),
        (
            json!({"Value": one, "AttributeValueList": [one]}),
            "Value and AttributeValueList cannot be used together",
        ),
        (
            json!({"Value": one, "AttributeValueList": []}),
            "Value and AttributeValueList cannot be used together",
        ),
        (json!({"AttributeValueList": []}), "AttributeValueList can only be used with a ComparisonOperator"),
        (
            json!({"AttributeValueList": [one]}),
            "AttributeValueList can only be used with a ComparisonOperator",
        ),
        (
            json!({"Exists": false, "ComparisonOperator": "NULL"}),
            "Exists and ComparisonOperator cannot be used together",
        ),
        (
            json!({"ComparisonOperator": "IN"}),
            "Value or AttributeValueList must be used with ComparisonOperator: IN",
        ),
    ] {
        assert_eq!(expected(value), invalid(&format!("{problem} for Attribute: n")));
    }
    let empty = json!({"ComparisonOperator": "EQ", "AttributeValueList": []});
    assert_eq!(expected(empty), invalid("Invalid number of argument(s) for the EQ ComparisonOperator"));
    let alone = "ConditionalOperator cannot be used without Filter or Expected";
    for members in
        [json!({"ConditionalOperator": "OR"}), json!({"ConditionalOperator": "OR", "Expected": {}})]
    {
        assert_eq!(with(&backend, "PutItem", &members), alone);
    }
    assert_eq!(with(&backend, "Scan", &json!({"ConditionalOperator": "AND"})), alone);
    let single = json!({"ConditionalOperator": "OR", "Expected": {"n": {"Exists": false}}});
    assert_eq!(
        with(&backend, "PutItem", &single),
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    );
}

#[test]
fn updates_put_add_and_delete() {
    let put = |value: Value| json!({"n": {"Value": value}});
    let add = |value: Value| json!({"n": {"Action": "ADD", "Value": value}});
    let delete = |value: Value| json!({"n": {"Action": "DELETE", "Value": value}});
    assert_eq!(updated(&json!({}), &put(json!({"S": "x"}))), json!({"n": {"S": "x"}}));
    assert_eq!(updated(&json!({}), &json!({"a.b": {"Value": {"N": "1"}}})), json!({"a.b": {"N": "1"}}));
    assert_eq!(updated(&json!({"n": {"N": "1"}}), &add(json!({"N": "2"}))), json!({"n": {"N": "3"}}));
    assert_eq!(updated(&json!({}), &add(json!({"N": "2"}))), json!({"n": {"N": "2"}}));
    assert_eq!(
        updated(&json!({"n": {"SS": ["p"]}}), &add(json!({"SS": ["q"]}))),
        json!({"n": {"SS": ["p", "q"]}})
    );
    let list = json!({"L": [{"S": "p"}]});
    assert_eq!(updated(&json!({}), &add(list.clone())), json!({"n": list}));
    assert_eq!(
        updated(&json!({"n": {"L": [{"S": "o"}]}}), &add(list.clone())),
        json!({"n": {"L": [{"S": "o"}, {"S": "p"}]}})
    );
    let set = json!({"n": {"SS": ["p", "q"]}});
    assert_eq!(updated(&set, &delete(json!({"SS": ["p"]}))), json!({"n": {"SS": ["q"]}}));
    assert_eq!(updated(&set, &delete(json!({"SS": ["p", "q"]}))), json!({}));
    assert_eq!(updated(&json!({}), &delete(json!({"SS": ["p"]}))), json!({}));
    assert_eq!(
        updated(&set, &json!({"n": {"Action": "DELETE"}, "m": {"Value": {"N": "1"}}})),
        json!({"m": {"N": "1"}})
    );
    assert_eq!(updated(&set, &json!({})), set);

    let mismatch = "Type mismatch for attribute to update";
    assert_eq!(updated(&set, &add(json!({"N": "1"}))), mismatch);
    assert_eq!(updated(&set, &add(list.clone())), mismatch);
    assert_eq!(updated(&set, &delete(json!({"NS": ["1"]}))), mismatch);
    let only = invalid("Only DELETE action is allowed when no attribute value is specified");
    assert_eq!(updated(&set, &json!({"n": {}})), only);
    assert_eq!(updated(&set, &json!({"n": {"Action": "ADD"}})), only);
    assert_eq!(updated(&set, &add(json!({"S": "x"}))), invalid("ADD action is not supported for the type S"));
    assert_eq!(
        updated(&set, &delete(list)),
        invalid("DELETE action with value is not supported for the type L")
    );
    assert_eq!(
        updated(&set, &json!({"h": {"Action": "DELETE"}})),
        invalid("Cannot update attribute h. This attribute is part of the key")
    );
}

#[test]
fn a_deletion_from_an_item_that_is_not_there_creates_it() {
    let backend = backend();
    let members = json!({"AttributeUpdates": {"n": {"Action": "DELETE"}}});
    assert_eq!(with(&backend, "UpdateItem", &members), json!({}));
    assert_eq!(with(&backend, "GetItem", &json!({}))["Item"], json!({"h": {"S": "x"}, "r": {"N": "1"}}));
}
