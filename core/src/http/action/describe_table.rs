//! The bodies of [DescribeTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html).

use crate::api::{DescribeTableInput, DescribeTableOutput};
use crate::http::answer::Answer;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &DescribeTableInput) {
    object(out, |members| members.text("TableName", &input.table_name));
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<DescribeTableOutput, JsonError> {
    Ok(DescribeTableOutput { table: answer.table_within("Table")? })
}
