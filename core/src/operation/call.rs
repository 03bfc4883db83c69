//! Calls of the API as they are: administration, PartiQL, Streams, and any other action by name.
//!
//! Each input is an operation whose answer is its output: `db.run(api::ListTagsOfResourceInput { .. })` gives an
//! `api::ListTagsOfResourceOutput`. Inputs name tables as the service does: a `Db`'s prefix and overrides do not apply to
//! them. Reads and writes of items have operations of their own, which views see.

use super::settle::unexpected;
use super::{Misfit, Operation, Settle, Settled, Task, invalid_call};
use crate::api::*;
use crate::error::Error;
use crate::json::Reader;
use crate::partiql::{self, Effect};
use crate::request::Request;
use crate::table::Tables;
use crate::wire::WireError;

macro_rules! calls {
    ($($input:ident => $output:ident;)*) => {$(
        /// A call of the API as it is; see the [module](crate::operation) on what it cannot do.
        impl Operation for $input {
            type Output = $output;

            fn into_task(self, _tables: &mut Tables) -> Result<Task, Error> {
                task(self.into())
            }
        }

        impl Settle for $output {
            fn settle(settled: Settled) -> Result<Self, Misfit> {
                match settled {
                    Settled::Response(response) => {
                        Self::try_from(*response).map_err(|other| unexpected(Settled::Response(Box::new(other))))
                    }
                    other => Err(unexpected(other)),
                }
            }
        }
    )*};
}
calls! {
    BatchExecuteStatementInput => BatchExecuteStatementOutput;
    CreateTableInput => CreateTableOutput;
    DeleteTableInput => DeleteTableOutput;
    DescribeStreamInput => DescribeStreamOutput;
    DescribeTableInput => DescribeTableOutput;
    DescribeTimeToLiveInput => DescribeTimeToLiveOutput;
    ExecuteStatementInput => ExecuteStatementOutput;
    ExecuteTransactionInput => ExecuteTransactionOutput;
    GetRecordsInput => GetRecordsOutput;
    GetShardIteratorInput => GetShardIteratorOutput;
    ListStreamsInput => ListStreamsOutput;
    ListTablesInput => ListTablesOutput;
    ListTagsOfResourceInput => ListTagsOfResourceOutput;
    RawInput => RawOutput;
    TagResourceInput => TagResourceOutput;
    UntagResourceInput => UntagResourceOutput;
    UpdateTableInput => UpdateTableOutput;
    UpdateTimeToLiveInput => UpdateTimeToLiveOutput;
}

pub(super) fn task(request: Request) -> Result<Task, Error> {
    match check(&request) {
        Ok(()) => Ok(Task::Call { request: Box::new(request) }),
        Err(problem) => Err(invalid_call(&request, problem)),
    }
}

/// Whether the request can be sent as it is.
pub(super) fn check(request: &Request) -> Result<(), WireError> {
    match request {
        Request::BatchGetItem(_)
        | Request::BatchWriteItem(_)
        | Request::DeleteItem(_)
        | Request::GetItem(_)
        | Request::PutItem(_)
        | Request::Query(_)
        | Request::Scan(_)
        | Request::TransactGetItems(_)
        | Request::TransactWriteItems(_)
        | Request::UpdateItem(_) => {
            Err(WireError::new("reads and writes of items have operations of their own, which views see"))
        }
        Request::Raw(raw) => {
            let mut reader = Reader::new(raw.body.as_bytes());
            let is_object = reader.object().is_ok();
            let mut reader = Reader::new(raw.body.as_bytes());
            let whole = reader.skip().and_then(|_| reader.end());
            match whole {
                Ok(()) if is_object => Ok(()),
                Ok(()) => Err(WireError::new("the body is no JSON object")),
                Err(error) => Err(WireError::new(format!("the body is no JSON: {error}"))),
            }
        }
        _ => Ok(()),
    }
}

/// Writes that a raw call could do past the views.
const ITEM_WRITES: [&str; 9] = [
    "BatchExecuteStatement",
    "BatchWriteItem",
    "DeleteItem",
    "ExecuteStatement",
    "ExecuteTransaction",
    "PutItem",
    "StartBulkPutItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// Why a call would go past the views of tables: `is_part` tells whether a table, by its name in the service, has to do
/// with a view.
pub(crate) fn past_views(
    request: &Request,
    is_part: impl Fn(&partiql::TableName<'_>) -> bool,
) -> Option<String> {
    statements(request)
        .iter()
        .find_map(|statement| match partiql::effect(statement) {
            Effect::Reads => None,
            Effect::Writes(table) if is_part(&table) => {
                Some("views do not see what PartiQL writes; use the table's own operations".to_owned())
            }
            Effect::Writes(_) => None,
            Effect::Unclear => Some(format!(
                "nobody can tell which table the statement writes to, and views would not see it: {statement}"
            )),
        })
        .or_else(|| match request {
            Request::Raw(raw) if ITEM_WRITES.contains(&raw.action.as_str()) => Some(format!(
                "views do not see what a raw {} writes; use the table's own operations",
                raw.action
            )),
            _ => None,
        })
}

/// The PartiQL of a request.
fn statements(request: &Request) -> Vec<&str> {
    match request {
        Request::ExecuteStatement(input) => vec![&input.statement],
        Request::BatchExecuteStatement(input) => {
            input.statements.iter().map(|statement| &*statement.statement).collect()
        }
        Request::ExecuteTransaction(input) => {
            input.transact_statements.iter().map(|statement| &*statement.statement).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a call reads and writes no items: then nothing in a plan has to wait for it.
pub(crate) fn is_apart(request: &Request) -> bool {
    request.is_read() && statements(request).is_empty()
}
