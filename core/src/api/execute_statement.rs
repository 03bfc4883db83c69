//! [ExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html): carries
//! out one PartiQL statement.

use serde::{Deserialize, Serialize};

use super::{ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use crate::item::{Item, Items};
use crate::value::AttributeValue;

/// What ExecuteStatement is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExecuteStatementInput {
    /// The statement; it names tables as the service does.
    pub statement: String,
    /// The values of its `?`, in their order.
    pub parameters: Vec<AttributeValue>,
    /// Whether every write that was acknowledged before is seen, at twice the cost.
    pub consistent_read: Option<bool>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// What to tell of the cost.
    pub return_consumed_capacity: ReturnConsumedCapacity,
    /// The most items to read for this page, before the condition.
    pub limit: Option<u32>,
    /// What to return where a write's condition fails.
    pub return_values_on_condition_check_failure: Option<ReturnValuesOnConditionCheckFailure>,
}

/// What ExecuteStatement answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExecuteStatementOutput {
    /// The items that were read, or that a write returns.
    pub items: Items,
    /// Where the page ended, where more may follow.
    pub next_token: Option<String>,
    /// The cost, where it was asked for.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// The key of the last item that was read, where more may follow.
    pub last_evaluated_key: Option<Item>,
}
