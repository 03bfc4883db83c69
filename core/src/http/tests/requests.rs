//! The bodies of requests, as the API reference spells them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::expression::{Assignment, PathStep, UpdateAction};
use crate::value::{AttributeValue, Attributes};
use crate::wire::value::parse_value;

fn body(request: Request) -> Value {
    serde_json::from_slice(&write_body(&request)).unwrap()
}

fn text(request: Request) -> String {
    String::from_utf8(write_body(&request).to_vec()).unwrap()
}

fn unseen() -> Condition {
    Condition::equal("seen", 0.into())
}

#[test]
fn what_has_its_default_is_left_out() {
    let key = r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#;
    let bodies = plain::all().into_iter().map(|request| (request.action().name(), text(request)));
    let expected = [
        (
            "BatchExecuteStatement",
            r#"{"Statements":[{"Statement":"SELECT * FROM visits"}],"ReturnConsumedCapacity":"NONE"}"#,
        ),
        (
            "BatchGetItem",
            r#"{"RequestItems":{"visits":{"Keys":[KEY,{"user":{"S":"bob"},"time":{"N":"6"}}]}}}"#,
        ),
        (
            "BatchWriteItem",
            r#"{"RequestItems":{"visits":[{"PutRequest":{"Item":KEY}},{"DeleteRequest":{"Key":{"user":{"S":"bob"},"time":{"N":"6"}}}}]}}"#,
        ),
        (
            "CreateTable",
            r#"{"TableName":"visits","AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"},{"AttributeName":"time","AttributeType":"N"}],"KeySchema":[{"AttributeName":"user","KeyType":"HASH"},{"AttributeName":"time","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST"}"#,
        ),
        ("DeleteItem", r#"{"TableName":"visits","Key":KEY}"#),
        ("DeleteTable", r#"{"TableName":"visits"}"#),
        ("DescribeStream", r#"{"StreamArn":"arn"}"#),
        ("DescribeTable", r#"{"TableName":"visits"}"#),
        ("DescribeTimeToLive", r#"{"TableName":"visits"}"#),
        ("ExecuteStatement", r#"{"Statement":"SELECT * FROM visits","ReturnConsumedCapacity":"NONE"}"#),
        (
            "ExecuteTransaction",
            r#"{"TransactStatements":[{"Statement":"SELECT * FROM visits"}],"ReturnConsumedCapacity":"NONE"}"#,
        ),
        ("GetItem", r#"{"TableName":"visits","Key":KEY}"#),
        ("GetRecords", r#"{"ShardIterator":"iterator-1"}"#),
        (
            "GetShardIterator",
            r#"{"StreamArn":"arn","ShardId":"shardId-1","ShardIteratorType":"TRIM_HORIZON"}"#,
        ),
        ("ListStreams", "{}"),
        ("ListTables", "{}"),
        ("ListTagsOfResource", r#"{"ResourceArn":"arn"}"#),
        ("PutItem", r#"{"TableName":"visits","Item":KEY}"#),
        (
            "Query",
            r##"{"TableName":"visits","KeyConditionExpression":"#a0 = :v0","ExpressionAttributeNames":{"#a0":"user"},"ExpressionAttributeValues":{":v0":{"S":"ann"}}}"##,
        ),
        ("Raw", "{}"),
        ("Scan", r#"{"TableName":"visits"}"#),
        ("TagResource", r#"{"ResourceArn":"arn","Tags":[{"Key":"team","Value":""}]}"#),
        (
            "TransactGetItems",
            r#"{"TransactItems":[{"Get":{"TableName":"visits","Key":KEY}},{"Get":{"TableName":"visits","Key":{"user":{"S":"bob"},"time":{"N":"6"}}}}]}"#,
        ),
        ("TransactWriteItems", r#"{"TransactItems":[{"Put":{"TableName":"visits","Item":KEY}}]}"#),
        ("UntagResource", r#"{"ResourceArn":"arn","TagKeys":["team"]}"#),
        ("UpdateItem", r#"{"TableName":"visits","Key":KEY}"#),
        ("UpdateTable", r#"{"TableName":"visits"}"#),
        (
            "UpdateTimeToLive",
            r#"{"TableName":"visits","TimeToLiveSpecification":{"Enabled":false,"AttributeName":""}}"#,
        ),
    ];
    let expected = expected.map(|(action, text)| {
        (action, text.replace("KEY,", &format!("{key},")).replace("KEY}", &format!("{key}}}")))
    });
    assert_eq!(bodies.collect::<Vec<_>>(), expected);
}

#[test]
fn a_get_tells_what_to_return() {
    let found = body(Request::GetItem(GetItemInput {
        consistent_read: true,
        projection_expression: vec![
            DocumentPath::attribute("seen"),
            DocumentPath {
                attribute: "address".into(),
                steps: vec![PathStep::Member("lines".into()), PathStep::Element(2), PathStep::Element(0)],
            },
            DocumentPath { attribute: "seen".into(), steps: vec![PathStep::Member("address".into())] },
        ],
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..plain::get()
    }));
    let expected = json!({
        "TableName": "visits",
        "Key": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "ConsistentRead": true,
        "ProjectionExpression": "#a0, #a1.#a2[2][0], #a0.#a1",
        "ExpressionAttributeNames": {"#a0": "seen", "#a1": "address", "#a2": "lines"},
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn a_put_tells_its_condition_and_what_to_return() {
    let found = body(Request::PutItem(PutItemInput {
        condition_expression: Some(Condition::not_exists("user")),
        return_values: ReturnValues::AllOld,
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::AllOld,
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        ..plain::put()
    }));
    let expected = json!({
        "TableName": "visits",
        "Item": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "ConditionExpression": "attribute_not_exists(#a0)",
        "ExpressionAttributeNames": {"#a0": "user"},
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ReturnConsumedCapacity": "INDEXES",
    });
    assert_eq!(found, expected);
}

#[test]
fn a_delete_tells_its_condition_and_what_to_return() {
    let found = body(Request::DeleteItem(DeleteItemInput {
        condition_expression: Some(unseen()),
        return_values: ReturnValues::AllOld,
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::AllOld,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..plain::delete()
    }));
    let expected = json!({
        "TableName": "visits",
        "Key": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "ConditionExpression": "#a0 = :v0",
        "ExpressionAttributeNames": {"#a0": "seen"},
        "ExpressionAttributeValues": {":v0": {"N": "0"}},
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn an_update_shares_placeholders_with_its_condition() {
    let seen = || DocumentPath::attribute("seen");
    let found = body(Request::UpdateItem(UpdateItemInput {
        update_expression: UpdateExpression {
            actions: vec![
                UpdateAction::Add(seen(), 1.into()),
                UpdateAction::Set(DocumentPath::attribute("name"), Assignment::Value("Rhett".into())),
            ],
        },
        condition_expression: Some(unseen()),
        return_values: ReturnValues::UpdatedNew,
        return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::AllOld,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..plain::update()
    }));
    let expected = json!({
        "TableName": "visits",
        "Key": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "UpdateExpression": "SET #a0 = :v0 ADD #a1 :v1",
        "ConditionExpression": "#a1 = :v2",
        "ExpressionAttributeNames": {"#a0": "name", "#a1": "seen"},
        "ExpressionAttributeValues": {":v0": {"S": "Rhett"}, ":v1": {"N": "1"}, ":v2": {"N": "0"}},
        "ReturnValues": "UPDATED_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn a_query_tells_its_range_filter_and_page() {
    let time = |time: u64| KeyValue::N(time.into());
    let found = body(Request::Query(QueryInput {
        key_condition_expression: plain::query()
            .key_condition_expression
            .and("time", RangeCondition::Between(time(1), time(9))),
        filter_expression: Some(unseen()),
        projection_expression: vec![DocumentPath::attribute("time"), DocumentPath::attribute("seen")],
        scan_index_forward: false,
        limit: Some(2),
        exclusive_start_key: Some(key("ann", 5).to_item()),
        consistent_read: true,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..plain::query()
    }));
    let expected = json!({
        "TableName": "visits",
        "KeyConditionExpression": "#a0 = :v0 AND #a1 BETWEEN :v1 AND :v2",
        "FilterExpression": "#a2 = :v3",
        "ProjectionExpression": "#a1, #a2",
        "ExpressionAttributeNames": {"#a0": "user", "#a1": "time", "#a2": "seen"},
        "ExpressionAttributeValues": {
            ":v0": {"S": "ann"}, ":v1": {"N": "1"}, ":v2": {"N": "9"}, ":v3": {"N": "0"},
        },
        "ScanIndexForward": false,
        "Limit": 2,
        "ExclusiveStartKey": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "ConsistentRead": true,
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn a_scan_tells_its_segment_filter_and_page() {
    let found = body(Request::Scan(ScanInput {
        filter_expression: Some(unseen()),
        projection_expression: vec![DocumentPath::attribute("time")],
        limit: Some(100),
        exclusive_start_key: Some(key("ann", 5).to_item()),
        segment: Some(0),
        total_segments: Some(4),
        consistent_read: true,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..plain::scan()
    }));
    let expected = json!({
        "TableName": "visits",
        "FilterExpression": "#a0 = :v0",
        "ProjectionExpression": "#a1",
        "ExpressionAttributeNames": {"#a0": "seen", "#a1": "time"},
        "ExpressionAttributeValues": {":v0": {"N": "0"}},
        "Segment": 0,
        "TotalSegments": 4,
        "Limit": 100,
        "ExclusiveStartKey": {"user": {"S": "ann"}, "time": {"N": "5"}},
        "ConsistentRead": true,
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn the_tables_of_a_batch_have_placeholders_of_their_own() {
    let mut batch = plain::batch_get();
    batch.return_consumed_capacity = ReturnConsumedCapacity::Total;
    let mut users = KeysAndAttributes {
        keys: vec![Key { hash: ("id".into(), KeyValue::B(Bytes::from_static(b"\x00\xff"))), range: None }],
        consistent_read: true,
        projection_expression: vec![DocumentPath::attribute("name")],
        ..KeysAndAttributes::default()
    };
    batch.request_items.insert("users\"".to_owned(), users.clone());
    users.keys[0].hash.1 = KeyValue::S("a\"b".to_owned());
    batch.request_items.insert("admins".to_owned(), users);
    let expected = json!({
        "RequestItems": {
            "admins": {
                "Keys": [{"id": {"S": "a\"b"}}],
                "ConsistentRead": true,
                "ProjectionExpression": "#a0",
                "ExpressionAttributeNames": {"#a0": "name"},
            },
            "users\"": {
                "Keys": [{"id": {"B": "AP8="}}],
                "ConsistentRead": true,
                "ProjectionExpression": "#a0",
                "ExpressionAttributeNames": {"#a0": "name"},
            },
            "visits": {
                "Keys": [
                    {"user": {"S": "ann"}, "time": {"N": "5"}},
                    {"user": {"S": "bob"}, "time": {"N": "6"}},
                ],
            },
        },
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(body(Request::BatchGetItem(batch)), expected);
}

#[test]
fn a_batch_of_writes_asks_for_its_cost() {
    let batch = BatchWriteItemInput {
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        ..plain::batch_write()
    };
    assert_eq!(body(Request::BatchWriteItem(batch))["ReturnConsumedCapacity"], "INDEXES");
}

#[test]
fn each_action_of_a_transaction_has_placeholders_of_its_own() {
    let (table_name, all_old) = ("visits".to_owned(), ReturnValuesOnConditionCheckFailure::AllOld);
    let found = body(Request::TransactWriteItems(TransactWriteItemsInput {
        transact_items: vec![
            TransactWriteItem::ConditionCheck(ConditionCheck {
                table_name: table_name.clone(),
                key: key("ann", 1),
                condition_expression: unseen(),
                return_values_on_condition_check_failure: all_old,
            }),
            TransactWriteItem::Put(TransactPut {
                table_name: table_name.clone(),
                item: plain::put().item,
                condition_expression: Some(Condition::not_exists("user")),
                return_values_on_condition_check_failure: all_old,
            }),
            TransactWriteItem::Delete(TransactDelete {
                table_name: table_name.clone(),
                key: key("ann", 2),
                condition_expression: Some(unseen()),
                return_values_on_condition_check_failure: all_old,
            }),
            TransactWriteItem::Update(TransactUpdate {
                table_name,
                key: key("ann", 3),
                update_expression: UpdateExpression {
                    actions: vec![UpdateAction::Remove(DocumentPath::attribute("name"))],
                },
                condition_expression: Some(unseen()),
                return_values_on_condition_check_failure: all_old,
            }),
        ],
        client_request_token: Some("token-1".to_owned()),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..TransactWriteItemsInput::default()
    }));
    let unseen = |mut action: Value| {
        action["TableName"] = "visits".into();
        action["ConditionExpression"] = "#a0 = :v0".into();
        action["ExpressionAttributeNames"] = json!({"#a0": "seen"});
        action["ExpressionAttributeValues"] = json!({":v0": {"N": "0"}});
        action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        action
    };
    let mut update = unseen(json!({"Key": {"user": {"S": "ann"}, "time": {"N": "3"}}}));
    update["UpdateExpression"] = "REMOVE #a0".into();
    update["ConditionExpression"] = "#a1 = :v0".into();
    update["ExpressionAttributeNames"] = json!({"#a0": "name", "#a1": "seen"});
    let expected = json!({
        "TransactItems": [
            {"ConditionCheck": unseen(json!({"Key": {"user": {"S": "ann"}, "time": {"N": "1"}}}))},
            {"Put": {
                "TableName": "visits",
                "Item": {"user": {"S": "ann"}, "time": {"N": "5"}},
                "ConditionExpression": "attribute_not_exists(#a0)",
                "ExpressionAttributeNames": {"#a0": "user"},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }},
            {"Delete": unseen(json!({"Key": {"user": {"S": "ann"}, "time": {"N": "2"}}}))},
            {"Update": update},
        ],
        "ClientRequestToken": "token-1",
        "ReturnConsumedCapacity": "TOTAL",
    });
    assert_eq!(found, expected);
}

#[test]
fn a_table_without_a_range_key_may_be_provisioned() {
    let throughput = ProvisionedThroughput { read_capacity_units: 1000, write_capacity_units: 50 };
    let keys = KeyShape { range: None, ..shape() };
    let found = body(CreateTableInput::new("visits", &keys).provisioned(throughput).into());
    let expected = json!({
        "TableName": "visits",
        "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1000, "WriteCapacityUnits": 50},
    });
    assert_eq!(found, expected);
}

proptest! {
    #[test]
    fn names_and_values_come_back_unchanged_from_the_text(
        names in proptest::collection::vec(any::<String>(), 1..5),
        texts in proptest::collection::vec(any::<String>(), 1..5),
        table in any::<String>(),
    ) {
        let conditions = names.iter().zip(&texts);
        let conditions = conditions.map(|(name, text)| Condition::equal(name.clone(), text.as_str().into()));
        let item = Item::from_attributes(&Attributes::from([(names[0].clone(), texts[0].as_str().into())]));
        let found = body(Request::PutItem(PutItemInput {
            table_name: table.clone(),
            item: item.clone(),
            condition_expression: Some(Condition::And(conditions.collect())),
            ..plain::put()
        }));
        prop_assert_eq!(found["TableName"].as_str(), Some(table.as_str()));
        prop_assert_eq!(found["Item"][&names[0]]["S"].as_str(), Some(texts[0].as_str()));
        let expression = found["ConditionExpression"].as_str().unwrap();
        for (test, (name, text)) in expression.split(" AND ").zip(names.iter().zip(&texts)) {
            let (placeholder, value) = test.split_once(" = ").unwrap();
            prop_assert_eq!(found["ExpressionAttributeNames"][placeholder].as_str(), Some(name.as_str()));
            let value = found["ExpressionAttributeValues"][value].to_string();
            let value = parse_value(value.as_bytes()).unwrap();
            prop_assert_eq!(value, AttributeValue::from(text.as_str()));
        }
    }
}
