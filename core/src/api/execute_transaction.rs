//! [ExecuteTransaction](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html): up to
//! 100 PartiQL statements on one item each, all reads or all writes, all or none of which are carried out.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, ItemResponse, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use crate::value::AttributeValue;

/// What ExecuteTransaction is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExecuteTransactionInput {
    /// The statements.
    pub transact_statements: Vec<ParameterizedStatement>,
    /// Makes the call idempotent for ten minutes; at most 36 characters.
    pub client_request_token: Option<String>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
}

/// A statement of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ParameterizedStatement {
    /// The statement; it names tables as the service does.
    pub statement: String,
    /// The values of its `?`, in their order.
    pub parameters: Vec<AttributeValue>,
    /// What the reason holds where a write's condition fails.
    pub return_values_on_condition_check_failure: Option<ReturnValuesOnConditionCheckFailure>,
}

/// What ExecuteTransaction answers. Why a transaction was cancelled stands in
/// [`Rejection::cancellation_reasons`](crate::Rejection::cancellation_reasons).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExecuteTransactionOutput {
    /// An answer to each read, in their order.
    pub responses: Vec<ItemResponse>,
    /// The cost on each table, where it was asked for.
    pub consumed_capacity: Vec<ConsumedCapacity>,
}
