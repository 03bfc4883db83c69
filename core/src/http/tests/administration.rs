//! Actions on tables and their settings, both ways.

use serde_json::{Value, json};

use super::answers::answered;
use super::samples::answer_to;
use super::*;

fn written(request: impl Into<Request>) -> Value {
    serde_json::from_slice(&write_body(&request.into())).unwrap()
}

/// What a sample answers to a request.
fn sample<T: TryFrom<Response, Error = Response>>(request: impl Into<Request>) -> T {
    let request = request.into();
    answered(&request, answer_to(request.action())).unwrap().try_into().unwrap()
}

#[test]
fn a_table_is_created_with_its_indexes() {
    let throughput = ProvisionedThroughput { read_capacity_units: 5, write_capacity_units: 6 };
    let definition =
        |name: &str, attribute_type| AttributeDefinition { attribute_name: name.to_owned(), attribute_type };
    let mut table = CreateTableInput::new("visits", &shape()).provisioned(throughput);
    table.attribute_definitions.extend([
        definition("country", ScalarType::S),
        definition("city", ScalarType::S),
        definition("name", ScalarType::B),
    ]);
    table.global_secondary_indexes = vec![GlobalSecondaryIndex {
        index_name: "by-place".to_owned(),
        key_schema: vec![
            KeySchemaElement::hash("country"),
            KeySchemaElement::hash("city"),
            KeySchemaElement::range("time"),
        ],
        projection: Projection::include(["seen"]),
        provisioned_throughput: Some(throughput),
        ..GlobalSecondaryIndex::default()
    }];
    table.local_secondary_indexes = vec![LocalSecondaryIndex {
        index_name: "by-name".to_owned(),
        key_schema: vec![KeySchemaElement::hash("user"), KeySchemaElement::range("name")],
        projection: Projection::keys_only(),
    }];
    table.stream_specification = Some(StreamSpecification {
        stream_enabled: true,
        stream_view_type: Some(StreamViewType::NewAndOldImages),
    });
    table.sse_specification =
        Some(SseSpecification { enabled: Some(true), sse_type: Some(SseType::Kms), kms_master_key_id: None });
    table.tags = vec![Tag::new("team", "a")];
    let expected = json!({
        "TableName": "visits",
        "AttributeDefinitions": [
            {"AttributeName": "user", "AttributeType": "S"},
            {"AttributeName": "time", "AttributeType": "N"},
            {"AttributeName": "country", "AttributeType": "S"},
            {"AttributeName": "city", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "B"},
        ],
        "KeySchema": [
            {"AttributeName": "user", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-place",
            "KeySchema": [
                {"AttributeName": "country", "KeyType": "HASH"},
                {"AttributeName": "city", "KeyType": "HASH"},
                {"AttributeName": "time", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["seen"]},
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        }],
        "LocalSecondaryIndexes": [{
            "IndexName": "by-name",
            "KeySchema": [
                {"AttributeName": "user", "KeyType": "HASH"},
                {"AttributeName": "name", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "SSESpecification": {"Enabled": true, "SSEType": "KMS"},
        "Tags": [{"Key": "team", "Value": "a"}],
    });
    assert_eq!(written(table), expected);
}

#[test]
fn a_change_of_a_table_names_what_is_to_be_done() {
    let change = UpdateTableInput {
        table_name: "visits".to_owned(),
        global_secondary_index_updates: vec![
            GlobalSecondaryIndexUpdate::Create(GlobalSecondaryIndex {
                index_name: "new".to_owned(),
                key_schema: vec![KeySchemaElement::hash("mail")],
                projection: Projection::all(),
                ..GlobalSecondaryIndex::default()
            }),
            GlobalSecondaryIndexUpdate::Delete(DeleteGlobalSecondaryIndexAction {
                index_name: "old".to_owned(),
            }),
        ],
        replica_updates: vec![ReplicationGroupUpdate::Create(ReplicationGroupMember {
            region_name: "us-east-1".to_owned(),
            ..ReplicationGroupMember::default()
        })],
        deletion_protection_enabled: Some(false),
        ..UpdateTableInput::default()
    };
    let expected = json!({
        "TableName": "visits",
        "GlobalSecondaryIndexUpdates": [
            {"Create": {
                "IndexName": "new",
                "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }},
            {"Delete": {"IndexName": "old"}},
        ],
        "ReplicaUpdates": [{"Create": {"RegionName": "us-east-1"}}],
        "DeletionProtectionEnabled": false,
    });
    assert_eq!(written(change), expected);
}

#[test]
fn settings_are_told_as_values() {
    let found: ListTablesOutput = sample(ListTablesInput::default());
    assert_eq!(found.table_names, ["notes", "visits"]);
    assert_eq!(found.last_evaluated_table_name.as_deref(), Some("visits"));
    let found: DescribeTimeToLiveOutput = sample(DescribeTimeToLiveInput::default());
    assert_eq!(found.time_to_live_description.time_to_live_status, Some(TimeToLiveStatus::Enabled));
    assert_eq!(found.time_to_live_description.attribute_name.as_deref(), Some("until"));
    let found: UpdateTimeToLiveOutput = sample(UpdateTimeToLiveInput::default());
    let expected = TimeToLiveSpecification { enabled: true, attribute_name: "until".to_owned() };
    assert_eq!(found.time_to_live_specification, expected);
    let found: ListTagsOfResourceOutput = sample(ListTagsOfResourceInput::default());
    assert_eq!(found.tags, [Tag::new("team", "a"), Tag::new("empty", "")]);
    assert_eq!(found.next_token.as_deref(), Some("page-2"));
}

#[test]
fn a_name_that_is_new_to_the_library_is_kept() {
    let request = DescribeTableInput { table_name: "visits".to_owned() };
    let body = r#"{"Table":{"TableName":"visits","TableStatus":"FROZEN"}}"#;
    let found: DescribeTableOutput = answered(&request.into(), body).unwrap().try_into().unwrap();
    assert_eq!(found.table.table_status, TableStatus::Other("FROZEN".to_owned()));
    assert_eq!(found.table.table_status.to_string(), "FROZEN");
}

#[test]
fn who_answers_nothing_may_do_so_in_any_way() {
    for body in ["", "{}", r#"{"New":1}"#] {
        for request in [Request::from(TagResourceInput::default()), UntagResourceInput::default().into()] {
            assert_eq!(answered(&request, body).unwrap().action(), request.action());
        }
    }
    let raw = Request::from(RawInput::new("DescribeLimits", "{}"));
    for body in ["", "{}", "[1, {\"a\": null}]"] {
        assert_eq!(answered(&raw, body).unwrap(), RawOutput { body: body.to_owned() }.into());
    }
    let Err(CallError::Unknown { problem, .. }) = answered(&raw, "{") else { panic!() };
    assert!(problem.starts_with("the answer to DescribeLimits cannot be read"), "{problem}");
}

#[test]
fn legacy_members_stand_among_the_others() {
    let comparison = |value: &str| LegacyComparison {
        attribute_value_list: vec![value.into()],
        comparison_operator: ComparisonOperator::Equal,
    };
    let query = QueryInput {
        table_name: "visits".to_owned(),
        legacy: Some(Box::new(LegacyQuery {
            key_conditions: [("user".to_owned(), comparison("ann"))].into(),
            conditional_operator: Some(ConditionalOperator::Or),
            ..LegacyQuery::default()
        })),
        ..QueryInput::default()
    };
    let expected = json!({
        "TableName": "visits",
        "KeyConditions": {"user": {"AttributeValueList": [{"S": "ann"}], "ComparisonOperator": "EQ"}},
        "ConditionalOperator": "OR",
    });
    assert_eq!(written(query), expected);
    let put = PutItemInput {
        legacy: Some(Box::new(LegacyWrite {
            expected: [(
                "seen".to_owned(),
                ExpectedAttributeValue { exists: Some(false), ..ExpectedAttributeValue::default() },
            )]
            .into(),
            ..LegacyWrite::default()
        })),
        ..plain::put()
    };
    assert!(!Request::from(put.clone()).is_repeatable());
    assert_eq!(written(put)["Expected"], json!({"seen": {"Exists": false}}));
}

#[test]
fn requests_and_answers_are_small_enough_to_be_moved_about() {
    assert!(size_of::<Request>() <= 512, "{}", size_of::<Request>());
    assert!(size_of::<Response>() <= 288, "{}", size_of::<Response>());
}
