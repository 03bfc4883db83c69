//! The answer of [ExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html).

use crate::api::ExecuteStatementOutput;
use crate::http::answer::Answer;
use crate::json::JsonError;

pub(super) fn read(answer: &mut Answer<'_>) -> Result<ExecuteStatementOutput, JsonError> {
    let mut output = ExecuteStatementOutput::default();
    answer.members(|name, answer| {
        match name {
            "Items" => output.items = answer.items()?,
            "NextToken" => output.next_token = Some(answer.text()?),
            "ConsumedCapacity" => output.consumed_capacity = Some(answer.consumed_capacity()?),
            "LastEvaluatedKey" => output.last_evaluated_key = Some(answer.item_copy()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
