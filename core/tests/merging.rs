//! Updates of one item that are sent as one.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;

use dynochemy_core::*;
use support::*;

fn run_on(plan: Solvent, service: &mut Service) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    (requests, run.finish())
}

fn with_note(count: i64) -> Service {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    plan.add(Note { id: "a".to_owned(), text: "text".to_owned(), count }.put());
    run_on(plan, &mut service);
    service
}

#[test]
fn updates_that_follow_each_other_on_one_item_are_one_request() {
    let mut service = with_note(5);
    let mut solvent = Solvent::new();
    let mut tickets = Vec::new();
    for text in ["one", "two", "three"] {
        tickets.push(solvent.add(Note::update("a").set(Note::TEXT, text).add(Note::COUNT, 2)));
        tickets.push(solvent.add(Note::update("b").add(Note::COUNT, 1)));
    }
    let after = solvent.add(Note::get("a"));
    let (requests, mut outcome) = run_on(solvent, &mut service);
    assert_eq!(counts(&requests), [("UpdateItem", 2), ("GetItem", 1)].into());
    for ticket in tickets {
        outcome.take(ticket).unwrap();
    }
    let expected = Note { id: "a".to_owned(), text: "three".to_owned(), count: 11 };
    assert_eq!(outcome.take(after).unwrap(), Some(expected));
    assert_eq!(outcome.report().requests[&Action::UpdateItem], 2);
}

#[test]
fn a_chain_longer_than_a_slice_of_the_plan_is_merged_as_far_as_an_expression_goes() {
    let mut solvent = Solvent::new();
    for number in 0..600 {
        solvent.add(Note::update(format!("note {}", number % 300).as_str()).add(Note::COUNT, 1));
    }
    let mut service = Service::default();
    let (requests, outcome) = run_on(solvent, &mut service);
    assert!(outcome.is_complete());
    assert_eq!(counts(&requests), [("UpdateItem", 300)].into());
    assert!(service.items.values().all(|item| item["count"] == 2.into()));
}

#[test]
fn what_stands_between_two_updates_keeps_them_apart() {
    let mut service = with_note(5);
    let mut solvent = Solvent::new();
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    let between = solvent.add(Note::get("a"));
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    solvent.barrier();
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    solvent.add(Note::update("a").add(Note::COUNT, 1).condition(Note::COUNT.eq(8)));
    let (requests, mut outcome) = run_on(solvent, &mut service);
    assert_eq!(counts(&requests), [("UpdateItem", 4), ("GetItem", 1)].into());
    assert_eq!(outcome.take(between).unwrap().map(|note| note.count), Some(6));
    assert!(outcome.is_complete());
}

#[test]
fn what_is_refused_together_is_sent_singly_so_that_only_the_culprit_and_what_follows_it_fail() {
    let mut service = with_note(5);
    let mut solvent = Solvent::new();
    // A text is no number, which only the service knows.
    let add = expression::UpdateAction::Add("text".parse().unwrap(), 1.into());
    let first = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let wrong = solvent.add(Note::update("a").with_action(add));
    let last = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let (requests, mut outcome) = run_on(solvent, &mut service);
    assert_eq!(counts(&requests), [("UpdateItem", 3)].into(), "together, and then two of them");
    outcome.take(first).unwrap();
    assert!(outcome.take(wrong).unwrap_err().to_string().contains("ValidationException"));
    assert!(matches!(outcome.take(last), Err(Error::Skipped { .. })));
    assert_eq!(service.all::<Note>()[0].count, 6);
}

#[test]
fn a_number_out_of_bounds_lets_its_additions_be_sent_singly() {
    let mut service = Service::default();
    let large: Number = "1e38".parse().unwrap();
    let slot = ("notes".to_owned(), Key { hash: ("id".into(), KeyValue::S("a".to_owned())), range: None });
    let item = [("id".to_owned(), "a".into()), ("count".to_owned(), AttributeValue::N(large))];
    service.items.insert(slot.clone(), item.into());
    let mut solvent = Solvent::new();
    let first = solvent.add(Note::update("a").add(Note::COUNT, 3));
    let second = solvent.add(Note::update("a").add(Note::COUNT, 7));
    let (requests, mut outcome) = run_on(solvent, &mut service);
    assert_eq!(counts(&requests), [("UpdateItem", 2)].into(), "together, and then the first one alone");
    assert_eq!(outcome.take(first).unwrap_err().effect(), Effect::NotApplied);
    assert!(matches!(outcome.take(second), Err(Error::Skipped { .. })));
    assert_eq!(service.items[&slot]["count"], AttributeValue::N(large), "10^38 + 10 would be a number");
}

#[test]
fn a_lost_answer_is_unknown_for_all_of_them() {
    let lost = CallError::Unknown { rejection: None, problem: "lost".to_owned() };
    let mut solvent = Solvent::new();
    let tickets = solvent.extend((0..3).map(|_| Note::update("a").add(Note::COUNT, 1)));
    let after = solvent.add(Note::get("a"));
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |_| Err(lost.clone()));
    assert_eq!(counts(&requests), [("UpdateItem", 1)].into());
    let mut outcome = run.finish();
    for ticket in tickets {
        assert_eq!(outcome.take(ticket).unwrap_err().effect(), Effect::Unknown);
    }
    assert!(matches!(outcome.take(after), Err(Error::Skipped { .. })));
}

#[test]
fn updates_are_sent_one_by_one_where_that_is_asked() {
    let mut solvent = Solvent::new();
    solvent.extend((0..3).map(|_| Note::update("a").add(Note::COUNT, 1)));
    let mut now = START;
    let (mut run, _) = client(|settings| settings.merge_updates = false).start(solvent, now).unwrap();
    let requests = drive(&mut run, &mut Service::default(), &mut now);
    assert_eq!(counts(&requests), [("UpdateItem", 3)].into());
}

#[test]
fn one_item_that_is_asked_for_several_times_is_asked_for_as_one() {
    let mut service = with_note(5);
    let mut solvent = Solvent::new();
    let tickets = solvent.extend((0..3).map(|_| Note::get("a")));
    let (requests, mut outcome) = run_on(solvent, &mut service);
    assert_eq!(counts(&requests), [("GetItem", 1)].into());
    for ticket in tickets {
        assert_eq!(outcome.take(ticket).unwrap().map(|note| note.count), Some(5));
    }
}

#[test]
fn what_comes_after_merged_updates_goes_to_its_own_items() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.extend((0..3).map(|_| Note::update("a").add(Note::COUNT, 1)));
    solvent.barrier();
    for id in ["b", "c", "d"] {
        solvent.add(Note::update(id).add(Note::COUNT, 1));
    }
    let (requests, outcome) = run_on(solvent, &mut service);
    assert!(outcome.is_complete());
    assert_eq!(counts(&requests), [("UpdateItem", 4)].into());
    let held: Vec<&AttributeValue> = service.items.values().map(|item| &item["count"]).collect();
    assert_eq!(held, [&3.into(), &1.into(), &1.into(), &1.into()]);
}
