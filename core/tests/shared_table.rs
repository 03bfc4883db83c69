//! Several types in one table: none takes another's items, views, versions or cursors for its own.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::{Bare, START};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "U#{user}"),
    range_key(sk = "P"),
    global_index(name = "keys", hash(k = "{user}"), projection(keys_only))
)]
struct Person {
    user: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "U#{user}"),
    range_key(sk = "O#{number:04}"),
    views("orders-of-user"),
    global_index(name = "by_state", hash = "state", range = "number")
)]
struct Order {
    user: String,
    number: u32,
    #[serde(default)]
    state: String,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "orders_of_user")]
struct Orders {
    #[table(hash_key)]
    user: String,
    count: i64,
}

struct OrdersOfUser;

impl View for OrdersOfUser {
    const ID: &'static str = "orders-of-user";
    type Source = Order;
    type Target = Orders;
    fn add(&self, order: &Order, changes: &mut Changes<Orders>) {
        changes.add(&order.user, Orders::COUNT, 1);
    }
}

fn person() -> Person {
    Person { user: "u".to_owned(), rest: BTreeMap::new() }
}

fn order(number: u32) -> Order {
    Order { user: "u".to_owned(), number, state: "new".to_owned() }
}

/// Everything that is written, by a service that has nothing yet.
fn writes(plan: Solvent) -> Vec<api::TransactWriteItem> {
    let client = Builder::<Bare>::new().view(OrdersOfUser).build().unwrap().0;
    let (mut run, _) = client.start(plan, START).unwrap();
    let mut written = Vec::new();
    loop {
        match run.poll(START) {
            Step::Send(call) => {
                let answer = match &*call.request {
                    Request::BatchGetItem(_) => Response::BatchGetItem(api::BatchGetItemOutput::default()),
                    Request::GetItem(_) => Response::GetItem(api::GetItemOutput::default()),
                    Request::TransactWriteItems(transaction) => {
                        written.extend(transaction.transact_items.iter().cloned());
                        Response::TransactWriteItems(api::TransactWriteItemsOutput::default())
                    }
                    other => panic!("{}", other.action()),
                };
                run.complete(call.id, Ok(answer), START);
            }
            Step::Done => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(run.finish().is_complete());
    written
}

#[test]
fn a_view_counts_the_items_of_its_source_alone() {
    let mut plan = Solvent::new();
    let _ = plan.add(person().put());
    let _ = plan.add(order(1).put());
    let targets: Vec<_> = writes(plan)
        .into_iter()
        .filter_map(|item| match item {
            api::TransactWriteItem::Update(update) => Some(update.update_expression.actions),
            _ => None,
        })
        .collect();
    let [actions] = targets.as_slice() else { panic!("{targets:?}") };
    let expression::UpdateAction::Add(_, one) = &actions[0] else { panic!("{actions:?}") };
    assert_eq!(*one, AttributeValue::from(1u64));
}

#[test]
fn a_view_of_a_later_type_must_be_registered_too() {
    let client = Builder::<Bare>::new().build().unwrap().0;
    let mut plan = Solvent::new();
    let _ = plan.add(Person::get("u"));
    let _ = plan.add(order(1).put());
    let error = client.start(plan, START).map(drop).unwrap_err().to_string();
    assert!(error.contains("orders-of-user"), "{error}");
}

#[test]
fn an_index_that_holds_keys_only_does_not_tell_types_apart() {
    let refusal = |plan: Solvent| {
        let client = Builder::<Bare>::new().view(OrdersOfUser).build().unwrap().0;
        let (mut run, _) = client.start(plan, START).unwrap();
        match run.poll(START) {
            Step::Done => Some(run.finish().errors().next().unwrap().1.to_string()),
            _ => None,
        }
    };
    let mut plan = Solvent::new();
    let _ = plan.add(Person::KEYS.query("u"));
    assert!(refusal(plan).unwrap().contains("any_of"));
    let mut plan = Solvent::new();
    let _ = plan.add(Person::KEYS.query("u").any_of::<Attributes>());
    assert_eq!(refusal(plan), None);
}

#[test]
fn made_keys_that_a_flattened_map_has_read_are_made_anew_and_nothing_is_written_twice() {
    let mut read = person();
    read.rest.insert("pk".to_owned(), "U#u".to_owned());
    read.rest.insert("sk".to_owned(), "P".to_owned());
    let client = Builder::<Bare>::new().view(OrdersOfUser).build().unwrap().0;
    let first = |plan| client.start::<operation::Put<Person>>(plan, START).unwrap().0.poll(START);
    assert!(matches!(first(read.put()), Step::Send(_)));
    read.rest.insert("user".to_owned(), "v".to_owned());
    let (mut run, finish) = client.start(read.put(), START).unwrap();
    assert_eq!(run.poll(START), Step::Done);
    let error = finish(run.finish()).unwrap_err().to_string();
    assert!(error.contains("attribute `user`") && error.contains("twice"), "{error}");
    assert!(Item::from_json(r#"{"a":{"S":"x"},"a":{"S":"y"}}"#).is_err());
}
