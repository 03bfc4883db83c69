//! One operation that is sent alone: one call, one answer.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done
//! ```

use super::{Context, Next, OneCall};
use crate::api::{
    DeleteItemInput, DescribeTableInput, DescribeTimeToLiveInput, GetItemInput, PutItemInput,
    ReturnConsumedCapacity, ReturnValues, UpdateItemInput,
};
use crate::error::{CallError, mismatched_answer};
use crate::item::Item;
use crate::operation::{Returns, Settled, Task, WriteOptions};
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
        let settled = match (context.task(operation), answer) {
            (Task::Get { .. }, Ok(Response::GetItem(answer))) => {
                match check_item(operation, answer.item.as_ref(), context) {
                    Ok(()) => Settled::Item(answer.item),
                    Err(error) => return context.fail_call(operation, error),
                }
            }
            (Task::DescribeTable { .. }, Ok(Response::DescribeTable(answer))) => {
                Settled::Table(Box::new(answer.table))
            }
            (Task::DescribeTimeToLive { .. }, Ok(Response::DescribeTimeToLive(answer))) => {
                Settled::TimeToLive(answer.time_to_live_description)
            }
            (Task::Put { item, options, .. }, Ok(Response::PutItem(answer))) => {
                written(options.as_deref(), answer.attributes, Some(item))
            }
            (Task::Delete { options, .. }, Ok(Response::DeleteItem(answer))) => {
                written(options.as_deref(), answer.attributes, None)
            }
            (Task::Update { options, .. }, Ok(Response::UpdateItem(answer))) => {
                written(options.as_deref(), answer.attributes, None)
            }
            (Task::Call { request }, Ok(response)) if request.action() == response.action() => {
                Settled::Response(Box::new(response))
            }
            (_, Ok(_)) => {
                let action = request(operation, context).action();
                return context.fail_call(operation, mismatched_answer(action));
            }
            (_, Err(error)) => return context.fail_call(operation, error),
        };
        context.settle(operation, settled);
    }
}

/// Refuses an item that is not the one that was asked for.
pub(super) fn check_item(
    operation: u32,
    item: Option<&Item>,
    context: &Context<'_>,
) -> Result<(), CallError> {
    let (Task::Get { key, projection, .. }, Some(item)) = (context.task(operation), item) else {
        return Ok(());
    };
    let problem = match key.is_of(item) {
        Ok(Some(true)) => return Ok(()),
        // What was not asked for may be missing.
        Ok(None) if !projection.is_empty() => return Ok(()),
        Ok(_) => format!("the answer holds another item than the one that was asked for, ({key})"),
        Err(problem) => format!("the key of the item that was answered cannot be read: {problem}"),
    };
    Err(CallError::Unknown { rejection: None, problem })
}

/// What a write ends with: `answered` by the service or, where a put is asked for what it wrote, that.
fn written(options: Option<&WriteOptions>, answered: Option<Item>, item: Option<&Item>) -> Settled {
    match (options.map(|options| options.returns).unwrap_or_default(), item) {
        (Returns::Nothing, _) => Settled::Done,
        (Returns::New, Some(item)) => Settled::Item(Some(item.clone())),
        // A service may answer no attributes by an empty map.
        _ => Settled::Item(answered.filter(|item| item.as_bytes() != b"{}")),
    }
}

fn request(operation: u32, context: &Context<'_>) -> Request {
    let task = context.task(operation);
    if let Task::Call { request } = task {
        return (**request).clone();
    }
    let table = context.table_id(operation);
    let table_name = context.table_name(table);
    let return_consumed_capacity = match task {
        Task::Get { .. } => ReturnConsumedCapacity::Total,
        _ => context.cost_of_write(table),
    };
    let options = task.options();
    let condition_expression = options.and_then(|options| options.condition.clone());
    let return_values_on_condition_check_failure =
        options.map(|options| options.on_failure).unwrap_or_default();
    let return_values = return_values(task);
    match task {
        Task::Get { key, consistent_read, projection, .. } => Request::GetItem(GetItemInput {
            table_name,
            key: key.clone(),
            consistent_read: *consistent_read,
            projection_expression: projection.clone(),
            return_consumed_capacity,
            ..GetItemInput::default()
        }),
        Task::Put { item, .. } => Request::PutItem(PutItemInput {
            table_name,
            item: item.clone(),
            condition_expression,
            return_values,
            return_values_on_condition_check_failure,
            return_consumed_capacity,
            ..PutItemInput::default()
        }),
        Task::Delete { key, .. } => Request::DeleteItem(DeleteItemInput {
            table_name,
            key: key.clone(),
            condition_expression,
            return_values,
            return_values_on_condition_check_failure,
            return_consumed_capacity,
            ..DeleteItemInput::default()
        }),
        Task::Update { key, update, .. } => Request::UpdateItem(UpdateItemInput {
            table_name,
            key: key.clone(),
            update_expression: update.clone(),
            condition_expression,
            return_values,
            return_values_on_condition_check_failure,
            return_consumed_capacity,
            ..UpdateItemInput::default()
        }),
        Task::DescribeTimeToLive { .. } => {
            Request::DescribeTimeToLive(DescribeTimeToLiveInput { table_name })
        }
        // The others have machines of their own.
        _ => Request::DescribeTable(DescribeTableInput { table_name }),
    }
}

/// What the service is asked to return.
fn return_values(task: &Task) -> ReturnValues {
    match (task.options().map(|options| options.returns).unwrap_or_default(), task) {
        (Returns::Nothing, _) | (Returns::New, Task::Put { .. }) => ReturnValues::None,
        (Returns::Old, _) => ReturnValues::AllOld,
        (Returns::New, _) => ReturnValues::AllNew,
        (Returns::UpdatedOld, _) => ReturnValues::UpdatedOld,
        (Returns::UpdatedNew, _) => ReturnValues::UpdatedNew,
    }
}
