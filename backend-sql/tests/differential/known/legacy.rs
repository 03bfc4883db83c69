//! Members from before there were expressions.

use super::super::faults_of_answers::{Kind, kind};
use super::{Seen, is_error, message};

/// Local spells types of updates as `STRING`.
pub(super) fn spells_types(seen: &Seen<'_>) -> bool {
    let (ours, theirs) = (message(seen.ours), message(seen.theirs));
    let sentence = |text: &str| text.rsplit_once(" type ").map(|(sentence, _)| sentence.to_owned());
    ours.contains("is not supported for the type") && sentence(ours) == sentence(theirs)
}

pub(super) fn words_operators_otherwise(seen: &Seen<'_>) -> bool {
    let words =
        ["Query key condition not supported", "Only scalar types can be used", "Unsupported KeyConditions"];
    message(seen.ours).starts_with("Attempted conditional constraint")
        && words.iter().any(|words| message(seen.theirs).starts_with(words))
}

pub(super) fn refuses_key_conditions(seen: &Seen<'_>) -> bool {
    message(seen.theirs).contains("Can not use both") && message(seen.theirs).contains("KeyConditions}")
}

/// Only dynoxide's filters look at what operators take, and not at all of it.
pub(super) fn takes_any_values(seen: &Seen<'_>) -> bool {
    kind(message(seen.ours)) == Some(Kind::Legacy)
        && (!is_error(seen.theirs) || kind(message(seen.theirs)) == Some(Kind::Condition))
}

pub(super) fn lacks_what_is_missing(seen: &Seen<'_>) -> bool {
    seen.call.body.to_string().contains("\"NOT_CONTAINS\"")
        && (!is_error(seen.ours) || kind(message(seen.ours)) == Some(Kind::Condition))
}

/// Both refuse the call, and one of them for such a member.
pub(super) fn reports_another(seen: &Seen<'_>) -> bool {
    let kinds = [kind(message(seen.ours)), kind(message(seen.theirs))];
    let is_update = seen.call.body.get("AttributeUpdates").is_some();
    is_error(seen.ours)
        && is_error(seen.theirs)
        && (kinds.contains(&Some(Kind::Legacy))
            || is_update && kinds == [Some(Kind::KeyUpdate), Some(Kind::Key)])
}

pub(super) fn takes_names_twice(seen: &Seen<'_>) -> bool {
    message(seen.ours).contains("Duplicate value in attribute name") && !is_error(seen.theirs)
}

pub(super) fn wants_a_list(seen: &Seen<'_>) -> bool {
    message(seen.theirs).contains("must be used with ComparisonOperator: IN")
}
