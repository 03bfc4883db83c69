//! Gets in one BatchGetItem, or several gets of one item in a GetItem.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done    read: settled; unprocessed: requeued; rejected as a whole: sent alone
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::single::check_item;
use super::{Context, Effect, Next, OneCall};
use crate::api::{
    BatchGetItemInput, BatchGetItemOutput, GetItemInput, KeysAndAttributes, ReturnConsumedCapacity,
};
use crate::error::{CallError, mismatched_answer};
use crate::item::Item;
use crate::item_set::ItemSet;
use crate::key::Key;
use crate::operation::{Settled, Task, TaskItem};
use crate::request::{Request, Response};
use crate::table::TableId;
use crate::wire::WireError;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BatchGet {
    operations: Vec<u32>,
    call: OneCall,
}

impl BatchGet {
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
            Ok(Response::BatchGetItem(answer)) => answer,
            Ok(Response::GetItem(answer)) if is_one_item(&self.operations, context) => {
                if let Err(error) = check_item(self.operations[0], answer.item.as_ref(), context) {
                    return context.fail_calls(&self.operations, &error);
                }
                for operation in &self.operations {
                    context.settle(*operation, Settled::Item(answer.item.clone()));
                }
                return;
            }
            Ok(_) => {
                let action = request(&self.operations, context).action();
                return context.fail_calls(&self.operations, &mismatched_answer(action));
            }
            Err(CallError::Refused(rejection))
                if rejection.may_be_one_members() && !is_one_item(&self.operations, context) =>
            {
                return context.take_apart(&self.operations);
            }
            Err(error) => return context.fail_calls(&self.operations, &error),
        };
        let mut asked = ItemSet::default();
        let gets = self.operations.iter().flat_map(|operation| context.task(*operation).items());
        let places: Vec<usize> = gets.map(|get| asked.enter(get)).collect();
        let found = match found(&asked, &answer, context) {
            Ok(found) => found,
            Err(problem) => {
                let problem = format!("the answer cannot be read: {problem}");
                return context
                    .fail_calls(&self.operations, &CallError::Unknown { rejection: None, problem });
            }
        };
        let unprocessed: BTreeSet<(&str, &Key)> = answer
            .unprocessed_keys
            .iter()
            .flat_map(|(table, keys)| keys.keys.iter().map(move |key| (table.as_str(), key)))
            .collect();
        for (operation, place) in self.operations.iter().zip(places) {
            let Task::Get { table, key, .. } = context.task(*operation) else { continue };
            let is_unprocessed =
                !unprocessed.is_empty() && unprocessed.contains(&(context.table_name(*table).as_str(), key));
            if is_unprocessed {
                context.effects.push(Effect::Requeue(*operation));
            } else {
                context.settle(*operation, Settled::Item(found[place].clone()));
            }
        }
    }
}

/// Whether all of the gets are of one item.
fn is_one_item(operations: &[u32], context: &Context<'_>) -> bool {
    let item = |operation: &u32| {
        let task = context.task(*operation);
        (task.table(), task.key())
    };
    operations.windows(2).all(|pair| item(&pair[0]) == item(&pair[1]))
}

fn request(operations: &[u32], context: &Context<'_>) -> Request {
    if is_one_item(operations, context)
        && let Task::Get { table, key, consistent_read, projection } = context.task(operations[0])
    {
        return Request::GetItem(GetItemInput {
            table_name: context.table_name(*table),
            key: key.clone(),
            consistent_read: *consistent_read,
            projection_expression: projection.clone(),
            return_consumed_capacity: ReturnConsumedCapacity::Total,
            ..GetItemInput::default()
        });
    }
    let mut by_table: BTreeMap<TableId, KeysAndAttributes> = BTreeMap::new();
    let mut known = ItemSet::default();
    for operation in operations {
        let Task::Get { table, key, consistent_read, projection } = context.task(*operation) else {
            continue;
        };
        let before = known.len();
        known.enter(TaskItem { table: *table, key, write: false });
        if known.len() > before {
            let entry = by_table.entry(*table).or_default();
            entry.consistent_read = *consistent_read;
            entry.projection_expression.clone_from(projection);
            entry.keys.push(key.clone());
        }
    }
    let mut request_items: BTreeMap<String, KeysAndAttributes> = BTreeMap::new();
    for (table, mut keys) in by_table {
        // Two types may describe one table.
        let entry = request_items.entry(context.table_name(table)).or_default();
        keys.keys.splice(..0, std::mem::take(&mut entry.keys));
        *entry = keys;
    }
    Request::BatchGetItem(BatchGetItemInput {
        request_items,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
    })
}

/// The items of an answer, which come in no particular order, by the places of what was asked for.
fn found(
    asked: &ItemSet<'_>,
    answer: &BatchGetItemOutput,
    context: &Context<'_>,
) -> Result<Vec<Option<Item>>, WireError> {
    let mut found = vec![None; asked.len()];
    let tables: BTreeSet<TableId> = asked.iter().map(|item| item.table).collect();
    for table in tables {
        let Some(items) = answer.responses.get(&context.table_name(table)) else { continue };
        let keys = &context.table(table).keys;
        for item in items.iter() {
            let key = keys.extract(&item)?;
            if let Some(place) = asked.find(TaskItem { table, key: &key, write: false }) {
                found[place] = Some(item);
            }
        }
    }
    Ok(found)
}
