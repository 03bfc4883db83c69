//! The inputs of the actions that carry out PartiQL.
//!
//! See [PartiQL for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).

use super::actions::{CONSUMED, COUNT, FLAG, ON_FAILURE, optional, required, structures};
use super::{Shape, Structure};

/// As [`shape`](super::shape), of these actions.
pub(super) fn shape(action: &str) -> Option<&'static Structure> {
    Some(match action {
        "BatchExecuteStatement" => &BATCH_EXECUTE_STATEMENT,
        "ExecuteStatement" => &EXECUTE_STATEMENT,
        "ExecuteTransaction" => &EXECUTE_TRANSACTION,
        _ => return None,
    })
}

const STATEMENT: Shape = Shape::Length(1, 8192);
const PARAMETERS: Shape = Shape::List(1, &Shape::Value);

structures! {
    EXECUTE_STATEMENT = "ExecuteStatementInput" {
        required "Statement": STATEMENT,
        optional "Parameters": PARAMETERS,
        optional "ConsistentRead": FLAG,
        optional "NextToken": Shape::Length(1, 32_768),
        optional "ReturnConsumedCapacity": CONSUMED,
        optional "Limit": COUNT,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    BATCH_EXECUTE_STATEMENT = "BatchExecuteStatementInput" {
        required "Statements": Shape::List(1, &Shape::Structure(&BATCH_STATEMENT)),
        optional "ReturnConsumedCapacity": CONSUMED,
    }
    BATCH_STATEMENT = "BatchStatementRequest" {
        required "Statement": STATEMENT,
        optional "Parameters": PARAMETERS,
        optional "ConsistentRead": FLAG,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
    EXECUTE_TRANSACTION = "ExecuteTransactionInput" {
        required "TransactStatements": Shape::List(1, &Shape::Structure(&TRANSACT_STATEMENT)),
        optional "ClientRequestToken": Shape::Length(1, 36),
        optional "ReturnConsumedCapacity": CONSUMED,
    }
    TRANSACT_STATEMENT = "ParameterizedStatement" {
        required "Statement": STATEMENT,
        optional "Parameters": PARAMETERS,
        optional "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    }
}
