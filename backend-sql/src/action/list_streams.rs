//! [ListStreams](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html): tells the
//! streams of a table, or of all tables, also those that have ended within a day.

use dynochemy_core::api::{ListStreamsInput, ListStreamsOutput, Stream};

use super::limit;
use super::resource_name::stream_in;
use crate::backend::Context;
use crate::failure::{Failure, validation};

const MAX_STREAMS: usize = 100;

pub(super) fn answer(input: &ListStreamsInput, context: &Context<'_>) -> Result<ListStreamsOutput, Failure> {
    let most = limit::checked(input.limit, MAX_STREAMS, "cannot be greater than the maximum allowed size:")?;
    let after = match &input.exclusive_start_stream_arn {
        None => ("", ""),
        Some(arn) => stream_in(arn).ok_or_else(|| validation("Invalid StreamArn"))?,
    };
    let table = input.table_name.as_deref();
    let mut found = context.transaction.streams(table, after, most + 1, context.now)?;
    let is_cut = found.len() > most;
    found.truncate(most);
    let streams: Vec<Stream> = found
        .into_iter()
        .map(|stream| Stream {
            stream_arn: stream.arn(),
            table_name: stream.table_name,
            stream_label: stream.label,
        })
        .collect();
    let last = streams.last().filter(|_| is_cut).map(|stream| stream.stream_arn.clone());
    Ok(ListStreamsOutput { streams, last_evaluated_stream_arn: last })
}
