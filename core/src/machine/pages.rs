//! A query or scan over as many pages as it takes, collected or handed out as they come.
//!
//! Each segment (a query has one) is in one of these states; the operation ends when all are done, when its limit is
//! reached, after the first page where no more was asked for, or when a page cannot be had:
//!
//! ```text
//! Idle --Send--> UnderWay --page with a key--> Idle
//!                         --last page--------> Done
//! ```

use super::round::{self, Round};
use super::{Context, Effect, Next};
use crate::api::{QueryInput, ReturnConsumedCapacity, ScanInput, Select};
use crate::cursor::Cursor;
use crate::error::{CallError, mismatched_answer};
use crate::item::{Item, Items};
use crate::operation::{
    PagePlace, ReadSoFar, Reading, ReadingAnswer, SegmentSoFar, Segments, Settled, SettledPage, Task,
    page_key,
};
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
    counted: u64,
    ended: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Segment {
    state: State,
    /// Where the last page ended.
    cursor: Option<Item>,
    round: Round<Item>,
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
        let reading = task.reading();
        let so_far = reading.and_then(|reading| reading.so_far.as_deref().cloned());
        let ReadSoFar { items, segments } = so_far.unwrap_or_else(|| ReadSoFar::nothing(task));
        let left = reading.and_then(|reading| reading.limit).map(|limit| limit.saturating_sub(items));
        let segments = segments.into_iter().map(Segment::from).collect();
        Self { operation: [operation], segments, left, collected: Vec::new(), counted: items, ended: false }
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
            // An earlier run may have handed out all that there is.
            if self.is_all_read() {
                self.end(None, context);
                return Next::Done;
            }
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
        let before = segment.cursor.clone();
        if cursor.as_ref().is_some_and(|cursor| segment.round.closes_at(cursor)) {
            return self.fail(CallError::Unknown { rejection: None, problem: round::problem() }, context);
        }
        segment.state = if cursor.is_some() { State::Idle } else { State::Done };
        segment.cursor.clone_from(&cursor);
        let answer = task.reading().map(|reading| reading.answer).unwrap_or_default();
        let mut end = cursor.clone();
        if let Some(left) = &mut self.left {
            if answer == ReadingAnswer::Count {
                count = count.min(*left);
                *left -= count;
            } else {
                let before = items.len();
                items.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= items.len() as u64;
                if items.len() < before && answer == ReadingAnswer::Page {
                    let reading = task.reading().expect("only readings have pages");
                    let table = context.table(context.table_id(operation));
                    match page_key(&items, items.len().saturating_sub(1), reading, table) {
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
        if answer == ReadingAnswer::Stream {
            let after = cursor.map_or(SegmentSoFar::Read, |cursor| SegmentSoFar::After(Some(cursor)));
            let place = PagePlace { operation, segment: tag, before, after };
            context.effects.push(Effect::Deliver(items, Box::new(place)));
        } else if !items.is_empty() {
            self.collected.push(items);
        }
        let one_page = answer == ReadingAnswer::Page && self.left.is_none();
        if self.left == Some(0) || one_page || self.is_all_read() {
            self.end(end, context);
        }
    }

    fn is_all_read(&self) -> bool {
        self.segments.iter().all(|segment| segment.state == State::Done)
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
                ReadingAnswer::Count | ReadingAnswer::Stream => Settled::Count(self.counted),
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
        let reading = task.reading().unwrap_or(&plain);
        let index_name = reading.index.as_ref().map(|index| index.clone().into_owned());
        let select = (reading.answer == ReadingAnswer::Count).then_some(Select::Count);
        let projection_expression = match select {
            None => reading.projection.clone(),
            Some(_) => Vec::new(),
        };
        let filter_expression = reading.filter.clone();
        let limit = self.limit(reading);
        let exclusive_start_key = self.segments[tag as usize].cursor.clone();
        let return_consumed_capacity = match &index_name {
            // An index has a capacity of its own.
            Some(_) => ReturnConsumedCapacity::Indexes,
            None => ReturnConsumedCapacity::Total,
        };
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

impl From<SegmentSoFar> for Segment {
    fn from(so_far: SegmentSoFar) -> Self {
        match so_far {
            SegmentSoFar::After(cursor) => {
                Self { state: State::Idle, round: Round::from(cursor.clone()), cursor }
            }
            SegmentSoFar::Read => Self { state: State::Done, cursor: None, round: Round::from(None) },
        }
    }
}
