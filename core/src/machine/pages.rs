//! A query or scan over as many pages as it takes.
//!
//! Each segment (a query has one) is in one of these states; the operation ends when all are done, when its limit is
//! reached, after the first page where no more was asked for, or when a page cannot be had:
//!
//! ```text
//! Idle --Send--> UnderWay --page with a key--> Idle
//!                         --last page--------> Done
//! ```

use super::{Context, Effect, Next};
use crate::api::{QueryInput, ReturnConsumedCapacity, ScanInput, Select};
use crate::cursor::Cursor;
use crate::error::{CallError, mismatched_answer};
use crate::item::{Item, Items};
use crate::operation::{Reading, ReadingAnswer, Segments, Settled, SettledPage, Task};
use crate::request::{Request, Response};
use crate::value::Attributes;
use crate::wire::WireError;

/// The largest `Limit` that the API takes, a signed 32-bit number.
const MAX_LIMIT: u32 = i32::MAX as u32;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pages {
    operation: [u32; 1],
    segments: Vec<Segment>,
    /// How many items are still wanted.
    left: Option<u64>,
    collected: Vec<Items>,
    counted: u64,
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

/// A page of either action.
struct Answered {
    items: Items,
    count: u64,
    cursor: Option<Item>,
}

impl Pages {
    pub(crate) fn new(operation: u32, task: &Task) -> Self {
        let segments = match task {
            Task::Scan { segments: Segments::All(segments), .. } => *segments,
            _ => 1,
        };
        let start = reading(task).and_then(|reading| reading.start.clone());
        let segments = (0..segments).map(|_| Segment { state: State::Idle, cursor: start.clone() }).collect();
        let left = reading(task).and_then(|reading| reading.limit);
        Self { operation: [operation], segments, left, collected: Vec::new(), counted: 0, ended: false }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        if self.ended {
            return Next::Done;
        }
        if self.left == Some(0) {
            self.end(None, context);
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
        let task = context.task(operation);
        let Answered { mut items, mut count, cursor } = match (task, answer) {
            (Task::Query { .. }, Ok(Response::Query(page))) => {
                Answered { items: page.items, count: page.count.into(), cursor: page.last_evaluated_key }
            }
            (Task::Scan { .. }, Ok(Response::Scan(page))) => {
                Answered { items: page.items, count: page.count.into(), cursor: page.last_evaluated_key }
            }
            (_, Ok(_)) => {
                let action = self.request(tag, context).action();
                return self.fail(mismatched_answer(action), context);
            }
            (_, Err(error)) => return self.fail(error, context),
        };
        let segment = &mut self.segments[tag as usize];
        if cursor.is_some() && cursor == segment.cursor {
            let problem = "a page ended where it began, so that there would be no end of pages".to_owned();
            return self.fail(CallError::Unknown { rejection: None, problem }, context);
        }
        segment.state = if cursor.is_some() { State::Idle } else { State::Done };
        segment.cursor.clone_from(&cursor);
        let answer = reading(task).map(|reading| reading.answer).unwrap_or_default();
        let mut end = cursor;
        if let Some(left) = &mut self.left {
            if answer == ReadingAnswer::Count {
                count = count.min(*left);
                *left -= count;
            } else {
                let before = items.len();
                items.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= items.len() as u64;
                if items.len() < before && answer == ReadingAnswer::Page {
                    match last_key(&items, operation, context) {
                        Ok(key) => end = Some(key),
                        Err(problem) => {
                            let problem = format!("the last item's key cannot be read: {problem}");
                            return self.fail(CallError::Unknown { rejection: None, problem }, context);
                        }
                    }
                }
            }
        }
        self.counted += count;
        if !items.is_empty() {
            if context.streamed {
                context.effects.push(Effect::Deliver(operation, items));
            } else {
                self.collected.push(items);
            }
        }
        let one_page = answer == ReadingAnswer::Page && self.left.is_none();
        let read_all = self.segments.iter().all(|segment| segment.state == State::Done);
        if self.left == Some(0) || one_page || read_all {
            self.end(end, context);
        }
    }

    /// Ends the operation; its page, where it is one, goes on after `end`.
    fn end(&mut self, end: Option<Item>, context: &mut Context<'_>) {
        self.ended = true;
        let [operation] = self.operation;
        let items = std::mem::take(&mut self.collected);
        let (Task::Query { reading, fingerprint, .. } | Task::Scan { reading, fingerprint, .. }) =
            context.task(operation)
        else {
            return;
        };
        context.settle(
            operation,
            match reading.answer {
                ReadingAnswer::Items => Settled::Items(items),
                ReadingAnswer::Count => Settled::Count(self.counted),
                ReadingAnswer::Page => {
                    let cursor = end.map(|key| Cursor::new(*fingerprint, &key));
                    Settled::Page(SettledPage { items, cursor })
                }
            },
        );
    }

    fn fail(&mut self, error: CallError, context: &mut Context<'_>) {
        self.ended = true;
        context.fail_call(self.operation[0], error);
    }

    /// How many items to ask for. Without a filter of the user's, no more are read than wanted.
    fn limit(&self, reading: &Reading) -> Option<u32> {
        let wanted = self.left.filter(|_| !reading.is_filtered());
        let wanted = wanted.map(|left| u32::try_from(left).unwrap_or(u32::MAX).min(MAX_LIMIT));
        match (wanted, reading.page_size) {
            (Some(wanted), Some(page_size)) => Some(wanted.min(page_size)),
            (wanted, page_size) => wanted.or(page_size.map(|size| size.min(MAX_LIMIT))),
        }
    }

    fn request(&self, tag: u32, context: &Context<'_>) -> Request {
        let [operation] = self.operation;
        let task = context.task(operation);
        let table_name = context.table_name(context.table_id(operation));
        let plain = Reading::default();
        let reading = reading(task).unwrap_or(&plain);
        let index_name = reading.index.as_ref().map(|index| index.clone().into_owned());
        let select = (reading.answer == ReadingAnswer::Count).then_some(Select::Count);
        let projection_expression = match select {
            None => reading.projection.clone(),
            Some(_) => Vec::new(),
        };
        let filter_expression = reading.filter.clone();
        let limit = self.limit(reading);
        let exclusive_start_key = self.segments[tag as usize].cursor.clone();
        let return_consumed_capacity = ReturnConsumedCapacity::Total;
        let consistent_read = reading.consistent_read;
        if let Task::Query { condition, forward, .. } = task {
            return Request::Query(QueryInput {
                table_name,
                index_name,
                key_condition_expression: (**condition).clone(),
                filter_expression,
                projection_expression,
                select,
                scan_index_forward: *forward,
                limit,
                exclusive_start_key,
                consistent_read,
                return_consumed_capacity,
                ..QueryInput::default()
            });
        }
        let (segment, total) = match task {
            Task::Scan { segments: Segments::One { segment, total }, .. } => (*segment, *total),
            Task::Scan { segments: Segments::All(total), .. } => (tag, *total),
            _ => (0, 1),
        };
        Request::Scan(ScanInput {
            table_name,
            index_name,
            filter_expression,
            projection_expression,
            select,
            limit,
            exclusive_start_key,
            segment: (total > 1).then_some(segment),
            total_segments: (total > 1).then_some(total),
            consistent_read,
            return_consumed_capacity,
            ..ScanInput::default()
        })
    }
}

fn reading(task: &Task) -> Option<&Reading> {
    match task {
        Task::Query { reading, .. } | Task::Scan { reading, .. } => Some(reading),
        _ => None,
    }
}

/// The key of the last item: its attributes that are keys of the table or of the index that is read.
fn last_key(items: &Items, operation: u32, context: &Context<'_>) -> Result<Item, WireError> {
    let table = context.table(context.table_id(operation));
    let index = reading(context.task(operation)).and_then(|reading| reading.index.as_deref());
    let index = index.and_then(|name| table.index(name));
    let last = items.len().checked_sub(1).and_then(|last| items.at(last));
    let last = last.ok_or_else(|| WireError::new("there is none"))?;
    let mut key = Attributes::new();
    for part in table.page_key(index) {
        let value = last.attribute(&part.name)?;
        let value = value.ok_or_else(|| WireError::new("the item lacks it").within(&part.name))?;
        key.insert(part.name.clone().into_owned(), value);
    }
    Ok(Item::from_attributes(&key))
}
