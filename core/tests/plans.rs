//! What a plan sends, without faults, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::{Arc, Mutex};

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

fn note(number: usize) -> Note {
    Note { id: format!("note {number}"), text: "text".to_owned(), count: number as i64 }
}

fn run(plan: Solvent, service: &mut Service) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    (requests, run.finish())
}

#[test]
fn a_thousand_puts_are_forty_batches() {
    let mut solvent = Solvent::new();
    for number in 0..1000 {
        solvent.add(note(number).put());
    }
    let mut service = Service::default();
    let (requests, outcome) = run(solvent, &mut service);
    assert_eq!(counts(&requests), [("BatchWriteItem", 40)].into());
    assert!(outcome.is_complete());
    assert_eq!(service.all::<Note>().len(), 1000);
    assert_eq!(outcome.report().requests[&Action::BatchWriteItem], 40);
}

#[test]
fn gets_that_follow_puts_wait_for_them_and_still_fill_their_batches() {
    let mut solvent = Solvent::new();
    let mut tickets = Vec::new();
    for number in 0..130 {
        solvent.add(note(number).put());
        tickets.push(solvent.add(Note::get(&note(number).id)));
    }
    let (requests, mut outcome) = run(solvent, &mut Service::default());
    assert_eq!(counts(&requests), [("BatchWriteItem", 6), ("BatchGetItem", 2)].into());
    for (number, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(outcome.take(ticket).unwrap(), Some(note(number)));
    }
}

#[test]
fn a_lone_operation_is_sent_as_itself() {
    let mut solvent = Solvent::new();
    solvent.add(note(1).put());
    solvent.add(Note::get("other"));
    let (requests, _) = run(solvent, &mut Service::default());
    assert_eq!(counts(&requests), [("PutItem", 1), ("GetItem", 1)].into());
}

#[test]
fn equal_gets_are_asked_once_and_all_answered() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(note(1).put());
    run(solvent, &mut service);
    let mut solvent = Solvent::new();
    let same: Vec<_> = (0..5).map(|_| solvent.add(Note::get("note 1"))).collect();
    let other = solvent.add(Note::get("note 2"));
    let (requests, mut outcome) = run(solvent, &mut service);
    let [Request::BatchGetItem(batch)] =
        &*requests.iter().map(|request| (**request).clone()).collect::<Vec<_>>()
    else {
        panic!("{requests:?}")
    };
    assert_eq!(batch.request_items["notes"].keys.len(), 2);
    for ticket in same {
        assert_eq!(outcome.take(ticket).unwrap(), Some(note(1)));
    }
    assert_eq!(outcome.take(other).unwrap(), None);
}

#[test]
fn consistent_and_other_gets_of_one_table_do_not_share_a_batch() {
    let mut solvent = Solvent::new();
    for number in 0..4 {
        let get = Note::get(&note(number).id);
        solvent.add(if number % 2 == 0 { get.consistent() } else { get });
    }
    let (requests, _) = run(solvent, &mut Service::default());
    let consistent: Vec<bool> = requests
        .iter()
        .map(|request| match &**request {
            Request::BatchGetItem(batch) => batch.request_items["notes"].consistent_read,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(consistent, [true, false]);
}

#[test]
fn two_writes_to_one_item_are_never_in_one_batch() {
    let mut solvent = Solvent::new();
    for number in 0..30 {
        solvent.add(Note { id: format!("note {}", number % 10), ..note(number) }.put());
    }
    let mut service = Service::default();
    let (requests, _) = run(solvent, &mut service);
    assert_eq!(counts(&requests), [("BatchWriteItem", 3)].into());
    assert!(service.all::<Note>().iter().all(|note| note.count >= 20));
}

#[test]
fn a_scan_sees_the_writes_before_it() {
    let mut solvent = Solvent::new();
    for number in 0..30 {
        solvent.add(note(number).put());
    }
    let all = solvent.add(Note::scan());
    let some = solvent.add(Note::scan().limit(7));
    let parallel = solvent.add(Note::scan().segments(3));
    let (_, mut outcome) = run(solvent, &mut Service::default());
    assert_eq!(outcome.take(all).unwrap().len(), 30);
    assert_eq!(outcome.take(some).unwrap().len(), 7);
    assert_eq!(outcome.take(parallel).unwrap().len(), 30);
}

#[test]
fn a_stream_hands_out_pages_and_asks_for_no_more_than_are_taken() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for number in 0..10 {
        solvent.add(note(number).put());
    }
    run(solvent, &mut service);
    let mut run = client(|_| {}).stream(Note::scan(), START).unwrap();
    let (mut pages, mut sent) = (0, 0);
    loop {
        match run.poll(START) {
            Step::Send(call) => {
                sent += 1;
                assert!(sent <= pages + 1, "a page is asked for that nobody wants yet");
                run.complete(call.id, service.answer(&call.request), START);
            }
            Step::Deliver(notice) => {
                let Notice::Page(delivery) = notice else { panic!("{notice:?}") };
                assert_eq!(delivery.items.len(), 2);
                assert_eq!(delivery.keys, Note::DESCRIPTION.keys);
                pages += 1;
            }
            Step::Done => break,
            Step::Wait { .. } => panic!("a wait without calls"),
        }
    }
    assert_eq!(pages, 5);
    assert_eq!(run.finish().result(0), Some(&Ok(operation::Settled::Count(10))));
}

#[test]
fn table_names_are_mapped_for_the_environment() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "others")]
    struct Other {
        #[table(hash_key)]
        id: u32,
    }
    let builder = Builder::<Bare>::new().table_prefix("test-").table_name::<Other>("elsewhere");
    let client = builder.build().unwrap().0;
    let mut solvent = Solvent::new();
    solvent.add(Note::get("a"));
    solvent.add(Other::get(1));
    let mut run = client.start(solvent, START).unwrap().0;
    let Step::Send(call) = run.poll(START) else { panic!("nothing is sent") };
    let Request::BatchGetItem(batch) = &*call.request else { panic!("{:?}", call.request) };
    assert_eq!(batch.request_items.keys().collect::<Vec<_>>(), ["elsewhere", "test-notes"]);
}

#[test]
fn an_observer_sees_every_event_numbered_without_gaps() {
    struct Log(Arc<Mutex<Vec<String>>>);
    impl Observer for Log {
        fn observe(&self, event: &Event<'_>) {
            let kind = match &event.what {
                EventKind::Started { plan, .. } => format!("started {}", plan.len()),
                EventKind::Polled { step: Step::Send(call) } => format!("send {}", call.request.action()),
                EventKind::Polled { step: Step::Done } => "done".to_owned(),
                EventKind::Polled { .. } => "wait".to_owned(),
                EventKind::Completed { call, answer } => format!("completed {call} {}", answer.is_ok()),
                EventKind::Ended { abandoned, .. } => format!("ended {abandoned}"),
                _ => "other".to_owned(),
            };
            let mut log = self.0.lock().unwrap();
            assert_eq!(event.number, log.len() as u64);
            log.push(kind);
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let client = Builder::<Bare>::new().observer(Log(Arc::clone(&log))).build().unwrap().0;
    let mut now = START;
    let (mut run, _) = client.start(note(1).put(), now).unwrap();
    drive(&mut run, &mut Service::default(), &mut now);
    let _ = run.finish();
    assert_eq!(
        *log.lock().unwrap(),
        ["started 1", "send PutItem", "wait", "completed 0 true", "done", "ended false"]
    );
}

#[test]
fn an_empty_plan_is_done_at_once() {
    let (requests, outcome) = run(Solvent::new(), &mut Service::default());
    assert!(requests.is_empty() && outcome.is_complete() && outcome.is_empty());
}

#[test]
fn a_large_plan_is_taken_in_by_and_by() {
    let mut solvent = Solvent::new();
    for number in 0..30_000 {
        solvent.add(note(number).put());
    }
    let mut service = Service::default();
    let (requests, _) = run(solvent, &mut service);
    assert_eq!(counts(&requests), [("BatchWriteItem", 1200)].into());
}

#[test]
fn tickets_are_good_for_their_own_plan_and_once() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    let ticket = solvent.add(Note::get("a"));
    let mut other = Solvent::new();
    let foreign = other.add(Note::get("b"));
    let (_, mut outcome) = run(solvent, &mut service);
    let error = outcome.take(foreign).unwrap_err();
    assert_eq!(error.to_string(), "ticket 0: it is a ticket of another plan");
    assert_eq!(outcome.take(ticket), Ok(None));
    assert_eq!(outcome.take(ticket).unwrap_err().to_string(), "ticket 0: its result was taken before");
}
