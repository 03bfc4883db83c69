//! [BatchExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html):
//! up to 25 PartiQL statements on one item each, all reads or all writes.
//!
//! Each is carried out by itself, in their order, and has an answer or an error of its own. Only what is wrong with the batch
//! refuses it as a whole: that reads and writes are mixed, or that an item is named twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use dynochemy_core::api::{
    BatchExecuteStatementInput, BatchExecuteStatementOutput, BatchStatementError, BatchStatementErrorCode,
    BatchStatementRequest, BatchStatementResponse,
};
use dynochemy_core::{AttributeValue, Rejection};

use super::statement::{self, EXISTS, OneItem, Options, add_consumed};
use crate::backend::Context;
use crate::failure::{Failure, constraint, validation};
use crate::partiql::{Select, Statement};
use crate::storage::Table;

const MAX_STATEMENTS: usize = 25;

pub(super) fn answer(
    input: &BatchExecuteStatementInput,
    context: &Context<'_>,
) -> Result<BatchExecuteStatementOutput, Failure> {
    let count = input.statements.len();
    let wanted = match count {
        0 => Some("have length greater than or equal to 1"),
        1..=MAX_STATEMENTS => None,
        _ => Some("have length less than or equal to 25"),
    };
    if let Some(wanted) = wanted {
        let shown = if count == 0 { "[]".to_owned() } else { format!("[{count} statements]") };
        return Err(constraint(shown, "statements", wanted).into());
    }
    let parsed = parsed(input)?;
    let mut prepared = Vec::with_capacity(count);
    for statement in parsed {
        prepared.push(match statement {
            Ok(statement) => prepare(statement, context)?,
            Err(rejection) => Prepared { table_name: None, work: Err(rejection) },
        });
    }
    check_distinct(&prepared)?;

    // One commit, whatever becomes of each.
    context.transaction.expect_writes()?;
    let mut output = BatchExecuteStatementOutput::default();
    for (Prepared { table_name, work }, request) in prepared.into_iter().zip(&input.statements) {
        let done = match work {
            Ok((one, table)) => carry_out(one, &table, request, input, context),
            Err(rejection) => Err(rejection.into()),
        };
        let response = match done {
            Ok(carried_out) => {
                if let (Some(mut consumed), Some(name)) = (carried_out.consumed_capacity, &table_name) {
                    consumed.table_name.clone_from(name);
                    add_consumed(&mut output.consumed_capacity, consumed);
                }
                BatchStatementResponse { item: carried_out.item, ..BatchStatementResponse::default() }
            }
            Err(Failure::Refused(rejection)) if rejection.status < 500 => {
                BatchStatementResponse { error: Some(error(*rejection)), ..BatchStatementResponse::default() }
            }
            Err(failure) => return Err(failure),
        };
        // Of a statement that is wrong, its table is not told.
        let is_wrong = response
            .error
            .as_ref()
            .is_some_and(|error| error.code == BatchStatementErrorCode::ValidationError);
        let table_name = table_name.filter(|_| !is_wrong);
        output.responses.push(BatchStatementResponse { table_name, ..response });
    }
    output.consumed_capacity.sort_by(|one, other| one.table_name.cmp(&other.table_name));
    Ok(output)
}

fn carry_out(
    one: OneItem,
    table: &Table,
    request: &BatchStatementRequest,
    input: &BatchExecuteStatementInput,
    context: &Context<'_>,
) -> Result<statement::CarriedOut, Failure> {
    let options = Options {
        consistent_read: request.consistent_read.unwrap_or(false),
        on_failure: request.return_values_on_condition_check_failure.unwrap_or_default(),
        tell: input.return_consumed_capacity,
    };
    one.carry_out(table, &options, context)
}

/// The statements, all of which read or write, or why one is none.
fn parsed(
    input: &BatchExecuteStatementInput,
) -> Result<Vec<Result<Statement, Box<Rejection>>>, Box<Rejection>> {
    let parse = |(position, request): (usize, &BatchStatementRequest)| {
        let parameters: &[AttributeValue] = &request.parameters;
        let member = format!("statements.{}.member.statement", position + 1);
        match statement::parse(&member, &request.statement, parameters)? {
            Statement::Exists(_) => Err(validation(EXISTS)),
            statement => Ok(statement),
        }
    };
    let statements: Vec<_> = input.statements.iter().enumerate().map(parse).collect();
    let reads = || statements.iter().flatten().map(|statement| matches!(statement, Statement::Select(_)));
    if reads().any(|reads| reads) && reads().any(|reads| !reads) {
        return Err(validation("Read and write requests together in the same batch is not supported."));
    }
    Ok(statements)
}

/// A statement and its table, or why it cannot be carried out.
struct Prepared {
    /// As the statement names it.
    table_name: Option<String>,
    work: Result<(OneItem, Arc<Table>), Box<Rejection>>,
}

fn prepare(statement: Statement, context: &Context<'_>) -> Result<Prepared, Failure> {
    if matches!(&statement, Statement::Select(select) if names_no_item(select)) {
        return Ok(Prepared { table_name: None, work: Err(validation(UNKEYED)) });
    }
    let table_name = Some(statement.table().to_owned());
    let table = match statement::table_of(&statement, context) {
        Ok(table) => table,
        Err(Failure::Refused(missing)) => return Ok(Prepared { table_name, work: Err(missing) }),
        Err(failure) => return Err(failure),
    };
    let is_select = matches!(statement, Statement::Select(_));
    Ok(match OneItem::new(statement, &table) {
        Ok(one) => Prepared { table_name, work: Ok((one, table)) },
        Err(_) if is_select => Prepared { table_name: None, work: Err(validation(UNKEYED)) },
        Err(rejection) => Prepared { table_name, work: Err(rejection) },
    })
}

const UNKEYED: &str =
    "Select statements within BatchExecuteStatement must specify the primary key in the where clause.";

/// Whether it is plain that a SELECT is about no item of its table.
fn names_no_item(select: &Select) -> bool {
    select.index.is_some() || select.condition.is_none()
}

fn check_distinct(prepared: &[Prepared]) -> Result<(), Box<Rejection>> {
    let mut seen = BTreeSet::new();
    for (one, table) in prepared.iter().filter_map(|prepared| prepared.work.as_ref().ok()) {
        if !seen.insert((table.id, one.key.identity())) {
            return Err(validation("Provided list of item keys contains duplicates"));
        }
    }
    Ok(())
}

/// Why a statement was not carried out, as the batch tells it.
fn error(rejection: Rejection) -> BatchStatementError {
    use BatchStatementErrorCode as Code;
    let code = match rejection.code.as_str() {
        "ConditionalCheckFailedException" => Code::ConditionalCheckFailed,
        "DuplicateItemException" => Code::DuplicateItem,
        "ItemCollectionSizeLimitExceededException" => Code::ItemCollectionSizeLimitExceeded,
        "ProvisionedThroughputExceededException" => Code::ProvisionedThroughputExceeded,
        "RequestLimitExceeded" => Code::RequestLimitExceeded,
        "ResourceNotFoundException" => Code::ResourceNotFound,
        "ThrottlingException" => Code::ThrottlingError,
        "TransactionConflictException" => Code::TransactionConflict,
        _ => Code::ValidationError,
    };
    BatchStatementError { code, message: Some(rejection.message), item: rejection.item }
}

#[cfg(test)]
mod tests;
