//! A realistic answer to each action.

use crate::request::Action;

/// In the order of [`plain::all`](super::plain::all).
pub(super) const ANSWERS: [(Action, &str); 28] = [
    (
        Action::BatchExecuteStatement,
        r#"{"ConsumedCapacity":[{"CapacityUnits":1.0,"TableName":"visits"}],"Responses":[{"Item":{"user":{"S":"ann"},"time":{"N":"5"}},"TableName":"visits"},{"Error":{"Code":"ConditionalCheckFailed","Item":{"user":{"S":"bob"}},"Message":"The conditional request failed"},"TableName":"visits"},{"TableName":"visits"}]}"#,
    ),
    (
        Action::BatchGetItem,
        r##"{"ConsumedCapacity":[{"CapacityUnits":1.0,"TableName":"visits"}],"Responses":{"visits":[{"user":{"S":"ann"},"seen":{"N":"1"}}]},"UnprocessedKeys":{"visits":{"ConsistentRead":true,"ExpressionAttributeNames":{"#a0":"user"},"Keys":[{"time":{"N":"6"},"user":{"S":"bob"}}],"ProjectionExpression":"#a0"}}}"##,
    ),
    (
        Action::BatchWriteItem,
        r#"{"ConsumedCapacity":[{"CapacityUnits":1.0,"TableName":"visits"}],"ItemCollectionMetrics":{},"UnprocessedItems":{"visits":[{"DeleteRequest":{"Key":{"time":{"N":"6"},"user":{"S":"bob"}}}},{"PutRequest":{"Item":{"user":{"S":"ann"},"time":{"N":"5"}}}}]}}"#,
    ),
    (
        Action::CreateTable,
        r#"{"TableDescription":{"AttributeDefinitions":[{"AttributeName":"time","AttributeType":"N"},{"AttributeName":"user","AttributeType":"S"}],"BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},"CreationDateTime":1.763815696789E9,"DeletionProtectionEnabled":false,"ItemCount":0,"KeySchema":[{"AttributeName":"user","KeyType":"HASH"},{"AttributeName":"time","KeyType":"RANGE"}],"ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":0,"WriteCapacityUnits":0},"TableArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits","TableId":"12345678-0123-4567-0123-123456789abc","TableName":"visits","TableSizeBytes":0,"TableStatus":"CREATING"}}"#,
    ),
    (
        Action::DeleteItem,
        r#"{"Attributes":{"user":{"S":"ann"},"time":{"N":"5"},"seen":{"N":"1"}},"ConsumedCapacity":{"CapacityUnits":1.0,"TableName":"visits"}}"#,
    ),
    (
        Action::DeleteTable,
        r#"{"TableDescription":{"ItemCount":3,"ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":5,"WriteCapacityUnits":6},"TableArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits","TableName":"visits","TableSizeBytes":120,"TableStatus":"DELETING"}}"#,
    ),
    (
        Action::DescribeStream,
        r#"{"StreamDescription":{"CreationRequestDateTime":1.763815696E9,"KeySchema":[{"AttributeName":"user","KeyType":"HASH"},{"AttributeName":"time","KeyType":"RANGE"}],"LastEvaluatedShardId":"shardId-2","Shards":[{"SequenceNumberRange":{"EndingSequenceNumber":"200","StartingSequenceNumber":"100"},"ShardId":"shardId-1"},{"ParentShardId":"shardId-1","SequenceNumberRange":{"StartingSequenceNumber":"201"},"ShardId":"shardId-2"}],"StreamArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits/stream/2026-11-22T15:13:30.915","StreamLabel":"2026-11-22T15:13:30.915","StreamStatus":"ENABLED","StreamViewType":"NEW_AND_OLD_IMAGES","TableName":"visits"}}"#,
    ),
    (
        Action::DescribeTable,
        r#"{"Table":{"AttributeDefinitions":[{"AttributeName":"mail","AttributeType":"B"},{"AttributeName":"user","AttributeType":"S"}],"CreationDateTime":1763815696,"GlobalSecondaryIndexes":[{"IndexName":"by-mail","KeySchema":[{"AttributeName":"mail","KeyType":"HASH"}],"ItemCount":7}],"ItemCount":1.2E1,"KeySchema":[{"AttributeName":"user","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6.0},"TableName":"visits","TableSizeBytes":5000000000,"TableStatus":"ACTIVE"}}"#,
    ),
    (
        Action::DescribeTimeToLive,
        r#"{"TimeToLiveDescription":{"AttributeName":"until","TimeToLiveStatus":"ENABLED"}}"#,
    ),
    (
        Action::ExecuteStatement,
        r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"visits"},"Items":[{"user":{"S":"ann"},"time":{"N":"5"}}],"LastEvaluatedKey":{"user":{"S":"ann"},"time":{"N":"5"}},"NextToken":"page-2"}"#,
    ),
    (
        Action::ExecuteTransaction,
        r#"{"ConsumedCapacity":[{"CapacityUnits":2.0,"TableName":"visits"}],"Responses":[{"Item":{"user":{"S":"ann"},"time":{"N":"5"}}},{}]}"#,
    ),
    (
        Action::GetItem,
        r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"visits"},"Item":{"user":{"S":"ann"},"time":{"N":"5"}}}"#,
    ),
    (
        Action::GetRecords,
        r#"{"NextShardIterator":"iterator-2","Records":[{"awsRegion":"eu-west-1","dynamodb":{"ApproximateCreationDateTime":1.763815696E9,"Keys":{"user":{"S":"ann"},"time":{"N":"5"}},"NewImage":{"user":{"S":"ann"},"time":{"N":"5"},"seen":{"N":"2"}},"OldImage":{"user":{"S":"ann"},"time":{"N":"5"},"seen":{"N":"1"}},"SequenceNumber":"101","SizeBytes":42,"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventID":"id-1","eventName":"MODIFY","eventSource":"aws:dynamodb","eventVersion":"1.1"},{"awsRegion":"eu-west-1","dynamodb":{"Keys":{"user":{"S":"bob"},"time":{"N":"6"}},"SequenceNumber":"102","SizeBytes":12,"StreamViewType":"KEYS_ONLY"},"eventID":"id-2","eventName":"REMOVE","eventSource":"aws:dynamodb","eventVersion":"1.1","userIdentity":{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}}]}"#,
    ),
    (Action::GetShardIterator, r#"{"ShardIterator":"iterator-1"}"#),
    (
        Action::ListStreams,
        r#"{"LastEvaluatedStreamArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits/stream/2026-11-22T15:13:30.915","Streams":[{"StreamArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits/stream/2026-11-22T15:13:30.915","StreamLabel":"2026-11-22T15:13:30.915","TableName":"visits"}]}"#,
    ),
    (Action::ListTables, r#"{"LastEvaluatedTableName":"visits","TableNames":["notes","visits"]}"#),
    (
        Action::ListTagsOfResource,
        r#"{"NextToken":"page-2","Tags":[{"Key":"team","Value":"a"},{"Key":"empty","Value":""}]}"#,
    ),
    (
        Action::PutItem,
        r#"{"Attributes":{"user":{"S":"ann"}},"ConsumedCapacity":{"CapacityUnits":3.0,"Table":{"CapacityUnits":1.0},"GlobalSecondaryIndexes":{"by-mail":{"CapacityUnits":2.0}},"LocalSecondaryIndexes":{"by-name":{"CapacityUnits":0.0}},"TableName":"visits"}}"#,
    ),
    (
        Action::Query,
        r#"{"ConsumedCapacity":{"CapacityUnits":1.5,"TableName":"visits"},"Count":2,"Items":[{"user":{"S":"ann"},"time":{"N":"5"}},{"user":{"S":"a\"}]n"},"time":{"N":"6"}}],"LastEvaluatedKey":{"user":{"S":"ann"},"time":{"N":"6"}},"ScannedCount":5}"#,
    ),
    (Action::Raw, r#"{"AccountMaxReadCapacityUnits":80000}"#),
    (
        Action::Scan,
        r#"{"Count":0,"Items":[],"LastEvaluatedKey":{"user":{"S":"ann"},"time":{"N":"6"}},"ScannedCount":5}"#,
    ),
    (Action::TagResource, r#"{}"#),
    (
        Action::TransactGetItems,
        r#"{"ConsumedCapacity":[{"CapacityUnits":2.0,"TableName":"visits"}],"Responses":[{"Item":{"user":{"S":"ann"},"time":{"N":"5"}}},{}]}"#,
    ),
    (
        Action::TransactWriteItems,
        r#"{"ConsumedCapacity":[{"CapacityUnits":6.0,"ReadCapacityUnits":2.0,"TableName":"visits","WriteCapacityUnits":4.0,"Table":{"CapacityUnits":6.0,"ReadCapacityUnits":2.0,"WriteCapacityUnits":4.0}},{"CapacityUnits":2e0,"TableName":"counts"}]}"#,
    ),
    (Action::UntagResource, r#"{}"#),
    (
        Action::UpdateItem,
        r#"{"Attributes":{"seen":{"N":"2"}},"ConsumedCapacity":{"CapacityUnits":1.0,"TableName":"visits"}}"#,
    ),
    (Action::UpdateTable, r#"{"TableDescription":{"TableName":"visits","TableStatus":"UPDATING"}}"#),
    (Action::UpdateTimeToLive, r#"{"TimeToLiveSpecification":{"AttributeName":"until","Enabled":true}}"#),
];

/// The answer to an action.
pub(super) fn answer_to(action: Action) -> &'static str {
    ANSWERS.iter().find(|(answered, _)| *answered == action).unwrap().1
}
