//! Inputs of actions as request values: what has items, expressions or a limit by hand, and all others in
//! their serde form.

mod batch_get_item;
mod batch_write_item;
mod pages;
mod statements;
mod transact_get_items;
mod transact_write_items;

use dynochemy_core::api::{
    DeleteItemInput, GetItemInput, PutItemInput, QueryInput, RawInput, ScanInput, UpdateItemInput,
};
use dynochemy_core::json::{self, Reader};
use dynochemy_core::{Rejection, Request};
use serde::de::DeserializeOwned;

use super::expressions::Parsed;
use super::input::{Fault, Input};
use super::legacy::Member;
use super::{administration, shape};
use crate::failure::unknown_operation;

/// Reads an action's input; what has no request values of its own becomes a raw one.
pub(super) fn read(action: &str, body: &[u8]) -> Result<Request, Box<Rejection>> {
    let Some(structure) = shape::shape(action) else { return Err(unknown_operation(action)) };
    shape::check(body, structure)?;
    administration::check(action, body)?;
    if crate::action::administration::action(action).is_some() {
        // Its shape was walked to the end, so it is text.
        return Ok(Request::Raw(RawInput::new(action, String::from_utf8_lossy(body))));
    }
    request(action, &mut Reader::new(body)).map_err(|fault| fault.0)
}

fn request(action: &str, reader: &mut Reader<'_>) -> Result<Request, Fault> {
    Ok(match action {
        "BatchExecuteStatement" => {
            Request::BatchExecuteStatement(statements::batch_execute_statement(reader)?)
        }
        "BatchGetItem" => batch_get_item::read(reader)?.into(),
        "BatchWriteItem" => batch_write_item::read(reader)?.into(),
        "CreateTable" => Request::CreateTable(serial(reader)?),
        "DeleteItem" => delete_item(Input::read(reader)?)?.into(),
        "DeleteTable" => Request::DeleteTable(serial(reader)?),
        "DescribeStream" => Request::DescribeStream(pages::describe_stream(reader)?),
        "DescribeTable" => Request::DescribeTable(serial(reader)?),
        "DescribeTimeToLive" => Request::DescribeTimeToLive(serial(reader)?),
        "ExecuteStatement" => Request::ExecuteStatement(statements::execute_statement(reader)?),
        "ExecuteTransaction" => Request::ExecuteTransaction(statements::execute_transaction(reader)?),
        "GetItem" => get_item(Input::read(reader)?)?.into(),
        "GetRecords" => Request::GetRecords(pages::get_records(reader)?),
        "GetShardIterator" => Request::GetShardIterator(serial(reader)?),
        "ListStreams" => Request::ListStreams(pages::list_streams(reader)?),
        "ListTables" => Request::ListTables(pages::list_tables(reader)?),
        "ListTagsOfResource" => Request::ListTagsOfResource(serial(reader)?),
        "PutItem" => put_item(Input::read(reader)?)?.into(),
        "Query" => query(Input::read(reader)?)?.into(),
        "Scan" => scan(Input::read(reader)?)?.into(),
        "TagResource" => Request::TagResource(serial(reader)?),
        "TransactGetItems" => transact_get_items::read(reader)?.into(),
        "TransactWriteItems" => transact_write_items::read(reader)?.into(),
        "UntagResource" => Request::UntagResource(serial(reader)?),
        "UpdateItem" => update_item(Input::read(reader)?)?.into(),
        "UpdateTable" => Request::UpdateTable(serial(reader)?),
        "UpdateTimeToLive" => Request::UpdateTimeToLive(serial(reader)?),
        other => return Err(unknown_operation(other).into()),
    })
}

fn serial<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Fault> {
    Ok(json::read(reader)?)
}

/// The members without expressions that actions of each kind have.
const GET: &[Member] = &[Member::AttributesToGet];
const WRITE: &[Member] = &[Member::Expected, Member::ConditionalOperator];
const CHANGE: &[Member] = &[Member::AttributeUpdates, Member::Expected, Member::ConditionalOperator];
const SEARCH: &[Member] =
    &[Member::AttributesToGet, Member::QueryFilter, Member::ConditionalOperator, Member::KeyConditions];
const WALK: &[Member] = &[Member::AttributesToGet, Member::ScanFilter, Member::ConditionalOperator];

/// The expressions with values that actions of each kind have.
const CONDITION: &[&str] = &["ConditionExpression"];
const UPDATE: &[&str] = &["UpdateExpression", "ConditionExpression"];
const FILTER: &[&str] = &["FilterExpression"];
const KEY_CONDITION: &[&str] = &["FilterExpression", "KeyConditionExpression"];

fn get_item(mut input: Input<'_>) -> Result<GetItemInput, Fault> {
    input.check_members(GET, &[])?;
    let key = input.key()?;
    let legacy = input.legacy.get()?;
    let Parsed { projection, .. } = input.expressions.parse()?;
    Ok(GetItemInput {
        table_name: input.table_name,
        key,
        consistent_read: input.consistent_read,
        projection_expression: projection,
        return_consumed_capacity: input.return_consumed_capacity,
        legacy,
    })
}

fn put_item(mut input: Input<'_>) -> Result<PutItemInput, Fault> {
    input.check_members(WRITE, CONDITION)?;
    let item = input.item()?;
    let legacy = input.legacy.write()?;
    let Parsed { condition, .. } = input.expressions.parse()?;
    Ok(PutItemInput {
        table_name: input.table_name,
        item,
        condition_expression: condition,
        return_values: input.return_values,
        return_values_on_condition_check_failure: input.return_values_on_failure,
        return_consumed_capacity: input.return_consumed_capacity,
        return_item_collection_metrics: input.return_item_collection_metrics,
        legacy,
    })
}

fn delete_item(mut input: Input<'_>) -> Result<DeleteItemInput, Fault> {
    input.check_members(WRITE, CONDITION)?;
    let key = input.key()?;
    let legacy = input.legacy.write()?;
    let Parsed { condition, .. } = input.expressions.parse()?;
    Ok(DeleteItemInput {
        table_name: input.table_name,
        key,
        condition_expression: condition,
        return_values: input.return_values,
        return_values_on_condition_check_failure: input.return_values_on_failure,
        return_consumed_capacity: input.return_consumed_capacity,
        return_item_collection_metrics: input.return_item_collection_metrics,
        legacy,
    })
}

fn update_item(mut input: Input<'_>) -> Result<UpdateItemInput, Fault> {
    input.check_members(CHANGE, UPDATE)?;
    let key = input.key()?;
    let legacy = input.legacy.update()?;
    let Parsed { condition, update, .. } = input.expressions.parse()?;
    Ok(UpdateItemInput {
        table_name: input.table_name,
        key,
        update_expression: update,
        condition_expression: condition,
        return_values: input.return_values,
        return_values_on_condition_check_failure: input.return_values_on_failure,
        return_consumed_capacity: input.return_consumed_capacity,
        return_item_collection_metrics: input.return_item_collection_metrics,
        legacy,
    })
}

fn query(mut input: Input<'_>) -> Result<QueryInput, Fault> {
    input.check_members(SEARCH, KEY_CONDITION)?;
    let exclusive_start_key = input.exclusive_start_key()?;
    if input.expressions.key_condition.is_none() && !input.legacy.has(Member::KeyConditions) {
        return Err(Fault::validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ));
    }
    let legacy = input.legacy.query()?;
    let Parsed { key_condition, filter, projection, .. } = input.expressions.parse()?;
    Ok(QueryInput {
        table_name: input.table_name,
        index_name: input.index_name,
        key_condition_expression: key_condition,
        filter_expression: filter,
        projection_expression: projection,
        select: input.select,
        scan_index_forward: input.scan_index_forward.unwrap_or(true),
        limit: input.limit,
        exclusive_start_key,
        consistent_read: input.consistent_read,
        return_consumed_capacity: input.return_consumed_capacity,
        legacy,
    })
}

fn scan(mut input: Input<'_>) -> Result<ScanInput, Fault> {
    input.check_members(WALK, FILTER)?;
    let exclusive_start_key = input.exclusive_start_key()?;
    let legacy = input.legacy.scan()?;
    let Parsed { filter, projection, .. } = input.expressions.parse()?;
    Ok(ScanInput {
        table_name: input.table_name,
        index_name: input.index_name,
        filter_expression: filter,
        projection_expression: projection,
        select: input.select,
        limit: input.limit,
        exclusive_start_key,
        segment: input.segment,
        total_segments: input.total_segments,
        consistent_read: input.consistent_read,
        return_consumed_capacity: input.return_consumed_capacity,
        legacy,
    })
}
