//! DynamoDB's actions, one a file. Each checks the request as a whole before it applies any of it.

pub(crate) mod administration;
mod batch_execute_statement;
mod batch_get_item;
mod batch_write_item;
mod cancellation;
mod create_table;
mod declaration;
mod delete_item;
mod delete_table;
mod describe_stream;
mod describe_table;
mod describe_time_to_live;
mod execute_statement;
mod execute_transaction;
mod expire;
mod get_item;
mod get_records;
mod get_shard_iterator;
pub(crate) mod legacy;
mod limit;
mod list_streams;
mod list_tables;
mod list_tags_of_resource;
mod page;
mod put_item;
mod query;
mod resource_name;
mod scan;
mod select;
mod statement;
mod tag_resource;
mod transact_get_items;
mod transact_write_items;
mod transaction;
mod untag_resource;
mod update_item;
mod update_table;
mod update_time_to_live;
mod write;

#[cfg(test)]
mod collection_tests;
#[cfg(test)]
mod creation_tests;
#[cfg(test)]
mod expiry_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod index_tests;
#[cfg(test)]
mod stream_tests;

pub(crate) use expire::{Expiry, expire};
pub(crate) use resource_name::table_in;

use std::sync::Arc;

use dynochemy_core::{Moment, Rejection, Request, Response};

use crate::backend::Context;
use crate::failure::{Failure, in_use, not_supported, table_not_found, unknown_operation, validation};
use crate::held::Hold;
use crate::storage::{Source, Table};

/// What a call comes to.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) response: Response,
    /// The tables and indexes that were deleted, of which nothing is to be known any more once the call is committed.
    pub(crate) deleted: Vec<i64>,
}

impl From<Response> for Answered {
    fn from(response: Response) -> Self {
        Self { response, deleted: Vec::new() }
    }
}

/// Answers a request within a transaction.
pub(crate) fn answer(request: &Request, context: &Context<'_>) -> Result<Answered, Failure> {
    let Some((request, names)) = resource_name::resolved(request)? else {
        return answer_by_names(request, context);
    };
    let Answered { response, deleted } = answer_by_names(&request, context)?;
    Ok(Answered { response: names.restored(response), deleted })
}

/// What a transaction holds between its beginning and its end; nothing is applied.
pub(crate) fn hold(request: &Request, context: &Context<'_>) -> Result<Hold, Failure> {
    let resolved = resource_name::resolved(request)?;
    match resolved.as_ref().map_or(request, |(request, _)| request) {
        Request::TransactWriteItems(input) => transact_write_items::hold(input, context),
        other => Err(not_supported(&format!("holding {}", other.action().name())).into()),
    }
}

/// Answers a request that names its tables by their names.
fn answer_by_names(request: &Request, context: &Context<'_>) -> Result<Answered, Failure> {
    let Some(resolved) = legacy::resolved(request, context)? else {
        return answer_with_expressions(request, context);
    };
    let Answered { response, deleted } =
        answer_with_expressions(&resolved, context).map_err(|failure| legacy::reworded(failure, request))?;
    Ok(Answered { response: legacy::restored(response, request), deleted })
}

/// Answers a request without legacy members.
fn answer_with_expressions(request: &Request, context: &Context<'_>) -> Result<Answered, Failure> {
    let response = match request {
        Request::BatchExecuteStatement(input) => batch_execute_statement::answer(input, context)?.into(),
        Request::BatchGetItem(input) => Response::BatchGetItem(batch_get_item::answer(input, context)?),
        Request::BatchWriteItem(input) => Response::BatchWriteItem(batch_write_item::answer(input, context)?),
        Request::CreateTable(input) => create_table::answer(input, context)?.into(),
        Request::DeleteItem(input) => Response::DeleteItem(delete_item::answer(input, context)?),
        Request::DeleteTable(input) => return delete_table::answer(input, context),
        Request::DescribeStream(input) => describe_stream::answer(input, context)?.into(),
        Request::DescribeTable(input) => describe_table::answer(input, context)?.into(),
        Request::DescribeTimeToLive(input) => describe_time_to_live::answer(input, context)?.into(),
        Request::ExecuteStatement(input) => execute_statement::answer(input, context)?.into(),
        Request::ExecuteTransaction(input) => execute_transaction::answer(input, context)?.into(),
        Request::GetItem(input) => Response::GetItem(get_item::answer(input, context)?),
        Request::GetRecords(input) => get_records::answer(input, context)?.into(),
        Request::GetShardIterator(input) => get_shard_iterator::answer(input, context)?.into(),
        Request::ListStreams(input) => list_streams::answer(input, context)?.into(),
        Request::ListTables(input) => list_tables::answer(input, context)?.into(),
        Request::ListTagsOfResource(input) => list_tags_of_resource::answer(input, context)?.into(),
        Request::PutItem(input) => Response::PutItem(put_item::answer(input, context)?),
        Request::Query(input) => Response::Query(query::answer(input, context)?),
        Request::Raw(input) => administration::answer(input, context)?.into(),
        Request::Scan(input) => Response::Scan(scan::answer(input, context)?),
        Request::TagResource(input) => tag_resource::answer(input, context)?.into(),
        Request::TransactGetItems(input) => {
            Response::TransactGetItems(transact_get_items::answer(input, context)?)
        }
        Request::TransactWriteItems(input) => {
            Response::TransactWriteItems(transact_write_items::answer(input, context)?)
        }
        Request::UntagResource(input) => untag_resource::answer(input, context)?.into(),
        Request::UpdateItem(input) => Response::UpdateItem(update_item::answer(input, context)?),
        Request::UpdateTable(input) => return update_table::answer(input, context),
        Request::UpdateTimeToLive(input) => update_time_to_live::answer(input, context)?.into(),
        // The core may know more actions than this version of the backend.
        other => return Err(unknown_operation(other.action().name()).into()),
    };
    Ok(response.into())
}

/// The table of that name, or what the service says where there is none that can be used.
fn table(context: &Context<'_>, name: &str) -> Result<Arc<Table>, Failure> {
    let found = context.transaction.table(name)?.filter(|table| table.is_created(context.now));
    Ok(found.ok_or_else(table_not_found)?)
}

/// That a table is not being created.
fn check_created(table: &Table, now: Moment) -> Result<(), Box<Rejection>> {
    if table.is_created(now) {
        return Ok(());
    }
    Err(in_use(&format!("Table is being created: {}", table.name)))
}

/// What a query or scan reads of a table: the table itself, or one of its indexes.
fn source<'a>(table: &'a Table, index: Option<&str>, now: Moment) -> Result<Source<'a>, Failure> {
    let Some(name) = index else { return Ok(table.source()) };
    match table.index(name) {
        Some(index) if !index.is_created(now) => {
            Err(validation(format!("Cannot read from backfilling global secondary index: {name}")).into())
        }
        Some(index) => Ok(Source { table, index: Some(index) }),
        None => Err(validation(format!("The table does not have the specified index: {name}")).into()),
    }
}
