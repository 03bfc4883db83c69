//! Tests: settings that are kept and told, and what there never is.

use dynochemy_core::Moment;
use serde_json::{Value, json};

use crate::SqlBackend;

fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let create = json!({
        "TableName": "visits", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "user", "AttributeType": "S"}, {"AttributeName": "place", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by_place", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [
                {"AttributeName": "place", "KeyType": "HASH"}, {"AttributeName": "user", "KeyType": "RANGE"},
            ],
        }],
    });
    assert_eq!(ask(&backend, 0, "CreateTable", create)["TableDescription"]["TableStatus"], "ACTIVE");
    backend
}

/// The answer, or `Code: message`, so many seconds after the beginning.
fn ask(backend: &SqlBackend, seconds: u64, action: &str, body: Value) -> Value {
    let answer = backend.answer_json(action, body.to_string().as_bytes(), Moment::from_secs(seconds));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let Some(kind) = body["__type"].as_str() else { return body };
    format!("{}: {}", kind.rsplit('#').next().unwrap(), body["message"].as_str().unwrap_or_default()).into()
}

fn code(answer: &Value) -> &str {
    answer.as_str().unwrap().split(':').next().unwrap()
}

fn arn(table: &str) -> String {
    format!("arn:aws:dynamodb:local:000000000000:table/{table}")
}

#[test]
fn a_fresh_account_has_quotas_and_nothing_else() {
    let backend = backend();
    let limits = ask(&backend, 0, "DescribeLimits", json!({}));
    assert_eq!(
        (&limits["AccountMaxReadCapacityUnits"], &limits["TableMaxWriteCapacityUnits"]),
        (&json!(80_000), &json!(40_000))
    );
    assert_eq!(
        ask(&backend, 0, "DescribeEndpoints", json!({}))["Endpoints"][0]["CachePeriodInMinutes"],
        1440
    );
    for (action, member) in [
        ("ListBackups", "BackupSummaries"),
        ("ListBulkOperations", "BulkOperationsSummaryList"),
        ("ListContributorInsights", "ContributorInsightsSummaries"),
        ("ListExports", "ExportSummaries"),
        ("ListGlobalTables", "GlobalTables"),
        ("ListImports", "ImportSummaryList"),
    ] {
        assert_eq!(ask(&backend, 0, action, json!({})), json!({member: []}), "{action}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let backend = backend();
    let missing = format!("{}/backup/01489602797149-73d8d5bc", arn("visits"));
    for (action, member, value, expected) in [
        ("DescribeBackup", "BackupArn", missing.as_str(), format!("BackupNotFoundException: Backup not found: {missing}")),
        ("DeleteBackup", "BackupArn", &missing, format!("BackupNotFoundException: Backup not found: {missing}")),
        ("DescribeExport", "ExportArn", &missing, format!("ExportNotFoundException: Export not found: {missing}")),
        ("DescribeImport", "ImportArn", &missing, format!("ImportNotFoundException: Import not found: {missing}")),
        ("DescribeContinuousBackups", "TableName", "none", "TableNotFoundException: Table not found: none".to_owned()),
        (
            "DescribeGlobalTable",
            "GlobalTableName",
            "visits",
            "GlobalTableNotFoundException: Global table not found: Global table with name: 'visits' does not exist."
                .to_owned(),
        ),
        (
            "DescribeKinesisStreamingDestination",
            "TableName",
            "none",
            "ResourceNotFoundException: Requested resource not found: Table: none not found".to_owned(),
        ),
    ] {
        assert_eq!(ask(&backend, 0, action, json!({member: value})), expected, "{action}");
    }
    for action in ["CancelBulkOperation", "DescribeBulkOperation"] {
        assert_eq!(
            code(&ask(&backend, 0, action, json!({"BulkOperationArn": missing}))),
            "ResourceNotFoundException"
        );
    }
    for action in ["DescribeGlobalTableSettings", "UpdateGlobalTableSettings"] {
        let told = ask(&backend, 0, action, json!({"GlobalTableName": "visits"}));
        assert_eq!(code(&told), "GlobalTableNotFoundException");
    }
}

#[test]
fn what_needs_other_services_or_regions_is_refused_once_all_else_is_right() {
    let backend = backend();
    let s3 = json!({"S3Bucket": "bucket", "InputFormat": "ION"});
    let creation = |name: &str| {
        json!({
            "S3BucketSource": s3, "InputFormat": "CSV",
            "TableCreationParameters": {
                "TableName": name, "AttributeDefinitions": [],
                "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
            },
        })
    };
    let bulk = |name: &str| json!({"TableName": name, "InputS3Configuration": s3, "OutputS3Configuration": {"OutputType": []}});
    let export = |name: &str| json!({"TableArn": arn(name), "S3Bucket": "bucket"});
    let restore = |from: &str, to: &str| json!({"SourceTableName": from, "TargetTableName": to});
    let regions = |name: &str, region: &str| json!({"GlobalTableName": name, "ReplicationGroup": [{"RegionName": region}]});
    let vectors = |name: &str, index: &str| json!({"TableName": name, "IndexName": index, "SearchVector": [{"N": "1"}], "TopK": 1});
    for (action, body, expected) in [
        ("ImportTable", creation("visits"), "ResourceInUseException"),
        ("ImportTable", creation("other"), "LimitExceededException"),
        ("StartBulkPutItems", bulk("none"), "ResourceNotFoundException"),
        ("StartBulkPutItems", bulk("visits"), "LimitExceededException"),
        ("ExportTableToPointInTime", export("none"), "TableNotFoundException"),
        ("ExportTableToPointInTime", export("visits"), "PointInTimeRecoveryUnavailableException"),
        ("CreateBackup", json!({"TableName": "none", "BackupName": "all"}), "TableNotFoundException"),
        (
            "CreateBackup",
            json!({"TableName": "visits", "BackupName": "all"}),
            "ContinuousBackupsUnavailableException",
        ),
        ("RestoreTableToPointInTime", restore("none", "other"), "TableNotFoundException"),
        ("RestoreTableToPointInTime", restore("visits", "visits"), "TableAlreadyExistsException"),
        ("RestoreTableToPointInTime", restore("visits", "other"), "PointInTimeRecoveryUnavailableException"),
        (
            "RestoreTableFromBackup",
            json!({"BackupArn": format!("{}/backup/1", arn("visits")), "TargetTableName": "other"}),
            "BackupNotFoundException",
        ),
        ("CreateGlobalTable", regions("none", "local"), "TableNotFoundException"),
        ("CreateGlobalTable", regions("visits", "eu-west-1"), "TableNotFoundException"),
        ("CreateGlobalTable", regions("visits", "local"), "LimitExceededException"),
        (
            "UpdateGlobalTable",
            json!({"GlobalTableName": "visits", "ReplicaUpdates": []}),
            "GlobalTableNotFoundException",
        ),
        ("UpdateTableReplicaAutoScaling", json!({"TableName": "none"}), "ResourceNotFoundException"),
        ("UpdateTableReplicaAutoScaling", json!({"TableName": "visits"}), "LimitExceededException"),
        ("SearchVectors", vectors("none", "by_place"), "ResourceNotFoundException"),
        ("SearchVectors", vectors("visits", "none"), "ValidationException"),
        ("SearchVectors", vectors("visits", "by_place"), "ValidationException"),
    ] {
        assert_eq!(code(&ask(&backend, 0, action, body.clone())), expected, "{action} {body}");
    }
    let told = ask(&backend, 0, "DescribeTableReplicaAutoScaling", json!({"TableName": "visits"}));
    assert_eq!(told["TableAutoScalingDescription"]["TableStatus"], "ACTIVE");
}

#[test]
fn inputs_are_held_against_their_shapes() {
    let backend = backend();
    assert_eq!(
        ask(&backend, 0, "DescribeContinuousBackups", json!({})),
        "ValidationException: 1 validation error detected: Value null at 'tableName' failed to satisfy constraint: \
         Member must not be null"
    );
    let told = ask(&backend, 0, "ListBackups", json!({"Limit": 101, "BackupType": "SOME"}));
    assert!(
        told.as_str().unwrap().starts_with("ValidationException: 2 validation errors detected"),
        "{told}"
    );
    assert_eq!(code(&ask(&backend, 0, "DescribeBackup", json!({"BackupArn": 1}))), "SerializationException");
}

#[test]
fn recovery_to_a_point_in_time_is_kept_and_told() {
    let backend = backend();
    let described = |seconds: u64| {
        let told = ask(&backend, seconds, "DescribeContinuousBackups", json!({"TableName": arn("visits")}));
        let described = &told["ContinuousBackupsDescription"];
        assert_eq!(described["ContinuousBackupsStatus"], "ENABLED");
        described["PointInTimeRecoveryDescription"].clone()
    };
    let update = |seconds: u64, wanted: Value| {
        let body = json!({"TableName": "visits", "PointInTimeRecoverySpecification": wanted});
        ask(&backend, seconds, "UpdateContinuousBackups", body)
    };
    assert_eq!(described(0), json!({"PointInTimeRecoveryStatus": "DISABLED"}));
    let told = update(1000, json!({"PointInTimeRecoveryEnabled": true}));
    let enabled = |days: u32, earliest: u64, latest: u64| {
        json!({
            "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": earliest, "LatestRestorableDateTime": latest,
        })
    };
    assert_eq!(
        told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"],
        enabled(35, 1000, 1000)
    );
    assert_eq!(described(2000), enabled(35, 1000, 1700));
    // Enabling it again changes the period alone.
    update(3000, json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 1}));
    assert_eq!(described(100_000), enabled(1, 13_600, 99_700));
    let restore = json!({"SourceTableName": "visits", "TargetTableName": "other"});
    assert_eq!(code(&ask(&backend, 0, "RestoreTableToPointInTime", restore)), "InvalidRestoreTimeException");
    let export = json!({"TableArn": arn("visits"), "S3Bucket": "bucket"});
    assert_eq!(code(&ask(&backend, 0, "ExportTableToPointInTime", export)), "LimitExceededException");
    update(4000, json!({"PointInTimeRecoveryEnabled": false}));
    assert_eq!(described(5000), json!({"PointInTimeRecoveryStatus": "DISABLED"}));
    let told = update(4000, json!({"PointInTimeRecoveryEnabled": false, "RecoveryPeriodInDays": 1}));
    assert_eq!(code(&told), "ValidationException");
}

#[test]
fn contributor_insights_are_kept_and_told_for_table_and_indexes() {
    let backend = backend();
    let ask = |action: &str, mut body: Value| {
        body["TableName"] = "visits".into();
        ask(&backend, 7, action, body)
    };
    let off = json!({"TableName": "visits", "ContributorInsightsStatus": "DISABLED"});
    assert_eq!(ask("DescribeContributorInsights", json!({})), off);
    let told = ask("UpdateContributorInsights", json!({"ContributorInsightsAction": "ENABLE"}));
    assert_eq!(told["ContributorInsightsStatus"], "ENABLED");
    let told = ask("DescribeContributorInsights", json!({}));
    assert_eq!(
        told["ContributorInsightsRuleList"],
        json!(["DynamoDBContributorInsights-PKC-visits-7000", "DynamoDBContributorInsights-PKT-visits-7000"])
    );
    assert_eq!(told["LastUpdateDateTime"], 7);
    let of_index = json!({
        "IndexName": "by_place", "ContributorInsightsAction": "ENABLE", "ContributorInsightsMode": "THROTTLED_KEYS",
    });
    ask("UpdateContributorInsights", of_index);
    let told = ask("DescribeContributorInsights", json!({"IndexName": "by_place"}));
    assert_eq!(told["ContributorInsightsMode"], "THROTTLED_KEYS");
    assert_eq!(
        told["ContributorInsightsRuleList"],
        json!([
            "DynamoDBContributorInsights-PKT-visits-by_place-7000",
            "DynamoDBContributorInsights-SKT-visits-by_place-7000"
        ])
    );
    let first = ask("ListContributorInsights", json!({"MaxResults": 1}));
    assert_eq!(first["ContributorInsightsSummaries"][0].get("IndexName"), None);
    let second = ask("ListContributorInsights", json!({"NextToken": first["NextToken"]}));
    assert_eq!(second["ContributorInsightsSummaries"].as_array().unwrap().len(), 1);
    assert_eq!(second["ContributorInsightsSummaries"][0]["IndexName"], "by_place");
    assert_eq!(second.get("NextToken"), None);
    ask("UpdateContributorInsights", json!({"ContributorInsightsAction": "DISABLE"}));
    assert_eq!(ask("DescribeContributorInsights", json!({}))["ContributorInsightsStatus"], "DISABLED");
    let missing = ask("DescribeContributorInsights", json!({"IndexName": "none"}));
    assert_eq!(code(&missing), "ResourceNotFoundException");
}

#[test]
fn a_resource_policy_is_kept_under_revisions() {
    let backend = backend();
    let ask = |action: &str, mut body: Value| {
        body["ResourceArn"] = arn("visits").into();
        ask(&backend, 0, action, body)
    };
    let missing = "PolicyNotFoundException";
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    assert_eq!(code(&ask("GetResourcePolicy", json!({}))), missing);
    assert_eq!(ask("DeleteResourcePolicy", json!({})), json!({}));
    let wrong = json!({"Policy": policy, "ExpectedRevisionId": "1"});
    assert_eq!(code(&ask("PutResourcePolicy", wrong)), missing);
    let first = ask("PutResourcePolicy", json!({"Policy": policy, "ExpectedRevisionId": "NO_POLICY"}));
    let told = ask("GetResourcePolicy", json!({}));
    assert_eq!((&told["Policy"], &told["RevisionId"]), (&policy.into(), &first["RevisionId"]));
    // The same document again is no change.
    assert_eq!(ask("PutResourcePolicy", json!({"Policy": format!(" {policy}")})), first);
    let second = ask("PutResourcePolicy", json!({"Policy": "{}"}));
    assert_ne!(second, first);
    let stale = json!({"ExpectedRevisionId": first["RevisionId"]});
    assert_eq!(code(&ask("DeleteResourcePolicy", stale)), missing);
    assert_eq!(ask("DeleteResourcePolicy", json!({"ExpectedRevisionId": second["RevisionId"]})), second);
    assert_eq!(code(&ask("GetResourcePolicy", json!({}))), missing);
    assert_ne!(ask("PutResourcePolicy", json!({"Policy": policy})), first);
    assert_eq!(code(&ask("PutResourcePolicy", json!({"Policy": "nothing"}))), "ValidationException");
    let large = json!({ "Policy": json!({"Id": "é".repeat(10 * 1024)}).to_string() });
    assert!(ask("PutResourcePolicy", large).as_str().unwrap().contains("at 'policy' failed to satisfy"));
}

#[test]
fn a_table_may_be_created_with_its_resource_policy() {
    let backend = backend();
    let create = |table: &str, policy: &str| {
        let body = json!({
            "TableName": table, "BillingMode": "PAY_PER_REQUEST", "ResourcePolicy": policy,
            "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
        });
        ask(&backend, 0, "CreateTable", body)
    };
    create("guarded", r#"{"Statement":[]}"#);
    let told = ask(&backend, 0, "GetResourcePolicy", json!({"ResourceArn": arn("guarded")}));
    assert_eq!((&told["Policy"], &told["RevisionId"]), (&r#"{"Statement":[]}"#.into(), &"1".into()));
    assert_eq!(code(&create("other", "nothing")), "ValidationException");
    let missing = ask(&backend, 0, "DescribeTable", json!({"TableName": "other"}));
    assert_eq!(code(&missing), "ResourceNotFoundException");
}

#[test]
fn kinesis_destinations_are_kept_and_told() {
    let backend = backend();
    let stream = "arn:aws:kinesis:local:000000000000:stream/changes";
    let ask = |action: &str, mut body: Value| {
        body["TableName"] = "visits".into();
        if action != "DescribeKinesisStreamingDestination" && body.get("StreamArn").is_none() {
            body["StreamArn"] = stream.into();
        }
        ask(&backend, 0, action, body)
    };
    let told =
        || ask("DescribeKinesisStreamingDestination", json!({}))["KinesisDataStreamDestinations"].clone();
    let precision = |precision: &str| json!({"ApproximateCreationDateTimePrecision": precision});
    assert_eq!(told(), json!([]));
    let invalid = "ValidationException";
    assert_eq!(code(&ask("DisableKinesisStreamingDestination", json!({}))), invalid);
    let enabled = ask("EnableKinesisStreamingDestination", json!({}));
    assert_eq!(enabled, json!({"TableName": "visits", "StreamArn": stream, "DestinationStatus": "ACTIVE"}));
    assert_eq!(code(&ask("EnableKinesisStreamingDestination", json!({}))), invalid);
    let update = json!({"UpdateKinesisStreamingConfiguration": precision("MICROSECOND")});
    assert_eq!(ask("UpdateKinesisStreamingDestination", update.clone())["DestinationStatus"], "ACTIVE");
    assert_eq!(code(&ask("UpdateKinesisStreamingDestination", update.clone())), invalid);
    assert_eq!(code(&ask("UpdateKinesisStreamingDestination", json!({}))), invalid);
    assert_eq!(told()[0]["ApproximateCreationDateTimePrecision"], "MICROSECOND");
    assert_eq!(ask("DisableKinesisStreamingDestination", json!({}))["DestinationStatus"], "DISABLED");
    assert_eq!(told()[0]["DestinationStatus"], "DISABLED");
    assert_eq!(code(&ask("UpdateKinesisStreamingDestination", update)), invalid);
    assert_eq!(ask("EnableKinesisStreamingDestination", json!({}))["DestinationStatus"], "ACTIVE");
    let other = json!({"StreamArn": "arn:aws:dynamodb:local:000000000000:table/visits"});
    assert_eq!(code(&ask("EnableKinesisStreamingDestination", other)), invalid);
}

#[test]
fn settings_end_with_their_table() {
    let backend = backend();
    let enable = json!({"TableName": "visits", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
    ask(&backend, 0, "UpdateContinuousBackups", enable);
    ask(&backend, 0, "DeleteTable", json!({"TableName": "visits"}));
    let told = ask(&backend, 0, "DescribeContinuousBackups", json!({"TableName": "visits"}));
    assert_eq!(code(&told), "TableNotFoundException");
}
