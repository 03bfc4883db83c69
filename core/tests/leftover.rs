//! What a plan leaves over, and how it goes on: fates, leftovers, deadlines, the retry budget.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::*;
use support::*;

fn note(id: &str) -> Note {
    Note { id: id.to_owned(), text: "text".to_owned(), count: 0 }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

fn refused(code: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, "told by the test")))
}

fn refused_fate(code: &str) -> Option<Fate> {
    Some(Fate::Refused { code: code.to_owned() })
}

/// Runs a plan whose calls are answered by `answer`, which is told how many came before.
fn run_with(
    client: &Arc<Client>,
    plan: Solvent,
    mut answer: impl FnMut(usize, &Request) -> Result<Response, CallError>,
) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client.start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        answer(count - 1, request)
    });
    (requests, run.finish())
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

#[test]
fn each_operation_has_one_fate_by_index_and_by_ticket() {
    let mut solvent = Solvent::new();
    let applied = solvent.add(note("a").put());
    let refused_put = solvent.add(Note { text: "invalid".to_owned(), ..note("b") }.put());
    let skipped = solvent.add(Note::delete("b"));
    let unknown = solvent.add(Note::update("c").add(Note::COUNT, 1));
    let too_large = solvent.add(Note { text: "x".repeat(500_000), ..note("d") }.put());
    let read = solvent.add(Note::get("e"));
    let mut service = Service::default();
    let (_, mut outcome) = run_with(&client(|_| {}), solvent, |_, request| match request {
        Request::UpdateItem(_) => Err(lost()),
        request => service.answer(request),
    });
    for taken in [false, true] {
        let fates: Vec<Fate> = outcome.fates().map(|(_, fate)| fate).collect();
        let refusal = Fate::Refused { code: "ValidationException".to_owned() };
        let expected =
            [Fate::Applied, refusal, Fate::NeverSent, Fate::Unknown, Fate::NeverSent, Fate::Applied];
        assert_eq!(fates, expected, "taken: {taken}");
        for (ticket, fate) in [applied, refused_put, skipped, unknown, too_large].into_iter().zip(&expected) {
            assert_eq!(outcome.fate_of(ticket).as_ref(), Ok(fate));
            let effect = outcome.result(ticket.index()).map(|result| match result {
                Ok(_) => Effect::Applied,
                Err(error) => error.effect(),
            });
            assert_eq!(effect, (!taken).then(|| fate.effect()));
            let _ = outcome.take(ticket);
        }
        assert_eq!(outcome.take(read).is_err(), taken);
        assert_eq!(outcome.failed(), 4);
    }
    assert_eq!((outcome.fate(6), outcome.errors().count()), (None, 0));
    assert!(matches!(outcome.fate_of(Solvent::new().add(note("z").put())), Err(Error::Ticket { .. })));
}

#[test]
fn what_did_not_end_is_left_over_and_what_ended_keeps_its_place_and_result() {
    let mut solvent = Solvent::new();
    let got = solvent.add(Note::get("got"));
    let taken = solvent.add(Note::get("taken"));
    let throttled = solvent.add(Note::update("throttled").set(Note::TEXT, "a"));
    let after = solvent.add(Note::get("throttled"));
    let refused_put = solvent.add(note("refused").put().if_exists());
    let after_refused = solvent.add(Note::get("refused"));
    let unknown = solvent.add(Note::update("unknown").add(Note::COUNT, 1));
    let again = solvent.add(Note::update("again").set(Note::TEXT, "a"));
    let mut service = Service::default();
    let client = client(|settings| settings.attempts = 2);
    let (_, mut outcome) = run_with(&client, solvent, |_, request| {
        let id = match request {
            Request::UpdateItem(update) => update.key.to_string(),
            _ => String::new(),
        };
        match id.as_str() {
            "id = \"throttled\"" => Err(refused("ThrottlingException")),
            "id = \"unknown\"" | "id = \"again\"" => {
                let _ = service.answer(request);
                Err(lost())
            }
            _ => service.answer(request),
        }
    });
    assert_eq!(outcome.fate_of(throttled).ok(), refused_fate("ThrottlingException"));
    assert_eq!(outcome.take(taken), Ok(None));
    let left = saved(&outcome.leftover());
    assert_eq!((left.len(), left.remaining()), (8, 3));
    let (requests, mut outcome) = run_with(&client, left.clone(), |_, request| service.answer(request));
    assert_eq!(counts(&requests), [("UpdateItem", 2), ("GetItem", 1)].into());
    assert_eq!(outcome.take(got), Ok(None));
    assert_eq!(outcome.take(taken).unwrap_err().to_string(), "ticket 1: its result was taken before");
    assert_eq!((outcome.take(throttled), outcome.take(again)), (Ok(()), Ok(())));
    assert!(matches!(outcome.fate_of(after), Ok(Fate::Applied)));
    assert!(outcome.take(refused_put).unwrap_err().is_condition_failed());
    assert!(matches!(outcome.take(after_refused), Err(Error::Skipped { after: 4, .. })));
    assert_eq!(outcome.fate_of(unknown), Ok(Fate::Unknown));
    assert_eq!(outcome.leftover().remaining(), 0);
    // And a ticket of another plan is none of a leftover's, either.
    let foreign = Solvent::new().add(Note::get("foreign"));
    let (_, mut outcome) = run_with(&client, left, |_, request| service.answer(request));
    assert_eq!(outcome.take(foreign).unwrap_err().to_string(), "ticket 0: it is a ticket of another plan");
}

/// Runs what is left until nothing is, each time so much later.
fn rounds(client: &Arc<Client>, plan: Solvent, pause: Duration) -> usize {
    let (mut plan, mut service, mut now) = (plan, Service::default(), START);
    for round in 0..10 {
        let (mut run, _) = client.start(saved(&plan), now).unwrap();
        drive_with(&mut run, &mut now, |request| match request {
            Request::UpdateItem(_) | Request::TransactWriteItems(_) if round == 0 => Err(lost()),
            request => service.answer(request),
        });
        plan = run.abandon(now).leftover();
        if plan.remaining() == 0 {
            return round + 1;
        }
        now = now + pause;
    }
    panic!("{} operations are left over and over", plan.remaining());
}

#[test]
fn what_follows_an_operation_that_stays_unknown_is_not_left_over_and_over() {
    let mut solvent = Solvent::new();
    // Both are sent as one, so that both are unknown; the latter alone could be sent again.
    solvent.add(Note::update("a").add(Note::COUNT, 1));
    solvent.add(Note::update("a").set(Note::TEXT, "b"));
    solvent.add(Note::get("a"));
    assert_eq!(rounds(&client(|_| {}), solvent, Duration::ZERO), 1);
}

#[test]
fn what_may_have_been_sent_under_a_token_that_has_expired_is_not_left_over_and_over() {
    let plan = || {
        let mut solvent = Solvent::new();
        solvent.add(Note::update("a").add(Note::COUNT, 1).exactly_once());
        solvent.add(Note::get("a"));
        solvent
    };
    let client = client(|settings| settings.attempts = 2);
    assert_eq!(rounds(&client, plan(), Duration::from_secs(700)), 2);
    assert_eq!(rounds(&client, plan(), Duration::from_secs(1)), 2);
}

#[test]
fn what_the_deadline_or_an_abandoned_run_left_is_done_later() {
    let mut solvent = Solvent::new().deadline(Duration::from_secs(1));
    for number in 0..30 {
        solvent.add(note(&format!("{number}")).put());
    }
    let client = client(|settings| settings.attempts = 1_000);
    let (_, outcome) = run_with(&client, solvent.clone(), |_, _| Err(refused("ThrottlingException")));
    assert!(outcome.fates().all(|(_, fate)| fate == Fate::NeverSent));
    assert_eq!(outcome.leftover().remaining(), 30);

    let (mut run, _) = client.start(solvent, START).unwrap();
    assert!(matches!(run.poll(START), Step::Send(_)));
    let outcome = run.abandon(START);
    let unknown = outcome.fates().filter(|(_, fate)| *fate == Fate::Unknown).count();
    assert_eq!((unknown, outcome.leftover().remaining()), (25, 30));
    let mut service = Service::default();
    let (_, outcome) = run_with(&client, outcome.leftover(), |_, request| service.answer(request));
    assert!(outcome.is_complete());
    assert_eq!(service.items.len(), 30);
}

#[test]
fn what_the_deadline_ended_tells_what_held_it_up() {
    let one = |plan: Solvent, answer: &mut dyn FnMut(usize, &Request) -> Result<Response, CallError>| {
        let client = client(|settings| settings.attempts = 1_000);
        let (_, outcome) = run_with(&client, plan.deadline(Duration::from_secs(3)), answer);
        outcome.errors().map(|(_, error)| error.to_string()).collect::<Vec<_>>()
    };
    let mut throttled = Rejection::new("ProvisionedThroughputExceededException", "too much");
    throttled.throttling_reasons = vec![ThrottlingReason {
        reason: "TableWriteProvisionedThroughputExceeded".to_owned(),
        resource: "arn:aws:dynamodb:eu-west-1:1:table/notes".to_owned(),
    }];
    let mut plan = Solvent::new();
    plan.add(note("a").put());
    plan.add(Note::get("a"));
    let throttled = CallError::Refused(Box::new(throttled));
    let errors = one(plan.clone(), &mut |_, _| Err(throttled.clone()));
    let expected = "put on table `notes` (id = \"a\") was not applied before the plan's deadline; its last attempt was \
                    refused: ProvisionedThroughputExceededException: too much (TableWriteProvisionedThroughputExceeded \
                    of arn:aws:dynamodb:eu-west-1:1:table/notes)";
    assert_eq!(errors[0], expected);
    // Nothing is known of an attempt that gets no answer but that it may have been applied.
    let mut plan = Solvent::new();
    plan.add(Note::update("a").add(Note::COUNT, 1).exactly_once());
    let errors = one(plan, &mut |_, _| Err(lost()));
    assert!(
        errors[0].contains("may have been applied") && !errors[0].contains("was not applied"),
        "{errors:?}"
    );
    // What waits for capacity tells whose.
    let mut plan = Solvent::new().priority(Priority::Bulk);
    let visits = (0..100).map(|time| Visit { user: "u".to_owned(), time, seen: 0 }.put());
    plan.extend(visits);
    let mut service = Service::default();
    let errors = one(plan, &mut |_, request| service.answer(request));
    let waited =
        errors.iter().filter(|error| error.ends_with("it waited for capacity: visits write")).count();
    assert!(waited > 10 && waited < 100, "{waited} of {}: {:?}", errors.len(), errors.last());
}

#[test]
fn a_table_that_is_not_there_is_told_with_what_to_do() {
    let (_, outcome) = run_with(&client(|_| {}), Note::get("a").into_solvent().0, |_, _| {
        Err(refused("ResourceNotFoundException"))
    });
    let error = outcome.errors().next().unwrap().1.to_string();
    assert!(error.contains("create what is missing by `ensure` or `create`"), "{error}");
}

#[test]
fn what_is_left_over_can_be_listed_and_have_its_deadline_taken_off() {
    let mut solvent = Solvent::new().deadline(Duration::from_secs(1));
    solvent.add(Note::get("a"));
    solvent.add(note("b").put());
    let client = client(|settings| settings.attempts = 1_000);
    let mut service = Service::default();
    let (_, outcome) = run_with(&client, solvent, |_, request| match request {
        Request::PutItem(_) => Err(refused("ThrottlingException")),
        request => service.answer(request),
    });
    let left = outcome.leftover();
    let open: Vec<_> = left.open().map(|(index, subject)| (index, subject.to_string())).collect();
    assert_eq!(open, [(1, "put on table `notes` (id = \"b\")".to_owned())]);
    // It takes longer than the deadline that it had.
    let (requests, outcome) = run_with(&client, left.without_deadline(), |count, request| match count {
        0..12 => Err(refused("ThrottlingException")),
        _ => service.answer(request),
    });
    assert!(outcome.is_complete() && requests.len() == 13);
    assert!(outcome.report().elapsed > Duration::from_secs(1), "{:?}", outcome.report().elapsed);
}

#[test]
fn a_deadline_that_is_over_before_it_begins_is_refused_before_anything_is_sent() {
    let mut solvent = Solvent::new().deadline(Duration::ZERO);
    solvent.add(note("a").put());
    let error = client(|_| {}).start(solvent, START).map(|_| ()).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(
        error.to_string(),
        "the plan's deadline is over before it begins: it is counted from the start of the run, so give it some time"
    );
}

#[test]
fn expired_credentials_end_operations_that_another_db_may_go_on_with() {
    let mut solvent = Solvent::new();
    solvent.add(note("a").put());
    let (requests, outcome) =
        run_with(&client(|_| {}), solvent, |_, _| Err(refused("ExpiredTokenException")));
    assert_eq!((requests.len(), outcome.fate(0)), (1, refused_fate("ExpiredTokenException")));
    assert_eq!(outcome.leftover().remaining(), 1);
}

#[test]
fn the_runs_of_a_db_share_one_budget_for_retries_after_faults() {
    let client = client(|settings| settings.retry_budget = 14 * 5);
    let fail = |_: usize, _: &Request| Err(refused("InternalServerError"));
    let plan = || Note::get("a").into_solvent().0;
    let counts: Vec<usize> = (0..3).map(|_| run_with(&client, plan(), fail).0.len()).collect();
    assert_eq!(counts, [6, 1, 1]);
    // Fourteen calls that succeed at once give back what one retry takes.
    let mut service = Service::default();
    for _ in 0..14 {
        run_with(&client, plan(), |_, request| service.answer(request));
    }
    assert_eq!(run_with(&client, plan(), fail).0.len(), 2);
}

#[test]
fn throttling_and_conflicts_take_nothing_of_the_retry_budget() {
    let client = client(|settings| settings.retry_budget = 0);
    for code in
        ["ProvisionedThroughputExceededException", "ThrottlingException", "TransactionConflictException"]
    {
        let mut service = Service::default();
        let (requests, outcome) = run_with(&client, note("a").put().into_solvent().0, |count, request| {
            if count < 9 { Err(refused(code)) } else { service.answer(request) }
        });
        assert_eq!((requests.len(), outcome.is_complete()), (10, true), "{code}");
    }
    let (requests, _) = run_with(&client, note("a").put().into_solvent().0, |_, _| Err(lost()));
    assert_eq!(requests.len(), 1);
}

#[test]
fn the_report_tells_why_it_took_long() {
    let mut service = Service::default();
    let codes = ["ThrottlingException", "TransactionConflictException", "InternalServerError"];
    let (_, outcome) = run_with(&client(|_| {}), note("a").put().into_solvent().0, |count, request| {
        match codes.get(count) {
            Some(code) => Err(refused(code)),
            None => service.answer(request),
        }
    });
    let report = outcome.report();
    let reasons: Vec<WaitReason> = report.waited.keys().copied().collect();
    assert_eq!(reasons, [WaitReason::Throttled, WaitReason::Conflict, WaitReason::Fault]);
    assert_eq!((report.total_waited(), report.retries), (report.elapsed, 3));
    assert_eq!(report.refusals.len(), 3);
}

#[test]
fn a_plan_without_operations_ends_at_once_and_complete_and_leaves_nothing() {
    let (requests, outcome) = run_with(&client(|_| {}), saved(&Solvent::new()), |_, _| Err(lost()));
    assert!(requests.is_empty() && outcome.is_complete() && outcome.leftover().is_empty());
    assert_eq!(outcome.fates().count(), 0);
}
