//! PartiQL: statements on items, alone, in a batch or in a transaction.
//!
//! Statements name tables as the service does: a `Db`'s prefix and overrides do not apply to them. Where a `Db` has views,
//! statements that write to their tables are refused, since views would not see it. In a plan, a statement waits for
//! everything before it, and everything after it waits for the statement.
//!
//! See [PartiQL](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).

use serde::de::DeserializeOwned;

use super::settle::{decode, unexpected};
use super::{Misfit, Of, Operation, Settle, Settled, Task, call, invalid_call};
use crate::api::{
    BatchExecuteStatementInput, BatchStatementError, BatchStatementRequest, ExecuteStatementInput,
    ExecuteTransactionInput, ParameterizedStatement, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure,
};
use crate::error::Error;
use crate::request::{Request, Response};
use crate::table::Tables;
use crate::value::AttributeValue;
use crate::wire::WireError;

/// A PartiQL statement. Run as it is, it writes and answers nothing; [`Statement::items`] makes it answer items.
///
/// ```
/// # use dynochemy_core::{Table, operation::Statement};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, seen: u64 }
/// let count = Statement::new(r#"UPDATE "visits" SET seen = seen + ? WHERE "user" = ?"#).parameter(1).parameter("ann");
/// let visits = Statement::new(r#"SELECT * FROM "visits" WHERE "user" = ?"#).parameter("ann").items::<Visit>();
/// # let _ = (count, visits);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a statement does nothing until it is run or added to a Solvent"]
pub struct Statement {
    text: String,
    parameters: Vec<AttributeValue>,
    consistent_read: bool,
    on_failure: ReturnValuesOnConditionCheckFailure,
}

impl Statement {
    /// A statement.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The value of the next `?`.
    pub fn parameter(mut self, value: impl Into<AttributeValue>) -> Self {
        self.parameters.push(value.into());
        self
    }

    /// Sees every write that was acknowledged before, at twice the read capacity.
    pub fn consistent(mut self) -> Self {
        self.consistent_read = true;
        self
    }

    /// Tells the item that failed a write's condition: [`Error::failed_item`].
    pub fn return_failed_item(mut self) -> Self {
        self.on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
        self
    }

    /// Answers items: those that it reads, over all pages, or those that a write returns (`RETURNING ALL OLD *`).
    pub fn items<T>(self) -> StatementItems<T> {
        StatementItems { statement: self, limit: None, page_size: None, of: Of::default() }
    }

    /// Up to 25 statements on one item each, all reads or all writes, each of which may fail on its own.
    pub fn batch<T>(statements: impl IntoIterator<Item = Self>) -> StatementBatch<T> {
        StatementBatch { statements: statements.into_iter().collect(), of: Of::default() }
    }

    /// Up to 100 statements on one item each, all reads or all writes, all of which are carried out or none. Writes go
    /// under a token, so that an attempt whose answer was lost is repeated without being applied twice.
    pub fn transaction<T>(statements: impl IntoIterator<Item = Self>) -> StatementTransaction<T> {
        StatementTransaction { statements: statements.into_iter().collect(), of: Of::default() }
    }

    fn on_failure(&self) -> Option<ReturnValuesOnConditionCheckFailure> {
        Some(self.on_failure).filter(|asked| *asked != ReturnValuesOnConditionCheckFailure::None)
    }

    fn input(self) -> ExecuteStatementInput {
        ExecuteStatementInput {
            return_values_on_condition_check_failure: self.on_failure(),
            statement: self.text,
            parameters: self.parameters,
            consistent_read: self.consistent_read.then_some(true),
            return_consumed_capacity: ReturnConsumedCapacity::Total,
            ..ExecuteStatementInput::default()
        }
    }
}

impl Operation for Statement {
    type Output = ();

    fn into_task(self, _tables: &mut Tables) -> Result<Task, Error> {
        let request = Request::from(self.input());
        if request.is_read() {
            let problem = "it reads items, which would be lost; take them by `.items::<T>()`";
            return Err(invalid_call(&request, WireError::new(problem)));
        }
        call::task(request)
    }
}

/// A statement that answers items.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is run or added to a Solvent"]
pub struct StatementItems<T> {
    statement: Statement,
    limit: Option<u64>,
    page_size: Option<u32>,
    of: Of<T>,
}

impl<T> StatementItems<T> {
    /// Answers this many items at most.
    pub fn limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self
    }

    /// Reads this many items at most for one page of the service, before the condition (DynamoDB's `Limit`).
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = Some(items);
        self
    }
}

impl<T: DeserializeOwned> Operation for StatementItems<T> {
    type Output = Vec<T>;

    fn into_task(self, _tables: &mut Tables) -> Result<Task, Error> {
        let Self { statement, limit, page_size, .. } = self;
        let input = Box::new(ExecuteStatementInput { limit: page_size, ..statement.input() });
        Ok(Task::Statement { input, limit })
    }
}

/// Statements of which each may fail on its own.
#[derive(Clone, Debug)]
#[must_use = "a batch does nothing until it is run or added to a Solvent"]
pub struct StatementBatch<T> {
    statements: Vec<Statement>,
    of: Of<T>,
}

/// What each statement of a batch answered: the item that it read, where that exists, or why it was not carried out. A
/// statement that was throttled is among these; the batch is not sent again for it.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementAnswers<T>(pub Vec<Result<Option<T>, BatchStatementError>>);

impl<T: DeserializeOwned> Operation for StatementBatch<T> {
    type Output = StatementAnswers<T>;

    fn into_task(self, _tables: &mut Tables) -> Result<Task, Error> {
        let statements = self.statements.into_iter().map(|statement| BatchStatementRequest {
            return_values_on_condition_check_failure: statement.on_failure(),
            statement: statement.text,
            parameters: statement.parameters,
            consistent_read: statement.consistent_read.then_some(true),
        });
        let request = Request::from(BatchExecuteStatementInput {
            statements: statements.collect(),
            return_consumed_capacity: ReturnConsumedCapacity::Total,
        });
        call::task(request)
    }
}

impl<T: DeserializeOwned> Settle for StatementAnswers<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        let response = match settled {
            Settled::Response(response) => *response,
            other => return Err(unexpected(other)),
        };
        let Response::BatchExecuteStatement(output) = response else {
            return Err(unexpected(Settled::Response(Box::new(response))));
        };
        let answers = output.responses.into_iter().enumerate().map(|(index, answer)| match answer.error {
            Some(error) => Ok(Err(error)),
            None => answer.item.map(|item| decode(index, item)).transpose().map(Ok),
        });
        answers.collect::<Result<_, _>>().map(Self)
    }
}

/// Statements that are carried out all or not at all. It answers the items that were read, by position, each where it
/// exists; writes answer none.
#[derive(Clone, Debug)]
#[must_use = "a transaction does nothing until it is run or added to a Solvent"]
pub struct StatementTransaction<T> {
    statements: Vec<Statement>,
    of: Of<T>,
}

impl<T: DeserializeOwned> Operation for StatementTransaction<T> {
    type Output = Vec<Option<T>>;

    fn into_task(self, _tables: &mut Tables) -> Result<Task, Error> {
        let statements = self.statements.into_iter().map(|statement| ParameterizedStatement {
            return_values_on_condition_check_failure: statement.on_failure(),
            statement: statement.text,
            parameters: statement.parameters,
        });
        let request = Request::from(ExecuteTransactionInput {
            transact_statements: statements.collect(),
            return_consumed_capacity: ReturnConsumedCapacity::Total,
            ..ExecuteTransactionInput::default()
        });
        call::task(request)
    }
}
