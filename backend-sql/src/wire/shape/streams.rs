//! The inputs of the actions on streams.
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html).

use super::actions::{COUNT, optional, required, structures};
use super::types::Type;
use super::{Shape, Structure};

structures! {
    DESCRIBE_STREAM = "DescribeStreamInput" {
        required "StreamArn": STREAM_ARN,
        optional "Limit": COUNT,
        optional "ExclusiveStartShardId": SHARD_ID,
        optional "ShardFilter": Shape::Structure(&SHARD_FILTER),
    }
    SHARD_FILTER = "ShardFilter" {
        optional "Type": Shape::Choice(&["CHILD_SHARDS"]),
        optional "ShardId": SHARD_ID,
    }
    GET_RECORDS = "GetRecordsInput" {
        required "ShardIterator": Shape::Length(1, 2048),
        optional "Limit": COUNT,
    }
    GET_SHARD_ITERATOR = "GetShardIteratorInput" {
        required "StreamArn": STREAM_ARN,
        required "ShardId": SHARD_ID,
        required "ShardIteratorType": Shape::Choice(&[
            "TRIM_HORIZON",
            "LATEST",
            "AT_SEQUENCE_NUMBER",
            "AFTER_SEQUENCE_NUMBER",
            "AT_TIMESTAMP",
        ]),
        optional "SequenceNumber": Shape::Length(21, 40),
        optional "Timestamp": Shape::Integer(Type::Long, 0, i64::MAX),
    }
    LIST_STREAMS = "ListStreamsInput" {
        optional "TableName": Shape::Table,
        optional "Limit": COUNT,
        optional "ExclusiveStartStreamArn": STREAM_ARN,
    }
}

const STREAM_ARN: Shape = Shape::Length(37, 1024);
const SHARD_ID: Shape = Shape::Length(28, 65);
