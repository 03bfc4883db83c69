//! [GetRecords](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html): reads a
//! shard's next records, up to 1,000 or 1 MB. A record can be read as soon as the write that left it is answered.

use std::ops::ControlFlow;

use dynochemy_core::api::{GetRecordsInput, GetRecordsOutput, Identity, OperationType, StreamRecord};

use super::describe_stream::stream;
use super::limit;
use crate::backend::Context;
use crate::failure::{Failure, expired_iterator, shard_not_found, trimmed, validation};
use crate::storage::{Event, Origin, REGION, Record, Stream};
use crate::stream::iterator::ShardIterator;
use crate::stream::sequence_number;

const MAX_RECORDS: usize = 1000;
const MAX_BYTES: u64 = 1 << 20;

pub(super) fn answer(input: &GetRecordsInput, context: &Context<'_>) -> Result<GetRecordsOutput, Failure> {
    let most = limit::checked(input.limit, MAX_RECORDS, "should be less than or equal to")?;
    let iterator =
        ShardIterator::read(&input.shard_iterator).ok_or_else(|| validation("Invalid ShardIterator"))?;
    if iterator.is_expired(context.now) {
        return Err(expired_iterator().into());
    }
    let stream = stream(&iterator.stream_arn, context)?;
    let mut shards = context.transaction.shards(stream.id, context.now)?.into_iter();
    let shard = shards.find(|shard| shard.number == iterator.shard).ok_or_else(shard_not_found)?;
    let oldest = context.transaction.first_kept(stream.id, stream.last, context.now)?;
    if iterator.next < oldest.max(shard.first) && shard.end.is_none_or(|end| iterator.next <= end.last) {
        return Err(trimmed().into());
    }
    let last = shard.end.map_or(stream.last, |end| end.last);
    let (mut records, mut bytes, mut next) = (Vec::new(), 0, iterator.next);
    context.transaction.visit_records(stream.id, iterator.next, last, |record| {
        bytes += record.size;
        if records.len() == most || bytes > MAX_BYTES && !records.is_empty() {
            return ControlFlow::Break(());
        }
        next = record.sequence + 1;
        records.push(told(&stream, record));
        ControlFlow::Continue(())
    })?;
    let has_ended = shard.end.is_some_and(|end| next > end.last);
    let next = ShardIterator { next, issued: context.now, ..iterator };
    Ok(GetRecordsOutput { records, next_shard_iterator: (!has_ended).then(|| next.write()) })
}

/// A record as the service tells it.
fn told(stream: &Stream, record: Record) -> dynochemy_core::api::Record {
    dynochemy_core::api::Record {
        event_id: Some(format!("{:016x}{:016x}", stream.id, record.sequence)),
        event_name: match record.event {
            Event::Insert => OperationType::Insert,
            Event::Modify => OperationType::Modify,
            Event::Remove => OperationType::Remove,
        },
        event_version: Some("1.1".to_owned()),
        event_source: Some("aws:dynamodb".to_owned()),
        aws_region: Some(REGION.to_owned()),
        dynamodb: StreamRecord {
            // In whole seconds, as the service has it.
            approximate_creation_date_time: Some(record.time.as_secs() as f64),
            keys: record.keys,
            new_image: record.new,
            old_image: record.old,
            sequence_number: sequence_number(record.sequence),
            size_bytes: record.size,
            stream_view_type: Some(stream.declared.view.clone()),
        },
        user_identity: (record.origin == Origin::Service).then(|| Identity {
            principal_id: Some("dynamodb.amazonaws.com".to_owned()),
            r#type: Some("Service".to_owned()),
        }),
    }
}
