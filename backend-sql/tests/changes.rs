//! Changes of items, as a program sees them: typed records of a stream, those of items that expired among them.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::{Db, EpochSeconds, Moment, Table, VirtualClock};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "sessions")]
struct Session {
    #[table(hash_key)]
    user: String,
    seen: u64,
    #[table(ttl)]
    expires: Option<EpochSeconds>,
}

/// All that the newest stream of the sessions holds.
fn records(db: &Db) -> Vec<Record> {
    let stream_arn = db.run(Session::describe()).unwrap().latest_stream_arn.unwrap();
    let describe = DescribeStreamInput { stream_arn: stream_arn.clone(), ..DescribeStreamInput::default() };
    let mut records = Vec::new();
    for shard in db.run(describe).unwrap().stream_description.shards {
        let begin = GetShardIteratorInput {
            stream_arn: stream_arn.clone(),
            shard_id: shard.shard_id,
            shard_iterator_type: ShardIteratorType::TrimHorizon,
            ..GetShardIteratorInput::default()
        };
        let mut next = db.run(begin).unwrap().shard_iterator;
        while let Some(shard_iterator) = next {
            let page = db.run(GetRecordsInput { shard_iterator, limit: Some(2) }).unwrap();
            next = page.next_shard_iterator.filter(|_| !page.records.is_empty());
            records.extend(page.records);
        }
    }
    records
}

#[test]
fn a_program_follows_the_changes_of_its_type_until_items_expire() {
    let clock = VirtualClock::new(Moment::from_secs(1_800_000_000));
    let db = Db::builder().table::<Session>().build().unwrap().with_clock(clock.clone());
    db.run(Session::create().stream(StreamViewType::NewAndOldImages)).unwrap();
    let session = |seen| Session {
        user: "scarlett".to_owned(),
        seen,
        expires: Some(EpochSeconds::after(Moment::from_secs(1_800_000_000), Duration::from_secs(3600))),
    };
    db.run(session(1).put()).unwrap();
    db.run(Session::update("scarlett").add(Session::SEEN, 1)).unwrap();
    // In another shard.
    clock.advance(Duration::from_secs(4 * 3600));
    assert_eq!(db.run(Session::get("scarlett")).unwrap(), None);

    let records = records(&db);
    let changes: Vec<_> = records.iter().map(|record| record.change::<Session>().unwrap()).collect();
    let seen = |session: &Option<Session>| session.as_ref().map(|session| session.seen);
    let told: Vec<_> = changes.iter().map(|change| (seen(&change.old), seen(&change.new))).collect();
    assert_eq!(told, [(None, Some(1)), (Some(1), Some(2)), (Some(2), None)]);
    let by_service: Vec<_> = records.iter().map(|record| record.user_identity.is_some()).collect();
    assert_eq!(by_service, [false, false, true]);
    assert_eq!(changes[2].old, Some(session(2)));

    // Records of another kind need another stream; the old one can still be read.
    let first = db.run(Session::describe()).unwrap().latest_stream_arn;
    assert_eq!(db.run(Session::update_table().without_stream()).unwrap().stream_specification, None);
    let table = db.run(Session::update_table().stream(StreamViewType::KeysOnly)).unwrap();
    assert_ne!(table.latest_stream_arn, first);
    let described = DescribeStreamInput { stream_arn: first.unwrap(), ..DescribeStreamInput::default() };
    let status = db.run(described).unwrap().stream_description.stream_status;
    assert_eq!(status, StreamStatus::Disabled);
}
