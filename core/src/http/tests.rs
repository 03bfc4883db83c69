//! Whole requests and answers.

mod administration;
mod answers;
#[cfg(feature = "sigv4")]
mod codec;
mod damage;
mod rejections;
mod requests;
mod samples;
mod statements;
mod streams;

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

    pub(super) fn statement() -> ExecuteStatementInput {
        ExecuteStatementInput {
            statement: "SELECT * FROM visits".to_owned(),
            ..ExecuteStatementInput::default()
        }
    }

    pub(super) fn batch_statements() -> BatchExecuteStatementInput {
        BatchExecuteStatementInput {
            statements: vec![BatchStatementRequest {
                statement: statement().statement,
                ..BatchStatementRequest::default()
            }],
            ..BatchExecuteStatementInput::default()
        }
    }

    pub(super) fn transact_statements() -> ExecuteTransactionInput {
        ExecuteTransactionInput {
            transact_statements: vec![ParameterizedStatement {
                statement: statement().statement,
                ..ParameterizedStatement::default()
            }],
            ..ExecuteTransactionInput::default()
        }
    }

    pub(super) fn shard_iterator() -> GetShardIteratorInput {
        GetShardIteratorInput {
            stream_arn: "arn".to_owned(),
            shard_id: "shardId-1".to_owned(),
            shard_iterator_type: ShardIteratorType::TrimHorizon,
            ..GetShardIteratorInput::default()
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
        let table_name = || "visits".to_owned();
        vec![
            batch_statements().into(),
            batch_get().into(),
            batch_write().into(),
            create_table().into(),
            delete().into(),
            DeleteTableInput { table_name: table_name() }.into(),
            DescribeStreamInput { stream_arn: "arn".to_owned(), ..DescribeStreamInput::default() }.into(),
            DescribeTableInput { table_name: table_name() }.into(),
            DescribeTimeToLiveInput { table_name: table_name() }.into(),
            statement().into(),
            transact_statements().into(),
            get().into(),
            GetRecordsInput { shard_iterator: "iterator-1".to_owned(), limit: None }.into(),
            shard_iterator().into(),
            ListStreamsInput::default().into(),
            ListTablesInput::default().into(),
            ListTagsOfResourceInput { resource_arn: "arn".to_owned(), next_token: None }.into(),
            put().into(),
            query().into(),
            RawInput::reading("DescribeLimits", "{}").into(),
            scan().into(),
            TagResourceInput { resource_arn: "arn".to_owned(), tags: vec![Tag::new("team", "")] }.into(),
            transact_get().into(),
            transaction().into(),
            UntagResourceInput { resource_arn: "arn".to_owned(), tag_keys: vec!["team".to_owned()] }.into(),
            update().into(),
            UpdateTableInput { table_name: table_name(), ..UpdateTableInput::default() }.into(),
            UpdateTimeToLiveInput {
                table_name: table_name(),
                time_to_live_specification: TimeToLiveSpecification::default(),
            }
            .into(),
        ]
    }
}
