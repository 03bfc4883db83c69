//! [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).

use dynochemy_core::api::{
    ConditionCheck, TransactDelete, TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsInput,
};
use dynochemy_core::json::Reader;

use crate::wire::expressions::Parsed;
use crate::wire::input::{Fault, Input, list, members};

/// The expressions with values that actions of each kind have.
const CONDITION: &[&str] = &["ConditionExpression"];
const UPDATE: &[&str] = &["UpdateExpression", "ConditionExpression"];

pub(super) fn read(reader: &mut Reader<'_>) -> Result<TransactWriteItemsInput, Fault> {
    let mut request = TransactWriteItemsInput::default();
    let mut rest = Input::default();
    members(reader, |name, reader| {
        match name {
            "TransactItems" => request.transact_items = list(reader, action)?,
            "ClientRequestToken" => request.client_request_token = Some(reader.string()?.into_owned()),
            name => rest.member(name, reader)?,
        }
        Ok(())
    })?;
    request.return_consumed_capacity = rest.return_consumed_capacity;
    request.return_item_collection_metrics = rest.return_item_collection_metrics;
    Ok(request)
}

fn action(reader: &mut Reader<'_>) -> Result<TransactWriteItem, Fault> {
    let mut found = Vec::new();
    members(reader, |name, reader| {
        let read: fn(Input<'_>) -> Result<TransactWriteItem, Fault> = match name {
            "ConditionCheck" => check,
            "Put" => put,
            "Delete" => delete,
            "Update" => update,
            _ => {
                reader.skip()?;
                return Ok(());
            }
        };
        found.push(read(Input::read(reader)?)?);
        Ok(())
    })?;
    match (found.pop(), found.is_empty()) {
        (Some(action), true) => Ok(action),
        (None, _) => Err(Fault::validation(
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
        )),
        _ => Err(Fault::validation("TransactItems can only contain one of Check, Put, Update or Delete")),
    }
}

fn check(mut input: Input<'_>) -> Result<TransactWriteItem, Fault> {
    input.expressions.check_placeholders(CONDITION)?;
    let key = input.key()?;
    let Parsed { condition, .. } = input.expressions.parse()?;
    let Some(condition_expression) = condition else {
        return Err(Fault::validation(
            "ConditionExpression is required for ConditionCheck operations in TransactWriteItems",
        ));
    };
    Ok(TransactWriteItem::ConditionCheck(ConditionCheck {
        table_name: input.table_name,
        key,
        condition_expression,
        return_values_on_condition_check_failure: input.return_values_on_failure,
    }))
}

fn put(mut input: Input<'_>) -> Result<TransactWriteItem, Fault> {
    input.expressions.check_placeholders(CONDITION)?;
    let item = input.item()?;
    let Parsed { condition, .. } = input.expressions.parse()?;
    Ok(TransactWriteItem::Put(TransactPut {
        table_name: input.table_name,
        item,
        condition_expression: condition,
        return_values_on_condition_check_failure: input.return_values_on_failure,
    }))
}

fn delete(mut input: Input<'_>) -> Result<TransactWriteItem, Fault> {
    input.expressions.check_placeholders(CONDITION)?;
    let key = input.key()?;
    let Parsed { condition, .. } = input.expressions.parse()?;
    Ok(TransactWriteItem::Delete(TransactDelete {
        table_name: input.table_name,
        key,
        condition_expression: condition,
        return_values_on_condition_check_failure: input.return_values_on_failure,
    }))
}

fn update(mut input: Input<'_>) -> Result<TransactWriteItem, Fault> {
    input.expressions.check_placeholders(UPDATE)?;
    let key = input.key()?;
    let Parsed { condition, update, .. } = input.expressions.parse()?;
    Ok(TransactWriteItem::Update(TransactUpdate {
        table_name: input.table_name,
        key,
        update_expression: update,
        condition_expression: condition,
        return_values_on_condition_check_failure: input.return_values_on_failure,
    }))
}
