//! The bodies of [TransactGetItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html).

use crate::api::{TransactGetItemsInput, TransactGetItemsOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::{array, object};
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &TransactGetItemsInput) {
    object(out, |members| {
        array(members.member("TransactItems"), &input.transact_items, |out, action| {
            let mut expressions = Expressions::default();
            object(out, |members| {
                members.object("Get", |members| {
                    members.text("TableName", &action.get.table_name);
                    members.key("Key", &action.get.key);
                    expressions.projection(members, &action.get.projection_expression);
                    expressions.write(members);
                });
            });
        });
        members.return_consumed_capacity(input.return_consumed_capacity);
    });
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<TransactGetItemsOutput, JsonError> {
    let mut output = TransactGetItemsOutput::default();
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
