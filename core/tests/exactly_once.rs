//! Writes under tokens: applied once, whatever becomes of their answers and of the process that sends them.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::*;
use support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn note(id: &str) -> Note {
    Note { id: id.to_owned(), text: "text".to_owned(), count: 0 }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

fn refused(code: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, "told by the test")))
}

fn addition() -> (Solvent, Ticket<()>) {
    let mut solvent = Solvent::new();
    let ticket = solvent.add(Note::update("a").add(Note::COUNT, 1).exactly_once());
    (solvent, ticket)
}

/// The number that the model holds, of an item that was only added to.
fn held(service: &Service) -> Option<i64> {
    let (_, attributes) = service.items.iter().next()?;
    match &attributes["count"] {
        AttributeValue::N(number) => Some(i64::try_from(*number).unwrap()),
        other => panic!("{other:?}"),
    }
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

#[test]
fn it_is_a_transaction_of_one_that_is_sent_again_with_the_same_bytes_and_applied_once() {
    for plan in [
        Note::update("a").add(Note::COUNT, 1).exactly_once().into_solvent().0,
        note("a").put().if_not_exists().exactly_once().into_solvent().0,
        Note::delete("a").exactly_once().into_solvent().0,
    ] {
        let mut service = Service::default();
        let mut now = START;
        let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
        let mut count = 0;
        let requests = drive_with(&mut run, &mut now, |request| {
            count += 1;
            let answer = service.answer(request);
            if count < 4 { Err(lost()) } else { answer }
        });
        assert!(requests.len() == 4 && requests.windows(2).all(|pair| pair[0] == pair[1]));
        let Request::TransactWriteItems(transaction) = &*requests[0] else { panic!("{requests:?}") };
        assert_eq!(transaction.transact_items.len(), 1);
        assert_eq!(transaction.client_request_token.as_ref().map(String::len), Some(36));
        assert_eq!(run.finish().fate(0), Some(Fate::Applied));
        assert!(held(&service).is_none_or(|count| count < 2));
    }
}

#[test]
fn a_condition_that_fails_is_told_after_lost_answers_too() {
    let mut service = Service::default();
    service.answer(&put_request("a")).unwrap();
    let mut now = START;
    let put = note("a").put().if_not_exists().return_failed_item().exactly_once();
    let (mut run, finish) = client(|_| {}).start(put, now).unwrap();
    let mut count = 0;
    drive_with(&mut run, &mut now, |request| {
        count += 1;
        // The first attempt never arrives.
        if count == 1 { Err(lost()) } else { service.answer(request) }
    });
    let error = finish(run.finish()).unwrap_err();
    assert!(error.is_condition_failed(), "{error}");
    assert_eq!(error.fate(), Fate::Refused { code: "TransactionCanceledException".to_owned() });
}

fn put_request(id: &str) -> Request {
    let item = wire::encode(&note(id)).unwrap().item;
    Request::PutItem(PutItemInput { table_name: "notes".to_owned(), item, ..PutItemInput::default() })
}

#[test]
fn with_the_tokens_life_ends_what_can_be_known() {
    let (plan, ticket) = addition();
    let mut now = START;
    let (mut run, _) = client(|settings| settings.attempts = 1_000_000).start(plan, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |_| Err(lost()));
    assert!(requests.len() > 10);
    assert!(now >= START + 9 * MINUTE && now < START + 10 * MINUTE, "{now}");
    assert_eq!(run.finish().fate_of(ticket), Ok(Fate::Unknown));
}

#[test]
fn other_refusals_do_not_undo_what_a_lost_attempt_may_have_done() {
    let (plan, ticket) = addition();
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let mut count = 0;
    drive_with(&mut run, &mut now, |request| {
        count += 1;
        let _ = service.answer(request);
        if count == 1 { Err(lost()) } else { Err(refused("AccessDeniedException")) }
    });
    assert_eq!(run.finish().fate_of(ticket), Ok(Fate::Unknown));
}

/// Sends the addition from a plan that was saved before it was sent, kills the process, and goes on from what was saved.
fn killed_after_it_was_applied(save_after_sending: bool, away: Duration) -> (Service, Fate) {
    let (plan, ticket) = addition();
    let mut service = Service::default();
    let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
    let before = run.checkpoint();
    let Step::Send(call) = run.poll(START) else { panic!("nothing is sent") };
    service.answer(&call.request).unwrap();
    let plan = if save_after_sending { run.checkpoint() } else { before };
    let mut now = START + away;
    let (mut run, _) = client(|_| {}).start(saved(&plan), now).unwrap();
    service.forget_tokens_after(away);
    drive(&mut run, &mut service, &mut now);
    (service, run.finish().fate_of(ticket).unwrap())
}

#[test]
fn a_killed_process_goes_on_under_the_tokens_of_the_plan_that_it_saved_before() {
    for save_after_sending in [false, true] {
        let (service, fate) = killed_after_it_was_applied(save_after_sending, 8 * MINUTE);
        assert_eq!((held(&service), fate), (Some(1), Fate::Applied));
    }
}

#[test]
fn a_plan_that_is_resumed_too_late_tells_what_may_have_been_sent_and_sends_it_not() {
    for save_after_sending in [false, true] {
        let (service, fate) = killed_after_it_was_applied(save_after_sending, 10 * MINUTE);
        assert_eq!((held(&service), fate), (Some(1), Fate::Unknown));
    }
}

#[test]
fn a_clock_that_is_far_behind_does_not_make_a_token_younger() {
    let (plan, ticket) = addition();
    let (run, _) = client(|_| {}).start(plan, START).unwrap();
    let mut now = Moment::from_nanos(START.as_nanos() - 3_600_000_000_000);
    let (mut run, _) = client(|_| {}).start(saved(&run.checkpoint()), now).unwrap();
    let requests = drive(&mut run, &mut Service::default(), &mut now);
    assert_eq!((requests.len(), run.finish().fate_of(ticket)), (0, Ok(Fate::Unknown)));
}

#[test]
fn what_an_outcome_knows_to_be_unsent_is_sent_from_its_leftover_however_late() {
    let (plan, ticket) = addition();
    let (run, _) = client(|_| {}).start(plan, START).unwrap();
    let left = saved(&run.abandon(START).leftover());
    let mut service = Service::default();
    let mut now = START + 60 * MINUTE;
    let (mut run, _) = client(|_| {}).start(left, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    assert_eq!((held(&service), run.finish().fate_of(ticket)), (Some(1), Ok(Fate::Applied)));
}

#[test]
fn a_transaction_is_resumed_under_its_token_too() {
    let mut solvent = Solvent::new();
    let ticket = solvent.add(operation::TransactWrite::new().with(Note::update("a").add(Note::COUNT, 1)));
    let mut service = Service::default();
    let (mut run, _) = client(|_| {}).start(solvent, START).unwrap();
    let Step::Send(call) = run.poll(START) else { panic!("nothing is sent") };
    service.answer(&call.request).unwrap();
    let left = saved(&run.abandon(START).leftover());
    let mut now = START + MINUTE;
    let (mut run, _) = client(|_| {}).start(left, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    assert_eq!((held(&service), run.finish().fate_of(ticket)), (Some(1), Ok(Fate::Applied)));
}

#[test]
fn a_transaction_in_progress_is_asked_for_again_five_seconds_after_its_first_sending() {
    let (plan, _) = addition();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let mut service = Service::default();
    let mut count = 0;
    drive_with(&mut run, &mut now, |request| {
        count += 1;
        if count == 1 { Err(refused("TransactionInProgressException")) } else { service.answer(request) }
    });
    assert!(run.finish().is_complete() && now >= START + Duration::from_secs(5));
}

#[test]
fn on_a_table_with_views_it_goes_with_them() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for time in 0..3 {
        solvent.add(Visit { user: "u".to_owned(), time, seen: 1 }.put().exactly_once());
    }
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    assert!(run.finish().is_complete());
    assert_eq!((service.all::<Visit>().len(), view_drift(&service)), (3, None));
}

#[test]
fn on_a_table_with_views_too_it_is_not_repeated_by_who_resumes_too_late() {
    for (away, fate) in [(MINUTE, Fate::Applied), (15 * MINUTE, Fate::Unknown)] {
        let mut service = Service::default();
        let mut solvent = Solvent::new();
        let added = solvent.add(Visit::update(("u", 1)).add(Visit::SEEN, 1).exactly_once());
        solvent.add(Visit::delete(("u", 1)).exactly_once());
        let mut now = START;
        let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
        let before = run.checkpoint();
        // The item comes and goes, and nothing of it is left but the token.
        drive(&mut run, &mut service, &mut now);
        let mut now = START + away;
        service.forget_tokens_after(away);
        let (mut run, _) = client(|_| {}).start(saved(&before), now).unwrap();
        drive(&mut run, &mut service, &mut now);
        assert_eq!((run.finish().fate_of(added), service.all::<Visit>()), (Ok(fate), Vec::new()));
        assert_eq!(view_drift(&service), None);
    }
}
