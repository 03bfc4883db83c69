//! The state machines of single tasks.
//!
//! A [`Machine`] says which requests its task needs and what their answers mean; it is plain data, and what it learns
//! leaves it as [`Effect`]s. It never sends, waits or repeats a request: that is the
//! [scheduler](crate::run)'s part, which hands it the last answer of each.

mod administration;
mod batch_get;
mod batch_write;
mod describe;
mod merged_update;
mod pages;
mod round;
mod single;
mod statement;
mod transact;
mod view_write;

use std::sync::Arc;
use std::time::Duration;

use crate::api::{ReturnConsumedCapacity, TableDescription};
use crate::capacity::TableNumber;
use crate::client::{Client, Settings};
use crate::error::{CallError, Error};
use crate::item::{Item, Items};
use crate::moment::Moment;
use crate::operation::{PagePlace, Settled, Task};
use crate::random::Random;
use crate::request::{Request, Response};
use crate::run::Slots;
use crate::solvent::{Entry, Planned};
use crate::table::{Description, IndexDescription, IndexKind, TableId, Tables};

pub(crate) use administration::{Administration, ListTables, Tags};
pub(crate) use batch_get::BatchGet;
pub(crate) use batch_write::BatchWrite;
pub(crate) use describe::Describe;
pub(crate) use merged_update::MergedUpdate;
pub(crate) use pages::Pages;
pub(crate) use single::Single;
pub(crate) use statement::StatementPages;
pub(crate) use transact::Transact;
pub(crate) use view_write::ViewWrite;

/// One task under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Machine {
    /// One operation, one call.
    Single(Single),
    /// Updates of one item in one call.
    MergedUpdate(MergedUpdate),
    /// A transaction.
    Transact(Transact),
    /// Gets in one call.
    BatchGet(BatchGet),
    /// Puts and deletes in one call.
    BatchWrite(BatchWrite),
    /// A query or scan over its pages.
    Pages(Pages),
    /// A PartiQL statement over its pages.
    Statement(StatementPages),
    /// Bringing a table into a state, and waiting for it.
    Administration(Administration),
    /// A table's tags.
    Tags(Tags),
    /// The names of all tables.
    ListTables(ListTables),
    /// Writes together with the changes of the views that follow them.
    ViewWrite(ViewWrite),
    /// A question for a table's capacity, of no operation.
    Describe(Describe),
}

/// What a machine wants next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// Send this; the answer comes back with the tag.
    Send(u32, Arc<Request>),
    /// Ask again at this time, or after an answer.
    Wait(Option<Moment>),
    /// Nothing any more; all operations have left the machine.
    Done,
}

impl Next {
    pub(crate) fn send(tag: u32, request: Request) -> Self {
        Self::Send(tag, Arc::new(request))
    }
}

/// How far a machine with one call has come.
///
/// ```text
/// Idle --Send--> UnderWay --answer--> Done
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
enum OneCall {
    Idle,
    UnderWay,
    Done,
}

impl OneCall {
    fn next(&mut self, request: impl FnOnce() -> Request) -> Next {
        match self {
            Self::Idle => {
                *self = Self::UnderWay;
                Next::send(0, request())
            }
            Self::UnderWay => Next::Wait(None),
            Self::Done => Next::Done,
        }
    }
}

/// What becomes of an operation.
#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    /// It ended.
    Settle(u32, Result<Settled, Error>),
    /// A batch left it unprocessed: into another one, after a while.
    Requeue(u32),
    /// What it was a part of was rejected as a whole: send it alone, when it waits for nothing.
    Alone(u32),
    /// There was no room for it: into another one at once, with its old item as it was read.
    Again(u32, Option<Item>),
    /// The service has begun with it: from now on it may be applied, whatever else fails.
    Begun(u32),
    /// It is sent, as this, together with the changes of views; and since when it may have been, under its token.
    Planned(u32, Box<Planned>, Moment),
    /// No earlier attempt was applied.
    NotApplied(u32),
    /// Whether it was applied will never be known, so that no run is to send it under its name again.
    GivenUp(u32),
    /// A page to be handed out, empty perhaps.
    Deliver(Items, Box<PagePlace>),
    /// What the service tells of a table's capacity.
    Learned(TableNumber, Box<TableDescription>),
}

/// What a machine can see and do.
pub(crate) struct Context<'a> {
    pub(crate) now: Moment,
    pub(crate) client: &'a Client,
    pub(crate) tables: &'a Tables,
    pub(crate) slots: &'a Slots,
    pub(crate) random: &'a mut Random,
    pub(crate) effects: &'a mut Vec<Effect>,
}

impl<'a> Context<'a> {
    pub(crate) fn entry(&self, operation: u32) -> &'a Entry {
        &self.slots[operation]
    }

    pub(crate) fn task(&self, operation: u32) -> &'a Task {
        self.entry(operation).task()
    }

    /// The table of an operation that works on one.
    pub(crate) fn table_id(&self, operation: u32) -> TableId {
        self.task(operation).table().expect("an operation on items of one table has a table")
    }

    pub(crate) fn table(&self, table: TableId) -> &'a Description {
        self.tables.at(table)
    }

    /// The table's name in the service.
    pub(crate) fn table_name(&self, table: TableId) -> String {
        self.client.names.of(self.table(table))
    }

    /// What a write to a table is to tell of its cost: what each index took of it, where that is charged by itself.
    pub(crate) fn cost_of_write(&self, table: TableId) -> ReturnConsumedCapacity {
        let is_global = |index: &IndexDescription| index.kind == IndexKind::Global;
        let apart =
            self.client.settings.prevent_throttling && self.table(table).indexes.iter().any(is_global);
        if apart { ReturnConsumedCapacity::Indexes } else { ReturnConsumedCapacity::Total }
    }

    pub(crate) fn settle(&mut self, operation: u32, settled: Settled) {
        self.effects.push(Effect::Settle(operation, Ok(settled)));
    }

    pub(crate) fn fail(&mut self, operation: u32, error: Error) {
        self.effects.push(Effect::Settle(operation, Err(error)));
    }

    /// Ends an operation with the error of its last call.
    pub(crate) fn fail_call(&mut self, operation: u32, error: CallError) {
        let error = self.entry(operation).call_error(self.tables, error);
        self.fail(operation, error);
    }

    /// Ends several operations with the error of their call.
    pub(crate) fn fail_calls(&mut self, operations: &[u32], error: &CallError) {
        for operation in operations {
            self.fail_call(*operation, error.clone());
        }
    }

    /// Sends several operations alone, since one bad member is enough for the service to reject them together.
    pub(crate) fn take_apart(&mut self, operations: &[u32]) {
        self.effects.extend(operations.iter().map(|operation| Effect::Alone(*operation)));
    }

    /// When to make attempt number `tries + 1` after `tries` in vain.
    pub(crate) fn backoff(&mut self, tries: u32) -> Moment {
        self.now + delay(&self.client.settings, tries, self.random)
    }
}

/// The delay before another attempt: exponential with full jitter.
///
/// See [Exponential backoff and jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
pub(crate) fn delay(settings: &Settings, tries: u32, random: &mut Random) -> Duration {
    let factor = 1u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
    let most = settings.backoff_base.saturating_mul(factor).min(settings.backoff_cap);
    Duration::from_nanos(random.up_to(u64::try_from(most.as_nanos()).unwrap_or(u64::MAX)))
}

impl Machine {
    /// What to do now.
    pub(crate) fn next(&mut self, context: &mut Context<'_>) -> Next {
        match self {
            Self::Single(machine) => machine.next(context),
            Self::MergedUpdate(machine) => machine.next(context),
            Self::Transact(machine) => machine.next(context),
            Self::BatchGet(machine) => machine.next(context),
            Self::BatchWrite(machine) => machine.next(context),
            Self::Pages(machine) => machine.next(context),
            Self::Statement(machine) => machine.next(context),
            Self::Administration(machine) => machine.next(context),
            Self::Tags(machine) => machine.next(context),
            Self::ListTables(machine) => machine.next(),
            Self::ViewWrite(machine) => machine.next(context),
            Self::Describe(machine) => machine.next(),
        }
    }

    /// Takes the last answer of the request that was sent with this tag.
    pub(crate) fn answer(
        &mut self,
        tag: u32,
        answer: Result<Response, CallError>,
        context: &mut Context<'_>,
    ) {
        match self {
            Self::Single(machine) => machine.answer(answer, context),
            Self::MergedUpdate(machine) => machine.answer(answer, context),
            Self::Transact(machine) => machine.answer(answer, context),
            Self::BatchGet(machine) => machine.answer(answer, context),
            Self::BatchWrite(machine) => machine.answer(answer, context),
            Self::Pages(machine) => machine.answer(tag, answer, context),
            Self::Statement(machine) => machine.answer(answer, context),
            Self::Administration(machine) => machine.answer(answer, context),
            Self::Tags(machine) => machine.answer(answer, context),
            Self::ListTables(machine) => machine.answer(answer, context),
            Self::ViewWrite(machine) => machine.answer(answer, context),
            Self::Describe(machine) => machine.answer(answer, context),
        }
    }

    /// The operations that the machine still carries.
    pub(crate) fn members(&self) -> &[u32] {
        match self {
            Self::Single(machine) => machine.members(),
            Self::MergedUpdate(machine) => machine.members(),
            Self::Transact(machine) => machine.members(),
            Self::BatchGet(machine) => machine.members(),
            Self::BatchWrite(machine) => machine.members(),
            Self::Pages(machine) => machine.members(),
            Self::Statement(machine) => machine.members(),
            Self::Administration(machine) => machine.members(),
            Self::Tags(machine) => machine.members(),
            Self::ListTables(machine) => machine.members(),
            Self::ViewWrite(machine) => machine.members(),
            Self::Describe(_) => &[],
        }
    }

    /// Whether its writes go under a token, so that a refusal tells that no earlier attempt was applied either.
    pub(crate) fn has_token(&self) -> bool {
        matches!(self, Self::ViewWrite(_) | Self::Transact(_))
    }

    /// The table whose view changes it writes.
    pub(crate) fn followed_table(&self, slots: &Slots) -> Option<TableId> {
        match self {
            Self::ViewWrite(machine) => {
                machine.members().first().and_then(|first| slots[*first].task().table())
            }
            _ => None,
        }
    }
}
