//! [DescribeStream](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html):
//! tells a stream's state and its shards, those of which all records are older than a day no more.

use dynochemy_core::api::{
    DescribeStreamInput, DescribeStreamOutput, SequenceNumberRange, Shard, ShardFilter, StreamDescription,
    StreamStatus,
};

use super::limit;
use super::resource_name::stream_in;
use crate::backend::Context;
use crate::failure::{Failure, named_stream_not_found};
use crate::storage::{self, Stream, seconds};
use crate::stream::sequence_number;

const MAX_SHARDS: usize = 100;

pub(super) fn answer(
    input: &DescribeStreamInput,
    context: &Context<'_>,
) -> Result<DescribeStreamOutput, Failure> {
    let most = limit::checked(input.limit, MAX_SHARDS, "cannot be greater than the maximum:")?;
    let stream = stream(&input.stream_arn, context)?;
    let mut shards = told(&context.transaction.shards(stream.id, context.now)?);
    if let Some(ShardFilter { shard_id, .. }) = &input.shard_filter {
        shards.retain(|shard| shard_id.is_none() || shard.parent_shard_id == *shard_id);
    }
    if let Some(start) = &input.exclusive_start_shard_id {
        shards.retain(|shard| shard.shard_id > *start);
    }
    let is_cut = shards.len() > most;
    shards.truncate(most);
    let last = shards.last().filter(|_| is_cut).map(|shard| shard.shard_id.clone());
    Ok(DescribeStreamOutput {
        stream_description: StreamDescription {
            stream_arn: stream.arn(),
            stream_status: status(&stream, context)?,
            stream_label: stream.label,
            stream_view_type: Some(stream.declared.view),
            creation_request_date_time: Some(seconds(stream.declared.created)),
            table_name: stream.table_name,
            key_schema: stream.declared.key_schema,
            shards,
            last_evaluated_shard_id: last,
        },
    })
}

/// The stream of that resource name, while it is kept.
pub(super) fn stream(arn: &str, context: &Context<'_>) -> Result<Stream, Failure> {
    let found = match stream_in(arn) {
        Some((table, label)) => context.transaction.stream(table, label, context.now)?,
        None => None,
    };
    Ok(found.ok_or_else(|| named_stream_not_found(arn))?)
}

/// A stream is being switched on for as long as its table is being created.
fn status(stream: &Stream, context: &Context<'_>) -> Result<StreamStatus, Failure> {
    if stream.ended.is_some() {
        return Ok(StreamStatus::Disabled);
    }
    let table = context.transaction.table(&stream.table_name)?;
    let is_created = table.is_none_or(|table| table.is_created(context.now));
    Ok(if is_created { StreamStatus::Enabled } else { StreamStatus::Enabling })
}

/// Shards as the service tells them: each follows the one before.
fn told(shards: &[storage::Shard]) -> Vec<Shard> {
    let parents = std::iter::once(None).chain(shards.iter().map(|shard| Some(shard.id())));
    let told = |(shard, parent): (&storage::Shard, Option<String>)| Shard {
        shard_id: shard.id(),
        sequence_number_range: SequenceNumberRange {
            starting_sequence_number: Some(sequence_number(shard.first)),
            ending_sequence_number: shard.end.map(|end| sequence_number(end.last.max(shard.first))),
        },
        parent_shard_id: parent,
    };
    shards.iter().zip(parents).map(told).collect()
}
