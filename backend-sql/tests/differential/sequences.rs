//! Sequences of calls on a table of few keys.

mod legacy;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::call::{Call, fill, with};
use super::expressions::{condition, key_condition_of, path, projection, update};
use super::faults::fault;
use super::items::{item, key, of};
use super::tables::{OTHER, TABLE, Table, table};

/// A table and what is done to it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) table: Table,
    pub(crate) calls: Vec<Call>,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    table().prop_flat_map(|table| {
        let calls = prop::collection::vec(call(&table), 1..85);
        let large = prop::option::weighted(0.06, large_items(&table));
        (large, calls).prop_map(move |(large, calls)| Case {
            table: table.clone(),
            calls: large.into_iter().chain(calls).collect(),
        })
    })
}

/// A write of more than 1 MB under one hash key, so that pages end before their limit.
fn large_items(table: &Table) -> BoxedStrategy<Call> {
    let keys = prop::collection::vec(key(table), 8..20);
    (keys, 330_000..390_000u32)
        .prop_map(|(mut keys, size)| {
            let hash = keys[0]["h"].clone();
            keys.retain(|key| key["h"] == hash);
            keys.sort_by_cached_key(Value::to_string);
            keys.dedup();
            let puts: Vec<Value> = keys
                .into_iter()
                .map(|mut item| {
                    item["s"] = json!({ "S": format!("%x*{size}%") });
                    json!({ "PutRequest": { "Item": item } })
                })
                .collect();
            Call::new("BatchWriteItem", json!({ "RequestItems": { TABLE: puts } }))
        })
        .boxed()
}

/// A call, now and then with a fault or two.
fn call(table: &Table) -> BoxedStrategy<Call> {
    let call = prop_oneof![
        6 => put(table),
        9 => update_item(table),
        2 => delete(table),
        2 => get(table),
        6 => query(table),
        3 => scan(table),
        2 => batch_get(table),
        3 => batch_write(table),
        4 => transact_write(table),
        2 => transact_get(table),
        9 => legacy::legacy(table),
    ];
    let faults = prop_oneof![
        20 => Just(vec![]).boxed(),
        3 => prop::collection::vec(fault(), 1).boxed(),
        1 => prop::collection::vec(fault(), 2).boxed(),
    ];
    (call, faults)
        .prop_map(|(mut call, faults)| {
            faults.iter().for_each(|fault| fault.apply(&mut call));
            call
        })
        .boxed()
}

/// What calls on items have in common.
fn told() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let capacity = prop_oneof![
        1 => Just(None),
        1 => Just(Some("NONE")),
        3 => Just(Some("TOTAL")),
        6 => Just(Some("INDEXES")),
    ];
    capacity
        .prop_map(|capacity| {
            capacity.into_iter().map(|capacity| ("ReturnConsumedCapacity", capacity.into())).collect()
        })
        .boxed()
}

fn told_of_write() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    (told(), prop::option::weighted(0.3, prop::sample::select(vec!["SIZE", "SIZE", "NONE"])))
        .prop_map(|(mut told, metrics)| {
            told.extend(metrics.map(|metrics| ("ReturnItemCollectionMetrics", metrics.into())));
            told
        })
        .boxed()
}

fn finished(action: &'static str, mut body: Value, told: Vec<(&'static str, Value)>, style: u64) -> Call {
    for (member, value) in told {
        body[member] = value;
    }
    fill(&mut body, style);
    Call::new(action, body)
}

fn maybe(strategy: BoxedStrategy<String>, probability: f64) -> BoxedStrategy<Option<String>> {
    prop::option::weighted(probability, strategy).boxed()
}

fn on_failure() -> BoxedStrategy<Option<&'static str>> {
    prop::option::weighted(0.4, prop::sample::select(vec!["ALL_OLD", "ALL_OLD", "NONE"])).boxed()
}

const ON_FAILURE: &str = "ReturnValuesOnConditionCheckFailure";

fn put(table: &Table) -> BoxedStrategy<Call> {
    let old = prop::option::of(prop::sample::select(vec!["ALL_OLD", "ALL_OLD", "NONE"]));
    (item(table), maybe(condition(), 0.35), old, on_failure(), told_of_write(), any::<u64>())
        .prop_map(|(item, condition, old, on_failure, told, style)| {
            let body = json!({ "TableName": TABLE, "Item": item });
            let body = with(body, "ConditionExpression", condition);
            let body = with(with(body, "ReturnValues", old), ON_FAILURE, on_failure);
            finished("PutItem", body, told, style)
        })
        .boxed()
}

fn update_item(table: &Table) -> BoxedStrategy<Call> {
    let values = vec!["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "ALL_NEW", "UPDATED_NEW"];
    let returned = prop::option::weighted(0.8, prop::sample::select(values));
    let parts = (key(table), maybe(update(), 0.97), maybe(condition(), 0.3), returned, on_failure());
    (parts, told_of_write(), any::<u64>())
        .prop_map(|((key, update, condition, returned, on_failure), told, style)| {
            let body = json!({ "TableName": TABLE, "Key": key });
            let body = with(with(body, "UpdateExpression", update), "ConditionExpression", condition);
            let body = with(with(body, "ReturnValues", returned), ON_FAILURE, on_failure);
            finished("UpdateItem", body, told, style)
        })
        .boxed()
}

fn delete(table: &Table) -> BoxedStrategy<Call> {
    let old = prop::option::of(prop::sample::select(vec!["ALL_OLD", "ALL_OLD", "NONE"]));
    (key(table), maybe(condition(), 0.5), old, on_failure(), told_of_write(), any::<u64>())
        .prop_map(|(key, condition, old, on_failure, told, style)| {
            let body = json!({ "TableName": TABLE, "Key": key });
            let body = with(body, "ConditionExpression", condition);
            let body = with(with(body, "ReturnValues", old), ON_FAILURE, on_failure);
            finished("DeleteItem", body, told, style)
        })
        .boxed()
}

fn consistent() -> BoxedStrategy<Option<bool>> {
    prop::option::of(any::<bool>()).boxed()
}

fn get(table: &Table) -> BoxedStrategy<Call> {
    (key(table), maybe(projection(), 0.6), consistent(), told(), any::<u64>())
        .prop_map(|(key, projection, consistent, told, style)| {
            let body = json!({ "TableName": TABLE, "Key": key });
            let body = with(body, "ProjectionExpression", projection);
            finished("GetItem", with(body, "ConsistentRead", consistent), told, style)
        })
        .boxed()
}

fn select() -> BoxedStrategy<Option<&'static str>> {
    let all = vec!["COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"];
    prop::option::weighted(0.25, prop::sample::select(all)).boxed()
}

/// An index by its place, or the table.
fn source(table: &Table) -> BoxedStrategy<Option<usize>> {
    match table.indexes.len() {
        0 => Just(None).boxed(),
        count => prop::option::weighted(0.7, 0..count).boxed(),
    }
}

/// A filter that an index of keys alone passes too, or any.
fn filter() -> BoxedStrategy<String> {
    let held = prop::sample::select(vec!["n", "m"]).prop_flat_map(|held| {
        of(held).prop_map(move |value| format!("‹{held}› <> {}", super::call::value(&value)))
    });
    prop_oneof![1 => held, 2 => condition()].boxed()
}

fn start(table: &Table, index: Option<usize>) -> BoxedStrategy<Option<Value>> {
    let key = key(table);
    let parts: Vec<_> = match index {
        None => Vec::new(),
        Some(index) => {
            let index = &table.indexes[index];
            std::iter::once(index.hash)
                .chain(index.range)
                .filter(|part| part.0 != "h" && part.0 != "r")
                .collect()
        }
    };
    let more: Vec<BoxedStrategy<(String, Value)>> = parts
        .into_iter()
        .map(|part| of(part.0).prop_map(move |value| (part.0.to_owned(), value)).boxed())
        .collect();
    let whole = (key, more).prop_map(|(key, more)| {
        let mut all = key.as_object().expect("a key is an object").clone();
        all.extend(more);
        Value::Object(all)
    });
    prop::option::weighted(0.15, whole).boxed()
}

fn query(table: &Table) -> BoxedStrategy<Call> {
    let table = table.clone();
    source(&table)
        .prop_flat_map(move |index| {
            let name = index.map(|index| table.indexes[index].name);
            let what = (
                key_condition_of(&table, index),
                maybe(filter(), 0.3),
                maybe(projection(), 0.2),
                select(),
                start(&table, index),
            );
            let how = (
                prop::option::weighted(0.3, 1..4u32),
                prop::option::weighted(0.2, any::<bool>()),
                prop::option::weighted(0.4, any::<bool>()),
            );
            (what, how, told(), any::<u64>()).prop_map(
                move |(what, (limit, consistent, forward), told, style)| {
                    let (keys, filter, projection, select, start) = what;
                    let body = json!({ "TableName": TABLE, "KeyConditionExpression": keys });
                    let body = with(with(body, "IndexName", name), "FilterExpression", filter);
                    let body = with(with(body, "ProjectionExpression", projection), "Select", select);
                    let body = with(with(body, "ExclusiveStartKey", start), "Limit", limit);
                    let body = with(with(body, "ConsistentRead", consistent), "ScanIndexForward", forward);
                    finished("Query", body, told, style)
                },
            )
        })
        .boxed()
}

fn scan(table: &Table) -> BoxedStrategy<Call> {
    let table = table.clone();
    source(&table)
        .prop_flat_map(move |index| {
            let name = index.map(|index| table.indexes[index].name);
            let what = (maybe(filter(), 0.4), maybe(projection(), 0.2), select(), start(&table, index));
            let how = (
                prop::option::weighted(0.3, 1..4u32),
                prop::option::weighted(0.2, any::<bool>()),
                prop::option::weighted(0.2, 1..4u32),
            );
            (what, how, told(), any::<u64>()).prop_map(
                move |(what, (limit, consistent, segments), told, style)| {
                    let (filter, projection, select, start) = what;
                    let body = json!({ "TableName": TABLE });
                    let body = with(with(body, "IndexName", name), "FilterExpression", filter);
                    let body = with(with(body, "ProjectionExpression", projection), "Select", select);
                    let body = with(
                        with(body, "ExclusiveStartKey", start.filter(|_| segments.is_none())),
                        "Limit",
                        limit,
                    );
                    let body = with(with(body, "ConsistentRead", consistent), "TotalSegments", segments);
                    finished("Scan", with(body, "Segment", segments.map(|_| 0)), told, style)
                },
            )
        })
        .boxed()
}

/// Mostly different ones, since equal ones are refused.
fn keys(table: &Table) -> BoxedStrategy<Vec<Value>> {
    (prop::collection::vec(key(table), 1..5), prop::bool::weighted(0.1))
        .prop_map(|(keys, keeps_equal)| {
            let mut different: Vec<Value> = Vec::new();
            for key in keys {
                if keeps_equal || !different.contains(&key) {
                    different.push(key);
                }
            }
            different
        })
        .boxed()
}

fn batch_get(table: &Table) -> BoxedStrategy<Call> {
    let part = |table: &Table| {
        (keys(table), maybe(projection(), 0.3), consistent(), any::<u64>()).prop_map(
            |(keys, projection, consistent, style)| {
                let mut part = with(json!({ "Keys": keys }), "ConsistentRead", consistent);
                part = with(part, "ProjectionExpression", projection);
                fill(&mut part, style);
                part
            },
        )
    };
    (part(table), prop::option::weighted(0.3, part(&Table::other())), told())
        .prop_map(|(part, other, told)| {
            let mut parts = Map::from_iter([(TABLE.to_owned(), part)]);
            parts.extend(other.map(|other| (OTHER.to_owned(), other)));
            finished("BatchGetItem", json!({ "RequestItems": parts }), told, 0)
        })
        .boxed()
}

fn batch_write(table: &Table) -> BoxedStrategy<Call> {
    let part = |table: &Table| {
        let keys = key(table).prop_map(|key| (key.clone(), json!({ "DeleteRequest": { "Key": key } })));
        let names: Vec<&'static str> = table.key().map(|part| part.0).collect();
        let puts = item(table).prop_map(move |item| {
            let key: Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect();
            (Value::Object(key), json!({ "PutRequest": { "Item": item } }))
        });
        let write = prop_oneof![3 => puts, 2 => keys];
        (prop::collection::vec(write, 1..6), prop::bool::weighted(0.1)).prop_map(|(writes, keeps_equal)| {
            let mut seen: Vec<Value> = Vec::new();
            let mut different = Vec::new();
            for (key, write) in writes {
                if keeps_equal || !seen.contains(&key) {
                    seen.push(key);
                    different.push(write);
                }
            }
            different
        })
    };
    (part(table), prop::option::weighted(0.3, part(&Table::other())), told_of_write())
        .prop_map(|(part, other, told)| {
            let mut parts = Map::from_iter([(TABLE.to_owned(), Value::from(part))]);
            parts.extend(other.map(|other| (OTHER.to_owned(), other.into())));
            finished("BatchWriteItem", json!({ "RequestItems": parts }), told, 0)
        })
        .boxed()
}

fn transact_write(table: &Table) -> BoxedStrategy<Call> {
    let names: Vec<&'static str> = table.key().map(|part| part.0).collect();
    let keyed = move |item: &Value| -> Value {
        names.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect()
    };
    // Conditions that hold often, so that some transactions are applied.
    let mild = || {
        let some =
            path().prop_map(|path| format!("attribute_not_exists({path}) OR attribute_exists({path})"));
        prop_oneof![3 => some, 1 => condition()].boxed()
    };
    let action = prop_oneof![
        3 => (item(table), maybe(mild(), 0.4), on_failure(), any::<u64>()).prop_map(
            move |(item, condition, on_failure, style)| {
                let key = keyed(&item);
                let body = with(json!({ "TableName": TABLE, "Item": item }), "ConditionExpression", condition);
                let mut body = with(body, ON_FAILURE, on_failure);
                fill(&mut body, style);
                (key, json!({ "Put": body }))
            }
        ),
        3 => (key(table), update(), maybe(mild(), 0.4), on_failure(), any::<u64>()).prop_map(
            |(key, update, condition, on_failure, style)| {
                let body = json!({ "TableName": TABLE, "Key": key, "UpdateExpression": update });
                let body = with(body, "ConditionExpression", condition);
                let mut body = with(body, ON_FAILURE, on_failure);
                fill(&mut body, style);
                (key, json!({ "Update": body }))
            }
        ),
        2 => (key(table), maybe(mild(), 0.4), on_failure(), any::<u64>()).prop_map(
            |(key, condition, on_failure, style)| {
                let body = with(json!({ "TableName": TABLE, "Key": key }), "ConditionExpression", condition);
                let mut body = with(body, ON_FAILURE, on_failure);
                fill(&mut body, style);
                (key, json!({ "Delete": body }))
            }
        ),
        2 => (key(table), mild(), on_failure(), any::<u64>()).prop_map(|(key, condition, on_failure, style)| {
            let body = json!({ "TableName": TABLE, "Key": key, "ConditionExpression": condition });
            let mut body = with(body, ON_FAILURE, on_failure);
            fill(&mut body, style);
            (key, json!({ "ConditionCheck": body }))
        }),
    ];
    let token = prop::option::weighted(0.3, prop::sample::select(vec!["%run%-one", "%run%-two"]));
    let actions = (prop::collection::vec(action, 1..5), prop::bool::weighted(0.05));
    (actions, token, told_of_write())
        .prop_map(|((actions, keeps_equal), token, told)| {
            let mut seen: Vec<Value> = Vec::new();
            let mut different = Vec::new();
            for (key, action) in actions {
                if keeps_equal || !seen.contains(&key) {
                    seen.push(key);
                    different.push(action);
                }
            }
            let body = with(json!({ "TransactItems": different }), "ClientRequestToken", token);
            finished("TransactWriteItems", body, told, 0)
        })
        .boxed()
}

fn transact_get(table: &Table) -> BoxedStrategy<Call> {
    let other = key(&Table::other()).prop_map(|key| (OTHER, key));
    let place = prop_oneof![4 => key(table).prop_map(|key| (TABLE, key)), 1 => other];
    let read =
        (place, maybe(projection(), 0.3), any::<u64>()).prop_map(|((table, key), projection, style)| {
            let mut body =
                with(json!({ "TableName": table, "Key": key }), "ProjectionExpression", projection);
            fill(&mut body, style);
            json!({ "Get": body })
        });
    (prop::collection::vec(read, 1..5), told())
        .prop_map(|(reads, told)| {
            let mut different: Vec<Value> = Vec::new();
            for read in reads {
                let is_same = |other: &Value| {
                    other["Get"]["Key"] == read["Get"]["Key"]
                        && other["Get"]["TableName"] == read["Get"]["TableName"]
                };
                if different.len() > 3 || !different.iter().any(is_same) {
                    different.push(read);
                }
            }
            finished("TransactGetItems", json!({ "TransactItems": different }), told, 0)
        })
        .boxed()
}
