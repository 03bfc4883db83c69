//! What a run makes of refusals, lost answers and lost time.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::*;
use support::*;

fn note(id: &str) -> Note {
    Note { id: id.to_owned(), text: "text".to_owned(), count: 0 }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

fn throttled() -> CallError {
    CallError::Refused(Box::new(Rejection::new("ProvisionedThroughputExceededException", "slow down")))
}

/// Runs a plan whose calls are answered by `answer`, which is told how many came before.
fn run_with<P: Plan>(
    plan: P,
    mut answer: impl FnMut(usize, &Request) -> Result<Response, CallError>,
) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client(|settings| settings.attempts = 4).start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        answer(count - 1, request)
    });
    (requests, run.finish())
}

#[test]
fn a_batch_that_is_rejected_for_one_member_fails_only_the_culprit() {
    let mut service = Service { missing: vec!["others".to_owned()], ..Service::default() };
    #[derive(Table, serde::Serialize, serde::Deserialize)]
    #[table(name = "others")]
    struct Other {
        #[table(hash_key)]
        id: u32,
    }
    let mut solvent = Solvent::new();
    let good: Vec<_> = (0..10).map(|number| solvent.add(note(&format!("{number}")).put())).collect();
    let missing = solvent.add(Other { id: 1 }.put());
    let invalid = solvent.add(Note { text: "invalid".to_owned(), ..note("bad") }.put());
    let (_, mut outcome) = run_with(solvent, |_, request| service.answer(request));
    for ticket in good {
        assert_eq!(outcome.take(ticket), Ok(()));
    }
    let error = outcome.take(missing).unwrap_err();
    assert_eq!((error.code(), error.effect()), (Some("ResourceNotFoundException"), Effect::NotApplied));
    assert_eq!(
        error.to_string(),
        "put on table `others` (id = 1) was refused: ResourceNotFoundException: told by the model; \
         nothing was applied; create what is missing by `ensure` or `create`, unless its name, the region or the \
         endpoint is another one"
    );
    assert_eq!(outcome.take(invalid).unwrap_err().code(), Some("ValidationException"));
    assert_eq!(service.all::<Note>().len(), 10);
}

#[test]
fn unprocessed_writes_go_into_later_batches_after_a_while() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for number in 0..50 {
        solvent.add(note(&format!("{number:02}")).put());
    }
    let (requests, outcome) = run_with(solvent, |count, request| {
        let Request::BatchWriteItem(batch) = request else { return service.answer(request) };
        if count >= 2 {
            return service.answer(request);
        }
        // The first two batches leave ten writes each.
        let mut applied = batch.clone();
        let unprocessed = applied.request_items.get_mut("notes").unwrap().split_off(15);
        service.answer(&Request::BatchWriteItem(applied))?;
        Ok(Response::BatchWriteItem(BatchWriteItemOutput {
            unprocessed_items: [("notes".to_owned(), unprocessed)].into(),
            ..BatchWriteItemOutput::default()
        }))
    });
    assert!(outcome.is_complete());
    assert_eq!(service.all::<Note>().len(), 50);
    assert_eq!(outcome.report().unprocessed, 20);
    assert!(outcome.report().waited_for_capacity["notes write"] > Duration::ZERO);
    assert!(outcome.report().elapsed > Duration::ZERO);
    // Two full batches, and what each left unprocessed in one more: together where their delays agree.
    assert!((3..=4).contains(&requests.len()), "{}", requests.len());
}

#[test]
fn what_is_left_unprocessed_without_any_progress_is_given_up() {
    let mut solvent = Solvent::new();
    solvent.add(note("a").put());
    solvent.add(note("b").put());
    let (requests, outcome) = run_with(solvent, |_, request| {
        let Request::BatchWriteItem(batch) = request else { return Err(throttled()) };
        Ok(Response::BatchWriteItem(BatchWriteItemOutput {
            unprocessed_items: batch.request_items.clone(),
            ..BatchWriteItemOutput::default()
        }))
    });
    assert_eq!(counts(&requests)["BatchWriteItem"], 4);
    for (_, error) in outcome.errors() {
        assert_eq!(error.effect(), Effect::NotApplied);
    }
    assert_eq!(outcome.errors().count(), 2);
}

#[test]
fn throttled_calls_are_sent_again_until_they_pass_or_the_attempts_are_used_up() {
    let mut service = Service::default();
    let (requests, outcome) =
        run_with(
            Note::get("a"),
            |count, request| if count < 3 { Err(throttled()) } else { service.answer(request) },
        );
    assert_eq!((requests.len(), outcome.is_complete()), (4, true));
    assert_eq!(outcome.report().retries, 3);
    assert_eq!(outcome.report().refusals["ProvisionedThroughputExceededException"], 3);

    let (requests, outcome) = run_with(Note::get("a"), |_, _| Err(throttled()));
    assert_eq!((requests.len(), outcome.is_complete()), (4, false));
}

#[test]
fn the_service_may_ask_for_a_longer_pause() {
    let mut service = Service::default();
    let (_, outcome) = run_with(Note::get("a"), |count, request| {
        let mut rejection = Rejection::new("ThrottlingException", "slow down");
        rejection.retry_after = Some(Duration::from_secs(7));
        if count == 0 { Err(CallError::Refused(Box::new(rejection))) } else { service.answer(request) }
    });
    assert_eq!(outcome.report().elapsed, Duration::from_secs(7));
}

#[test]
fn a_put_is_sent_again_after_a_lost_answer_and_an_addition_is_not() {
    let mut service = Service::default();
    let mut lose_first = |count: usize, request: &Request| {
        let answer = service.answer(request);
        if count == 0 { Err(lost()) } else { answer }
    };
    let (requests, outcome) = run_with(note("a").put(), &mut lose_first);
    assert_eq!((requests.len(), outcome.is_complete()), (2, true));
    let (requests, outcome) = run_with(Note::update("a").set(Note::TEXT, "b"), &mut lose_first);
    assert_eq!((requests.len(), outcome.is_complete()), (2, true));

    let mut solvent = Solvent::new();
    let ticket = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let (requests, mut outcome) = run_with(solvent, &mut lose_first);
    assert_eq!(requests.len(), 1);
    let error = outcome.take(ticket).unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    assert_eq!(
        error.to_string(),
        "update on table `notes` (id = \"a\") may have been applied: the connection was reset"
    );
    assert_eq!(service.all::<Note>()[0].count, 1);
}

#[test]
fn a_read_without_an_answer_changed_nothing() {
    let (requests, outcome) = run_with(Note::get("a"), |_, _| Err(lost()));
    assert_eq!(requests.len(), 4);
    let (_, error) = outcome.errors().next().unwrap();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(
        error.to_string(),
        "get on table `notes` (id = \"a\") was not answered: the connection was reset"
    );
}

#[test]
fn a_refusal_does_not_undo_what_an_earlier_attempt_may_have_done() {
    let answers =
        [Err(lost()), Err(CallError::Refused(Box::new(Rejection::new("AccessDeniedException", "no more"))))];
    let (_, outcome) = run_with(note("a").put(), |count, _| answers[count].clone());
    let (_, error) = outcome.errors().next().unwrap();
    assert_eq!((error.effect(), error.code()), (Effect::Unknown, Some("AccessDeniedException")));
}

#[test]
fn a_write_left_unprocessed_after_a_lost_attempt_is_unknown_when_given_up() {
    let mut solvent = Solvent::new();
    solvent.add(note("a").put());
    solvent.add(note("b").put());
    let (_, outcome) = run_with(solvent, |count, request| match request {
        Request::BatchWriteItem(batch) if count > 0 => Ok(Response::BatchWriteItem(BatchWriteItemOutput {
            unprocessed_items: batch.request_items.clone(),
            ..BatchWriteItemOutput::default()
        })),
        _ => Err(lost()),
    });
    assert_eq!(outcome.errors().count(), 2);
    for (_, error) in outcome.errors() {
        assert_eq!(error.effect(), Effect::Unknown, "{error}");
    }
}

#[test]
fn a_call_that_is_never_answered_expires() {
    let mut now = START;
    let client = client(|settings| {
        settings.attempts = 1;
        settings.attempt_timeout = Duration::from_secs(3);
    });
    let (mut run, _) = client.start(note("a").put(), now).unwrap();
    let Step::Send(call) = run.poll(now) else { panic!("nothing is sent") };
    assert_eq!(call.expires, START + Duration::from_secs(3));
    assert_eq!(run.poll(now), Step::Wait { until: Some(call.expires) });
    now = call.expires;
    assert_eq!(run.poll(now), Step::Done);
    let outcome = run.finish();
    let (_, error) = outcome.errors().next().unwrap();
    assert_eq!(
        error.to_string(),
        "put on table `notes` (id = \"a\") may have been applied: no answer came in time"
    );
}

#[test]
fn what_was_not_sent_before_the_deadline_is_not_sent() {
    let mut solvent = Solvent::new().deadline(Duration::from_secs(1));
    let throttled_get = solvent.add(Note::get("a"));
    let follower = solvent.add(note("a").put());
    let (_, mut outcome) = run_with_deadline(solvent);
    let error = outcome.take(throttled_get).unwrap_err();
    assert_eq!(
        error.to_string(),
        "get on table `notes` (id = \"a\") was not answered before the plan's deadline; its last attempt was refused: \
         ProvisionedThroughputExceededException: slow down"
    );
    assert!(outcome.take(follower).is_err());
    assert_eq!(outcome.report().elapsed, Duration::from_secs(1));
}

#[test]
fn a_retry_that_the_deadline_leaves_no_time_for_is_not_counted() {
    let mut now = START;
    let mut plan = Solvent::new().deadline(Duration::from_millis(120));
    plan.add(Note::get("a"));
    let (mut run, _) = client(|settings| settings.attempts = 1000).start(plan, now).unwrap();
    let not_sent = || CallError::NotSent { problem: "nobody listens".to_owned() };
    let requests = drive_with(&mut run, &mut now, |_| Err(not_sent()));
    let outcome = run.finish();
    let report = outcome.report();
    assert_eq!(report.retries as usize, requests.len() - 1);
    assert_eq!(report.total_waited(), report.elapsed);
}

fn run_with_deadline(plan: Solvent) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let client = client(|settings| settings.attempts = 1000);
    let (mut run, _) = client.start(plan, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |_| Err(throttled()));
    (requests, run.finish())
}

#[test]
fn what_follows_a_failed_operation_on_the_same_item_is_not_sent() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(Note { text: "invalid".to_owned(), ..note("a") }.put());
    let follower = solvent.add(Note::update("a").set(Note::TEXT, "b"));
    let last = solvent.add(Note::get("a"));
    let other = solvent.add(note("b").put());
    let (_, mut outcome) = run_with(solvent, |_, request| service.answer(request));
    assert!(matches!(outcome.take(follower), Err(Error::Skipped { after: 0, .. })));
    assert!(matches!(outcome.take(last), Err(Error::Skipped { after: 1, .. })));
    assert_eq!(outcome.take(other), Ok(()));
}

#[test]
fn an_abandoned_run_tells_what_may_have_been_applied() {
    let client = client(|settings| settings.calls_under_way = 2);
    let mut solvent = Solvent::new();
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    solvent.add(Note::get("b"));
    solvent.add(Note::update("c").add(Note::COUNT, 1));
    let (mut run, _) = client.start(solvent, START).unwrap();
    for _ in 0..2 {
        assert!(matches!(run.poll(START), Step::Send(_)));
    }
    let outcome = run.abandon(START);
    let effects: Vec<Effect> = outcome.errors().map(|(_, error)| error.effect()).collect();
    // The updates go first, since they fit into no batch.
    assert_eq!(effects, [Effect::Unknown, Effect::NotApplied, Effect::Unknown]);
}

#[test]
fn an_addition_under_way_at_a_checkpoint_is_unknown_to_who_resumes_it() {
    let mut solvent = Solvent::new();
    let added = solvent.add(Note::update("a").add(Note::COUNT, 1));
    let put = solvent.add(note("b").put());
    let (mut run, _) = client(|_| {}).start(solvent, START).unwrap();
    let before = run.checkpoint();
    while let Step::Send(_) = run.poll(START) {}
    let after = run.checkpoint();

    let mut service = Service::default();
    let resume = |plan: Solvent, service: &mut Service| {
        let mut now = START;
        let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
        drive(&mut run, service, &mut now);
        run.finish()
    };
    let mut outcome = resume(after, &mut service);
    assert_eq!(outcome.take(added).unwrap_err().effect(), Effect::Unknown);
    assert_eq!(outcome.take(put), Ok(()));
    let mut outcome = resume(before, &mut service);
    assert_eq!((outcome.take(added), outcome.take(put)), (Ok(()), Ok(())));
}

#[test]
fn what_follows_a_failure_is_not_sent_however_far_behind_it_stands() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(Note { text: "invalid".to_owned(), ..note("a") }.put());
    let large = solvent.add(Note { text: "x".repeat(500_000), ..note("b") }.put());
    for number in 0..20_000 {
        solvent.add(note(&format!("other {number}")).put());
    }
    let follower = solvent.add(Note::update("a").set(Note::TEXT, "changed"));
    let other_follower = solvent.add(Note::update("b").set(Note::TEXT, "changed"));
    let (_, mut outcome) = run_with(solvent, |_, request| service.answer(request));
    assert!(matches!(outcome.take(large), Err(Error::Invalid { .. })));
    assert!(matches!(outcome.take(follower), Err(Error::Skipped { after: 0, .. })));
    assert!(matches!(outcome.take(other_follower), Err(Error::Skipped { after: 1, .. })));
    assert_eq!(service.items.len(), 20_000);
}

#[test]
fn a_refusal_that_is_nobodys_fault_in_particular_is_not_multiplied() {
    let mut solvent = Solvent::new();
    for number in 0..100 {
        solvent.add(note(&format!("{number}")).put());
    }
    let expired = CallError::Refused(Box::new(Rejection::new("ExpiredTokenException", "too old")));
    let (requests, outcome) = run_with(solvent, |_, _| Err(expired.clone()));
    assert_eq!((requests.len(), outcome.errors().count()), (4, 100));
}

#[test]
fn a_batch_that_was_lost_and_then_rejected_is_taken_apart_all_the_same() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    let good = solvent.add(note("a").put());
    let bad = solvent.add(Note { text: "invalid".to_owned(), ..note("b") }.put());
    let (_, mut outcome) =
        run_with(solvent, |count, request| if count == 0 { Err(lost()) } else { service.answer(request) });
    assert_eq!(outcome.take(good), Ok(()));
    let error = outcome.take(bad).unwrap_err();
    assert_eq!((error.effect(), error.code()), (Effect::Unknown, Some("ValidationException")));
}

#[test]
fn whatever_one_member_may_be_at_fault_for_takes_a_batch_apart_and_nothing_else_does() {
    for (code, apart) in [
        ("ValidationException", true),
        ("ResourceNotFoundException", true),
        ("AccessDeniedException", true),
        ("ItemCollectionSizeLimitExceededException", true),
        ("SerializationException", false),
        ("UnrecognizedClientException", false),
    ] {
        // Lost once before, or not; writes or gets.
        for (lost_first, reads) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut service = Service::default();
            let mut solvent = Solvent::new();
            for id in ["a", "b", "c"] {
                match reads {
                    true => drop(solvent.add(Note::get(id))),
                    false => {
                        let _ = solvent.add(note(id).put());
                    }
                }
            }
            let (requests, outcome) = run_with(solvent, |count, request| match request {
                Request::BatchWriteItem(_) | Request::BatchGetItem(_) if count == 0 && lost_first => {
                    Err(lost())
                }
                Request::BatchWriteItem(_) | Request::BatchGetItem(_) => {
                    Err(CallError::Refused(Box::new(Rejection::new(code, "one of them"))))
                }
                // The culprit is refused alone too.
                Request::PutItem(put) if put.item == wire::encode(&note("b")).unwrap().item => {
                    Err(CallError::Refused(Box::new(Rejection::new(code, "this one"))))
                }
                Request::GetItem(get) if get.key.to_string().contains("b") => {
                    Err(CallError::Refused(Box::new(Rejection::new(code, "this one"))))
                }
                request => service.answer(request),
            });
            let refused = Fate::Refused { code: code.to_owned() };
            // What may have been applied by the attempt that was lost stays so.
            let failed = if lost_first && !reads { Fate::Unknown } else { refused };
            let other = if apart { Fate::Applied } else { failed.clone() };
            let fates: Vec<Fate> = outcome.fates().map(|(_, fate)| fate).collect();
            assert_eq!(fates, [other.clone(), failed, other], "{code}, {lost_first}, {reads}");
            assert_eq!(requests.len(), 1 + usize::from(lost_first) + if apart { 3 } else { 0 });
        }
    }
}

#[test]
fn no_service_can_make_a_run_wait_for_ever() {
    let mut service = Service::default();
    let (_, outcome) = run_with(Note::get("a"), |count, request| {
        let mut rejection = Rejection::new("ThrottlingException", "slow down");
        rejection.retry_after = Some(Duration::MAX);
        if count == 0 { Err(CallError::Refused(Box::new(rejection))) } else { service.answer(request) }
    });
    assert_eq!(outcome.report().elapsed, Duration::from_secs(20));
}

#[test]
fn two_types_of_one_table_keep_one_order_and_one_consistency() {
    #[derive(Debug, PartialEq, Table, serde::Serialize, serde::Deserialize)]
    #[table(name = "notes", read_capacity = 5, write_capacity = 5)]
    struct Other {
        #[table(hash_key)]
        id: String,
        text: String,
    }
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(note("a").put());
    solvent.add(Other { id: "a".to_owned(), text: "last".to_owned() }.put());
    let (requests, _) = run_with(solvent, |_, request| service.answer(request));
    assert_eq!(counts(&requests), [("PutItem", 2)].into());
    let mut solvent = Solvent::new();
    solvent.add(Note::get("a").consistent());
    let found = solvent.add(Other::get("b"));
    let last = solvent.add(Other::get("a").consistent());
    let (requests, mut outcome) = run_with(solvent, |_, request| service.answer(request));
    assert_eq!(counts(&requests).values().sum::<usize>(), 2);
    assert_eq!(outcome.take(found), Ok(None));
    assert_eq!(outcome.take(last).unwrap().unwrap().text, "last");
}
