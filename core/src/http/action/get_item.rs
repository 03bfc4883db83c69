//! The bodies of [GetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html).

use crate::api::{GetItemInput, GetItemOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &GetItemInput) {
    let mut expressions = Expressions::default();
    object(out, |members| {
        members.text("TableName", &input.table_name);
        members.key("Key", &input.key);
        members.consistent_read(input.consistent_read);
        expressions.projection(members, &input.projection_expression);
        expressions.write(members);
        members.return_consumed_capacity(input.return_consumed_capacity);
        members.legacy(input.legacy.as_deref());
    });
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<GetItemOutput, JsonError> {
    let mut output = GetItemOutput::default();
    answer.members(|name, answer| {
        match name {
            "Item" => output.item = Some(answer.item()?),
            "ConsumedCapacity" => output.consumed_capacity = Some(answer.consumed_capacity()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
