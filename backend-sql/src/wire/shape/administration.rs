//! The inputs of the actions that administer an account, and of those that need other services.
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

use super::actions::{FLAG, TEXT, optional, required, structures};
use super::types::Type;
use super::{Shape, Structure};

/// The shape of an action's input; `None` where it is none of these.
pub(super) fn shape(action: &str) -> Option<&'static Structure> {
    Some(match action {
        "CancelBulkOperation" | "DescribeBulkOperation" => &BULK_OPERATION,
        "CreateBackup" => &CREATE_BACKUP,
        "CreateGlobalTable" => &CREATE_GLOBAL_TABLE,
        "DeleteBackup" | "DescribeBackup" => &BACKUP,
        "DeleteResourcePolicy" => &DELETE_RESOURCE_POLICY,
        "DescribeContinuousBackups" => &DESCRIBE_CONTINUOUS_BACKUPS,
        "DescribeContributorInsights" => &DESCRIBE_CONTRIBUTOR_INSIGHTS,
        "DescribeEndpoints" => &DESCRIBE_ENDPOINTS,
        "DescribeExport" => &DESCRIBE_EXPORT,
        "DescribeGlobalTable" => &DESCRIBE_GLOBAL_TABLE,
        "DescribeGlobalTableSettings" => &DESCRIBE_GLOBAL_TABLE_SETTINGS,
        "DescribeImport" => &DESCRIBE_IMPORT,
        "DescribeKinesisStreamingDestination" => &DESCRIBE_KINESIS,
        "DescribeLimits" => &DESCRIBE_LIMITS,
        "DescribeTableReplicaAutoScaling" => &DESCRIBE_AUTO_SCALING,
        "DisableKinesisStreamingDestination" | "EnableKinesisStreamingDestination" => &KINESIS,
        "ExportTableToPointInTime" => &EXPORT_TABLE,
        "GetResourcePolicy" => &GET_RESOURCE_POLICY,
        "ImportTable" => &IMPORT_TABLE,
        "ListBackups" => &LIST_BACKUPS,
        "ListBulkOperations" => &LIST_BULK_OPERATIONS,
        "ListContributorInsights" => &LIST_CONTRIBUTOR_INSIGHTS,
        "ListExports" => &LIST_EXPORTS,
        "ListGlobalTables" => &LIST_GLOBAL_TABLES,
        "ListImports" => &LIST_IMPORTS,
        "PutResourcePolicy" => &PUT_RESOURCE_POLICY,
        "RestoreTableFromBackup" => &RESTORE_FROM_BACKUP,
        "RestoreTableToPointInTime" => &RESTORE_TO_POINT_IN_TIME,
        "SearchVectors" => &SEARCH_VECTORS,
        "StartBulkPutItems" => &START_BULK_PUT_ITEMS,
        "UpdateContinuousBackups" => &UPDATE_CONTINUOUS_BACKUPS,
        "UpdateContributorInsights" => &UPDATE_CONTRIBUTOR_INSIGHTS,
        "UpdateGlobalTable" => &UPDATE_GLOBAL_TABLE,
        "UpdateGlobalTableSettings" => &UPDATE_GLOBAL_TABLE_SETTINGS,
        "UpdateKinesisStreamingDestination" => &UPDATE_KINESIS,
        "UpdateTableReplicaAutoScaling" => &UPDATE_AUTO_SCALING,
        _ => return None,
    })
}

/// The resource name of a backup, export and so on.
const ARN: Shape = Shape::Length(37, 1024);
const RESOURCE: Shape = Shape::Length(1, 1283);
const REVISION: Shape = Shape::Length(1, 255);
const TIME: Shape = Shape::Integer(Type::Long, i64::MIN, i64::MAX);
const BILLING: Shape = Shape::Choice(&["PROVISIONED", "PAY_PER_REQUEST"]);
const FORMAT: Shape = Shape::Choice(&["DYNAMODB_JSON", "ION", "CSV"]);
const COMPRESSION: Shape = Shape::Choice(&["GZIP", "ZSTD", "NONE"]);
const PRECISION: Shape = Shape::Choice(&["MILLISECOND", "MICROSECOND"]);
const MODE: Shape = Shape::Choice(&["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"]);

const fn up_to(most: i64) -> Shape {
    Shape::Integer(Type::Integer, 1, most)
}

structures! {
    BULK_OPERATION = "BulkOperationInput" { required "BulkOperationArn": ARN, }
    LIST_BULK_OPERATIONS = "ListBulkOperationsInput" {
        optional "MaxResults": up_to(25),
        optional "NextToken": Shape::Length(1, 1024),
    }
    START_BULK_PUT_ITEMS = "StartBulkPutItemsInput" {
        optional "ClientToken": TEXT,
        required "InputS3Configuration": Shape::Structure(&BULK_INPUT),
        required "OutputS3Configuration": Shape::Structure(&BULK_OUTPUT),
        required "TableName": Shape::Table,
        optional "MaxWriteRequestUnits": Shape::Integer(Type::Long, 1024, i64::MAX),
        optional "PerformanceTier": Shape::Choice(&["STANDARD", "ACCELERATED"]),
    }
    BULK_INPUT = "InputS3Configuration" {
        required "S3Bucket": Shape::Length(0, 255),
        required "InputFormat": Shape::Choice(&["DYNAMODB_JSON", "ION"]),
        optional "InputCompressionType": COMPRESSION,
    }
    BULK_OUTPUT = "OutputS3Configuration" {
        required "OutputType": Shape::List(0, &Shape::Choice(&["ERROR", "CONDITION_CHECK_FAILURE"])),
    }
    CREATE_BACKUP = "CreateBackupInput" {
        required "TableName": Shape::Table,
        required "BackupName": Shape::Name,
    }
    BACKUP = "BackupInput" { required "BackupArn": ARN, }
    LIST_BACKUPS = "ListBackupsInput" {
        optional "TableName": Shape::Table,
        optional "Limit": up_to(100),
        optional "TimeRangeLowerBound": TIME,
        optional "TimeRangeUpperBound": TIME,
        optional "ExclusiveStartBackupArn": ARN,
        optional "BackupType": Shape::Choice(&["USER", "SYSTEM", "AWS_BACKUP", "ALL"]),
    }
    DESCRIBE_CONTINUOUS_BACKUPS = "DescribeContinuousBackupsInput" { required "TableName": Shape::Table, }
    UPDATE_CONTINUOUS_BACKUPS = "UpdateContinuousBackupsInput" {
        required "TableName": Shape::Table,
        required "PointInTimeRecoverySpecification": Shape::Structure(&POINT_IN_TIME_RECOVERY),
    }
    POINT_IN_TIME_RECOVERY = "PointInTimeRecoverySpecification" {
        required "PointInTimeRecoveryEnabled": FLAG,
        optional "RecoveryPeriodInDays": up_to(35),
    }
    RESTORE_FROM_BACKUP = "RestoreTableFromBackupInput" {
        required "TargetTableName": Shape::Name,
        required "BackupArn": ARN,
        optional "BillingModeOverride": BILLING,
    }
    RESTORE_TO_POINT_IN_TIME = "RestoreTableToPointInTimeInput" {
        optional "SourceTableArn": Shape::Length(1, 1024),
        optional "SourceTableName": Shape::Name,
        required "TargetTableName": Shape::Name,
        optional "UseLatestRestorableTime": FLAG,
        optional "RestoreDateTime": TIME,
        optional "BillingModeOverride": BILLING,
    }
    DESCRIBE_CONTRIBUTOR_INSIGHTS = "DescribeContributorInsightsInput" {
        required "TableName": Shape::Table,
        optional "IndexName": Shape::Name,
    }
    UPDATE_CONTRIBUTOR_INSIGHTS = "UpdateContributorInsightsInput" {
        required "TableName": Shape::Table,
        optional "IndexName": Shape::Name,
        required "ContributorInsightsAction": Shape::Choice(&["ENABLE", "DISABLE"]),
        optional "ContributorInsightsMode": MODE,
    }
    LIST_CONTRIBUTOR_INSIGHTS = "ListContributorInsightsInput" {
        optional "TableName": Shape::Table,
        optional "NextToken": TEXT,
        optional "MaxResults": up_to(100),
    }
    DESCRIBE_ENDPOINTS = "DescribeEndpointsRequest" { }
    DESCRIBE_LIMITS = "DescribeLimitsInput" { }
    DESCRIBE_EXPORT = "DescribeExportInput" { required "ExportArn": ARN, }
    LIST_EXPORTS = "ListExportsInput" {
        optional "TableArn": Shape::Length(1, 1024),
        optional "MaxResults": up_to(25),
        optional "NextToken": TEXT,
    }
    EXPORT_TABLE = "ExportTableToPointInTimeInput" {
        required "TableArn": Shape::Length(1, 1024),
        optional "ExportTime": TIME,
        optional "ClientToken": TEXT,
        required "S3Bucket": Shape::Length(0, 255),
        optional "ExportFormat": Shape::Choice(&["DYNAMODB_JSON", "ION"]),
        optional "ExportType": Shape::Choice(&["FULL_EXPORT", "INCREMENTAL_EXPORT"]),
    }
    DESCRIBE_IMPORT = "DescribeImportInput" { required "ImportArn": ARN, }
    LIST_IMPORTS = "ListImportsInput" {
        optional "TableArn": Shape::Length(1, 1024),
        optional "PageSize": up_to(25),
        optional "NextToken": Shape::Length(112, 1024),
    }
    IMPORT_TABLE = "ImportTableInput" {
        optional "ClientToken": TEXT,
        required "S3BucketSource": Shape::Structure(&BUCKET_SOURCE),
        required "InputFormat": FORMAT,
        optional "InputCompressionType": COMPRESSION,
        required "TableCreationParameters": Shape::Structure(&TABLE_CREATION),
    }
    BUCKET_SOURCE = "S3BucketSource" { required "S3Bucket": Shape::Length(0, 255), }
    TABLE_CREATION = "TableCreationParameters" {
        required "TableName": Shape::Name,
        required "AttributeDefinitions": Shape::List(0, &Shape::Structure(&ATTRIBUTE_DEFINITION)),
        required "KeySchema": Shape::List(1, &Shape::Structure(&KEY_SCHEMA_ELEMENT)),
        optional "BillingMode": BILLING,
    }
    CREATE_GLOBAL_TABLE = "CreateGlobalTableInput" {
        required "GlobalTableName": Shape::Name,
        required "ReplicationGroup": Shape::List(0, &Shape::Structure(&REPLICA)),
    }
    REPLICA = "Replica" { optional "RegionName": TEXT, }
    DESCRIBE_GLOBAL_TABLE = "DescribeGlobalTableInput" { required "GlobalTableName": Shape::Name, }
    DESCRIBE_GLOBAL_TABLE_SETTINGS = "DescribeGlobalTableSettingsInput" {
        required "GlobalTableName": Shape::Name,
    }
    LIST_GLOBAL_TABLES = "ListGlobalTablesInput" {
        optional "ExclusiveStartGlobalTableName": Shape::Name,
        optional "Limit": up_to(i64::MAX),
        optional "RegionName": TEXT,
    }
    UPDATE_GLOBAL_TABLE = "UpdateGlobalTableInput" {
        required "GlobalTableName": Shape::Name,
        required "ReplicaUpdates": Shape::List(0, &Shape::Structure(&REPLICA_UPDATE)),
    }
    REPLICA_UPDATE = "ReplicaUpdate" {
        optional "Create": Shape::Structure(&REPLICA_CHANGE),
        optional "Delete": Shape::Structure(&REPLICA_CHANGE),
    }
    REPLICA_CHANGE = "ReplicaAction" { required "RegionName": TEXT, }
    UPDATE_GLOBAL_TABLE_SETTINGS = "UpdateGlobalTableSettingsInput" {
        required "GlobalTableName": Shape::Name,
        optional "GlobalTableBillingMode": BILLING,
        optional "GlobalTableProvisionedWriteCapacityUnits": Shape::Integer(Type::Long, 1, i64::MAX),
    }
    DESCRIBE_AUTO_SCALING = "DescribeTableReplicaAutoScalingInput" { required "TableName": Shape::Table, }
    UPDATE_AUTO_SCALING = "UpdateTableReplicaAutoScalingInput" { required "TableName": Shape::Table, }
    DESCRIBE_KINESIS = "DescribeKinesisStreamingDestinationInput" { required "TableName": Shape::Table, }
    KINESIS = "KinesisStreamingDestinationInput" {
        required "TableName": Shape::Table,
        required "StreamArn": ARN,
        optional "EnableKinesisStreamingConfiguration": Shape::Structure(&KINESIS_CONFIGURATION),
    }
    UPDATE_KINESIS = "UpdateKinesisStreamingDestinationInput" {
        required "TableName": Shape::Table,
        required "StreamArn": ARN,
        optional "UpdateKinesisStreamingConfiguration": Shape::Structure(&KINESIS_CONFIGURATION),
    }
    KINESIS_CONFIGURATION = "KinesisStreamingConfiguration" {
        optional "ApproximateCreationDateTimePrecision": PRECISION,
    }
    GET_RESOURCE_POLICY = "GetResourcePolicyInput" { required "ResourceArn": RESOURCE, }
    PUT_RESOURCE_POLICY = "PutResourcePolicyInput" {
        required "ResourceArn": RESOURCE,
        required "Policy": TEXT,
        optional "ExpectedRevisionId": REVISION,
        optional "ConfirmRemoveSelfResourceAccess": FLAG,
    }
    DELETE_RESOURCE_POLICY = "DeleteResourcePolicyInput" {
        required "ResourceArn": RESOURCE,
        optional "ExpectedRevisionId": REVISION,
    }
    SEARCH_VECTORS = "SearchVectorsInput" {
        required "TableName": Shape::Table,
        required "IndexName": Shape::Name,
        optional "ReturnConsumedCapacity": Shape::Choice(&["INDEXES", "TOTAL", "NONE"]),
        required "SearchVector": Shape::List(1, &Shape::Value),
        optional "SearchConditionExpression": TEXT,
        required "TopK": up_to(i64::MAX),
    }
    ATTRIBUTE_DEFINITION = "AttributeDefinition" {
        required "AttributeName": Shape::Length(1, 255),
        required "AttributeType": Shape::Choice(&["B", "N", "S"]),
    }
    KEY_SCHEMA_ELEMENT = "KeySchemaElement" {
        required "AttributeName": Shape::Length(1, 255),
        required "KeyType": Shape::Choice(&["HASH", "RANGE"]),
    }
}
