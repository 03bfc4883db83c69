//! [TransactGetItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html): reads up
//! to 100 items of any tables, all as of one time.

use std::sync::Arc;

use dynochemy_core::Rejection;
use dynochemy_core::api::{ItemResponse, TransactGetItem, TransactGetItemsInput, TransactGetItemsOutput};

use super::{cancellation, table, transaction};
use crate::backend::Context;
use crate::capacity::{Consistency, Cost, Costs, Direction, Units};
use crate::check;
use crate::failure::{Failure, cancelled};
use crate::projection::Projection;
use crate::storage::{Place, Table};

pub(super) fn answer(
    input: &TransactGetItemsInput,
    context: &Context<'_>,
) -> Result<TransactGetItemsOutput, Failure> {
    let projections = check(input)?;
    let tables = tables(input, context)?;
    let places = places(input, &tables)?;
    let reads = || tables.iter().zip(&places);
    let conflicts = |(table, place): (&Arc<Table>, &Place)| context.holds.has(table.id, place);
    if reads().any(conflicts) {
        let reason = |read| if conflicts(read) { cancellation::conflict() } else { cancellation::none() };
        return Err(cancelled(reads().map(reason).collect()).into());
    }

    let mut found = Vec::with_capacity(places.len());
    let mut costs = Costs::default();
    let mut size = 0;
    for (table, place) in tables.iter().zip(&places) {
        let item = context.transaction.item(table.id, place)?;
        let item_size = item.as_ref().map_or(0, |item| item.size);
        size += item_size;
        let mut cost = Cost::from(Units::read(item_size, Consistency::Strong));
        context.meter.locate(&mut cost, None, place.key_hash());
        costs.add(table, cost.in_transaction());
        found.push(item);
    }
    transaction::check_size(size)?;
    cancellation::take_capacity(tables.iter().map(|table| Some(&**table)), &costs, Direction::Read, context)?;
    let mut responses = Vec::with_capacity(found.len());
    for (item, projection) in found.into_iter().zip(&projections) {
        responses.push(ItemResponse { item: item.map(|item| projection.of(item.item)).transpose()? });
    }
    Ok(TransactGetItemsOutput {
        responses,
        consumed_capacity: costs.consumed_in_transaction(input.return_consumed_capacity, Direction::Read),
    })
}

/// Checks what depends on no table; the projections of the reads.
fn check(input: &TransactGetItemsInput) -> Result<Vec<Projection<'_>>, Box<Rejection>> {
    transaction::check_count(input.transact_items.len())?;
    let checked = input.transact_items.iter().map(|TransactGetItem { get }| {
        check::key_values(&get.key)?;
        Projection::new(&get.projection_expression)
    });
    checked.collect()
}

/// The tables that the reads name, one for each of them.
fn tables(input: &TransactGetItemsInput, context: &Context<'_>) -> Result<Vec<Arc<Table>>, Failure> {
    let mut tables: Vec<Arc<Table>> = Vec::with_capacity(input.transact_items.len());
    for (position, TransactGetItem { get }) in input.transact_items.iter().enumerate() {
        let known = tables.iter().find(|table| table.name == get.table_name).map(Arc::clone);
        match known.map_or_else(|| table(context, &get.table_name), Ok) {
            Ok(table) => tables.push(table),
            Err(missing) => {
                // An item that was named twice before it is told instead.
                located(&input.transact_items[..position], &tables)?;
                return Err(missing);
            }
        }
    }
    Ok(tables)
}

/// Where the items lie.
fn places(input: &TransactGetItemsInput, tables: &[Arc<Table>]) -> Result<Vec<Place>, Box<Rejection>> {
    let places = located(&input.transact_items, tables)?;
    if places.iter().all(Result::is_ok) {
        return places.into_iter().collect();
    }
    let reasons = places.into_iter().map(|place| match place {
        Ok(_) => cancellation::none(),
        Err(rejection) => cancellation::invalid(*rejection),
    });
    Err(cancelled(reasons.collect()))
}

/// Where the items lie, each another one, or why one does not fit its table.
fn located(
    reads: &[TransactGetItem],
    tables: &[Arc<Table>],
) -> Result<Vec<Result<Place, Box<Rejection>>>, Box<Rejection>> {
    let places: Vec<Result<Place, Box<Rejection>>> = reads
        .iter()
        .zip(tables)
        .map(|(TransactGetItem { get }, table)| {
            let place = check::key(&get.key, &table.keys)?;
            check::scalar_keys(&get.projection_expression, table)?;
            Ok(place)
        })
        .collect();
    let named = places.iter().zip(tables).filter_map(|(place, table)| Some((table.id, place.as_ref().ok()?)));
    transaction::check_distinct(named)?;
    Ok(places)
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::{ReturnConsumedCapacity, TransactGet};
    use dynochemy_core::{Key, expression::DocumentPath};

    use super::*;
    use crate::action::fixture::*;

    fn read(key: Key, projection: &[&'static str]) -> TransactGetItem {
        let projection_expression = projection.iter().map(|name| DocumentPath::attribute(*name)).collect();
        TransactGetItem { get: TransactGet { table_name: "visits".to_owned(), key, projection_expression } }
    }

    fn reads(transact_items: Vec<TransactGetItem>) -> TransactGetItemsInput {
        TransactGetItemsInput { transact_items, return_consumed_capacity: ReturnConsumedCapacity::Indexes }
    }

    #[test]
    fn items_come_in_the_order_of_the_request_at_twice_the_cost() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 4097))).unwrap();
        fixture.call(put_visit("a", 2)).unwrap();
        let asked = vec![read(key("a", 2), &[]), read(key("a", 9), &[]), read(key("a", 1), &["time"])];
        let answer = fixture.call(reads(asked)).unwrap();
        let items: Vec<_> = answer.responses.iter().map(|found| found.item.as_ref().map(text)).collect();
        assert_eq!(items, [Some(visit_json("a", 2, "")), None, Some(r#"{"time":{"N":"1"}}"#.to_owned())]);
        let cost = &answer.consumed_capacity[0];
        assert_eq!((cost.capacity_units, cost.read_capacity_units), (8.0, Some(8.0)));
        assert_eq!(cost.table.and_then(|table| table.read_capacity_units), Some(8.0));
    }

    #[test]
    fn reads_that_make_no_sense_are_refused_or_are_reasons() {
        let fixture = Fixture::new();
        let twice = vec![read(key("a", 1), &[]), read(key("a", 1), &[])];
        assert_eq!(
            fixture.error(reads(twice)),
            "ValidationException: Transaction request cannot include multiple operations on one item"
        );
        assert!(fixture.error(reads(vec![])).contains("'transactItems'"));
        let many = (0..101).map(|time| read(key("a", time), &[])).collect();
        assert!(fixture.error(reads(many)).contains("have length less than or equal to 100"));
        let refused = fixture.refused(reads(vec![read(key("a", 1), &[]), read(note_key("n"), &[])]));
        assert_eq!(
            refused.to_string(),
            "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific \
             reasons [None, ValidationError]"
        );
        assert_eq!(
            refused.cancellation_reasons[1].message.as_deref(),
            Some("The provided key element does not match the schema")
        );
    }

    #[test]
    fn an_item_that_is_named_twice_is_told_before_a_table_that_is_missing_behind_it() {
        let fixture = Fixture::new();
        let here = || read(key("a", 1), &[]);
        let elsewhere = || {
            let TransactGetItem { get } = here();
            TransactGetItem { get: TransactGet { table_name: "none".to_owned(), ..get } }
        };
        let twice = "ValidationException: Transaction request cannot include multiple operations on one item";
        let missing = "ResourceNotFoundException: Requested resource not found";
        let told = |asked: [TransactGetItem; 3]| fixture.error(reads(asked.into()));
        assert_eq!(told([here(), here(), elsewhere()]), twice);
        assert_eq!(told([here(), elsewhere(), here()]), missing);
        assert_eq!(told([elsewhere(), here(), here()]), missing);
        assert_eq!(told([elsewhere(), elsewhere(), here()]), missing);
        // What does not fit its table is a reason of a cancellation, which comes later.
        let misfit = || read(note_key("n"), &[]);
        assert_eq!(told([misfit(), misfit(), elsewhere()]), missing);
    }

    #[test]
    fn a_transaction_that_finds_no_capacity_reads_nothing() {
        let fixture = Fixture::throttled();
        let five = (0..5).map(|time| read(key("a", time), &[])).collect();
        fixture.call(reads(five)).unwrap();
        let refused = fixture.refused(reads(vec![read(key("a", 1), &[])]));
        assert_eq!(refused.cancellation_reasons[0].code, "ProvisionedThroughputExceeded");
    }
}
