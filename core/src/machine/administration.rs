//! Creating or deleting a table, and waiting for the end of it.
//!
//! ```text
//! Begin --CreateTable/DeleteTable--> Beginning --accepted, or unknown--> Pause --> Ask --DescribeTable--> Asking
//!                                        |                                ^                                |  |
//!                                     refused                             +---------- not there yet -------+  |
//!                                        v                                                                    v
//!                                      Ended <------------------------------------------------- active, or gone
//! ```
//!
//! A lost answer is no harm: what DescribeTable says decides.

use std::time::Duration;

use super::{Context, Next};
use crate::api::{
    CreateTableInput, DeleteTableInput, DescribeTableInput, ProvisionedThroughput, TableDescription,
    TableStatus,
};
use crate::error::{CallError, mismatched_answer};
use crate::moment::Moment;
use crate::operation::{Settled, Task};
use crate::request::{Request, Response};

/// The time between two looks at a table that is not there yet.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Administration {
    operation: [u32; 1],
    state: State,
    /// When the table was asked for.
    began: Moment,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Begin,
    Beginning,
    Pause(Moment),
    Ask,
    Asking,
    Ended,
}

impl Administration {
    pub(crate) fn new(operation: u32) -> Self {
        Self { operation: [operation], state: State::Begin, began: Moment::EPOCH }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        let task = context.task(self.operation[0]);
        match self.state {
            State::Begin => {
                self.began = context.now;
                self.state = State::Beginning;
                Next::send(0, request(task, context))
            }
            State::Pause(until) if context.now < until => Next::Wait(Some(until)),
            State::Pause(_) | State::Ask => {
                self.state = State::Asking;
                let table_name = context.table_name(task.table());
                Next::send(0, Request::DescribeTable(DescribeTableInput { table_name }))
            }
            State::Beginning | State::Asking => Next::Wait(None),
            State::Ended => Next::Done,
        }
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        let creating = matches!(context.task(self.operation[0]), Task::CreateTable { .. });
        match (&self.state, answer) {
            (State::Beginning, Ok(Response::CreateTable(answer))) if creating => {
                self.look(answer.table_description, context);
            }
            (State::Beginning, Ok(Response::DeleteTable(_))) if !creating => self.state = State::Ask,
            (State::Beginning, Err(CallError::Unknown { .. })) => self.state = State::Ask,
            (State::Asking, Ok(Response::DescribeTable(answer))) => self.look(answer.table, context),
            (State::Asking, Err(CallError::Refused(rejection)))
                if !creating && rejection.code == "ResourceNotFoundException" =>
            {
                self.end(Settled::Done, context);
            }
            // Just after CreateTable the service may not find the table yet.
            (State::Asking, Err(CallError::Refused(rejection)))
                if creating && rejection.code == "ResourceNotFoundException" && !self.is_late(context) =>
            {
                self.state = State::Pause(context.now + PAUSE);
            }
            (_, Err(error)) => self.fail(error, context),
            (_, Ok(answer)) => {
                let error = mismatched_answer(answer.action());
                self.fail(error, context);
            }
        }
    }

    fn look(&mut self, description: TableDescription, context: &mut Context<'_>) {
        let creating = matches!(context.task(self.operation[0]), Task::CreateTable { .. });
        if creating && description.table_status == TableStatus::Active {
            self.end(Settled::Table(Box::new(description)), context);
        } else if self.is_late(context) {
            let waited = context.now.since(self.began).as_secs();
            let problem = format!("the table is still {} after {waited} s", description.table_status);
            self.fail(CallError::Unknown { rejection: None, problem }, context);
        } else {
            self.state = State::Pause(context.now + PAUSE);
        }
    }

    fn is_late(&self, context: &Context<'_>) -> bool {
        context.now >= self.began + context.client.settings.table_timeout
    }

    fn end(&mut self, settled: Settled, context: &mut Context<'_>) {
        self.state = State::Ended;
        context.settle(self.operation[0], settled);
    }

    fn fail(&mut self, error: CallError, context: &mut Context<'_>) {
        self.state = State::Ended;
        context.fail_call(self.operation[0], error);
    }
}

fn request(task: &Task, context: &Context<'_>) -> Request {
    let table_name = context.table_name(task.table());
    if !matches!(task, Task::CreateTable { .. }) {
        return Request::DeleteTable(DeleteTableInput { table_name });
    }
    let description = context.table(task.table());
    let provisioned_throughput = match (description.read_capacity, description.write_capacity) {
        (Some(read_capacity_units), Some(write_capacity_units)) => {
            Some(ProvisionedThroughput { read_capacity_units, write_capacity_units })
        }
        _ => None,
    };
    Request::CreateTable(CreateTableInput {
        table_name,
        keys: description.keys.clone(),
        provisioned_throughput,
    })
}
