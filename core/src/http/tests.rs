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
        GetItemInput {
            table_name: "visits".to_owned(),
            key: key("ann", 5),
            consistent_read: false,
            projection_expression: Vec::new(),
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn put() -> PutItemInput {
        PutItemInput {
            table_name: "visits".to_owned(),
            item: item(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#),
            condition_expression: None,
            return_values: ReturnValues::None,
            return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn delete() -> DeleteItemInput {
        DeleteItemInput {
            table_name: "visits".to_owned(),
            key: key("ann", 5),
            condition_expression: None,
            return_values: ReturnValues::None,
            return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn update() -> UpdateItemInput {
        UpdateItemInput {
            table_name: "visits".to_owned(),
            key: key("ann", 5),
            update_expression: UpdateExpression::default(),
            condition_expression: None,
            return_values: ReturnValues::None,
            return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn query() -> QueryInput {
        QueryInput {
            table_name: "visits".to_owned(),
            key_condition_expression: KeyCondition { hash: key("ann", 5).hash, range: None },
            filter_expression: None,
            projection_expression: Vec::new(),
            scan_index_forward: true,
            limit: None,
            exclusive_start_key: None,
            consistent_read: false,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn scan() -> ScanInput {
        ScanInput {
            table_name: "visits".to_owned(),
            filter_expression: None,
            projection_expression: Vec::new(),
            limit: None,
            exclusive_start_key: None,
            segment: None,
            total_segments: None,
            consistent_read: false,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
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
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn transaction() -> TransactWriteItemsInput {
        TransactWriteItemsInput {
            transact_items: vec![TransactWriteItem::Put(TransactPut {
                table_name: "visits".to_owned(),
                item: put().item,
                condition_expression: None,
                return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
            })],
            client_request_token: None,
            return_consumed_capacity: ReturnConsumedCapacity::None,
        }
    }

    pub(super) fn create_table() -> CreateTableInput {
        CreateTableInput { table_name: "visits".to_owned(), keys: shape(), provisioned_throughput: None }
    }

    /// One request of each action, in the order of [`Action::ALL`](crate::Action::ALL).
    pub(super) fn all() -> Vec<Request> {
        vec![
            Request::BatchGetItem(batch_get()),
            Request::BatchWriteItem(batch_write()),
            Request::CreateTable(create_table()),
            Request::DeleteItem(delete()),
            Request::DeleteTable(DeleteTableInput { table_name: "visits".to_owned() }),
            Request::DescribeTable(DescribeTableInput { table_name: "visits".to_owned() }),
            Request::GetItem(get()),
            Request::PutItem(put()),
            Request::Query(query()),
            Request::Scan(scan()),
            Request::TransactWriteItems(transaction()),
            Request::UpdateItem(update()),
        ]
    }
}
