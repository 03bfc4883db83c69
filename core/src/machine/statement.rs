//! A PartiQL statement over as many pages as it takes.
//!
//! ```text
//! Idle --Send--> UnderWay --page with a token--> Idle
//!                         --last page----------> Done
//! ```

use super::round::{self, Round};
use super::{Context, Next, OneCall};
use crate::api::ExecuteStatementInput;
use crate::error::{CallError, mismatched_answer};
use crate::item::Items;
use crate::operation::{Settled, Task};
use crate::request::{Action, Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StatementPages {
    operation: [u32; 1],
    call: OneCall,
    /// Where the last page ended.
    token: Option<String>,
    round: Round<String>,
    collected: Vec<Items>,
}

impl StatementPages {
    pub(crate) fn new(operation: u32) -> Self {
        Self {
            operation: [operation],
            call: OneCall::Idle,
            token: None,
            round: Round::from(None),
            collected: Vec::new(),
        }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        let token = &self.token;
        let task = context.task(self.operation[0]);
        self.call.next(|| {
            let input = match task {
                Task::Statement { input, .. } => (**input).clone(),
                _ => ExecuteStatementInput::default(),
            };
            let next_token = token.clone().or(input.next_token);
            Request::ExecuteStatement(ExecuteStatementInput { next_token, ..input })
        })
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        let [operation] = self.operation;
        let limit = match context.task(operation) {
            Task::Statement { limit, .. } => limit.unwrap_or(u64::MAX),
            _ => u64::MAX,
        };
        self.call = OneCall::Done;
        let page = match answer {
            Ok(Response::ExecuteStatement(page)) => page,
            Ok(_) => return context.fail_call(operation, mismatched_answer(Action::ExecuteStatement)),
            Err(error) => return context.fail_call(operation, error),
        };
        if page.next_token.as_ref().is_some_and(|token| self.round.closes_at(token)) {
            let error = CallError::Unknown { rejection: None, problem: round::problem() };
            return context.fail_call(operation, error);
        }
        let mut items = page.items;
        let left = limit - self.collected.iter().map(|items| items.len() as u64).sum::<u64>();
        items.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let is_full = items.len() as u64 == left;
        if !items.is_empty() {
            self.collected.push(items);
        }
        self.token = page.next_token;
        if self.token.is_some() && !is_full {
            self.call = OneCall::Idle;
        } else {
            context.settle(operation, Settled::Items(std::mem::take(&mut self.collected)));
        }
    }
}
