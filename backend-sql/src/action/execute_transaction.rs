//! [ExecuteTransaction](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html): up to
//! 100 PartiQL statements on one item each, all reads or all writes, all or none of which are carried out.
//!
//! They become the actions of a TransactGetItems or TransactWriteItems call, `EXISTS(SELECT ..)` one that checks. What a
//! statement lacks whatever its table refuses the call; what it lacks in its table is a reason of the cancellation.

use std::sync::Arc;

use dynochemy_core::api::{
    ExecuteTransactionInput, ExecuteTransactionOutput, ItemResponse, TransactGetItemsInput,
    TransactWriteItemsInput,
};
use dynochemy_core::{CancellationReason, Rejection};

use super::statement::{self, OneItem, Operation, is_key_type};
use super::{cancellation, transact_get_items, transact_write_items};
use crate::backend::Context;
use crate::check;
use crate::failure::{DUPLICATE_ITEM, Failure, cancelled, constraint, validation};
use crate::partiql::{Column, Statement};
use crate::storage::Table;

const MAX_STATEMENTS: usize = 100;

pub(super) fn answer(
    input: &ExecuteTransactionInput,
    context: &Context<'_>,
) -> Result<ExecuteTransactionOutput, Failure> {
    let count = input.transact_statements.len();
    let wanted = match count {
        0 => Some("have length greater than or equal to 1"),
        1..=MAX_STATEMENTS => None,
        _ => Some("have length less than or equal to 100"),
    };
    if let Some(wanted) = wanted {
        let shown = if count == 0 { "[]".to_owned() } else { format!("[{count} statements]") };
        return Err(constraint(shown, "transactStatements", wanted).into());
    }
    let (statements, kind) = parsed(input)?;
    let names: Vec<String> = statements.iter().map(|statement| statement.table().to_owned()).collect();
    let prepared = prepared(statements, context)?;
    let fits = prepared.iter().all(Result::is_ok);
    let mut output = match kind {
        Kind::Reads if fits => reads(input, prepared.into_iter().flatten().collect(), context)?,
        Kind::Writes if fits => writes(input, prepared.into_iter().flatten().collect(), context)?,
        kind => return Err(misfit(input, prepared, kind, context)),
    };
    for consumed in &mut output.consumed_capacity {
        // A table that was named in full is told so.
        let is_named =
            |name: &&String| super::resource_name::table_in(name) == Some(consumed.table_name.as_str());
        if let Some(name) = names.iter().find(is_named) {
            consumed.table_name.clone_from(name);
        }
    }
    Ok(output)
}

/// What all statements of a transaction do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Reads,
    Writes,
}

/// The statements, as far as they can be told from their texts.
fn parsed(input: &ExecuteTransactionInput) -> Result<(Vec<Statement>, Kind), Box<Rejection>> {
    let at = |position: usize, problem: &str| {
        validation(format!("Validation failed in TransactStatements[{position}]: {problem}"))
    };
    let mut statements = Vec::with_capacity(input.transact_statements.len());
    for (position, request) in input.transact_statements.iter().enumerate() {
        let member = format!("transactStatements.{}.member.statement", position + 1);
        let statement =
            statement::parse(&member, &request.statement, &request.parameters).map_err(|rejection| {
                if rejection.message.starts_with("1 validation error") {
                    return rejection;
                }
                at(position, &rejection.message)
            })?;
        if statement.returns() {
            return Err(at(position, "RETURNING clause is not supported in ExecuteTransaction."));
        }
        statements.push(statement);
    }
    let is_read = |statement: &Statement| matches!(statement, Statement::Select(_));
    let kind = if statements.iter().all(is_read) { Kind::Reads } else { Kind::Writes };
    if kind == Kind::Writes && statements.iter().any(is_read) {
        return Err(validation(
            "ExecuteTransaction API does not support both read and write operations in the same request.",
        ));
    }
    for (position, statement) in statements.iter().enumerate() {
        if let Statement::Select(select) | Statement::Exists(select) = statement {
            if select.index.is_some() {
                return Err(at(position, "Reads on indices are not supported within transactions."));
            }
            if select.condition.is_none() {
                return Err(at(position, UNKEYED));
            }
        }
    }
    Ok((statements, kind))
}

const UNKEYED: &str =
    "Select statements within ExecuteTransaction must specify the primary key in the where clause.";

/// A statement and its table, or why it does not fit it.
type Prepared = Result<(OneItem, Arc<Table>), CancellationReason>;

/// What each statement does to its item.
fn prepared(statements: Vec<Statement>, context: &Context<'_>) -> Result<Vec<Prepared>, Failure> {
    let mut prepared = Vec::with_capacity(statements.len());
    for (position, statement) in statements.into_iter().enumerate() {
        let is_select = matches!(statement, Statement::Select(_));
        let is_insert = matches!(statement, Statement::Insert(_));
        let table = match statement::table_of(&statement, context) {
            Ok(table) => table,
            Err(Failure::Refused(rejection)) => {
                prepared.push(Err(cancellation::missing(*rejection)));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let one = OneItem::new(statement, &table);
        let asks_more =
            matches!(&one, Ok(OneItem { operation: Operation::Get { condition: Some(_), .. }, .. }));
        prepared.push(match one {
            Err(rejection) if is_key_type(&rejection) && !is_insert => {
                Err(cancellation::invalid(Rejection { message: check::NO_SUCH_KEY.to_owned(), ..*rejection }))
            }
            Err(_) if is_select => return Err(unkeyed(position)),
            Ok(_) if asks_more => return Err(unkeyed(position)),
            Err(rejection) => Err(cancellation::invalid(*rejection)),
            Ok(one) => Ok((one, table)),
        });
    }
    Ok(prepared)
}

fn unkeyed(position: usize) -> Failure {
    validation(format!("Validation failed in TransactStatements[{position}]: {UNKEYED}")).into()
}

fn reads(
    input: &ExecuteTransactionInput,
    prepared: Vec<(OneItem, Arc<Table>)>,
    context: &Context<'_>,
) -> Result<ExecuteTransactionOutput, Failure> {
    let gets = TransactGetItemsInput {
        transact_items: prepared.iter().map(|(one, table)| one.transact_get(table)).collect(),
        return_consumed_capacity: input.return_consumed_capacity,
    };
    let output = transact_get_items::answer(&gets, context)?;
    let mut responses = Vec::with_capacity(prepared.len());
    for (ItemResponse { item }, (one, _)) in output.responses.into_iter().zip(&prepared) {
        let columns: Option<&[Column]> = match &one.operation {
            Operation::Get { columns, .. } => columns.as_deref(),
            _ => None,
        };
        responses
            .push(ItemResponse { item: item.map(|item| statement::selected(item, columns)).transpose()? });
    }
    Ok(ExecuteTransactionOutput { responses, consumed_capacity: output.consumed_capacity })
}

fn writes(
    input: &ExecuteTransactionInput,
    prepared: Vec<(OneItem, Arc<Table>)>,
    context: &Context<'_>,
) -> Result<ExecuteTransactionOutput, Failure> {
    let is_insert: Vec<bool> = prepared.iter().map(|(one, _)| one.is_insert()).collect();
    let mut writes = TransactWriteItemsInput {
        client_request_token: input.client_request_token.clone(),
        return_consumed_capacity: input.return_consumed_capacity,
        ..TransactWriteItemsInput::default()
    };
    for ((one, table), request) in prepared.into_iter().zip(&input.transact_statements) {
        let on_failure = request.return_values_on_condition_check_failure.unwrap_or_default();
        writes.transact_items.push(one.transact_write(&table, on_failure));
    }
    let output = transact_write_items::answer(&writes, context).map_err(|failure| match failure {
        Failure::Refused(rejection) if !rejection.cancellation_reasons.is_empty() => {
            cancelled(told(rejection.cancellation_reasons, &is_insert)).into()
        }
        other => other,
    })?;
    Ok(ExecuteTransactionOutput { responses: Vec::new(), consumed_capacity: output.consumed_capacity })
}

/// Why a transaction is cancelled of which a statement does not fit its table. What the others would fail by is told beside.
fn misfit(
    input: &ExecuteTransactionInput,
    prepared: Vec<Prepared>,
    kind: Kind,
    context: &Context<'_>,
) -> Failure {
    let mut writes = TransactWriteItemsInput::default();
    let mut is_insert = Vec::new();
    let mut reasons = Vec::with_capacity(prepared.len());
    for (prepared, request) in prepared.into_iter().zip(&input.transact_statements) {
        reasons.push(match prepared {
            Err(reason) => Some(reason),
            Ok(_) if kind == Kind::Reads => Some(cancellation::none()),
            Ok((one, table)) => {
                let on_failure = request.return_values_on_condition_check_failure.unwrap_or_default();
                is_insert.push(one.is_insert());
                writes.transact_items.push(one.transact_write(&table, on_failure));
                None
            }
        });
    }
    let of_others = match transact_write_items::hold(&writes, context) {
        Err(Failure::Refused(rejection)) if rejection.cancellation_reasons.len() == is_insert.len() => {
            told(rejection.cancellation_reasons, &is_insert)
        }
        // An item that is named twice is told before all reasons.
        Err(failure) if !writes.transact_items.is_empty() => return failure,
        _ => vec![cancellation::none(); is_insert.len()],
    };
    let mut of_others = of_others.into_iter();
    let reason = |reason: Option<CancellationReason>| {
        reason.or_else(|| of_others.next()).unwrap_or_else(cancellation::none)
    };
    cancelled(reasons.into_iter().map(reason).collect()).into()
}

/// The reasons of a cancellation, where an INSERT does not fail by a condition but finds its item.
fn told(reasons: Vec<CancellationReason>, is_insert: &[bool]) -> Vec<CancellationReason> {
    let told = |(reason, is_insert): (CancellationReason, &bool)| {
        if !is_insert || reason.code != "ConditionalCheckFailed" {
            return reason;
        }
        CancellationReason {
            code: "DuplicateItem".to_owned(),
            message: Some(DUPLICATE_ITEM.to_owned()),
            ..CancellationReason::default()
        }
    };
    reasons.into_iter().zip(is_insert).map(told).collect()
}

#[cfg(test)]
mod tests;
