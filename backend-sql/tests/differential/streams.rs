//! The streams of both: what the changes of each item left behind, in their order.
//!
//! A record's size is left out, since Local counts numbers otherwise, and numbers are brought into one form, since Local
//! keeps some as they were sent. Records of different items have no order: a batch is carried out as each server likes.

use std::collections::BTreeMap;

use dynochemy_sql::dynochemy_core::Number;
use serde_json::{Value, json};

use super::answers::sort_sets;
use super::peers::{Answer, Peer};

/// A stream with more pages than this has no end.
const MAX_PAGES: usize = 100;

/// What a table that is created with a stream asks for.
pub(crate) fn specification() -> Value {
    json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" })
}

/// The records of a table's stream, by the items' keys.
pub(crate) fn records(peer: &mut dyn Peer, table: &str) -> Result<BTreeMap<String, Vec<Value>>, String> {
    let mut ask = |action: &str, body: Value| match peer.answer(action, &body.to_string()) {
        Answer { status: 200, body } => Ok(body),
        other => Err(format!("{action} {body}: {other:?}")),
    };
    let described = ask("DescribeTable", json!({ "TableName": table }))?;
    let arn = described["Table"]["LatestStreamArn"].clone();
    let stream = ask("DescribeStream", json!({ "StreamArn": arn }))?;
    let shards = stream["StreamDescription"]["Shards"].as_array().cloned().unwrap_or_default();
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for shard in shards {
        let begin =
            json!({ "StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON" });
        let mut next = ask("GetShardIterator", begin)?["ShardIterator"].clone();
        for _ in 0..MAX_PAGES {
            let mut page = ask("GetRecords", json!({ "ShardIterator": next }))?;
            let records = page["Records"].as_array_mut().map(std::mem::take).unwrap_or_default();
            next = page["NextShardIterator"].take();
            let is_last = records.is_empty() || next.is_null();
            for record in records {
                let record = comparable(record);
                all.entry(record["Keys"].to_string()).or_default().push(record);
            }
            if is_last {
                break;
            }
        }
    }
    Ok(all)
}

fn comparable(mut record: Value) -> Value {
    let mut told = json!({ "event": record["eventName"] });
    let change = &mut record["dynamodb"];
    for member in ["Keys", "NewImage", "OldImage"] {
        let mut image = change[member].take();
        one_form(&mut image);
        sort_sets(&mut image);
        told[member] = image;
    }
    told
}

/// Brings numbers into one form.
fn one_form(value: &mut Value) {
    let form = |text: &mut Value| {
        if let Some(Ok(number)) = text.as_str().map(str::parse::<Number>) {
            *text = number.to_string().into();
        }
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match (name.as_str(), value) {
                    ("N", text @ Value::String(_)) => form(text),
                    ("NS", Value::Array(set)) => set.iter_mut().for_each(form),
                    (_, other) => one_form(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(one_form),
        _ => {}
    }
}
