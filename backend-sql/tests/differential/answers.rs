//! Answers as they are compared: without what no two servers have in common, and sets in one order.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::peers::Answer;

/// An answer's comparable part: `{"error", "message", ..}`, or the members of the answer.
pub(crate) fn comparable(call: &Call, answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    sort_sets(&mut body);
    if answer.status != 200 {
        return error(answer.status, &body);
    }
    if let Value::Object(members) = &mut body {
        // Lists of tables have no order.
        if let Some(Value::Array(consumed)) = members.get_mut("ConsumedCapacity") {
            sort(consumed);
        }
        if let Some(Value::Object(responses)) = members.get_mut("Responses") {
            responses.values_mut().filter_map(Value::as_array_mut).for_each(|values| sort(values));
        }
        if let Some(Value::Object(metrics)) = members.get_mut("ItemCollectionMetrics")
            && call.action != "PutItem"
        {
            metrics.values_mut().filter_map(Value::as_array_mut).for_each(|values| sort(values));
        }
        // What is empty may as well be left out.
        members.retain(|_, value| *value != json!({}) && !value.is_null());
    }
    body
}

fn error(status: u16, body: &Value) -> Value {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = text("__type").unwrap_or_else(|| body.to_string());
    let kind = kind.rsplit('#').next().unwrap_or_default().to_owned();
    let message = text("message").or_else(|| text("Message")).unwrap_or_default();
    let mut error = Map::from_iter([
        ("status".to_owned(), status.into()),
        ("error".to_owned(), kind.into()),
        ("message".to_owned(), message.into()),
    ]);
    if let Some(Value::Array(reasons)) = body.get("CancellationReasons") {
        error.insert("reasons".to_owned(), reasons.clone().into());
    }
    if let Some(item) = body.get("Item") {
        error.insert("item".to_owned(), item.clone());
    }
    Value::Object(error)
}

/// Puts values into one order, whatever it is.
pub(crate) fn sort(values: &mut [Value]) {
    values.sort_by_cached_key(Value::to_string);
}

pub(crate) fn sort_sets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value {
                    Value::Array(set) if matches!(name.as_str(), "SS" | "NS" | "BS") => sort(set),
                    other => sort_sets(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(sort_sets),
        _ => {}
    }
}
