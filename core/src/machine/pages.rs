//! A query or scan over as many pages as it takes.
//!
//! Each segment (a query has one) is in one of these states; the operation ends when all are done, when its limit is
//! reached, or when a page cannot be had:
//!
//! ```text
//! Idle --Send--> UnderWay --page with a key--> Idle
//!                         --last page--------> Done
//! ```

use super::{Context, Effect, Next};
use crate::api::{QueryInput, ReturnConsumedCapacity, ScanInput};
use crate::error::{CallError, mismatched_answer};
use crate::expression::KeyCondition;
use crate::item::{Item, Items};
use crate::operation::{Settled, Task};
use crate::request::{Request, Response};

/// The largest `Limit` that the API takes, a signed 32-bit number.
const MAX_LIMIT: u32 = i32::MAX as u32;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pages {
    operation: [u32; 1],
    segments: Vec<Segment>,
    /// How many items are still wanted.
    left: Option<u64>,
    collected: Vec<Items>,
    ended: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Segment {
    state: State,
    /// Where the last page ended.
    cursor: Option<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Idle,
    UnderWay,
    Done,
}

impl Pages {
    pub(crate) fn new(operation: u32, segments: u32, task: &Task) -> Self {
        let left = match task {
            Task::Query { limit, .. } | Task::Scan { limit, .. } => *limit,
            _ => None,
        };
        let segments = (0..segments).map(|_| Segment { state: State::Idle, cursor: None }).collect();
        Self { operation: [operation], segments, left, collected: Vec::new(), ended: false }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        if self.ended {
            return Next::Done;
        }
        if self.left == Some(0) {
            self.end(context);
            return Next::Done;
        }
        let Some(index) = self.segments.iter().position(|segment| segment.state == State::Idle) else {
            return Next::Wait(None);
        };
        self.segments[index].state = State::UnderWay;
        let tag = u32::try_from(index).expect("segments are counted in 32 bits");
        Next::send(tag, self.request(tag, context))
    }

    pub(super) fn answer(
        &mut self,
        tag: u32,
        answer: Result<Response, CallError>,
        context: &mut Context<'_>,
    ) {
        if self.ended {
            return;
        }
        let [operation] = self.operation;
        let (mut items, cursor) = match answer {
            Ok(Response::Query(page)) if matches!(context.task(operation), Task::Query { .. }) => {
                (page.items, page.last_evaluated_key)
            }
            Ok(Response::Scan(page)) if matches!(context.task(operation), Task::Scan { .. }) => {
                (page.items, page.last_evaluated_key)
            }
            Ok(_) => {
                let action = self.request(tag, context).action();
                return self.fail(mismatched_answer(action), context);
            }
            Err(error) => return self.fail(error, context),
        };
        let segment = &mut self.segments[tag as usize];
        if cursor.is_some() && cursor == segment.cursor {
            let problem = "a page ended where it began, so that there would be no end of pages".to_owned();
            return self.fail(CallError::Unknown { rejection: None, problem }, context);
        }
        segment.state = if cursor.is_some() { State::Idle } else { State::Done };
        segment.cursor = cursor;
        if let Some(left) = &mut self.left {
            items.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= items.len() as u64;
        }
        if context.streamed {
            if !items.is_empty() {
                context.effects.push(Effect::Deliver(operation, items));
            }
        } else if !items.is_empty() {
            self.collected.push(items);
        }
        if self.left == Some(0) || self.segments.iter().all(|segment| segment.state == State::Done) {
            self.end(context);
        }
    }

    fn end(&mut self, context: &mut Context<'_>) {
        self.ended = true;
        context.settle(self.operation[0], Settled::Items(std::mem::take(&mut self.collected)));
    }

    fn fail(&mut self, error: CallError, context: &mut Context<'_>) {
        self.ended = true;
        context.fail_call(self.operation[0], error);
    }

    fn request(&self, tag: u32, context: &Context<'_>) -> Request {
        let task = context.task(self.operation[0]);
        let table_name = context.table_name(task.table());
        let limit = self.left.map(|left| u32::try_from(left).unwrap_or(u32::MAX).min(MAX_LIMIT));
        let exclusive_start_key = self.segments[tag as usize].cursor.clone();
        let return_consumed_capacity = ReturnConsumedCapacity::Total;
        if let Task::Query { table, hash, range, forward, consistent_read, .. } = task {
            let keys = &context.table(*table).keys;
            let range_name = keys.range.as_ref().map(|range| range.name.clone()).unwrap_or_default();
            return Request::Query(QueryInput {
                table_name,
                key_condition_expression: KeyCondition {
                    equal: vec![(keys.hash.name.clone(), hash.clone())],
                    range: range.clone().map(|range| (range_name, range)),
                },
                scan_index_forward: *forward,
                limit,
                exclusive_start_key,
                consistent_read: *consistent_read,
                return_consumed_capacity,
                ..QueryInput::default()
            });
        }
        let total = u32::try_from(self.segments.len()).expect("segments are counted in 32 bits");
        Request::Scan(ScanInput {
            table_name,
            limit,
            exclusive_start_key,
            segment: (total > 1).then_some(tag),
            total_segments: (total > 1).then_some(total),
            consistent_read: matches!(task, Task::Scan { consistent_read: true, .. }),
            return_consumed_capacity,
            ..ScanInput::default()
        })
    }
}
