//! What dynoxide is known to answer otherwise, by the rows of "Decided" in `FIDELITY.md`.

use serde_json::Value;

use super::super::call::Call;

/// The row that explains a difference.
pub(super) fn explained(call: &Call, ours: &Value, theirs: &Value) -> Option<&'static str> {
    let text = call.body["Statement"].as_str().unwrap_or_default();
    let (own, other) = (message(ours), message(theirs));
    let same = |part: &str| ours.get(part) == theirs.get(part);
    let has_several = text.contains(" IN [") || text.contains(" OR ");
    if call.action == "ExecuteStatement" && has_several && ours.get("items").is_some() && same("items") {
        return Some("a SELECT of several hash keys");
    }
    if other == "NextToken does not match request" {
        return Some("a page that ends within a filter");
    }
    if softened(ours) == softened(theirs) {
        return Some("the words of messages");
    }
    if own.starts_with("Overlapping conditions") && has_several {
        return Some("a SELECT of several hash keys");
    }
    let is_paged = call.body["Limit"] == 1 && same("items");
    if call.action == "ExecuteStatement" && is_paged && ours.get("items").is_some() {
        return Some("a SELECT of a whole key, under a limit of 1");
    }
    if text.contains("RETURNING MODIFIED") && text.contains("[0]") && same("consumed") {
        return Some("`UPDATED_OLD`, `UPDATED_NEW` of a path in a list");
    }
    let twice = "an item that a batch or transaction names twice, once in a statement that is wrong";
    if call.action == "ExecuteTransaction" {
        if other == "Transaction request cannot include multiple operations on one item" {
            return Some(twice);
        }
        let deletes = call.body.to_string().contains("DELETE FROM");
        if deletes && own.starts_with("Transaction cancelled") && other.starts_with("Transaction cancelled") {
            return Some("... UPDATE and DELETE of no item");
        }
    }
    if call.action == "BatchExecuteStatement" {
        if other == "Provided list of item keys contains duplicates" && ours.get("Responses").is_some() {
            return Some(twice);
        }
        let has_failed =
            ours["Responses"].as_array().is_some_and(|all| all.iter().any(|one| one.get("Error").is_some()));
        if has_failed && softened(&ours["Responses"]) == softened(&theirs["Responses"]) {
            return Some("what failed statements of a batch took");
        }
    }
    None
}

/// An answer without what messages show of values, and of which of several indexes or paths.
fn softened(answer: &Value) -> Value {
    const PREFIXES: [&str; 3] = [
        "The BETWEEN operator requires",
        "One or more parameter values were invalid: Type mismatch for Index Key",
        "Two document paths overlap with each other",
    ];
    match answer {
        Value::String(text) => {
            PREFIXES.into_iter().find(|prefix| text.starts_with(prefix)).unwrap_or(text).into()
        }
        Value::Array(values) => values.iter().map(softened).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), softened(value))).collect()
        }
        other => other.clone(),
    }
}

fn message(answer: &Value) -> &str {
    answer.get("message").and_then(Value::as_str).unwrap_or_default()
}
