//! Creating or deleting a table, and waiting for the end of it.
//!
//! ```text
//! Begin --CreateTable/DeleteTable--> Beginning --accepted, or no answer--> Ask --DescribeTable--> Asking
//!   ^                                    |                                  ^                     |  |  |
//!   |                                 refused                             Pause <-- not there yet +  |  |
//!   +------------------------------------|----- no answer, and nothing has begun --------------------+  |
//!                                        v                                                              v
//!                                      Ended <------------------------------------------- active, or gone
//! ```
//!
//! After a lost answer, what DescribeTable says decides: a table that is not there is asked for again, and one that is
//! there has to have the keys that were asked for.

use std::time::Duration;

use super::{Context, Effect, Next};
use crate::api::{
    CreateTableInput, DeleteTableInput, DescribeTableInput, ProvisionedThroughput, TableDescription,
    TableStatus,
};
use crate::error::{CallError, mismatched_answer};
use crate::moment::Moment;
use crate::operation::{Settled, Task};
use crate::request::{Action, Request, Response};
use crate::table::Description;

/// The time between two looks at a table that is not there yet.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Administration {
    operation: [u32; 1],
    state: State,
    /// When the table was asked for first.
    began: Option<Moment>,
    /// Whether the answer was lost, so that nobody knows whether the service has begun.
    lost: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Begin,
    Beginning,
    /// Then looks again, or begins again.
    Pause {
        until: Moment,
        again: bool,
    },
    Ask,
    Asking,
    Ended,
}

impl Administration {
    /// `lost`: an earlier run may have begun it already.
    pub(crate) fn new(operation: u32, lost: bool) -> Self {
        Self { operation: [operation], state: State::Begin, began: None, lost }
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Next {
        match self.state {
            State::Pause { until, .. } if context.now < until => Next::Wait(Some(until)),
            State::Begin | State::Pause { again: true, .. } => {
                self.began.get_or_insert(context.now);
                self.state = State::Beginning;
                Next::send(0, request(self.operation[0], context))
            }
            State::Pause { again: false, .. } | State::Ask => {
                self.state = State::Asking;
                let table_name = context.table_name(context.table_id(self.operation[0]));
                Next::send(0, Request::DescribeTable(DescribeTableInput { table_name }))
            }
            State::Beginning | State::Asking => Next::Wait(None),
            State::Ended => Next::Done,
        }
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        let creating = matches!(context.task(self.operation[0]), Task::CreateTable { .. });
        let code = match &answer {
            Err(CallError::Refused(rejection)) => rejection.code.clone(),
            _ => String::new(),
        };
        match (&self.state, answer) {
            (State::Beginning, Ok(Response::CreateTable(answer))) if creating => {
                self.begun(context);
                self.look(answer.table_description, context);
            }
            (State::Beginning, Ok(Response::DeleteTable(_))) if !creating => {
                self.begun(context);
                self.state = State::Ask;
            }
            (State::Beginning, Err(CallError::Unknown { .. })) => {
                self.lost = true;
                self.state = State::Ask;
            }
            // What was asked for a second time may have been done the first time.
            (State::Beginning, Err(_)) if self.lost && creating && code == "ResourceInUseException" => {
                self.state = State::Ask;
            }
            (State::Beginning | State::Asking, Err(_))
                if !creating && code == "ResourceNotFoundException" && self.has_begun() =>
            {
                self.end(Settled::Done, context);
            }
            (State::Asking, Err(_))
                if creating && code == "ResourceNotFoundException" && !self.is_late(context) =>
            {
                // Just after CreateTable the service may not find the table yet; or it never heard of it.
                self.wait(self.lost, context);
            }
            (State::Asking, Ok(Response::DescribeTable(answer))) => {
                let status = &answer.table.table_status;
                let again =
                    self.lost && !creating && *status == TableStatus::Active && !self.is_late(context);
                if again { self.wait(true, context) } else { self.look(answer.table, context) }
            }
            (_, Err(error)) => self.fail(error, context),
            (_, Ok(_)) => self.fail(mismatched_answer(Action::DescribeTable), context),
        }
    }

    /// The service has begun: no failure from here on undoes that.
    fn begun(&mut self, context: &mut Context<'_>) {
        self.lost = false;
        context.effects.push(Effect::Begun(self.operation[0]));
    }

    fn has_begun(&self) -> bool {
        self.state == State::Asking || self.lost
    }

    /// Pauses, and then looks again, or asks for the table again.
    fn wait(&mut self, again: bool, context: &Context<'_>) {
        self.state = State::Pause { until: context.now + PAUSE, again };
    }

    fn look(&mut self, description: TableDescription, context: &mut Context<'_>) {
        let creating = matches!(context.task(self.operation[0]), Task::CreateTable { .. });
        let other_keys = description.key_shape().is_some_and(|keys| keys != self.wanted(context).keys);
        if creating && other_keys {
            let problem = "a table of this name with other keys is there".to_owned();
            self.fail(CallError::Unknown { rejection: None, problem }, context);
        } else if creating && description.table_status == TableStatus::Active {
            self.end(Settled::Table(Box::new(description)), context);
        } else if self.is_late(context) {
            let waited = self.waited(context).as_secs();
            let problem = format!("the table is still {} after {waited} s", description.table_status);
            self.fail(CallError::Unknown { rejection: None, problem }, context);
        } else {
            self.wait(false, context);
        }
    }

    fn wanted<'a>(&self, context: &Context<'a>) -> &'a Description {
        context.table(context.table_id(self.operation[0]))
    }

    fn is_late(&self, context: &Context<'_>) -> bool {
        self.waited(context) >= context.client.settings.table_timeout
    }

    fn waited(&self, context: &Context<'_>) -> Duration {
        self.began.map(|began| context.now.since(began)).unwrap_or_default()
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

fn request(operation: u32, context: &Context<'_>) -> Request {
    let task = context.task(operation);
    let table_name = context.table_name(context.table_id(operation));
    if !matches!(task, Task::CreateTable { .. }) {
        return Request::DeleteTable(DeleteTableInput { table_name });
    }
    let description = context.table(context.table_id(operation));
    let table = CreateTableInput::new(table_name, &description.keys);
    Request::CreateTable(Box::new(match (description.read_capacity, description.write_capacity) {
        (Some(read_capacity_units), Some(write_capacity_units)) => {
            table.provisioned(ProvisionedThroughput { read_capacity_units, write_capacity_units })
        }
        _ => table,
    }))
}
