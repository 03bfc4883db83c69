//! Calls in the form from before there were expressions.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::call::{Call, with};
use super::super::items::{PLAIN, any_value, item, key, key_value, of};
use super::super::tables::{Attribute, TABLE, Table};
use super::{consistent, finished, select, source, told, told_of_write};

/// A call of any action that has such members.
pub(super) fn legacy(table: &Table) -> BoxedStrategy<Call> {
    prop_oneof![
        3 => put(table),
        6 => update_item(table),
        2 => delete(table),
        2 => get(table),
        5 => query(table),
        3 => scan(table),
        1 => batch_get(table),
    ]
    .boxed()
}

fn attribute() -> impl Strategy<Value = &'static str> {
    let names: Vec<&str> = ["a", "b", "c", "gone"].into_iter().chain(PLAIN).collect();
    prop::sample::select(names)
}

/// A map of one to three attributes, of what `value_of` makes of their names.
fn by_attribute(value_of: fn(&'static str) -> BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let entry =
        attribute().prop_flat_map(move |name| value_of(name).prop_map(move |value| (name.to_owned(), value)));
    let entries =
        prop_oneof![30 => prop::collection::vec(entry, 1..4).boxed(), 1 => Just(Vec::new()).boxed()];
    entries.prop_map(|entries| Value::Object(Map::from_iter(entries))).boxed()
}

/// A value that an attribute usually has, or any.
fn value_for(name: &'static str) -> BoxedStrategy<Value> {
    if name == "gone" {
        return any_value();
    }
    prop_oneof![5 => of(name), 1 => any_value()].boxed()
}

/// A comparison with about as many values as its operator takes.
fn comparison(name: &'static str) -> BoxedStrategy<Value> {
    let operators = vec![
        ("EQ", 1),
        ("NE", 1),
        ("LT", 1),
        ("LE", 1),
        ("GT", 1),
        ("GE", 1),
        ("BEGINS_WITH", 1),
        ("CONTAINS", 1),
        ("NOT_CONTAINS", 1),
        ("BETWEEN", 2),
        ("IN", 1),
        ("IN", 3),
        ("NULL", 0),
        ("NOT_NULL", 0),
    ];
    let counted = prop_oneof![15 => Just(None), 1 => (0..4usize).prop_map(Some)];
    (prop::sample::select(operators), counted)
        .prop_flat_map(move |((operator, count), other)| {
            prop::collection::vec(value_for(name), other.unwrap_or(count)).prop_map(move |values| {
                let list = (other.is_some() || !values.is_empty()).then_some(values);
                with(json!({ "ComparisonOperator": operator }), "AttributeValueList", list)
            })
        })
        .boxed()
}

fn expectation(name: &'static str) -> BoxedStrategy<Value> {
    let plain = (value_for(name), prop::option::weighted(0.3, Just(true)))
        .prop_map(|(value, exists)| with(json!({ "Value": value }), "Exists", exists));
    let one = (value_for(name), prop::sample::select(vec!["EQ", "NE", "GE", "IN", "NULL"]))
        .prop_map(|(value, operator)| json!({ "Value": value, "ComparisonOperator": operator }));
    let wrong = prop::sample::select(vec![
        json!({}),
        json!({ "Exists": true }),
        json!({ "Exists": false, "Value": { "N": "1" } }),
        json!({ "AttributeValueList": [{ "N": "1" }] }),
        json!({ "AttributeValueList": [] }),
        json!({ "Value": { "N": "1" }, "AttributeValueList": [{ "N": "1" }] }),
        json!({ "Exists": false, "ComparisonOperator": "NULL" }),
        json!({ "ComparisonOperator": "IN" }),
    ]);
    prop_oneof![
        5 => plain,
        3 => Just(json!({ "Exists": false })),
        6 => comparison(name),
        2 => one,
        1 => wrong,
    ]
    .boxed()
}

fn change(name: &'static str) -> BoxedStrategy<Value> {
    let action = prop::option::weighted(0.9, prop::sample::select(vec!["PUT", "ADD", "ADD", "DELETE"]));
    let whole = (value_for(name), action)
        .prop_map(|(value, action)| with(json!({ "Value": value }), "Action", action));
    let without =
        prop_oneof![9 => Just("DELETE"), 1 => Just("PUT")].prop_map(|action| json!({ "Action": action }));
    prop_oneof![5 => whole, 1 => without].boxed()
}

fn changes() -> BoxedStrategy<Value> {
    let fitting = by_attribute(change);
    let of_key = by_attribute(change).prop_map(|mut changes| {
        changes["h"] = json!({ "Value": { "S": "x" } });
        changes
    });
    prop_oneof![30 => fitting, 1 => of_key].boxed()
}

fn operator() -> BoxedStrategy<Option<&'static str>> {
    prop::option::weighted(0.3, prop::sample::select(vec!["AND", "OR", "OR"])).boxed()
}

/// Conditions in a member of this name, and how they are joined; now and then one without the other.
fn conditions(
    member: &'static str,
    probability: f64,
    value_of: fn(&'static str) -> BoxedStrategy<Value>,
) -> BoxedStrategy<Value> {
    (prop::option::weighted(probability, by_attribute(value_of)), operator(), prop::bool::weighted(0.03))
        .prop_map(move |(conditions, operator, alone)| {
            let operator = operator.filter(|_| conditions.is_some() || alone);
            with(with(json!({}), member, conditions), "ConditionalOperator", operator)
        })
        .boxed()
}

/// An expression beside the other members, which is refused.
fn mixed(member: &'static str) -> BoxedStrategy<Value> {
    let expression = prop::sample::select(vec!["attribute_exists(h)", ""]);
    prop::option::weighted(0.03, expression)
        .prop_map(move |expression| with(json!({}), member, expression))
        .boxed()
}

fn joined(mut body: Value, parts: impl IntoIterator<Item = Value>) -> Value {
    for part in parts {
        if let (Some(body), Value::Object(part)) = (body.as_object_mut(), part) {
            body.extend(part);
        }
    }
    body
}

fn put(table: &Table) -> BoxedStrategy<Call> {
    let old = prop::option::of(prop::sample::select(vec!["ALL_OLD", "NONE"]));
    let members = (conditions("Expected", 0.97, expectation), mixed("ConditionExpression"));
    (item(table), members, old, told_of_write())
        .prop_map(|(item, (expected, mixed), old, told)| {
            let body = with(json!({ "TableName": TABLE, "Item": item }), "ReturnValues", old);
            finished("PutItem", joined(body, [expected, mixed]), told, 0)
        })
        .boxed()
}

fn delete(table: &Table) -> BoxedStrategy<Call> {
    let old = prop::option::of(prop::sample::select(vec!["ALL_OLD", "NONE"]));
    (key(table), conditions("Expected", 0.97, expectation), old, told_of_write())
        .prop_map(|(key, expected, old, told)| {
            let body = with(json!({ "TableName": TABLE, "Key": key }), "ReturnValues", old);
            finished("DeleteItem", joined(body, [expected]), told, 0)
        })
        .boxed()
}

fn update_item(table: &Table) -> BoxedStrategy<Call> {
    let values = vec!["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "ALL_NEW", "UPDATED_NEW"];
    let returned = prop::option::weighted(0.8, prop::sample::select(values));
    let members = (conditions("Expected", 0.3, expectation), mixed("UpdateExpression"));
    let changes = prop::option::weighted(0.95, changes());
    (key(table), changes, members, returned, told_of_write())
        .prop_map(|(key, changes, (expected, mixed), returned, told)| {
            let body = with(json!({ "TableName": TABLE, "Key": key }), "AttributeUpdates", changes);
            finished("UpdateItem", joined(with(body, "ReturnValues", returned), [expected, mixed]), told, 0)
        })
        .boxed()
}

/// Names, which are no paths here.
fn names() -> BoxedStrategy<Vec<&'static str>> {
    let all: Vec<&str> = ["h", "r", "m.k", "l[0]"].into_iter().chain(PLAIN).collect();
    let different = prop::sample::subsequence(all, 1..5);
    prop_oneof![
        20 => different,
        1 => Just(vec!["n", "n"]),
    ]
    .boxed()
}

fn get(table: &Table) -> BoxedStrategy<Call> {
    (key(table), names(), consistent(), mixed("ProjectionExpression"), told())
        .prop_map(|(key, names, consistent, mixed, told)| {
            let body = json!({ "TableName": TABLE, "Key": key, "AttributesToGet": names });
            finished("GetItem", joined(with(body, "ConsistentRead", consistent), [mixed]), told, 0)
        })
        .boxed()
}

fn batch_get(table: &Table) -> BoxedStrategy<Call> {
    (key(table), names(), told())
        .prop_map(|(key, names, told)| {
            let asked = json!({ "Keys": [key], "AttributesToGet": names });
            finished("BatchGetItem", json!({ "RequestItems": { TABLE: asked } }), told, 0)
        })
        .boxed()
}

fn key_conditions(hash: Attribute, range: Option<Attribute>) -> BoxedStrategy<Value> {
    let value_of = |part: Attribute| {
        let fitting = if part.0 == "h" || part.0 == "r" { key_value(part) } else { of(part.0) };
        prop_oneof![30 => fitting, 1 => any_value()]
    };
    let compared = move |part: Attribute, operators: Vec<&'static str>| {
        (prop::sample::select(operators), prop::collection::vec(value_of(part), 2))
            .prop_map(move |(operator, mut values)| {
                values.truncate(if operator == "BETWEEN" { 2 } else { 1 });
                let values = (!operator.ends_with("NULL")).then_some(values);
                let comparison =
                    with(json!({ "ComparisonOperator": operator }), "AttributeValueList", values);
                json!({ part.0: comparison })
            })
            .boxed()
    };
    let mut of_hash = vec!["EQ"; 30];
    of_hash.extend(["GT", "NE", "CONTAINS"]);
    let all = vec![
        "EQ",
        "EQ",
        "EQ",
        "LT",
        "LT",
        "LE",
        "LE",
        "GT",
        "GT",
        "GE",
        "GE",
        "BETWEEN",
        "BETWEEN",
        "BEGINS_WITH",
        "NE",
        "NOT_NULL",
        "CONTAINS",
    ];
    let ranged = range.map_or(Just(json!({})).boxed(), |range| {
        prop_oneof![1 => Just(json!({})).boxed(), 2 => compared(range, all)].boxed()
    });
    let more =
        prop_oneof![30 => Just(json!({})), 1 => Just(json!({ "z": { "ComparisonOperator": "NULL" } }))];
    (compared(hash, of_hash), ranged, more)
        .prop_map(|(hash, range, more)| joined(json!({}), [hash, range, more]))
        .boxed()
}

fn query(table: &Table) -> BoxedStrategy<Call> {
    let table = table.clone();
    source(&table)
        .prop_flat_map(move |index| {
            let index = index.map(|index| table.indexes[index].clone());
            let (hash, range) =
                index.as_ref().map_or((table.hash, table.range), |index| (index.hash, index.range));
            let name = index.map(|index| index.name);
            let what = (
                prop::option::weighted(0.97, key_conditions(hash, range)),
                conditions("QueryFilter", 0.3, comparison),
                prop::option::weighted(0.2, names()),
                select(),
                mixed("FilterExpression"),
            );
            let how = (prop::option::weighted(0.3, 1..4u32), prop::option::weighted(0.4, any::<bool>()));
            (what, how, told()).prop_map(move |(what, (limit, forward), told)| {
                let (keys, filter, names, select, mixed) = what;
                let body = with(json!({ "TableName": TABLE }), "KeyConditions", keys);
                let body = with(with(body, "IndexName", name), "AttributesToGet", names);
                let body = with(with(body, "Select", select), "Limit", limit);
                finished("Query", joined(with(body, "ScanIndexForward", forward), [filter, mixed]), told, 0)
            })
        })
        .boxed()
}

fn scan(table: &Table) -> BoxedStrategy<Call> {
    let table = table.clone();
    source(&table)
        .prop_flat_map(move |index| {
            let name = index.map(|index| table.indexes[index].name);
            let what = (
                conditions("ScanFilter", 0.9, comparison),
                prop::option::weighted(0.2, names()),
                select(),
                mixed("FilterExpression"),
            );
            (what, prop::option::weighted(0.2, 1..4u32), told()).prop_map(move |(what, limit, told)| {
                let (filter, names, select, mixed) = what;
                let body = with(json!({ "TableName": TABLE }), "IndexName", name);
                let body = with(with(body, "AttributesToGet", names), "Select", select);
                finished("Scan", joined(with(body, "Limit", limit), [filter, mixed]), told, 0)
            })
        })
        .boxed()
}
