//! One operation that is sent alone: one call, one answer.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done
//! ```

use super::{Context, Next, OneCall};
use crate::api::{
    DeleteItemInput, DescribeTableInput, GetItemInput, PutItemInput, ReturnConsumedCapacity, UpdateItemInput,
};
use crate::error::{CallError, mismatched_answer};
use crate::operation::{Settled, Task};
use crate::request::{Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Single {
    operation: [u32; 1],
    call: OneCall,
}

impl Single {
    pub(crate) fn new(operation: u32) -> Self {
        Self { operation: [operation], call: OneCall::Idle }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        self.call.next(|| request(self.operation[0], context))
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        self.call = OneCall::Done;
        let [operation] = self.operation;
        let task = context.task(operation);
        match answer {
            Ok(Response::GetItem(answer)) if matches!(task, Task::Get { .. }) => {
                context.settle(operation, Settled::Item(answer.item));
            }
            Ok(Response::DescribeTable(answer)) if matches!(task, Task::DescribeTable { .. }) => {
                context.settle(operation, Settled::Table(Box::new(answer.table)));
            }
            Ok(Response::PutItem(_) | Response::DeleteItem(_) | Response::UpdateItem(_))
                if task.is_item_write() =>
            {
                context.settle(operation, Settled::Done);
            }
            Ok(_) => {
                let action = request(operation, context).action();
                context.fail_call(operation, mismatched_answer(action));
            }
            Err(error) => context.fail_call(operation, error),
        }
    }
}

fn request(operation: u32, context: &Context<'_>) -> Request {
    let task = context.task(operation);
    let table_name = context.table_name(task.table());
    let return_consumed_capacity = ReturnConsumedCapacity::Total;
    match task {
        Task::Get { key, consistent_read, .. } => Request::GetItem(GetItemInput {
            table_name,
            key: key.clone(),
            consistent_read: *consistent_read,
            return_consumed_capacity,
            ..GetItemInput::default()
        }),
        Task::Put { item, .. } => Request::PutItem(PutItemInput {
            table_name,
            item: item.clone(),
            return_consumed_capacity,
            ..PutItemInput::default()
        }),
        Task::Delete { key, .. } => Request::DeleteItem(DeleteItemInput {
            table_name,
            key: key.clone(),
            return_consumed_capacity,
            ..DeleteItemInput::default()
        }),
        Task::Update { key, update, .. } => Request::UpdateItem(UpdateItemInput {
            table_name,
            key: key.clone(),
            update_expression: update.clone(),
            return_consumed_capacity,
            ..UpdateItemInput::default()
        }),
        // The others have machines of their own.
        Task::DescribeTable { .. }
        | Task::Query { .. }
        | Task::Scan { .. }
        | Task::CreateTable { .. }
        | Task::DeleteTable { .. } => Request::DescribeTable(DescribeTableInput { table_name }),
    }
}
