//! Of several faults, another one: which kinds of faults each server looks for before which others.
//!
//! Of the pairs, the first is what we report, and the second what the server does. That a call has both faults nobody
//! proves here; what has one only shows in the words of one kind.

use super::super::faults_of_answers::Kind::{self, *};
use super::{Seen, kinds, message};

const LOCAL: [(Kind, &[Kind]); 23] = [
    (Cancelled, &[Expression, Key, KeyUpdate, Update, Value]),
    (Choice, &[Consistent, Constraint, Filter, Key, KeyCondition, Missing, Start]),
    (Condition, &[Size]),
    (Consistent, &[KeyCondition]),
    (
        Constraint,
        &[
            Choice,
            Condition,
            Consistent,
            Expression,
            Filter,
            Key,
            KeyCondition,
            KeyUpdate,
            KeyValue,
            Many,
            Missing,
            Placeholders,
            Size,
            Start,
            Unused,
            Update,
            Value,
        ],
    ),
    (Duplicates, &[Cancelled, Expression, Key, Update]),
    (
        Expression,
        &[
            Cancelled, Consistent, Constraint, Duplicates, IndexKey, Key, KeyUpdate, KeyValue, Missing, Size,
            Update, Value,
        ],
    ),
    (IndexKey, &[Condition, Constraint, Key, Update, Value]),
    (Item, &[Constraint, Key, Value]),
    (Json, &[Choice, Consistent, Constraint, Expression, Missing]),
    (Key, &[Constraint, KeyCondition, Missing, Size]),
    (KeyCondition, &[Consistent, Missing, Value]),
    (KeyPath, &[Constraint]),
    (KeyUpdate, &[Condition]),
    (KeyValue, &[Cancelled, Constraint, Key, Missing, Update]),
    (Many, &[Value]),
    (Missing, &[Constraint, Key, Size, Update]),
    (
        Placeholders,
        &[Cancelled, Consistent, Constraint, Duplicates, Key, KeyValue, Missing, Size, Update, Value],
    ),
    (Size, &[Constraint, Missing, Update]),
    (Start, &[Key, KeyCondition]),
    (Unused, &[Cancelled, Consistent, Constraint, IndexKey, Key, Missing, Size, Update, Value]),
    (Update, &[Expression, Value]),
    (Value, &[Consistent, Constraint, Key, KeyValue, Missing, Placeholders, Size, Update]),
];

const DYNOXIDE: [(Kind, &[Kind]); 21] = [
    (Cancelled, &[Constraint, Duplicates, Expression, IndexKey, KeyValue, Token]),
    (Choice, &[Constraint]),
    (Condition, &[Expression]),
    (Constraint, &[Key, Missing, Size, Value]),
    (
        Expression,
        &[
            Cancelled,
            Choice,
            Condition,
            Consistent,
            Constraint,
            Duplicates,
            Filter,
            IndexKey,
            Key,
            KeyCondition,
            KeyUpdate,
            KeyValue,
            Missing,
            Placeholders,
            Size,
            Start,
            Unused,
            Update,
            Value,
        ],
    ),
    (Filter, &[Projection]),
    (IndexKey, &[Condition, Constraint, Update, Value]),
    (Item, &[Constraint, Key, Value]),
    (Json, &[Constraint, Value]),
    (Key, &[Constraint, IndexKey, Missing, Size, Start]),
    (KeyCondition, &[Choice, Consistent, Missing, Start]),
    (KeyUpdate, &[Condition]),
    (KeyValue, &[Cancelled, Constraint, Duplicates, Filter, Missing, Start, Token, Value]),
    (Many, &[Constraint]),
    (Missing, &[Consistent, Constraint, Key, Size, Value]),
    (
        Placeholders,
        &[
            Cancelled,
            Choice,
            Condition,
            Consistent,
            Constraint,
            Duplicates,
            Expression,
            Key,
            KeyCondition,
            Missing,
            Projection,
            Size,
            Start,
            Unused,
            Value,
        ],
    ),
    (Size, &[Constraint]),
    (Start, &[IndexKey, Projection]),
    (
        Unused,
        &[
            Choice,
            Condition,
            Consistent,
            Constraint,
            Expression,
            Filter,
            Key,
            KeyCondition,
            Missing,
            Projection,
            Size,
            Start,
        ],
    ),
    (Update, &[Size]),
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
        ],
    ),
];

pub(super) fn of_local(seen: &Seen<'_>) -> bool {
    listed(&LOCAL, seen) || other_sentence(seen)
}

pub(super) fn of_dynoxide(seen: &Seen<'_>) -> bool {
    listed(&DYNOXIDE, seen) || other_sentence(seen)
}

fn listed(pairs: &[(Kind, &[Kind])], seen: &Seen<'_>) -> bool {
    kinds(seen).is_some_and(|(ours, theirs)| {
        pairs.iter().any(|(one, others)| *one == ours && others.contains(&theirs))
    })
}

/// Two faults of expressions, or of an update that does not fit its item.
fn other_sentence(seen: &Seen<'_>) -> bool {
    let sentence = |text: &str| text.split([';', ':']).nth(1).unwrap_or_default().to_owned();
    match kinds(seen) {
        Some((Expression, Expression)) => {
            let (ours, theirs) = (sentence(message(seen.ours)), sentence(message(seen.theirs)));
            ours != theirs || ours.contains("Incorrect operand type")
        }
        Some((Update, Update)) => true,
        _ => false,
    }
}
