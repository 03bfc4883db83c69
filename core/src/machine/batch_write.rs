//! Puts and deletes in one BatchWriteItem.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done    applied: settled; unprocessed: requeued; rejected as a whole: sent alone
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Effect, Next, OneCall};
use crate::api::{BatchWriteItemInput, BatchWriteItemOutput, ReturnConsumedCapacity, WriteRequest};
use crate::error::{CallError, mismatched_answer};
use crate::key::Key;
use crate::operation::{Settled, Task};
use crate::request::{Action, Request, Response};
use crate::table::TableId;
use crate::wire::WireError;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BatchWrite {
    operations: Vec<u32>,
    call: OneCall,
}

impl BatchWrite {
    pub(crate) fn new(operations: Vec<u32>) -> Self {
        Self { operations, call: OneCall::Idle }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operations
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        self.call.next(|| request(&self.operations, context))
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        self.call = OneCall::Done;
        let answer = match answer {
            Ok(Response::BatchWriteItem(answer)) => answer,
            Ok(_) => return context.fail_calls(&self.operations, &mismatched_answer(Action::BatchWriteItem)),
            Err(CallError::Refused(rejection)) if rejection.may_be_one_members() => {
                return context.take_apart(&self.operations);
            }
            Err(error) => return context.fail_calls(&self.operations, &error),
        };
        let unprocessed = match unprocessed(&self.operations, &answer, context) {
            Ok(unprocessed) => unprocessed,
            Err(problem) => {
                let problem = format!("the answer cannot be read: {problem}");
                return context
                    .fail_calls(&self.operations, &CallError::Unknown { rejection: None, problem });
            }
        };
        for operation in &self.operations {
            let task = context.task(*operation);
            let Some(key) = task.key() else { continue };
            let is_unprocessed = !unprocessed.is_empty()
                && unprocessed.contains(&(context.table_name(context.table_id(*operation)), key.clone()));
            if is_unprocessed {
                context.effects.push(Effect::Requeue(*operation));
            } else {
                context.settle(*operation, Settled::Done);
            }
        }
    }
}

fn request(operations: &[u32], context: &Context<'_>) -> Request {
    let mut return_consumed_capacity = ReturnConsumedCapacity::Total;
    let mut by_table: BTreeMap<TableId, Vec<WriteRequest>> = BTreeMap::new();
    for operation in operations {
        let write = match context.task(*operation) {
            Task::Put { item, .. } => WriteRequest::PutRequest { item: item.clone() },
            Task::Delete { key, .. } => WriteRequest::DeleteRequest { key: key.clone() },
            _ => continue,
        };
        by_table.entry(context.table_id(*operation)).or_default().push(write);
    }
    let mut request_items: BTreeMap<String, Vec<WriteRequest>> = BTreeMap::new();
    for (table, mut writes) in by_table {
        if context.cost_of_write(table) == ReturnConsumedCapacity::Indexes {
            return_consumed_capacity = ReturnConsumedCapacity::Indexes;
        }
        // Two types may describe one table.
        request_items.entry(context.table_name(table)).or_default().append(&mut writes);
    }
    Request::BatchWriteItem(BatchWriteItemInput {
        request_items,
        return_consumed_capacity,
        ..BatchWriteItemInput::default()
    })
}

/// The writes that were not applied, by table and key.
fn unprocessed(
    operations: &[u32],
    answer: &BatchWriteItemOutput,
    context: &Context<'_>,
) -> Result<BTreeSet<(String, Key)>, WireError> {
    let mut unprocessed = BTreeSet::new();
    let tables: BTreeSet<_> = operations.iter().map(|operation| context.table_id(*operation)).collect();
    for table in tables {
        let name = context.table_name(table);
        for write in answer.unprocessed_items.get(&name).into_iter().flatten() {
            let key = match write {
                WriteRequest::PutRequest { item } => context.table(table).keys.extract(item)?,
                WriteRequest::DeleteRequest { key } => key.clone(),
            };
            unprocessed.insert((name.clone(), key));
        }
    }
    Ok(unprocessed)
}
