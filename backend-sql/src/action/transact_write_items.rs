//! [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html): up
//! to 100 writes and checks of different items, all or none.
//!
//! A token is kept for ten minutes, in the same commit as the writes. The same transaction under it is then answered
//! without being applied again, and costs reads; another one is refused. A cancelled transaction keeps no token, so that
//! it can be sent again. What a cancelled one cost is taken all the same, unless it was cancelled for lack of capacity.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dynochemy_core::api::{
    ReturnValuesOnConditionCheckFailure, TransactPut, TransactWriteItem, TransactWriteItemsInput,
    TransactWriteItemsOutput,
};
use dynochemy_core::expression::Condition;
use dynochemy_core::{CancellationReason, Rejection};

use super::write::{Evaluated, Refusal, Write, collections, shown};
use super::{cancellation, table, transaction};
use crate::backend::Context;
use crate::capacity::{Consistency, Cost, Costs, Direction, Units};
use crate::check::{self, Content};
use crate::digest::Digest;
use crate::failure::{
    CONDITION_FAILED, Failure, cancelled, constraint, internal, parameter_mismatch, transaction_in_progress,
};
use crate::held::Hold;
use crate::storage::Table;

const MAX_TOKEN: usize = 36;

pub(super) fn answer(
    input: &TransactWriteItemsInput,
    context: &Context<'_>,
) -> Result<TransactWriteItemsOutput, Failure> {
    let contents = check(input)?;
    let token = token(input)?;
    if is_applied(&token, context)? {
        return replayed(input, contents, context);
    }

    let tables = tables(input, &contents, context)?;
    let writes = writes(&input.transact_items, &contents, &tables)?;
    let evaluated = evaluate(input, &writes, context)?;
    let mut costs = Costs::default();
    for (write, evaluated) in writes.iter().flatten().zip(&evaluated) {
        costs.add(write.table, evaluated.cost.clone().in_transaction());
    }
    let tables = writes.iter().map(|write| write.as_ref().ok().map(|write| write.table));
    cancellation::take_capacity(tables, &costs, Direction::Write, context)?;
    let writes = applicable(input, writes, &evaluated)?;
    for (write, evaluated) in writes.iter().zip(&evaluated) {
        write.apply(evaluated, context)?;
    }
    let asked = input.return_item_collection_metrics;
    let item_collection_metrics = collections(writes.iter(), asked, context)?;
    if let Some((token, digest)) = &token {
        context.transaction.keep_token(token, digest, context.now)?;
    }
    Ok(TransactWriteItemsOutput {
        consumed_capacity: costs.consumed_in_transaction(input.return_consumed_capacity, Direction::Write),
        item_collection_metrics,
    })
}

/// The items that the transaction holds, and its token.
pub(super) fn hold(input: &TransactWriteItemsInput, context: &Context<'_>) -> Result<Hold, Failure> {
    let contents = check(input)?;
    let token = token(input)?;
    if is_applied(&token, context)? {
        return Ok(Hold { token: None, places: BTreeSet::new() });
    }
    let tables = tables(input, &contents, context)?;
    let writes = writes(&input.transact_items, &contents, &tables)?;
    let evaluated = evaluate(input, &writes, context)?;
    let writes = applicable(input, writes, &evaluated)?;
    let places = writes.into_iter().map(|write| (write.table.id, write.place)).collect();
    Ok(Hold { token: token.map(|(token, digest)| (token.to_owned(), digest)), places })
}

/// Whether the transaction under this token was applied before.
fn is_applied(token: &Option<(&str, [u8; 16])>, context: &Context<'_>) -> Result<bool, Failure> {
    let Some((token, digest)) = token else { return Ok(false) };
    if let Some(held) = context.holds.token(token) {
        let same = held == *digest;
        return Err(if same { transaction_in_progress() } else { parameter_mismatch() }.into());
    }
    match context.transaction.token(token, context.now)? {
        Some(known) if known != *digest => Err(parameter_mismatch().into()),
        known => Ok(known.is_some()),
    }
}

/// What the writes that fit their tables would do now.
fn evaluate(
    input: &TransactWriteItemsInput,
    writes: &[Result<Write<'_>, Box<Rejection>>],
    context: &Context<'_>,
) -> Result<Vec<Evaluated>, Failure> {
    let mut evaluated = Vec::with_capacity(writes.len());
    // By how much item collections grow: each write may fit alone, and not with those before it.
    let mut grown: BTreeMap<(i64, &[u8]), i64> = BTreeMap::new();
    for write in writes.iter().flatten() {
        let mut alone = write.evaluate(context)?;
        let growth = grown.entry((write.table.id, write.place.key_hash())).or_default();
        *growth += alone.growth;
        if alone.growth > 0 && write.outgrows(*growth, context)? {
            alone.new = Err(Refusal::Collection);
        }
        evaluated.push(alone);
    }
    let size = |evaluated: &Evaluated| match &evaluated.new {
        Ok(Some(new)) => new.size,
        _ => evaluated.old_size,
    };
    transaction::check_size(evaluated.iter().map(size).sum())?;
    let conflicts = |write: &Result<Write<'_>, _>| write.as_ref().is_ok_and(|write| write.conflicts(context));
    if !writes.iter().any(conflicts) {
        return Ok(evaluated);
    }
    let reasons = reasons(input, writes, &evaluated).into_iter().zip(writes);
    let reasons =
        reasons.map(|(reason, write)| if conflicts(write) { cancellation::conflict() } else { reason });
    Err(cancelled(reasons.collect()).into())
}

/// The writes, where all of them can be applied.
fn applicable<'w>(
    input: &TransactWriteItemsInput,
    writes: Vec<Result<Write<'w>, Box<Rejection>>>,
    evaluated: &[Evaluated],
) -> Result<Vec<Write<'w>>, Failure> {
    if writes.iter().any(Result::is_err) || evaluated.iter().any(|evaluated| evaluated.new.is_err()) {
        return Err(cancelled(reasons(input, &writes, evaluated)).into());
    }
    Ok(writes.into_iter().flatten().collect())
}

/// The token, and the digest of what it stands for.
fn token(input: &TransactWriteItemsInput) -> Result<Option<(&str, [u8; 16])>, Failure> {
    let Some(token) = &input.client_request_token else { return Ok(None) };
    Ok(Some((token, digest(input)?)))
}

/// Why each action was, or was not, a cause of the cancellation.
fn reasons(
    input: &TransactWriteItemsInput,
    writes: &[Result<Write<'_>, Box<Rejection>>],
    evaluated: &[Evaluated],
) -> Vec<CancellationReason> {
    let mut evaluated = evaluated.iter();
    let reason = |(action, write): (&TransactWriteItem, &Result<_, Box<Rejection>>)| match write {
        Err(rejection) => cancellation::invalid(Rejection::clone(rejection)),
        Ok(_) => match evaluated.next() {
            Some(Evaluated { new: Err(Refusal::Condition), old, .. }) => CancellationReason {
                code: "ConditionalCheckFailed".to_owned(),
                message: Some(CONDITION_FAILED.to_owned()),
                item: shown(old.clone(), on_failure(action)),
            },
            Some(Evaluated { new: Err(Refusal::Collection), .. }) => cancellation::collection_too_large(),
            Some(Evaluated { new: Err(Refusal::Invalid(rejection)), .. }) => {
                cancellation::invalid(Rejection::clone(rejection))
            }
            _ => cancellation::none(),
        },
    };
    input.transact_items.iter().zip(writes).map(reason).collect()
}

/// Checks what depends on no table; the contents of the actions' items, where they have one.
fn check(input: &TransactWriteItemsInput) -> Result<Vec<Option<Content<'_>>>, Failure> {
    let actions = input.transact_items.len();
    transaction::check_count(actions)?;
    if let Some(token) = &input.client_request_token
        && !(1..=MAX_TOKEN).contains(&token.len())
    {
        let wanted = if token.is_empty() {
            "have length greater than or equal to 1"
        } else {
            "have length less than or equal to 36"
        };
        return Err(constraint(token, "clientRequestToken", wanted).into());
    }
    let mut contents = Vec::with_capacity(actions);
    for action in &input.transact_items {
        contents.push(match action {
            TransactWriteItem::Put(put) => Some(check::content(&put.item)?),
            TransactWriteItem::ConditionCheck(check) => check::key_values(&check.key).map(|()| None)?,
            TransactWriteItem::Delete(delete) => check::key_values(&delete.key).map(|()| None)?,
            TransactWriteItem::Update(update) => {
                check::update(&update.update_expression)?;
                check::key_values(&update.key).map(|()| None)?
            }
        });
        if let Some(condition) = condition(action) {
            check::condition(condition, "ConditionExpression")?;
        }
    }
    Ok(contents)
}

/// The tables that the actions name.
fn tables<'a>(
    input: &'a TransactWriteItemsInput,
    contents: &[Option<Content<'_>>],
    context: &Context<'_>,
) -> Result<BTreeMap<&'a str, Arc<Table>>, Failure> {
    let mut tables = BTreeMap::new();
    for (position, name) in input.transact_items.iter().map(TransactWriteItem::table_name).enumerate() {
        if tables.contains_key(name) {
            continue;
        }
        match table(context, name) {
            Ok(table) => tables.insert(name, table),
            Err(missing) => {
                // An item that was named twice before it is told instead.
                writes(&input.transact_items[..position], &contents[..position], &tables)?;
                return Err(missing);
            }
        };
    }
    Ok(tables)
}

/// The writes, each of another item, or why one does not fit its table.
fn writes<'a>(
    actions: &'a [TransactWriteItem],
    contents: &[Option<Content<'_>>],
    tables: &'a BTreeMap<&str, Arc<Table>>,
) -> Result<Vec<Result<Write<'a>, Box<Rejection>>>, Failure> {
    let mut writes = Vec::with_capacity(actions.len());
    for (action, content) in actions.iter().zip(contents) {
        let (table, condition) = (&tables[action.table_name()], condition(action));
        writes.push(match (action, content) {
            (TransactWriteItem::Put(_), Some(content)) => Write::put(table, content, condition),
            (TransactWriteItem::Put(_), None) => return Err(internal("an item was not checked").into()),
            (TransactWriteItem::ConditionCheck(check), _) => {
                Write::check(table, &check.key, &check.condition_expression)
            }
            (TransactWriteItem::Delete(delete), _) => Write::delete(table, &delete.key, condition),
            (TransactWriteItem::Update(update), _) => {
                Write::update(table, &update.key, &update.update_expression, condition)
            }
        });
    }
    transaction::check_distinct(writes.iter().flatten().map(|write| (write.table.id, &write.place)))?;
    Ok(writes)
}

/// The answer to a transaction that was applied before: it is only told what reading its items cost, and not limited.
fn replayed(
    input: &TransactWriteItemsInput,
    contents: Vec<Option<Content<'_>>>,
    context: &Context<'_>,
) -> Result<TransactWriteItemsOutput, Failure> {
    let tables = tables(input, &contents, context)?;
    let writes = writes(&input.transact_items, &contents, &tables)?;
    let mut costs = Costs::default();
    for write in writes.iter().flatten() {
        let found = context.transaction.item(write.table.id, &write.place)?;
        let units = Units::read(found.map_or(0, |found| found.size), Consistency::Strong);
        costs.add(write.table, Cost::from(units).in_transaction());
    }
    let consumed_capacity = costs.consumed_in_transaction(input.return_consumed_capacity, Direction::Read);
    Ok(TransactWriteItemsOutput { consumed_capacity, ..TransactWriteItemsOutput::default() })
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

/// Tells transactions apart: by their actions, and not by what else is asked for.
fn digest(input: &TransactWriteItemsInput) -> Result<[u8; 16], Failure> {
    let mut digest = Digest::new();
    for action in &input.transact_items {
        let written = match action {
            // Items need not be written once more.
            TransactWriteItem::Put(TransactPut {
                table_name,
                item,
                condition_expression,
                return_values_on_condition_check_failure,
            }) => {
                digest.part(table_name.as_bytes());
                digest.part(item.as_bytes());
                let rest = (condition_expression, return_values_on_condition_check_failure);
                serde_json::to_writer(&mut digest, &rest)
            }
            other => serde_json::to_writer(&mut digest, other),
        };
        written.map_err(|error| internal(format!("the transaction cannot be compared: {error}")))?;
    }
    Ok(digest.finish())
}

#[cfg(test)]
mod tests;
