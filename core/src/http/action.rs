//! The bodies of each action's request and answer: one file for each action with items; all others are in their serde form.

mod batch_execute_statement;
mod batch_get_item;
mod batch_write_item;
mod delete_item;
mod execute_statement;
mod execute_transaction;
mod get_item;
mod get_records;
mod put_item;
mod query;
mod scan;
mod transact_get_items;
mod transact_write_items;
mod update_item;

use bytes::Bytes;

use super::answer::Answer;
use crate::api::{RawOutput, TagResourceOutput, UntagResourceOutput};
use crate::json::{self, JsonError};
use crate::request::{Request, Response};

/// Writes a request's body.
pub(super) fn write(out: &mut Vec<u8>, request: &Request) {
    match request {
        Request::BatchExecuteStatement(input) => json::write(out, input),
        Request::BatchGetItem(input) => batch_get_item::write(out, input),
        Request::BatchWriteItem(input) => batch_write_item::write(out, input),
        Request::CreateTable(input) => json::write(out, input),
        Request::DeleteItem(input) => delete_item::write(out, input),
        Request::DeleteTable(input) => json::write(out, input),
        Request::DescribeStream(input) => json::write(out, input),
        Request::DescribeTable(input) => json::write(out, input),
        Request::DescribeTimeToLive(input) => json::write(out, input),
        Request::ExecuteStatement(input) => json::write(out, input),
        Request::ExecuteTransaction(input) => json::write(out, input),
        Request::GetItem(input) => get_item::write(out, input),
        Request::GetRecords(input) => json::write(out, input),
        Request::GetShardIterator(input) => json::write(out, input),
        Request::ListStreams(input) => json::write(out, input),
        Request::ListTables(input) => json::write(out, input),
        Request::ListTagsOfResource(input) => json::write(out, input),
        Request::PutItem(input) => put_item::write(out, input),
        Request::Query(input) => query::write(out, input),
        Request::Raw(input) => out.extend_from_slice(input.body.as_bytes()),
        Request::Scan(input) => scan::write(out, input),
        Request::TagResource(input) => json::write(out, input),
        Request::TransactGetItems(input) => transact_get_items::write(out, input),
        Request::TransactWriteItems(input) => transact_write_items::write(out, input),
        Request::UntagResource(input) => json::write(out, input),
        Request::UpdateItem(input) => update_item::write(out, input),
        Request::UpdateTable(input) => json::write(out, input),
        Request::UpdateTimeToLive(input) => json::write(out, input),
    }
}

/// Reads the body of a successful answer.
pub(super) fn read(request: &Request, body: &Bytes) -> Result<Response, JsonError> {
    // Nothing to tell is told by nothing, or by an empty object.
    match request {
        Request::TagResource(_) if body.is_empty() => return Ok(TagResourceOutput {}.into()),
        Request::UntagResource(_) if body.is_empty() => return Ok(UntagResourceOutput {}.into()),
        _ => {}
    }
    let mut answer = Answer::new(body);
    let response = match request {
        Request::BatchExecuteStatement(_) => batch_execute_statement::read(&mut answer)?.into(),
        Request::BatchGetItem(input) => batch_get_item::read(&mut answer, input)?.into(),
        Request::BatchWriteItem(input) => batch_write_item::read(&mut answer, input)?.into(),
        Request::CreateTable(_) => Response::CreateTable(answer.serial()?),
        Request::DeleteItem(_) => delete_item::read(&mut answer)?.into(),
        Request::DeleteTable(_) => Response::DeleteTable(answer.serial()?),
        Request::DescribeStream(_) => Response::DescribeStream(answer.serial()?),
        Request::DescribeTable(_) => Response::DescribeTable(answer.serial()?),
        Request::DescribeTimeToLive(_) => Response::DescribeTimeToLive(answer.serial()?),
        Request::ExecuteStatement(_) => execute_statement::read(&mut answer)?.into(),
        Request::ExecuteTransaction(_) => execute_transaction::read(&mut answer)?.into(),
        Request::GetItem(_) => get_item::read(&mut answer)?.into(),
        Request::GetRecords(_) => get_records::read(&mut answer)?.into(),
        Request::GetShardIterator(_) => Response::GetShardIterator(answer.serial()?),
        Request::ListStreams(_) => Response::ListStreams(answer.serial()?),
        Request::ListTables(_) => Response::ListTables(answer.serial()?),
        Request::ListTagsOfResource(_) => Response::ListTagsOfResource(answer.serial()?),
        Request::PutItem(_) => put_item::read(&mut answer)?.into(),
        Request::Query(_) => query::read(&mut answer)?.into(),
        Request::Raw(_) => return raw(body),
        Request::Scan(_) => scan::read(&mut answer)?.into(),
        Request::TagResource(_) => Response::TagResource(answer.serial()?),
        Request::TransactGetItems(_) => transact_get_items::read(&mut answer)?.into(),
        Request::TransactWriteItems(_) => transact_write_items::read(&mut answer)?.into(),
        Request::UntagResource(_) => Response::UntagResource(answer.serial()?),
        Request::UpdateItem(_) => update_item::read(&mut answer)?.into(),
        Request::UpdateTable(_) => Response::UpdateTable(answer.serial()?),
        Request::UpdateTimeToLive(_) => Response::UpdateTimeToLive(answer.serial()?),
    };
    answer.end()?;
    Ok(response)
}

/// The answer of an action that nothing is known of: any JSON, or nothing.
fn raw(body: &Bytes) -> Result<Response, JsonError> {
    if !body.is_empty() {
        let mut answer = Answer::new(body);
        answer.skip()?;
        answer.end()?;
    }
    let body = std::str::from_utf8(body)
        .map_err(|error| JsonError { offset: error.valid_up_to(), problem: "not UTF-8".into() })?;
    Ok(RawOutput { body: body.to_owned() }.into())
}
