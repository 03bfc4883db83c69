//! The inputs of the actions, as the API's model has them, their members in the order in which the service looks at them.
//!
//! The bounds of what is administered are for the actions: their own messages come before the model's.
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

use super::types::Type;
use super::{Member, Presence, Shape, Structure, administration, statements, streams};

/// The shape of an action's input; `None` where the backend does not know the action.
pub(in crate::wire) fn shape(action: &str) -> Option<&'static Structure> {
    Some(match action {
        "BatchGetItem" => &BATCH_GET_ITEM,
        "BatchWriteItem" => &BATCH_WRITE_ITEM,
        "CreateTable" => &CREATE_TABLE,
        "DeleteItem" => &DELETE_ITEM,
        "DeleteTable" => &DELETE_TABLE,
        "DescribeStream" => &streams::DESCRIBE_STREAM,
        "DescribeTable" => &DESCRIBE_TABLE,
        "DescribeTimeToLive" => &DESCRIBE_TIME_TO_LIVE,
        "GetItem" => &GET_ITEM,
        "GetRecords" => &streams::GET_RECORDS,
        "GetShardIterator" => &streams::GET_SHARD_ITERATOR,
        "ListStreams" => &streams::LIST_STREAMS,
        "ListTables" => &LIST_TABLES,
        "ListTagsOfResource" => &LIST_TAGS_OF_RESOURCE,
        "PutItem" => &PUT_ITEM,
        "Query" => &QUERY,
        "Scan" => &SCAN,
        "TagResource" => &TAG_RESOURCE,
        "TransactGetItems" => &TRANSACT_GET_ITEMS,
        "TransactWriteItems" => &TRANSACT_WRITE_ITEMS,
        "UntagResource" => &UNTAG_RESOURCE,
        "UpdateItem" => &UPDATE_ITEM,
        "UpdateTable" => &UPDATE_TABLE,
        "UpdateTimeToLive" => &UPDATE_TIME_TO_LIVE,
        other => return statements::shape(other).or_else(|| administration::shape(other)),
    })
}

pub(super) const TEXT: Shape = Shape::Text;
pub(super) const FLAG: Shape = Shape::Flag;
const ITEM: Shape = Shape::Map(0, "AttributeValue", &Shape::Value);
const NAMES: Shape = Shape::Map(0, "String", &Shape::Text);
pub(super) const COUNT: Shape = Shape::Integer(Type::Integer, 1, i64::MAX);
const UNITS: Shape = Shape::Integer(Type::Long, 1, i64::MAX);
const ATTRIBUTES: Shape = Shape::List(1, &Shape::Length(0, 65_535));
pub(super) const CONSUMED: Shape = Shape::Choice(&["INDEXES", "TOTAL", "NONE"]);
const METRICS: Shape = Shape::Choice(&["SIZE", "NONE"]);
pub(super) const ON_FAILURE: Shape = Shape::Choice(&["ALL_OLD", "NONE"]);
const RETURN: Shape = Shape::Choice(&["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"]);
const SELECT: Shape =
    Shape::Choice(&["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]);
const JOINED: Shape = Shape::Choice(&["OR", "AND"]);
const COMPARISON: Shape = Shape::Choice(&[
    "IN",
    "NULL",
    "BETWEEN",
    "LT",
    "NOT_CONTAINS",
    "EQ",
    "GT",
    "NOT_NULL",
    "NE",
    "LE",
    "BEGINS_WITH",
    "GE",
    "CONTAINS",
]);
const EXPECTED: Shape = Shape::Map(0, "ExpectedAttributeValue", &Shape::Structure(&EXPECTATION));
const CONDITIONS: Shape = Shape::Map(0, "Condition", &Shape::Structure(&CONDITION));

pub(super) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, presence: Presence::Optional }
}

pub(super) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, presence: Presence::Required }
}

pub(super) const fn indispensable(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, presence: Presence::Indispensable }
}

macro_rules! structures {
    ($($(#[$doc:meta])* $constant:ident = $name:literal { $($kind:ident $member:literal: $shape:expr,)* })*) => {$(
        $(#[$doc])*
        pub(super) static $constant: Structure =
            Structure { name: $name, members: &[$($kind($member, $shape)),*] };
    )*};
}
pub(super) use structures;

structures! {
    GET_ITEM = "GetItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        optional "AttributesToGet": ATTRIBUTES,
        required "Key": ITEM,
        required "TableName": Shape::Table,
        optional "ConsistentRead": FLAG,
        optional "ProjectionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
    }
    PUT_ITEM = "PutItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        required "TableName": Shape::Table,
        required "Item": ITEM,
        optional "ConditionalOperator": JOINED,
        optional "Expected": EXPECTED,
        optional "ReturnValues": RETURN,
        optional "ReturnItemCollectionMetrics": METRICS,
        optional "ConditionExpression": TEXT,
        optional "ExpressionAttributeValues": ITEM,
        optional "ExpressionAttributeNames": NAMES,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    DELETE_ITEM = "DeleteItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        required "TableName": Shape::Table,
        optional "ReturnValues": RETURN,
        optional "ReturnItemCollectionMetrics": METRICS,
        required "Key": ITEM,
        optional "ConditionalOperator": JOINED,
        optional "Expected": EXPECTED,
        optional "ConditionExpression": TEXT,
        optional "ExpressionAttributeValues": ITEM,
        optional "ExpressionAttributeNames": NAMES,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    UPDATE_ITEM = "UpdateItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        required "TableName": Shape::Table,
        optional "ReturnItemCollectionMetrics": METRICS,
        optional "ReturnValues": RETURN,
        required "Key": ITEM,
        optional "ConditionalOperator": JOINED,
        optional "Expected": EXPECTED,
        optional "AttributeUpdates": Shape::Map(0, "AttributeValueUpdate", &Shape::Structure(&ATTRIBUTE_UPDATE)),
        optional "ConditionExpression": TEXT,
        optional "UpdateExpression": TEXT,
        optional "ExpressionAttributeValues": ITEM,
        optional "ExpressionAttributeNames": NAMES,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    QUERY = "QueryInput" {
        optional "Select": SELECT,
        optional "IndexName": Shape::Name,
        optional "ReturnConsumedCapacity": CONSUMED,
        optional "QueryFilter": CONDITIONS,
        required "TableName": Shape::Table,
        optional "ConditionalOperator": JOINED,
        optional "AttributesToGet": ATTRIBUTES,
        optional "Limit": COUNT,
        optional "KeyConditions": CONDITIONS,
        optional "ScanIndexForward": FLAG,
        optional "ConsistentRead": FLAG,
        optional "ExclusiveStartKey": ITEM,
        optional "KeyConditionExpression": TEXT,
        optional "FilterExpression": TEXT,
        optional "ProjectionExpression": TEXT,
        optional "ExpressionAttributeValues": ITEM,
        optional "ExpressionAttributeNames": NAMES,
    }
    SCAN = "ScanInput" {
        optional "Select": SELECT,
        optional "IndexName": Shape::Name,
        optional "TotalSegments": Shape::Integer(Type::Integer, 1, 1_000_000),
        optional "ReturnConsumedCapacity": CONSUMED,
        required "TableName": Shape::Table,
        optional "ConditionalOperator": JOINED,
        optional "ScanFilter": CONDITIONS,
        optional "Segment": Shape::Integer(Type::Integer, 0, 999_999),
        optional "Limit": COUNT,
        optional "AttributesToGet": ATTRIBUTES,
        optional "ConsistentRead": FLAG,
        optional "ExclusiveStartKey": ITEM,
        optional "FilterExpression": TEXT,
        optional "ProjectionExpression": TEXT,
        optional "ExpressionAttributeValues": ITEM,
        optional "ExpressionAttributeNames": NAMES,
    }
    BATCH_GET_ITEM = "BatchGetItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        required "RequestItems": Shape::Map(1, "KeysAndAttributes", &Shape::Structure(&KEYS_AND_ATTRIBUTES)),
    }
    KEYS_AND_ATTRIBUTES = "KeysAndAttributes" {
        optional "AttributesToGet": ATTRIBUTES,
        required "Keys": Shape::List(1, &ITEM),
        optional "ConsistentRead": FLAG,
        optional "ProjectionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
    }
    BATCH_WRITE_ITEM = "BatchWriteItemInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        optional "ReturnItemCollectionMetrics": METRICS,
        required "RequestItems": Shape::Map(1, "WriteRequest", &Shape::List(0, &Shape::Structure(&WRITE_REQUEST))),
    }
    WRITE_REQUEST = "WriteRequest" {
        optional "DeleteRequest": Shape::Structure(&DELETE_REQUEST),
        optional "PutRequest": Shape::Structure(&PUT_REQUEST),
    }
    DELETE_REQUEST = "DeleteRequest" { required "Key": ITEM, }
    PUT_REQUEST = "PutRequest" { required "Item": ITEM, }
    TRANSACT_GET_ITEMS = "TransactGetItemsInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        required "TransactItems": Shape::List(1, &Shape::Structure(&TRANSACT_GET_ITEM)),
    }
    TRANSACT_GET_ITEM = "TransactGetItem" { required "Get": Shape::Structure(&GET), }
    GET = "Get" {
        required "Key": ITEM,
        required "TableName": Shape::Table,
        optional "ProjectionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
    }
    TRANSACT_WRITE_ITEMS = "TransactWriteItemsInput" {
        optional "ReturnConsumedCapacity": CONSUMED,
        optional "ReturnItemCollectionMetrics": METRICS,
        optional "ClientRequestToken": TEXT,
        required "TransactItems": Shape::List(1, &Shape::Structure(&TRANSACT_WRITE_ITEM)),
    }
    TRANSACT_WRITE_ITEM = "TransactWriteItem" {
        optional "ConditionCheck": Shape::Structure(&CONDITION_CHECK),
        optional "Put": Shape::Structure(&PUT),
        optional "Delete": Shape::Structure(&DELETE),
        optional "Update": Shape::Structure(&UPDATE),
    }
    CONDITION_CHECK = "ConditionCheck" {
        required "Key": ITEM,
        required "TableName": Shape::Table,
        required "ConditionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
        optional "ExpressionAttributeValues": ITEM,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    PUT = "Put" {
        required "Item": ITEM,
        required "TableName": Shape::Table,
        optional "ConditionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
        optional "ExpressionAttributeValues": ITEM,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    DELETE = "Delete" {
        required "Key": ITEM,
        required "TableName": Shape::Table,
        optional "ConditionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
        optional "ExpressionAttributeValues": ITEM,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    UPDATE = "Update" {
        required "Key": ITEM,
        required "UpdateExpression": TEXT,
        required "TableName": Shape::Table,
        optional "ConditionExpression": TEXT,
        optional "ExpressionAttributeNames": NAMES,
        optional "ExpressionAttributeValues": ITEM,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    EXPECTATION = "ExpectedAttributeValue" {
        optional "AttributeValueList": Shape::List(0, &Shape::Value),
        optional "Exists": FLAG,
        optional "Value": Shape::Value,
        optional "ComparisonOperator": COMPARISON,
    }
    CONDITION = "Condition" {
        optional "AttributeValueList": Shape::List(0, &Shape::Value),
        required "ComparisonOperator": COMPARISON,
    }
    ATTRIBUTE_UPDATE = "AttributeValueUpdate" {
        optional "Action": Shape::Choice(&["ADD", "PUT", "DELETE"]),
        optional "Value": Shape::Value,
    }
    CREATE_TABLE = "CreateTableInput" {
        required "AttributeDefinitions": Shape::List(0, &Shape::Structure(&ATTRIBUTE_DEFINITION)),
        indispensable "TableName": TEXT,
        optional "BillingMode": Shape::Choice(&["PROVISIONED", "PAY_PER_REQUEST"]),
        optional "ProvisionedThroughput": Shape::Structure(&THROUGHPUT),
        required "KeySchema": KEY_SCHEMA,
        optional "LocalSecondaryIndexes": Shape::List(0, &Shape::Structure(&LOCAL_INDEX)),
        optional "GlobalSecondaryIndexes": Shape::List(0, &Shape::Structure(&GLOBAL_INDEX)),
        optional "StreamSpecification": Shape::Structure(&STREAM_SPECIFICATION),
        optional "Tags": Shape::List(0, &Shape::Structure(&TAG)),
        optional "TableClass": TEXT,
        optional "DeletionProtectionEnabled": FLAG,
        optional "ResourcePolicy": TEXT,
    }
    UPDATE_TABLE = "UpdateTableInput" {
        indispensable "TableName": TEXT,
        optional "AttributeDefinitions": Shape::List(0, &Shape::Structure(&ATTRIBUTE_DEFINITION)),
        optional "ProvisionedThroughput": Shape::Structure(&THROUGHPUT),
        optional "BillingMode": Shape::Choice(&["PROVISIONED", "PAY_PER_REQUEST"]),
        optional "GlobalSecondaryIndexUpdates": Shape::List(0, &Shape::Structure(&INDEX_UPDATE)),
        optional "StreamSpecification": Shape::Structure(&STREAM_SPECIFICATION),
        optional "TableClass": TEXT,
        optional "DeletionProtectionEnabled": FLAG,
    }
    ATTRIBUTE_DEFINITION = "AttributeDefinition" {
        required "AttributeName": KEY_NAME,
        required "AttributeType": Shape::Choice(&["B", "N", "S"]),
    }
    KEY_SCHEMA_ELEMENT = "KeySchemaElement" {
        required "AttributeName": KEY_NAME,
        required "KeyType": Shape::Choice(&["HASH", "RANGE"]),
    }
    THROUGHPUT = "ProvisionedThroughput" {
        required "WriteCapacityUnits": UNITS,
        required "ReadCapacityUnits": UNITS,
    }
    PROJECTION = "Projection" {
        optional "ProjectionType": Shape::Choice(&["ALL", "INCLUDE", "KEYS_ONLY"]),
        optional "NonKeyAttributes": Shape::List(1, &KEY_NAME),
    }
    LOCAL_INDEX = "LocalSecondaryIndex" {
        required "IndexName": Shape::Name,
        required "KeySchema": KEY_SCHEMA,
        required "Projection": Shape::Structure(&PROJECTION),
    }
    GLOBAL_INDEX = "GlobalSecondaryIndex" {
        required "IndexName": Shape::Name,
        required "KeySchema": KEY_SCHEMA,
        required "Projection": Shape::Structure(&PROJECTION),
        optional "ProvisionedThroughput": Shape::Structure(&THROUGHPUT),
    }
    INDEX_UPDATE = "GlobalSecondaryIndexUpdate" {
        optional "Update": Shape::Structure(&INDEX_CHANGE),
        optional "Create": Shape::Structure(&GLOBAL_INDEX),
        optional "Delete": Shape::Structure(&INDEX_DELETION),
    }
    INDEX_CHANGE = "UpdateGlobalSecondaryIndexAction" {
        required "IndexName": Shape::Name,
        optional "ProvisionedThroughput": Shape::Structure(&THROUGHPUT),
    }
    INDEX_DELETION = "DeleteGlobalSecondaryIndexAction" { required "IndexName": Shape::Name, }
    STREAM_SPECIFICATION = "StreamSpecification" {
        required "StreamEnabled": FLAG,
        optional "StreamViewType":
            Shape::Choice(&["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]),
    }
    TAG = "Tag" { required "Key": TEXT, required "Value": TEXT, }
    DELETE_TABLE = "DeleteTableInput" { indispensable "TableName": TEXT, }
    DESCRIBE_TABLE = "DescribeTableInput" { indispensable "TableName": TEXT, }
    DESCRIBE_TIME_TO_LIVE = "DescribeTimeToLiveInput" { indispensable "TableName": TEXT, }
    LIST_TABLES = "ListTablesInput" {
        optional "Limit": Shape::Integer(Type::Integer, 1, 100),
        optional "ExclusiveStartTableName": Shape::Name,
    }
    LIST_TAGS_OF_RESOURCE = "ListTagsOfResourceInput" {
        optional "ResourceArn": TEXT,
        optional "NextToken": TEXT,
    }
    TAG_RESOURCE = "TagResourceInput" {
        optional "ResourceArn": TEXT,
        optional "Tags": Shape::List(0, &Shape::Structure(&TAG)),
    }
    UNTAG_RESOURCE = "UntagResourceInput" {
        optional "ResourceArn": TEXT,
        optional "TagKeys": Shape::List(0, &Shape::Text),
    }
    UPDATE_TIME_TO_LIVE = "UpdateTimeToLiveInput" {
        indispensable "TableName": TEXT,
        required "TimeToLiveSpecification": Shape::Structure(&TIME_TO_LIVE),
    }
    TIME_TO_LIVE = "TimeToLiveSpecification" {
        required "Enabled": FLAG,
        required "AttributeName": KEY_NAME,
    }
}

const KEY_NAME: Shape = Shape::Length(1, 255);
const KEY_SCHEMA: Shape = Shape::List(1, &Shape::Structure(&KEY_SCHEMA_ELEMENT));
