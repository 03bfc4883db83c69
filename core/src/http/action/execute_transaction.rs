//! The answer of [ExecuteTransaction](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html).

use crate::api::ExecuteTransactionOutput;
use crate::http::answer::Answer;
use crate::json::JsonError;

pub(super) fn read(answer: &mut Answer<'_>) -> Result<ExecuteTransactionOutput, JsonError> {
    let mut output = ExecuteTransactionOutput::default();
    answer.members(|name, answer| {
        match name {
            "Responses" => output.responses = answer.item_responses()?,
            "ConsumedCapacity" => output.consumed_capacity = answer.consumed_capacities()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
