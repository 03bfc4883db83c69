//! What a request holds: names, values, expressions and their placeholders.

use serde_json::Value;

use super::super::faults_of_answers::{Kind, kind};
use super::{Seen, is_error, kinds, message};

pub(super) fn is_empty_text(seen: &Seen<'_>) -> bool {
    let told = [
        "may not contain an empty string",
        "may not contain a null or empty",
        "empty string as a member",
        "empty binary",
    ];
    told.iter().any(|part| message(seen.theirs).contains(part))
}

pub(super) fn counts_more(seen: &Seen<'_>) -> bool {
    !is_error(seen.ours) && kind(message(seen.theirs)) == Some(Kind::Size)
}

pub(super) fn keeps_empty_sets(seen: &Seen<'_>) -> bool {
    let message = message(seen.ours);
    !is_error(seen.theirs)
        && (message.contains("may not be empty") || message.contains("should not be empty"))
}

pub(super) fn counts_operands(seen: &Seen<'_>) -> bool {
    [seen.ours, seen.theirs].iter().all(|answer| message(answer).contains("IN operator is provided"))
}

pub(super) fn looks_at_both_operands(seen: &Seen<'_>) -> bool {
    seen.call.body.to_string().contains("if_not_exists(")
        && matches!(kind(message(seen.theirs)), Some(Kind::Update))
}

pub(super) fn adds_prefix(seen: &Seen<'_>) -> bool {
    message(seen.theirs).strip_prefix("1 validation error detected: ") == Some(message(seen.ours))
}

/// Both refuse an expression.
pub(super) fn words_expressions_otherwise(seen: &Seen<'_>) -> bool {
    kinds(seen) == Some((Kind::Expression, Kind::Expression))
}

/// Local is the one that tells whether expressions are refused rightly.
pub(super) fn evaluates_what_is_refused(seen: &Seen<'_>) -> bool {
    kinds(seen).map_or(kind(message(seen.ours)), |(ours, _)| Some(ours)) == Some(Kind::Expression)
}

pub(super) fn refuses_functions_of_values(seen: &Seen<'_>) -> bool {
    let message = message(seen.theirs);
    message.contains("Expression: Syntax error; token: \":v")
}

pub(super) fn enters_keys(seen: &Seen<'_>) -> bool {
    message(seen.ours).starts_with("Key attributes must be scalars")
        || seen.ours["reasons"].to_string().contains("Key attributes must be scalars")
}

pub(super) fn ignores_placeholders_of_update(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "UpdateItem" | "DeleteItem" | "PutItem")
        && matches!(kind(message(seen.ours)), Some(Kind::Unused | Kind::Placeholders))
        && !is_error(seen.theirs)
}

pub(super) fn ignores_placeholders(seen: &Seen<'_>) -> bool {
    seen.call.action.starts_with("Transact") && kind(message(seen.ours)) == Some(Kind::Placeholders)
        || seen.call.action.starts_with("Transact") && kind(message(seen.ours)) == Some(Kind::Unused)
}

pub(super) fn names_other_paths(seen: &Seen<'_>) -> bool {
    let clash = |answer: &Value| {
        ["overlap", "conflict"]
            .iter()
            .any(|what| message(answer).contains(&format!("Two document paths {what} with each other")))
    };
    clash(seen.ours) && clash(seen.theirs)
}

/// Passes over `SOME`.
pub(super) fn ignores_names(seen: &Seen<'_>) -> bool {
    message(seen.ours).contains("Value 'SOME' at '")
}

pub(super) fn refuses_otherwise_without_table(seen: &Seen<'_>) -> bool {
    matches!(seen.ours["error"].as_str(), Some("ResourceNotFoundException" | "SerializationException"))
        && kind(message(seen.theirs)) == Some(Kind::Constraint)
        || seen.ours["error"] == "ResourceNotFoundException"
            && kind(message(seen.theirs)) == Some(Kind::Missing)
}
