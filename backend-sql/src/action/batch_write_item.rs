//! [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html): up to 25
//! unconditional puts and deletes in any tables.
//!
//! The batch is checked as a whole before any of it is applied. Then its writes are taken in the order of the request,
//! each alone: one that its table's capacity does not allow is left unprocessed, and the batch goes on. A batch of which
//! nothing could be written fails, except where a transaction has one of its items: that is left unprocessed too.

use std::collections::BTreeSet;

use dynochemy_core::api::{BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};

use super::table;
use super::write::{Write, collections};
use crate::backend::Context;
use crate::capacity::{Costs, Direction};
use crate::check;
use crate::failure::{Failure, collection_too_large, constraint, internal, throughput_exceeded, validation};

const MAX_WRITES: usize = 25;
/// The most bytes of items and keys in one request.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

pub(super) fn answer(
    input: &BatchWriteItemInput,
    context: &Context<'_>,
) -> Result<BatchWriteItemOutput, Failure> {
    check(input)?;
    let mut contents = Vec::new();
    for request in input.request_items.values().flatten() {
        contents.push(match request {
            WriteRequest::PutRequest { item } => Some(check::content(item)?),
            WriteRequest::DeleteRequest { .. } => None,
        });
    }
    let mut contents = contents.into_iter();
    let mut tables = Vec::with_capacity(input.request_items.len());
    for name in input.request_items.keys() {
        tables.push(table(context, name)?);
    }
    let mut parts = Vec::with_capacity(tables.len());
    for (table, requests) in tables.iter().zip(input.request_items.values()) {
        let mut writes = Vec::with_capacity(requests.len());
        for request in requests {
            writes.push(match (request, contents.next().flatten()) {
                (WriteRequest::PutRequest { .. }, Some(content)) => Write::put(table, &content, None),
                (WriteRequest::PutRequest { .. }, None) => Err(internal("an item was not checked")),
                (WriteRequest::DeleteRequest { key }, _) => Write::delete(table, key, None),
            });
        }
        let valid = || writes.iter().flatten().map(|write| &write.place);
        if valid().collect::<BTreeSet<_>>().len() < valid().count() {
            return Err(validation("Provided list of item keys contains duplicates").into());
        }
        let writes = writes.into_iter().collect::<Result<Vec<_>, _>>()?;
        parts.push((table, requests, writes));
    }

    let mut answer = BatchWriteItemOutput::default();
    let mut costs = Costs::default();
    let mut reasons = Vec::new();
    let mut conflicts = false;
    let mut written = Vec::new();
    for (table, requests, writes) in &parts {
        let mut unprocessed = Vec::new();
        for (request, write) in requests.iter().zip(writes) {
            if write.conflicts(context) {
                conflicts = true;
                unprocessed.push(request.clone());
                continue;
            }
            let evaluated = write.evaluate(context)?;
            if evaluated.new.is_err() {
                // Without conditions and updates, nothing else refuses a write.
                return Err(collection_too_large().into());
            }
            if let Err(refusals) = context.meter.take(table, Direction::Write, &evaluated.cost, context.now) {
                reasons.extend(refusals);
                unprocessed.push(request.clone());
                continue;
            }
            write.apply(&evaluated, context)?;
            costs.add(table, evaluated.cost);
            written.push(write);
        }
        if !unprocessed.is_empty() {
            answer.unprocessed_items.insert(table.name.clone(), unprocessed);
        }
    }
    if costs.is_empty() && !conflicts {
        return Err(throughput_exceeded(reasons).into());
    }
    answer.consumed_capacity = costs.consumed(input.return_consumed_capacity);
    answer.item_collection_metrics =
        collections(written.into_iter(), input.return_item_collection_metrics, context)?;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dynochemy_core::Item;

    use super::*;
    use crate::action::fixture::*;

    fn put(item: Item) -> WriteRequest {
        WriteRequest::PutRequest { item }
    }

    fn put_at(time: u64) -> WriteRequest {
        put(item(&visit_json("a", time, "")))
    }

    fn delete_at(time: u64) -> WriteRequest {
        WriteRequest::DeleteRequest { key: key("a", time) }
    }

    #[test]
    fn puts_and_deletes_of_several_tables_are_applied() {
        let fixture = Fixture::new();
        fixture.call(put_visit("a", 1)).unwrap();
        let mut input = batch_write(vec![delete_at(1), delete_at(7), put_at(2)]);
        input.request_items.insert("notes".to_owned(), vec![put(item(r#"{"id":{"S":"n"}}"#))]);
        let answer = fixture.call(input).unwrap();
        assert!(answer.unprocessed_items.is_empty());
        let costs: Vec<_> = answer
            .consumed_capacity
            .iter()
            .map(|cost| (cost.table_name.as_str(), cost.capacity_units))
            .collect();
        assert_eq!(costs, [("notes", 1.0), ("visits", 3.0)]);
        assert_eq!(times(&fixture.call(query("a")).unwrap().items), [2]);
    }

    #[test]
    fn one_bad_member_rejects_the_batch_and_nothing_is_applied() {
        let fixture = Fixture::new();
        let error = |bad| fixture.error(batch_write(vec![put_at(1), bad]));
        assert_eq!(
            error(delete_at(1)),
            "ValidationException: Provided list of item keys contains duplicates"
        );
        assert_eq!(
            error(put(item(r#"{"user":{"S":"a"}}"#))),
            "ValidationException: One or more parameter values were invalid: Missing the key time in the item"
        );
        assert_eq!(
            error(put(visit_of_size("a", 2, 400 * 1024 + 1))),
            "ValidationException: Item size has exceeded the maximum allowed size"
        );
        assert_eq!(
            error(WriteRequest::DeleteRequest { key: note_key("a") }),
            "ValidationException: The provided key element does not match the schema"
        );
        // What is wrong with an item comes first, then duplicates, then keys.
        let wrong_key = || WriteRequest::DeleteRequest { key: note_key("a") };
        let error_of = |requests| fixture.error(batch_write(requests));
        assert!(error_of(vec![wrong_key(), put_at(1), delete_at(1)]).contains("contains duplicates"));
        let large = put(visit_of_size("a", 2, 400 * 1024 + 1));
        assert!(error_of(vec![put_at(1), delete_at(1), large]).contains("Item size has exceeded"));
        let mut elsewhere = batch_write(vec![put_at(1)]);
        elsewhere.request_items.insert("zzz".to_owned(), vec![put_at(1)]);
        assert_eq!(fixture.error(elsewhere), "ResourceNotFoundException: Requested resource not found");
        assert_eq!(
            fixture.error(batch_write((0..26).map(put_at).collect())),
            "ValidationException: Too many items requested for the BatchWriteItem call"
        );
        assert_eq!(fixture.call(scan()).unwrap().count, 0);
    }

    #[test]
    fn writes_beyond_the_capacity_are_left_unprocessed_in_the_order_of_the_request() {
        let mut fixture = Fixture::throttled();
        // Five units a second. The second write needs three, after which one is left.
        let writes = vec![
            put_at(1),
            put(visit_of_size("a", 2, 3000)),
            put(visit_of_size("a", 3, 1500)),
            put_at(4),
            put_at(5),
        ];
        let answer = fixture.call(batch_write(writes.clone())).unwrap();
        assert_eq!(answer.unprocessed_items["visits"], [writes[2].clone(), writes[4].clone()]);
        assert_eq!(units(answer.consumed_capacity), 5.0);
        assert_eq!(times(&fixture.call(query("a")).unwrap().items), [1, 2, 4]);

        let refused = fixture.refused(batch_write(vec![put_at(5)]));
        assert_eq!(refused.code, "ProvisionedThroughputExceededException");
        assert_eq!(refused.throttling_reasons[0].reason, "TableWriteProvisionedThroughputExceeded");
        assert_eq!(
            refused.throttling_reasons[0].resource,
            "arn:aws:dynamodb:local:000000000000:table/visits"
        );
        fixture.wait(Duration::from_millis(199));
        fixture.refused(batch_write(vec![put_at(5)]));
        fixture.wait(Duration::from_millis(1));
        fixture.call(batch_write(vec![put_at(5)])).unwrap();
    }
}
