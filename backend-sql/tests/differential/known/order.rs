//! Of several faults, another one: which kinds of faults each server looks for before which others.
//!
//! Of the pairs, the first is what we report, and the second what the server does. That a call has both faults nobody
//! proves here; what has one only shows in the words of one kind.

use super::super::faults_of_answers::Kind::{self, *};
use super::{Seen, kinds, message};

/// Kinds that show in the call alone. Where we report one of them, either server may report any other kind; the lists
/// name only which of these four it may be.
const EARLY: [Kind; 4] = [Choice, Expression, Placeholders, Unused];

const LOCAL: [(Kind, &[Kind]); 21] = [
    (Cancelled, &[Duplicates, Expression, Key, KeyUpdate, Size, Update, Value, KeyValue]),
    (Choice, &[Unused]),
    (Condition, &[Size]),
    (Consistent, &[KeyCondition]),
    (Duplicates, &[IndexKey, Item, Value, Cancelled, Expression, Key, KeyUpdate, Update, KeyValue, Size]),
    (Expression, &[Choice, Unused]),
    (IndexKey, &[Condition, Constraint, Key, Update, Value]),
    (Item, &[Constraint, Key, Value, Size]),
    (Key, &[Constraint, KeyCondition, Missing, Size, Value, KeyValue]),
    (KeyCondition, &[Consistent, KeyValue, Missing, Value]),
    (KeyPath, &[Constraint, Missing]),
    (KeyUpdate, &[Condition]),
    (KeyValue, &[Duplicates, Cancelled, Constraint, Key, Missing, Start, Update, KeyUpdate, KeyCondition]),
    (Many, &[Duplicates, Value]),
    (Missing, &[Constraint, Key, Size, Update]),
    (Placeholders, &[Choice, Expression, Unused]),
    (Size, &[Constraint, Missing, Update]),
    (Start, &[Key, KeyCondition, Start, KeyValue]),
    (Unused, &[Choice]),
    (Update, &[Expression, Value]),
    (Value, &[Consistent, Constraint, Key, KeyValue, Missing, Placeholders, Size, Update, Cancelled]),
];

const DYNOXIDE: [(Kind, &[Kind]); 20] = [
    (Cancelled, &[Constraint, Duplicates, Expression, IndexKey, KeyValue, Token]),
    (Choice, &[Unused]),
    (Condition, &[Expression, Size]),
    (Duplicates, &[Cancelled, Expression, IndexKey, Key, KeyValue, Missing, Constraint, Placeholders]),
    (Expression, &[Choice, Placeholders, Unused]),
    (Filter, &[Projection]),
    (IndexKey, &[Condition, Constraint, Update, Value]),
    (Item, &[Constraint, Key, Value]),
    (Key, &[Constraint, IndexKey, Missing, Size, Start, Value, KeyValue]),
    (KeyCondition, &[Choice, Consistent, Missing, Start]),
    (KeyUpdate, &[Condition]),
    (
        KeyValue,
        &[
            Cancelled,
            Constraint,
            Duplicates,
            Filter,
            IndexKey,
            Missing,
            Start,
            Token,
            Value,
            Condition,
            Projection,
            KeyCondition,
            Size,
        ],
    ),
    (Many, &[Constraint]),
    (Missing, &[Consistent, Constraint, Expression, IndexKey, Key, KeyValue, Size, Value]),
    (Placeholders, &[Choice, Expression, Unused]),
    (Size, &[Constraint, IndexKey]),
    (Start, &[IndexKey, Projection]),
    (Unused, &[Choice, Expression]),
    (Update, &[Expression, Size]),
    (
        Value,
        &[
            Choice,
            Condition,
            Constraint,
            Expression,
            IndexKey,
            Key,
            KeyCondition,
            Missing,
            Placeholders,
            Size,
            Update,
            Value,
            Consistent,
            Start,
        ],
    ),
];

const CONSTRAINT: &str = "failed to satisfy constraint";

pub(super) fn of_local(seen: &Seen<'_>) -> bool {
    listed(&LOCAL, seen) || other_sentence(seen)
}

pub(super) fn of_dynoxide(seen: &Seen<'_>) -> bool {
    listed(&DYNOXIDE, seen) || other_sentence(seen)
}

fn listed(pairs: &[(Kind, &[Kind])], seen: &Seen<'_>) -> bool {
    kinds(seen).is_some_and(|(ours, theirs)| {
        // Nothing comes before the constraints of members.
        ours == Constraint && (theirs != Constraint || !message(seen.theirs).contains(CONSTRAINT))
            || EARLY.contains(&ours) && !EARLY.contains(&theirs) && theirs != Json
            || pairs.iter().any(|(one, others)| *one == ours && others.contains(&theirs))
    })
}

/// Two faults of expressions, of an update that does not fit its item, of keys that are asked for, or of a
/// filter on two keys.
fn other_sentence(seen: &Seen<'_>) -> bool {
    let sentence = |text: &str| text.split([';', ':']).nth(1).unwrap_or_default().to_owned();
    match kinds(seen) {
        Some((Expression, Expression)) => {
            let (ours, theirs) = (sentence(message(seen.ours)), sentence(message(seen.theirs)));
            ours != theirs || ours.contains("Incorrect operand type")
        }
        Some(
            (Update, Update) | (Placeholders, Placeholders) | (Filter, Filter) | (KeyCondition, KeyCondition),
        ) => true,
        _ => false,
    }
}
