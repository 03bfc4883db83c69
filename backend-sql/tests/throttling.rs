//! Random batches against the law of provisioned throughput: what is admitted, and what becomes of the rest.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::{KeyAttribute, KeyShape, Request, Response, ScalarType};
use dynochemy_sql::{Backend, Item, Moment, SqlBackend, Throughput};
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
