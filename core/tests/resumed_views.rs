//! Writes that views follow, resumed by another process: settled by what their items tell and by their tokens, also where
//! other writers were at work meanwhile.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::*;
use support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn visit(seen: u64) -> Visit {
    Visit { user: "a".to_owned(), time: 1, seen }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "reset".to_owned() }
}

/// A process of its own.
fn process(seed: u64) -> Arc<Client> {
    let settings = |settings: &mut Settings| settings.prevent_throttling = false;
    Builder::<Bare>::new().view(VisitsPerUser).seed(seed).settings(settings).build().unwrap().0
}

/// What other writers do at once.
fn others(plan: impl Plan, service: &mut Service, now: Moment) {
    static SEED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1_000);
    let seed = SEED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let (mut run, finish) = process(seed).start(plan, now).unwrap();
    drive(&mut run, service, &mut now.clone());
    assert!(finish(run.finish()).is_ok());
}

fn is_write(request: &Request) -> bool {
    matches!(request, Request::TransactWriteItems(_))
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

/// Runs a plan up to the first step at which `stop` says so, and kills it; what was saved then.
fn killed_at(
    client: &Arc<Client>,
    plan: Solvent,
    now: Moment,
    mut answer: impl FnMut(&Request) -> Option<Result<Response, CallError>>,
) -> Solvent {
    let (mut run, _) = client.start(plan, now).unwrap();
    loop {
        match run.poll(now) {
            Step::Send(call) => match answer(&call.request) {
                Some(answer) => run.complete(call.id, answer, now),
                None => return saved(&run.checkpoint()),
            },
            other => panic!("{other:?}"),
        }
    }
}

fn resumed(plan: Solvent, service: &mut Service, mut now: Moment) -> Outcome {
    let (mut run, _) = process(77).start(saved(&plan), now).unwrap();
    drive(&mut run, service, &mut now);
    assert_eq!(view_drift(service), None);
    run.finish()
}

fn held(service: &Service) -> Option<u64> {
    service.all::<Visit>().iter().find(|visit| visit.user == "a").map(|visit| visit.seen)
}

#[test]
fn what_was_applied_under_a_later_attempt_and_deleted_since_is_not_applied_again() {
    for plan in [
        Visit::update(("a", 1)).add(Visit::SEEN, 1).into_solvent().0,
        Visit::update(("a", 1)).add(Visit::SEEN, 1).exactly_once().into_solvent().0,
        visit(5).put().into_solvent().0,
    ] {
        let mut service = Service::default();
        let mut now = START;
        let (mut run, _) = process(1).start(plan, now).unwrap();
        let at_the_start = saved(&run.checkpoint());
        let mut first = true;
        let requests = drive_with(&mut run, &mut now, |request| {
            if is_write(request) && std::mem::take(&mut first) {
                others(visit(10).put(), &mut service, START);
            }
            service.answer(request)
        });
        assert_eq!(requests.iter().filter(|request| is_write(request)).count(), 2);
        assert!(run.finish().is_complete());
        others(Visit::delete(("a", 1)), &mut service, now);

        let outcome = resumed(at_the_start, &mut service, now + MINUTE);
        assert_eq!((outcome.fate(0), held(&service)), (Some(Fate::Unknown), None));
    }
}

#[test]
fn what_goes_exactly_once_is_not_applied_again_where_what_went_with_it_is_known() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    plan.add(Visit::update(("b", 1)).add(Visit::SEEN, 1).exactly_once());
    plan.add(Visit::update(("a", 1)).add(Visit::SEEN, 1).exactly_once());
    let mut now = START;
    let (mut run, _) = process(1).start(plan, now).unwrap();
    let at_the_start = saved(&run.checkpoint());
    drive(&mut run, &mut service, &mut now);
    assert!(run.finish().is_complete());
    others(Visit::delete(("a", 1)), &mut service, now);

    // The transaction of the second one alone is the same as before, so the service answers as it did.
    let outcome = resumed(at_the_start, &mut service, now + MINUTE);
    assert_eq!((outcome.fate(0), outcome.fate(1)), (Some(Fate::Applied), Some(Fate::Applied)));
    assert_eq!(held(&service), None);
}

#[test]
fn an_addition_that_may_have_been_applied_is_unknown_once_its_token_has_expired_and_its_item_has_changed() {
    for options in 0..2 {
        let mut service = Service::default();
        others(visit(10).put(), &mut service, START);
        let add = Visit::update(("a", 1)).add(Visit::SEEN, 1);
        let plan = if options == 0 { add.into_solvent().0 } else { add.exactly_once().into_solvent().0 };
        let at_the_end = killed_at(&process(1), plan, START, |request| {
            let answer = service.answer(request);
            (!is_write(request)).then_some(answer)
        });
        assert_eq!(held(&service), Some(11));
        others(visit(20).put(), &mut service, START);
        service.forget_tokens_after(20 * MINUTE);
        let outcome = resumed(at_the_end, &mut service, START + 20 * MINUTE);
        assert_eq!((outcome.fate(0), held(&service)), (Some(Fate::Unknown), Some(20)));
        assert_eq!(outcome.leftover().remaining(), 0);
    }
}

#[test]
fn what_stands_on_the_version_on_which_it_was_planned_was_not_applied_however_late_that_is_found() {
    for options in 0..3 {
        let mut service = Service::default();
        others(visit(10).put(), &mut service, START);
        let add = Visit::update(("a", 1)).add(Visit::SEEN, 1);
        let plan = match options {
            0 => add.into_solvent().0,
            1 => add.exactly_once().into_solvent().0,
            _ => add.condition(Visit::SEEN.eq(10)).exactly_once().into_solvent().0,
        };
        let at_the_end = killed_at(&process(1), plan, START, |request| match is_write(request) {
            true => None,
            false => Some(service.answer(request)),
        });
        let outcome = resumed(at_the_end.clone(), &mut service, START + 20 * MINUTE);
        assert_eq!((outcome.fate(0), held(&service)), (Some(Fate::Applied), Some(11)));
    }
}

#[test]
fn what_is_left_over_after_a_lost_answer_is_settled_by_its_item_whenever_it_is_run() {
    for arrives in [false, true] {
        let mut service = Service::default();
        others(visit(10).put(), &mut service, START);
        let plan = Visit::update(("a", 1)).add(Visit::SEEN, 1).exactly_once().into_solvent().0;
        let mut now = START;
        let (mut run, _) = process(1).start(plan, now).unwrap();
        let mut first = true;
        drive_with(&mut run, &mut now, |request| match is_write(request) {
            true if arrives && std::mem::take(&mut first) => {
                service.answer(request).unwrap();
                Err(lost())
            }
            true => Err(lost()),
            false => service.answer(request),
        });
        let outcome = run.finish();
        assert_eq!(outcome.fate(0), Some(Fate::Unknown));
        let leftover = outcome.leftover();
        assert_eq!(leftover.remaining(), 1);
        service.forget_tokens_after(60 * MINUTE);
        let outcome = resumed(leftover, &mut service, now + 60 * MINUTE);
        assert_eq!((outcome.fate(0), held(&service)), (Some(Fate::Applied), Some(11)));
    }
}

#[test]
fn an_attempt_that_arrives_after_another_writer_was_in_the_way_is_found_and_not_repeated() {
    let mut service = Service::default();
    let mut now = START;
    let add = Visit::update(("a", 1)).add(Visit::SEEN, 1);
    let (mut run, _) = process(1).start(add, now).unwrap();
    let mut late = None;
    let mut writes = 0;
    drive_with(&mut run, &mut now, |request| {
        if !is_write(request) {
            return service.answer(request);
        }
        writes += 1;
        match writes {
            // It arrives when its answer has long been given up.
            1 => {
                late = Some(request.clone());
                Err(lost())
            }
            2 => {
                others(visit(10).put(), &mut service, START);
                let refused = service.answer(request);
                others(Visit::delete(("a", 1)), &mut service, START);
                refused
            }
            3 => {
                service.answer(late.as_ref().unwrap()).unwrap();
                service.answer(request)
            }
            _ => service.answer(request),
        }
    });
    assert_eq!((run.finish().fate(0), held(&service)), (Some(Fate::Applied), Some(1)));
    assert_eq!(view_drift(&service), None);
}

#[test]
fn writes_that_went_together_and_are_sent_apart_later_are_not_applied_again() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    plan.add(Visit::update(("b", 1)).add(Visit::SEEN, 1));
    plan.add(Visit::update(("a", 1)).add(Visit::SEEN, 1));
    let at_the_end = killed_at(&process(1), plan, START, |request| {
        let answer = service.answer(request);
        (!is_write(request)).then_some(answer)
    });
    others(Visit::delete(("a", 1)), &mut service, START);

    // Reading both is refused, so each is read alone.
    let mut now = START + MINUTE;
    let (mut run, _) = process(77).start(at_the_end, now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::BatchGetItem(_) => {
            Err(CallError::Refused(Box::new(Rejection::new("AccessDeniedException", "told by the test"))))
        }
        _ => service.answer(request),
    });
    let outcome = run.finish();
    assert_eq!((outcome.fate(0), outcome.fate(1)), (Some(Fate::Applied), Some(Fate::Unknown)));
    assert_eq!((held(&service), view_drift(&service)), (None, None));
}

#[test]
fn what_will_never_be_known_stays_unknown_in_all_later_runs() {
    let mut service = Service::default();
    let plan = Visit::update(("a", 1)).add(Visit::SEEN, 1).into_solvent().0;
    let mut plan = killed_at(&process(1), plan, START, |request| {
        let answer = service.answer(request);
        (!is_write(request)).then_some(answer)
    });
    others(Visit::delete(("a", 1)), &mut service, START);
    for round in 1..4 {
        let outcome = resumed(plan, &mut service, START + round * 20 * MINUTE);
        assert_eq!((outcome.fate(0), held(&service)), (Some(Fate::Unknown), None));
        plan = outcome.leftover();
        assert_eq!(plan.remaining(), 0);
    }
}
