//! What is sent when, what is sent again, and what a lost answer means.
//!
//! An operation goes through these states:
//!
//! ```text
//! in the plan --taken in--> waiting --those before it ended--> ready --put into a machine--> carried --> ended
//!                                                                ^                              |
//!                                                                +--- left unprocessed, alone --+
//! ```
//!
//! and a call of a machine through these:
//!
//! ```text
//! under way --answer--> given to the machine
//!    |  ^
//!    |  +-------- again, after a backoff
//!    +--refused for a while, not sent, or (where it may be repeated) without an answer--> held back
//! ```
//!
//! That an attempt may have been applied is never forgotten: a later refusal does not turn it into "not applied",
//! except under a transaction's token.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::order::Order;
use super::ready::{Fill, Ready};
use super::{Call, CallId, Delivery, Slot, Step};
use crate::client::Client;
use crate::error::{CallError, Effect as ErrorEffect, Error, Rejection};
use crate::machine::{Context, Effect, Machine, Next, delay};
use crate::moment::Moment;
use crate::operation::{Settled, Task};
use crate::outcome::{Outcome, Report};
use crate::random::Random;
use crate::request::{Request, Response};
use crate::solvent::Solvent;
use crate::table::{TableId, Tables};

/// The most operations that are taken in and have not ended.
const WINDOW: usize = 10_000;
/// The operations that are taken in between two looks at what can be sent.
const SLICE: usize = 256;
/// How long after its first sending a transaction's token is relied on; the service keeps it for ten minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(9 * 60);

/// The number of a machine within its run.
type MachineId = u32;

/// Everything that changes in a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scheduler {
    tables: Tables,
    slots: Vec<Slot>,
    /// How many operations were taken in.
    taken: usize,
    /// How many operations have ended.
    ended: usize,
    order: Order,
    ready: Ready,
    machines: BTreeMap<MachineId, Machine>,
    /// The machines that may have something to send.
    runnable: BTreeSet<MachineId>,
    next_machine: MachineId,
    calls: BTreeMap<CallId, Attempt>,
    /// Calls to be sent again, by machine and tag.
    held_back: BTreeMap<(MachineId, u32), Attempt>,
    due: BTreeSet<(MachineId, u32)>,
    next_call: u64,
    timers: BTreeSet<(Moment, Timer)>,
    deliveries: VecDeque<Delivery>,
    streamed: bool,
    random: Random,
    report: Report,
    plan_deadline: Option<Duration>,
    deadline_passed: bool,
    started: Moment,
    /// The latest time that was heard of.
    now: Moment,
}

/// A call under way or held back.
#[derive(Clone, Debug, PartialEq)]
struct Attempt {
    machine: MachineId,
    tag: u32,
    request: Arc<Request>,
    /// How often it was sent.
    tries: u32,
    /// How often in a row it was sent in vain without any operation of the run ending meanwhile.
    stalls: u32,
    ended_before: usize,
    /// Whether an earlier attempt, or one under way, may have been applied.
    ambiguous: bool,
    first_sent: Moment,
    /// When it expires, while it is under way.
    expires: Moment,
    /// What the last attempt ended with.
    last: Option<CallError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Expire(CallId),
    Resend(MachineId, u32),
    Wake(MachineId),
    Ready(u32),
    Deadline,
}

impl Scheduler {
    pub(super) fn new(plan: Solvent, seed: u64, streamed: bool, now: Moment) -> Self {
        let Solvent { tables, entries, deadline } = plan;
        let timers = deadline.map(|deadline| (now + deadline, Timer::Deadline)).into_iter().collect();
        Self {
            tables,
            slots: entries.into_iter().map(Slot::new).collect(),
            taken: 0,
            ended: 0,
            order: Order::default(),
            ready: Ready::default(),
            machines: BTreeMap::new(),
            runnable: BTreeSet::new(),
            next_machine: 0,
            calls: BTreeMap::new(),
            held_back: BTreeMap::new(),
            due: BTreeSet::new(),
            next_call: 0,
            timers,
            deliveries: VecDeque::new(),
            streamed,
            random: Random::new(seed),
            report: Report::default(),
            plan_deadline: deadline,
            deadline_passed: false,
            started: now,
            now,
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.now
    }

    pub(super) fn is_done(&self) -> bool {
        self.ended == self.slots.len()
    }

    pub(super) fn poll(&mut self, client: &Client, now: Moment) -> Step {
        self.now = self.now.max(now);
        self.run_timers(client);
        loop {
            if let Some(delivery) = self.deliveries.pop_front() {
                return Step::Deliver(delivery);
            }
            if self.is_done() && self.machines.is_empty() {
                return Step::Done;
            }
            if self.calls.len() >= client.settings.calls_under_way.max(1) {
                break;
            }
            if let Some(slot) = self.due.pop_first() {
                let attempt = self.held_back.remove(&slot).expect("what is due is held back");
                return self.send(attempt, client);
            }
            if let Some(machine) = self.runnable.pop_first() {
                if let Some(step) = self.run(machine, client) {
                    return step;
                }
            } else if !self.form(client) {
                // What was taken in last may have ended at once.
                if self.is_done() && self.machines.is_empty() {
                    continue;
                }
                break;
            }
        }
        Step::Wait { until: self.timers.first().map(|(moment, _)| *moment) }
    }

    pub(super) fn complete(
        &mut self,
        client: &Client,
        call: CallId,
        answer: Result<Response, CallError>,
        now: Moment,
    ) {
        self.now = self.now.max(now);
        let Some(mut attempt) = self.calls.remove(&call) else { return };
        self.timers.remove(&(attempt.expires, Timer::Expire(call)));
        self.report.answered(&answer);
        let answer = match answer {
            Err(error) => match self.hold_back(attempt, error, client) {
                Ok(()) => return,
                Err((ended, error)) => {
                    attempt = ended;
                    Err(error)
                }
            },
            answer => answer,
        };
        let Attempt { machine: id, tag, .. } = attempt;
        let Some(mut machine) = self.machines.remove(&id) else { return };
        self.with_context(client, |context| machine.answer(tag, answer, context));
        self.machines.insert(id, machine);
        self.runnable.insert(id);
        self.drop_machine_if_empty(id);
    }

    /// Holds a failed attempt back for another one, or gives the error that the machine is to get.
    fn hold_back(
        &mut self,
        attempt: Attempt,
        error: CallError,
        client: &Client,
    ) -> Result<(), (Attempt, CallError)> {
        let mut attempt = attempt;
        let reads = attempt.request.action().is_read();
        let token = self.machines.get(&attempt.machine).is_some_and(Machine::has_token);
        let lost = matches!(error, CallError::Unknown { .. }) && !reads;
        let was_ambiguous = attempt.ambiguous;
        attempt.ambiguous |= lost;
        if lost && !token {
            self.mark_ambiguous(attempt.machine);
        }
        let passing = match &error {
            CallError::Refused(rejection) => rejection.is_transient(),
            CallError::NotSent { .. } => true,
            CallError::Unknown { .. } => attempt.request.is_repeatable(),
        };
        if attempt.ended_before != self.ended {
            attempt.ended_before = self.ended;
            attempt.stalls = 0;
        }
        attempt.stalls += 1;
        let token_lives = !token || !attempt.ambiguous || self.now.since(attempt.first_sent) < TOKEN_LIFE;
        if passing && token_lives && attempt.stalls < client.settings.attempts && !self.deadline_passed {
            let asked = error.rejection().and_then(|rejection| rejection.retry_after).unwrap_or_default();
            let pause = delay(&client.settings, attempt.tries, &mut self.random).max(asked);
            self.report.retries += 1;
            self.report.backoff += pause;
            let slot = (attempt.machine, attempt.tag);
            self.timers.insert((self.now + pause, Timer::Resend(slot.0, slot.1)));
            attempt.last = Some(error);
            self.held_back.insert(slot, attempt);
            return Ok(());
        }
        // Under a token, what the service refuses for good was not applied by an earlier attempt either.
        let refused_for_good = matches!(&error, CallError::Refused(rejection) if !rejection.is_transient());
        let error = if was_ambiguous && !(token && refused_for_good) { error.after_unknown() } else { error };
        Err((attempt, error))
    }

    fn mark_ambiguous(&mut self, machine: MachineId) {
        let Some(machine) = self.machines.get(&machine) else { return };
        for member in machine.members() {
            self.slots[*member as usize].entry.ambiguous = true;
        }
    }

    fn run_timers(&mut self, client: &Client) {
        while let Some((moment, timer)) = self.timers.first().copied() {
            if moment > self.now {
                return;
            }
            self.timers.pop_first();
            match timer {
                Timer::Expire(call) => {
                    let problem = "no answer came in time".to_owned();
                    self.complete(
                        client,
                        call,
                        Err(CallError::Unknown { rejection: None, problem }),
                        self.now,
                    );
                }
                Timer::Resend(machine, tag) => {
                    if self.held_back.contains_key(&(machine, tag)) {
                        self.due.insert((machine, tag));
                    }
                }
                Timer::Wake(machine) => {
                    if self.machines.contains_key(&machine) {
                        self.runnable.insert(machine);
                    }
                }
                Timer::Ready(operation) => self.release(operation, client),
                Timer::Deadline => self.pass_deadline(client),
            }
        }
    }

    /// Ends what was not sent, and tells machines that nothing more will be.
    fn pass_deadline(&mut self, client: &Client) {
        self.deadline_passed = true;
        self.due.clear();
        for ((machine, tag), attempt) in std::mem::take(&mut self.held_back) {
            let error = match attempt.last {
                Some(error) if attempt.ambiguous => error.after_unknown(),
                _ => deadline_error(),
            };
            self.give(machine, tag, Err(error), client);
        }
        let carried: BTreeSet<u32> =
            self.machines.values().flat_map(|machine| machine.members().iter().copied()).collect();
        let waiting: Vec<u32> = self.order.open().filter(|operation| !carried.contains(operation)).collect();
        for operation in waiting {
            self.ready.remove(operation);
            let subject = self.slots[operation as usize].task().subject(&self.tables);
            self.settle(operation, Err(Error::DeadlinePassed { subject }), client);
        }
        self.runnable.extend(self.machines.keys());
    }

    /// Lets a machine say what it wants; a step where that is for the driver.
    fn run(&mut self, id: MachineId, client: &Client) -> Option<Step> {
        let mut machine = self.machines.remove(&id)?;
        let next = self.with_context(client, |context| machine.next(context));
        self.machines.insert(id, machine);
        match next {
            Next::Send(tag, request) => {
                self.runnable.insert(id);
                if self.deadline_passed {
                    self.give(id, tag, Err(deadline_error()), client);
                    return None;
                }
                let attempt = Attempt {
                    machine: id,
                    tag,
                    request: Arc::new(request),
                    tries: 0,
                    stalls: 0,
                    ended_before: self.ended,
                    ambiguous: false,
                    first_sent: self.now,
                    expires: self.now,
                    last: None,
                };
                return Some(self.send(attempt, client));
            }
            Next::Wait(until) => {
                if let Some(until) = until {
                    self.timers.insert((until, Timer::Wake(id)));
                }
                self.drop_machine_if_empty(id);
            }
            Next::Done => self.drop_machine(id),
        }
        None
    }

    fn send(&mut self, mut attempt: Attempt, client: &Client) -> Step {
        let id = CallId(self.next_call);
        self.next_call += 1;
        let deadline = self.plan_deadline.map_or(Moment::LAST, |deadline| self.started + deadline);
        attempt.expires = (self.now + client.settings.attempt_timeout).min(deadline);
        attempt.tries += 1;
        self.timers.insert((attempt.expires, Timer::Expire(id)));
        self.report.sent(attempt.request.action());
        let call = Call { id, request: Arc::clone(&attempt.request), expires: attempt.expires };
        self.calls.insert(id, attempt);
        Step::Send(call)
    }

    /// Gives a machine an answer that did not come from a call under way.
    fn give(&mut self, id: MachineId, tag: u32, answer: Result<Response, CallError>, client: &Client) {
        let Some(mut machine) = self.machines.remove(&id) else { return };
        self.with_context(client, |context| machine.answer(tag, answer, context));
        self.machines.insert(id, machine);
        self.runnable.insert(id);
    }

    /// A machine whose operations have all left it has nothing more to say, whatever it has under way.
    fn drop_machine_if_empty(&mut self, id: MachineId) {
        let open = |operation: &u32| self.slots[*operation as usize].is_open();
        if self.machines.get(&id).is_some_and(|machine| !machine.members().iter().any(open)) {
            self.drop_machine(id);
        }
    }

    fn drop_machine(&mut self, id: MachineId) {
        self.machines.remove(&id);
        self.runnable.remove(&id);
        let of_machine = (id, 0)..=(id, u32::MAX);
        let held: Vec<_> = self.held_back.range(of_machine).map(|(slot, _)| *slot).collect();
        for slot in held {
            self.held_back.remove(&slot);
            self.due.remove(&slot);
        }
        // Its calls still take up the driver's sockets, so they count as under way until they end or expire.
        self.timers
            .retain(|(_, timer)| !matches!(timer, Timer::Wake(of) | Timer::Resend(of, _) if *of == id));
    }

    /// Makes a machine of what is ready, taking in more of the plan where that may help; false where there is nothing
    /// to make one of.
    fn form(&mut self, client: &Client) -> bool {
        let busy: BTreeSet<TableId> =
            self.machines.values().filter_map(|machine| machine.followed_table(&self.slots)).collect();
        loop {
            let more = self.taken < self.slots.len() && self.order.len() < WINDOW;
            let fill = if more { Fill::Full } else { Fill::UpToRank(self.rank_under_way()) };
            let order = &self.order;
            let rank = |operation| order.rank(operation);
            if let Some(machine) = self.ready.form(&self.slots, rank, fill, &busy, client, &self.tables) {
                self.machines.insert(self.next_machine, machine);
                self.runnable.insert(self.next_machine);
                self.next_machine += 1;
                return true;
            }
            if !more {
                return false;
            }
            self.take_in(client);
        }
    }

    /// The lowest rank of what is under way for the first time: what follows it may soon fill up a batch.
    fn rank_under_way(&self) -> u32 {
        let fresh = self.calls.values().filter(|attempt| attempt.tries == 1);
        let machines = fresh.filter_map(|attempt| self.machines.get(&attempt.machine));
        let brief =
            machines.filter(|machine| !matches!(machine, Machine::Pages(_) | Machine::Administration(_)));
        brief.flat_map(Machine::members).map(|member| self.order.rank(*member)).min().unwrap_or(u32::MAX)
    }

    /// Takes in the next operations of the plan.
    fn take_in(&mut self, client: &Client) {
        for _ in 0..SLICE {
            if self.taken == self.slots.len() || self.order.len() >= WINDOW {
                return;
            }
            let operation = u32::try_from(self.taken).expect("a plan has fewer than 4 billion operations");
            self.taken += 1;
            let slot = &self.slots[operation as usize];
            if !slot.is_open() {
                self.ended += 1;
                continue;
            }
            if let Some(error) = self.not_to_be_sent(operation, client) {
                self.settle_unordered(operation, Err(error));
            } else if self.order.enter(operation, self.slots[operation as usize].task()) {
                self.release(operation, client);
            }
        }
    }

    /// Why an operation is not sent at all.
    fn not_to_be_sent(&self, operation: u32, client: &Client) -> Option<Error> {
        let slot = &self.slots[operation as usize];
        let task = match &slot.entry.task {
            Ok(task) => task,
            Err(error) => return Some(error.clone()),
        };
        let table = &self.tables.at(task.table()).name;
        if slot.entry.ambiguous && !is_repeatable(task) && slot.entry.write.is_none() {
            let problem = "an earlier run of the plan sent it and left without an answer".to_owned();
            return Some(slot.call_error(&self.tables, CallError::Unknown { rejection: None, problem }));
        }
        if self.deadline_passed {
            return Some(Error::DeadlinePassed { subject: task.subject(&self.tables) });
        }
        match client.view_into(table) {
            Some(view) if task.is_item_write() => Some(Error::View {
                subject: task.subject(&self.tables),
                view: view.id().to_owned(),
                problem: format!("the table is calculated; write to `{}` instead", view.source().name),
            }),
            _ => None,
        }
    }

    /// Makes an operation ready that waits for nothing any more.
    fn release(&mut self, operation: u32, client: &Client) {
        let slot = &mut self.slots[operation as usize];
        if slot.is_open() {
            slot.not_before = None;
            self.ready.add(operation, slot, &self.tables, client);
        }
    }

    fn with_context<R>(&mut self, client: &Client, work: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let mut effects = Vec::new();
        let result = work(&mut Context {
            now: self.now,
            client,
            tables: &self.tables,
            slots: &self.slots,
            streamed: self.streamed,
            random: &mut self.random,
            effects: &mut effects,
        });
        for effect in effects {
            self.apply(effect, client);
        }
        result
    }

    fn apply(&mut self, effect: Effect, client: &Client) {
        match effect {
            Effect::Settle(operation, result) => {
                let result = match result {
                    Err(Error::Call { subject, error: CallError::NotSent { .. } })
                        if self.deadline_passed =>
                    {
                        Err(Error::DeadlinePassed { subject })
                    }
                    other => other,
                };
                self.settle(operation, result, client);
            }
            Effect::Requeue(operation) => self.requeue(operation, client),
            Effect::Alone(operation) => {
                self.slots[operation as usize].alone = true;
                self.release(operation, client);
            }
            Effect::Again(operation) => self.release(operation, client),
            Effect::WriteAttempt(operation, attempt) => {
                self.slots[operation as usize].write_attempt = attempt
            }
            Effect::Deliver(operation, items) => self.deliveries.push_back(Delivery { operation, items }),
        }
    }

    /// Puts an operation that a batch left unprocessed back, to be sent after a while.
    fn requeue(&mut self, operation: u32, client: &Client) {
        self.report.unprocessed += 1;
        let slot = &mut self.slots[operation as usize];
        slot.tries += 1;
        if slot.ended_before != self.ended {
            slot.ended_before = self.ended;
            slot.stalls = 0;
        }
        slot.stalls += 1;
        if slot.stalls >= client.settings.attempts || self.deadline_passed {
            let message = format!("the service left it unprocessed {} times", slot.tries);
            let rejection = Rejection { status: 200, ..Rejection::new("Unprocessed", message) };
            let error = slot.call_error(&self.tables, CallError::Refused(Box::new(rejection)));
            return self.settle(operation, Err(error), client);
        }
        let pause = delay(&client.settings, slot.tries, &mut self.random);
        self.report.backoff += pause;
        slot.not_before = Some(self.now + pause);
        self.timers.insert((self.now + pause, Timer::Ready(operation)));
    }

    /// Ends an operation, and those that follow a failed one on the same item.
    fn settle(&mut self, operation: u32, result: Result<Settled, Error>, client: &Client) {
        let mut ended = VecDeque::from([(operation, result)]);
        while let Some((operation, result)) = ended.pop_front() {
            // One that follows two failed operations is skipped once.
            if !self.slots[operation as usize].is_open() {
                continue;
            }
            let succeeded = result.is_ok();
            self.settle_unordered(operation, result);
            let released = self.order.leave(operation, succeeded);
            for follower in released.skipped {
                let subject = self.slots[follower as usize].task().subject(&self.tables);
                ended.push_back((follower, Err(Error::Skipped { subject, after: operation })));
            }
            for operation in released.ready {
                self.release(operation, client);
            }
        }
    }

    fn settle_unordered(&mut self, operation: u32, result: Result<Settled, Error>) {
        self.slots[operation as usize].settle(&self.tables, result);
        self.ended += 1;
    }

    /// The operations whose write is under way, or was sent and must be sent again.
    fn maybe_applied(&self) -> BTreeSet<u32> {
        let under_way = self.calls.values().filter(|attempt| !attempt.request.action().is_read());
        let held_back = self.held_back.values().filter(|attempt| attempt.ambiguous);
        let machines = under_way.chain(held_back).filter_map(|attempt| self.machines.get(&attempt.machine));
        machines.flat_map(|machine| machine.members().iter().copied()).collect()
    }

    pub(super) fn checkpoint(&self) -> Solvent {
        let maybe_applied = self.maybe_applied();
        let entries = (0..).zip(&self.slots).map(|(operation, slot)| {
            let mut entry = slot.entry.clone();
            entry.ambiguous |= entry.result.is_none() && maybe_applied.contains(&operation);
            entry
        });
        Solvent { entries: entries.collect(), tables: self.tables.clone(), deadline: self.plan_deadline }
    }

    pub(super) fn into_outcome(mut self, now: Moment) -> Outcome {
        let maybe_applied = self.maybe_applied();
        for (operation, slot) in (0..).zip(&mut self.slots) {
            if !slot.is_open() {
                continue;
            }
            let unknown = slot.entry.ambiguous || maybe_applied.contains(&operation);
            let effect = if unknown { ErrorEffect::Unknown } else { ErrorEffect::NotApplied };
            let error = match &slot.entry.task {
                Ok(task) => Error::Abandoned { subject: task.subject(&self.tables), effect },
                Err(error) => error.clone(),
            };
            slot.settle(&self.tables, Err(error));
        }
        self.report.elapsed = self.now.max(now).since(self.started);
        let entries = self.slots.into_iter().map(|slot| slot.entry).collect();
        Outcome::new(Solvent { tables: self.tables, entries, deadline: self.plan_deadline }, self.report)
    }
}

fn deadline_error() -> CallError {
    CallError::NotSent { problem: "the plan's deadline has passed".to_owned() }
}

/// Whether a task can be carried out twice and leave the same behind.
fn is_repeatable(task: &Task) -> bool {
    match task {
        Task::Update { update, .. } => update.is_idempotent(),
        _ => true,
    }
}
