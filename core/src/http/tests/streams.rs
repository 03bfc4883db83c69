//! Streams, both ways.

use serde_json::json;

use super::answers::answered;
use super::samples::answer_to;
use super::*;

fn sample<T: TryFrom<Response, Error = Response>>(request: impl Into<Request>) -> T {
    let request = request.into();
    answered(&request, answer_to(request.action())).unwrap().try_into().unwrap()
}

#[test]
fn a_place_in_a_shard_is_told_by_a_record_or_a_time() {
    let iterator = GetShardIteratorInput {
        shard_iterator_type: ShardIteratorType::AtTimestamp,
        timestamp: Some(1_763_815_696.5),
        sequence_number: Some("101".to_owned()),
        ..plain::shard_iterator()
    };
    let body: serde_json::Value = serde_json::from_slice(&write_body(&iterator.into())).unwrap();
    let expected = json!({
        "StreamArn": "arn",
        "ShardId": "shardId-1",
        "ShardIteratorType": "AT_TIMESTAMP",
        "SequenceNumber": "101",
        "Timestamp": 1_763_815_696.5,
    });
    assert_eq!(body, expected);
    let found: GetShardIteratorOutput = sample(plain::shard_iterator());
    assert_eq!(found.shard_iterator.as_deref(), Some("iterator-1"));
}

#[test]
fn streams_and_their_shards_are_told() {
    let found: ListStreamsOutput = sample(ListStreamsInput::default());
    assert_eq!(found.streams[0].table_name, "visits");
    let found: DescribeStreamOutput = sample(DescribeStreamInput::default());
    let stream = found.stream_description;
    assert_eq!(stream.stream_status, StreamStatus::Enabled);
    assert_eq!(stream.key_schema, KeySchemaElement::of(&shape()));
    let [first, second] = &stream.shards[..] else { panic!("{stream:?}") };
    assert_eq!(first.sequence_number_range.ending_sequence_number.as_deref(), Some("200"));
    assert_eq!(second.parent_shard_id.as_ref(), Some(&first.shard_id));
    assert_eq!(second.sequence_number_range.ending_sequence_number, None);
}

#[test]
fn a_record_holds_the_item_before_and_after() {
    let found: GetRecordsOutput = sample(GetRecordsInput::default());
    assert_eq!(found.next_shard_iterator.as_deref(), Some("iterator-2"));
    let [changed, expired] = &found.records[..] else { panic!("{found:?}") };
    assert_eq!((&changed.event_name, changed.event_id.as_deref()), (&OperationType::Modify, Some("id-1")));
    let seen =
        |seen: u8| item(&format!(r#"{{"user":{{"S":"ann"}},"time":{{"N":"5"}},"seen":{{"N":"{seen}"}}}}"#));
    assert_eq!(changed.dynamodb.keys, key("ann", 5).to_item());
    assert_eq!(changed.dynamodb.old_image, Some(seen(1)));
    assert_eq!(changed.dynamodb.new_image, Some(seen(2)));
    assert_eq!((changed.dynamodb.sequence_number.as_str(), changed.dynamodb.size_bytes), ("101", 42));
    assert_eq!(changed.user_identity, None);
    assert_eq!((&expired.dynamodb.old_image, &expired.dynamodb.new_image), (&None, &None));
    assert_eq!(expired.dynamodb.stream_view_type, Some(StreamViewType::KeysOnly));
    let identity = expired.user_identity.as_ref().unwrap();
    assert_eq!(identity.r#type.as_deref(), Some("Service"));
}
