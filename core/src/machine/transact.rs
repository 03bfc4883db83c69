//! A transaction: one call under a token, or one read of several items at one moment. A write that is to be applied exactly
//! once is a transaction of one.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done
//! ```

use super::{Context, Next, OneCall};
use crate::api::{
    ConditionCheck, ReturnConsumedCapacity, TransactDelete, TransactGet, TransactGetItem,
    TransactGetItemsInput, TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsInput,
};
use crate::error::{CallError, Cancellation, Error, mismatched_answer};
use crate::operation::{Settled, Task};
use crate::request::{Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transact {
    operation: [u32; 1],
    call: OneCall,
}

impl Transact {
    pub(crate) fn new(operation: u32) -> Self {
        Self { operation: [operation], call: OneCall::Idle }
    }

    pub(crate) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        self.call.next(|| request(self.operation[0], context))
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        self.call = OneCall::Done;
        let [operation] = self.operation;
        match (context.task(operation), answer) {
            (Task::TransactGet { gets }, Ok(Response::TransactGetItems(answer)))
                if answer.responses.len() == gets.len() =>
            {
                let items = answer.responses.into_iter().map(|response| response.item).collect();
                context.settle(operation, Settled::Positions(items));
            }
            (Task::Call { .. }, Ok(response @ Response::ExecuteTransaction(_))) => {
                context.settle(operation, Settled::Response(Box::new(response)));
            }
            (Task::Call { .. } | Task::TransactGet { .. }, Ok(_)) => {
                let action = request(operation, context).action();
                context.fail_call(operation, mismatched_answer(action));
            }
            (_, Ok(Response::TransactWriteItems(_))) => context.settle(operation, Settled::Done),
            (_, Ok(_)) => {
                let action = request(operation, context).action();
                context.fail_call(operation, mismatched_answer(action));
            }
            (task, Err(error)) => {
                let causes = cancellations(task, &error, context);
                if causes.is_empty() {
                    context.fail_call(operation, error);
                } else {
                    let subject = task.subject(context.tables);
                    context.fail(operation, Error::Cancelled { subject, causes, error });
                }
            }
        }
    }
}

/// Why a transaction was cancelled, by its actions.
fn cancellations(task: &Task, error: &CallError, context: &Context<'_>) -> Vec<Cancellation> {
    let reasons = error.rejection().map_or(&[][..], |rejection| &rejection.cancellation_reasons);
    let actions = match task {
        // Its statements name their tables themselves; the reasons stand in the rejection, by position.
        Task::Call { .. } => &[],
        other => other.parts(),
    };
    let causes = actions.iter().enumerate().zip(reasons).filter(|(_, reason)| reason.code != "None");
    causes
        .map(|((action, task), reason)| Cancellation {
            action,
            subject: task.subject(context.tables),
            reason: reason.clone(),
        })
        .collect()
}

fn request(operation: u32, context: &Context<'_>) -> Request {
    let return_consumed_capacity = ReturnConsumedCapacity::Total;
    let write = |actions: &[Task], token: Option<String>| {
        let apart = |action: &Task| {
            action
                .table()
                .is_some_and(|table| context.cost_of_write(table) == ReturnConsumedCapacity::Indexes)
        };
        let return_consumed_capacity = match actions.iter().any(apart) {
            true => ReturnConsumedCapacity::Indexes,
            false => return_consumed_capacity,
        };
        Request::TransactWriteItems(TransactWriteItemsInput {
            transact_items: actions.iter().filter_map(|action| write_item(action, context)).collect(),
            client_request_token: token,
            return_consumed_capacity,
            ..TransactWriteItemsInput::default()
        })
    };
    let made = || context.entry(operation).write.as_ref().map(|write| write.id.attempt(0));
    match context.task(operation) {
        Task::TransactWrite { actions, token } => write(actions, token.clone().or_else(made)),
        Task::TransactGet { gets } => Request::TransactGetItems(TransactGetItemsInput {
            transact_items: gets.iter().filter_map(|get| read_item(get, context)).collect(),
            return_consumed_capacity,
        }),
        Task::Call { request } => under_token(request, operation, context),
        // A check has no name, and needs no token.
        single => write(std::slice::from_ref(single), made()),
    }
}

/// A transaction of statements, under a token of the run's own where the user named none.
fn under_token(request: &Request, operation: u32, context: &Context<'_>) -> Request {
    let mut request = request.clone();
    if let Request::ExecuteTransaction(input) = &mut request {
        let made = context.entry(operation).write.as_ref().map(|write| write.id.attempt(0));
        input.client_request_token = input.client_request_token.take().or(made);
    }
    request
}

fn read_item(get: &Task, context: &Context<'_>) -> Option<TransactGetItem> {
    let Task::Get { table, key, projection, .. } = get else { return None };
    let get = TransactGet {
        table_name: context.table_name(*table),
        key: key.clone(),
        projection_expression: projection.clone(),
    };
    Some(TransactGetItem { get })
}

fn write_item(action: &Task, context: &Context<'_>) -> Option<TransactWriteItem> {
    let table_name = context.table_name(action.table()?);
    let condition_expression = action.options().and_then(|options| options.condition.clone());
    let return_values_on_condition_check_failure =
        action.options().map(|options| options.on_failure).unwrap_or_default();
    Some(match action {
        Task::Put { item, .. } => TransactWriteItem::Put(TransactPut {
            table_name,
            item: item.clone(),
            condition_expression,
            return_values_on_condition_check_failure,
        }),
        Task::Delete { key, .. } => TransactWriteItem::Delete(TransactDelete {
            table_name,
            key: key.clone(),
            condition_expression,
            return_values_on_condition_check_failure,
        }),
        Task::Update { key, update, .. } => TransactWriteItem::Update(TransactUpdate {
            table_name,
            key: key.clone(),
            update_expression: update.clone(),
            condition_expression,
            return_values_on_condition_check_failure,
        }),
        Task::Check { key, condition, on_failure, .. } => TransactWriteItem::ConditionCheck(ConditionCheck {
            table_name,
            key: key.clone(),
            condition_expression: (**condition).clone(),
            return_values_on_condition_check_failure: *on_failure,
        }),
        _ => return None,
    })
}
