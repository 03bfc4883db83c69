//! Faults that a good call is given: one or two at a time, so that it shows which of them is reported.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::call::Call;

/// One way to spoil a call.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    kind: usize,
    /// Where a fault has a choice.
    which: usize,
}

pub(crate) fn fault() -> impl Strategy<Value = Fault> {
    (0..KINDS.len(), 0..1000usize).prop_map(|(kind, which)| Fault { kind, which })
}

type Spoil = fn(&mut Call, usize);

const KINDS: [Spoil; 21] = [
    unused_name,
    unused_value,
    lost_placeholder,
    wrong_placeholder,
    empty_placeholders,
    strange_table,
    missing_member,
    wrong_key_value,
    less_key,
    more_key,
    strange_enumeration,
    strange_number,
    empty_expression,
    invalid_value,
    index,
    segments,
    consistent,
    many,
    repeated,
    strange_token,
    empty_key_value,
];

impl Fault {
    pub(crate) fn apply(&self, call: &mut Call) {
        KINDS[self.kind](call, self.which);
    }
}

/// The objects of a request that name a table or have expressions.
fn parts(call: &mut Call) -> Vec<&mut Value> {
    match call.action {
        "BatchGetItem" => call.body["RequestItems"]
            .as_object_mut()
            .map(|tables| tables.values_mut().collect())
            .unwrap_or_default(),
        "BatchWriteItem" => call.body["RequestItems"]
            .as_object_mut()
            .map(|tables| {
                tables
                    .values_mut()
                    .filter_map(Value::as_array_mut)
                    .flatten()
                    .filter_map(|write| write.as_object_mut()?.values_mut().next())
                    .collect()
            })
            .unwrap_or_default(),
        "TransactWriteItems" | "TransactGetItems" => call.body["TransactItems"]
            .as_array_mut()
            .map(|actions| {
                actions.iter_mut().filter_map(|action| action.as_object_mut()?.values_mut().next()).collect()
            })
            .unwrap_or_default(),
        _ => vec![&mut call.body],
    }
}

fn part(call: &mut Call, which: usize) -> Option<&mut Value> {
    let mut parts = parts(call);
    if parts.is_empty() {
        return None;
    }
    let which = which % parts.len();
    Some(parts.swap_remove(which)).filter(|part| part.is_object())
}

/// The key or item of a part.
fn keyed(call: &mut Call, which: usize) -> Option<&mut serde_json::Map<String, Value>> {
    let part = part(call, which)?.as_object_mut()?;
    let member =
        ["Item", "Key", "Keys", "ExclusiveStartKey"].into_iter().find(|name| part.contains_key(*name))?;
    match part.get_mut(member)? {
        Value::Array(keys) => keys.first_mut()?.as_object_mut(),
        other => other.as_object_mut(),
    }
}

fn unused_name(call: &mut Call, which: usize) {
    if let Some(part) = part(call, which) {
        part["ExpressionAttributeNames"]["#unused"] = "unused".into();
    }
}

fn unused_value(call: &mut Call, which: usize) {
    if let Some(part) = part(call, which) {
        part["ExpressionAttributeValues"][":unused"] = json!({ "S": "unused" });
    }
}

fn lost_placeholder(call: &mut Call, which: usize) {
    let Some(part) = part(call, which).and_then(Value::as_object_mut) else { return };
    let member = ["ExpressionAttributeNames", "ExpressionAttributeValues"][which / 10 % 2];
    if let Some(Value::Object(all)) = part.get_mut(member)
        && let Some(first) = all.keys().next().cloned()
    {
        all.remove(&first);
    }
}

fn wrong_placeholder(call: &mut Call, which: usize) {
    let Some(part) = part(call, which) else { return };
    match which / 10 % 6 {
        0 => part["ExpressionAttributeNames"]["plain"] = "n".into(),
        1 => part["ExpressionAttributeNames"]["#"] = "n".into(),
        2 => part["ExpressionAttributeNames"]["#-"] = "n".into(),
        3 => part["ExpressionAttributeValues"]["plain"] = json!({ "S": "x" }),
        4 => part["ExpressionAttributeValues"][":"] = json!({ "S": "x" }),
        _ => part["ExpressionAttributeNames"]["#empty"] = "".into(),
    }
}

fn empty_placeholders(call: &mut Call, which: usize) {
    if let Some(part) = part(call, which) {
        part[["ExpressionAttributeNames", "ExpressionAttributeValues"][which / 10 % 2]] = json!({});
    }
}

fn strange_table(call: &mut Call, which: usize) {
    let names = ["Nowhere", "no", "", "with space"];
    let name = names[which / 10 % if which.is_multiple_of(3) { 4 } else { 1 }];
    if matches!(call.action, "BatchGetItem" | "BatchWriteItem") {
        if let Some(tables) = call.body["RequestItems"].as_object_mut()
            && let Some(first) = tables.keys().next().cloned()
            && let Some(asked) = tables.remove(&first)
        {
            tables.insert(name.to_owned(), asked);
        }
    } else if let Some(part) = part(call, which) {
        part["TableName"] = name.into();
    }
}

fn missing_member(call: &mut Call, which: usize) {
    let Some(part) = part(call, which).and_then(Value::as_object_mut) else { return };
    let required: Vec<String> =
        ["TableName", "Item", "Key", "Keys", "KeyConditionExpression", "ConditionExpression"]
            .iter()
            .filter(|name| part.contains_key(**name))
            .map(|name| (*name).to_owned())
            .collect();
    if let Some(name) = required.get(which / 10 % required.len().max(1)) {
        part.remove(name);
    }
}

fn wrong_key_value(call: &mut Call, which: usize) {
    let values = [
        json!({ "S": "x" }),
        json!({ "N": "1" }),
        json!({ "B": "AQ==" }),
        json!({ "BOOL": true }),
        json!({ "M": {} }),
        json!({ "SS": ["x"] }),
        json!({ "NULL": true }),
    ];
    if let Some(key) = keyed(call, which) {
        let name = if (which / 10).is_multiple_of(2) || !key.contains_key("r") { "h" } else { "r" };
        key.insert(name.to_owned(), values[which / 20 % values.len()].clone());
    }
}

fn empty_key_value(call: &mut Call, which: usize) {
    let values = [
        json!({ "S": "" }),
        json!({ "B": "" }),
        json!({ "S": "%x*2048%" }),
        json!({ "S": "%x*2049%" }),
        json!({ "S": "%x*1024%" }),
        json!({ "S": "%x*1025%" }),
    ];
    if let Some(key) = keyed(call, which) {
        let name = if (which / 10).is_multiple_of(2) || !key.contains_key("r") { "h" } else { "r" };
        key.insert(name.to_owned(), values[which / 20 % values.len()].clone());
    }
}

fn less_key(call: &mut Call, which: usize) {
    if let Some(key) = keyed(call, which) {
        key.remove(["h", "r"][which / 10 % 2]);
    }
}

fn more_key(call: &mut Call, which: usize) {
    if let Some(key) = keyed(call, which) {
        key.insert("another".to_owned(), json!({ "S": "x" }));
    }
}

fn strange_enumeration(call: &mut Call, which: usize) {
    let members = [
        ("ReturnValues", "UPDATED_NEW"),
        ("ReturnValues", "SOME"),
        ("ReturnConsumedCapacity", "SOME"),
        ("ReturnItemCollectionMetrics", "SOME"),
        ("Select", "SOME"),
        ("ReturnValuesOnConditionCheckFailure", "SOME"),
    ];
    let (member, value) = members[which % members.len()];
    let is_reading =
        matches!(call.action, "Query" | "Scan" | "GetItem" | "BatchGetItem" | "TransactGetItems");
    // Members that an action does not have are passed over.
    if member == "ReturnConsumedCapacity"
        || member == "Select" && matches!(call.action, "Query" | "Scan")
        || member == "ReturnItemCollectionMetrics" && !is_reading
        || member.starts_with("ReturnValues")
            && matches!(call.action, "PutItem" | "UpdateItem" | "DeleteItem")
    {
        call.body[member] = value.into();
    }
}

fn strange_number(call: &mut Call, which: usize) {
    if matches!(call.action, "Query" | "Scan") {
        call.body["Limit"] = [0, -1, 1][which % 3].into();
    }
}

fn empty_expression(call: &mut Call, which: usize) {
    let Some(part) = part(call, which).and_then(Value::as_object_mut) else { return };
    for expression in ["ConditionExpression", "FilterExpression", "ProjectionExpression", "UpdateExpression"]
    {
        if part.contains_key(expression) {
            part.insert(expression.to_owned(), "".into());
            return;
        }
    }
}

/// Something that is no attribute value.
fn invalid_value(call: &mut Call, which: usize) {
    let values = [
        json!({}),
        json!({ "S": "x", "N": "1" }),
        json!({ "N": "x" }),
        json!({ "N": "" }),
        json!({ "N": "1E126" }),
        json!({ "N": "1E-131" }),
        json!({ "N": "123456789012345678901234567890123456789" }),
        json!({ "NULL": false }),
        json!({ "SS": [] }),
        json!({ "NS": [] }),
        json!({ "BS": [] }),
        json!({ "SS": ["p", "p"] }),
        json!({ "NS": ["1", "1.0"] }),
        json!({ "NS": ["x"] }),
        json!({ "BS": ["AQ==", "AQ=="] }),
        json!({ "SS": [""] }),
        json!({ "L": [{ "SS": [] }] }),
        json!({ "L": [{}] }),
        json!({ "M": { "k": { "N": "x" } } }),
        json!({ "M": { "": { "S": "x" } } }),
        json!({ "S": "%x*409600%" }),
    ];
    let value = values[which / 10 % values.len()].clone();
    let Some(part) = part(call, which).and_then(Value::as_object_mut) else { return };
    if let Some(Value::Object(item)) = part.get_mut("Item") {
        item.insert(["s", "n", "a", "b"][which % 4].to_owned(), value);
    } else if let Some(Value::Object(all)) = part.get_mut("ExpressionAttributeValues")
        && let Some(first) = all.values_mut().next()
    {
        *first = value;
    }
}

fn index(call: &mut Call, which: usize) {
    if matches!(call.action, "Query" | "Scan") {
        call.body["IndexName"] = ["none", "global-a", "local-a", "no", ""][which % 5].into();
    }
}

fn segments(call: &mut Call, which: usize) {
    if call.action == "Scan" {
        let pairs = [
            (None, Some(2)),
            (Some(0), None),
            (Some(2), Some(2)),
            (Some(-1), Some(2)),
            (Some(0), Some(0)),
            (Some(0), Some(1_000_001)),
        ];
        let (segment, total) = pairs[which % pairs.len()];
        let body = call.body.as_object_mut().expect("a request is an object");
        body.remove("Segment");
        body.remove("TotalSegments");
        body.extend(segment.map(|segment: i32| ("Segment".to_owned(), segment.into())));
        body.extend(total.map(|total: i32| ("TotalSegments".to_owned(), total.into())));
    }
}

fn consistent(call: &mut Call, _: usize) {
    if matches!(call.action, "Query" | "Scan") {
        call.body["ConsistentRead"] = true.into();
    }
}

/// Too many of something, or nothing at all.
fn many(call: &mut Call, which: usize) {
    let repeat = |all: &mut Value, count: usize| {
        if let Some(all) = all.as_array_mut()
            && let Some(first) = all.first().cloned()
            // A hundred large ones are more than any server takes.
            && !first.to_string().contains("%x*")
        {
            *all = vec![first; count];
        }
    };
    let is_none = which.is_multiple_of(3);
    match call.action {
        "BatchGetItem" | "BatchWriteItem" => {
            let is_get = call.action == "BatchGetItem";
            let Some(tables) = call.body["RequestItems"].as_object_mut() else { return };
            if which.is_multiple_of(7) {
                tables.clear();
            }
            for asked in tables.values_mut() {
                match (is_get, is_none) {
                    (true, true) => asked["Keys"] = json!([]),
                    (true, false) => repeat(&mut asked["Keys"], 101),
                    (false, true) => *asked = json!([]),
                    (false, false) => repeat(asked, 26),
                }
            }
        }
        "TransactWriteItems" | "TransactGetItems" => {
            repeat(&mut call.body["TransactItems"], if is_none { 0 } else { 101 });
        }
        _ => {}
    }
}

/// The same again.
fn repeated(call: &mut Call, _: usize) {
    let twice = |all: &mut Value| {
        if let Some(all) = all.as_array_mut()
            && let Some(first) = all.first().cloned()
        {
            all.push(first);
        }
    };
    match call.action {
        "BatchGetItem" => parts(call).into_iter().take(1).for_each(|part| twice(&mut part["Keys"])),
        "BatchWriteItem" => {
            if let Some(tables) = call.body["RequestItems"].as_object_mut() {
                tables.values_mut().take(1).for_each(twice);
            }
        }
        "TransactWriteItems" | "TransactGetItems" => twice(&mut call.body["TransactItems"]),
        _ => {}
    }
}

fn strange_token(call: &mut Call, which: usize) {
    if call.action == "TransactWriteItems" {
        call.body["ClientRequestToken"] = ["", "%x*36%-%run%", "%x*37%"][which % 3].into();
    }
}
