//! [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html): up
//! to 100 writes and checks of different items, all or none.
//!
//! A token is kept for ten minutes, in the same commit as the writes. The same transaction under it is then answered
//! without being applied again, and costs reads; another one is refused. A cancelled transaction keeps no token, so that
//! it can be sent again. What a cancelled one cost is taken all the same, unless it was cancelled for lack of capacity.

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::CancellationReason;
use dynochemy_core::api::{
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use dynochemy_core::expression::Condition;

use super::table;
use super::write::{Evaluated, Refusal, Write, shown};
use crate::backend::Context;
use crate::capacity::{Consistency, Direction, TRANSACTIONAL, Units, consumed_in_transaction};
use crate::check;
use crate::failure::{
    CONDITION_FAILED, Failure, THROUGHPUT_EXCEEDED, cancelled, constraint, internal, parameter_mismatch,
    validation,
};
use crate::storage::Table;

const MAX_ACTIONS: usize = 100;
const MAX_TOKEN: usize = 36;
/// The most bytes of items in one transaction.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

pub(super) fn answer(
    input: &TransactWriteItemsInput,
    context: &mut Context<'_>,
) -> Result<TransactWriteItemsOutput, Failure> {
    check(input)?;
    let token = match &input.client_request_token {
        Some(token) => Some((token, digest(input)?)),
        None => None,
    };
    if let Some((token, digest)) = &token
        && let Some(known) = context.transaction.token(token, context.now)?
    {
        if known != *digest {
            return Err(parameter_mismatch().into());
        }
        return replayed(input, context);
    }

    let tables = tables(input, context)?;
    let writes = writes(input, &tables)?;
    let mut evaluated = Vec::with_capacity(writes.len());
    for write in &writes {
        evaluated.push(write.evaluate(context)?);
    }
    let size = |evaluated: &Evaluated| match &evaluated.new {
        Ok(Some(new)) => new.size,
        _ => evaluated.old.as_ref().map_or(0, |old| old.size),
    };
    if evaluated.iter().map(size).sum::<u64>() > MAX_SIZE {
        return Err(validation("The aggregate size of the items in the transaction exceeds 4 MB").into());
    }
    let costs = take_capacity(&writes, &evaluated, context)?;

    let mut applied = Vec::with_capacity(writes.len());
    let mut reasons = Vec::with_capacity(writes.len());
    for (action, Evaluated { old, new, .. }) in input.transact_items.iter().zip(evaluated) {
        reasons.push(match new {
            Ok(new) => {
                applied.push(new);
                no_reason()
            }
            Err(Refusal::Condition) => CancellationReason {
                code: "ConditionalCheckFailed".to_owned(),
                message: Some(CONDITION_FAILED.to_owned()),
                item: shown(old, on_failure(action)),
            },
            Err(Refusal::Invalid(rejection)) => CancellationReason {
                code: "ValidationError".to_owned(),
                message: Some(rejection.message),
                item: None,
            },
        });
    }
    if applied.len() < reasons.len() {
        return Err(cancelled(reasons).into());
    }
    for (write, new) in writes.iter().zip(&applied) {
        write.apply(new.as_ref(), context)?;
    }
    if let Some((token, digest)) = &token {
        context.transaction.keep_token(token, digest, context.now)?;
    }
    let consumed_capacity = consumed_in_transaction(input.return_consumed_capacity, &costs, Direction::Write);
    Ok(TransactWriteItemsOutput { consumed_capacity, ..TransactWriteItemsOutput::default() })
}

/// Checks what depends on no table.
fn check(input: &TransactWriteItemsInput) -> Result<(), Failure> {
    let actions = input.transact_items.len();
    if actions == 0 {
        return Err(constraint("[]", "transactItems", "have length greater than or equal to 1").into());
    }
    if actions > MAX_ACTIONS {
        let given = format!("[{actions} actions]");
        return Err(constraint(given, "transactItems", "have length less than or equal to 100").into());
    }
    if let Some(token) = &input.client_request_token
        && !(1..=MAX_TOKEN).contains(&token.len())
    {
        let wanted = "have length between 1 and 36";
        return Err(constraint(token, "clientRequestToken", wanted).into());
    }
    for action in &input.transact_items {
        if let TransactWriteItem::Update(update) = action {
            check::update(&update.update_expression)?;
        }
        if let Some(condition) = condition(action) {
            check::condition(condition)?;
        }
    }
    Ok(())
}

/// The tables that the actions name.
fn tables<'a>(
    input: &'a TransactWriteItemsInput,
    context: &Context<'_>,
) -> Result<BTreeMap<&'a str, Table>, Failure> {
    let mut tables = BTreeMap::new();
    for name in input.transact_items.iter().map(table_name) {
        if !tables.contains_key(name) {
            tables.insert(name, table(context, name)?);
        }
    }
    Ok(tables)
}

/// The writes, each of another item.
fn writes<'a>(
    input: &'a TransactWriteItemsInput,
    tables: &'a BTreeMap<&str, Table>,
) -> Result<Vec<Write<'a>>, Failure> {
    let mut writes = Vec::with_capacity(input.transact_items.len());
    for action in &input.transact_items {
        let (table, condition) = (&tables[table_name(action)], condition(action));
        writes.push(match action {
            TransactWriteItem::ConditionCheck(check) => {
                Write::check(table, &check.key, &check.condition_expression)?
            }
            TransactWriteItem::Put(put) => Write::put(table, &put.item, condition)?,
            TransactWriteItem::Delete(delete) => Write::delete(table, &delete.key, condition)?,
            TransactWriteItem::Update(update) => {
                Write::update(table, &update.key, &update.update_expression, condition)?
            }
        });
    }
    let places: BTreeSet<_> = writes.iter().map(|write| (write.table.id, &write.place)).collect();
    if places.len() < writes.len() {
        return Err(validation("Transaction request cannot include multiple operations on one item").into());
    }
    Ok(writes)
}

/// Takes what the transaction costs on each table, or nothing where a table cannot give it.
fn take_capacity<'a>(
    writes: &'a [Write<'_>],
    evaluated: &[Evaluated],
    context: &mut Context<'_>,
) -> Result<BTreeMap<&'a str, Units>, Failure> {
    let mut totals: BTreeMap<&str, (&Table, Units)> = BTreeMap::new();
    for (write, evaluated) in writes.iter().zip(evaluated) {
        let (_, units) = totals.entry(&write.table.name).or_insert((write.table, Units::default()));
        *units += evaluated.units * TRANSACTIONAL;
    }
    let now = context.now;
    let throttled: BTreeSet<i64> = totals
        .values()
        .filter(|(table, units)| !context.meter.fits(table, Direction::Write, *units, now))
        .map(|(table, _)| table.id)
        .collect();
    if !throttled.is_empty() {
        let reasons = writes.iter().map(|write| {
            if throttled.contains(&write.table.id) {
                CancellationReason {
                    code: "ProvisionedThroughputExceeded".to_owned(),
                    message: Some(THROUGHPUT_EXCEEDED.to_owned()),
                    item: None,
                }
            } else {
                no_reason()
            }
        });
        return Err(cancelled(reasons.collect()).into());
    }
    for (table, units) in totals.values() {
        context.meter.charge(table, Direction::Write, *units, now);
    }
    Ok(totals.into_iter().map(|(name, (_, units))| (name, units)).collect())
}

/// The answer to a transaction that was applied before: it is only told what reading its items cost, and not limited.
fn replayed(
    input: &TransactWriteItemsInput,
    context: &Context<'_>,
) -> Result<TransactWriteItemsOutput, Failure> {
    let tables = tables(input, context)?;
    let mut costs: BTreeMap<&str, Units> = BTreeMap::new();
    for write in &writes(input, &tables)? {
        let found = context.transaction.item(write.table, &write.place)?;
        let size = found.map_or(0, |found| found.size);
        *costs.entry(&write.table.name).or_default() +=
            Units::read(size, Consistency::Strong) * TRANSACTIONAL;
    }
    let consumed_capacity = consumed_in_transaction(input.return_consumed_capacity, &costs, Direction::Read);
    Ok(TransactWriteItemsOutput { consumed_capacity, ..TransactWriteItemsOutput::default() })
}

fn no_reason() -> CancellationReason {
    CancellationReason { code: "None".to_owned(), ..CancellationReason::default() }
}

fn table_name(action: &TransactWriteItem) -> &str {
    match action {
        TransactWriteItem::ConditionCheck(check) => &check.table_name,
        TransactWriteItem::Put(put) => &put.table_name,
        TransactWriteItem::Delete(delete) => &delete.table_name,
        TransactWriteItem::Update(update) => &update.table_name,
    }
}

fn condition(action: &TransactWriteItem) -> Option<&Condition> {
    match action {
        TransactWriteItem::ConditionCheck(check) => Some(&check.condition_expression),
        TransactWriteItem::Put(put) => put.condition_expression.as_ref(),
        TransactWriteItem::Delete(delete) => delete.condition_expression.as_ref(),
        TransactWriteItem::Update(update) => update.condition_expression.as_ref(),
    }
}

fn on_failure(action: &TransactWriteItem) -> ReturnValuesOnConditionCheckFailure {
    match action {
        TransactWriteItem::ConditionCheck(check) => check.return_values_on_condition_check_failure,
        TransactWriteItem::Put(put) => put.return_values_on_condition_check_failure,
        TransactWriteItem::Delete(delete) => delete.return_values_on_condition_check_failure,
        TransactWriteItem::Update(update) => update.return_values_on_condition_check_failure,
    }
}

/// Tells transactions apart (FNV-1a of 128 bits): their actions, and not what else is asked for.
fn digest(input: &TransactWriteItemsInput) -> Result<[u8; 16], Failure> {
    let text = serde_json::to_vec(&input.transact_items)
        .map_err(|error| internal(format!("the transaction cannot be compared: {error}")))?;
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58du128;
    for byte in text {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    Ok(hash.to_be_bytes())
}

#[cfg(test)]
mod tests;
