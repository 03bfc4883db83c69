//! Whole requests and answers.

mod answers;
#[cfg(feature = "sigv4")]
mod codec;
mod damage;
mod rejections;
mod requests;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::*;
use crate::api::*;
use crate::expression::{Condition, DocumentPath, KeyCondition, RangeCondition, UpdateExpression};
use crate::item::Item;
use crate::key::{Key, KeyAttribute, KeyShape, KeyValue, ScalarType};

fn item(json: &str) -> Item {
    Item::from_json(json.to_owned()).unwrap()
}

fn key(user: &str, time: u64) -> Key {
    Key {
        hash: ("user".into(), KeyValue::S(user.to_owned())),
        range: Some(("time".into(), KeyValue::N(time.into()))),
    }
}

fn shape() -> KeyShape {
    KeyShape {
        hash: KeyAttribute { name: "user".into(), kind: ScalarType::S },
        range: Some(KeyAttribute { name: "time".into(), kind: ScalarType::N }),
    }
}

/// A request of each action with nothing set that can be left out.
mod plain {
    use super::*;

    pub(super) fn get() -> GetItemInput {
        GetItemInput { table_name: "visits".to_owned(), key: key("ann", 5), ..GetItemInput::default() }
    }

    pub(super) fn put() -> PutItemInput {
        PutItemInput {
            table_name: "visits".to_owned(),
            item: item(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#),
            ..PutItemInput::default()
        }
    }

    pub(super) fn delete() -> DeleteItemInput {
        DeleteItemInput { table_name: "visits".to_owned(), key: key("ann", 5), ..DeleteItemInput::default() }
    }

    pub(super) fn update() -> UpdateItemInput {
        UpdateItemInput { table_name: "visits".to_owned(), key: key("ann", 5), ..UpdateItemInput::default() }
    }

    pub(super) fn query() -> QueryInput {
        QueryInput {
            table_name: "visits".to_owned(),
            key_condition_expression: KeyCondition { equal: vec![key("ann", 5).hash], range: None },
            ..QueryInput::default()
        }
    }

    pub(super) fn scan() -> ScanInput {
        ScanInput { table_name: "visits".to_owned(), ..ScanInput::default() }
    }

    pub(super) fn batch_get() -> BatchGetItemInput {
        BatchGetItemInput {
            request_items: BTreeMap::from([(
                "visits".to_owned(),
                KeysAndAttributes {
                    keys: vec![key("ann", 5), key("bob", 6)],
                    ..KeysAndAttributes::default()
                },
            )]),
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn batch_write() -> BatchWriteItemInput {
        BatchWriteItemInput {
            request_items: BTreeMap::from([(
                "visits".to_owned(),
                vec![
                    WriteRequest::PutRequest { item: put().item },
                    WriteRequest::DeleteRequest { key: key("bob", 6) },
                ],
            )]),
            ..BatchWriteItemInput::default()
        }
    }

    pub(super) fn transact_get() -> TransactGetItemsInput {
        let get = |key| TransactGetItem {
            get: TransactGet { table_name: "visits".to_owned(), key, ..TransactGet::default() },
        };
        TransactGetItemsInput {
            transact_items: vec![get(key("ann", 5)), get(key("bob", 6))],
            ..TransactGetItemsInput::default()
        }
    }

    pub(super) fn transaction() -> TransactWriteItemsInput {
        TransactWriteItemsInput {
            transact_items: vec![TransactWriteItem::Put(TransactPut {
                table_name: "visits".to_owned(),
                item: put().item,
                ..TransactPut::default()
            })],
            ..TransactWriteItemsInput::default()
        }
    }

    pub(super) fn create_table() -> CreateTableInput {
        CreateTableInput::new("visits", &shape())
    }

    /// One request of each action, in the order of [`Action::ALL`](crate::Action::ALL).
    pub(super) fn all() -> Vec<Request> {
        vec![
            Request::BatchGetItem(batch_get()),
            Request::BatchWriteItem(batch_write()),
            create_table().into(),
            Request::DeleteItem(delete()),
            Request::DeleteTable(DeleteTableInput { table_name: "visits".to_owned() }),
            Request::DescribeTable(DescribeTableInput { table_name: "visits".to_owned() }),
            Request::GetItem(get()),
            Request::PutItem(put()),
            Request::Query(query()),
            Request::Scan(scan()),
            Request::TransactGetItems(transact_get()),
            Request::TransactWriteItems(transaction()),
            Request::UpdateItem(update()),
            UpdateTableInput { table_name: "visits".to_owned(), ..UpdateTableInput::default() }.into(),
        ]
    }
}
