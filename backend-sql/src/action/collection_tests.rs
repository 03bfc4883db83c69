//! Item collections of tables with local indexes: what they hold, and the most that they may. In tests that is 1 MB.

use dynochemy_core::Moment;
use serde_json::{Value, json};

use crate::SqlBackend;

const SIZE: usize = 100_000;

struct Database(SqlBackend);

impl Database {
    /// With a table that has a local index by `b` of all attributes, so that what has a `b` counts twice.
    fn new() -> Self {
        let database = Self(SqlBackend::in_memory().unwrap());
        database.create();
        database
    }

    fn create(&self) {
        self.call(
            "CreateTable",
            json!({
                "TableName": "large",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "h", "AttributeType": "S"},
                    {"AttributeName": "r", "AttributeType": "N"},
                    {"AttributeName": "b", "AttributeType": "N"},
                ],
                "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
                "LocalSecondaryIndexes": [{
                    "IndexName": "by_b",
                    "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
                    "Projection": {"ProjectionType": "ALL"},
                }],
            }),
        )
        .unwrap();
    }

    /// The answer, or code and message of what was refused.
    fn call(&self, action: &str, input: Value) -> Result<Value, (String, Value)> {
        let answer = self.0.answer_json(action, input.to_string().as_bytes(), Moment::from_secs(1));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        match answer.status {
            200 => Ok(body),
            _ => Err((body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned(), body)),
        }
    }

    fn put(&self, item: Value) -> Result<Value, (String, Value)> {
        self.call("PutItem", json!({"TableName": "large", "Item": item}))
    }

    fn delete(&self, range: u32) {
        self.call("DeleteItem", json!({"TableName": "large", "Key": key("k", range)})).unwrap();
    }
}

fn key(hash: &str, range: u32) -> Value {
    json!({"h": {"S": hash}, "r": {"N": range.to_string()}})
}

/// An item of 100,000 bytes; with a `b`, it counts twice.
fn item(hash: &str, range: u32, indexed: bool) -> Value {
    let mut item = key(hash, range);
    if indexed {
        item["b"] = json!({"N": "1"});
    }
    item["z"] = json!({"S": "z".repeat(SIZE - 8 - if indexed { 3 } else { 0 })});
    item
}

const REFUSED: &str = "ItemCollectionSizeLimitExceededException";

#[test]
fn a_collection_grows_to_its_limit_and_no_further() {
    let database = Database::new();
    for range in 0..10 {
        database.put(item("k", range, false)).unwrap();
    }
    let (code, body) = database.put(item("k", 10, false)).unwrap_err();
    assert_eq!((code.as_str(), body["message"].as_str()), (REFUSED, Some("Collection size exceeded.")));
    // Another one has room, and so has this one for what does not make it larger.
    database.put(item("other", 10, false)).unwrap();
    database.put(item("k", 9, false)).unwrap();
    database.put(key("k", 10)).unwrap();
    database.delete(3);
    database.put(item("k", 11, false)).unwrap();
    assert_eq!(database.put(item("k", 12, false)).unwrap_err().0, REFUSED);
}

#[test]
fn entries_of_local_indexes_count() {
    let database = Database::new();
    for range in 0..5 {
        database.put(item("k", range, true)).unwrap();
    }
    assert_eq!(database.put(item("k", 5, false)).unwrap_err().0, REFUSED);
    // An item that leaves the index makes room for one that does not enter it.
    let remove = json!({"TableName": "large", "Key": key("k", 0), "UpdateExpression": "REMOVE b"});
    database.call("UpdateItem", remove).unwrap();
    database.put(item("k", 5, false)).unwrap();
    let enter = json!({"TableName": "large", "Key": key("k", 0), "UpdateExpression": "SET b = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}});
    assert_eq!(database.call("UpdateItem", enter).unwrap_err().0, REFUSED);
}

#[test]
fn batches_are_refused_and_transactions_cancelled_as_a_whole() {
    let database = Database::new();
    for range in 0..10 {
        database.put(item("k", range, false)).unwrap();
    }
    let request = |hash| json!({"PutRequest": {"Item": item(hash, 20, false)}});
    let batch = json!({"RequestItems": {"large": [request("other"), request("k")]}});
    assert_eq!(database.call("BatchWriteItem", batch).unwrap_err().0, REFUSED);
    let put = |hash| json!({"Put": {"TableName": "large", "Item": item(hash, 20, false)}});
    let transaction = json!({"TransactItems": [put("other"), put("k")]});
    let (code, body) = database.call("TransactWriteItems", transaction).unwrap_err();
    assert_eq!(code, "TransactionCanceledException");
    assert_eq!(body["CancellationReasons"][0]["Code"], "None");
    assert_eq!(
        body["CancellationReasons"][1],
        json!({"Code": "ItemCollectionSizeLimitExceeded", "Message": "Collection size exceeded."})
    );
    let get = json!({"TableName": "large", "Key": key("other", 20)});
    assert_eq!(database.call("GetItem", get).unwrap(), json!({}));
}

#[test]
fn writes_of_a_transaction_that_fit_alone_and_not_together_are_cancelled() {
    let database = Database::new();
    for range in 0..9 {
        database.put(item("k", range, false)).unwrap();
    }
    let put = |range| json!({"Put": {"TableName": "large", "Item": item("k", range, false)}});
    let (code, body) =
        database.call("TransactWriteItems", json!({"TransactItems": [put(20), put(21)]})).unwrap_err();
    assert_eq!(code, "TransactionCanceledException");
    assert_eq!(body["CancellationReasons"][0]["Code"], "None");
    assert_eq!(body["CancellationReasons"][1]["Code"], "ItemCollectionSizeLimitExceeded");
    database.call("TransactWriteItems", json!({"TransactItems": [put(20)]})).unwrap();
}

#[test]
fn a_table_that_is_created_again_begins_with_empty_collections() {
    let database = Database::new();
    for range in 0..10 {
        database.put(item("k", range, false)).unwrap();
    }
    database.call("DeleteTable", json!({"TableName": "large"})).unwrap();
    database.create();
    for range in 0..10 {
        database.put(item("k", range, false)).unwrap();
    }
    for range in 0..10 {
        database.delete(range);
    }
    database.put(item("k", 0, true)).unwrap();
}
