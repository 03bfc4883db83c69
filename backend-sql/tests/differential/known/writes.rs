//! Writes: what they refuse and when, what they return and cost, and transactions.

use super::super::faults_of_answers::{Kind, kind};
use super::{Seen, is_error, keeps_numbers_as_sent, kinds, message, only};

pub(super) fn differs_in_capacity_of_writes(seen: &Seen<'_>) -> bool {
    let is_told_unasked = seen.ours.get("ConsumedCapacity").is_none();
    seen.call.writes()
        && !is_error(seen.ours)
        && (!seen.table.indexes.is_empty() || is_told_unasked)
        && only(seen, &["ConsumedCapacity"])
}

pub(super) fn lacks_metrics(seen: &Seen<'_>) -> bool {
    seen.theirs.get("ItemCollectionMetrics").is_none()
        && only(seen, &["ItemCollectionMetrics", "ConsumedCapacity", "Attributes"])
        && (seen.ours.get("Attributes") == seen.theirs.get("Attributes") || keeps_numbers_as_sent(seen))
}

pub(super) fn lacks_item(seen: &Seen<'_>) -> bool {
    seen.theirs.get("item").is_none() && only(seen, &["item"])
}

pub(super) fn fails_inside(seen: &Seen<'_>) -> bool {
    seen.theirs["status"] == 500 && seen.call.body.get("UpdateExpression").is_none()
}

pub(super) fn returns_less_of_lists(seen: &Seen<'_>) -> bool {
    seen.call.body["ReturnValues"].as_str().is_some_and(|returned| returned.starts_with("UPDATED"))
        && seen.call.body["UpdateExpression"].as_str().is_some_and(|update| update.contains(['[', '.']))
        && only(seen, &["Attributes", "ConsumedCapacity", "ItemCollectionMetrics"])
}

pub(super) fn returns_key_of_new_item(seen: &Seen<'_>) -> bool {
    seen.call.action == "UpdateItem"
        && seen.call.body["ReturnValues"].as_str().is_some_and(|returned| returned.ends_with("_OLD"))
        && seen.ours.get("Attributes").is_none()
        && only(seen, &["Attributes"])
}

pub(super) fn keeps_long_index_keys(seen: &Seen<'_>) -> bool {
    !is_error(seen.theirs)
        && ["Size of hashkey", "Aggregated size of all range keys"].iter().any(|part| told(seen, part))
}

/// Whether our message, or one of our reasons, says so.
fn told(seen: &Seen<'_>, part: &str) -> bool {
    let reasons = seen.ours["reasons"].as_array().into_iter().flatten();
    let mut messages = reasons.filter_map(|reason| reason["Message"].as_str());
    message(seen.ours).contains(part) || messages.any(|message| message.contains(part))
}

pub(super) fn takes_wrong_index_key(seen: &Seen<'_>) -> bool {
    let about_index_keys =
        ["Type mismatch for Index Key", "update the secondary index key to unsupported type"];
    (seen.call.action.contains("Update") || seen.call.action == "TransactWriteItems")
        && about_index_keys.iter().any(|part| told(seen, part))
}

pub(super) fn evaluates_condition_first(seen: &Seen<'_>) -> bool {
    matches!(
        kinds(seen),
        Some((Kind::KeyUpdate | Kind::IndexKey | Kind::KeyPath, Kind::Condition | Kind::Update | Kind::Size))
    )
}

pub(super) fn refuses_without_reasons(seen: &Seen<'_>) -> bool {
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

pub(super) fn updates_key_in_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactWriteItems" && seen.ours["reasons"].to_string().contains("part of the key")
}

pub(super) fn takes_empty_token(seen: &Seen<'_>) -> bool {
    seen.call.body["ClientRequestToken"] == ""
}

pub(super) fn keeps_token(seen: &Seen<'_>) -> bool {
    seen.theirs["error"] == "IdempotentParameterMismatchException" && seen.call.action == "TransactWriteItems"
}
