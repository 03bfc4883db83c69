//! Updates of one item that are sent as one, since the result is the same.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done    applied: all settled; refused for good: nothing was applied, so each is
//!                                             sent alone; refused for a while to the end: the first one has failed, and
//!                                             the others follow it; without an answer: unknown for all
//! ```

use super::{Context, Next, OneCall};
use crate::api::{ReturnConsumedCapacity, UpdateItemInput};
use crate::error::{CallError, mismatched_answer};
use crate::expression::Merged;
use crate::operation::{Settled, Task};
use crate::request::{Action, Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MergedUpdate {
    /// In the plan's order.
    operations: Vec<u32>,
    merged: Box<Merged>,
    call: OneCall,
}

impl MergedUpdate {
    pub(crate) fn new(operations: Vec<u32>, merged: Merged) -> Self {
        Self { operations, merged: Box::new(merged), call: OneCall::Idle }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operations
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        self.call.next(|| request(self.operations[0], &self.merged, context))
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        self.call = OneCall::Done;
        let error = match answer {
            Ok(Response::UpdateItem(_)) => {
                // The last one first: then none is waited for by one that has still to be sent.
                for operation in self.operations.iter().rev() {
                    context.settle(*operation, Settled::Done);
                }
                return;
            }
            Ok(_) => mismatched_answer(Action::UpdateItem),
            Err(CallError::Refused(rejection)) if !rejection.is_transient() => {
                return context.take_apart(&self.operations);
            }
            Err(error) => error,
        };
        match error {
            CallError::Unknown { .. } => {
                for operation in self.operations.iter().rev() {
                    context.fail_call(*operation, error.clone());
                }
            }
            // What follows it is skipped, as it would be singly.
            error => context.fail_call(self.operations[0], error),
        }
    }
}

fn request(operation: u32, merged: &Merged, context: &Context<'_>) -> Request {
    let key = match context.task(operation) {
        Task::Update { key, .. } => key.clone(),
        _ => unreachable!("only updates are merged"),
    };
    Request::UpdateItem(UpdateItemInput {
        table_name: context.table_name(context.table_id(operation)),
        key,
        update_expression: merged.update().clone(),
        condition_expression: merged.condition(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..UpdateItemInput::default()
    })
}
