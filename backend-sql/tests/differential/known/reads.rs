//! Reads: what they find, where their pages begin and end, what an index holds, what they cost.

use super::super::faults_of_answers::{Kind, kind};
use super::{Seen, is_error, message, only};

/// Billed nothing for what is not there.
pub(super) fn found_nothing(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan") && only(seen, &["consumed"]) && seen.ours["scanned"] == 0
}

pub(super) fn found_less(seen: &Seen<'_>) -> bool {
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
pub(super) fn differs_in_fetching(seen: &Seen<'_>) -> bool {
    reads_local_index(seen) && only(seen, &["consumed", "ConsumedCapacity"])
}

pub(super) fn differs_in_table_of_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactGetItems" && only(seen, &["ConsumedCapacity"])
}

pub(super) fn has_no_last_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query"
        && seen.call.body.get("Limit").is_some()
        && only(seen, &["consumed", "keys", "pages", "LastEvaluatedKey"])
}

/// Pages of other lengths, which hold the same items; the one behind a page counts as scanned there.
pub(super) fn ends_pages_before(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan")
        && !is_error(seen.ours)
        && only(seen, &["pages", "keys", "consumed", "scanned"])
        && (seen.ours["items"].to_string().len() > 800_000 || seen.ours["scanned"] != seen.theirs["scanned"])
}

/// A page of 1 MB ends elsewhere.
pub(super) fn ends_pages_elsewhere(seen: &Seen<'_>) -> bool {
    matches!(seen.call.action, "Query" | "Scan") && only(seen, &["pages", "keys", "consumed"])
}

pub(super) fn finds_nothing_by_long_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query" && !is_error(seen.theirs) && message(seen.ours).contains("Size of key")
}

pub(super) fn finds_nothing_by_empty_key(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query" && !is_error(seen.theirs) && kind(message(seen.ours)) == Some(Kind::KeyValue)
}

pub(super) fn starts_at_the_end(seen: &Seen<'_>) -> bool {
    !is_error(seen.ours) && message(seen.theirs).contains("does not match the range key predicate")
}

pub(super) fn takes_any_start_key(seen: &Seen<'_>) -> bool {
    let key = seen.call.body["ExclusiveStartKey"].to_string();
    (key.contains("%x*") || key.contains(r#"{"S":""}"#) || key.contains(r#"{"B":""}"#))
        && message(seen.ours).contains("The provided starting key is invalid")
}

pub(super) fn begins_again(seen: &Seen<'_>) -> bool {
    seen.call.action == "Query"
        && seen.table.range.is_none()
        && !is_error(seen.ours)
        && (seen.call.body.get("ExclusiveStartKey").is_some() || seen.call.body.get("Limit").is_some())
}

pub(super) fn projects_what_is_not_there(seen: &Seen<'_>) -> bool {
    !is_error(seen.theirs)
        && reads_global_index(seen)
        && (message(seen.ours).contains("does not project [")
            || message(seen.ours).contains("Select type ALL_ATTRIBUTES"))
}

pub(super) fn projects_otherwise_in_transaction(seen: &Seen<'_>) -> bool {
    seen.call.action == "TransactGetItems" && !is_error(seen.ours) && only(seen, &["Responses"])
}

/// A scan that filters, or projects, by the whole item, as if the index held it.
pub(super) fn filters_by_all(seen: &Seen<'_>) -> bool {
    seen.call.action == "Scan"
        && seen.call.body.get("IndexName").is_some()
        && ["FilterExpression", "ScanFilter"].iter().any(|filter| seen.call.body.get(*filter).is_some())
        && !is_error(seen.ours)
        && !is_error(seen.theirs)
        && only(seen, &["items", "count", "consumed"])
}

pub(super) fn filters_by_nothing(seen: &Seen<'_>) -> bool {
    message(seen.ours).contains("does not project one or more filter attributes")
}

pub(super) fn fetches_nothing(seen: &Seen<'_>) -> bool {
    reads_local_index(seen) && !is_error(seen.ours) && only(seen, &["consumed", "items"])
}

pub(super) fn bills_table_for_index(seen: &Seen<'_>) -> bool {
    seen.call.action == "Scan" && reads_local_index(seen) && only(seen, &["consumed"])
}
