//! Calls that meet a transaction which has begun and not ended.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{
    Condition, DocumentPath, KeyCondition, UpdateAction, UpdateExpression,
};
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{
    AttributeValue, Backend, Clock, Db, Effect, HeldTransaction, Item, Key, KeyValue, Moment, SqlBackend,
    Table, Throughput, VirtualClock,
};
use serde::{Deserialize, Serialize};

const NOW: Moment = Moment::from_secs(1_800_000_000);

fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
    let create = CreateTableInput::new("counters", &keys)
        .provisioned(ProvisionedThroughput { read_capacity_units: 100, write_capacity_units: 5 });
    backend.answer(&create.into(), NOW).unwrap();
    for id in ["a", "b", "c"] {
        backend.answer(&put(id), NOW).unwrap();
    }
    backend
}

fn key(id: &str) -> Key {
    Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None }
}

fn item(id: &str) -> Item {
    Item::from_json(format!(r#"{{"id":{{"S":"{id}"}}}}"#)).unwrap()
}

fn put(id: &str) -> Request {
    Request::PutItem(PutItemInput {
        table_name: "counters".to_owned(),
        item: item(id),
        ..PutItemInput::default()
    })
}

fn count_up() -> UpdateExpression {
    UpdateExpression { actions: vec![UpdateAction::Add(DocumentPath::attribute("count"), 1.into())] }
}

fn update(id: &str) -> UpdateItemInput {
    UpdateItemInput {
        table_name: "counters".to_owned(),
        key: key(id),
        update_expression: count_up(),
        ..UpdateItemInput::default()
    }
}

/// A transaction that adds one to each counter.
fn transaction(ids: &[&str], token: Option<&str>) -> TransactWriteItemsInput {
    let add = |id: &&str| {
        TransactWriteItem::Update(TransactUpdate {
            table_name: "counters".to_owned(),
            key: key(id),
            update_expression: count_up(),
            ..TransactUpdate::default()
        })
    };
    TransactWriteItemsInput {
        transact_items: ids.iter().map(add).collect(),
        client_request_token: token.map(str::to_owned),
        ..TransactWriteItemsInput::default()
    }
}

fn get(id: &str) -> Request {
    Request::GetItem(GetItemInput {
        table_name: "counters".to_owned(),
        key: key(id),
        consistent_read: true,
        ..GetItemInput::default()
    })
}

fn counted(backend: &SqlBackend, id: &str) -> u64 {
    let Response::GetItem(found) = backend.answer(&get(id), NOW).unwrap() else { unreachable!() };
    match found.item.unwrap().attribute("count").unwrap() {
        Some(AttributeValue::N(number)) => u64::try_from(number).unwrap(),
        None => 0,
        other => panic!("{other:?}"),
    }
}

/// What a call is refused with.
fn refused(backend: &SqlBackend, request: &Request) -> String {
    let error = backend.answer(request, NOW).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    error.rejection().unwrap().to_string()
}

fn reasons(backend: &SqlBackend, request: &Request) -> Vec<(String, Option<String>)> {
    let error = backend.answer(request, NOW).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!(rejection.code, "TransactionCanceledException");
    let reasons = rejection.cancellation_reasons.iter();
    reasons.map(|reason| (reason.code.clone(), reason.message.clone())).collect()
}

fn conflict() -> (String, Option<String>) {
    ("TransactionConflict".to_owned(), Some("Transaction is ongoing for the item".to_owned()))
}

fn none() -> (String, Option<String>) {
    ("None".to_owned(), None)
}

#[test]
fn single_writes_of_its_items_conflict_until_it_ends_and_others_do_not() {
    let backend = backend();
    let held = backend.hold(transaction(&["a", "b"], None), NOW).unwrap();
    let delete = Request::DeleteItem(DeleteItemInput {
        table_name: "counters".to_owned(),
        key: key("b"),
        ..DeleteItemInput::default()
    });
    let conditional =
        UpdateItemInput { condition_expression: Some(Condition::exists("none")), ..update("a") };
    for write in
        [put("a"), Request::UpdateItem(update("b")), delete.clone(), Request::UpdateItem(conditional)]
    {
        assert_eq!(
            refused(&backend.clone(), &write),
            "TransactionConflictException: Transaction is ongoing for the item"
        );
    }
    backend.answer(&Request::UpdateItem(update("c")), NOW).unwrap();
    held.finish(NOW).unwrap();
    assert_eq!(["a", "b", "c"].map(|id| counted(&backend, id)), [1, 1, 1]);
    backend.answer(&Request::UpdateItem(update("a")), NOW).unwrap();
    backend.answer(&delete, NOW).unwrap();
}

#[test]
fn its_tables_may_be_named_by_their_resource_names() {
    let backend = backend();
    let mut input = transaction(&["a"], Some("token"));
    if let TransactWriteItem::Update(update) = &mut input.transact_items[0] {
        update.table_name = "arn:aws:dynamodb:eu-west-1:123456789012:table/counters".to_owned();
    }
    let held = backend.hold(input.clone(), NOW).unwrap();
    assert!(refused(&backend, &put("a")).starts_with("TransactionConflictException"));
    let again = Request::TransactWriteItems(input);
    assert!(refused(&backend, &again).starts_with("TransactionInProgressException"));
    held.finish(NOW).unwrap();
    backend.answer(&again, NOW).unwrap();
    assert_eq!(counted(&backend, "a"), 1, "the same token");
}

#[test]
fn one_that_is_dropped_is_cancelled() {
    let backend = backend();
    drop(backend.hold(transaction(&["a"], Some("token")), NOW).unwrap());
    assert_eq!(counted(&backend, "a"), 0);
    let again = Request::TransactWriteItems(transaction(&["a"], Some("token")));
    backend.answer(&again, NOW).unwrap();
    assert_eq!(counted(&backend, "a"), 1);
}

#[test]
fn reads_see_the_items_as_they_were_and_transactional_ones_are_cancelled() {
    let backend = backend();
    let held = backend.hold(transaction(&["a", "b"], None), NOW).unwrap();
    assert_eq!(counted(&backend, "a"), 0);
    let table_name = "counters".to_owned();
    let query = QueryInput {
        table_name: table_name.clone(),
        key_condition_expression: KeyCondition::hash("id", KeyValue::S("a".to_owned())),
        ..QueryInput::default()
    };
    let keys = KeysAndAttributes { keys: vec![key("a"), key("b")], ..KeysAndAttributes::default() };
    let batch = BatchGetItemInput {
        request_items: [(table_name.clone(), keys)].into(),
        ..BatchGetItemInput::default()
    };
    let scan = ScanInput { table_name, ..ScanInput::default() };
    for read in [Request::Query(query), Request::BatchGetItem(batch), Request::Scan(scan)] {
        backend.answer(&read, NOW).unwrap();
    }
    let reads = |ids: &[&str]| {
        let read = |id: &&str| TransactGetItem {
            get: TransactGet { table_name: "counters".to_owned(), key: key(id), ..TransactGet::default() },
        };
        Request::TransactGetItems(TransactGetItemsInput {
            transact_items: ids.iter().map(read).collect(),
            ..TransactGetItemsInput::default()
        })
    };
    assert_eq!(reasons(&backend, &reads(&["c", "a"])), [none(), conflict()]);
    backend.answer(&reads(&["c"]), NOW).unwrap();
    held.finish(NOW).unwrap();
    backend.answer(&reads(&["c", "a"]), NOW).unwrap();
}

#[test]
fn other_transactions_are_cancelled_with_a_reason_for_each_of_its_items() {
    let backend = backend();
    let _held = backend.hold(transaction(&["a"], None), NOW).unwrap();
    let write = Request::TransactWriteItems(transaction(&["c", "a", "b"], None));
    assert_eq!(reasons(&backend, &write), [none(), conflict(), none()]);
    let mut mixed = transaction(&["c", "a"], None);
    let check = TransactWriteItem::ConditionCheck(ConditionCheck {
        table_name: "counters".to_owned(),
        key: key("b"),
        condition_expression: Condition::exists("none"),
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
    });
    mixed.transact_items.push(check);
    let failed = ("ConditionalCheckFailed".to_owned(), Some("The conditional request failed".to_owned()));
    assert_eq!(reasons(&backend, &Request::TransactWriteItems(mixed)), [none(), conflict(), failed]);
    assert_eq!(counted(&backend, "c"), 0);
    // Nor is another one held.
    let error = backend.hold(transaction(&["b", "a"], None), NOW).unwrap_err();
    assert_eq!(error.rejection().unwrap().cancellation_reasons[1].code, "TransactionConflict");
    let _other = backend.hold(transaction(&["b"], None), NOW).unwrap();
}

#[test]
fn a_check_holds_its_item_too() {
    let backend = backend();
    let check = TransactWriteItem::ConditionCheck(ConditionCheck {
        table_name: "counters".to_owned(),
        key: key("a"),
        condition_expression: Condition::exists("id"),
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
    });
    let input = TransactWriteItemsInput { transact_items: vec![check], ..TransactWriteItemsInput::default() };
    let held = backend.hold(input, NOW).unwrap();
    assert!(refused(&backend, &put("a")).starts_with("TransactionConflictException"));
    held.finish(NOW).unwrap();
    backend.answer(&put("a"), NOW).unwrap();
}

#[test]
fn members_of_a_batch_that_write_its_items_come_back_unprocessed() {
    let backend = backend();
    let held = backend.hold(transaction(&["a", "b"], None), NOW).unwrap();
    let write = |id: &str| WriteRequest::PutRequest { item: item(id) };
    let batch = |ids: &[&str]| {
        let writes = ids.iter().map(|id| write(id)).collect();
        let request = Request::BatchWriteItem(BatchWriteItemInput {
            request_items: [("counters".to_owned(), writes)].into(),
            return_consumed_capacity: ReturnConsumedCapacity::Total,
            ..BatchWriteItemInput::default()
        });
        let Response::BatchWriteItem(answer) = backend.answer(&request, NOW).unwrap() else { unreachable!() };
        let units: f64 = answer.consumed_capacity.iter().map(|consumed| consumed.capacity_units).sum();
        (answer.unprocessed_items.get("counters").cloned().unwrap_or_default(), units)
    };
    assert_eq!(batch(&["b", "d", "a"]), (vec![write("b"), write("a")], 1.0));
    assert_eq!(batch(&["a"]), (vec![write("a")], 0.0));
    drop(held);
    assert_eq!(batch(&["a"]), (vec![], 1.0));
}

#[test]
fn the_same_token_is_in_progress_then_answers_again_and_stands_for_nothing_else() {
    let backend = backend();
    let held = backend.hold(transaction(&["a"], Some("token")), NOW).unwrap();
    let same = Request::TransactWriteItems(transaction(&["a"], Some("token")));
    let in_progress = "TransactionInProgressException: The transaction with the given request token is already in progress.";
    assert_eq!(refused(&backend, &same), in_progress);
    assert_eq!(
        backend.hold(transaction(&["a"], Some("token")), NOW).unwrap_err().rejection().unwrap().to_string(),
        in_progress
    );
    let other = Request::TransactWriteItems(transaction(&["b"], Some("token")));
    assert!(refused(&backend, &other).starts_with("IdempotentParameterMismatchException"));
    held.finish(NOW).unwrap();
    backend.answer(&same, NOW).unwrap();
    assert_eq!(counted(&backend, "a"), 1, "once");
    // Held again it is nothing but an answer.
    let again = backend.hold(transaction(&["a"], Some("token")), NOW).unwrap();
    backend.answer(&Request::UpdateItem(update("a")), NOW).unwrap();
    again.finish(NOW).unwrap();
    assert_eq!(counted(&backend, "a"), 2);
}

#[test]
fn what_would_be_cancelled_anyway_holds_nothing() {
    let backend = backend();
    let mut input = transaction(&["a", "b"], Some("token"));
    if let TransactWriteItem::Update(update) = &mut input.transact_items[1] {
        update.condition_expression = Some(Condition::exists("none"));
    }
    let error = backend.hold(input, NOW).unwrap_err();
    assert_eq!(error.rejection().unwrap().cancellation_reasons[1].code, "ConditionalCheckFailed");
    for id in ["a", "b"] {
        backend.answer(&put(id), NOW).unwrap();
    }
}

#[test]
fn capacity_is_taken_when_it_ends() {
    let limit = Throughput::declared().burst(Duration::from_secs(1));
    let backend = backend().with_throughput(limit);
    let held = backend.hold(transaction(&["a"], None), NOW).unwrap();
    for number in 0..4 {
        backend.answer(&put(&number.to_string()), NOW).unwrap();
    }
    let error = held.finish(NOW).unwrap_err();
    assert_eq!(error.rejection().unwrap().cancellation_reasons[0].code, "ProvisionedThroughputExceeded");
    assert_eq!(counted(&backend, "a"), 0);
    // It has ended all the same.
    backend.hold(transaction(&["a"], None), NOW).unwrap().finish(NOW + Duration::from_secs(1)).unwrap();
    assert_eq!(counted(&backend, "a"), 1);
}

#[test]
fn a_table_that_was_deleted_meanwhile_is_missed_at_the_end() {
    let backend = backend();
    let held = backend.hold(transaction(&["a"], None), NOW).unwrap();
    backend.answer(&DeleteTableInput { table_name: "counters".to_owned() }.into(), NOW).unwrap();
    let error = held.finish(NOW).unwrap_err();
    assert_eq!(error.rejection().unwrap().code, "ResourceNotFoundException");
}

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "counters")]
struct Counter {
    #[table(hash_key)]
    id: String,
    #[serde(default)]
    count: u64,
}

/// A clock whose first wait ends a transaction, as a simulator would between two steps.
struct Ending {
    clock: VirtualClock,
    held: Arc<Mutex<Option<HeldTransaction>>>,
}

impl Clock for Ending {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn wait_until(&self, moment: Moment) {
        self.clock.wait_until(moment);
        if let Some(held) = self.held.lock().unwrap().take() {
            held.finish(moment).unwrap();
        }
    }
}

#[test]
fn a_plan_that_meets_it_tries_again_until_it_has_ended() {
    let backend = backend();
    let held = Arc::new(Mutex::new(Some(backend.hold(transaction(&["a"], None), NOW).unwrap())));
    let clock = Ending { clock: VirtualClock::new(NOW), held: Arc::clone(&held) };
    let db = Db::builder().backend(backend).seed(1).build().unwrap().with_clock(clock);
    db.run(Counter::update("a").add(Counter::COUNT, 10)).unwrap();
    assert!(held.lock().unwrap().is_none());
    assert_eq!(db.run(Counter::get("a")).unwrap().map(|counter| counter.count), Some(11));
}

#[test]
fn threads_that_write_and_hold_lose_no_update() {
    let backend = backend();
    let [written, finished] = [(); 2].map(|()| AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let done = backend.answer(&Request::UpdateItem(update("a")), NOW).is_ok();
                    written.fetch_add(done.into(), Ordering::SeqCst);
                }
            });
            scope.spawn(|| {
                for number in 0..200 {
                    let Ok(held) = backend.hold(transaction(&["a"], None), NOW) else { continue };
                    std::thread::yield_now();
                    match number % 3 {
                        0 => drop(held),
                        _ => drop(finished.fetch_add(held.finish(NOW).is_ok().into(), Ordering::SeqCst)),
                    }
                }
            });
        }
    });
    let (written, finished) = (written.into_inner(), finished.into_inner());
    assert_eq!(counted(&backend, "a"), written + finished);
    assert!(written > 0 && finished > 0, "{written} {finished}");
}
