//! Tests: what writes leave in streams, and who can read it when.

mod life;

use std::time::Duration;

use dynochemy_core::Item;
use dynochemy_core::api::*;
use dynochemy_core::expression::{Assignment, Condition};

use super::fixture::*;

fn switch(table: &str, view: Option<StreamViewType>) -> UpdateTableInput {
    UpdateTableInput {
        table_name: table.to_owned(),
        stream_specification: Some(StreamSpecification {
            stream_enabled: view.is_some(),
            stream_view_type: view,
        }),
        ..UpdateTableInput::default()
    }
}

/// A fixture whose visits have a stream, and its resource name.
fn streaming(view: StreamViewType) -> (Fixture, String) {
    let fixture = Fixture::new();
    let table = fixture.call(switch("visits", Some(view))).unwrap().table_description;
    (fixture, table.latest_stream_arn.unwrap())
}

fn describe(arn: &str) -> DescribeStreamInput {
    DescribeStreamInput { stream_arn: arn.to_owned(), ..DescribeStreamInput::default() }
}

fn described(fixture: &Fixture, arn: &str) -> StreamDescription {
    fixture.call(describe(arn)).unwrap().stream_description
}

fn iterator(arn: &str, shard: &Shard, kind: ShardIteratorType) -> GetShardIteratorInput {
    GetShardIteratorInput {
        stream_arn: arn.to_owned(),
        shard_id: shard.shard_id.clone(),
        shard_iterator_type: kind,
        ..GetShardIteratorInput::default()
    }
}

fn begin(fixture: &Fixture, input: GetShardIteratorInput) -> GetRecordsInput {
    let shard_iterator = fixture.call(input).unwrap().shard_iterator.unwrap();
    GetRecordsInput { shard_iterator, limit: None }
}

/// All records of the newest shard.
fn records(fixture: &Fixture, arn: &str) -> Vec<Record> {
    let shard = described(fixture, arn).shards.pop().unwrap();
    let begin = begin(fixture, iterator(arn, &shard, ShardIteratorType::TrimHorizon));
    fixture.call(begin).unwrap().records
}

/// What happened, and to which time of a visit.
fn told(records: &[Record]) -> Vec<String> {
    let told = |record: &Record| format!("{} {}", record.event_name, text(&record.dynamodb.keys));
    records.iter().map(told).collect()
}

fn times_of(records: &[Record]) -> Vec<String> {
    let time = |record: &Record| match record.dynamodb.keys.attribute("time").unwrap().unwrap() {
        dynochemy_core::AttributeValue::N(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    records.iter().map(time).collect()
}

fn note(more: &str) -> PutItemInput {
    PutItemInput {
        table_name: "notes".to_owned(),
        item: item(&format!(r#"{{"id":{{"S":"a"}}{more}}}"#)),
        ..PutItemInput::default()
    }
}

#[test]
fn a_record_holds_the_images_that_its_stream_is_for() {
    let expected = [
        (StreamViewType::KeysOnly, [(false, false, 3), (false, false, 3), (false, false, 3)]),
        (StreamViewType::NewImage, [(false, true, 8), (false, true, 9), (false, false, 3)]),
        (StreamViewType::OldImage, [(false, false, 3), (true, false, 8), (true, false, 9)]),
        (StreamViewType::NewAndOldImages, [(false, true, 8), (true, true, 14), (true, false, 9)]),
    ];
    for (view, expected) in expected {
        let fixture = Fixture::new();
        let table = fixture.call(switch("notes", Some(view.clone()))).unwrap().table_description;
        fixture.call(note(r#","x":{"S":"1"}"#)).unwrap();
        fixture.call(note(r#","x":{"S":"12"}"#)).unwrap();
        let delete =
            DeleteItemInput { table_name: "notes".to_owned(), key: note_key("a"), ..Default::default() };
        fixture.call(delete).unwrap();
        let records = records(&fixture, table.latest_stream_arn.as_deref().unwrap());
        let events: Vec<_> = records.iter().map(|record| record.event_name.clone()).collect();
        assert_eq!(events, [OperationType::Insert, OperationType::Modify, OperationType::Remove]);
        let held: Vec<_> = records
            .iter()
            .map(|Record { dynamodb: change, .. }| {
                assert_eq!(text(&change.keys), r#"{"id":{"S":"a"}}"#);
                assert_eq!(change.stream_view_type.as_ref(), Some(&view));
                (change.old_image.is_some(), change.new_image.is_some(), change.size_bytes)
            })
            .collect();
        assert_eq!(held, expected, "{view}");
        if view == StreamViewType::NewAndOldImages {
            let image = |image: &Option<Item>| text(image.as_ref().unwrap());
            assert_eq!(image(&records[1].dynamodb.old_image), r#"{"id":{"S":"a"},"x":{"S":"1"}}"#);
            assert_eq!(image(&records[1].dynamodb.new_image), r#"{"id":{"S":"a"},"x":{"S":"12"}}"#);
        }
    }
}

#[test]
fn what_changes_nothing_or_is_refused_leaves_no_record() {
    let (fixture, arn) = streaming(StreamViewType::NewAndOldImages);
    fixture.call(put(item(&visit_json("a", 1, r#","x":{"N":"1"},"y":{"N":"2"}"#)))).unwrap();
    // The same item in another order.
    fixture.call(put(item(&visit_json("a", 1, r#","y":{"N":"2"},"x":{"N":"1"}"#)))).unwrap();
    fixture.call(update("a", 1, vec![set("x", 1)])).unwrap();
    fixture.call(delete("a", 2)).unwrap();
    let failing = Some(Condition::exists("none"));
    fixture.refused(PutItemInput { condition_expression: failing.clone(), ..put_visit("a", 1) });
    fixture.refused(DeleteItemInput { condition_expression: failing, ..delete("a", 1) });
    assert_eq!(told(&records(&fixture, &arn)), [r#"INSERT {"user":{"S":"a"},"time":{"N":"1"}}"#]);
    // An update may create an item, even of nothing but its key.
    fixture.call(update("a", 2, vec![])).unwrap();
    fixture.call(update("a", 1, vec![set("x", 3)])).unwrap();
    let events: Vec<_> = records(&fixture, &arn).into_iter().map(|record| record.event_name).collect();
    assert_eq!(events, [OperationType::Insert, OperationType::Insert, OperationType::Modify]);
}

#[test]
fn batches_and_transactions_leave_a_record_for_each_item_that_they_change() {
    let (fixture, arn) = streaming(StreamViewType::KeysOnly);
    fixture.call(put_visit("a", 9)).unwrap();
    let put_at = |time| WriteRequest::PutRequest { item: put_visit("a", time).item };
    let delete_at = |time| WriteRequest::DeleteRequest { key: key("a", time) };
    fixture.call(batch_write(vec![put_at(1), delete_at(9), delete_at(8)])).unwrap();
    let transact = |actions| TransactWriteItemsInput { transact_items: actions, ..Default::default() };
    let put = |time| {
        TransactWriteItem::Put(TransactPut {
            table_name: "visits".to_owned(),
            item: put_visit("a", time).item,
            ..TransactPut::default()
        })
    };
    let check = |time| {
        TransactWriteItem::ConditionCheck(ConditionCheck {
            table_name: "visits".to_owned(),
            key: key("a", time),
            condition_expression: Condition::exists("user"),
            return_values_on_condition_check_failure: Default::default(),
        })
    };
    fixture.call(transact(vec![put(5), check(1), put(4)])).unwrap();
    fixture.refused(transact(vec![put(6), check(7)]));
    let records = records(&fixture, &arn);
    assert_eq!(times_of(&records), ["9", "1", "9", "5", "4"]);
    assert_eq!(records[2].event_name, OperationType::Remove);
    let ids: std::collections::BTreeSet<_> = records.iter().map(|record| record.event_id.clone()).collect();
    assert_eq!(ids.len(), 5);
    assert!(records.iter().map(|record| &record.dynamodb.sequence_number).is_sorted());
}

#[test]
fn a_shard_is_read_from_where_its_iterator_says() {
    let (mut fixture, arn) = streaming(StreamViewType::KeysOnly);
    let shard = described(&fixture, &arn).shards.remove(0);
    let latest = begin(&fixture, iterator(&arn, &shard, ShardIteratorType::Latest));
    for time in 1..=4 {
        fixture.call(put_visit("a", time)).unwrap();
        fixture.wait(Duration::from_secs(1));
    }
    let read = |input: GetRecordsInput| times_of(&fixture.call(input).unwrap().records);
    assert_eq!(read(latest), ["1", "2", "3", "4"]);
    let all = records(&fixture, &arn);
    let second = Some(all[1].dynamodb.sequence_number.clone());
    let at = |kind, sequence_number| {
        begin(&fixture, GetShardIteratorInput { sequence_number, ..iterator(&arn, &shard, kind) })
    };
    assert_eq!(read(at(ShardIteratorType::AtSequenceNumber, second.clone())), ["2", "3", "4"]);
    assert_eq!(read(at(ShardIteratorType::AfterSequenceNumber, second.clone())), ["3", "4"]);
    assert_eq!(read(at(ShardIteratorType::TrimHorizon, None)), ["1", "2", "3", "4"]);
    assert_eq!(read(at(ShardIteratorType::Latest, None)), [""; 0]);
    let third = Some((fixture.now.as_secs() - 2) as f64);
    let by_time = iterator(&arn, &shard, ShardIteratorType::AtTimestamp);
    assert_eq!(read(begin(&fixture, GetShardIteratorInput { timestamp: third, ..by_time })), ["3", "4"]);
    // Page by page, up to where there is nothing yet.
    let mut pages = Vec::new();
    let mut next = Some(at(ShardIteratorType::TrimHorizon, None).shard_iterator);
    for _ in 0..3 {
        let page = GetRecordsInput { shard_iterator: next.take().unwrap(), limit: Some(3) };
        let answer = fixture.call(page).unwrap();
        pages.push(times_of(&answer.records).join(" "));
        next = answer.next_shard_iterator;
    }
    assert_eq!(pages, ["1 2 3", "4", ""]);
    fixture.call(put_visit("a", 5)).unwrap();
    assert_eq!(read(GetRecordsInput { shard_iterator: next.unwrap(), limit: None }), ["5"]);
}

#[test]
fn a_page_of_records_ends_at_a_megabyte() {
    let (fixture, arn) = streaming(StreamViewType::NewAndOldImages);
    for time in 1..=4 {
        fixture.call(put(visit_of_size("a", time, 300 * 1024))).unwrap();
    }
    assert_eq!(records(&fixture, &arn).len(), 3);
}

#[test]
fn iterators_that_make_no_sense_are_refused() {
    let (fixture, arn) = streaming(StreamViewType::KeysOnly);
    let shard = described(&fixture, &arn).shards.remove(0);
    let invalid = "ValidationException: One or more parameter values were invalid: ";
    let error = |kind, number: Option<&str>| {
        let sequence_number = number.map(str::to_owned);
        fixture.error(GetShardIteratorInput { sequence_number, ..iterator(&arn, &shard, kind) })
    };
    use ShardIteratorType::{AfterSequenceNumber, AtSequenceNumber, AtTimestamp, Latest};
    assert_eq!(error(AtSequenceNumber, None), format!("{invalid}Invalid SequenceNumber"));
    assert_eq!(
        error(Latest, Some("100000000000000000001")),
        format!("{invalid}SequenceNumber should not be passed for this iterator type")
    );
    assert_eq!(
        error(AfterSequenceNumber, Some("000000000000000000007")),
        "ValidationException: Invalid SequenceNumber for the shard"
    );
    assert!(error(AtTimestamp, None).contains("Invalid Timestamp"));
    assert!(
        error("OLDEST".to_owned().into(), None).contains("satisfy enum value set: [TRIM_HORIZON, LATEST")
    );
    let none = Shard { shard_id: "shardId-00000000000000000000-00000000".to_owned(), ..shard.clone() };
    assert_eq!(
        fixture.error(iterator(&arn, &none, Latest)),
        "ResourceNotFoundException: Requested resource not found: Shard does not exist"
    );
    assert_eq!(
        fixture.error(iterator("arn:none", &shard, Latest)),
        "ResourceNotFoundException: Requested resource not found: Stream: arn:none not found"
    );
    let records = |text: &str, limit| GetRecordsInput { shard_iterator: text.to_owned(), limit };
    assert_eq!(fixture.error(records("x", None)), "ValidationException: Invalid ShardIterator");
    assert_eq!(
        fixture.error(records("x", Some(1001))),
        format!("{invalid}Limit should be less than or equal to 1000")
    );
}

#[test]
fn a_table_may_be_created_with_a_stream() {
    let fixture = Fixture::new();
    let input = CreateTableInput {
        stream_specification: switch("", Some(StreamViewType::OldImage)).stream_specification,
        ..create("more", None)
    };
    let table = fixture.call(input).unwrap().table_description;
    let label = table.latest_stream_label.unwrap();
    assert_eq!(label, "2027-01-15T08:00:00.000");
    let arn = table.latest_stream_arn.unwrap();
    assert_eq!(arn, format!("arn:aws:dynamodb:local:000000000000:table/more/stream/{label}"));
    let stream = described(&fixture, &arn);
    assert_eq!((stream.stream_label, stream.stream_status), (label, StreamStatus::Enabled));
    assert_eq!(stream.key_schema, [KeySchemaElement::hash("user"), KeySchemaElement::range("time")]);
    assert_eq!(stream.stream_view_type, Some(StreamViewType::OldImage));
    assert_eq!(stream.creation_request_date_time, Some(1_800_000_000.0));
}

#[test]
fn other_clients_read_streams_too() {
    let (fixture, arn) = streaming(StreamViewType::NewImage);
    let set_seen = Assignment::Value(7.into());
    fixture
        .call(update("a", 1, vec![dynochemy_core::expression::UpdateAction::Set(path("seen"), set_seen)]))
        .unwrap();
    let call = |action: &str, body: String| {
        let action = format!("DynamoDBStreams_20120810.{action}");
        let answer = fixture.backend.answer_json(&action, body.as_bytes(), fixture.now);
        (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
    };
    let (_, stream) = call("DescribeStream", format!(r#"{{"StreamArn":"{arn}"}}"#));
    assert!(stream.contains(r#""Shards":[{"ShardId":"shardId-00000001800000000000-00000001""#), "{stream}");
    let shard = described(&fixture, &arn).shards.remove(0).shard_id;
    let (_, answer) = call(
        "GetShardIterator",
        format!(r#"{{"StreamArn":"{arn}","ShardId":"{shard}","ShardIteratorType":"TRIM_HORIZON"}}"#),
    );
    let (status, answer) = call("GetRecords", answer);
    assert_eq!(status, 200);
    let id = &records(&fixture, &arn)[0].event_id.clone().unwrap();
    assert!(answer.ends_with(&format!(
        concat!(
            r#""Records":[{{"awsRegion":"local","eventID":"{}","eventSource":"aws:dynamodb","#,
            r#""eventVersion":"1.1","eventName":"INSERT","dynamodb":{{"ApproximateCreationDateTime":1800000000.0,"#,
            r#""Keys":{{"user":{{"S":"a"}},"time":{{"N":"1"}}}},"#,
            r#""NewImage":{{"seen":{{"N":"7"}},"time":{{"N":"1"}},"user":{{"S":"a"}}}},"#,
            r#""SequenceNumber":"100000000000000000001","SizeBytes":28,"StreamViewType":"NEW_IMAGE"}}}}]}}"#,
        ),
        id
    )), "{answer}");
    let (status, answer) = call("GetShardIterator", format!(r#"{{"StreamArn":"{arn}"}}"#));
    assert_eq!(status, 400);
    assert!(answer.contains("2 validation errors detected: Value null at 'shardId' failed"), "{answer}");
    assert!(call("ListStreams", r#"{"TableName":"visits"}"#.to_owned()).1.contains(&arn));
}
