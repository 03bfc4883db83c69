//! PartiQL from whomever.

use std::cell::RefCell;

use dynochemy_core::{Item, Moment};
use dynochemy_sql::SqlBackend;
use dynochemy_sql::fuzzing::{Effect, statement};
use serde_json::{Value, json};

thread_local! {
    /// The table, made anew after each write.
    static FILLED: RefCell<Option<SqlBackend>> = const { RefCell::new(None) };
}

/// No statement makes the parser or the backend panic or fail. What a SELECT finds by keys, queries and pages is what
/// meets its condition, looked at item by item.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let effect = statement(text);
    let writes = matches!(effect, Ok(Effect::Writes));
    let backend = FILLED.take().unwrap_or_else(filled);
    match effect {
        Ok(Effect::SelectsAll(condition)) => {
            let wanted: Vec<Value> = items()
                .into_iter()
                .filter(|item| {
                    let item = Item::from_json(item.to_string()).expect("items are well-formed");
                    let attributes = item.attributes().expect("items are well-formed");
                    condition.as_ref().is_none_or(|condition| condition.matches(&attributes))
                })
                .collect();
            for limit in [None, Some(1), Some(2)] {
                let Some(mut found) = all_pages(&backend, text, limit) else { break };
                // One comes after the other, whatever the order.
                let mut wanted = wanted.clone();
                found.sort_by_cached_key(Value::to_string);
                wanted.sort_by_cached_key(Value::to_string);
                assert_eq!(found, wanted, "{text}");
            }
        }
        _ => {
            call(&backend, &json!({ "Statement": text }));
        }
    }
    for (action, body) in [
        ("BatchExecuteStatement", json!({ "Statements": [{ "Statement": text }] })),
        ("ExecuteTransaction", json!({ "TransactStatements": [{ "Statement": text }] })),
    ] {
        let answer = backend.answer_json(action, body.to_string().as_bytes(), Moment::EPOCH);
        assert!(matches!(answer.status, 200 | 400), "{text}: {:?}", answer.body);
    }
    FILLED.replace((!writes).then_some(backend));
}

/// What all pages of a SELECT find; `None` where it is refused.
fn all_pages(backend: &SqlBackend, text: &str, limit: Option<u32>) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut body = json!({ "Statement": text });
    if let Some(limit) = limit {
        body["Limit"] = limit.into();
    }
    loop {
        let mut answer = call(backend, &body)?;
        found.append(answer["Items"].as_array_mut().expect("a page has items"));
        match answer.get("NextToken") {
            Some(token) => body["NextToken"] = token.clone(),
            None => return Some(found),
        }
    }
}

fn call(backend: &SqlBackend, body: &Value) -> Option<Value> {
    let answer = backend.answer_json("ExecuteStatement", body.to_string().as_bytes(), Moment::EPOCH);
    assert!(matches!(answer.status, 200 | 400), "{body}: {:?}", answer.body);
    let told = serde_json::from_slice(&answer.body).expect("the backend answers JSON");
    (answer.status == 200).then_some(told)
}

/// Nine items under three hash keys, with attributes of all types.
fn items() -> Vec<Value> {
    let item = |hash: &str, range: usize| {
        json!({
            "h": { "S": hash },
            "r": { "N": range.to_string() },
            "n": { "N": (range * 3 % 4).to_string() },
            "s": { "S": format!("{hash}{range}") },
            "x": if range == 1 { json!({ "NULL": true }) } else { json!({ "BOOL": range == 0 }) },
            "m": { "M": { "l": { "L": [{ "N": "1" }, { "S": hash }] } } },
            "t": { "SS": ["a", hash.repeat(2)] },
        })
    };
    ["a", "b", "c"].into_iter().flat_map(|hash| (0..3).map(move |range| item(hash, range))).collect()
}

fn filled() -> SqlBackend {
    let backend = SqlBackend::in_memory().expect("SQLite has memory");
    let create = json!({
        "TableName": "tab",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            { "AttributeName": "h", "AttributeType": "S" },
            { "AttributeName": "r", "AttributeType": "N" },
            { "AttributeName": "n", "AttributeType": "N" },
        ],
        "KeySchema": [{ "AttributeName": "h", "KeyType": "HASH" }, { "AttributeName": "r", "KeyType": "RANGE" }],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by_n",
            "KeySchema": [{ "AttributeName": "n", "KeyType": "HASH" }],
            "Projection": { "ProjectionType": "ALL" },
        }],
    });
    let puts = items().into_iter().map(|item| ("PutItem", json!({ "TableName": "tab", "Item": item })));
    for (action, body) in std::iter::once(("CreateTable", create)).chain(puts) {
        let answer = backend.answer_json(action, body.to_string().as_bytes(), Moment::EPOCH);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    backend
}
