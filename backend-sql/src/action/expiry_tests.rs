//! Tests: items that expire.

use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::expression::UpdateAction;
use dynochemy_core::{AttributeValue, Backend as _, KeyShape, Request, ScalarType};

use super::fixture::*;
use crate::HeldTransaction;
use crate::storage::Access;

const MINUTE: Duration = Duration::from_secs(60);

fn time_to_live(enabled: bool) -> UpdateTimeToLiveInput {
    let attribute_name = "until".to_owned();
    UpdateTimeToLiveInput {
        table_name: "visits".to_owned(),
        time_to_live_specification: TimeToLiveSpecification { enabled, attribute_name },
    }
}

/// A fixture whose visits expire by `until`.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.call(time_to_live(true)).unwrap();
    fixture
}

/// A visit that expires so many seconds after the fixture's beginning.
fn put_until(time: u64, seconds: u64) -> PutItemInput {
    put(item(&visit_json("a", time, &format!(r#","until":{{"N":"{}"}}"#, 1_800_000_000 + seconds))))
}

fn left(fixture: &Fixture) -> Vec<u64> {
    times(&fixture.call(query("a")).unwrap().items)
}

#[test]
fn what_has_expired_is_gone_before_the_first_call_at_its_time() {
    let mut fixture = fixture();
    for time in 1..=3 {
        fixture.call(put_until(time, 60 * time)).unwrap();
    }
    fixture.call(put_visit("a", 4)).unwrap();
    fixture.wait(MINUTE - Duration::from_nanos(1));
    assert_eq!(left(&fixture), [1, 2, 3, 4]);
    fixture.wait(Duration::from_nanos(1));
    assert_eq!(left(&fixture), [2, 3, 4]);
    fixture.wait(MINUTE);
    // Whatever the call is.
    let described = fixture.call(DescribeTableInput { table_name: "visits".to_owned() }).unwrap().table;
    assert_eq!(described.item_count, 2);
    fixture.wait(MINUTE);
    let old = PutItemInput { return_values: ReturnValues::AllOld, ..put_visit("a", 3) };
    assert_eq!(fixture.call(old).unwrap().attributes, None);
    fixture.wait(1000 * MINUTE);
    assert_eq!(left(&fixture), [3, 4]);
}

#[test]
fn the_time_of_an_item_can_be_changed() {
    let mut fixture = fixture();
    for time in 1..=4 {
        fixture.call(put_until(time, 60)).unwrap();
    }
    fixture.call(update("a", 1, vec![UpdateAction::Add(path("until"), 60.into())])).unwrap();
    fixture.call(update("a", 2, vec![UpdateAction::Remove(path("until"))])).unwrap();
    fixture.call(put_visit("a", 3)).unwrap();
    fixture.call(delete("a", 4)).unwrap();
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [1, 2, 3]);
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [2, 3]);
}

#[test]
fn only_numbers_of_a_likely_time_make_items_expire() {
    let mut fixture = fixture();
    let values = [
        r#"{"S":"1800000001"}"#,
        r#"{"NS":["1800000001"]}"#,
        r#"{"N":"1"}"#,
        r#"{"N":"-1800000001"}"#,
        // Milliseconds.
        r#"{"N":"1800000001000"}"#,
    ];
    for (time, value) in (1..).zip(values) {
        fixture.call(put(item(&visit_json("a", time, &format!(r#","until":{value}"#))))).unwrap();
    }
    fixture.wait(1000 * MINUTE);
    assert_eq!(left(&fixture), [1, 2, 3, 4, 5]);
}

#[test]
fn items_that_are_there_expire_from_when_that_is_asked_for() {
    let mut fixture = Fixture::new();
    fixture.call(put_until(1, 60)).unwrap();
    fixture.call(put_until(2, 60 * 60)).unwrap();
    fixture.call(put(item(&visit_json("a", 3, r#","until":{"N":"1000000000"}"#)))).unwrap();
    fixture.wait(10 * MINUTE);
    assert_eq!(left(&fixture), [1, 2, 3]);
    fixture.call(time_to_live(true)).unwrap();
    assert_eq!(left(&fixture), [2, 3]);
    fixture.wait(31 * MINUTE);
    fixture.call(time_to_live(false)).unwrap();
    fixture.wait(60 * MINUTE);
    assert_eq!(left(&fixture), [2, 3]);
}

#[test]
fn entries_in_indexes_and_the_sizes_of_item_collections_go_too() {
    let mut fixture = Fixture::new();
    let keys =
        KeyShape { hash: attribute("user", ScalarType::S), range: Some(attribute("time", ScalarType::N)) };
    let mut input = CreateTableInput::new("indexed", &keys);
    input
        .attribute_definitions
        .push(AttributeDefinition { attribute_name: "n".to_owned(), attribute_type: ScalarType::N });
    input.local_secondary_indexes.push(LocalSecondaryIndex {
        index_name: "by_n".to_owned(),
        key_schema: vec![KeySchemaElement::hash("user"), KeySchemaElement::range("n")],
        projection: Projection::all(),
    });
    input.global_secondary_indexes.push(GlobalSecondaryIndex {
        index_name: "of_n".to_owned(),
        key_schema: vec![KeySchemaElement::hash("n")],
        projection: Projection::all(),
        ..GlobalSecondaryIndex::default()
    });
    fixture.call(input).unwrap();
    fixture.call(UpdateTimeToLiveInput { table_name: "indexed".to_owned(), ..time_to_live(true) }).unwrap();
    for time in 1..=2 {
        let more = format!(r#","n":{{"N":"7"}},"until":{{"N":"{}"}}"#, 1_800_000_000 + 60 * time);
        let put = put(item(&visit_json("a", time, &more)));
        fixture.call(PutItemInput { table_name: "indexed".to_owned(), ..put }).unwrap();
    }
    fixture.wait(MINUTE);
    for index_name in ["by_n", "of_n"] {
        let scan = ScanInput {
            table_name: "indexed".to_owned(),
            index_name: Some(index_name.to_owned()),
            ..ScanInput::default()
        };
        assert_eq!(times(&fixture.call(scan).unwrap().items), [2], "{index_name}");
    }
    let collections = |fixture: &Fixture| {
        let storage = fixture.backend.storage();
        storage.transaction(Access::Read, |transaction| {
            let table = transaction.table("indexed")?.unwrap();
            let place = crate::storage::Place::of(&key("a", 1));
            Ok(transaction.collection_size(table.id, place.key_hash())?)
        })
    };
    assert!(collections(&fixture).unwrap() > 0);
    fixture.wait(MINUTE);
    assert_eq!(fixture.call(ListTablesInput::default()).unwrap().table_names.len(), 3);
    assert_eq!(collections(&fixture).unwrap(), 0);
}

#[test]
fn the_stream_tells_that_the_service_did_it() {
    let mut fixture = fixture();
    let specification =
        StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::OldImage) };
    let input = UpdateTableInput {
        table_name: "visits".to_owned(),
        stream_specification: Some(specification),
        ..UpdateTableInput::default()
    };
    let stream_arn = fixture.call(input).unwrap().table_description.latest_stream_arn.unwrap();
    fixture.call(put_until(1, 60)).unwrap();
    fixture.call(put_visit("a", 2)).unwrap();
    fixture.call(delete("a", 2)).unwrap();
    fixture.wait(2 * MINUTE);
    let describe = DescribeStreamInput { stream_arn: stream_arn.clone(), ..DescribeStreamInput::default() };
    let shard = fixture.call(describe).unwrap().stream_description.shards.remove(0);
    let iterator = GetShardIteratorInput {
        stream_arn,
        shard_id: shard.shard_id,
        shard_iterator_type: ShardIteratorType::TrimHorizon,
        ..GetShardIteratorInput::default()
    };
    let shard_iterator = fixture.call(iterator).unwrap().shard_iterator.unwrap();
    let records = fixture.call(GetRecordsInput { shard_iterator, limit: None }).unwrap().records;
    assert_eq!(records.len(), 4);
    assert!(records[..3].iter().all(|record| record.user_identity.is_none()));
    let expired = &records[3];
    assert_eq!(expired.event_name, OperationType::Remove);
    assert_eq!(expired.dynamodb.old_image, Some(put_until(1, 60).item));
    let identity = expired.user_identity.clone().unwrap();
    assert_eq!(identity.principal_id.as_deref(), Some("dynamodb.amazonaws.com"));
    assert_eq!(identity.r#type.as_deref(), Some("Service"));
}

#[test]
fn expiry_takes_no_capacity() {
    let mut fixture = Fixture::throttled();
    fixture.call(time_to_live(true)).unwrap();
    for time in 1..=3 {
        fixture.call(put_until(time, 1)).unwrap();
    }
    fixture.wait(Duration::from_secs(1));
    // Five units are there once more, and all of them can be taken.
    fixture.call(put(visit_of_size("a", 9, 5 * 1024))).unwrap();
    assert_eq!(left(&fixture), [9]);
}

#[test]
fn any_number_of_items_expires_at_once() {
    let mut fixture = fixture();
    for time in 0..2500 {
        fixture.call(put_until(time, 60)).unwrap();
    }
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [0u64; 0]);
}

/// A transaction that holds visits.
fn held(fixture: &Fixture, times: std::ops::Range<u64>) -> HeldTransaction {
    let touch = |time: u64| {
        TransactWriteItem::Update(TransactUpdate {
            table_name: "visits".to_owned(),
            key: key("a", time),
            update_expression: dynochemy_core::expression::UpdateExpression { actions: vec![set("x", 1)] },
            ..TransactUpdate::default()
        })
    };
    let transact_items = times.map(touch).collect();
    let input = TransactWriteItemsInput { transact_items, ..TransactWriteItemsInput::default() };
    fixture.backend.hold(input, fixture.now).unwrap()
}

#[test]
fn an_item_that_a_transaction_holds_expires_afterwards() {
    let mut fixture = fixture();
    fixture.call(put_until(1, 60)).unwrap();
    fixture.call(put_until(2, 60)).unwrap();
    let held = held(&fixture, 1..2);
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [1]);
    // The next calls do not look for it once more.
    for access in [Access::Read, Access::Write] {
        assert!(fixture.backend.attempts().begin(access, fixture.now).is_none());
    }
    // What is written when it has expired already goes too.
    fixture.call(put_until(3, 60)).unwrap();
    assert_eq!(left(&fixture), [1]);
    drop(held);
    assert_eq!(left(&fixture), [0u64; 0]);
}

#[test]
fn items_that_transactions_hold_keep_none_behind_them_from_expiring() {
    let mut fixture = fixture();
    // As many as are looked at at a time, in transactions of a hundred.
    for time in 0..1000 {
        fixture.call(put_until(time, 60)).unwrap();
    }
    fixture.call(put_until(1000, 61)).unwrap();
    fixture.call(put_until(1001, 120)).unwrap();
    let held: Vec<_> = (0..10).map(|hundred| held(&fixture, 100 * hundred..100 * (hundred + 1))).collect();
    fixture.wait(MINUTE + Duration::from_secs(1));
    assert_eq!(left(&fixture).last(), Some(&1001));
    assert_eq!(left(&fixture).len(), 1001);
    drop(held);
    assert_eq!(left(&fixture), [1001]);
}

#[test]
fn a_table_that_is_deleted_takes_the_times_of_its_items_along() {
    let mut fixture = fixture();
    fixture.call(put_until(1, 60)).unwrap();
    fixture.call(DeleteTableInput { table_name: "visits".to_owned() }).unwrap();
    fixture.call(create("visits", None)).unwrap();
    fixture.call(put_until(1, 60)).unwrap();
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [1]);
}

#[test]
fn what_a_refused_call_would_have_made_expire_does_not() {
    let mut fixture = fixture();
    fixture.call(put_until(1, 120)).unwrap();
    // The batch's second table does not exist.
    let mut batch = batch_write(vec![WriteRequest::PutRequest { item: put_until(2, 60).item }]);
    let elsewhere = WriteRequest::PutRequest { item: put_until(3, 60).item };
    batch.request_items.insert("zzz".to_owned(), vec![elsewhere]);
    fixture.refused(batch);
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [1]);
    fixture.wait(MINUTE);
    assert_eq!(left(&fixture), [0u64; 0]);
}

#[test]
fn a_call_of_an_earlier_time_deletes_nothing() {
    let fixture = fixture();
    fixture.call(put_until(1, 60)).unwrap();
    let get: Request = get("a", 1).into();
    let earlier = dynochemy_core::Moment::from_secs(5);
    let answer = fixture.backend.answer(&get, earlier).unwrap();
    let GetItemOutput { item, .. } = answer.try_into().unwrap();
    assert_eq!(item.unwrap().attribute("until").unwrap(), Some(AttributeValue::N(1_800_000_060.into())));
}
