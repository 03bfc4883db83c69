//! [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html): up to 25
//! unconditional puts and deletes in any tables.
//!
//! The batch is checked as a whole before any of it is applied. Then its writes are taken in the order of the request,
//! each alone: one that its table's capacity does not allow is left unprocessed, and the batch goes on. A batch of which
//! nothing could be written fails.

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::api::{BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};

use super::table;
use super::write::{Evaluated, Refusal, Write};
use crate::backend::Context;
use crate::capacity::{Direction, Units, consumed_each};
use crate::failure::{Failure, constraint, internal, throughput_exceeded, validation};
use crate::throughput::reason;

const MAX_WRITES: usize = 25;
/// The most bytes of items and keys in one request.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

pub(super) fn answer(
    input: &BatchWriteItemInput,
    context: &mut Context<'_>,
) -> Result<BatchWriteItemOutput, Failure> {
    check(input)?;
    let mut parts = Vec::with_capacity(input.request_items.len());
    for (name, requests) in &input.request_items {
        let table = table(context, name)?;
        let mut writes = Vec::with_capacity(requests.len());
        for request in requests {
            writes.push(match request {
                WriteRequest::PutRequest { item } => Write::put(table.clone(), item, None)?,
                WriteRequest::DeleteRequest { key } => Write::delete(table.clone(), key, None)?,
            });
        }
        if writes.iter().map(|write| &write.place).collect::<BTreeSet<_>>().len() < writes.len() {
            return Err(validation("Provided list of item keys contains duplicates").into());
        }
        parts.push((name, table, requests, writes));
    }

    let mut answer = BatchWriteItemOutput::default();
    let mut costs: BTreeMap<&str, Units> = BTreeMap::new();
    let mut reasons = Vec::new();
    for (name, table, requests, writes) in &parts {
        let mut unprocessed = Vec::new();
        for (request, write) in requests.iter().zip(writes) {
            let Evaluated { new, units, .. } = write.evaluate(context)?;
            if !context.meter.take(table, Direction::Write, units, context.now) {
                unprocessed.push(request.clone());
                continue;
            }
            let new = new.map_err(|refusal| match refusal {
                Refusal::Invalid(rejection) => rejection,
                Refusal::Condition => internal("a write of a batch has no condition"),
            })?;
            write.apply(new.as_ref(), context)?;
            *costs.entry(name.as_str()).or_default() += units;
        }
        if !unprocessed.is_empty() {
            reasons.push(reason(table, Direction::Write));
            answer.unprocessed_items.insert((*name).clone(), unprocessed);
        }
    }
    if costs.is_empty() {
        return Err(throughput_exceeded(reasons).into());
    }
    answer.consumed_capacity = consumed_each(input.return_consumed_capacity, &costs);
    Ok(answer)
}

fn check(input: &BatchWriteItemInput) -> Result<(), Failure> {
    let requests = || input.request_items.values().flatten();
    if input.request_items.is_empty() || input.request_items.values().any(Vec::is_empty) {
        return Err(constraint("{}", "requestItems", "have length greater than or equal to 1").into());
    }
    if requests().count() > MAX_WRITES {
        return Err(validation("Too many items requested for the BatchWriteItem call").into());
    }
    let size = |request: &WriteRequest| match request {
        WriteRequest::PutRequest { item } => item.as_bytes().len(),
        WriteRequest::DeleteRequest { key } => {
            key.parts().map(|(name, value)| name.len() + value.size()).sum()
        }
    };
    if requests().map(size).sum::<usize>() > MAX_REQUEST {
        return Err(
            validation("The request is larger than the limit of 16 MB of the BatchWriteItem call").into()
        );
    }
    Ok(())
}
