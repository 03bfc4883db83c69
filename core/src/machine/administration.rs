//! Tables as such: bringing one into a state, and waiting for it.
//!
//! ```text
//! Begin --create, delete--> Do --a change--> Doing --accepted, no answer, or not now--> Ask
//!   |                        ^                  |                                        |
//!   |                        |               refused --> Ended                     DescribeTable
//!   |                        |                                                           v
//!   +--all others--> Ask     +---------------- something is missing ------------------ Asking
//!                     ^                                                                |   |
//!                     +--- Pause <-------------- not there yet ------------------------+   |
//!                                                                                          v
//!  Ended <--- all is there ------------------------------- the table is as it is to be ----+
//!    ^                                                                                     |
//!    +--- it is on, or was accepted --- AskingTimeToLive <--DescribeTimeToLive-- AskTimeToLive
//!                                        |  ^
//!                                off     v  |  no answer, or not now
//!                                    Do --> Doing
//! ```
//!
//! What a look at the table shows decides, by its [`Goal`]. So a lost answer, a resumed plan, and another client that does
//! the same at the same time are all one case. A change that the service accepted is never asked for again; one whose answer
//! was lost is, after a pause, where nothing is to be seen of it. Waiting ends some time after the last change was accepted.

mod goal;
mod list_tables;
mod tags;
mod update;

use std::time::Duration;

use self::goal::{Change, Goal};
use super::{Context, Effect, Next};
use crate::api::{
    DescribeTableInput, DescribeTimeToLiveInput, TableDescription, TableStatus, TimeToLiveDescription,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use crate::error::{CallError, mismatched_answer};
use crate::moment::Moment;
use crate::operation::{EnsureStep, Ensured, Settled, Task};
use crate::request::{Action, Request, Response};
use crate::table::Difference;

pub(crate) use list_tables::ListTables;
pub(crate) use tags::Tags;

/// The time between two looks at a table that is not there yet.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Administration {
    operation: [u32; 1],
    state: State,
    /// When it began, or the last change was accepted.
    since: Option<Moment>,
    /// Whether the answer to the last change was lost, so that nobody knows whether the service has begun.
    lost: bool,
    /// The change whose answer was lost.
    pending: Option<Change>,
    /// The last change that the service did not make, and why.
    refused: Option<(Change, CallError)>,
    /// The changes that the service accepted.
    accepted: Vec<Change>,
    did: Vec<EnsureStep>,
    /// The table as it was seen last.
    table: Option<Box<TableDescription>>,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Begin,
    Do(Change),
    Doing(Change),
    /// Then looks again, or makes a change again.
    Pause {
        until: Moment,
        then: Box<State>,
    },
    Ask,
    Asking,
    AskTimeToLive,
    AskingTimeToLive,
    Ended,
}

impl Administration {
    /// `lost`: an earlier run may have begun it already.
    pub(crate) fn new(operation: u32, lost: bool) -> Self {
        Self {
            operation: [operation],
            state: State::Begin,
            since: None,
            lost,
            pending: None,
            refused: None,
            accepted: Vec::new(),
            did: Vec::new(),
            table: None,
        }
    }

    pub(in crate::machine) fn members(&self) -> &[u32] {
        &self.operation
    }

    pub(in crate::machine) fn next(&mut self, context: &mut Context<'_>) -> Next {
        self.since.get_or_insert(context.now);
        match &self.state {
            State::Pause { until, .. } if context.now < *until => return Next::Wait(Some(*until)),
            State::Pause { then, .. } => self.state = (**then).clone(),
            State::Begin => self.state = first_state(context.task(self.operation[0])),
            _ => {}
        }
        let table_name = context.table_name(context.table_id(self.operation[0]));
        match &self.state {
            State::Do(change) => {
                let change = change.clone();
                let request = change.clone().request(context.task(self.operation[0]), table_name);
                self.state = State::Doing(change);
                Next::send(0, request)
            }
            State::Ask => {
                self.state = State::Asking;
                Next::send(0, Request::DescribeTable(DescribeTableInput { table_name }))
            }
            State::AskTimeToLive => {
                self.state = State::AskingTimeToLive;
                Next::send(0, Request::DescribeTimeToLive(DescribeTimeToLiveInput { table_name }))
            }
            State::Ended => Next::Done,
            _ => Next::Wait(None),
        }
    }

    pub(in crate::machine) fn answer(
        &mut self,
        answer: Result<Response, CallError>,
        context: &mut Context<'_>,
    ) {
        match (std::mem::replace(&mut self.state, State::Ended), answer) {
            (State::Doing(change), Ok(response)) => self.accept(change, response, context),
            (State::Doing(change), Err(CallError::Unknown { .. })) => {
                self.lost = true;
                self.state = change.look();
                self.pending = Some(change);
            }
            (State::Doing(change), Err(error)) => self.refuse(change, error, context),
            (State::Asking, Ok(Response::DescribeTable(answer))) => {
                self.table = Some(Box::new(answer.table));
                self.look(None, context);
            }
            (State::Asking, Err(error)) if code(&error) == "ResourceNotFoundException" => {
                self.table = None;
                self.look(Some(error), context);
            }
            (State::AskingTimeToLive, Ok(Response::DescribeTimeToLive(answer))) => {
                self.look_at_time_to_live(answer.time_to_live_description, context);
            }
            (_, Err(error)) => self.fail(error, context),
            (State::AskingTimeToLive, Ok(_)) => {
                self.fail(mismatched_answer(Action::DescribeTimeToLive), context);
            }
            (_, Ok(_)) => self.fail(mismatched_answer(Action::DescribeTable), context),
        }
    }

    /// The service has begun: no failure from here on undoes that.
    fn accept(&mut self, change: Change, response: Response, context: &mut Context<'_>) {
        let table = match (&change, response) {
            (Change::Create, Response::CreateTable(answer)) => Some(answer.table_description),
            (Change::Update(_), Response::UpdateTable(answer)) => Some(answer.table_description),
            (Change::Delete, Response::DeleteTable(_))
            | (Change::TimeToLive(_), Response::UpdateTimeToLive(_)) => None,
            _ => return self.fail(mismatched_answer(change.action()), context),
        };
        context.effects.push(Effect::Begun(self.operation[0]));
        (self.lost, self.pending, self.refused) = (false, None, None);
        self.since = Some(context.now);
        self.did.extend(change.step());
        self.accepted.push(change.clone());
        match (change, table) {
            (Change::TimeToLive(specification), _) => self.end(Some(accepted(specification)), None, context),
            (_, Some(table)) => {
                self.table = Some(Box::new(table));
                self.look(None, context);
            }
            (_, None) => self.state = State::Ask,
        }
    }

    fn refuse(&mut self, change: Change, error: CallError, context: &mut Context<'_>) {
        let is_to_be_looked_at = match (&change, code(&error)) {
            // What was asked for a second time may have been done the first time.
            (Change::Delete, "ResourceNotFoundException") if self.lost => {
                return self.end(None, None, context);
            }
            // It is there, or still being deleted.
            (Change::Create, "ResourceInUseException") => true,
            // Another client may have made the same change.
            (Change::Update(_) | Change::TimeToLive(_), code) => code != "ResourceNotFoundException",
            (Change::Delete, code) => is_passing(code),
            (Change::Create, _) => false,
        };
        if !is_to_be_looked_at || matches!(error, CallError::NotSent { .. }) {
            return self.fail(error, context);
        }
        self.state = change.look();
        self.refused = Some((change, error));
    }

    /// Goes on by what is to be seen of the table; `missing` is what the service said where it has none.
    fn look(&mut self, missing: Option<CallError>, context: &mut Context<'_>) {
        let task = context.task(self.operation[0]);
        let table = self.table.as_deref();
        if let (Task::CreateTable { .. }, Some((_, refused)), Some(table), false) =
            (task, &self.refused, table, self.lost)
            && table.table_status != TableStatus::Deleting
        {
            let refused = refused.clone();
            return self.fail(refused, context);
        }
        if let (Task::UpdateTable { .. }, Some(missing)) = (task, missing) {
            return self.fail(missing, context);
        }
        let goal = Goal::of(task, context.table(context.table_id(self.operation[0])), table);
        self.pursue(goal, State::Ask, context);
    }

    fn look_at_time_to_live(&mut self, found: TimeToLiveDescription, context: &mut Context<'_>) {
        let task = context.task(self.operation[0]);
        match Goal::of_time_to_live(task, &found) {
            Goal::Reached => {
                self.settle_pending(None);
                self.end(Some(found), None, context);
            }
            Goal::Differs(difference) => self.end(Some(found), Some(difference), context),
            goal => self.pursue(goal, State::AskTimeToLive, context),
        }
    }

    fn pursue(&mut self, goal: Goal, again: State, context: &mut Context<'_>) {
        self.settle_pending(match &goal {
            Goal::Change(change) => Some(change),
            _ => None,
        });
        match goal {
            Goal::Change(change) if self.accepted.contains(&change) => {
                let why = "the service has accepted the change, and nothing is to be seen of it";
                self.wait(why, again, context);
            }
            Goal::Change(change) => self.make(change, context),
            Goal::Wait(why) => self.wait(&why, again, context),
            Goal::TimeToLive => self.state = State::AskTimeToLive,
            Goal::Reached | Goal::Differs(_) => self.end(None, None, context),
            // What was begun, or lost its answer, is remembered by the operation.
            Goal::Impossible(problem) => self.fail(CallError::NotSent { problem }, context),
        }
    }

    /// Makes a change, after a pause where it was tried before.
    fn make(&mut self, change: Change, context: &mut Context<'_>) {
        match self.refused.take_if(|(refused, _)| *refused == change) {
            // A table that was in the way may be gone now.
            Some((_, error)) if change != Change::Create && !is_passing(code(&error)) => {
                self.fail(error, context);
            }
            None if !self.lost => self.state = State::Do(change),
            refused => {
                self.refused = refused;
                self.wait("the service has not begun with the change", State::Do(change), context);
            }
        }
    }

    /// A change whose answer was lost, and which is not wanted any more, was made.
    fn settle_pending(&mut self, wanted: Option<&Change>) {
        if let Some(pending) = self.pending.take_if(|pending| Some(&*pending) != wanted) {
            self.did.extend(pending.step());
        }
    }

    /// Pauses, unless it has waited for long enough.
    fn wait(&mut self, why: &str, then: State, context: &mut Context<'_>) {
        let waited = self.since.map(|since| context.now.since(since)).unwrap_or_default();
        if waited < context.client.settings.table_timeout {
            self.state = State::Pause { until: context.now + PAUSE, then: Box::new(then) };
            return;
        }
        let mut problem = format!("{why} after {} s (the settings' `table_timeout`)", waited.as_secs());
        let rejection = self.refused.as_ref().and_then(|(_, error)| error.rejection()).cloned();
        if let Some(rejection) = &rejection {
            problem += &format!("; it was last refused: {rejection}");
        }
        self.fail(CallError::Unknown { rejection: rejection.map(Box::new), problem }, context);
    }

    fn end(
        &mut self,
        time_to_live: Option<TimeToLiveDescription>,
        difference: Option<Difference>,
        context: &mut Context<'_>,
    ) {
        self.state = State::Ended;
        let table = self.table.take().unwrap_or_default();
        let settled = match context.task(self.operation[0]) {
            Task::EnsureTable { definition, .. } => {
                let mut differs = definition.differences(&table);
                differs.extend(difference);
                let did = std::mem::take(&mut self.did);
                Settled::Ensured(Box::new(Ensured { description: *table, did, differs }))
            }
            Task::UpdateTimeToLive { .. } => Settled::TimeToLive(time_to_live.unwrap_or_default()),
            task if Goal::ends_without_table(task) => Settled::Done,
            _ => Settled::Table(table),
        };
        context.settle(self.operation[0], settled);
    }

    fn fail(&mut self, error: CallError, context: &mut Context<'_>) {
        self.state = State::Ended;
        context.fail_call(self.operation[0], error);
    }
}

/// Where a task begins: what is to be created or deleted is asked for at once.
fn first_state(task: &Task) -> State {
    match task {
        Task::CreateTable { .. } => State::Do(Change::Create),
        Task::DeleteTable { .. } => State::Do(Change::Delete),
        Task::UpdateTimeToLive { .. } => State::AskTimeToLive,
        _ => State::Ask,
    }
}

/// What becomes of time to live once the service has accepted it.
fn accepted(specification: TimeToLiveSpecification) -> TimeToLiveDescription {
    let status = if specification.enabled { TimeToLiveStatus::Enabling } else { TimeToLiveStatus::Disabling };
    TimeToLiveDescription {
        time_to_live_status: Some(status),
        attribute_name: Some(specification.attribute_name),
    }
}

fn code(error: &CallError) -> &str {
    match error {
        CallError::Refused(rejection) => &rejection.code,
        _ => "",
    }
}

/// Whether the service may do later what it refused: another change is under way.
fn is_passing(code: &str) -> bool {
    matches!(code, "ResourceInUseException" | "LimitExceededException")
}

impl Change {
    /// Where to look for it.
    fn look(&self) -> State {
        match self {
            Self::TimeToLive(_) => State::AskTimeToLive,
            _ => State::Ask,
        }
    }
}
