//! A call as it goes over the wire: an action and its JSON, in which expressions stand as text.
//!
//! Generators write expressions with names between `‹›` and values between `⟦⟧`; [`fill`] puts placeholders in their
//! place, as a client would.

use serde_json::{Map, Value, json};

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) action: &'static str,
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn new(action: &'static str, body: Value) -> Self {
        Self { action, body }
    }

    /// Whether it may change items.
    pub(crate) fn writes(&self) -> bool {
        matches!(
            self.action,
            "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
        )
    }

    /// The body's text: tokens belong to one run, and what is written as `%x*1000%` is a thousand letters.
    pub(crate) fn text(&self, run: &str) -> String {
        let mut text = self.body.to_string().replace("%run%", run);
        while let Some(at) = text.find("%x*") {
            let end = at + 3 + text[at + 3..].find('%').expect("the mark ends");
            let count: usize = text[at + 3..end].parse().expect("the mark holds a number");
            text.replace_range(at..=end, &"x".repeat(count));
        }
        text
    }
}

const EXPRESSIONS: [&str; 5] = [
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
];

/// Names that are reserved words.
pub(crate) const RESERVED: [&str; 2] = ["name", "value"];

/// Replaces the marked names and values of a request's expressions by placeholders. Names that may stand as they are
/// get one where the next bit of `style` is set.
pub(crate) fn fill(body: &mut Value, mut style: u64) {
    let members = body.as_object_mut().expect("a request is an object");
    let mut names = Map::new();
    let mut values = Map::new();
    for expression in EXPRESSIONS {
        let Some(Value::String(text)) = members.get_mut(expression) else { continue };
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['‹', '⟦']) {
            filled.push_str(&rest[..at]);
            let is_name = rest[at..].starts_with('‹');
            let (open, close) = if is_name { ('‹', '›') } else { ('⟦', '⟧') };
            let begin = at + open.len_utf8();
            let end = begin + rest[begin..].find(close).expect("a mark ends");
            let marked = &rest[begin..end];
            rest = &rest[end + close.len_utf8()..];
            if is_name {
                let placed = RESERVED.contains(&marked) || style & 1 == 1;
                style = style.rotate_right(1);
                if placed {
                    let placeholder = format!("#{marked}");
                    filled.push_str(&placeholder);
                    names.insert(placeholder, marked.into());
                } else {
                    filled.push_str(marked);
                }
            } else {
                let value: Value = serde_json::from_str(marked).expect("a marked value is JSON");
                let known = values.iter().find(|(_, known)| **known == value).map(|(name, _)| name.clone());
                let placeholder = known.unwrap_or_else(|| format!(":v{}", values.len()));
                filled.push_str(&placeholder);
                values.insert(placeholder, value);
            }
        }
        filled.push_str(rest);
        *text = filled;
    }
    if !names.is_empty() {
        members.insert("ExpressionAttributeNames".to_owned(), Value::Object(names));
    }
    if !values.is_empty() {
        members.insert("ExpressionAttributeValues".to_owned(), Value::Object(values));
    }
}

/// A marked name.
pub(crate) fn name(name: &str) -> String {
    format!("‹{name}›")
}

/// A marked value.
pub(crate) fn value(value: &Value) -> String {
    format!("⟦{value}⟧")
}

/// Puts a member into an object, where there is one to put.
pub(crate) fn with(mut body: Value, member: &str, value: Option<impl Into<Value>>) -> Value {
    if let Some(value) = value {
        body[member] = value.into();
    }
    body
}

#[test]
fn marked_names_and_values_become_placeholders() {
    let mut body = json!({ "ConditionExpression": "‹a› = ⟦{\"S\":\"x\"}⟧ OR ‹name› = ⟦{\"S\":\"x\"}⟧" });
    fill(&mut body, 0);
    assert_eq!(
        body,
        json!({
            "ConditionExpression": "a = :v0 OR #name = :v0",
            "ExpressionAttributeNames": { "#name": "name" },
            "ExpressionAttributeValues": { ":v0": { "S": "x" } }
        })
    );
}
