//! The bodies of each action's request and answer: one file for each action with items; all others are [`serial`].

mod batch_get_item;
mod batch_write_item;
mod delete_item;
mod get_item;
mod put_item;
mod query;
mod scan;
mod transact_get_items;
mod transact_write_items;
mod update_item;

use bytes::Bytes;

use super::answer::Answer;
use super::serial;
use crate::json::JsonError;
use crate::request::{Request, Response};

/// Writes a request's body.
pub(super) fn write(out: &mut Vec<u8>, request: &Request) {
    match request {
        Request::BatchGetItem(input) => batch_get_item::write(out, input),
        Request::BatchWriteItem(input) => batch_write_item::write(out, input),
        Request::CreateTable(input) => serial::write(out, input),
        Request::DeleteItem(input) => delete_item::write(out, input),
        Request::DeleteTable(input) => serial::write(out, input),
        Request::DescribeTable(input) => serial::write(out, input),
        Request::GetItem(input) => get_item::write(out, input),
        Request::PutItem(input) => put_item::write(out, input),
        Request::Query(input) => query::write(out, input),
        Request::Scan(input) => scan::write(out, input),
        Request::TransactGetItems(input) => transact_get_items::write(out, input),
        Request::TransactWriteItems(input) => transact_write_items::write(out, input),
        Request::UpdateItem(input) => update_item::write(out, input),
        Request::UpdateTable(input) => serial::write(out, input),
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
        Request::CreateTable(_) => Response::CreateTable(answer.serial()?),
        Request::DeleteItem(_) => Response::DeleteItem(delete_item::read(&mut answer)?),
        Request::DeleteTable(_) => Response::DeleteTable(answer.serial()?),
        Request::DescribeTable(_) => Response::DescribeTable(answer.serial()?),
        Request::GetItem(_) => Response::GetItem(get_item::read(&mut answer)?),
        Request::PutItem(_) => Response::PutItem(put_item::read(&mut answer)?),
        Request::Query(_) => Response::Query(query::read(&mut answer)?),
        Request::Scan(_) => Response::Scan(scan::read(&mut answer)?),
        Request::TransactGetItems(_) => Response::TransactGetItems(transact_get_items::read(&mut answer)?),
        Request::TransactWriteItems(_) => {
            Response::TransactWriteItems(transact_write_items::read(&mut answer)?)
        }
        Request::UpdateItem(_) => Response::UpdateItem(update_item::read(&mut answer)?),
        Request::UpdateTable(_) => Response::UpdateTable(answer.serial()?),
    };
    answer.end()?;
    Ok(response)
}
