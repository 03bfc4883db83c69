//! Views in their simplest correct form: one writer, any faults.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use dynochemy_core::api::*;
use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

/// What is sent is looked at here as it is without regard to the capacity that the tables declare.
fn unpaced(settings: &mut Settings) {
    settings.prevent_throttling = false;
}

fn visit(user: &str, time: u64, seen: u64) -> Visit {
    Visit { user: user.to_owned(), time, seen }
}

fn run<P: Plan>(plan: P, service: &mut Service) -> (Vec<Arc<Request>>, Result<P::Output, Error>) {
    run_on(&client(unpaced), plan, service)
}

fn run_on<P: Plan>(
    client: &Arc<Client>,
    plan: P,
    service: &mut Service,
) -> (Vec<Arc<Request>>, Result<P::Output, Error>) {
    let mut now = START;
    let (mut run, finish) = client.start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    assert_eq!(view_drift(service), None);
    (requests, finish(run.finish()))
}

fn counted(service: &Service) -> BTreeMap<String, (i64, i64)> {
    service.all::<UserCount>().into_iter().map(|count| (count.user, (count.count, count.seen))).collect()
}

#[test]
fn a_view_follows_puts_overwrites_updates_and_deletes() {
    let mut service = Service::default();
    let client = client(unpaced);
    let mut after = |operation: Solvent| {
        run_on(&client, operation, &mut service).1.unwrap();
        counted(&service)["a"]
    };
    assert_eq!(after(visit("a", 1, 5).put().into_solvent().0), (1, 5));
    assert_eq!(after(visit("a", 2, 1).put().into_solvent().0), (2, 6));
    assert_eq!(after(visit("a", 1, 7).put().into_solvent().0), (2, 8));
    assert_eq!(after(Visit::update(("a", 1)).add(Visit::SEEN, -3).into_solvent().0), (2, 5));
    assert_eq!(after(Visit::delete(("a", 2)).into_solvent().0), (1, 4));
    assert_eq!(after(Visit::delete(("a", 9)).into_solvent().0), (1, 4));
}

#[test]
fn a_sum_that_starts_with_nothing_is_there_and_what_changes_nothing_is_not_sent() {
    let mut service = Service::default();
    run(visit("a", 1, 0).put(), &mut service).1.unwrap();
    assert_eq!(counted(&service)["a"], (1, 0));
    run(Visit::update(("a", 1)).set(Visit::SEEN, 0), &mut service).1.unwrap();
    let (requests, _) = run(visit("a", 1, 0).put(), &mut service);
    let Request::TransactWriteItems(transaction) = &*requests[1] else { panic!("{requests:?}") };
    assert_eq!(transaction.transact_items.len(), 1);
    run(Visit::delete(("a", 1)), &mut service).1.unwrap();
    assert_eq!(counted(&service)["a"], (0, 0));
}

#[test]
fn writes_that_touch_one_target_share_a_transaction_as_far_as_they_fit() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for time in 0..200 {
        solvent.add(visit("a", time, 1).put());
    }
    let (requests, outcome) = run(solvent, &mut service);
    assert!(outcome.unwrap().is_complete());
    // 99 sources and one target each, and the rest.
    assert_eq!(counts(&requests)["TransactWriteItems"], 3);
    assert_eq!(counted(&service)["a"], (200, 200));
    let largest = requests.iter().filter_map(|request| match &**request {
        Request::TransactWriteItems(transaction) => Some(transaction.transact_items.len()),
        _ => None,
    });
    assert_eq!(largest.max(), Some(100));
}

#[test]
fn a_lost_answer_is_settled_by_the_same_token() {
    let mut service = Service::default();
    let mut now = START;
    let client = client(unpaced);
    let (mut run, _) = client.start(visit("a", 1, 5).put(), now).unwrap();
    let mut lose = true;
    let requests = drive_with(&mut run, &mut now, |request| {
        let answer = service.answer(request);
        if matches!(request, Request::TransactWriteItems(_)) && std::mem::take(&mut lose) {
            return Err(CallError::Unknown { rejection: None, problem: "reset".to_owned() });
        }
        answer
    });
    assert!(run.finish().is_complete());
    assert_eq!(counts(&requests), [("GetItem", 1), ("TransactWriteItems", 2)].into());
    assert_eq!(requests[1], requests[2]);
    assert_eq!(counted(&service)["a"], (1, 5));
}

#[test]
fn an_item_that_changed_meanwhile_is_read_and_planned_anew() {
    let mut service = Service::default();
    let (first, second) =
        (client(unpaced), Builder::<Bare>::new().view(VisitsPerUser).seed(9).build().unwrap().0);
    run_on(&first, visit("a", 1, 5).put(), &mut service).1.unwrap();
    let mut now = START;
    let (mut run, finish) = first.start(visit("a", 1, 7).put(), now).unwrap();
    let mut interfere = true;
    let requests = drive_with(&mut run, &mut now, |request| {
        if matches!(request, Request::TransactWriteItems(_)) && std::mem::take(&mut interfere) {
            run_on(&second, visit("a", 1, 100).put(), &mut service).1.unwrap();
        }
        service.answer(request)
    });
    finish(run.finish()).unwrap();
    assert_eq!(counts(&requests), [("GetItem", 2), ("TransactWriteItems", 2)].into());
    assert_eq!(counted(&service)["a"], (1, 7));
    assert_eq!(view_drift(&service), None);
}

#[test]
fn an_item_from_before_the_view_is_not_taken_back() {
    let mut service = Service::default();
    let old = visit("a", 1, 50);
    let key = Visit::DESCRIPTION.keys.extract(&wire::encode(&old).unwrap().item).unwrap();
    service.items.insert(("visits".to_owned(), key), wire::encode(&old).unwrap().item.attributes().unwrap());
    let mut now = START;
    let (mut run, finish) = client(unpaced).start(visit("a", 1, 7).put(), now).unwrap();
    drive(&mut run, &mut service, &mut now);
    finish(run.finish()).unwrap();
    assert_eq!(counted(&service)["a"], (1, 7));
}

#[test]
fn a_bad_member_fails_alone() {
    let mut service = Service::default();
    run(visit("a", 1, 5).put(), &mut service).1.unwrap();
    // A text cannot be added to; the model refuses what the core's own evaluation would.
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "visits", views("visits-per-user"))]
    struct Odd {
        #[table(hash_key)]
        user: String,
        #[table(range_key)]
        time: u64,
        seen: u64,
        user_name: i64,
    }
    let mut solvent = Solvent::new();
    let good = solvent.add(visit("a", 2, 1).put());
    let bad = solvent.add(Odd::update(("a", 1)).set(Odd::USER_NAME, 5));
    let worse = solvent.add(Odd::update(("a", 1)).add(Odd::SEEN, -100));
    let (_, outcome) = run(solvent, &mut service);
    let Err(Error::Incomplete(mut outcome)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((outcome.take(good), outcome.take(bad)), (Ok(()), Ok(())));
    // The view cannot decode an item with a negative number of visits, so the update is not made.
    let error = outcome.take(worse).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(
        error.to_string(),
        "update on table `visits` (user = \"a\", time = 1) was not applied, since view `visits-per-user` could not \
         follow: attribute `seen`: -95 does not fit u64"
    );
    assert_eq!(counted(&service)["a"], (2, 6));
}

#[test]
fn a_write_that_touches_more_items_than_a_transaction_has_is_refused_before_it_is_sent() {
    struct Many;
    impl View for Many {
        const ID: &'static str = "visits-per-user";
        type Source = Visit;
        type Target = UserCount;
        fn add(&self, visit: &Visit, changes: &mut Changes<UserCount>) {
            for number in 0..visit.seen {
                changes.add(format!("{number}"), UserCount::COUNT, 1);
            }
        }
    }
    let client = Builder::<Bare>::new().view(Many).build().unwrap().0;
    let mut service = Service::default();
    let mut now = START;
    let mut solvent = Solvent::new();
    let most = solvent.add(visit("a", 1, 99).put());
    let more = solvent.add(visit("a", 2, 100).put());
    let (mut run, _) = client.start(solvent, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let mut outcome = run.finish();
    assert_eq!(outcome.take(most), Ok(()));
    let error = outcome.take(more).unwrap_err().to_string();
    assert!(
        error.contains("the write touches 101 items with its views, where a transaction has at most 100"),
        "{error}"
    );
}

#[test]
fn a_target_is_not_written_directly() {
    let mut service = Service::default();
    let direct = UserCount { user: "a".to_owned(), count: 1, seen: 1 };
    let (requests, result) = run(direct.put(), &mut service);
    assert!(requests.is_empty());
    assert_eq!(
        result.unwrap_err().to_string(),
        "put on table `visits_per_user` (user = \"a\") was not applied, since view `visits-per-user` could not follow: \
         the table is calculated; write to `visits` instead"
    );
    let (_, found) = run(UserCount::get("a"), &mut service);
    assert_eq!(found, Ok(None));
}

#[test]
fn a_process_that_forgets_a_view_is_refused() {
    let problem = |error: Error| error.to_string();
    let forgotten = Builder::<Bare>::new().table::<Visit>().build().map(drop).map_err(problem);
    let expected = "table `visits` declares the view `visits-per-user`, which is not registered; add `.view(..)` to the \
                    builder of the Db";
    assert_eq!(forgotten, Err(expected.to_owned()));
    let late = Builder::<Bare>::new().build().unwrap().0.start(visit("a", 1, 1).put(), START);
    assert_eq!(late.map(drop).map_err(problem), Err(expected.to_owned()));

    struct Undeclared;
    impl View for Undeclared {
        const ID: &'static str = "undeclared";
        type Source = Note;
        type Target = UserCount;
        fn add(&self, _: &Note, _: &mut Changes<UserCount>) {}
    }
    let undeclared = Builder::<Bare>::new().view(Undeclared).build().map(drop).map_err(problem);
    assert!(
        undeclared
            .unwrap_err()
            .starts_with("table `notes` does not declare the view `undeclared`; add `views(")
    );
}

#[test]
fn a_write_resumed_after_it_was_applied_is_not_applied_again() {
    let mut service = Service::default();
    let first = client(unpaced);
    let mut solvent = Solvent::new();
    let ticket = solvent.add(Visit::update(("a", 1)).set(Visit::SEEN, 1));
    let again = solvent.add(Visit::update(("b", 1)).add(Visit::SEEN, 1));
    let (mut run, _) = first.start(solvent, START).unwrap();
    let saved = run.checkpoint();
    let mut now = START;
    drive(&mut run, &mut service, &mut now);
    drop(run);
    // The process was killed before it learned of the end; another one resumes from what was saved at the start.
    let second = Builder::<Bare>::new().view(VisitsPerUser).seed(77).settings(unpaced).build().unwrap().0;
    let (mut resumed, _) = second.start(saved, now).unwrap();
    let requests = drive(&mut resumed, &mut service, &mut now);
    let mut outcome = resumed.finish();
    assert_eq!((outcome.take(ticket), outcome.take(again)), (Ok(()), Ok(())));
    assert_eq!(counts(&requests), [("BatchGetItem", 1)].into());
    assert_eq!(counted(&service), [("a".to_owned(), (1, 1)), ("b".to_owned(), (1, 1))].into());
    assert_eq!(view_drift(&service), None);
}

#[test]
fn old_items_that_were_left_unprocessed_are_read_again() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for time in 0..5 {
        solvent.add(visit("a", time, 1).put());
    }
    let mut now = START;
    let (mut run, finish) = client(unpaced).start(solvent, now).unwrap();
    let mut first = true;
    let requests = drive_with(&mut run, &mut now, |request| match request {
        Request::BatchGetItem(batch) if std::mem::take(&mut first) => {
            let mut unprocessed = batch.request_items.clone();
            unprocessed.get_mut("visits").unwrap().keys.truncate(3);
            Ok(Response::BatchGetItem(BatchGetItemOutput {
                unprocessed_keys: unprocessed,
                ..BatchGetItemOutput::default()
            }))
        }
        _ => service.answer(request),
    });
    assert!(finish(run.finish()).is_ok());
    assert_eq!(counts(&requests), [("BatchGetItem", 2), ("TransactWriteItems", 1)].into());
    assert_eq!(view_drift(&service), None);
}

#[test]
fn a_seed_that_is_used_again_loses_no_write() {
    let mut service = Service::default();
    for seen in 1..=2 {
        let client = Builder::<Bare>::new().view(VisitsPerUser).seed(7).build().unwrap().0;
        let mut now = START + std::time::Duration::from_secs(3600 * seen);
        // The service has forgotten the tokens of an hour ago.
        service.tokens.clear();
        let (mut run, finish) = client.start(visit("a", 1, seen).put(), now).unwrap();
        drive(&mut run, &mut service, &mut now);
        finish(run.finish()).unwrap();
        assert_eq!(counted(&service)["a"], (1, seen as i64));
    }
}

#[test]
fn several_writes_to_one_item_resumed_after_they_were_applied_are_not_applied_again() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(Visit::update(("a", 1)).add(Visit::SEEN, 1));
    solvent.add(Visit::update(("a", 1)).add(Visit::SEEN, 10));
    let mut now = START;
    let (mut run, _) = client(unpaced).start(solvent, now).unwrap();
    let saved = run.checkpoint();
    drive(&mut run, &mut service, &mut now);
    assert_eq!(counted(&service)["a"], (1, 11));
    let other = Builder::<Bare>::new().view(VisitsPerUser).seed(9).build().unwrap().0;
    let (mut resumed, finish) = other.start(saved, now).unwrap();
    drive(&mut resumed, &mut service, &mut now);
    assert!(finish(resumed.finish()).is_ok());
    assert_eq!(counted(&service)["a"], (1, 11));
}

#[test]
fn a_deadline_ends_a_write_that_waits_to_be_planned_anew() {
    let mut solvent = Solvent::new().deadline(std::time::Duration::from_secs(1));
    solvent.add(visit("a", 1, 1).put());
    let mut now = START;
    let client = client(|settings| {
        settings.attempts = 1000;
        settings.backoff_base = std::time::Duration::from_secs(20);
    });
    let (mut run, _) = client.start(solvent, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |request| match request {
        Request::GetItem(_) => Ok(Response::GetItem(GetItemOutput::default())),
        _ => {
            let mut rejection = Rejection::new("TransactionCanceledException", "changed");
            let reason = CancellationReason {
                code: "ConditionalCheckFailed".to_owned(),
                ..CancellationReason::default()
            };
            rejection.cancellation_reasons = vec![reason];
            Err(CallError::Refused(Box::new(rejection)))
        }
    });
    assert!(requests.len() < 20);
    let outcome = run.finish();
    assert_eq!(outcome.report().elapsed, std::time::Duration::from_secs(1));
    assert!(matches!(outcome.errors().next(), Some((0, Error::DeadlinePassed { .. }))), "{outcome:?}");
}

#[test]
fn a_missing_table_of_a_view_is_not_mistaken_for_the_source() {
    let mut now = START;
    let (mut run, finish) = client(unpaced).start(visit("a", 1, 1).put(), now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::GetItem(_) => Ok(Response::GetItem(GetItemOutput::default())),
        _ => {
            let rejection = Rejection::new("ResourceNotFoundException", "Requested resource not found");
            Err(CallError::Refused(Box::new(rejection)))
        }
    });
    let error = finish(run.finish()).unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    let told = "Requested resource not found (the write goes to `visits` and, for view `visits-per-user`, to \
                `visits_per_user`); nothing was applied";
    assert!(error.to_string().contains(told), "{error}");
}

#[test]
fn old_items_are_read_once_although_a_transaction_has_no_room_for_them_all() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for number in 0..300 {
        solvent.add(visit(&format!("user {number}"), 1, 1).put());
    }
    let (requests, outcome) = run(solvent, &mut service);
    assert!(outcome.is_ok());
    let read: usize = requests
        .iter()
        .map(|request| match &**request {
            Request::BatchGetItem(batch) => batch.request_items["visits"].keys.len(),
            Request::GetItem(_) => 1,
            _ => 0,
        })
        .sum();
    // A source and a target for each: fifty to a transaction.
    assert_eq!((read, counts(&requests)["TransactWriteItems"]), (300, 6));
}
