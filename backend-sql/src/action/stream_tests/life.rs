//! Tests: how long iterators, records, shards and streams are there.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn records_are_trimmed_after_a_day() {
    let (mut fixture, arn) = streaming(StreamViewType::KeysOnly);
    let shard = described(&fixture, &arn).shards.remove(0);
    fixture.call(put_visit("a", 1)).unwrap();
    fixture.wait(HOUR);
    fixture.call(put_visit("a", 2)).unwrap();
    fixture.wait(23 * HOUR - Duration::from_secs(1));
    let oldest = begin(&fixture, iterator(&arn, &shard, ShardIteratorType::TrimHorizon));
    let all = records(&fixture, &arn);
    assert_eq!(times_of(&all), ["1", "2"]);
    fixture.wait(Duration::from_secs(1));
    let trimmed = "TrimmedDataAccessException: The data you are trying to access has been trimmed.";
    assert_eq!(fixture.error(oldest), trimmed);
    let named = GetShardIteratorInput {
        sequence_number: Some(all[0].dynamodb.sequence_number.clone()),
        ..iterator(&arn, &shard, ShardIteratorType::AtSequenceNumber)
    };
    assert_eq!(fixture.error(named), trimmed);
    assert_eq!(times_of(&records(&fixture, &arn)), ["2"]);
    // Whoever waits at the end of a shard misses nothing.
    let latest = begin(&fixture, iterator(&arn, &shard, ShardIteratorType::Latest));
    fixture.call(put_visit("a", 3)).unwrap();
    assert_eq!(times_of(&records(&fixture, &arn)), ["3"]);
    assert_eq!(fixture.call(latest).unwrap().next_shard_iterator, None);
}

#[test]
fn a_shard_is_followed_by_another_one_after_four_hours() {
    let (mut fixture, arn) = streaming(StreamViewType::KeysOnly);
    for time in 1..=3 {
        fixture.call(put_visit("a", time)).unwrap();
        fixture.call(put_visit("b", time)).unwrap();
        fixture.wait(4 * HOUR);
    }
    let stream = described(&fixture, &arn);
    let [first, second, third] = &stream.shards[..] else { panic!("{:?}", stream.shards) };
    assert_eq!(first.parent_shard_id, None);
    assert_eq!(second.parent_shard_id.as_ref(), Some(&first.shard_id));
    assert_eq!(third.parent_shard_id.as_ref(), Some(&second.shard_id));
    let range = |shard: &Shard| shard.sequence_number_range.clone();
    assert_eq!(range(first).ending_sequence_number.unwrap(), "100000000000000000002");
    assert_eq!(range(second).starting_sequence_number.unwrap(), "100000000000000000003");
    assert_eq!(range(third).ending_sequence_number, None);
    // A shard that is closed ends with its last record.
    let oldest = begin(&fixture, iterator(&arn, first, ShardIteratorType::TrimHorizon));
    let answer = fixture.call(oldest).unwrap();
    assert_eq!((answer.records.len(), answer.next_shard_iterator), (2, None));
    let page = |start: Option<&Shard>| {
        let exclusive_start_shard_id = start.map(|shard| shard.shard_id.clone());
        let input = DescribeStreamInput { exclusive_start_shard_id, limit: Some(2), ..describe(&arn) };
        let page = fixture.call(input).unwrap().stream_description;
        (page.shards, page.last_evaluated_shard_id)
    };
    assert_eq!(page(None), (vec![first.clone(), second.clone()], Some(second.shard_id.clone())));
    assert_eq!(page(Some(second)), (vec![third.clone()], None));
    assert_eq!(page(Some(third)), (vec![], None));
    let children =
        ShardFilter { r#type: Some(ShardFilterType::ChildShards), shard_id: Some(first.shard_id.clone()) };
    let filtered = DescribeStreamInput { shard_filter: Some(children), ..describe(&arn) };
    assert_eq!(fixture.call(filtered).unwrap().stream_description.shards, std::slice::from_ref(second));
    // The first one was closed when the second was opened; it is gone a day later.
    let first = first.clone();
    fixture.wait(16 * HOUR);
    assert_eq!(described(&fixture, &arn).shards.len(), 2);
    assert!(
        fixture.error(iterator(&arn, &first, ShardIteratorType::Latest)).contains("Shard does not exist")
    );
}

#[test]
fn a_stream_that_is_switched_off_can_be_read_for_a_day() {
    let (mut fixture, arn) = streaming(StreamViewType::KeysOnly);
    fixture.call(put_visit("a", 1)).unwrap();
    let again = switch("visits", Some(StreamViewType::NewImage));
    let twice = "ValidationException: Table already has an enabled stream: TableName: visits";
    assert_eq!(fixture.error(again.clone()), twice);
    let off = fixture.call(switch("visits", None)).unwrap().table_description;
    assert_eq!((off.stream_specification, off.latest_stream_arn.as_deref()), (None, Some(arn.as_str())));
    assert_eq!(
        fixture.error(switch("visits", None)),
        "ValidationException: Table has no stream to disable: TableName: visits"
    );
    fixture.call(put_visit("a", 2)).unwrap();
    let old = described(&fixture, &arn);
    assert_eq!(old.stream_status, StreamStatus::Disabled);
    let ending = old.shards[0].sequence_number_range.ending_sequence_number.as_deref();
    assert_eq!(ending, Some("100000000000000000001"));
    assert_eq!(times_of(&records(&fixture, &arn)), ["1"]);
    // Another one begins anew.
    let on = fixture.call(again).unwrap().table_description;
    let newer = on.latest_stream_arn.unwrap();
    assert_ne!(newer, arn);
    assert_eq!(on.stream_specification.unwrap().stream_view_type, Some(StreamViewType::NewImage));
    fixture.call(put_visit("a", 3)).unwrap();
    assert_eq!(times_of(&records(&fixture, &newer)), ["3"]);
    // The table's end is that of its stream.
    fixture.wait(HOUR);
    fixture.call(DeleteTableInput { table_name: "visits".to_owned() }).unwrap();
    let listed = |fixture: &Fixture| fixture.call(ListStreamsInput::default()).unwrap().streams.len();
    assert_eq!(listed(&fixture), 2);
    assert_eq!(described(&fixture, &newer).stream_status, StreamStatus::Disabled);
    assert_eq!(times_of(&records(&fixture, &newer)), ["3"]);
    fixture.wait(23 * HOUR);
    assert_eq!(listed(&fixture), 1);
    assert!(fixture.error(describe(&arn)).contains("not found"));
    fixture.wait(HOUR);
    assert_eq!(listed(&fixture), 0);
}

#[test]
fn streams_are_listed_page_by_page_of_one_table_or_all() {
    let fixture = Fixture::new();
    let stream = |table: &str| {
        let input = switch(table, Some(StreamViewType::KeysOnly));
        fixture.call(input).unwrap().table_description.latest_stream_arn.unwrap()
    };
    let first = stream("visits");
    fixture.call(switch("visits", None)).unwrap();
    let (second, of_notes) = (stream("visits"), stream("notes"));
    let list = |input: ListStreamsInput| {
        let answer = fixture.call(input).unwrap();
        let arns: Vec<_> = answer.streams.into_iter().map(|stream| stream.stream_arn).collect();
        (arns, answer.last_evaluated_stream_arn)
    };
    let page = |table_name: Option<&str>, limit, start: Option<&String>| ListStreamsInput {
        table_name: table_name.map(str::to_owned),
        limit,
        exclusive_start_stream_arn: start.cloned(),
    };
    let all = vec![of_notes.clone(), first.clone(), second.clone()];
    assert_eq!(list(page(None, None, None)), (all.clone(), None));
    assert_eq!(list(page(None, Some(2), None)), (all[..2].to_vec(), Some(first.clone())));
    assert_eq!(list(page(None, Some(2), Some(&first))), (vec![second.clone()], None));
    assert_eq!(list(page(Some("visits"), None, None)).0, [first, second]);
    assert_eq!(list(page(Some("none"), None, None)), (vec![], None));
    assert!(fixture.error(page(None, Some(101), None)).contains("the maximum allowed size: 100"));
}

#[test]
fn an_iterator_is_good_for_a_quarter_of_an_hour() {
    let (mut fixture, arn) = streaming(StreamViewType::KeysOnly);
    let shard = described(&fixture, &arn).shards.remove(0);
    let first = begin(&fixture, iterator(&arn, &shard, ShardIteratorType::Latest));
    fixture.wait(15 * MINUTE);
    let next = fixture.call(first.clone()).unwrap().next_shard_iterator.unwrap();
    fixture.wait(Duration::from_nanos(1));
    assert_eq!(
        fixture.error(first),
        "ExpiredIteratorException: The provided iterator exceeds the maximum age allowed."
    );
    // Each page begins a new one.
    fixture.wait(14 * MINUTE);
    fixture.call(GetRecordsInput { shard_iterator: next, limit: None }).unwrap();
}
