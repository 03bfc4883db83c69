//! Plans with writes that views follow, run again from what was saved before anything was sent, and those that were given
//! their names before anything of them was.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::*;
use support::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A process of its own, in whose transactions there is room for many writes.
fn process() -> Arc<Client> {
    client(|settings| {
        settings.transaction_actions = 100;
        settings.prevent_throttling = false;
    })
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

fn run(plan: impl Plan, service: &mut Service, mut now: Moment) -> Outcome {
    let (mut run, _) = process().start(plan, now).unwrap();
    drive(&mut run, service, &mut now);
    assert_eq!(view_drift(service), None);
    run.finish()
}

fn visit(user: &str, time: u64) -> Visit {
    Visit { user: user.to_owned(), time, seen: 1 }
}

/// Visits of five users.
fn visits() -> Solvent {
    (5..10).map(|time| visit(&format!("u{time}"), time).put()).collect()
}

/// The fates of a plan where the service refuses each transaction that holds the visit of time 7.
fn fates_beside_a_refused_one(plan: impl Plan) -> Vec<Fate> {
    let is_bad = |action: &api::TransactWriteItem| match action {
        api::TransactWriteItem::Put(put) => {
            put.item.attribute("time").unwrap() == Some(AttributeValue::N(7u64.into()))
        }
        _ => false,
    };
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = process().start(plan, now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::TransactWriteItems(transaction) if transaction.transact_items.iter().any(is_bad) => {
            Err(CallError::Refused(Box::new(Rejection::new("ValidationException", "told by the test"))))
        }
        _ => service.answer(request),
    });
    let fates: Vec<Fate> = run.finish().fates().map(|(_, fate)| fate).collect();
    assert_eq!(view_drift(&service), None);
    assert_eq!(service.all::<Visit>().len(), fates.iter().filter(|fate| **fate == Fate::Applied).count());
    fates
}

fn all_but_the_refused_one() -> Vec<Fate> {
    let refused = Fate::Refused { code: "ValidationException".to_owned() };
    vec![Fate::Applied, Fate::Applied, refused, Fate::Applied, Fate::Applied]
}

/// A visit, another write in the same transaction, and a delete behind that one.
fn shared(write: impl FnOnce(&mut Solvent)) -> Solvent {
    let mut solvent = Solvent::new();
    solvent.add(visit("other", 0).put());
    write(&mut solvent);
    solvent.add(Visit::delete(("u", 1)));
    solvent
}

/// Such plans with writes that must not be sent twice.
fn with_unrepeatable_writes() -> [Solvent; 3] {
    [
        shared(|plan| _ = plan.add(Visit::update(("u", 1)).add(Visit::SEEN, 1))),
        shared(|plan| _ = plan.add(visit("u", 1).put().if_not_exists())),
        shared(|plan| _ = plan.add(visit("u", 1).put().return_old())),
    ]
}

#[test]
fn a_pinned_plan_that_is_run_for_the_first_time_applies_what_goes_beside_a_refused_write() {
    assert_eq!(fates_beside_a_refused_one(visits()), all_but_the_refused_one());
    let pinned = process().pin(visits(), START).unwrap();
    assert_eq!(fates_beside_a_refused_one(pinned), all_but_the_refused_one());
}

#[test]
fn what_is_left_over_of_what_was_never_sent_is_applied_beside_a_refused_write() {
    let (run, _) = process().start(visits(), START).unwrap();
    let outcome = run.abandon(START);
    assert!(outcome.fates().all(|(_, fate)| fate == Fate::NeverSent));
    assert_eq!(fates_beside_a_refused_one(outcome.leftover()), all_but_the_refused_one());
}

#[test]
fn what_is_left_over_of_a_run_that_went_on_from_a_checkpoint_may_have_been_applied() {
    for plan in with_unrepeatable_writes() {
        let mut service = Service::default();
        let mut now = START;
        let (mut first, _) = process().start(plan, now).unwrap();
        let checkpoint = saved(&first.checkpoint());
        drive(&mut first, &mut service, &mut now);
        assert!(first.finish().is_complete());
        // The second process sends nothing, so it knows no more than it began with.
        let (second, _) = process().start(checkpoint, now).unwrap();
        let outcome = second.abandon(now);
        assert_eq!(outcome.fate(1), Some(Fate::Unknown));
        let outcome = run(saved(&outcome.leftover()), &mut service, now + MINUTE);
        assert_eq!((outcome.fate(0), outcome.fate(1)), (Some(Fate::Applied), Some(Fate::Unknown)));
        assert_eq!(service.all::<Visit>().len(), 1);
    }
}

#[test]
fn what_was_applied_and_deleted_by_its_own_plan_is_not_applied_again_from_what_was_pinned() {
    for plan in with_unrepeatable_writes() {
        let mut service = Service::default();
        let pinned = process().pin(plan, START).unwrap();
        let plan = saved(&pinned.saved());
        let outcome = run(pinned, &mut service, START);
        assert!(outcome.is_complete(), "{outcome:?}");
        assert_eq!(service.all::<Visit>().len(), 1);
        let outcome = run(plan, &mut service, START + MINUTE);
        assert_eq!((outcome.fate(0), outcome.fate(1)), (Some(Fate::Applied), Some(Fate::Unknown)));
        assert_ne!(outcome.fate(2), Some(Fate::Applied));
        assert_eq!(service.all::<Visit>().len(), 1);
        assert_eq!(outcome.leftover().remaining(), 0);
    }
}

#[test]
fn what_was_applied_and_deleted_by_its_own_plan_is_not_applied_again_from_the_first_checkpoint() {
    for plan in with_unrepeatable_writes() {
        let mut service = Service::default();
        let mut now = START;
        let (mut first, _) = process().start(plan, now).unwrap();
        let checkpoint = saved(&first.checkpoint());
        drive(&mut first, &mut service, &mut now);
        assert!(first.finish().is_complete());
        let outcome = run(checkpoint, &mut service, now + MINUTE);
        assert_eq!((outcome.fate(0), outcome.fate(1)), (Some(Fate::Applied), Some(Fate::Unknown)));
        assert_eq!(service.all::<Visit>().len(), 1);
    }
}

#[test]
fn what_is_left_over_of_what_was_under_way_goes_under_its_token_and_is_not_applied_again() {
    for beside in [false, true] {
        let mut service = Service::default();
        let mut solvent = Solvent::new();
        let added = solvent.add(Visit::update(("u", 1)).add(Visit::SEEN, 1));
        if beside {
            solvent.add(visit("v", 1).put());
        }
        let (mut first, _) = process().start(solvent, START).unwrap();
        while let Step::Send(call) = first.poll(START) {
            let answer = service.answer(&call.request);
            if !matches!(*call.request, Request::TransactWriteItems(_)) {
                first.complete(call.id, answer, START);
            }
        }
        let outcome = first.abandon(START);
        assert_eq!(outcome.fate_of(added), Ok(Fate::Unknown));
        assert!(run(Visit::delete(("u", 1)), &mut service, START).is_complete());
        let outcome = run(saved(&outcome.leftover()), &mut service, START + MINUTE);
        // Alone it is the same transaction as before, so the service answers as it did.
        let fate = if beside { Fate::Unknown } else { Fate::Applied };
        assert_eq!((outcome.fate_of(added), service.all::<Visit>().len()), (Ok(fate), usize::from(beside)));
    }
}
