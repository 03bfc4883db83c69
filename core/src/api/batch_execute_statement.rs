//! [BatchExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html):
//! up to 25 PartiQL statements on one item each, all reads or all writes, each of which may fail.

use serde::{Deserialize, Serialize};

use super::names::names;
use super::{ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use crate::item::Item;
use crate::value::AttributeValue;

/// What BatchExecuteStatement is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchExecuteStatementInput {
    /// The statements.
    pub statements: Vec<BatchStatementRequest>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
}

/// A statement of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchStatementRequest {
    /// The statement; it names tables as the service does.
    pub statement: String,
    /// The values of its `?`, in their order.
    pub parameters: Vec<AttributeValue>,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: Option<bool>,
    /// What to return where a write's condition fails.
    pub return_values_on_condition_check_failure: Option<ReturnValuesOnConditionCheckFailure>,
}

/// What BatchExecuteStatement answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchExecuteStatementOutput {
    /// An answer to each statement, in their order.
    pub responses: Vec<BatchStatementResponse>,
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
}

/// The answer to one statement of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchStatementResponse {
    /// Why it was not carried out.
    pub error: Option<BatchStatementError>,
    /// The table.
    pub table_name: Option<String>,
    /// The item that was read.
    pub item: Option<Item>,
}

/// Why a statement of a batch was not carried out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BatchStatementError {
    /// Why.
    pub code: BatchStatementErrorCode,
    /// In words.
    pub message: Option<String>,
    /// The item that failed the condition, where it was asked for.
    pub item: Option<Item>,
}

names! {
    /// Why a statement of a batch was not carried out (`BatchStatementErrorCodeEnum`).
    BatchStatementErrorCode {
        /// Its condition did not hold.
        ConditionalCheckFailed = "ConditionalCheckFailed",
        /// Its item collection is full.
        ItemCollectionSizeLimitExceeded = "ItemCollectionSizeLimitExceeded",
        /// The account is too busy.
        RequestLimitExceeded = "RequestLimitExceeded",
        /// The statement is wrong.
        ValidationError = "ValidationError",
        /// The table's capacity is used up.
        ProvisionedThroughputExceeded = "ProvisionedThroughputExceeded",
        /// A transaction on the item is under way.
        TransactionConflict = "TransactionConflict",
        /// The table is too busy.
        ThrottlingError = "ThrottlingError",
        /// The service failed.
        InternalServerError = "InternalServerError",
        /// There is no such table.
        ResourceNotFound = "ResourceNotFound",
        /// It is not allowed.
        AccessDenied = "AccessDenied",
        /// An item with this key is there.
        DuplicateItem = "DuplicateItem",
    }
}
