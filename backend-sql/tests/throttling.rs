//! Random batches against the law of provisioned throughput: what is admitted, and what becomes of the rest.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::KeyCondition;
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{Backend, Item, Key, KeyValue, Moment, SqlBackend, Throughput};
use proptest::prelude::*;

const TABLE: &str = "limited";

/// A batch: how long after the one before, and the sizes of its items in write units.
type Batch = (u64, Vec<u64>);

fn create(backend: &SqlBackend, write_capacity_units: u64) {
    let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::S }, range: None };
    let throughput = ProvisionedThroughput { read_capacity_units: 1, write_capacity_units };
    let request = CreateTableInput::new(TABLE, &keys).provisioned(throughput);
    backend.answer(&request.into(), Moment::EPOCH).unwrap();
}

/// A new item of as many write units.
fn put(id: usize, units: u64) -> WriteRequest {
    let pad = "x".repeat(units as usize * 1024 - 20);
    let item = Item::from_json(format!(r#"{{"id":{{"S":"{id:08}"}},"pad":{{"S":"{pad}"}}}}"#)).unwrap();
    WriteRequest::PutRequest { item }
}

/// The writes that were not applied; all of them where the batch was refused.
fn write(backend: &SqlBackend, writes: &[WriteRequest], now: Moment) -> Vec<WriteRequest> {
    let request = Request::BatchWriteItem(BatchWriteItemInput {
        request_items: BTreeMap::from([(TABLE.to_owned(), writes.to_vec())]),
        ..BatchWriteItemInput::default()
    });
    match backend.answer(&request, now) {
        Ok(Response::BatchWriteItem(mut output)) => {
            let left = output.unprocessed_items.remove(TABLE).unwrap_or_default();
            assert!(left.len() < writes.len(), "a batch of which nothing fits is refused");
            left
        }
        Err(error) => {
            assert_eq!(error.rejection().unwrap().code, "ProvisionedThroughputExceededException");
            writes.to_vec()
        }
        other => panic!("{other:?}"),
    }
}

fn ids(backend: &SqlBackend) -> BTreeSet<String> {
    let request = Request::Scan(ScanInput { table_name: TABLE.to_owned(), ..ScanInput::default() });
    let unlimited = backend.clone().with_throughput(Throughput::unlimited());
    match unlimited.answer(&request, Moment::EPOCH).unwrap() {
        Response::Scan(output) => {
            assert_eq!(output.last_evaluated_key, None, "the test keeps below a page");
            output.items.iter().map(|item| format!("{:?}", item.attribute("id").unwrap())).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn id(write: &WriteRequest) -> String {
    match write {
        WriteRequest::PutRequest { item } => format!("{:?}", item.attribute("id").unwrap()),
        WriteRequest::DeleteRequest { .. } => unreachable!("the test only puts"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_applied_is_what_the_bucket_admits_item_by_item(
        capacity in 1..20u64,
        burst in 1..5u64,
        batches in prop::collection::vec((0..3_000u64, prop::collection::vec(1..4u64, 1..12)), 1..20)
    ) {
        let batches: Vec<Batch> = batches;
        let throughput = Throughput::declared().burst(Duration::from_secs(burst));
        let backend = SqlBackend::in_memory().unwrap().with_throughput(throughput);
        create(&backend, capacity);
        let mut now = Moment::from_secs(1_800_000_000);
        // In thousandths of a unit, which is what a table gains each millisecond.
        let most = (capacity * burst * 1000) as i64;
        let mut level = most;
        let mut applied = BTreeSet::new();
        let mut next = 0;
        for (wait, sizes) in batches {
            now = now + Duration::from_millis(wait);
            level = (level + (capacity * wait) as i64).min(most);
            let mut expected = Vec::new();
            let mut writes = Vec::new();
            for units in sizes {
                next += 1;
                let write = put(next, units);
                let cost = units as i64 * 1000;
                if level >= cost || level == most {
                    level -= cost;
                    applied.insert(id(&write));
                } else {
                    expected.push(write.clone());
                }
                writes.push(write);
            }
            prop_assert_eq!(write(&backend, &writes, now), expected);
        }
        prop_assert_eq!(ids(&backend), applied);
    }
}

fn key(id: &str, number: u64) -> Key {
    Key {
        hash: ("id".into(), KeyValue::S(id.to_owned())),
        range: Some(("number".into(), KeyValue::N(number.into()))),
    }
}

/// A table that is billed on demand, with this maximum of write units, and whose items are also found by `group`.
fn create_on_demand(backend: &SqlBackend, most: Option<i64>) {
    let keys = KeyShape {
        hash: KeyAttribute { name: "id".into(), kind: ScalarType::S },
        range: Some(KeyAttribute { name: "number".into(), kind: ScalarType::N }),
    };
    let mut create = CreateTableInput::new("visits", &keys);
    create.on_demand_throughput = most
        .map(|most| OnDemandThroughput { max_write_request_units: Some(most), max_read_request_units: None });
    create
        .attribute_definitions
        .push(AttributeDefinition { attribute_name: "group".to_owned(), attribute_type: ScalarType::S });
    create.global_secondary_indexes.push(GlobalSecondaryIndex {
        index_name: "by_group".to_owned(),
        key_schema: vec![KeySchemaElement::hash("group")],
        projection: Projection::all(),
        provisioned_throughput: None,
        on_demand_throughput: None,
        warm_throughput: None,
    });
    backend.answer(&create.into(), Moment::EPOCH).unwrap();
}

fn visit(id: &str, number: u64, group: &str) -> Item {
    let json = format!(r#"{{"id":{{"S":"{id}"}},"number":{{"N":"{number}"}},"group":{{"S":"{group}"}}}}"#);
    Item::from_json(json).unwrap()
}

fn put_visit(id: &str, number: u64, group: &str) -> Request {
    Request::PutItem(PutItemInput {
        table_name: "visits".to_owned(),
        item: visit(id, number, group),
        ..PutItemInput::default()
    })
}

/// The code of a refusal and its reasons with the ends of their resources.
fn refused(backend: &SqlBackend, request: &Request, now: Moment) -> (String, Vec<(String, String)>) {
    let error = backend.answer(request, now).unwrap_err();
    let rejection = error.rejection().unwrap();
    let end = |resource: &str| resource.rsplit("table/").next().unwrap().to_owned();
    let reasons = rejection.throttling_reasons.iter();
    (rejection.code.clone(), reasons.map(|reason| (reason.reason.clone(), end(&reason.resource))).collect())
}

fn told(reason: &str, resource: &str) -> Vec<(String, String)> {
    vec![(reason.to_owned(), resource.to_owned())]
}

#[test]
fn a_table_billed_on_demand_is_throttled_at_the_maximum_that_it_declares() {
    let throughput = Throughput::declared().burst(Duration::from_secs(1));
    let backend = SqlBackend::in_memory().unwrap().with_throughput(throughput);
    create_on_demand(&backend, Some(3));
    let now = Moment::from_secs(1_800_000_000);
    for number in 0..3 {
        backend.answer(&put_visit("a", number, "g"), now).unwrap();
    }
    let reasons = told("TableWriteMaxOnDemandThroughputExceeded", "visits");
    assert_eq!(refused(&backend, &put_visit("a", 4, "g"), now), ("ThrottlingException".to_owned(), reasons));
    let put =
        TransactPut { table_name: "visits".to_owned(), item: visit("a", 4, "g"), ..TransactPut::default() };
    let transaction = Request::TransactWriteItems(TransactWriteItemsInput {
        transact_items: vec![TransactWriteItem::Put(put)],
        ..TransactWriteItemsInput::default()
    });
    let error = backend.answer(&transaction, now).unwrap_err();
    assert_eq!(error.rejection().unwrap().cancellation_reasons[0].code, "ThrottlingError");
    backend.answer(&transaction, now + Duration::from_secs(1)).unwrap();
}

#[test]
fn a_hot_key_is_throttled_by_every_action_and_others_are_not() {
    let now = Moment::from_secs(1_800_000_000);
    // Two writes, or reads of eight halves of a unit, a second.
    let backend =
        SqlBackend::in_memory().unwrap().with_throughput(Throughput::unlimited().per_partition_of(4, 2));
    create_on_demand(&backend, None);
    let hot = || told("TableWriteKeyRangeThroughputExceeded", "visits");
    for number in 0..2 {
        backend.answer(&put_visit("hot", number, &number.to_string()), now).unwrap();
    }
    let code = "ThrottlingException".to_owned();
    assert_eq!(refused(&backend, &put_visit("hot", 2, "2"), now), (code.clone(), hot()));
    let delete =
        DeleteItemInput { table_name: "visits".to_owned(), key: key("hot", 9), ..DeleteItemInput::default() };
    assert_eq!(refused(&backend, &Request::DeleteItem(delete), now), (code.clone(), hot()));

    // Of a batch, the rest goes on.
    let put = |id: &str, number: u64| WriteRequest::PutRequest {
        item: visit(id, number, &format!("{id}{number}")),
    };
    let batch = |writes: Vec<WriteRequest>| {
        Request::BatchWriteItem(BatchWriteItemInput {
            request_items: [("visits".to_owned(), writes)].into(),
            ..BatchWriteItemInput::default()
        })
    };
    let writes = batch(vec![put("hot", 3), put("cold", 1), put("hot", 4), put("cold", 2)]);
    let Response::BatchWriteItem(answer) = backend.answer(&writes, now).unwrap() else { unreachable!() };
    assert_eq!(answer.unprocessed_items["visits"], [put("hot", 3), put("hot", 4)]);
    assert_eq!(refused(&backend, &batch(vec![put("hot", 3)]), now), (code.clone(), hot()));

    // Two items of other keys, that share one of the index.
    let later = now + Duration::from_secs(1);
    for number in 0..2 {
        backend.answer(&put_visit(&format!("x{number}"), 0, "crowd"), later).unwrap();
    }
    let reasons = told("IndexWriteKeyRangeThroughputExceeded", "visits/index/by_group");
    assert_eq!(refused(&backend, &put_visit("x2", 0, "crowd"), later), (code.clone(), reasons));

    // Reads: a query of the key, and gets of its items.
    let query = Request::Query(QueryInput {
        table_name: "visits".to_owned(),
        key_condition_expression: KeyCondition::hash("id", KeyValue::S("hot".to_owned())),
        ..QueryInput::default()
    });
    for _ in 0..6 {
        backend.answer(&query, now).unwrap();
    }
    let get = |id: &str| {
        Request::GetItem(GetItemInput {
            table_name: "visits".to_owned(),
            key: key(id, 1),
            ..GetItemInput::default()
        })
    };
    backend.answer(&get("hot"), now).unwrap();
    backend.answer(&get("hot"), now).unwrap();
    let reasons = told("TableReadKeyRangeThroughputExceeded", "visits");
    for read in [&query, &get("hot")] {
        assert_eq!(refused(&backend, read, now), (code.clone(), reasons.clone()));
    }
    backend.answer(&get("cold"), now).unwrap();
    // A scan is no matter of one partition.
    let scan = Request::Scan(ScanInput { table_name: "visits".to_owned(), ..ScanInput::default() });
    backend.answer(&scan, now).unwrap();
}

#[test]
fn capacity_can_be_changed_while_calls_go_on() {
    let burst = Duration::from_secs(1);
    let backend = SqlBackend::in_memory().unwrap();
    create(&backend, 10);
    let backend = backend.with_throughput(Throughput::declared().burst(burst));
    let start = Moment::from_secs(1_800_000_000);
    let mut next = 0;
    let mut admitted = |now: Moment| {
        let many: Vec<WriteRequest> = (0..25).map(|number| put(next + number, 1)).collect();
        next += 25;
        25 - write(&backend, &many, now).len()
    };
    assert_eq!(admitted(start), 10);
    let mut update = UpdateTableInput { table_name: TABLE.to_owned(), ..UpdateTableInput::default() };
    update.provisioned_throughput =
        Some(ProvisionedThroughput { read_capacity_units: 1, write_capacity_units: 4 });
    // Half a second at ten, and a quarter of one at four, of which it then has no room for all.
    let half = start + Duration::from_millis(500);
    backend.answer(&update.into(), half).unwrap();
    assert_eq!(admitted(half + Duration::from_millis(250)), 4);
    assert_eq!(admitted(half + Duration::from_millis(500)), 1);
    backend.set_throughput(Throughput::forced(1, 20).burst(burst), half + Duration::from_millis(500));
    assert_eq!(admitted(half + Duration::from_millis(750)), 5);
}
