//! Calls of other clients.

use std::cell::OnceCell;

use dynochemy_core::{Item, Moment};
use dynochemy_sql::SqlBackend;

/// The table of the items that are put.
const TABLE: &str = "one-item-at-most";

const ACTIONS: [&str; 21] = [
    "PutItem",
    "GetItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateTable",
    "DescribeTable",
    "ListTables",
    "TagResource",
    "UntagResource",
    "ListTagsOfResource",
    "UpdateTimeToLive",
    "DescribeTimeToLive",
    "CreateTable",
    "DeleteTable",
    "Unheard",
];

/// Those of the bytes after all rounds of the others.
const MORE: [&str; 23] = [
    "CreateBackup",
    "CreateGlobalTable",
    "DeleteResourcePolicy",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTableReplicaAutoScaling",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExportTableToPointInTime",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListContributorInsights",
    "ListGlobalTables",
    "PutResourcePolicy",
    "RestoreTableToPointInTime",
    "SearchVectors",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateGlobalTableSettings",
    "UpdateKinesisStreamingDestination",
];

thread_local! {
    static BACKEND: OnceCell<SqlBackend> = const { OnceCell::new() };
}

/// Every call is answered with JSON, or refused, and never by the backend's own fault. The first byte tells the action;
/// from the second half of its values on, the rest is an item that is put into a table: where it is taken, it comes back
/// canonical, and equal.
pub fn check(data: &[u8]) {
    let [which, rest @ ..] = data else { return };
    BACKEND.with(|backend| {
        let backend = backend.get_or_init(started);
        if *which >= 128 {
            return stored(backend, rest);
        }
        if let Some(action) = MORE.get(usize::from(*which).wrapping_sub(128 - MORE.len())) {
            call(backend, action, rest);
            return;
        }
        let action = ACTIONS[usize::from(*which) % ACTIONS.len()];
        let (status, _) = call(backend, action, rest);
        // What a call left is of no concern to the next.
        if status == 200 && usize::from(*which) % ACTIONS.len() > 9 {
            for table in ["t", "tab", "u"] {
                call(backend, "DeleteTable", format!(r#"{{"TableName":"{table}"}}"#).as_bytes());
            }
            create(backend, "tab");
        }
    });
}

fn started() -> SqlBackend {
    let backend = SqlBackend::in_memory().expect("SQLite has memory");
    create(&backend, "tab");
    create(&backend, TABLE);
    backend
}

fn create(backend: &SqlBackend, table: &str) {
    let body = format!(
        r#"{{"TableName":"{table}","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{{"AttributeName":"k","AttributeType":"S"}}],
            "KeySchema":[{{"AttributeName":"k","KeyType":"HASH"}}]}}"#
    );
    call(backend, "CreateTable", body.as_bytes());
}

/// A call's status, and its answer's text.
fn call(backend: &SqlBackend, action: &str, body: &[u8]) -> (u16, String) {
    let answer = backend.answer_json(action, body, Moment::EPOCH);
    let text = String::from_utf8(answer.body.to_vec()).expect("answers are UTF-8");
    let is_json = text.is_empty() || serde_json::from_str::<serde_json::Value>(&text).is_ok();
    assert!(is_json, "{action}: {text}");
    assert!(matches!(answer.status, 200 | 400), "{action}: {text}");
    (answer.status, text)
}

fn stored(backend: &SqlBackend, item: &[u8]) {
    let Some(members) = item.trim_ascii_start().strip_prefix(b"{") else { return };
    let mut item = br#"{"k":{"S":"x"}"#.to_vec();
    if !members.trim_ascii_start().starts_with(b"}") {
        item.push(b',');
    }
    item.extend_from_slice(members);
    if put(backend, &item).is_none() {
        return;
    }
    let first = only(backend);
    let canonical = Item::from_json(first.clone()).expect("what is stored is an item");
    let attributes = canonical.attributes().expect("it was read before");
    assert_eq!(Item::from_attributes(&attributes).as_bytes(), first.as_bytes());
    // The core's reader is stricter: where it takes the item, it finds the same in it.
    if let Ok(as_given) = Item::from_json(item) {
        assert_eq!(as_given.attributes().as_ref(), Ok(&attributes));
    }
    put(backend, first.as_bytes()).expect("an item that came back is taken");
    assert_eq!(only(backend), first);
    let key = Item::from_attributes(&[("k".to_owned(), attributes["k"].clone())].into());
    assert_eq!(of_table(backend, "DeleteItem", b",\"Key\":", key.as_bytes()), (200, "{}".to_owned()));
}

fn put(backend: &SqlBackend, item: &[u8]) -> Option<()> {
    (of_table(backend, "PutItem", b",\"Item\":", item).0 == 200).then_some(())
}

fn of_table(backend: &SqlBackend, action: &str, member: &[u8], value: &[u8]) -> (u16, String) {
    let table = format!(r#"{{"TableName":"{TABLE}""#);
    call(backend, action, &[table.as_bytes(), member, value, b"}"].concat())
}

/// The text of the table's one item.
fn only(backend: &SqlBackend) -> String {
    let (_, text) = of_table(backend, "Scan", b"", b"");
    let items = text.strip_prefix(r#"{"Count":1,"Items":["#).expect("one item is there");
    items.strip_suffix(r#"],"ScannedCount":1}"#).expect("nothing stands behind it").to_owned()
}
