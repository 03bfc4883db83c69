//! What is known to differ, and why. Each entry names the row of `FIDELITY.md` that it stands for.

mod order;
mod words;

use serde_json::Value;

use super::call::Call;
use super::faults_of_answers::{Kind, kind};
use super::tables::Table;

/// An answer of ours beside one that differs.
pub(crate) struct Seen<'a> {
    pub(crate) table: &'a Table,
    pub(crate) call: &'a Call,
    pub(crate) ours: &'a Value,
    pub(crate) theirs: &'a Value,
}

/// A difference that is known.
pub(crate) struct Known {
    /// Who answers otherwise.
    pub(crate) peer: &'static str,
    /// The beginning of the row of `FIDELITY.md`.
    pub(crate) row: &'static str,
    pub(crate) is: fn(&Seen<'_>) -> bool,
}

const fn local(row: &'static str, is: fn(&Seen<'_>) -> bool) -> Known {
    Known { peer: "Local", row, is }
}

const fn dynoxide(row: &'static str, is: fn(&Seen<'_>) -> bool) -> Known {
    Known { peer: "dynoxide", row, is }
}

pub(crate) const KNOWN: [Known; 64] = [
    local("empty texts and bytes", is_empty_text),
    local("query that finds nothing", found_nothing),
    local("a missing item in BatchGetItem", found_less),
    local("... and what is projected is in the index", differs_in_fetching),
    local("capacity of writes to tables with indexes", differs_in_capacity_of_writes),
    local("capacity of a transaction that reads", differs_in_table_of_transaction),
    local("item collections, as they are told", lacks_metrics),
    local("numbers, as they come back", keeps_numbers_as_sent),
    local("the item that failed a condition", lacks_item),
    local("a query that reaches its limit with the last item", has_no_last_key),
    local("paths that are in each other's way", names_other_paths),
    local("projecting, out of a global index", projects_what_is_not_there),
    local("filter of a scan on what an index does not hold", filters_by_all),
    local("update that gives an index's key a wrong type", takes_wrong_index_key),
    local("update of a key, beside a condition that fails", evaluates_condition_first),
    local("an update in a transaction that does not fit its item", refuses_without_reasons),
    local("key in a transaction's update", updates_key_in_transaction),
    local("empty token", takes_empty_token),
    local("an update of nothing, under a condition", fails_inside),
    local("size of numbers", counts_more),
    local("size of numbers", ends_pages_elsewhere),
    local("operands of `IN`", counts_operands),
    local("keys in key conditions that are too long", finds_nothing_by_long_key),
    local("`if_not_exists` whose second operand is missing", looks_at_both_operands),
    local("`UPDATED_OLD`, `UPDATED_NEW` of a path in a list", returns_less_of_lists),
    local("start key that is the last one", starts_at_the_end),
    local("a token of a transaction that was refused", keeps_token),
    local("keys of indexes that are too long", keeps_long_index_keys),
    local("the words of messages", words::of_local),
    local("which of several faults is reported", order::of_local),
    dynoxide("messages on expressions", adds_prefix),
    dynoxide("messages on expressions", words_expressions_otherwise),
    dynoxide("comparing an attribute with itself", evaluates_what_is_refused),
    dynoxide("end of a page of 1 MB", ends_pages_before),
    dynoxide("functions of values", refuses_functions_of_values),
    dynoxide("paths that lead into keys", enters_keys),
    dynoxide("`UPDATED_OLD`, `UPDATED_NEW` of a path in a list", returns_less_of_lists),
    dynoxide("placeholders of an update without an expression", ignores_placeholders_of_update),
    dynoxide("an empty set in a value", keeps_empty_sets),
    local("a start key that is too long", takes_long_start_key),
    dynoxide("a start key that is too long", takes_long_start_key),
    dynoxide("paths that are in each other's way", names_other_paths),
    dynoxide("projecting in TransactGetItems", projects_otherwise_in_transaction),
    dynoxide("a local index that lacks what is projected", fetches_nothing),
    dynoxide("scan of a local index", bills_table_for_index),
    dynoxide("item collections, as they are told", lacks_metrics),
    dynoxide("`ALL_OLD` of an update that creates its item", returns_key_of_new_item),
    dynoxide("start key in a table without range keys", begins_again),
    dynoxide("projecting, out of a global index", projects_what_is_not_there),
    dynoxide("filter on what an index does not hold", filters_by_nothing),
    dynoxide("filter of a scan on what an index does not hold", filters_by_all),
    dynoxide("update that gives an index's key a wrong type", takes_wrong_index_key),
    dynoxide("update of a key, beside a condition that fails", evaluates_condition_first),
    dynoxide("key in a transaction's update", updates_key_in_transaction),
    dynoxide("placeholders in a transaction", ignores_placeholders),
    dynoxide("empty token", takes_empty_token),
    dynoxide("empty values of keys in key conditions", finds_nothing_by_empty_key),
    dynoxide("keys of indexes that are too long", keeps_long_index_keys),
    local("names that are none of an enumeration", ignores_names),
    local("a request without its table", refuses_otherwise_without_table),
    dynoxide("a request without its table", refuses_otherwise_without_table),
    dynoxide("a token of a transaction that was refused", keeps_token),
    dynoxide("the words of messages", words::of_dynoxide),
    dynoxide("which of several faults is reported", order::of_dynoxide),
];

/// The row that explains what was seen.
pub(crate) fn explained(peer: &str, seen: &Seen<'_>) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.peer == peer && (known.is)(seen)).map(|known| known.row)
}

fn message(answer: &Value) -> &str {
    answer["message"].as_str().unwrap_or_default()
}

fn is_error(answer: &Value) -> bool {
    answer.get("error").is_some()
}

/// The kinds of both faults, where both are one.
fn kinds(seen: &Seen<'_>) -> Option<(Kind, Kind)> {
    (is_error(seen.ours) && is_error(seen.theirs))
        .then(|| Some((kind(message(seen.ours))?, kind(message(seen.theirs))?)))
        .flatten()
}

/// Whether the answers are equal but for these members.
fn only(seen: &Seen<'_>, members: &[&str]) -> bool {
    let without = |answer: &Value| {
        let mut answer = answer.clone();
        normalize(&mut answer);
        if let Value::Object(all) = &mut answer {
            all.retain(|name, _| !members.contains(&name.as_str()));
        }
        answer
    };
    without(seen.ours) == without(seen.theirs)
}

fn is_empty_text(seen: &Seen<'_>) -> bool {
    let told = [
        "may not contain an empty string",
        "may not contain a null or empty",
        "empty string as a member",
        "empty binary",
    ];
    told.iter().any(|part| message(seen.theirs).contains(part))
}

/// Billed nothing for what is not there.
fn found_nothing(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan") && only(seen, &["consumed"]) && seen.ours["scanned"] == 0
}

fn found_less(seen: &Seen<'_>) -> bool {
    seen.call.action == "BatchGetItem" && only(seen, &["ConsumedCapacity"])
}

fn reads_local_index(seen: &Seen<'_>) -> bool {
    let name = seen.call.body["IndexName"].as_str();
    seen.table.indexes.iter().any(|index| !index.is_global && Some(index.name) == name)
}

fn reads_global_index(seen: &Seen<'_>) -> bool {
    let name = seen.call.body["IndexName"].as_str();
    seen.table.indexes.iter().any(|index| index.is_global && Some(index.name) == name)
}

/// Bills what is fetched for a local index by other rules.
fn differs_in_fetching(seen: &Seen<'_>) -> bool {
    reads_local_index(seen) && only(seen, &["consumed", "ConsumedCapacity"])
}

fn differs_in_capacity_of_writes(seen: &Seen<'_>) -> bool {
    let is_told_unasked = seen.ours.get("ConsumedCapacity").is_none();
    seen.call.writes()
        && !is_error(seen.ours)
        && (!seen.table.indexes.is_empty() || is_told_unasked)
        && only(seen, &["ConsumedCapacity"])
}

fn differs_in_table_of_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactGetItems" && only(seen, &["ConsumedCapacity"])
}

fn lacks_metrics(seen: &Seen<'_>) -> bool {
    seen.theirs.get("ItemCollectionMetrics").is_none()
        && only(seen, &["ItemCollectionMetrics", "ConsumedCapacity", "Attributes"])
        && (seen.ours.get("Attributes") == seen.theirs.get("Attributes") || keeps_numbers_as_sent(seen))
}

/// Whether all is equal when numbers are brought into one form; what is billed for nothing aside.
fn keeps_numbers_as_sent(seen: &Seen<'_>) -> bool {
    let (mut ours, mut theirs) = (seen.ours.clone(), seen.theirs.clone());
    for answer in [&mut ours, &mut theirs] {
        normalize(answer);
        if let Value::Object(members) = answer {
            for member in ["ConsumedCapacity", "consumed", "ItemCollectionMetrics"] {
                members.remove(member);
            }
        }
    }
    ours == theirs && seen.ours != seen.theirs
}

fn normalize(value: &mut Value) {
    let one_form = |text: &mut String| {
        if let Ok(number) = text.trim_start_matches('+').parse::<dynochemy_sql::dynochemy_core::Number>() {
            *text = number.to_string();
        }
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match (name.as_str(), &mut *value) {
                    ("N", Value::String(text)) => one_form(text),
                    ("NS", Value::Array(set)) => {
                        for text in set.iter_mut() {
                            if let Value::String(text) = text {
                                one_form(text);
                            }
                        }
                        super::answers::sort(set);
                    }
                    (_, other) => normalize(other),
                }
            }
        }
        Value::Array(values) => {
            values.iter_mut().for_each(normalize);
            if values.iter().all(Value::is_object) {
                super::answers::sort(values);
            }
        }
        _ => {}
    }
}

fn lacks_item(seen: &Seen<'_>) -> bool {
    seen.theirs.get("item").is_none() && only(seen, &["item"])
}

fn has_no_last_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query"
        && seen.call.body.get("Limit").is_some()
        && only(seen, &["consumed", "keys", "pages", "LastEvaluatedKey"])
}

/// Pages of other lengths, which hold the same items; the one behind a page counts as scanned there.
fn ends_pages_before(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan")
        && !is_error(seen.ours)
        && only(seen, &["pages", "keys", "consumed", "scanned"])
        && (seen.ours["items"].to_string().len() > 800_000 || seen.ours["scanned"] != seen.theirs["scanned"])
}

fn keeps_token(seen: &Seen<'_>) -> bool {
    seen.theirs["error"] == "IdempotentParameterMismatchException" && seen.call.action == "TransactWriteItems"
}

fn fails_inside(seen: &Seen<'_>) -> bool {
    seen.theirs["status"] == 500 && seen.call.body.get("UpdateExpression").is_none()
}

/// A page of 1 MB ends elsewhere.
fn ends_pages_elsewhere(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan") && only(seen, &["pages", "keys", "consumed"])
}

fn finds_nothing_by_long_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query" && !is_error(seen.theirs) && message(seen.ours).contains("Size of key")
}

fn counts_operands(seen: &Seen<'_>) -> bool {
    [seen.ours, seen.theirs].iter().all(|answer| message(answer).contains("IN operator is provided"))
}

fn counts_more(seen: &Seen<'_>) -> bool {
    !is_error(seen.ours) && kind(message(seen.theirs)) == Some(Kind::Size)
}

fn looks_at_both_operands(seen: &Seen<'_>) -> bool {
    seen.call.body.to_string().contains("if_not_exists(")
        && matches!(kind(message(seen.theirs)), Some(Kind::Update))
}

fn returns_less_of_lists(seen: &Seen<'_>) -> bool {
    seen.call.body["ReturnValues"].as_str().is_some_and(|returned| returned.starts_with("UPDATED"))
        && seen.call.body["UpdateExpression"].as_str().is_some_and(|update| update.contains(['[', '.']))
        && only(seen, &["Attributes", "ConsumedCapacity", "ItemCollectionMetrics"])
}

fn starts_at_the_end(seen: &Seen<'_>) -> bool {
    seen.ours["Count"] == 0 && message(seen.theirs).contains("does not match the range key predicate")
}

fn finds_nothing_by_empty_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query" && !is_error(seen.theirs) && kind(message(seen.ours)) == Some(Kind::KeyValue)
}

fn keeps_long_index_keys(seen: &Seen<'_>) -> bool {
    !is_error(seen.theirs)
        && ["Size of hashkey", "Aggregated size of all range keys"]
            .iter()
            .any(|part| message(seen.ours).contains(part))
}

/// Passes over `SOME`.
fn ignores_names(seen: &Seen<'_>) -> bool {
    message(seen.ours).contains("Value 'SOME' at '")
}

fn refuses_otherwise_without_table(seen: &Seen<'_>) -> bool {
    matches!(seen.ours["error"].as_str(), Some("ResourceNotFoundException" | "SerializationException"))
        && kind(message(seen.theirs)) == Some(Kind::Constraint)
        || seen.ours["error"] == "ResourceNotFoundException"
            && kind(message(seen.theirs)) == Some(Kind::Missing)
}

fn names_other_paths(seen: &Seen<'_>) -> bool {
    let clash = |answer: &Value| {
        ["overlap", "conflict"]
            .iter()
            .any(|what| message(answer).contains(&format!("Two document paths {what} with each other")))
    };
    clash(seen.ours) && clash(seen.theirs)
}

fn projects_what_is_not_there(seen: &Seen<'_>) -> bool {
    !is_error(seen.theirs)
        && reads_global_index(seen)
        && (message(seen.ours).contains("does not project [")
            || message(seen.ours).contains("Select type ALL_ATTRIBUTES"))
}

/// A scan that filters, or projects, by the whole item, as if the index held it.
fn filters_by_all(seen: &Seen<'_>) -> bool {
    seen.call.action == "Scan"
        && seen.call.body.get("IndexName").is_some()
        && seen.call.body.get("FilterExpression").is_some()
        && !is_error(seen.ours)
        && !is_error(seen.theirs)
        && only(seen, &["items", "count", "consumed"])
}

fn filters_by_nothing(seen: &Seen<'_>) -> bool {
    message(seen.ours).contains("does not project one or more filter attributes")
}

fn takes_wrong_index_key(seen: &Seen<'_>) -> bool {
    let about_index_keys =
        ["Type mismatch for Index Key", "update the secondary index key to unsupported type"];
    let told = |part: &str| {
        message(seen.ours).contains(part)
            || seen.ours["reasons"].as_array().is_some_and(|reasons| {
                reasons
                    .iter()
                    .any(|reason| reason["Message"].as_str().is_some_and(|message| message.contains(part)))
            })
    };
    seen.call.action.contains("Update") && about_index_keys.iter().any(|part| told(part))
        || seen.call.action == "TransactWriteItems" && about_index_keys.iter().any(|part| told(part))
}

fn evaluates_condition_first(seen: &Seen<'_>) -> bool {
    matches!(
        kinds(seen),
        Some((Kind::KeyUpdate | Kind::IndexKey | Kind::KeyPath, Kind::Condition | Kind::Update | Kind::Size))
    )
}

fn refuses_without_reasons(seen: &Seen<'_>) -> bool {
    seen.call.action.starts_with("Transact")
        && seen.ours.get("reasons").is_some()
        && matches!(
            kind(message(seen.theirs)),
            Some(
                Kind::Update
                    | Kind::Key
                    | Kind::KeyUpdate
                    | Kind::KeyPath
                    | Kind::Value
                    | Kind::Constraint
                    | Kind::Item
            )
        )
}

fn takes_empty_token(seen: &Seen<'_>) -> bool {
    seen.call.body["ClientRequestToken"] == ""
}

fn adds_prefix(seen: &Seen<'_>) -> bool {
    message(seen.theirs).strip_prefix("1 validation error detected: ") == Some(message(seen.ours))
}

/// Both refuse an expression.
fn words_expressions_otherwise(seen: &Seen<'_>) -> bool {
    kinds(seen) == Some((Kind::Expression, Kind::Expression))
}

/// Local is the one that tells whether expressions are refused rightly.
fn evaluates_what_is_refused(seen: &Seen<'_>) -> bool {
    kinds(seen).map_or(kind(message(seen.ours)), |(ours, _)| Some(ours)) == Some(Kind::Expression)
}

fn refuses_functions_of_values(seen: &Seen<'_>) -> bool {
    let message = message(seen.theirs);
    message.contains("Expression: Syntax error; token: \":v")
}

fn enters_keys(seen: &Seen<'_>) -> bool {
    message(seen.ours).starts_with("Key attributes must be scalars")
        || seen.ours["reasons"].to_string().contains("Key attributes must be scalars")
}

fn projects_otherwise_in_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactGetItems" && !is_error(seen.ours) && only(seen, &["Responses"])
}

fn fetches_nothing(seen: &Seen<'_>) -> bool {
    reads_local_index(seen) && !is_error(seen.ours) && only(seen, &["consumed", "items"])
}

fn bills_table_for_index(seen: &Seen<'_>) -> bool {
    seen.call.action == "Scan" && reads_local_index(seen) && only(seen, &["consumed"])
}

fn returns_key_of_new_item(seen: &Seen<'_>) -> bool {
    seen.call.action == "UpdateItem"
        && seen.call.body["ReturnValues"].as_str().is_some_and(|returned| returned.ends_with("_OLD"))
        && seen.ours.get("Attributes").is_none()
        && only(seen, &["Attributes"])
}

fn begins_again(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query"
        && seen.table.range.is_none()
        && !is_error(seen.ours)
        && (seen.call.body.get("ExclusiveStartKey").is_some() || seen.call.body.get("Limit").is_some())
}

fn updates_key_in_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactWriteItems" && seen.ours["reasons"].to_string().contains("part of the key")
}

fn ignores_placeholders_of_update(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "UpdateItem" | "DeleteItem" | "PutItem")
        && matches!(kind(message(seen.ours)), Some(Kind::Unused | Kind::Placeholders))
        && !is_error(seen.theirs)
}

fn keeps_empty_sets(seen: &Seen<'_>) -> bool {
    let message = message(seen.ours);
    !is_error(seen.theirs)
        && (message.contains("may not be empty") || message.contains("should not be empty"))
}

fn takes_long_start_key(seen: &Seen<'_>) -> bool {
    seen.call.body["ExclusiveStartKey"].to_string().contains("%x*")
        && message(seen.ours).contains("The provided starting key is invalid")
}

fn ignores_placeholders(seen: &Seen<'_>) -> bool {
    seen.call.action.starts_with("Transact") && kind(message(seen.ours)) == Some(Kind::Placeholders)
        || seen.call.action.starts_with("Transact") && kind(message(seen.ours)) == Some(Kind::Unused)
}

#[test]
fn what_is_known_stands_in_the_document() {
    let document = include_str!("../../FIDELITY.md");
    for Known { row, .. } in &KNOWN {
        assert!(document.contains(&format!("\n| {row}")), "no row of FIDELITY.md begins with `{row}`");
    }
}
