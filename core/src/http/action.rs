//! The bodies of each action's request and answer, one action a file.

mod batch_get_item;
mod batch_write_item;
mod create_table;
mod delete_item;
mod delete_table;
mod describe_table;
mod get_item;
mod put_item;
mod query;
mod scan;
mod transact_write_items;
mod update_item;

use bytes::Bytes;

use super::answer::Answer;
use crate::json::JsonError;
use crate::request::{Request, Response};

/// Writes a request's body.
pub(super) fn write(out: &mut Vec<u8>, request: &Request) {
    match request {
        Request::BatchGetItem(input) => batch_get_item::write(out, input),
        Request::BatchWriteItem(input) => batch_write_item::write(out, input),
        Request::CreateTable(input) => create_table::write(out, input),
        Request::DeleteItem(input) => delete_item::write(out, input),
        Request::DeleteTable(input) => delete_table::write(out, input),
        Request::DescribeTable(input) => describe_table::write(out, input),
        Request::GetItem(input) => get_item::write(out, input),
        Request::PutItem(input) => put_item::write(out, input),
        Request::Query(input) => query::write(out, input),
        Request::Scan(input) => scan::write(out, input),
        Request::TransactWriteItems(input) => transact_write_items::write(out, input),
        Request::UpdateItem(input) => update_item::write(out, input),
    }
}

/// Reads the body of a successful answer.
pub(super) fn read(request: &Request, body: &Bytes) -> Result<Response, JsonError> {
    let mut answer = Answer::new(body);
    let response = match request {
        Request::BatchGetItem(input) => Response::BatchGetItem(batch_get_item::read(&mut answer, input)?),
        Request::BatchWriteItem(input) => {
            Response::BatchWriteItem(batch_write_item::read(&mut answer, input)?)
        }
        Request::CreateTable(_) => Response::CreateTable(create_table::read(&mut answer)?),
        Request::DeleteItem(_) => Response::DeleteItem(delete_item::read(&mut answer)?),
        Request::DeleteTable(_) => Response::DeleteTable(delete_table::read(&mut answer)?),
        Request::DescribeTable(_) => Response::DescribeTable(describe_table::read(&mut answer)?),
        Request::GetItem(_) => Response::GetItem(get_item::read(&mut answer)?),
        Request::PutItem(_) => Response::PutItem(put_item::read(&mut answer)?),
        Request::Query(_) => Response::Query(query::read(&mut answer)?),
        Request::Scan(_) => Response::Scan(scan::read(&mut answer)?),
        Request::TransactWriteItems(_) => {
            Response::TransactWriteItems(transact_write_items::read(&mut answer)?)
        }
        Request::UpdateItem(_) => Response::UpdateItem(update_item::read(&mut answer)?),
    };
    answer.end()?;
    Ok(response)
}
