//! What a plan says of its order: barriers, groups, and operations that are added together.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

fn note(number: usize) -> Note {
    Note { id: format!("note {number}"), text: "text".to_owned(), count: number as i64 }
}

fn run_to_end(plan: Solvent, service: &mut Service) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    (requests, run.finish())
}

fn names(requests: &[Arc<Request>]) -> Vec<&'static str> {
    requests.iter().map(|request| request.action().name()).collect()
}

#[test]
fn what_stands_behind_a_barrier_waits_until_everything_before_it_has_ended() {
    let mut solvent = Solvent::new();
    solvent.barrier();
    for number in 0..3 {
        solvent.add(note(number).put());
    }
    solvent.add(Note::get("another"));
    solvent.barrier();
    solvent.barrier();
    solvent.add(note(9).put());
    solvent.add(Note::get("yet another"));
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    let mut service = Service::default();
    let mut sent = Vec::new();
    while let Step::Send(call) = run.poll(now) {
        sent.push(call);
    }
    assert_eq!(
        names(&sent.iter().map(|call| Arc::clone(&call.request)).collect::<Vec<_>>()),
        ["BatchWriteItem", "GetItem"]
    );
    for (left, call) in (0..2).rev().zip(sent) {
        run.complete(call.id, service.answer(&call.request), now);
        assert_eq!(matches!(run.poll(now), Step::Wait { .. }), left > 0, "{left} calls are under way");
    }
    // The last poll has sent the first call behind the barrier.
    drive(&mut run, &mut service, &mut now);
}

#[test]
fn a_barrier_is_passed_when_what_stands_before_it_has_failed() {
    let mut solvent = Solvent::new();
    let failing = solvent.add(Note { text: "invalid".to_owned(), ..note(1) }.put());
    solvent.barrier();
    let follower = solvent.add(Note::get("note 1"));
    let other = solvent.add(Note::get("note 2"));
    solvent.barrier();
    let (_, mut outcome) = run_to_end(solvent, &mut Service::default());
    assert!(outcome.take(failing).unwrap_err().to_string().contains("told by the model"));
    assert!(matches!(outcome.take(follower), Err(Error::Skipped { .. })), "it is on the same item");
    assert_eq!(outcome.take(other).unwrap(), None);
}

#[test]
fn barriers_are_saved_with_the_plan_and_its_checkpoints() {
    let mut solvent = Solvent::new();
    solvent.add(note(1).put());
    solvent.barrier();
    solvent.add(note(2).put());
    solvent.add(note(3).put());
    let saved = serde_json::to_string(&solvent).unwrap();
    let read: Solvent = serde_json::from_str(&saved).unwrap();
    assert_eq!(read, solvent);
    let run = client(|_| {}).start(read, START).unwrap().0;
    let (requests, _) = run_to_end(run.checkpoint(), &mut Service::default());
    assert_eq!(names(&requests), ["PutItem", "BatchWriteItem"]);
}

#[test]
fn a_group_is_one_transaction_under_a_token() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    let group = solvent.atomically(|group| {
        group.add(note(1).put());
        group.add(Note::delete("note 2"));
        group.add(Note::update("note 3").add(Note::COUNT, 1).condition(Note::COUNT.not_exists()));
    });
    let after = solvent.add(Note::get("note 1"));
    let (requests, mut outcome) = run_to_end(solvent, &mut service);
    let Request::TransactWriteItems(transaction) = &*requests[0] else { panic!("{requests:?}") };
    assert_eq!(transaction.transact_items.len(), 3);
    assert!(transaction.client_request_token.is_some());
    outcome.take(group).unwrap();
    assert_eq!(outcome.take(after).unwrap(), Some(note(1)));
}

#[test]
fn a_group_that_is_no_transaction_is_not_sent_and_says_why() {
    let mut solvent = Solvent::new();
    let empty = solvent.atomically(|_| {});
    let large = solvent.atomically(|group| (0..101).for_each(|number| group.add(note(number).put())));
    let twice = solvent.atomically(|group| {
        group.add(note(1).put());
        group.add(Note::delete("note 1"));
    });
    let wrong = solvent.atomically(|group| group.add(Note::delete("")));
    let (requests, mut outcome) = run_to_end(solvent, &mut Service::default());
    assert_eq!(requests, []);
    for (ticket, problem) in [
        (empty, "1 to 100 actions, not 0"),
        (large, "1 to 100 actions, not 101"),
        (
            twice,
            "action 1 is on an item (id = \"note 1\") that an earlier one is on, which DynamoDB forbids; make one action of them",
        ),
        (wrong, "a key must not be empty"),
    ] {
        let error = outcome.take(ticket).unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[test]
fn a_group_that_cannot_be_sent_tells_its_action_and_holds_back_what_follows_on_all_its_items() {
    let mut solvent = Solvent::new();
    let group = solvent.atomically(|group| {
        group.add(note(1).put());
        group.add(Note { text: "x".repeat(500_000), ..note(2) }.put());
        group.add(Note::delete("note 3"));
    });
    let followers: Vec<Ticket<()>> =
        (1..4).map(|number| solvent.add(Note::delete(&note(number).id))).collect();
    let twice = solvent
        .add(operation::TransactWrite::new().with(Note::delete("note 5")).with(Note::delete("note 5")));
    let after_twice = solvent.add(Note::get("note 5"));
    let reads = solvent.add(operation::TransactGet::new((Note::get("note 6"), Note::get(""))));
    let after_reads = solvent.add(Note::get("note 6"));
    let other = solvent.add(Note::get("note 7"));
    for saved_before in [false, true] {
        let plan = solvent.clone();
        let text = serde_json::to_string(&plan).unwrap();
        let plan = if saved_before { serde_json::from_str(&text).unwrap() } else { plan };
        let (requests, mut outcome) = run_to_end(plan, &mut Service::default());
        assert_eq!(counts(&requests), [("GetItem", 1)].into());
        assert_eq!(outcome.leftover().remaining(), 0);
        let error = outcome.take(group).unwrap_err().to_string();
        let told =
            "transaction on table `notes` was not sent: action 1, put on table `notes` (id = \"note 2\"): ";
        assert!(error.starts_with(told) && error.contains("409600"), "{error}");
        for follower in &followers {
            assert!(matches!(outcome.take(*follower), Err(Error::Skipped { after: 0, .. })));
        }
        assert!(outcome.take(twice).unwrap_err().to_string().contains("that an earlier one is on"));
        assert!(matches!(outcome.take(after_twice), Err(Error::Skipped { after: 4, .. })));
        let error = outcome.take(reads).unwrap_err().to_string();
        assert!(
            error.starts_with("reading transaction on table `notes` was not sent: action 1, get on"),
            "{error}"
        );
        assert!(matches!(outcome.take(after_reads), Err(Error::Skipped { after: 6, .. })));
        assert_eq!(outcome.take(other), Ok(None));
    }
}

#[test]
fn operations_that_are_added_together_have_tickets_in_their_order() {
    let mut service = Service::default();
    let mut solvent: Solvent = (0..30).map(|number| note(number).put()).collect();
    Extend::extend(&mut solvent, [Note::delete("note 7")]);
    let tickets = solvent.extend((0..30).map(|number| Note::get(&note(number).id)));
    assert_eq!((solvent.len(), tickets.get(0).unwrap().index()), (61, 31));
    let (_, mut outcome) = run_to_end(solvent, &mut service);
    for (number, ticket) in tickets.iter().enumerate() {
        assert_eq!(outcome.take(ticket).unwrap(), (number != 7).then(|| note(number)));
    }
}

#[test]
fn a_table_with_two_keys_is_refused_before_anything_is_sent() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "notes")]
    struct Other {
        #[table(hash_key)]
        number: u64,
    }
    let mut solvent = Solvent::new();
    solvent.add(Note::get("a"));
    solvent.add(Other { number: 1 }.put());
    let error = client(|_| {}).start(solvent, START).unwrap_err().to_string();
    assert!(error.contains("describes table `notes` twice"), "{error}");
}
