//! The bodies of [DeleteTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html).

use crate::api::{DeleteTableInput, DeleteTableOutput};
use crate::http::answer::Answer;
use crate::http::members::object;
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &DeleteTableInput) {
    object(out, |members| members.text("TableName", &input.table_name));
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<DeleteTableOutput, JsonError> {
    Ok(DeleteTableOutput { table_description: answer.table_within("TableDescription")? })
}
