//! Tickets are of one plan: of its clones, of what it leaves over, and of what was saved of it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use dynochemy_core::*;
use support::*;

const OTHER: &str = "it is a ticket of another plan";

fn run(plan: Solvent) -> Outcome {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    drive(&mut run, &mut Service::default(), &mut now);
    run.finish()
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

fn plan() -> (Solvent, Ticket<Option<Note>>, Tickets<Option<Note>>) {
    let mut solvent = Solvent::new();
    let one = solvent.add(Note::get("a"));
    let several = solvent.extend([Note::get("b"), Note::get("c")]);
    (solvent, one, several)
}

#[test]
fn a_ticket_of_another_plan_of_the_same_operations_is_refused() {
    let ((first, mine, all_mine), (second, other, all_other)) = (plan(), plan());
    assert_eq!(first, second);
    let mut outcome = run(first);
    let refused = |result: Result<Option<Note>, Error>| result.unwrap_err().to_string().contains(OTHER);
    assert!(refused(outcome.take(other)) && outcome.fate_of(other).is_err());
    assert!(all_other.iter().all(|ticket| refused(outcome.take(ticket))));
    assert!(all_other.into_iter().all(|ticket| refused(outcome.take(ticket))));
    assert_eq!(outcome.take(mine), Ok(None));
    assert!(all_mine.into_iter().all(|ticket| outcome.take(ticket) == Ok(None)));
}

#[test]
fn tickets_stay_good_in_clones_and_leftovers_and_after_either_was_saved() {
    let (solvent, one, several) = plan();
    let (mut clone, _) = (solvent.clone(), 0);
    let added = clone.add(Note::get("d"));
    let text = serde_json::to_string(&(one, &several)).unwrap();
    let (read_one, read_several): (Ticket<Option<Note>>, Tickets<Option<Note>>) =
        serde_json::from_str(&text).unwrap();
    let abandoned = || client(|_| {}).start(solvent.clone(), START).unwrap().0.abandon(START);
    let checkpoint = client(|_| {}).start(solvent.clone(), START).unwrap().0.checkpoint();
    let pinned = client(|_| {}).pin(solvent.clone(), START).unwrap();
    for plan in [
        clone.clone(),
        saved(&solvent),
        abandoned().leftover(),
        saved(&abandoned().leftover()),
        checkpoint,
        pinned.saved(),
        pinned.into_solvent().0,
    ] {
        let mut outcome = run(plan.clone());
        assert_eq!((outcome.take(one), outcome.take(several.get(1).unwrap())), (Ok(None), Ok(None)));
        let mut outcome = run(plan);
        assert_eq!(
            (outcome.take(read_one), outcome.take(read_several.get(1).unwrap())),
            (Ok(None), Ok(None))
        );
    }
    assert_eq!(run(clone).take(added), Ok(None));
    // A plan that was read is told apart by its operations, as ever.
    let foreign = Solvent::new().add(Note::get("foreign"));
    assert!(run(saved(&solvent)).take(foreign).is_err());
}

#[test]
fn chunks_have_tickets_of_their_own() {
    let mut chunks = Chunks::new(["a", "b", "c", "d"].map(Note::get)).operations(2);
    let (first, tickets_of_first) = chunks.next_with_tickets().unwrap();
    let (_, tickets_of_second) = chunks.next_with_tickets().unwrap();
    let mut outcome = run(first);
    assert!(tickets_of_second.into_iter().all(|ticket| outcome.take(ticket).is_err()));
    assert!(tickets_of_first.into_iter().all(|ticket| outcome.take(ticket) == Ok(None)));
}

#[test]
fn a_page_is_of_the_plan_whose_ticket_is_asked() {
    let streamed = || {
        let mut solvent = Solvent::new();
        let ticket = solvent.stream(Note::scan());
        (solvent, ticket)
    };
    let ((plan, mine), (_, other)) = (streamed(), streamed());
    let mut service = Service::default();
    let note = wire::encode(&Note { id: "a".to_owned(), text: String::new(), count: 0 }).unwrap().item;
    let put = api::PutItemInput { table_name: "notes".to_owned(), item: note, ..Default::default() };
    service.answer(&put.into()).unwrap();
    let mut now = START;
    let (mut run, _) = client(|_| {}).watch(plan, now).unwrap();
    let mut pages = 0;
    loop {
        match run.poll(now) {
            Step::Send(call) => run.complete(call.id, service.answer(&call.request), now),
            Step::Deliver(Notice::Page(page)) => {
                let page = page.rows_of(other).map(|_| ()).unwrap_err();
                assert_eq!(page.rows_of(mine).unwrap().count(), 1);
                pages += 1;
            }
            Step::Deliver(_) => {}
            Step::Wait { until } => now = until.unwrap(),
            Step::Done => break,
        }
    }
    assert_eq!(pages, 1);
}

#[test]
fn a_ticket_that_is_read_with_another_type_tells_no_contents_and_uses_nothing_up() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    solvent.add(Note { id: "a".to_owned(), text: "secret".to_owned(), count: 1 }.put());
    solvent.barrier();
    let ticket = solvent.add(Note::get("a"));
    let wrong: Ticket<u64> = serde_json::from_str(&serde_json::to_string(&ticket).unwrap()).unwrap();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let mut outcome = run.finish();
    let error = outcome.take(wrong).unwrap_err().to_string();
    assert!(error.contains("take it as its operation's type") && !error.contains("secret"), "{error}");
    assert_eq!(outcome.take(ticket).unwrap().unwrap().text, "secret");
}
