//! Inputs with PartiQL: their parameters are attribute values.

use dynochemy_core::AttributeValue;
use dynochemy_core::api::{
    BatchExecuteStatementInput, BatchStatementRequest, ExecuteStatementInput, ExecuteTransactionInput,
    ParameterizedStatement, ReturnValuesOnConditionCheckFailure,
};
use dynochemy_core::json::{self, Reader};

use crate::wire::input::{Fault, count, list, members};
use crate::wire::shape::flag;
use crate::wire::value;

pub(super) fn execute_statement(reader: &mut Reader<'_>) -> Result<ExecuteStatementInput, Fault> {
    let mut input = ExecuteStatementInput::default();
    let statement = Statement::read(reader, |name, reader| {
        match name {
            "NextToken" => input.next_token = Some(reader.string()?.into_owned()),
            "ReturnConsumedCapacity" => input.return_consumed_capacity = json::read(reader)?,
            "Limit" => input.limit = Some(count(reader)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(ExecuteStatementInput {
        statement: statement.text,
        parameters: statement.parameters,
        consistent_read: statement.consistent_read,
        return_values_on_condition_check_failure: statement.on_failure,
        ..input
    })
}

pub(super) fn batch_execute_statement(reader: &mut Reader<'_>) -> Result<BatchExecuteStatementInput, Fault> {
    let mut input = BatchExecuteStatementInput::default();
    members(reader, |name, reader| {
        match name {
            "Statements" => {
                input.statements = list(reader, |reader| {
                    let statement = Statement::read(reader, |_, _| Ok(false))?;
                    Ok(BatchStatementRequest {
                        statement: statement.text,
                        parameters: statement.parameters,
                        consistent_read: statement.consistent_read,
                        return_values_on_condition_check_failure: statement.on_failure,
                    })
                })?;
            }
            "ReturnConsumedCapacity" => input.return_consumed_capacity = json::read(reader)?,
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}

pub(super) fn execute_transaction(reader: &mut Reader<'_>) -> Result<ExecuteTransactionInput, Fault> {
    let mut input = ExecuteTransactionInput::default();
    members(reader, |name, reader| {
        match name {
            "TransactStatements" => {
                input.transact_statements = list(reader, |reader| {
                    let statement = Statement::read(reader, |_, _| Ok(false))?;
                    Ok(ParameterizedStatement {
                        statement: statement.text,
                        parameters: statement.parameters,
                        return_values_on_condition_check_failure: statement.on_failure,
                    })
                })?;
            }
            "ClientRequestToken" => input.client_request_token = Some(reader.string()?.into_owned()),
            "ReturnConsumedCapacity" => input.return_consumed_capacity = json::read(reader)?,
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    Ok(input)
}

/// What the inputs have in common.
#[derive(Default)]
struct Statement {
    text: String,
    parameters: Vec<AttributeValue>,
    consistent_read: Option<bool>,
    on_failure: Option<ReturnValuesOnConditionCheckFailure>,
}

impl Statement {
    /// Reads the object that comes next; `other` takes the members that it has beside these, and says whether it did.
    fn read<'a>(
        reader: &mut Reader<'a>,
        mut other: impl FnMut(&str, &mut Reader<'a>) -> Result<bool, Fault>,
    ) -> Result<Self, Fault> {
        let mut statement = Self::default();
        members(reader, |name, reader| {
            match name {
                "Statement" => statement.text = reader.string()?.into_owned(),
                "Parameters" => statement.parameters = list(reader, value::value)?,
                "ConsistentRead" => statement.consistent_read = Some(flag(reader)?),
                "ReturnValuesOnConditionCheckFailure" => statement.on_failure = Some(json::read(reader)?),
                name => {
                    if !other(name, reader)? {
                        reader.skip()?;
                    }
                }
            }
            Ok(())
        })?;
        Ok(statement)
    }
}
