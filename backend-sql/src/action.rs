//! DynamoDB's actions, one a file. Each checks the request as a whole before it applies any of it.

mod batch_get_item;
mod batch_write_item;
mod create_table;
mod delete_item;
mod delete_table;
mod describe_table;
mod get_item;
mod page;
mod put_item;
mod query;
mod scan;
mod transact_write_items;
mod update_item;
mod write;

#[cfg(test)]
mod fixture;

use dynochemy_core::{Request, Response};

use crate::backend::Context;
use crate::failure::{Failure, table_not_found, validation};
use crate::storage::Table;

/// Answers a request within a transaction.
pub(crate) fn answer(request: &Request, context: &mut Context<'_>) -> Result<Response, Failure> {
    Ok(match request {
        Request::BatchGetItem(input) => Response::BatchGetItem(batch_get_item::answer(input, context)?),
        Request::BatchWriteItem(input) => Response::BatchWriteItem(batch_write_item::answer(input, context)?),
        Request::CreateTable(input) => Response::CreateTable(create_table::answer(input, context)?),
        Request::DeleteItem(input) => Response::DeleteItem(delete_item::answer(input, context)?),
        Request::DeleteTable(input) => Response::DeleteTable(delete_table::answer(input, context)?),
        Request::DescribeTable(input) => Response::DescribeTable(describe_table::answer(input, context)?),
        Request::GetItem(input) => Response::GetItem(get_item::answer(input, context)?),
        Request::PutItem(input) => Response::PutItem(put_item::answer(input, context)?),
        Request::Query(input) => Response::Query(query::answer(input, context)?),
        Request::Scan(input) => Response::Scan(scan::answer(input, context)?),
        Request::TransactWriteItems(input) => {
            Response::TransactWriteItems(transact_write_items::answer(input, context)?)
        }
        Request::UpdateItem(input) => Response::UpdateItem(update_item::answer(input, context)?),
        // The core may know more actions than this version of the backend.
        other => return Err(validation(format!("{} is not supported", other.action())).into()),
    })
}

/// The table of that name, or what the service says where there is none.
fn table(context: &Context<'_>, name: &str) -> Result<Table, Failure> {
    Ok(context.transaction.table(name)?.ok_or_else(table_not_found)?)
}
