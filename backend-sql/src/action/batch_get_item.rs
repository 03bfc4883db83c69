//! [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html): reads up to 100
//! items of any tables.
//!
//! Keys are taken in the order of the request, each alone: what its table's capacity, or the answer's 16 MB, do not
//! allow is left unprocessed, and the batch goes on. A batch of which nothing could be read fails.

use std::collections::BTreeSet;

use dynochemy_core::ItemsBuilder;
use dynochemy_core::api::{BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};

use super::table;
use crate::backend::Context;
use crate::capacity::{Consistency, Cost, Costs, Direction, Units};
use crate::check;
use crate::failure::{Failure, constraint, throughput_exceeded, validation};
use crate::projection::Projection;

const MAX_KEYS: usize = 100;
/// The most bytes of items in one answer.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

pub(super) fn answer(
    input: &BatchGetItemInput,
    context: &Context<'_>,
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
        check::scalar_keys(&asked.projection_expression, &table)?;
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
    let mut costs = Costs::default();
    let mut reasons = Vec::new();
    let mut size = 0;
    for (name, asked, table, places, projection) in &parts {
        let consistency = Consistency::from(asked.consistent_read);
        let mut items = ItemsBuilder::new();
        let mut unprocessed = Vec::new();
        for (key, place) in asked.keys.iter().zip(places) {
            let found = context.transaction.item(table.id, place)?;
            let item_size = found.as_ref().map_or(0, |found| found.size);
            if size + item_size > MAX_ANSWER {
                unprocessed.push(key.clone());
                continue;
            }
            let mut cost = Cost::from(Units::read(item_size, consistency));
            context.meter.locate(&mut cost, None, place.key_hash());
            if let Err(refusals) = context.meter.take(table, Direction::Read, &cost, context.now) {
                reasons.extend(refusals);
                unprocessed.push(key.clone());
                continue;
            }
            costs.add(table, cost);
            size += item_size;
            if let Some(found) = found {
                items.push(projection.of(found.item)?.as_bytes());
            }
        }
        if unprocessed.len() < asked.keys.len() {
            answer.responses.insert((*name).clone(), items.finish());
        }
        if !unprocessed.is_empty() {
            // As they were asked for, so that they can be asked for again.
            let left = KeysAndAttributes {
                keys: unprocessed,
                consistent_read: asked.consistent_read,
                projection_expression: asked.projection_expression.clone(),
                legacy: None,
            };
            answer.unprocessed_keys.insert((*name).clone(), left);
        }
    }
    if costs.is_empty() {
        return Err(throughput_exceeded(reasons).into());
    }
    answer.consumed_capacity = costs.consumed(input.return_consumed_capacity);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::PutItemInput;

    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn items_that_exist_are_found_and_each_is_billed_on_its_own() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 1000))).unwrap();
        fixture.call(put(visit_of_size("a", 2, 5000))).unwrap();
        let note = PutItemInput { table_name: "notes".to_owned(), ..put(item(r#"{"id":{"S":"n"}}"#)) };
        fixture.call(note).unwrap();
        let mut input = batch_get(vec![key("a", 2), key("a", 9), key("a", 1)]);
        let notes = KeysAndAttributes {
            keys: vec![note_key("n")],
            consistent_read: true,
            ..KeysAndAttributes::default()
        };
        input.request_items.insert("notes".to_owned(), notes);
        let answer = fixture.call(input).unwrap();
        assert_eq!(times(&answer.responses["visits"]), [2, 1]);
        assert_eq!(answer.responses["notes"].len(), 1);
        let costs: Vec<f64> = answer.consumed_capacity.iter().map(|cost| cost.capacity_units).collect();
        assert_eq!(costs, [1.0, 1.0 + 0.5 + 0.5]);
        assert!(answer.unprocessed_keys.is_empty());
    }

    #[test]
    fn one_bad_key_rejects_the_batch() {
        let fixture = Fixture::new();
        assert_eq!(
            fixture.error(batch_get(vec![key("a", 1), key("b", 1), key("a", 1)])),
            "ValidationException: Provided list of item keys contains duplicates"
        );
        assert_eq!(
            fixture.error(batch_get(vec![key("a", 1), note_key("a")])),
            "ValidationException: The provided key element does not match the schema"
        );
        let many = (0..101).map(|time| key("a", time)).collect();
        assert_eq!(
            fixture.error(batch_get(many)),
            "ValidationException: Too many items requested for the BatchGetItem call"
        );
        assert!(fixture.error(batch_get(vec![])).contains("'requestItems'"));
        let mut elsewhere = batch_get(vec![key("a", 1)]);
        elsewhere.request_items.insert("none".to_owned(), elsewhere.request_items["visits"].clone());
        assert_eq!(fixture.error(elsewhere), "ResourceNotFoundException: Requested resource not found");
    }

    #[test]
    fn an_answer_holds_16_mb_and_leaves_the_rest_unprocessed() {
        let fixture = Fixture::new();
        for time in 0..45 {
            fixture.call(put(visit_of_size("a", time, 400 * 1024))).unwrap();
        }
        let answer = fixture.call(batch_get((0..45).map(|time| key("a", time)).collect())).unwrap();
        assert_eq!(answer.responses["visits"].len(), 40);
        let left: Vec<_> = (40..45).map(|time| key("a", time)).collect();
        assert_eq!(answer.unprocessed_keys["visits"].keys, left);
    }

    #[test]
    fn keys_beyond_the_capacity_are_left_unprocessed() {
        let fixture = Fixture::throttled();
        // Ten units a second: twenty reads of half a unit.
        let keys: Vec<_> = (0..25).map(|time| key("a", time)).collect();
        let mut asked = batch_get(keys.clone());
        if let Some(of_table) = asked.request_items.get_mut("visits") {
            of_table.projection_expression = vec![path("x"), path("time")];
        }
        let answer = fixture.call(asked.clone()).unwrap();
        let left = KeysAndAttributes { keys: keys[20..].to_vec(), ..asked.request_items["visits"].clone() };
        assert_eq!(answer.unprocessed_keys["visits"], left, "they can be sent as they are");
        assert_eq!(units(answer.consumed_capacity), 10.0);
        let refused = fixture.refused(batch_get(keys));
        assert_eq!(refused.code, "ProvisionedThroughputExceededException");
        assert_eq!(refused.throttling_reasons[0].reason, "TableReadProvisionedThroughputExceeded");
    }
}
