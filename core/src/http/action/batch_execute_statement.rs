//! The answer of [BatchExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html).

use crate::api::{BatchExecuteStatementOutput, BatchStatementError, BatchStatementResponse};
use crate::http::answer::Answer;
use crate::json::JsonError;

pub(super) fn read(answer: &mut Answer<'_>) -> Result<BatchExecuteStatementOutput, JsonError> {
    let mut output = BatchExecuteStatementOutput::default();
    answer.members(|name, answer| {
        match name {
            "Responses" => output.responses = answer.list(read_response)?,
            "ConsumedCapacity" => output.consumed_capacity = answer.consumed_capacities()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}

fn read_response(answer: &mut Answer<'_>) -> Result<BatchStatementResponse, JsonError> {
    let mut response = BatchStatementResponse::default();
    answer.members(|name, answer| {
        match name {
            "Error" => response.error = Some(read_error(answer)?),
            "TableName" => response.table_name = Some(answer.text()?),
            "Item" => response.item = Some(answer.item()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(response)
}

fn read_error(answer: &mut Answer<'_>) -> Result<BatchStatementError, JsonError> {
    let mut error = BatchStatementError::default();
    answer.members(|name, answer| {
        match name {
            "Code" => error.code = answer.text()?.into(),
            "Message" => error.message = Some(answer.text()?),
            "Item" => error.item = Some(answer.item()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(error)
}
