//! The bodies of [UpdateItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html).

use crate::api::{UpdateItemInput, UpdateItemOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &UpdateItemInput) {
    let mut expressions = Expressions::default();
    object(out, |members| {
        members.text("TableName", &input.table_name);
        members.key("Key", &input.key);
        expressions.update(members, &input.update_expression);
        expressions.condition(members, "ConditionExpression", input.condition_expression.as_ref());
        expressions.write(members);
        members.return_values(input.return_values);
        members.return_values_on_failure(input.return_values_on_condition_check_failure);
        members.return_consumed_capacity(input.return_consumed_capacity);
        members.return_item_collection_metrics(input.return_item_collection_metrics);
        members.legacy(input.legacy.as_deref());
    });
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<UpdateItemOutput, JsonError> {
    let mut output = UpdateItemOutput::default();
    answer.members(|name, answer| {
        match name {
            "Attributes" => output.attributes = Some(answer.item()?),
            "ConsumedCapacity" => output.consumed_capacity = Some(answer.consumed_capacity()?),
            "ItemCollectionMetrics" => {
                output.item_collection_metrics = Some(answer.item_collection()?.into())
            }
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
