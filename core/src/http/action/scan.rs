//! The bodies of [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html).

use crate::api::{ScanInput, ScanOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &ScanInput) {
    let mut expressions = Expressions::default();
    object(out, |members| {
        members.text("TableName", &input.table_name);
        if let Some(index) = &input.index_name {
            members.text("IndexName", index);
        }
        if let Some(select) = &input.select {
            members.text("Select", select.name());
        }
        expressions.condition(members, "FilterExpression", input.filter_expression.as_ref());
        expressions.projection(members, &input.projection_expression);
        expressions.write(members);
        if let Some(segment) = input.segment {
            members.number("Segment", segment);
        }
        if let Some(total) = input.total_segments {
            members.number("TotalSegments", total);
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

pub(super) fn read(answer: &mut Answer<'_>) -> Result<ScanOutput, JsonError> {
    let mut output = ScanOutput::default();
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
