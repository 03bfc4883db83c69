//! [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html): reads up to 100
//! items of any tables.
//!
//! Keys are taken in the order of the request, each alone: what its table's capacity, or the answer's 16 MB, do not
//! allow is left unprocessed, and the batch goes on. A batch of which nothing could be read fails.

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::ItemsBuilder;
use dynochemy_core::api::{BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};

use super::table;
use crate::backend::Context;
use crate::capacity::{Consistency, Direction, Units, consumed_each};
use crate::check;
use crate::failure::{Failure, constraint, throughput_exceeded, validation};
use crate::projection::Projection;
use crate::throughput::reason;

const MAX_KEYS: usize = 100;
/// The most bytes of items in one answer.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

pub(super) fn answer(
    input: &BatchGetItemInput,
    context: &mut Context<'_>,
) -> Result<BatchGetItemOutput, Failure> {
    let asked: usize = input.request_items.values().map(|keys| keys.keys.len()).sum();
    if input.request_items.is_empty() || input.request_items.values().any(|keys| keys.keys.is_empty()) {
        return Err(constraint("{}", "requestItems", "have length greater than or equal to 1").into());
    }
    if asked > MAX_KEYS {
        return Err(validation("Too many items requested for the BatchGetItem call").into());
    }
    let mut parts = Vec::with_capacity(input.request_items.len());
    for (name, asked) in &input.request_items {
        let projection = Projection::new(&asked.projection_expression)?;
        let table = table(context, name)?;
        let mut places = Vec::with_capacity(asked.keys.len());
        for key in &asked.keys {
            places.push(check::key(key, &table.keys)?);
        }
        if places.iter().collect::<BTreeSet<_>>().len() < places.len() {
            return Err(validation("Provided list of item keys contains duplicates").into());
        }
        parts.push((name, asked, table, places, projection));
    }

    let mut answer = BatchGetItemOutput::default();
    let mut costs: BTreeMap<&str, Units> = BTreeMap::new();
    let mut reasons = Vec::new();
    let mut size = 0;
    for (name, asked, table, places, projection) in &parts {
        let consistency = Consistency::from(asked.consistent_read);
        let mut items = ItemsBuilder::new();
        let mut unprocessed = Vec::new();
        let mut is_throttled = false;
        for (key, place) in asked.keys.iter().zip(places) {
            let found = context.transaction.item(table, place)?;
            let item_size = found.as_ref().map_or(0, |found| found.size);
            if size + item_size > MAX_ANSWER {
                unprocessed.push(key.clone());
                continue;
            }
            let units = Units::read(item_size, consistency);
            if !context.meter.take(table, Direction::Read, units, context.now) {
                is_throttled = true;
                unprocessed.push(key.clone());
                continue;
            }
            *costs.entry(name.as_str()).or_default() += units;
            size += item_size;
            if let Some(found) = found {
                items.push(projection.of(found.item)?.as_bytes());
            }
        }
        if is_throttled {
            reasons.push(reason(table, Direction::Read));
        }
        if unprocessed.len() < asked.keys.len() {
            answer.responses.insert((*name).clone(), items.finish());
        }
        if !unprocessed.is_empty() {
            let left = KeysAndAttributes {
                keys: unprocessed,
                consistent_read: asked.consistent_read,
                projection_expression: Vec::new(),
            };
            answer.unprocessed_keys.insert((*name).clone(), left);
        }
    }
    if costs.is_empty() {
        return Err(throughput_exceeded(reasons).into());
    }
    answer.consumed_capacity = consumed_each(input.return_consumed_capacity, &costs);
    Ok(answer)
}
