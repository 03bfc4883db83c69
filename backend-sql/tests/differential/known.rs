//! What is known to differ, and why. Each entry names the row of `FIDELITY.md` that it stands for.

mod legacy;
mod order;
mod reads;
mod requests;
mod words;
mod writes;

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

pub(crate) const KNOWN: [Known; 74] = [
    dynoxide("`IN` with one `Value`", legacy::wants_a_list),
    local("an attribute twice in `AttributesToGet`", legacy::takes_names_twice),
    local("types in messages on `AttributeUpdates`", legacy::spells_types),
    local("operators of `KeyConditions` that keys do not have", legacy::words_operators_otherwise),
    dynoxide("operators of `KeyConditions` that keys do not have", legacy::words_operators_otherwise),
    dynoxide("`KeyConditions` beside other expressions", legacy::refuses_key_conditions),
    dynoxide("operators of `Expected` with values that they do not take", legacy::takes_any_values),
    dynoxide("`NOT_CONTAINS` of what is missing", legacy::lacks_what_is_missing),
    local("which of several faults is reported", legacy::reports_another),
    dynoxide("which of several faults is reported", legacy::reports_another),
    local("empty texts and bytes", requests::is_empty_text),
    local("query that finds nothing", reads::found_nothing),
    local("a missing item in BatchGetItem", reads::found_less),
    local("... and what is projected is in the index", reads::differs_in_fetching),
    local("capacity of writes to tables with indexes", writes::differs_in_capacity_of_writes),
    local("capacity of a transaction that reads", reads::differs_in_table_of_transaction),
    local("item collections, as they are told", writes::lacks_metrics),
    local("numbers, as they come back", keeps_numbers_as_sent),
    local("the item that failed a condition", writes::lacks_item),
    local("a query that reaches its limit with the last item", reads::has_no_last_key),
    local("paths that are in each other's way", requests::names_other_paths),
    local("projecting, out of a global index", reads::projects_what_is_not_there),
    local("filter of a scan on what an index does not hold", reads::filters_by_all),
    local("update that gives an index's key a wrong type", writes::takes_wrong_index_key),
    local("update of a key, beside a condition that fails", writes::evaluates_condition_first),
    local("an update in a transaction that does not fit its item", writes::refuses_without_reasons),
    local("key in a transaction's update", writes::updates_key_in_transaction),
    local("empty token", writes::takes_empty_token),
    local("an update of nothing, under a condition", writes::fails_inside),
    local("size of numbers", requests::counts_more),
    local("size of numbers", reads::ends_pages_elsewhere),
    local("operands of `IN`", requests::counts_operands),
    local("keys in key conditions that are too long", reads::finds_nothing_by_long_key),
    local("`if_not_exists` whose second operand is missing", requests::looks_at_both_operands),
    local("`UPDATED_OLD`, `UPDATED_NEW` of a path in a list", writes::returns_less_of_lists),
    local("start key that is the last one", reads::starts_at_the_end),
    local("a token of a transaction that was refused", writes::keeps_token),
    local("keys of indexes that are too long", writes::keeps_long_index_keys),
    local("the words of messages", words::of_local),
    local("which of several faults is reported", order::of_local),
    dynoxide("messages on expressions", requests::adds_prefix),
    dynoxide("messages on expressions", requests::words_expressions_otherwise),
    dynoxide("comparing an attribute with itself", requests::evaluates_what_is_refused),
    dynoxide("end of a page of 1 MB", reads::ends_pages_before),
    dynoxide("functions of values", requests::refuses_functions_of_values),
    dynoxide("paths that lead into keys", requests::enters_keys),
    dynoxide("`UPDATED_OLD`, `UPDATED_NEW` of a path in a list", writes::returns_less_of_lists),
    dynoxide("placeholders of an update without an expression", requests::ignores_placeholders_of_update),
    dynoxide("an empty set in a value", requests::keeps_empty_sets),
    local("a start key that is too long or empty", reads::takes_any_start_key),
    dynoxide("a start key that is too long or empty", reads::takes_any_start_key),
    dynoxide("paths that are in each other's way", requests::names_other_paths),
    dynoxide("projecting in TransactGetItems", reads::projects_otherwise_in_transaction),
    dynoxide("a local index that lacks what is projected", reads::fetches_nothing),
    dynoxide("scan of a local index", reads::bills_table_for_index),
    dynoxide("item collections, as they are told", writes::lacks_metrics),
    dynoxide("`ALL_OLD` of an update that creates its item", writes::returns_key_of_new_item),
    dynoxide("start key in a table without range keys", reads::begins_again),
    dynoxide("projecting, out of a global index", reads::projects_what_is_not_there),
    dynoxide("filter on what an index does not hold", reads::filters_by_nothing),
    dynoxide("filter of a scan on what an index does not hold", reads::filters_by_all),
    dynoxide("update that gives an index's key a wrong type", writes::takes_wrong_index_key),
    dynoxide("update of a key, beside a condition that fails", writes::evaluates_condition_first),
    dynoxide("key in a transaction's update", writes::updates_key_in_transaction),
    dynoxide("placeholders in a transaction", requests::ignores_placeholders),
    dynoxide("empty token", writes::takes_empty_token),
    dynoxide("empty values of keys in key conditions", reads::finds_nothing_by_empty_key),
    dynoxide("keys of indexes that are too long", writes::keeps_long_index_keys),
    local("names that are none of an enumeration", requests::ignores_names),
    local("a request without its table", requests::refuses_otherwise_without_table),
    dynoxide("a request without its table", requests::refuses_otherwise_without_table),
    dynoxide("a token of a transaction that was refused", writes::keeps_token),
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

#[test]
fn what_is_known_stands_in_the_document() {
    let document = include_str!("../../FIDELITY.md");
    for Known { row, .. } in &KNOWN {
        assert!(document.contains(&format!("\n| {row}")), "no row of FIDELITY.md begins with `{row}`");
    }
}
