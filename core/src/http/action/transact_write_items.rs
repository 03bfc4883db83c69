//! The bodies of [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).

use crate::api::{TransactWriteItem, TransactWriteItemsInput, TransactWriteItemsOutput};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::{Members, array, object};
use crate::json::JsonError;

pub(super) fn write(out: &mut Vec<u8>, input: &TransactWriteItemsInput) {
    object(out, |members| {
        array(members.member("TransactItems"), &input.transact_items, |out, action| {
            object(out, |members| write_action(members, action));
        });
        if let Some(token) = &input.client_request_token {
            members.text("ClientRequestToken", token);
        }
        members.return_consumed_capacity(input.return_consumed_capacity);
        members.return_item_collection_metrics(input.return_item_collection_metrics);
    });
}

fn write_action(members: &mut Members<'_>, action: &TransactWriteItem) {
    const CONDITION: &str = "ConditionExpression";
    let mut expressions = Expressions::default();
    match action {
        TransactWriteItem::ConditionCheck(check) => members.object("ConditionCheck", |members| {
            members.text("TableName", &check.table_name);
            members.key("Key", &check.key);
            expressions.condition(members, CONDITION, Some(&check.condition_expression));
            expressions.write(members);
            members.return_values_on_failure(check.return_values_on_condition_check_failure);
        }),
        TransactWriteItem::Put(put) => members.object("Put", |members| {
            members.text("TableName", &put.table_name);
            members.item("Item", &put.item);
            expressions.condition(members, CONDITION, put.condition_expression.as_ref());
            expressions.write(members);
            members.return_values_on_failure(put.return_values_on_condition_check_failure);
        }),
        TransactWriteItem::Delete(delete) => members.object("Delete", |members| {
            members.text("TableName", &delete.table_name);
            members.key("Key", &delete.key);
            expressions.condition(members, CONDITION, delete.condition_expression.as_ref());
            expressions.write(members);
            members.return_values_on_failure(delete.return_values_on_condition_check_failure);
        }),
        TransactWriteItem::Update(update) => members.object("Update", |members| {
            members.text("TableName", &update.table_name);
            members.key("Key", &update.key);
            expressions.update(members, &update.update_expression);
            expressions.condition(members, CONDITION, update.condition_expression.as_ref());
            expressions.write(members);
            members.return_values_on_failure(update.return_values_on_condition_check_failure);
        }),
    }
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<TransactWriteItemsOutput, JsonError> {
    let mut output = TransactWriteItemsOutput::default();
    answer.members(|name, answer| {
        match name {
            "ConsumedCapacity" => output.consumed_capacity = answer.consumed_capacities()?,
            "ItemCollectionMetrics" => output.item_collection_metrics = answer.item_collections()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}
