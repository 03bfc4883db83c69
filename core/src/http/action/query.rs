//! The bodies of [Query](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html).

use crate::api::{QueryInput, QueryOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &QueryInput) {
    let mut expressions = Expressions::default();
    object(out, |members| {
        members.text("TableName", &input.table_name);
        if let Some(index) = &input.index_name {
            members.text("IndexName", index);
        }
        if let Some(select) = &input.select {
            members.text("Select", select.name());
        }
        expressions.key_condition(members, &input.key_condition_expression);
        expressions.condition(members, "FilterExpression", input.filter_expression.as_ref());
        expressions.projection(members, &input.projection_expression);
        expressions.write(members);
        if !input.scan_index_forward {
            members.member("ScanIndexForward").extend_from_slice(b"false");
        }
        if let Some(limit) = input.limit {
            members.number("Limit", limit);
        }
        if let Some(key) = &input.exclusive_start_key {
            members.item("ExclusiveStartKey", key);
        }
        members.consistent_read(input.consistent_read);
        members.return_consumed_capacity(input.return_consumed_capacity);
        members.legacy(input.legacy.as_deref());
    });
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<QueryOutput, JsonError> {
    let mut output = QueryOutput::default();
    answer.members(|name, answer| {
        match name {
            "Items" => output.items = answer.items()?,
            "Count" => output.count = answer.integer()?,
            "ScannedCount" => output.scanned_count = answer.integer()?,
            "LastEvaluatedKey" => output.last_evaluated_key = Some(answer.item_copy()?),
            "ConsumedCapacity" => output.consumed_capacity = Some(answer.consumed_capacity()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
