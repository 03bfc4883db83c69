//! A table's tags: asking for its Amazon resource name, and then for the tags, or for a change of them.
//!
//! ```text
//! Begin --DescribeTable--> Describing --its name--> Known --ListTagsOfResource--------> UnderWay --last page--> Ended
//!                                                     ^   --TagResource, UntagResource->    |     --done------> Ended
//!                                                     +------ page with a token ------------+
//! ```

use std::collections::BTreeMap;

use crate::api::{DescribeTableInput, ListTagsOfResourceInput, Tag, TagResourceInput, UntagResourceInput};
use crate::error::{CallError, mismatched_answer};
use crate::machine::{Context, Next};
use crate::operation::{Settled, TagChange, Task};
use crate::request::{Action, Request, Response};

/// The most pages: far more than the tags that a table may have.
const MOST_PAGES: u32 = 100;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tags {
    operation: [u32; 1],
    state: State,
    resource_arn: String,
    tags: BTreeMap<String, String>,
    next_token: Option<String>,
    pages: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Begin,
    Describing,
    Known,
    UnderWay,
    Ended,
}

impl Tags {
    pub(crate) fn new(operation: u32) -> Self {
        Self {
            operation: [operation],
            state: State::Begin,
            resource_arn: String::new(),
            tags: BTreeMap::new(),
            next_token: None,
            pages: 0,
        }
    }

    pub(in crate::machine) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(in crate::machine) fn next(&mut self, context: &mut Context<'_>) -> Next {
        match self.state {
            State::Begin => {
                self.state = State::Describing;
                let table_name = context.table_name(context.table_id(self.operation[0]));
                Next::send(0, Request::DescribeTable(DescribeTableInput { table_name }))
            }
            State::Known => {
                self.state = State::UnderWay;
                Next::send(0, self.request(context.task(self.operation[0])))
            }
            State::Describing | State::UnderWay => Next::Wait(None),
            State::Ended => Next::Done,
        }
    }

    pub(in crate::machine) fn answer(
        &mut self,
        answer: Result<Response, CallError>,
        context: &mut Context<'_>,
    ) {
        let [operation] = self.operation;
        match (std::mem::replace(&mut self.state, State::Ended), answer) {
            (State::Describing, Ok(Response::DescribeTable(answer))) => match answer.table.table_arn {
                Some(resource_arn) => {
                    self.resource_arn = resource_arn;
                    self.state = State::Known;
                }
                None => {
                    let problem = "the service told no Amazon resource name of the table".to_owned();
                    context.fail_call(operation, CallError::NotSent { problem });
                }
            },
            (State::UnderWay, Ok(Response::ListTagsOfResource(page))) => {
                self.tags.extend(page.tags.into_iter().map(|tag| (tag.key, tag.value)));
                self.pages += 1;
                if page.next_token.is_none() {
                    context.settle(operation, Settled::Tags(std::mem::take(&mut self.tags)));
                } else if self.pages == MOST_PAGES {
                    let problem = format!("the table's tags did not end in {MOST_PAGES} pages");
                    context.fail_call(operation, CallError::Unknown { rejection: None, problem });
                } else {
                    self.next_token = page.next_token;
                    self.state = State::Known;
                }
            }
            (State::UnderWay, Ok(Response::TagResource(_) | Response::UntagResource(_))) => {
                context.settle(operation, Settled::Done);
            }
            (State::Describing, Ok(_)) => {
                context.fail_call(operation, mismatched_answer(Action::DescribeTable));
            }
            (_, Ok(_)) => {
                let action = self.request(context.task(operation)).action();
                context.fail_call(operation, mismatched_answer(action));
            }
            (_, Err(error)) => context.fail_call(operation, error),
        }
    }

    fn request(&self, task: &Task) -> Request {
        let resource_arn = self.resource_arn.clone();
        match task {
            Task::ChangeTags { change: TagChange::Add(tags), .. } => {
                let tags = tags.iter().map(|(key, value)| Tag::new(key, value)).collect();
                TagResourceInput { resource_arn, tags }.into()
            }
            Task::ChangeTags { change: TagChange::Remove(keys), .. } => {
                UntagResourceInput { resource_arn, tag_keys: keys.iter().cloned().collect() }.into()
            }
            _ => ListTagsOfResourceInput { resource_arn, next_token: self.next_token.clone() }.into(),
        }
    }
}
