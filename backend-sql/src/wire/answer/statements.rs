//! Answers to PartiQL.
//!
//! See [ExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html) and
//! [BatchExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html).

use dynochemy_core::api::{
    BatchExecuteStatementOutput, BatchStatementResponse, ExecuteStatementOutput, ExecuteTransactionOutput,
};
use dynochemy_core::json::{Members, array, object};

use super::capacity::{consumed, consumed_by_table};
use super::{item, items};

pub(super) fn execute_statement(members: &mut Members<'_>, output: &ExecuteStatementOutput) {
    consumed(members, output.consumed_capacity.as_ref());
    items(members.member("Items"), &output.items);
    item(members, "LastEvaluatedKey", output.last_evaluated_key.as_ref());
    if let Some(token) = &output.next_token {
        members.text("NextToken", token);
    }
}

pub(super) fn batch_execute_statement(members: &mut Members<'_>, output: &BatchExecuteStatementOutput) {
    consumed_by_table(members, &output.consumed_capacity);
    array(members.member("Responses"), &output.responses, |out, response| {
        object(out, |members| batch_response(members, response));
    });
}

fn batch_response(members: &mut Members<'_>, response: &BatchStatementResponse) {
    if let Some(error) = &response.error {
        members.object("Error", |members| {
            members.text("Code", error.code.name());
            item(members, "Item", error.item.as_ref());
            if let Some(message) = &error.message {
                members.text("Message", message);
            }
        });
    }
    item(members, "Item", response.item.as_ref());
    if let Some(table) = &response.table_name {
        members.text("TableName", table);
    }
}

pub(super) fn execute_transaction(members: &mut Members<'_>, output: &ExecuteTransactionOutput) {
    consumed_by_table(members, &output.consumed_capacity);
    array(members.member("Responses"), &output.responses, |out, response| {
        object(out, |members| item(members, "Item", response.item.as_ref()));
    });
}
