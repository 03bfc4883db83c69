//! What explaining a plan tells, as text.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::{Bare, Choices, Note, START, Service, Visit, client, drive};

#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(
    name = "orders",
    read_capacity = 100,
    write_capacity = 50,
    global_index(
        name = "by_customer",
        hash("customer"),
        projection(keys_only),
        read_capacity = 10,
        write_capacity = 10
    )
)]
struct Order {
    #[table(hash_key)]
    id: u64,
    customer: Option<String>,
    text: String,
}

fn order(id: u64, size: usize) -> Order {
    Order { id, customer: id.is_multiple_of(2).then(|| "Scarlett".to_owned()), text: "x".repeat(size) }
}

fn explained(plan: &Solvent) -> String {
    client(|settings| settings.transaction_actions = 100).explain(plan).unwrap().to_string()
}

#[test]
fn a_large_plan_of_puts_tells_waves_requests_capacity_and_time() {
    let mut solvent = Solvent::new();
    for id in 0..10_000 {
        solvent.add(order(id, 1_500).put());
    }
    assert_eq!(
        explained(&solvent),
        "10,000 operations: 400 requests in 13 waves\n  \
           waves 1 to 12    32 BatchWriteItem each\n  \
           wave 13          16 BatchWriteItem\n\
         requests           400 BatchWriteItem\n\
         capacity\n  \
           orders             write 20,000 units, 400.0 s at 50 a second\n  \
           orders/by_customer write 5,000 units, 500.0 s at 10 a second\n\
         time               500.0 s for the capacity of orders/by_customer"
    );
}

#[test]
fn what_is_not_known_before_is_told_as_the_least() {
    let mut solvent = Solvent::new();
    solvent.add(order(1, 10).put());
    solvent.add(Order::get(1));
    solvent.add(Order::get(2));
    solvent.add(Order::update(3).set(Order::TEXT, "new"));
    solvent.add(Order::query(4).consistent());
    solvent.stream(Order::BY_CUSTOMER.query("Scarlett"));
    solvent.add(Statement::new("SELECT * FROM orders").items::<Order>());
    assert_eq!(
        explained(&solvent),
        "7 operations: 7 requests in 3 waves\n  \
           wave 1           1 GetItem, 1 PutItem, 1 UpdateItem\n  \
           wave 2           1 GetItem, 2 Query\n  \
           wave 3           1 ExecuteStatement\n\
         requests           1 ExecuteStatement, 2 GetItem, 1 PutItem, 2 Query, 1 UpdateItem\n\
         capacity\n  \
           orders             read  at least 2 units, 0.0 s at 100 a second\n  \
           orders             write at least 2 units, 0.0 s at 50 a second\n  \
           orders/by_customer read  at least 0.5 units, 0.1 s at 10 a second\n  \
           orders/by_customer write at least 0 units\n  \
           not known of     1 ExecuteStatement\n\
         time               at least 0.1 s for the capacity of orders/by_customer"
    );
}

#[test]
fn transactions_views_and_what_follows_each_other_are_told_as_they_run() {
    let mut solvent = Solvent::new();
    for time in 0..60 {
        solvent.add(Visit { user: format!("{}", time % 3), time, seen: 1 }.put());
    }
    let update = Order::update(2).set(Order::TEXT, "new");
    solvent.add(TransactWrite::new().with(order(1, 10).put()).with(update));
    solvent.add(Note { id: "1".to_owned(), text: String::new(), count: 1 }.put());
    solvent.add(Note::update("1").add(Note::COUNT, 1));
    solvent.add(Note::get("1"));
    assert_eq!(
        explained(&solvent),
        "64 operations: 6 requests in 3 waves\n  \
           wave 1           1 BatchGetItem, 1 PutItem, 1 TransactWriteItems\n  \
           wave 2           1 TransactWriteItems, 1 UpdateItem\n  \
           wave 3           1 GetItem\n\
         requests           1 BatchGetItem, 1 GetItem, 1 PutItem, 2 TransactWriteItems, 1 UpdateItem\n\
         capacity\n  \
           notes              read  at least 0.5 units\n  \
           notes              write at least 2 units\n  \
           orders             write at least 4 units, 0.1 s at 50 a second\n  \
           orders/by_customer write at least 0 units\n  \
           visits             read  at least 60 units, 6.0 s at 10 a second\n  \
           visits             write 120 units, 24.0 s at 5 a second\n  \
           visits_per_user    write at least 6 units\n\
         time               24.0 s for the capacity of visits"
    );
}

#[test]
fn what_would_not_be_sent_is_told_with_its_reason() {
    let mut solvent = Solvent::new();
    solvent.add(Note::get("1"));
    solvent.add(Note::get(""));
    for _ in 0..15 {
        solvent.add(Note { id: String::new(), text: String::new(), count: 1 }.put());
    }
    let text = explained(&solvent);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "17 operations: 1 request in 1 wave");
    assert_eq!(
        lines[4..6],
        [
            "not sent           operation 1: get on table `notes` was not sent: attribute `id`: a key must not be empty",
            "                   operation 2: put on table `notes` was not sent: attribute `id`: a key must not be empty",
        ]
    );
    assert_eq!((lines.len(), lines[14]), (15, "                   and 6 more"));
}

#[test]
fn tables_are_created_and_deleted_in_theory_too() {
    let mut solvent = Solvent::new();
    solvent.add(Order::create());
    solvent.add(Note::ensure());
    solvent.add(order(1, 10).put());
    solvent.add(Order::delete_table());
    assert_eq!(
        explained(&solvent),
        "4 operations: 5 requests in 4 waves\n  \
           wave 1           1 CreateTable, 1 DescribeTable\n  \
           wave 2           1 PutItem\n  \
           wave 3           1 DeleteTable\n  \
           wave 4           1 DescribeTable\n\
         requests           1 CreateTable, 1 DeleteTable, 2 DescribeTable, 1 PutItem\n\
         capacity\n  \
           orders           write 1 unit, 0.0 s at 50 a second\n\
         time               0.0 s for the capacity of orders"
    );
    assert_eq!(explained(&Solvent::new()), "0 operations: 0 requests in 0 waves");
    // Nobody knows how long a change of a table takes.
    let mut solvent = Solvent::new();
    solvent.add(Order::update_table().capacity(5, 5));
    assert!(explained(&solvent).contains("then             looks at tables until"));
}

#[test]
fn explaining_sends_as_many_requests_as_running_and_leaves_no_trace() {
    struct Nothing;
    impl Observer for Nothing {
        fn observe(&self, event: &Event<'_>) {
            panic!("{event:?}");
        }
    }
    let watched = Builder::<Bare>::new().observer(Nothing).build().unwrap().0;
    for seed in 0..50 {
        let mut choices = Choices::new(seed);
        let mut solvent = Solvent::new();
        for number in 0..choices.below(300) {
            let id = format!("{}", choices.below(200));
            match choices.below(5) {
                0 => drop(solvent.add(Note::get(&id))),
                1 => drop(solvent.add(Note::delete(&id))),
                2 => drop(solvent.add(Note::update(&id).set(Note::COUNT, 1))),
                _ => drop(solvent.add(Note { id, text: String::new(), count: number as i64 }.put())),
            }
        }
        let explanation = watched.explain(&solvent).unwrap();
        let mut now = START;
        let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
        let requests = drive(&mut run, &mut Service::default(), &mut now);
        assert_eq!(explanation.total_requests(), requests.len() as u64, "seed {seed}");
        for (action, count) in explanation.requests() {
            let sent = requests.iter().filter(|request: &&Arc<Request>| request.action() == action).count();
            assert_eq!(count, sent as u64, "seed {seed}: {action}");
        }
    }
}

#[test]
fn a_saved_plan_is_explained_with_its_tokens_alive() {
    let mut solvent = Solvent::new();
    solvent.add(order(1, 10).put().exactly_once());
    let pinned = client(|_| {}).pin(solvent, START).unwrap();
    let text = explained(&pinned.saved());
    assert!(text.contains("1 TransactWriteItems") && !text.contains("not sent"), "{text}");
}

#[test]
fn a_deadline_that_cannot_be_kept_is_told_and_none_at_all_is_refused() {
    let mut solvent = Solvent::new();
    for id in 0..100 {
        solvent.add(order(id, 1_500).put());
    }
    let text = explained(&solvent.clone().deadline(std::time::Duration::from_secs(2)));
    assert!(text.ends_with("the deadline of 2.0 s is shorter"), "{text}");
    let enough = explained(&solvent.clone().deadline(std::time::Duration::from_secs(20)));
    assert!(!enough.contains("deadline"), "{enough}");
    let none = solvent.deadline(std::time::Duration::ZERO);
    let client = client(|_| {});
    assert!(client.explain(&none).is_err() && client.pin(none, START).is_err());
}
