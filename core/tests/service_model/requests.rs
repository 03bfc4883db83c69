//! Requests with expressions, each with every member set: no `..`, so that the compiler asks for new ones.

use std::collections::BTreeMap;

use dynochemy_core::api::*;
use dynochemy_core::expression::{
    Assignment, Condition, DocumentPath, KeyCondition, RangeCondition, UpdateAction, UpdateExpression,
};
use dynochemy_core::{AttributeValue, Item, Key, KeyValue, Request};

/// The full request of an action with expressions or keys; `None` for those whose serde form is their form on the wire.
pub(crate) fn full(action: &str) -> Option<Request> {
    Some(match action {
        "GetItem" => get().into(),
        "PutItem" => put().into(),
        "DeleteItem" => delete().into(),
        "UpdateItem" => update_item().into(),
        "Query" => query().into(),
        "Scan" => scan().into(),
        "BatchGetItem" => batch_get().into(),
        "BatchWriteItem" => batch_write().into(),
        "TransactGetItems" => transact_get().into(),
        "TransactWriteItems" => transact_write().into(),
        _ => return None,
    })
}

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

fn table_name() -> String {
    "visits".to_owned()
}

fn key() -> Key {
    Key {
        hash: ("user".into(), KeyValue::S("ann".to_owned())),
        range: Some(("time".into(), KeyValue::N(5.into()))),
    }
}

fn item() -> Item {
    Item::from_json(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#).unwrap()
}

fn condition() -> Condition {
    Condition::equal("seen", 0.into())
}

fn update() -> UpdateExpression {
    let path = DocumentPath::attribute("seen");
    UpdateExpression { actions: vec![UpdateAction::Set(path, Assignment::Value(1.into()))] }
}

fn projection() -> Vec<DocumentPath> {
    vec![DocumentPath::attribute("time"), DocumentPath::attribute("seen")]
}

fn comparison() -> LegacyComparison {
    LegacyComparison {
        attribute_value_list: vec![AttributeValue::from(1)],
        comparison_operator: ComparisonOperator::Equal,
    }
}

fn comparisons() -> BTreeMap<String, LegacyComparison> {
    [("seen".to_owned(), comparison())].into()
}

fn expected() -> BTreeMap<String, ExpectedAttributeValue> {
    let expected = ExpectedAttributeValue {
        value: Some(1.into()),
        exists: Some(true),
        comparison_operator: Some(ComparisonOperator::Equal),
        attribute_value_list: vec![1.into()],
    };
    [("seen".to_owned(), expected)].into()
}

fn legacy_get() -> Option<Box<LegacyGet>> {
    Some(Box::new(LegacyGet { attributes_to_get: vec!["seen".to_owned()] }))
}

fn legacy_write() -> Option<Box<LegacyWrite>> {
    let conditional_operator = Some(ConditionalOperator::And);
    Some(Box::new(LegacyWrite { expected: expected(), conditional_operator }))
}

fn get() -> GetItemInput {
    GetItemInput {
        table_name: table_name(),
        key: key(),
        consistent_read: true,
        projection_expression: projection(),
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        legacy: legacy_get(),
    }
}

fn put() -> PutItemInput {
    PutItemInput {
        table_name: table_name(),
        item: item(),
        condition_expression: Some(condition()),
        return_values: ReturnValues::AllOld,
        return_values_on_condition_check_failure: ALL_OLD,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        return_item_collection_metrics: ReturnItemCollectionMetrics::Size,
        legacy: legacy_write(),
    }
}

fn delete() -> DeleteItemInput {
    DeleteItemInput {
        table_name: table_name(),
        key: key(),
        condition_expression: Some(condition()),
        return_values: ReturnValues::AllOld,
        return_values_on_condition_check_failure: ALL_OLD,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        return_item_collection_metrics: ReturnItemCollectionMetrics::Size,
        legacy: legacy_write(),
    }
}

fn update_item() -> UpdateItemInput {
    let change = AttributeValueUpdate { value: Some(1.into()), action: Some(AttributeAction::Add) };
    UpdateItemInput {
        table_name: table_name(),
        key: key(),
        update_expression: update(),
        condition_expression: Some(condition()),
        return_values: ReturnValues::UpdatedNew,
        return_values_on_condition_check_failure: ALL_OLD,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        return_item_collection_metrics: ReturnItemCollectionMetrics::Size,
        legacy: Some(Box::new(LegacyUpdate {
            attribute_updates: [("seen".to_owned(), change)].into(),
            expected: expected(),
            conditional_operator: Some(ConditionalOperator::Or),
        })),
    }
}

fn query() -> QueryInput {
    QueryInput {
        table_name: table_name(),
        index_name: Some("by-time".to_owned()),
        key_condition_expression: KeyCondition {
            equal: vec![key().hash],
            range: Some((
                "time".into(),
                RangeCondition::Between(KeyValue::N(1.into()), KeyValue::N(9.into())),
            )),
        },
        filter_expression: Some(condition()),
        projection_expression: projection(),
        select: Some(Select::SpecificAttributes),
        scan_index_forward: false,
        limit: Some(7),
        exclusive_start_key: Some(key().to_item()),
        consistent_read: true,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        legacy: Some(Box::new(LegacyQuery {
            key_conditions: comparisons(),
            query_filter: comparisons(),
            conditional_operator: Some(ConditionalOperator::And),
            attributes_to_get: vec!["seen".to_owned()],
        })),
    }
}

fn scan() -> ScanInput {
    ScanInput {
        table_name: table_name(),
        index_name: Some("by-time".to_owned()),
        filter_expression: Some(condition()),
        projection_expression: projection(),
        select: Some(Select::Count),
        limit: Some(7),
        exclusive_start_key: Some(key().to_item()),
        segment: Some(0),
        total_segments: Some(2),
        consistent_read: true,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        legacy: Some(Box::new(LegacyScan {
            scan_filter: comparisons(),
            conditional_operator: Some(ConditionalOperator::And),
            attributes_to_get: vec!["seen".to_owned()],
        })),
    }
}

fn batch_get() -> BatchGetItemInput {
    let keys = KeysAndAttributes {
        keys: vec![key()],
        consistent_read: true,
        projection_expression: projection(),
        legacy: legacy_get(),
    };
    BatchGetItemInput {
        request_items: [(table_name(), keys)].into(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
    }
}

fn batch_write() -> BatchWriteItemInput {
    let writes = vec![WriteRequest::PutRequest { item: item() }, WriteRequest::DeleteRequest { key: key() }];
    BatchWriteItemInput {
        request_items: [(table_name(), writes)].into(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        return_item_collection_metrics: ReturnItemCollectionMetrics::Size,
    }
}

fn transact_get() -> TransactGetItemsInput {
    let get = TransactGet { table_name: table_name(), key: key(), projection_expression: projection() };
    TransactGetItemsInput {
        transact_items: vec![TransactGetItem { get }],
        return_consumed_capacity: ReturnConsumedCapacity::Total,
    }
}

fn transact_write() -> TransactWriteItemsInput {
    TransactWriteItemsInput {
        transact_items: vec![
            TransactWriteItem::ConditionCheck(ConditionCheck {
                table_name: table_name(),
                key: key(),
                condition_expression: condition(),
                return_values_on_condition_check_failure: ALL_OLD,
            }),
            TransactWriteItem::Put(TransactPut {
                table_name: table_name(),
                item: item(),
                condition_expression: Some(condition()),
                return_values_on_condition_check_failure: ALL_OLD,
            }),
            TransactWriteItem::Delete(TransactDelete {
                table_name: table_name(),
                key: key(),
                condition_expression: Some(condition()),
                return_values_on_condition_check_failure: ALL_OLD,
            }),
            TransactWriteItem::Update(TransactUpdate {
                table_name: table_name(),
                key: key(),
                update_expression: update(),
                condition_expression: Some(condition()),
                return_values_on_condition_check_failure: ALL_OLD,
            }),
        ],
        client_request_token: Some("token".to_owned()),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        return_item_collection_metrics: ReturnItemCollectionMetrics::Size,
    }
}
