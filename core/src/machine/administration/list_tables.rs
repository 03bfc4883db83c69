//! The names of all tables, over as many pages as it takes.
//!
//! ```text
//! Idle --ListTables--> UnderWay --page with an end--> Idle
//!                              --last page----------> Ended
//! ```

use crate::api::ListTablesInput;
use crate::error::{CallError, mismatched_answer};
use crate::machine::{Context, Next};
use crate::operation::Settled;
use crate::request::{Action, Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListTables {
    operation: [u32; 1],
    state: State,
    names: Vec<String>,
    /// Where the last page ended.
    last: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Idle,
    UnderWay,
    Ended,
}

impl ListTables {
    pub(crate) fn new(operation: u32) -> Self {
        Self { operation: [operation], state: State::Idle, names: Vec::new(), last: None }
    }

    pub(in crate::machine) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(in crate::machine) fn next(&mut self) -> Next {
        match self.state {
            State::Idle => {
                self.state = State::UnderWay;
                let exclusive_start_table_name = self.last.clone();
                Next::send(
                    0,
                    Request::ListTables(ListTablesInput { exclusive_start_table_name, limit: None }),
                )
            }
            State::UnderWay => Next::Wait(None),
            State::Ended => Next::Done,
        }
    }

    pub(in crate::machine) fn answer(
        &mut self,
        answer: Result<Response, CallError>,
        context: &mut Context<'_>,
    ) {
        let [operation] = self.operation;
        self.state = State::Ended;
        let page = match answer {
            Ok(Response::ListTables(page)) => page,
            Ok(_) => return context.fail_call(operation, mismatched_answer(Action::ListTables)),
            Err(error) => return context.fail_call(operation, error),
        };
        self.names.extend(page.table_names);
        match page.last_evaluated_table_name {
            None => context.settle(operation, Settled::Names(std::mem::take(&mut self.names))),
            // Names come in order.
            Some(end) if self.last.as_ref().is_some_and(|last| end <= *last) => {
                let problem = format!("a page of table names that began after `{end}` ended there");
                context.fail_call(operation, CallError::Unknown { rejection: None, problem });
            }
            end => {
                self.last = end;
                self.state = State::Idle;
            }
        }
    }
}
