//! Plans that are saved before they are run, and told of what is about to be sent: whoever goes on with what was saved
//! applies nothing twice, and says what may have been applied.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::*;
use support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn note(id: &str) -> Note {
    Note { id: id.to_owned(), text: "text".to_owned(), count: 0 }
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

/// What the model holds of a note.
fn count(service: &Service, id: &str) -> Option<i64> {
    let of_id = |attributes: &&Attributes| attributes["id"] == AttributeValue::S(id.to_owned());
    match service.items.values().find(of_id)?.get("count")? {
        AttributeValue::N(number) => Some(i64::try_from(*number).unwrap()),
        other => panic!("{other:?}"),
    }
}

fn additions() -> Solvent {
    let mut solvent = Solvent::new();
    for id in ["a", "b"] {
        solvent.add(note(id).put().if_not_exists().exactly_once());
        solvent.add(Note::update(id).add(Note::COUNT, 1).exactly_once());
    }
    solvent.atomically(|group| {
        group.add(Note::update("a").add(Note::COUNT, 10));
        group.add(Note::update("b").add(Note::COUNT, 10));
    });
    solvent
}

fn run(plan: impl Plan, service: &mut Service, mut now: Moment) -> Outcome {
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    drive(&mut run, service, &mut now);
    run.finish()
}

#[test]
fn a_pinned_plan_that_is_run_twice_is_applied_once() {
    let mut service = Service::default();
    let pinned = client(|_| {}).pin(additions(), START).unwrap();
    let plan = saved(&pinned.saved());
    let first = run(pinned, &mut service, START + MINUTE);
    let again = run(plan, &mut service, START + 8 * MINUTE);
    assert!(first.is_complete() && again.is_complete(), "{first:?} {again:?}");
    assert_eq!((count(&service, "a"), count(&service, "b")), (Some(11), Some(11)));
}

#[test]
fn what_was_saved_says_unknown_where_it_may_have_been_sent_before() {
    let mut solvent = Solvent::new();
    let plain = solvent.add(Note::update("plain").add(Note::COUNT, 1));
    let token = solvent.add(Note::update("token").add(Note::COUNT, 1).exactly_once());
    let conditional = solvent.add(note("conditional").put().if_not_exists());
    let answered = solvent.add(Note::delete("answered").return_old());
    let put = solvent.add(note("put").put());
    let set = solvent.add(Note::update("set").set(Note::TEXT, "b"));
    let got = solvent.add(Note::get("put"));
    for (ran, away, by_token) in [
        (true, Duration::ZERO, Fate::Applied),
        (true, 10 * MINUTE, Fate::Unknown),
        (false, Duration::ZERO, Fate::Applied),
        (false, 10 * MINUTE, Fate::Unknown),
    ] {
        let mut service = Service::default();
        let pinned = client(|_| {}).pin(solvent.clone(), START).unwrap();
        let plan = saved(&pinned.saved());
        if ran {
            let outcome = run(pinned, &mut service, START);
            assert!(outcome.is_complete(), "{outcome:?}");
        }
        service.forget_tokens_after(away);
        let outcome = run(plan, &mut service, START + away);
        assert_eq!(outcome.fate_of(plain), Ok(Fate::Unknown));
        assert_eq!(outcome.fate_of(conditional), Ok(Fate::Unknown));
        assert_eq!(outcome.fate_of(answered), Ok(Fate::Unknown));
        assert_eq!(outcome.fate_of(token), Ok(by_token.clone()));
        assert_eq!(outcome.fate_of(put), Ok(Fate::Applied));
        assert_eq!(outcome.fate_of(set), Ok(Fate::Applied));
        assert_eq!(outcome.fate_of(got), Ok(Fate::Applied));
        assert_eq!(count(&service, "plain"), ran.then_some(1));
        assert_eq!(count(&service, "token"), (ran || by_token == Fate::Applied).then_some(1));
    }
}

#[test]
fn a_pinned_plan_that_is_run_for_the_first_time_knows_that_nothing_of_it_was_sent() {
    let mut solvent = Solvent::new();
    let plain = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let token = solvent.add(Note::update("b").add(Note::COUNT, 1).exactly_once());
    let mut now = START;
    let client = client(|_| {});
    let pinned = client.pin(solvent.clone(), now).unwrap();
    // Long after the tokens of what was saved have expired.
    now = now + 20 * MINUTE;
    let (mut first, _) = client.start(pinned, now).unwrap();
    let requests = drive_with(&mut first, &mut now, |_| {
        Err(CallError::Refused(Box::new(Rejection::new("AccessDeniedException", "told by the test"))))
    });
    let outcome = first.finish();
    let refused = Fate::Refused { code: "AccessDeniedException".to_owned() };
    assert_eq!(
        (requests.len(), outcome.fate_of(plain), outcome.fate_of(token)),
        (2, Ok(refused.clone()), Ok(refused))
    );
    let mut service = Service::default();
    assert!(run(client.pin(solvent, now).unwrap(), &mut service, now).is_complete());
    assert_eq!((count(&service, "a"), count(&service, "b")), (Some(1), Some(1)));
}

#[test]
fn writes_that_views_follow_are_known_again_from_what_was_saved() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for time in 0..3 {
        solvent.add(Visit { user: "u".to_owned(), time, seen: 1 }.put());
        solvent.add(Visit::update(("u", time)).add(Visit::SEEN, 1));
    }
    let pinned = client(|_| {}).pin(solvent, START).unwrap();
    let plan = saved(&pinned.saved());
    for plan in [pinned.into_solvent().0, plan.clone(), plan] {
        let outcome = run(plan, &mut service, START + 8 * MINUTE);
        assert!(outcome.is_complete(), "{outcome:?}");
        assert!(service.all::<Visit>().iter().all(|visit| visit.seen == 2));
        assert_eq!(view_drift(&service), None);
    }
}

#[test]
fn what_does_not_hold_together_is_refused_before_it_is_saved() {
    let bare = Builder::<Bare>::new().table::<Visit>().build();
    assert!(bare.is_err());
    let without_view = Builder::<Bare>::new().build().unwrap().0;
    let mut solvent = Solvent::new();
    solvent.add(Visit { user: "u".to_owned(), time: 1, seen: 1 }.put());
    let error = without_view.pin(solvent, START).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("which is not registered"), "{error}");
}

#[test]
fn what_must_not_be_sent_twice_is_told_before_it_is_sent_where_that_is_asked_for() {
    let mut solvent = Solvent::new().announce_sends();
    solvent.add(note("put").put());
    let ids: Vec<String> = (0..5).map(|number| format!("plain {number}")).collect();
    let added = solvent.extend(ids.iter().map(|id| Note::update(id).add(Note::COUNT, 1)));
    let under_token = solvent.add(Note::update("token").add(Note::COUNT, 1).exactly_once());
    let two_at_a_time = || client(|settings| settings.calls_under_way = 2);
    // The process is killed at each place, before or after its calls have reached the service.
    for killed_at in 1..=5 {
        for reached in [false, true] {
            let mut service = Service::default();
            let (mut run, _) = two_at_a_time().watch(saved(&solvent), START).unwrap();
            let mut last = run.checkpoint();
            let (mut told, mut pending) = (0, Vec::new());
            while told < killed_at {
                match run.poll(START) {
                    Step::Deliver(Notice::Sending { operations }) => {
                        last = run.checkpoint();
                        assert_eq!(operations.len(), 1, "{operations:?}");
                        told += 1;
                        if told == killed_at && reached {
                            let Step::Send(call) = run.poll(START) else {
                                panic!("what was told is not sent")
                            };
                            service.answer(&call.request).unwrap();
                        }
                    }
                    Step::Deliver(_) => {}
                    Step::Send(call) => pending.push(call),
                    Step::Wait { .. } => {
                        for call in std::mem::take(&mut pending) {
                            run.complete(call.id, service.answer(&call.request), START);
                        }
                    }
                    Step::Done => panic!("told {told} times only"),
                }
            }
            // What was under way arrives all the same.
            for call in pending {
                service.answer(&call.request).unwrap();
            }
            let mut now = START + MINUTE;
            let (mut resumed, _) = two_at_a_time().watch(saved(&last), now).unwrap();
            drive(&mut resumed, &mut service, &mut now);
            let outcome = resumed.finish();
            assert_eq!(
                (outcome.fate_of(under_token), count(&service, "token")),
                (Ok(Fate::Applied), Some(1))
            );
            let mut unknown = 0;
            for (id, ticket) in ids.iter().zip(added.iter()) {
                let fate = outcome.fate_of(ticket).unwrap();
                assert!(count(&service, id).is_none_or(|count| count == 1), "{id} was added twice");
                match fate {
                    Fate::Applied => assert_eq!(count(&service, id), Some(1)),
                    Fate::Unknown => unknown += 1,
                    other => panic!("{id}: {other}"),
                }
            }
            assert!((1..=2).contains(&unknown), "{unknown} of at most two that were under way");
        }
    }
}

#[test]
fn what_was_announced_and_not_sent_is_known_not_to_have_been_sent() {
    let mut solvent = Solvent::new().announce_sends().deadline(MINUTE);
    let added = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let announced = || {
        let (mut run, _) = client(|_| {}).watch(solvent.clone(), START).unwrap();
        loop {
            match run.poll(START) {
                Step::Deliver(Notice::Sending { operations }) => {
                    assert_eq!(operations, [0]);
                    return run;
                }
                Step::Deliver(_) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let outcome = announced().abandon(START);
    assert_eq!((outcome.fate_of(added), outcome.leftover().remaining()), (Ok(Fate::NeverSent), 1));
    // Whoever takes too long over the notice has let the deadline pass.
    let (mut late, mut now) = (announced(), START + 2 * MINUTE);
    let requests = drive(&mut late, &mut Service::default(), &mut now);
    assert_eq!((requests.len(), late.finish().fate_of(added)), (0, Ok(Fate::NeverSent)));
    // Nobody is told by a run that tells nothing.
    let mut service = Service::default();
    assert!(run(solvent.clone(), &mut service, START).is_complete());
    assert_eq!(count(&service, "a"), Some(1));
}

#[test]
fn what_is_sent_again_after_a_refusal_is_told_again() {
    let mut solvent = Solvent::new().announce_sends();
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(|_| {}).watch(solvent, now).unwrap();
    let (mut told, mut sent) = (0, 0);
    loop {
        match run.poll(now) {
            Step::Deliver(Notice::Sending { .. }) => told += 1,
            Step::Deliver(_) => {}
            Step::Send(call) => {
                sent += 1;
                let throttled = Rejection::new("ThrottlingException", "told by the test");
                let answer = match sent {
                    1..=3 => Err(CallError::Refused(Box::new(throttled))),
                    _ => service.answer(&call.request),
                };
                run.complete(call.id, answer, now);
                let open = run.checkpoint();
                let is_unknown = serde_json::to_string(&open).unwrap().contains("\"ambiguous\":true");
                assert!(!is_unknown, "a refusal leaves nothing unknown");
            }
            Step::Wait { until } => now = until.unwrap(),
            Step::Done => break,
        }
    }
    assert_eq!((told, sent, count(&service, "a")), (4, 4, Some(1)));
}

#[test]
fn a_plan_that_is_pinned_again_keeps_its_tokens_and_gives_new_operations_theirs() {
    let mut service = Service::default();
    let pinned = client(|_| {}).pin(additions(), START).unwrap();
    let mut plan = saved(&pinned.saved());
    assert!(run(pinned, &mut service, START).is_complete());
    plan.add(Note::update("a").add(Note::COUNT, 100).exactly_once());
    let again = client(|_| {}).pin(plan, START + MINUTE).unwrap();
    let plan = saved(&again.saved());
    assert!(run(again, &mut service, START + MINUTE).is_complete());
    assert!(run(plan, &mut service, START + 2 * MINUTE).is_complete());
    assert_eq!((count(&service, "a"), count(&service, "b")), (Some(111), Some(11)));
}

#[test]
fn a_plan_of_a_clock_that_is_ahead_says_so() {
    let plan = saved(&client(|_| {}).pin(additions(), START + Duration::from_secs(100)).unwrap().saved());
    let outcome = run(plan, &mut Service::default(), START);
    let (_, error) = outcome.errors().next().unwrap();
    assert!(error.to_string().contains("is 100 s ahead of this one"), "{error}");
}

/// What is pinned and run to its end, and what was saved is run again.
fn run_twice(solvent: Solvent, service: &mut Service) -> Outcome {
    let pinned = client(|_| {}).pin(solvent, START).unwrap();
    let plan = saved(&pinned.saved());
    assert!(run(pinned, service, START).is_complete());
    run(plan, service, START + MINUTE)
}

#[test]
fn what_follows_a_plain_write_under_a_token_is_not_undone_by_who_goes_on() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(note("a").put());
    solvent.add(Note::update("a").add(Note::COUNT, 1).exactly_once());
    solvent.add(Note::update("b").set(Note::TEXT, "text").set(Note::COUNT, 0));
    solvent.atomically(|group| {
        group.add(Note::update("a").add(Note::COUNT, 5));
        group.add(Note::update("b").add(Note::COUNT, -5));
    });
    let outcome = run_twice(solvent, &mut service);
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!((count(&service, "a"), count(&service, "b")), (Some(6), Some(-5)));
}

#[test]
fn what_an_earlier_write_that_is_sent_again_may_have_undone_is_told_as_unknown() {
    // From the checkpoint of a run without tokens for the put, made before anything was sent.
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    let put = solvent.add(note("a").put());
    let added = solvent.add(Note::update("a").add(Note::COUNT, 1).exactly_once());
    let apart = solvent.add(Note::update("b").add(Note::COUNT, 1).exactly_once());
    let mut now = START;
    let (mut first, _) = client(|_| {}).start(solvent, now).unwrap();
    let plan = saved(&first.checkpoint());
    drive(&mut first, &mut service, &mut now);
    assert!(first.finish().is_complete());
    let outcome = run(plan, &mut service, START + MINUTE);
    assert_eq!(outcome.fate_of(put), Ok(Fate::Applied));
    assert_eq!(outcome.fate_of(added), Ok(Fate::Unknown), "the put has taken it away");
    assert_eq!(outcome.fate_of(apart), Ok(Fate::Applied));
    assert_eq!((count(&service, "a"), count(&service, "b")), (Some(0), Some(1)));
}

#[test]
fn a_delete_under_a_token_of_what_a_view_follows_is_not_told_applied_where_the_item_was_put_again() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(Visit { user: "u".to_owned(), time: 1, seen: 5 }.put());
    let deleted = solvent.add(Visit::delete(("u", 1)).exactly_once());
    let outcome = run_twice(solvent, &mut service);
    let is_there = !service.all::<Visit>().is_empty();
    assert!(!is_there || outcome.fate_of(deleted) == Ok(Fate::Unknown), "{outcome:?}");
}
