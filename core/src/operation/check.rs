//! Checking a condition without writing.

use std::marker::PhantomData;

use super::{Operation, Task, invalid};
use crate::api::ReturnValuesOnConditionCheckFailure;
use crate::error::Error;
use crate::expression::Condition;
use crate::key::Key;
use crate::path::Predicate;
use crate::table::{TableRef, Tables};
use crate::wire::WireError;

/// Checks that a condition holds of one item, without writing it: of no item, where there is none. Alone it is a
/// transaction of one; its use is in a [`TransactWrite`](super::TransactWrite), whose writes then depend on it.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Check<T> {
    table: TableRef,
    key: Result<Key, WireError>,
    condition: Result<Condition, WireError>,
    on_failure: ReturnValuesOnConditionCheckFailure,
    of: PhantomData<fn() -> T>,
}

impl<T> Check<T> {
    pub(crate) fn new(table: TableRef, key: Result<Key, WireError>, condition: Predicate<T>) -> Self {
        let condition = condition.into_condition();
        Self { table, key, condition, on_failure: ReturnValuesOnConditionCheckFailure::None, of: PhantomData }
    }

    /// Tells the item that failed the condition: [`Error::failed_item`].
    pub fn return_failed_item(mut self) -> Self {
        self.on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
        self
    }
}

impl<T> Operation for Check<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, key, condition, on_failure, .. } = self;
        let key = key.map_err(|problem| invalid(&table, "check", None, problem))?;
        match condition {
            Ok(condition) => Ok(Task::Check {
                table: tables.intern(table),
                key,
                condition: Box::new(condition),
                on_failure,
            }),
            Err(problem) => Err(invalid(&table, "check", Some(key), problem)),
        }
    }
}
