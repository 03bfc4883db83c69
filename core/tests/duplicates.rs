//! Several operations on one item within a plan: every sequence of up to four puts, deletes, updates and gets ends as if
//! they had been sent one after the other, whatever is batched, repeated or held back meanwhile.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::operation::Settled;
use dynochemy_core::*;
use support::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Put,
    Delete,
    /// An update that can be repeated.
    Set,
    /// An update that cannot.
    Add,
    Get,
}

/// How writes are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Plain,
    /// What must not be repeated goes under a token.
    Safe,
    ReturnOld,
}

/// Which faults there are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Faults {
    None,
    /// Those that leave no doubt.
    Refusals,
    /// Lost calls and answers too.
    Losses,
}

/// Every sequence of one to four kinds.
fn sequences() -> Vec<Vec<Kind>> {
    let mut all: Vec<Vec<Kind>> = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..4 {
        let end = all.len();
        for index in begin..end {
            for kind in [Kind::Put, Kind::Delete, Kind::Set, Kind::Add, Kind::Get] {
                let mut longer = all[index].clone();
                longer.push(kind);
                all.push(longer);
            }
        }
        begin = end;
    }
    all.split_off(1)
}

/// The item as text and number; `None` where there is none.
type State = Option<(Option<String>, i64)>;

/// The item after an operation, and what the operation answers.
fn apply(kind: Kind, number: usize, manner: Manner, state: &mut State) -> Settled {
    let before = state.clone();
    match kind {
        Kind::Put => *state = Some((Some(format!("put {number}")), number as i64)),
        Kind::Delete => *state = None,
        Kind::Set => state.get_or_insert_default().0 = Some(format!("set {number}")),
        Kind::Add => state.get_or_insert_default().1 += 10,
        Kind::Get => return Settled::Item(before.as_ref().map(item)),
    }
    match manner {
        Manner::ReturnOld => Settled::Item(before.as_ref().map(item)),
        Manner::Plain | Manner::Safe => Settled::Done,
    }
}

/// The item, but for its key.
fn item((text, count): &(Option<String>, i64)) -> Item {
    let mut attributes = Attributes::new();
    if let Some(text) = text {
        attributes.insert("text".to_owned(), text.as_str().into());
    }
    if *count != 0 {
        attributes.insert("count".to_owned(), AttributeValue::N((*count).into()));
    }
    Item::from_attributes(&attributes)
}

fn without_key(attributes: &Attributes) -> Item {
    let mut attributes = attributes.clone();
    attributes.remove("id");
    attributes.retain(|name, value| name != "count" || *value != AttributeValue::N(0.into()));
    Item::from_attributes(&attributes)
}

fn add(solvent: &mut Solvent, id: &str, kind: Kind, number: usize, manner: Manner) {
    macro_rules! add {
        ($write:expr) => {
            match manner {
                Manner::ReturnOld => {
                    let _ = solvent.add($write.return_old());
                }
                _ => {
                    let _ = solvent.add($write);
                }
            }
        };
    }
    match kind {
        Kind::Put => {
            let note = Note { id: id.to_owned(), text: format!("put {number}"), count: number as i64 };
            add!(note.put())
        }
        Kind::Delete => add!(Note::delete(id)),
        Kind::Set => add!(Note::update(id).set(Note::TEXT, format!("set {number}"))),
        Kind::Add if manner == Manner::Safe => {
            let _ = solvent.add(Note::update(id).add(Note::COUNT, 10).exactly_once());
        }
        Kind::Add => add!(Note::update(id).add(Note::COUNT, 10)),
        Kind::Get => {
            let _ = solvent.add(Note::get(id));
        }
    }
}

/// Runs sequences, each on an item of its own, taking turns, and holds them against what they are one after the other.
fn run(sequences: &[&[Kind]], manner: Manner, faults: Faults, seed: u64) {
    let mut choices = Choices::new(seed);
    let mut solvent = Solvent::new();
    let mut expected: Vec<Settled> = Vec::new();
    let mut states: Vec<State> = vec![None; sequences.len()];
    for number in 0..4 {
        for (index, sequence) in sequences.iter().enumerate() {
            let Some(kind) = sequence.get(number) else { continue };
            add(&mut solvent, &format!("note {index}"), *kind, number, manner);
            expected.push(apply(*kind, number, manner, &mut states[index]));
        }
    }
    let client = client(|settings| {
        settings.attempts = 1_000;
        settings.retry_budget = u32::MAX;
        settings.backoff_cap = Duration::from_millis(100);
    });
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client.start(solvent, now).unwrap();
    drive_with(&mut run, &mut now, |request| answer(&mut service, request, faults, &mut choices));
    let outcome = run.finish();
    for (index, expected) in (0..).zip(&expected) {
        let got = match outcome.result(index).unwrap() {
            Ok(Settled::Item(item)) => {
                Settled::Item(item.as_ref().map(|item| without_key(&item.attributes().unwrap())))
            }
            Ok(other) => other.clone(),
            Err(error) => panic!("{sequences:?} {manner:?} {faults:?}, seed {seed}: {error}"),
        };
        assert_eq!(got, *expected, "operation {index} of {sequences:?} {manner:?} {faults:?}, seed {seed}");
    }
    for (index, state) in states.iter().enumerate() {
        let key = Note::DESCRIPTION.keys.key(KeyValue::S(format!("note {index}")), None).unwrap();
        let held = service.items.get(&("notes".to_owned(), key)).map(without_key);
        let expected = state.as_ref().map(item);
        assert_eq!(held, expected, "{:?} {manner:?} {faults:?}, seed {seed}", sequences[index]);
    }
}

/// Answers as the service would, with faults in half of the calls.
fn answer(
    service: &mut Service,
    request: &Request,
    faults: Faults,
    choices: &mut Choices,
) -> Result<Response, CallError> {
    let lost = || CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() };
    let refused = |code: &str| CallError::Refused(Box::new(Rejection::new(code, "told by the test")));
    if faults == Faults::None || choices.percent(50) {
        return service.answer(request);
    }
    match choices.below(if faults == Faults::Losses { 6 } else { 4 }) {
        0 => Err(CallError::NotSent { problem: "nobody listens".to_owned() }),
        1 => Err(refused("ProvisionedThroughputExceededException")),
        2 => Err(refused("TransactionConflictException")),
        3 => unprocessed(service, request, choices),
        4 => Err(lost()),
        _ => {
            let _ = service.answer(request);
            Err(lost())
        }
    }
}

/// Leaves a part of a batch unprocessed.
fn unprocessed(
    service: &mut Service,
    request: &Request,
    choices: &mut Choices,
) -> Result<Response, CallError> {
    let Request::BatchWriteItem(batch) = request else { return service.answer(request) };
    let mut applied = batch.clone();
    let writes = applied.request_items.get_mut("notes").unwrap();
    let rest = writes.split_off(choices.below(writes.len() as u64) as usize);
    service.answer(&Request::BatchWriteItem(applied))?;
    let unprocessed_items = [("notes".to_owned(), rest)].into();
    Ok(Response::BatchWriteItem(BatchWriteItemOutput {
        unprocessed_items,
        ..BatchWriteItemOutput::default()
    }))
}

#[test]
fn every_sequence_of_up_to_four_operations_on_one_item_ends_as_if_sent_one_by_one() {
    let all = sequences();
    assert_eq!(all.len(), 5 + 25 + 125 + 625);
    for sequence in &all {
        for manner in [Manner::Plain, Manner::Safe, Manner::ReturnOld] {
            run(&[sequence], manner, Faults::None, 0);
        }
    }
}

#[test]
fn faults_do_not_change_what_a_sequence_ends_as() {
    for (seed, sequence) in (0..).zip(&sequences()) {
        run(&[sequence], Manner::Plain, Faults::Refusals, seed);
        run(&[sequence], Manner::ReturnOld, Faults::Refusals, seed);
        run(&[sequence], Manner::Safe, Faults::Losses, seed);
    }
}

#[test]
fn all_sequences_together_in_one_plan_are_batched_and_end_the_same() {
    let all = sequences();
    let all: Vec<&[Kind]> = all.iter().map(Vec::as_slice).collect();
    for (seed, faults) in (0..).zip([Faults::None, Faults::Refusals, Faults::Losses]) {
        run(&all, Manner::Safe, faults, seed);
        if faults != Faults::Losses {
            run(&all, Manner::Plain, faults, seed);
            run(&all, Manner::ReturnOld, faults, seed);
        }
    }
}
