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

use super::attempt::{Attempt, MachineId, Patience};
use super::order::Order;
use super::ready::Ready;
use super::{Call, CallId, Delivery, Slot, Step};
use crate::client::Client;
use crate::error::{CallError, Error, Rejection};
use crate::machine::{Context, Effect, Machine, Next, delay};
use crate::moment::Moment;
use crate::operation::Settled;
use crate::outcome::Report;
use crate::random::Random;
use crate::request::Response;
use crate::solvent::Solvent;
use crate::table::Tables;

/// How long after its first sending a transaction's token is relied on; the service keeps it for ten minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(9 * 60);

/// Everything that changes in a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scheduler {
    pub(super) tables: Tables,
    pub(super) slots: Vec<Slot>,
    /// How many operations were taken in.
    pub(super) taken: usize,
    /// How many operations have ended.
    pub(super) ended: usize,
    /// How many of them succeeded.
    pub(super) succeeded: usize,
    pub(super) order: Order,
    pub(super) ready: Ready,
    pub(super) machines: BTreeMap<MachineId, Machine>,
    /// The machines that may have something to send.
    pub(super) runnable: BTreeSet<MachineId>,
    pub(super) next_machine: MachineId,
    pub(super) calls: BTreeMap<CallId, Attempt>,
    /// Calls to be sent again, by machine and tag.
    pub(super) held_back: BTreeMap<(MachineId, u32), Attempt>,
    pub(super) due: BTreeSet<(MachineId, u32)>,
    pub(super) next_call: u64,
    timers: BTreeSet<(Moment, Timer)>,
    pub(super) deliveries: VecDeque<Delivery>,
    pub(super) streamed: bool,
    pub(super) random: Random,
    pub(super) report: Report,
    pub(super) plan_deadline: Option<Duration>,
    pub(super) deadline_passed: bool,
    pub(super) started: Moment,
    /// The latest time that was heard of.
    pub(super) now: Moment,
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
            succeeded: 0,
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
            if self.calls.len() >= client.settings.calls_under_way {
                break;
            }
            if let Some(slot) = self.due.pop_first() {
                let attempt = self.held_back.remove(&slot).expect("what is due is held back");
                if !attempt.ambiguous || self.token_lives(&attempt) {
                    return self.send(attempt, client);
                }
                let last = attempt.last.expect("what is held back has been answered");
                self.give(slot.0, slot.1, Err(last.after_unknown()), client);
                continue;
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
        let patient = attempt.patience.try_again(self.succeeded, client.settings.attempts);
        if passing && (!attempt.ambiguous || self.token_lives(&attempt)) && patient && !self.deadline_passed {
            let asked = error.rejection().and_then(|rejection| rejection.retry_after).unwrap_or_default();
            let asked = asked.min(client.settings.backoff_cap);
            let pause = delay(&client.settings, attempt.patience.tries, &mut self.random).max(asked);
            self.report.retries += 1;
            self.report.backoff = self.report.backoff.saturating_add(pause);
            let slot = (attempt.machine, attempt.tag);
            self.timers.insert((self.now + pause, Timer::Resend(slot.0, slot.1)));
            attempt.last = Some(error);
            self.held_back.insert(slot, attempt);
            return Ok(());
        }
        // Under a token, a cancelled transaction was not applied by an earlier attempt either; other refusals come before
        // the service looks at tokens. Without one, the operation remembers.
        let refused_for_good = matches!(
            &error,
            CallError::Refused(rejection)
                if rejection.code == "TransactionCanceledException" && !rejection.is_transient()
        );
        let error = if token && was_ambiguous && !refused_for_good { error.after_unknown() } else { error };
        Err((attempt, error))
    }

    /// Whether an attempt that may have been applied can be sent again without being applied twice: the token under which
    /// it went is still known, or it needs none.
    fn token_lives(&self, attempt: &Attempt) -> bool {
        let token = self.machines.get(&attempt.machine).is_some_and(Machine::has_token);
        !token || self.now.since(attempt.first_sent) < TOKEN_LIFE
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
        // What is under way is waited for, until it expires.
        let busy: BTreeSet<MachineId> = self.calls.values().map(|attempt| attempt.machine).collect();
        let idle: Vec<MachineId> = self.machines.keys().copied().filter(|id| !busy.contains(id)).collect();
        for id in idle {
            self.drop_machine(id);
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
                    request,
                    patience: Patience::default(),
                    ambiguous: false,
                    first_sent: self.now,
                    expires: self.now,
                    last: None,
                };
                return Some(self.send(attempt, client));
            }
            Next::Wait(Some(_)) if self.deadline_passed => {
                self.give(id, 0, Err(deadline_error()), client);
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
        // Its calls still take up the driver's sockets, so they count as under way until they end or expire; and timers
        // of a machine that is gone do nothing.
    }

    /// Makes an operation ready that waits for nothing any more.
    pub(super) fn release(&mut self, operation: u32, client: &Client) {
        let slot = &self.slots[operation as usize];
        if slot.is_open() {
            self.ready.add(operation, slot, &self.tables, client);
        }
    }

    pub(super) fn with_context<R>(&mut self, client: &Client, work: impl FnOnce(&mut Context<'_>) -> R) -> R {
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
        // What one answer left unprocessed comes back at one time, so that it shares a batch again.
        let mut pause = None;
        for effect in effects {
            self.apply(effect, &mut pause, client);
        }
        result
    }

    fn apply(&mut self, effect: Effect, pause: &mut Option<Duration>, client: &Client) {
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
            Effect::Requeue(operation) => self.requeue(operation, pause, client),
            Effect::Alone(operation) => {
                self.slots[operation as usize].alone = true;
                self.release(operation, client);
            }
            Effect::Again(operation) => self.release(operation, client),
            Effect::Begun(operation) => self.slots[operation as usize].entry.ambiguous = true,
            Effect::WriteAttempt(operation, attempt) => {
                self.slots[operation as usize].write_attempt = attempt
            }
            Effect::Deliver(operation, items) => {
                let subject = self.slots[operation as usize].task().subject(&self.tables);
                self.deliveries.push_back(Delivery { operation, subject, items });
            }
        }
    }

    /// Puts an operation that a batch left unprocessed back, to be sent after a while.
    fn requeue(&mut self, operation: u32, pause: &mut Option<Duration>, client: &Client) {
        self.report.unprocessed += 1;
        let slot = &mut self.slots[operation as usize];
        if self.deadline_passed {
            let subject = slot.task().subject(&self.tables);
            return self.settle(operation, Err(Error::DeadlinePassed { subject }), client);
        }
        if !slot.patience.try_again(self.succeeded, client.settings.attempts) {
            let message = format!("the service left it unprocessed {} times", slot.patience.tries);
            let rejection = Rejection { status: 200, ..Rejection::new("Unprocessed", message) };
            let error = slot.call_error(&self.tables, CallError::Refused(Box::new(rejection)));
            return self.settle(operation, Err(error), client);
        }
        let tries = slot.patience.tries;
        let pause = *pause.get_or_insert_with(|| delay(&client.settings, tries, &mut self.random));
        self.report.backoff = self.report.backoff.saturating_add(pause);
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

    pub(super) fn settle_unordered(&mut self, operation: u32, result: Result<Settled, Error>) {
        self.succeeded += usize::from(result.is_ok());
        self.slots[operation as usize].settle(&self.tables, result);
        self.ended += 1;
    }
}

fn deadline_error() -> CallError {
    CallError::NotSent { problem: "the plan's deadline has passed".to_owned() }
}
