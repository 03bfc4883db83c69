//! Expression text from whomever.

use bytes::Bytes;
use dynochemy_core::api::{QueryInput, ScanInput, UpdateItemInput};
use dynochemy_core::expression::{Condition, UpdateAction, UpdateExpression};
use dynochemy_core::http::write_body;
use dynochemy_core::{AttributeValue, Attributes, Request};
use dynochemy_sql::fuzzing::Placeholders;
use serde_json::Value;

/// No text makes the parser panic. What it takes is written by the codec as text that is read as the same value.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let placeholders = placeholders();
    if let Ok(condition) = placeholders.condition(text)
        && !is_constant(&condition)
    {
        let filter_expression = Some(condition.clone());
        let body = body(ScanInput { filter_expression, ..ScanInput::default() }.into());
        if let Some((placeholders, text)) = written(&body, "FilterExpression") {
            assert_eq!(placeholders.condition(text).as_ref(), Ok(&condition), "{text}");
        }
    }
    if let Ok(update) = placeholders.update(text) {
        let update_expression = update.clone();
        let body = body(UpdateItemInput { update_expression, ..UpdateItemInput::default() }.into());
        if let Some((placeholders, text)) = written(&body, "UpdateExpression") {
            assert_eq!(placeholders.update(text).map(by_kind), Ok(by_kind(update)), "{text}");
        }
    }
    if let Ok(condition) = placeholders.key_condition(text) {
        let key_condition_expression = condition.clone();
        let body = body(QueryInput { key_condition_expression, ..QueryInput::default() }.into());
        if let Some((placeholders, text)) = written(&body, "KeyConditionExpression") {
            assert_eq!(placeholders.key_condition(text), Ok(condition), "{text}");
        }
    }
    if let Ok(paths) = placeholders.projection(text) {
        let projection_expression = paths.clone();
        let body = body(ScanInput { projection_expression, ..ScanInput::default() }.into());
        if let Some((placeholders, text)) = written(&body, "ProjectionExpression") {
            assert_eq!(placeholders.projection(text), Ok(paths), "{text}");
        }
    }
}

/// Names and values of all kinds.
fn placeholders() -> Placeholders {
    let names = [("#a", "a"), ("#b", "b c.d[0]"), ("#n", "name"), ("#1", "1")];
    let values = [
        (":s", "text".into()),
        (":t", "S".into()),
        (":n", 5.into()),
        (":f", true.into()),
        (":b", AttributeValue::B(Bytes::from_static(b"\x00\xff"))),
        (":l", AttributeValue::L(vec![1.into()])),
        (":m", Attributes::from([("x".to_owned(), AttributeValue::Null(true))]).into()),
        (":z", AttributeValue::NumberSet([1.into(), 2.into()].into())),
    ];
    Placeholders::new(
        names.map(|(key, name)| (key.to_owned(), name.to_owned())).into(),
        values.map(|(key, value)| (key.to_owned(), value)).into(),
    )
    .expect("they are placeholders")
}

/// Whether a part of a condition does not look at the item, of which the codec writes another form.
fn is_constant(condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.is_empty() || parts.iter().any(is_constant),
        Condition::Not(part) => is_constant(part),
        _ => false,
    }
}

/// The codec joins actions of one kind.
fn by_kind(mut update: UpdateExpression) -> UpdateExpression {
    update.actions.sort_by_key(|action| match action {
        UpdateAction::Set(..) => 0,
        UpdateAction::Remove(_) => 1,
        UpdateAction::Add(..) => 2,
        UpdateAction::Delete(..) => 3,
    });
    update
}

fn body(request: Request) -> Value {
    serde_json::from_slice(&write_body(&request)).expect("the codec writes JSON")
}

/// An expression as the codec writes it, with what its placeholders stand for; `None` where it is longer than allowed,
/// as each use of a value has a placeholder of its own.
fn written<'a>(body: &'a Value, member: &str) -> Option<(Placeholders, &'a str)> {
    let text = body[member].as_str().expect("the expression is written");
    let mut names = Vec::new();
    for (key, name) in body["ExpressionAttributeNames"].as_object().into_iter().flatten() {
        names.push((key.clone(), name.as_str().expect("a name is text").to_owned()));
    }
    let mut values = Vec::new();
    for (key, value) in body["ExpressionAttributeValues"].as_object().into_iter().flatten() {
        let value = serde_json::from_value(value.clone()).expect("the codec writes attribute values");
        values.push((key.clone(), value));
    }
    let placeholders = Placeholders::new(names, values).expect("the codec writes placeholders");
    (text.len() <= 4096).then_some((placeholders, text))
}
