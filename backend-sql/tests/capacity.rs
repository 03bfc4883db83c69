//! What each call is told to have cost, case by case, as DynamoDB Local and dynoxide tell it; where those two disagree,
//! `FIDELITY.md` says which of them is followed.

#![allow(clippy::unwrap_used, reason = "a test")]

use dynochemy_sql::{Moment, SqlBackend};
use serde_json::{Value, json};

/// A call: an action and its input.
type Call = (&'static str, Value);

/// `main` has the key `h`, `r`, a local index `local` by `b` (keys only), and global ones by `a` and `b` (`all`), and by
/// `a` (`keys`, and `some`, which holds `x` too). `other` has the key `h`.
fn database() -> SqlBackend {
    let schema = |names: &[&str]| -> Value {
        let kind = |position| if position == 0 { "HASH" } else { "RANGE" };
        let element = |(position, name)| json!({"AttributeName": name, "KeyType": kind(position)});
        names.iter().enumerate().map(element).collect()
    };
    let define = |names: &[&str]| -> Value {
        let kind = |name: &str| if name == "r" || name == "b" { "N" } else { "S" };
        names.iter().map(|name| json!({"AttributeName": name, "AttributeType": kind(name)})).collect()
    };
    let index = |name: &str, keys: &[&str], projection: Value| json!({"IndexName": name, "KeySchema": schema(keys), "Projection": projection});
    let keys_only = || json!({"ProjectionType": "KEYS_ONLY"});
    let main = json!({
        "TableName": "main",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": define(&["h", "r", "a", "b"]),
        "KeySchema": schema(&["h", "r"]),
        "LocalSecondaryIndexes": [index("local", &["h", "b"], keys_only())],
        "GlobalSecondaryIndexes": [
            index("all", &["a", "b"], json!({"ProjectionType": "ALL"})),
            index("keys", &["a"], keys_only()),
            index("some", &["a"], json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]})),
        ],
    });
    let other = json!({
        "TableName": "other", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": define(&["h"]),
        "KeySchema": schema(&["h"]),
    });
    let backend = SqlBackend::in_memory().unwrap();
    answer(&backend, &("CreateTable", main));
    answer(&backend, &("CreateTable", other));
    backend
}

fn answer(backend: &SqlBackend, (action, input): &Call) -> Value {
    let answer = backend.answer_json(action, input.to_string().as_bytes(), Moment::from_secs(1_800_000_000));
    let body = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 200, "{action} {input}: {body}");
    body
}

/// What was consumed as text: `main 5 (table 1, local 1, all 3)`, with `r` and `w` where reads and writes are told apart.
fn told(consumed: &Value) -> String {
    let units = |part: &Value| {
        let split = [("ReadCapacityUnits", "r"), ("WriteCapacityUnits", "w")];
        let split = split.iter().find(|(name, _)| part.get(*name).is_some());
        if let Some((name, _)) = split {
            assert_eq!(part[*name], part["CapacityUnits"]);
        }
        format!("{}{}", part["CapacityUnits"].as_f64().unwrap(), split.map_or("", |(_, letter)| letter))
    };
    match consumed {
        Value::Null => "nothing told".to_owned(),
        Value::Array(tables) => tables.iter().map(told).collect::<Vec<_>>().join("; "),
        _ => {
            let mut parts = Vec::new();
            if let Some(table) = consumed.get("Table") {
                parts.push(format!("table {}", units(table)));
            }
            for kind in ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"] {
                let indexes = consumed.get(kind).and_then(Value::as_object);
                parts.extend(
                    indexes.into_iter().flatten().map(|(name, part)| format!("{name} {}", units(part))),
                );
            }
            let table = consumed["TableName"].as_str().unwrap();
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            format!("{table} {}{parts}", units(consumed))
        }
    }
}

/// That each call, after those before it, costs what it is to cost.
fn check(cases: Vec<(Vec<Call>, Call, &str)>) {
    for (before, (action, mut input), expected) in cases {
        let backend = database();
        before.iter().for_each(|call| drop(answer(&backend, call)));
        if input.get("ReturnConsumedCapacity").is_none() {
            input["ReturnConsumedCapacity"] = "INDEXES".into();
        }
        let call = (action, input);
        assert_eq!(told(&answer(&backend, &call)["ConsumedCapacity"]), expected, "{call:?} after {before:?}");
    }
}

fn filling(bytes: usize) -> String {
    "y".repeat(bytes)
}

fn text(value: impl Into<String>) -> Value {
    json!({"S": value.into()})
}

fn number(value: i64) -> Value {
    json!({"N": value.to_string()})
}

fn key(range: i64) -> Value {
    json!({"h": text("k"), "r": number(range)})
}

/// An item of `main` with these attributes besides its key.
fn item(range: i64, attributes: &[(&str, Value)]) -> Value {
    let mut item = key(range);
    for (name, value) in attributes {
        item[*name] = value.clone();
    }
    item
}

fn put(item: Value) -> Call {
    ("PutItem", json!({"TableName": "main", "Item": item}))
}

/// An item that is in every index, with one more attribute.
fn indexed(name: &'static str, value: Value) -> Value {
    item(1, &[("a", text("p")), ("b", number(1)), (name, value)])
}

fn plain() -> Value {
    item(1, &[])
}

#[test]
fn puts_cost_the_larger_of_both_items_and_what_they_change_in_indexes() {
    let [p, q, b, c] = [text("p"), text("q"), number(1), number(2)];
    let in_all = |x: &str| indexed("x", text(x));
    check(vec![
        (vec![], put(plain()), "main 1 (table 1)"),
        (vec![], put(item(1, &[("z", text(filling(1024 - 6)))])), "main 1 (table 1)"),
        (vec![], put(item(1, &[("z", text(filling(1024 - 5)))])), "main 2 (table 2)"),
        (vec![], put(in_all("v")), "main 5 (table 1, local 1, all 1, keys 1, some 1)"),
        (vec![], put(in_all(&filling(1500))), "main 8 (table 2, local 1, all 2, keys 1, some 2)"),
        (vec![put(in_all("v"))], put(in_all("v")), "main 1 (table 1)"),
        (vec![put(in_all("v"))], put(in_all("w")), "main 3 (table 1, all 1, some 1)"),
        (vec![put(indexed("z", text("v")))], put(indexed("z", text("w"))), "main 2 (table 1, all 1)"),
        // Where the key of an index changes, it is deleted and put.
        (
            vec![put(in_all("v"))],
            put(item(1, &[("a", q.clone()), ("b", b.clone()), ("x", text("v"))])),
            "main 7 (table 1, all 2, keys 2, some 2)",
        ),
        (
            vec![put(in_all("v"))],
            put(item(1, &[("a", p.clone()), ("b", c), ("x", text("v"))])),
            "main 5 (table 1, local 2, all 2)",
        ),
        (
            vec![put(in_all(&filling(5000)))],
            put(item(1, &[("a", q), ("b", b.clone())])),
            "main 19 (table 5, all 6, keys 2, some 6)",
        ),
        // An item leaves an index, enters one, or is in some only.
        (
            vec![put(in_all("v"))],
            put(item(1, &[("b", b.clone()), ("x", text("v"))])),
            "main 4 (table 1, all 1, keys 1, some 1)",
        ),
        (vec![put(item(1, &[("b", b)]))], put(in_all("v")), "main 4 (table 1, all 1, keys 1, some 1)"),
        (vec![], put(item(1, &[("a", p.clone())])), "main 3 (table 1, keys 1, some 1)"),
        (
            vec![put(item(1, &[("a", p.clone()), ("z", text("v"))]))],
            put(item(1, &[("a", p), ("z", text("w"))])),
            "main 1 (table 1)",
        ),
        (vec![put(in_all(&filling(5000)))], put(in_all("v")), "main 15 (table 5, all 5, some 5)"),
        (vec![put(in_all("v"))], put(in_all(&filling(5000))), "main 15 (table 5, all 5, some 5)"),
    ]);
}

#[test]
fn deletes_and_updates_cost_as_puts_do() {
    let delete = || ("DeleteItem", json!({"TableName": "main", "Key": key(1)}));
    let update = |expression: &str, value: Option<Value>| {
        let mut input = json!({"TableName": "main", "Key": key(1), "UpdateExpression": expression});
        if let Some(value) = value {
            input["ExpressionAttributeValues"] = json!({":v": value});
        }
        ("UpdateItem", input)
    };
    let set = |name: &str, value: Value| update(&format!("SET {name} = :v"), Some(value));
    let in_all = || put(indexed("x", text("v")));
    let large = || put(item(1, &[("z", text(filling(3000)))]));
    check(vec![
        (vec![], delete(), "main 1 (table 1)"),
        (vec![large()], delete(), "main 3 (table 3)"),
        (
            vec![put(indexed("x", text(filling(1500))))],
            delete(),
            "main 8 (table 2, local 1, all 2, keys 1, some 2)",
        ),
        (vec![], set("z", text("v")), "main 1 (table 1)"),
        (vec![large()], set("y", text("v")), "main 3 (table 3)"),
        (vec![large()], update("REMOVE z", None), "main 3 (table 3)"),
        (vec![in_all()], set("x", text("v")), "main 1 (table 1)"),
        (vec![in_all()], set("x", text("w")), "main 3 (table 1, all 1, some 1)"),
        (vec![in_all()], set("z", text("w")), "main 2 (table 1, all 1)"),
        (vec![in_all()], set("a", text("q")), "main 7 (table 1, all 2, keys 2, some 2)"),
        (vec![in_all()], update("REMOVE a", None), "main 4 (table 1, all 1, keys 1, some 1)"),
        (vec![put(item(1, &[("b", number(1))]))], set("b", number(2)), "main 3 (table 1, local 2)"),
        (vec![], ("UpdateItem", json!({"TableName": "main", "Key": key(1)})), "main 1 (table 1)"),
    ]);
}

#[test]
fn gets_are_rounded_up_item_by_item() {
    let get = |members: Value| {
        let mut input = json!({"TableName": "main", "Key": key(1)});
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        ("GetItem", input)
    };
    let strong = || get(json!({"ConsistentRead": true}));
    let of_size = |bytes: usize| put(item(1, &[("z", text(filling(bytes - 6)))]));
    // Key and name of `n` are 6 and 1 bytes, and -12345 is 5: a sign, and two digits a byte.
    let with_number = |bytes: usize| put(item(1, &[("n", number(-12345)), ("z", text(filling(bytes - 12)))]));
    check(vec![
        (vec![], get(json!({})), "main 0.5 (table 0.5)"),
        (vec![], strong(), "main 1 (table 1)"),
        (vec![of_size(4096)], strong(), "main 1 (table 1)"),
        (vec![of_size(4097)], strong(), "main 2 (table 2)"),
        (vec![of_size(9000)], get(json!({})), "main 1.5 (table 1.5)"),
        (vec![of_size(9000)], get(json!({"ProjectionExpression": "h"})), "main 1.5 (table 1.5)"),
        (vec![with_number(4096)], strong(), "main 1 (table 1)"),
        (vec![with_number(4097)], strong(), "main 2 (table 2)"),
        (vec![], get(json!({"ReturnConsumedCapacity": "TOTAL"})), "main 0.5"),
        (vec![], get(json!({"ReturnConsumedCapacity": "NONE"})), "nothing told"),
        (
            vec![],
            (
                "PutItem",
                json!({"TableName": "main", "Item": indexed("x", text("v")),
            "ReturnConsumedCapacity": "TOTAL"}),
            ),
            "main 5",
        ),
    ]);
}

#[test]
fn queries_and_scans_round_the_sum_of_a_page_and_fetch_item_by_item() {
    let five = || -> Vec<Call> {
        let item = |range| item(range, &[("a", text("p")), ("b", number(range)), ("z", text(filling(2000)))]);
        (1..=5).map(|range| put(item(range))).collect()
    };
    let read = |action: &'static str, members: Value| {
        let mut input = json!({"TableName": "main"});
        if action == "Query" {
            let global = ["all", "keys", "some"].contains(&members["IndexName"].as_str().unwrap_or_default());
            let (condition, value) = if global { ("a = :v", "p") } else { ("h = :v", "k") };
            input["KeyConditionExpression"] = condition.into();
            input["ExpressionAttributeValues"] = json!({":v": text(value)});
        }
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        (action, input)
    };
    let query = |members: Value| read("Query", members);
    let scan = |members: Value| read("Scan", members);
    let all_of_local = || json!({"IndexName": "local", "Select": "ALL_ATTRIBUTES"});
    check(vec![
        (vec![], query(json!({})), "main 0.5 (table 0.5)"),
        (vec![], query(json!({"IndexName": "local"})), "main 0.5 (table 0, local 0.5)"),
        (vec![], query(json!({"IndexName": "all"})), "main 0.5 (table 0, all 0.5)"),
        (five(), query(json!({})), "main 1.5 (table 1.5)"),
        (five(), query(json!({"ConsistentRead": true})), "main 3 (table 3)"),
        (five(), query(json!({"Select": "COUNT"})), "main 1.5 (table 1.5)"),
        (five(), query(json!({"FilterExpression": "attribute_exists(nope)"})), "main 1.5 (table 1.5)"),
        (five(), query(json!({"ProjectionExpression": "h"})), "main 1.5 (table 1.5)"),
        (five(), query(json!({"Limit": 1})), "main 0.5 (table 0.5)"),
        (five(), query(json!({"IndexName": "local"})), "main 0.5 (table 0, local 0.5)"),
        (five(), query(json!({"IndexName": "local", "ConsistentRead": true})), "main 1 (table 0, local 1)"),
        (five(), query(json!({"IndexName": "local", "Select": "COUNT"})), "main 0.5 (table 0, local 0.5)"),
        (
            five(),
            query(json!({"IndexName": "local", "ProjectionExpression": "b"})),
            "main 0.5 (table 0, local 0.5)",
        ),
        (
            five(),
            query(json!({"IndexName": "local", "ProjectionExpression": "z"})),
            "main 3 (table 2.5, local 0.5)",
        ),
        (five(), query(all_of_local()), "main 3 (table 2.5, local 0.5)"),
        (
            five(),
            query(json!({"IndexName": "local", "Select": "ALL_ATTRIBUTES", "ConsistentRead": true})),
            "main 6 (table 5, local 1)",
        ),
        (
            five(),
            query(json!({"IndexName": "local", "Select": "ALL_ATTRIBUTES", "Limit": 2})),
            "main 1.5 (table 1, local 0.5)",
        ),
        (five(), query(json!({"IndexName": "all"})), "main 1.5 (table 0, all 1.5)"),
        (five(), query(json!({"IndexName": "all", "Select": "COUNT"})), "main 1.5 (table 0, all 1.5)"),
        (five(), query(json!({"IndexName": "keys"})), "main 0.5 (table 0, keys 0.5)"),
        (vec![], scan(json!({})), "main 0.5 (table 0.5)"),
        (vec![], scan(json!({"Segment": 1, "TotalSegments": 3})), "main 0.5 (table 0.5)"),
        (five(), scan(json!({})), "main 1.5 (table 1.5)"),
        (five(), scan(json!({"ConsistentRead": true})), "main 3 (table 3)"),
        (five(), scan(json!({"IndexName": "all"})), "main 1.5 (table 0, all 1.5)"),
        (five(), scan(json!({"IndexName": "local"})), "main 0.5 (table 0, local 0.5)"),
        (five(), scan(all_of_local()), "main 3 (table 2.5, local 0.5)"),
    ]);
}

#[test]
fn batches_tell_of_each_table_and_round_each_item() {
    let get = |tables: Value| ("BatchGetItem", json!({"RequestItems": tables}));
    let write = |tables: Value| ("BatchWriteItem", json!({"RequestItems": tables}));
    let put_request = |item: Value| json!({"PutRequest": {"Item": item}});
    let delete_request = || json!({"DeleteRequest": {"Key": key(1)}});
    let large = || put(item(2, &[("z", text(filling(5000)))]));
    let in_other = || json!({"h": text("k")});
    check(vec![
        (vec![], get(json!({"main": {"Keys": [key(1)]}})), "main 0.5 (table 0.5)"),
        (
            vec![put(plain()), large()],
            get(json!({"main": {"Keys": [key(1), key(2), key(3)]}})),
            "main 2 (table 2)",
        ),
        (
            vec![put(plain()), large()],
            get(json!({"main": {"Keys": [key(1), key(2), key(3)], "ConsistentRead": true}})),
            "main 4 (table 4)",
        ),
        (
            vec![put(plain())],
            get(json!({"other": {"Keys": [in_other()]}, "main": {"Keys": [key(1)]}})),
            "main 0.5 (table 0.5); other 0.5 (table 0.5)",
        ),
        (vec![], write(json!({"main": [delete_request()]})), "main 1 (table 1)"),
        (
            vec![],
            write(json!({"main": [put_request(indexed("x", text("v"))), put_request(item(2, &[]))]})),
            "main 6 (table 2, local 1, all 1, keys 1, some 1)",
        ),
        (
            vec![put(indexed("z", text(filling(3000))))],
            write(json!({"main": [delete_request()], "other": [put_request(in_other())]})),
            "main 9 (table 3, local 1, all 3, keys 1, some 1); other 1 (table 1)",
        ),
    ]);
}

#[test]
fn transactions_tell_reads_from_writes_and_double_the_tables_part() {
    let write = |items: Value| ("TransactWriteItems", json!({"TransactItems": items}));
    let get = |items: Value| ("TransactGetItems", json!({"TransactItems": items}));
    let put_in = |item: Value| json!({"Put": {"TableName": "main", "Item": item}});
    let check_of = |range| {
        json!({"ConditionCheck": {"TableName": "main", "Key": key(range),
        "ConditionExpression": "attribute_not_exists(nope)"}})
    };
    let delete = || json!({"Delete": {"TableName": "main", "Key": key(1)}});
    let move_index = || {
        json!({"Update": {"TableName": "main", "Key": key(1), "UpdateExpression": "SET a = :v",
        "ExpressionAttributeValues": {":v": text("q")}}})
    };
    let get_of = |range| json!({"Get": {"TableName": "main", "Key": key(range)}});
    let large = || put(item(1, &[("z", text(filling(5000)))]));
    let in_all = || indexed("x", text("v"));
    let under_token = || {
        let mut call = write(json!([put_in(indexed("z", text(filling(5000))))]));
        call.1["ClientRequestToken"] = "token".into();
        call
    };
    check(vec![
        (vec![], write(json!([put_in(plain())])), "main 2w (table 2w)"),
        (vec![], write(json!([put_in(in_all())])), "main 6w (table 2w, local 1w, all 1w, keys 1w, some 1w)"),
        (
            vec![],
            write(json!([put_in(indexed("x", text(filling(1500))))])),
            "main 10w (table 4w, local 1w, all 2w, keys 1w, some 2w)",
        ),
        (vec![], write(json!([check_of(1)])), "main 2w (table 2w)"),
        (vec![large()], write(json!([check_of(1)])), "main 10w (table 10w)"),
        (vec![put(plain())], write(json!([check_of(1), put_in(item(2, &[]))])), "main 4w (table 4w)"),
        (vec![], write(json!([delete()])), "main 2w (table 2w)"),
        (
            vec![put(in_all())],
            write(json!([delete()])),
            "main 6w (table 2w, local 1w, all 1w, keys 1w, some 1w)",
        ),
        (vec![put(in_all())], write(json!([move_index()])), "main 8w (table 2w, all 2w, keys 2w, some 2w)"),
        (
            vec![],
            write(json!([{"Put": {"TableName": "other", "Item": {"h": text("k")}}}, put_in(plain())])),
            "main 2w (table 2w); other 2w (table 2w)",
        ),
        // The same again under the same token reads what was written.
        (vec![under_token()], under_token(), "main 4r (table 4r)"),
        (vec![], get(json!([get_of(1)])), "main 2r (table 2r)"),
        (vec![large()], get(json!([get_of(1), get_of(2)])), "main 6r (table 6r)"),
    ]);
    let backend = database();
    let mut total = write(json!([put_in(in_all())]));
    total.1["ReturnConsumedCapacity"] = "TOTAL".into();
    assert_eq!(told(&answer(&backend, &total)["ConsumedCapacity"]), "main 6w");
}

#[test]
fn item_collections_are_told_of_where_items_of_a_table_with_local_indexes_are_written() {
    let told = |(action, mut input): Call| {
        let backend = database();
        input["ReturnItemCollectionMetrics"] = "SIZE".into();
        answer(&backend, &(action, input))["ItemCollectionMetrics"].clone()
    };
    let collection =
        |hash: &str| json!({"ItemCollectionKey": {"h": text(hash)}, "SizeEstimateRangeGB": [0.0, 1.0]});
    let of = |hash: &str, range| json!({"h": text(hash), "r": number(range)});
    assert_eq!(told(put(plain())), collection("k"));
    assert_eq!(told(("DeleteItem", json!({"TableName": "main", "Key": key(1)}))), collection("k"));
    assert_eq!(told(("UpdateItem", json!({"TableName": "main", "Key": key(1)}))), collection("k"));
    let in_other = json!({"TableName": "other", "Item": {"h": text("k")}});
    assert_eq!(told(("PutItem", in_other)), Value::Null);
    let requests: Vec<Value> =
        [of("k", 1), of("k", 2), of("l", 1)].map(|item| json!({"PutRequest": {"Item": item}})).to_vec();
    let batch =
        json!({"RequestItems": {"main": requests, "other": [{"PutRequest": {"Item": {"h": text("k")}}}]}});
    assert_eq!(told(("BatchWriteItem", batch)), json!({"main": [collection("k"), collection("l")]}));
    // A check changes nothing, and does not hide what another action changes.
    let check = |key: Value| {
        json!({"ConditionCheck": {"TableName": "main", "Key": key,
        "ConditionExpression": "attribute_not_exists(h)"}})
    };
    let transaction = json!({"TransactItems": [check(of("m", 1)), check(of("k", 9)),
        {"Put": {"TableName": "main", "Item": of("k", 1)}}]});
    assert_eq!(told(("TransactWriteItems", transaction)), json!({"main": [collection("k")]}));
}
