//! [GetShardIterator](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html):
//! where to begin reading a shard. It is a place among the records that there are now, also where it is the oldest or
//! the newest one.

use dynochemy_core::Moment;
use dynochemy_core::api::{GetShardIteratorInput, GetShardIteratorOutput, ShardIteratorType};

use super::describe_stream::stream;
use crate::backend::Context;
use crate::failure::{Failure, constraint, invalid, shard_not_found, trimmed, validation};
use crate::storage::{Shard, Stream};
use crate::stream::iterator::ShardIterator;
use crate::stream::read_sequence_number;

pub(super) fn answer(
    input: &GetShardIteratorInput,
    context: &Context<'_>,
) -> Result<GetShardIteratorOutput, Failure> {
    check(input)?;
    let stream = stream(&input.stream_arn, context)?;
    let mut shards = context.transaction.shards(stream.id, context.now)?.into_iter();
    let shard = shards.find(|shard| shard.id() == input.shard_id).ok_or_else(shard_not_found)?;
    let iterator = ShardIterator {
        stream_arn: stream.arn(),
        shard: shard.number,
        next: next(input, &stream, &shard, context)?,
        issued: context.now,
    };
    Ok(GetShardIteratorOutput { shard_iterator: Some(iterator.write()) })
}

fn check(input: &GetShardIteratorInput) -> Result<(), Failure> {
    use ShardIteratorType::{AfterSequenceNumber, AtSequenceNumber, AtTimestamp};
    let is_of_record = match &input.shard_iterator_type {
        ShardIteratorType::Other(name) => {
            let names = "TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP";
            let wanted = format!("satisfy enum value set: [{names}]");
            return Err(constraint(name, "shardIteratorType", &wanted).into());
        }
        AtTimestamp if input.timestamp.is_none() => return Err(invalid("Invalid Timestamp").into()),
        kind => matches!(kind, AtSequenceNumber | AfterSequenceNumber),
    };
    match (is_of_record, &input.sequence_number) {
        (true, None) => Err(invalid("Invalid SequenceNumber").into()),
        (false, Some(_)) => Err(invalid("SequenceNumber should not be passed for this iterator type").into()),
        _ => Ok(()),
    }
}

/// The number of the record to be read first.
fn next(
    input: &GetShardIteratorInput,
    stream: &Stream,
    shard: &Shard,
    context: &Context<'_>,
) -> Result<i64, Failure> {
    let end = shard.end.map_or(stream.last, |end| end.last) + 1;
    let oldest = context.transaction.first_kept(stream.id, stream.last, context.now)?.max(shard.first);
    let named = || {
        let text = input.sequence_number.as_deref().unwrap_or_default();
        let number = read_sequence_number(text).ok_or_else(|| invalid("Invalid SequenceNumber"))?;
        // An open shard may have the record yet.
        if number < shard.first || shard.end.is_some() && number >= end.max(shard.first + 1) {
            return Err(validation("Invalid SequenceNumber for the shard"));
        }
        if number < oldest { Err(trimmed()) } else { Ok(number) }
    };
    Ok(match input.shard_iterator_type {
        ShardIteratorType::Latest => end,
        ShardIteratorType::AtSequenceNumber => named()?,
        ShardIteratorType::AfterSequenceNumber => named()?.saturating_add(1),
        ShardIteratorType::AtTimestamp => {
            let at = Moment::from_nanos((input.timestamp.unwrap_or_default() * 1e9) as u64);
            context.transaction.record_at(stream.id, oldest, at)?.unwrap_or(end).min(end)
        }
        _ => oldest,
    })
}
