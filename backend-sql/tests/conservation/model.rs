//! Which states of an item its operations' fates allow.

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_sql::operation::Settled;
use dynochemy_sql::*;

use crate::plans::{Kind, Manner, Part, Place, Planned, mark_of};

/// The numbers of an item, by their attributes; `None` where there is no item.
pub(crate) type State = Option<BTreeMap<String, i64>>;

/// Holds each item against the states that the fates of its operations allow. What was read fits in too, unless it may have
/// been `read_late`. What is applied at least once, on an item to which such a write came late, may have been applied again at
/// any time after it.
pub(crate) fn check(
    planned: &[Planned],
    outcome: &Outcome,
    read_late: bool,
    is_overwritten: &dyn Fn(&Part) -> bool,
    held: &dyn Fn(&Part) -> Option<Attributes>,
) {
    let mut items: BTreeMap<&Place, Vec<(usize, &Part)>> = BTreeMap::new();
    for (index, operation) in planned.iter().enumerate() {
        for part in operation.parts.iter().filter(|part| !part.is_taken_away()) {
            items.entry(&part.place).or_default().push((index, part));
        }
    }
    for (place, operations) in items {
        let mut possible: BTreeSet<State> = [None].into();
        let mut story = Vec::new();
        let mut again: Vec<(usize, &Part)> = Vec::new();
        for (index, part) in &operations {
            let mut fate = outcome.fate(*index as u32).unwrap();
            // It was refused for an item that has changed since, and an attempt before that one was still on its way.
            let under_token = matches!(planned[*index].manner, Manner::Once | Manner::Transaction);
            if under_token
                && matches!(fate, Fate::Refused { .. })
                && planned[*index].parts.iter().any(is_overwritten)
            {
                fate = Fate::Unknown;
            }
            story.push(format!("{index} {:?} {:?}: {fate}", part.kind, planned[*index].manner));
            let before = with_repeated(possible.clone(), &again);
            possible = before.clone();
            if planned[*index].manner == Manner::Plain && is_overwritten(part) {
                again.push((*index, part));
            }
            let after = |state: &State| apply(part, *index, state);
            possible = match &fate {
                Fate::Applied => possible.iter().filter_map(after).collect(),
                Fate::Unknown => {
                    let applied: Vec<State> = possible.iter().filter_map(after).collect();
                    possible.into_iter().chain(applied).collect()
                }
                // What failed on a condition failed on the item as it was.
                Fate::Refused { code } if code == "ConditionalCheckFailedException" => {
                    possible.into_iter().filter(|state| after(state).is_none()).collect()
                }
                Fate::Refused { .. } | Fate::NeverSent => possible,
            };
            if let Some(Ok(Settled::Item(item))) = outcome.result(*index as u32).filter(|_| !read_late) {
                let told = item.as_ref().map(|item| numbers(&item.attributes().unwrap()));
                assert!(before.contains(&told), "{place:?}: {told:?} was answered\n{}", story.join("\n"));
                // What was answered tells which of the states it was.
                possible = before.iter().filter(|state| **state == told).filter_map(after).collect();
            }
            assert!(!possible.is_empty(), "{place:?}: nothing allows that\n{}", story.join("\n"));
        }
        let possible = with_repeated(possible, &again);
        let held = held(operations[0].1).as_ref().map(numbers);
        assert!(
            possible.contains(&held),
            "{place:?} is {held:?}, and not one of {possible:?}\n{}",
            story.join("\n")
        );
    }
}

/// The states, and those after any of the writes that end the same when they are repeated.
fn with_repeated(mut states: BTreeSet<State>, again: &[(usize, &Part)]) -> BTreeSet<State> {
    loop {
        let repeatable =
            again.iter().filter(|(_, part)| matches!(part.kind, Kind::Put | Kind::Delete | Kind::Set));
        let more: BTreeSet<State> = repeatable
            .flat_map(|(index, part)| states.iter().filter_map(|state| apply(part, *index, state)))
            .collect();
        if more.is_subset(&states) {
            return states;
        }
        states.extend(more);
    }
}

/// Transactions are applied as a whole or not at all: their marks are on all their items that are only ever added to, or on
/// none.
pub(crate) fn check_transactions(
    planned: &[Planned],
    outcome: &Outcome,
    held: &dyn Fn(&Part) -> Option<Attributes>,
) {
    for (index, operation) in planned.iter().enumerate() {
        let marks: BTreeSet<bool> = operation
            .parts
            .iter()
            .filter(|part| part.kind == Kind::Add && part.is_only_added_to())
            .map(|part| held(part).is_some_and(|item| item.contains_key(&mark_of(index))))
            .collect();
        assert!(marks.len() < 2, "transaction {index} is half applied: {:?}", outcome.fate(index as u32));
    }
}

/// What others have taken away of sums, and what is left of them, is what was added: what is told to be applied once each, and
/// what is unknown once at most.
pub(crate) fn check_sums(
    planned: &[Planned],
    outcome: &Outcome,
    taken_away: &BTreeMap<Place, i64>,
    held: &dyn Fn(&Part) -> Option<Attributes>,
) {
    let mut sums: BTreeMap<&Place, (i64, i64, &Part, String)> = BTreeMap::new();
    for (index, operation) in planned.iter().enumerate() {
        for part in operation.parts.iter().filter(|part| part.is_taken_away()) {
            let fate = outcome.fate(index as u32).unwrap();
            let (applied, unknown, _, story) =
                sums.entry(&part.place).or_insert_with(|| (0, 0, part, String::new()));
            *story += &format!("\n{index} {:?}: {fate}", operation.manner);
            *applied += i64::from(fate == Fate::Applied);
            *unknown += i64::from(fate == Fate::Unknown);
        }
    }
    for (place, (applied, unknown, part, story)) in sums {
        let held = held(part).map_or(0, |item| number(&item["seen"]));
        let all = held + taken_away.get(place).copied().unwrap_or_default();
        assert!((applied..=applied + unknown).contains(&all), "{place:?}: {all} was added to it{story}");
    }
}

/// The view is what its definition makes of its source.
pub(crate) fn check_view(source: &[Attributes], target: &[Attributes]) {
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for visit in source {
        let sums = expected.entry(text(&visit["user"])).or_default();
        *sums = (sums.0 + 1, sums.1 + number(&visit["seen"]));
    }
    let held = |item: &Attributes| (number(&item["count"]), number(&item["seen"]));
    let mut held: BTreeMap<String, (i64, i64)> =
        target.iter().map(|item| (text(&item["user"]), held(item))).collect();
    held.retain(|_, sums| *sums != (0, 0));
    assert_eq!(held, expected, "the view is not what its source makes");
}

/// The item after an operation; `None` where its condition does not hold.
fn apply(part: &Part, index: usize, state: &State) -> Option<State> {
    let put = || Some([(part.value_attribute().to_owned(), index as i64)].into());
    let is_there = state.is_some();
    Some(match part.kind {
        Kind::Put => put(),
        Kind::PutIfAbsent if !is_there => put(),
        Kind::Delete => None,
        Kind::DeleteIfThere if is_there => None,
        Kind::Get => state.clone(),
        Kind::Set => changed(state, |item| {
            item.insert("mark".to_owned(), index as i64);
        }),
        Kind::SetIfThere if is_there => changed(state, |item| {
            item.insert("mark".to_owned(), index as i64);
        }),
        Kind::Add => changed(state, |item| {
            *item.entry(part.sum_attribute().to_owned()).or_default() += 1;
            if part.is_note() {
                *item.entry(mark_of(index)).or_default() += 1;
            }
        }),
        Kind::AddIfThere if is_there => {
            changed(state, |item| *item.entry(part.sum_attribute().to_owned()).or_default() += 1)
        }
        _ => return None,
    })
}

fn changed(state: &State, change: impl FnOnce(&mut BTreeMap<String, i64>)) -> State {
    let mut item = state.clone().unwrap_or_default();
    change(&mut item);
    Some(item)
}

/// The numbers of an item that are not of its key.
fn numbers(item: &Attributes) -> BTreeMap<String, i64> {
    let is_number = |value: &AttributeValue| matches!(value, AttributeValue::N(_));
    let of_item = item.iter().filter(|(name, value)| *name != "time" && is_number(value));
    of_item.map(|(name, value)| (name.clone(), number(value))).collect()
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn number(value: &AttributeValue) -> i64 {
    match value {
        AttributeValue::N(number) => i64::try_from(*number).unwrap(),
        other => panic!("{other:?}"),
    }
}
