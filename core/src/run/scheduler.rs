//! What is sent when, and what has ended.
//!
//! An operation goes through these states:
//!
//! ```text
//! in the plan --taken in--> waiting --those before it ended--> ready --put into a machine--> carried --> ended
//!                                                                ^                              |
//!                                                                +--- left unprocessed, alone --+
//! ```
//!
//! What becomes of the calls of a machine is in [`calls`](super::calls).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::attempt::{Attempt, MachineId, Patience};
use super::deadline::deadline_error;
use super::few::Few;
use super::order::Order;
use super::pace::Pace;
use super::ready::Ready;
use super::telling::{Telling, Tells};
use super::{CallId, Slots, Step};
use crate::capacity::Buckets;
use crate::client::Client;
use crate::error::{CallError, Error, HeldUp, Rejection, UNPROCESSED};
use crate::machine::{Context, Effect, Machine, Next, delay};
use crate::moment::Moment;
use crate::notice::Delivery;
use crate::operation::Settled;
use crate::outcome::{Report, WaitReason};
use crate::random::Random;
use crate::solvent::{Identity, Solvent};
use crate::table::Tables;

/// Everything that changes in a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scheduler {
    pub(super) tables: Tables,
    pub(super) slots: Slots,
    /// The plan's barriers.
    pub(super) barriers: Vec<u32>,
    /// Whether the plan is one that is told before what must not be sent twice.
    pub(super) announces: bool,
    /// The plan's.
    pub(super) identity: Identity,
    /// How many operations were taken in.
    pub(super) taken: usize,
    /// How many operations have ended.
    pub(super) ended: usize,
    /// How many of them succeeded in this run.
    pub(super) succeeded: usize,
    /// How many of them failed, in earlier runs too.
    pub(super) failed: usize,
    pub(super) order: Order,
    pub(super) ready: Ready,
    pub(super) machines: Few<MachineId, Machine>,
    /// The machines that may have something to send.
    pub(super) runnable: Few<MachineId, ()>,
    pub(super) next_machine: MachineId,
    pub(super) calls: Few<CallId, Attempt>,
    /// Calls to be sent again, by machine and tag.
    pub(super) held_back: BTreeMap<(MachineId, u32), Attempt>,
    pub(super) due: BTreeSet<(MachineId, u32)>,
    pub(super) next_call: u64,
    /// What comes with time, apart from the expiry of calls.
    pub(super) timers: BTreeSet<(Moment, Timer)>,
    pub(super) deliveries: VecDeque<Delivery>,
    pub(super) telling: Telling,
    pub(super) random: Random,
    pub(super) report: Report,
    pub(super) pace: Pace,
    /// The buckets of the `Db`, while the run is polled.
    pub(super) buckets: Buckets,
    pub(super) plan_deadline: Option<Duration>,
    pub(super) deadline_passed: bool,
    /// What held up what ends just now for the deadline.
    pub(super) held_up: Option<HeldUp>,
    pub(super) started: Moment,
    /// The latest time that was heard of.
    pub(super) now: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Expire(CallId),
    Resend(MachineId, u32),
    Wake(MachineId),
    Ready(u32),
    Deadline,
}

impl Scheduler {
    pub(super) fn new(plan: Solvent, seed: u64, tells: Tells, pace: Pace, now: Moment) -> Self {
        let Solvent { tables, entries, deadline, barriers, priority: _, announces, origin: _, identity } =
            plan;
        let failed = entries.iter().filter(|entry| matches!(entry.result, Some(Err(_)))).count();
        let ended_before = entries.iter().filter(|entry| entry.result.is_some()).count();
        let timers = deadline.map(|deadline| (now + deadline, Timer::Deadline)).into_iter().collect();
        Self {
            tables,
            slots: Slots::new(entries),
            barriers,
            announces,
            identity,
            taken: 0,
            ended: 0,
            succeeded: 0,
            failed,
            order: Order::new(seed),
            ready: Ready::default(),
            machines: Few::default(),
            runnable: Few::default(),
            next_machine: 0,
            calls: Few::default(),
            held_back: BTreeMap::new(),
            due: BTreeSet::new(),
            next_call: 0,
            timers,
            deliveries: VecDeque::new(),
            telling: Telling::new(tells, announces, ended_before),
            random: Random::new(seed),
            report: Report::default(),
            pace,
            buckets: Buckets::default(),
            plan_deadline: deadline,
            deadline_passed: false,
            held_up: None,
            started: now,
            now,
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.now
    }

    pub(super) fn is_done(&self) -> bool {
        self.ended == self.slots.len() && self.deliveries.is_empty()
    }

    pub(super) fn poll(&mut self, client: &Client, now: Moment) -> Step {
        self.now = self.now.max(now);
        self.run_timers(client);
        loop {
            // What is found to wait counts as of the last look.
            self.pace.look();
            if let Some(notice) = self.next_notice() {
                return Step::Deliver(notice);
            }
            if self.has_nothing_left() {
                return Step::Done;
            }
            if self.calls.len() >= client.settings.calls_under_way {
                break;
            }
            if let Some(attempt) = self.next_due() {
                if !attempt.ambiguous || self.token_lives(&attempt) {
                    return self.send(attempt, client);
                }
                let error = attempt
                    .last
                    .map_or_else(|| token_error(attempt.first_sent, self.now), CallError::after_unknown);
                self.give(attempt.machine, attempt.tag, Err(error), client);
                continue;
            }
            if self.form_description() {
                continue;
            }
            if let Some((machine, ())) = self.runnable.pop_first() {
                if let Some(step) = self.run(machine, client) {
                    return step;
                }
            } else if !self.form(client) && !self.has_nothing_left() {
                break;
            }
        }
        // What cannot be sent ends on the way.
        if let Some(notice) = self.next_notice() {
            return Step::Deliver(notice);
        }
        self.pace.note_waits(&self.buckets, &mut self.report, self.now);
        let timer = self.next_timer().map(|(moment, _)| moment);
        let times = timer.into_iter().chain(self.tells_again()).chain(self.pace.until());
        Step::Wait { until: times.min() }
    }

    fn has_nothing_left(&self) -> bool {
        let serves = |machine: &Machine| !matches!(machine, Machine::Describe(_));
        self.is_done() && !self.machines.values().any(serves)
    }

    /// What comes next with time. Calls expire in the order in which they were sent, so the first one tells for all.
    fn next_timer(&self) -> Option<(Moment, Timer)> {
        let expiry = self.calls.first().map(|(call, attempt)| (attempt.expires, Timer::Expire(call)));
        expiry.into_iter().chain(self.timers.first().copied()).min()
    }

    fn run_timers(&mut self, client: &Client) {
        while let Some((moment, timer)) = self.next_timer() {
            if moment > self.now {
                return;
            }
            self.timers.remove(&(moment, timer));
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
                    if self.machines.contains_key(machine) {
                        self.runnable.insert(machine, ());
                    }
                }
                Timer::Ready(operation) => self.release(operation, client),
                Timer::Deadline => self.pass_deadline(client),
            }
        }
    }

    /// Lets a machine say what it wants; a step where that is for the driver.
    fn run(&mut self, id: MachineId, client: &Client) -> Option<Step> {
        let next = self.ask(id, client, |machine, context| machine.next(context))?;
        match next {
            Next::Send(tag, request) => {
                self.runnable.insert(id, ());
                if self.deadline_passed {
                    self.give(id, tag, Err(deadline_error()), client);
                    return None;
                }
                let (first_sent, ambiguous) = self.sent_before(id);
                let charged = self.take_formed(id);
                let cost = charged.is_none().then(|| self.cost_of(&request));
                let attempt = Attempt {
                    machine: id,
                    tag,
                    request,
                    charged,
                    patience: Patience::default(),
                    ambiguous,
                    announced: false,
                    first_sent,
                    paid: 0,
                    expires: self.now,
                    last: None,
                };
                if ambiguous && !self.token_lives(&attempt) {
                    self.give(id, tag, Err(token_error(first_sent, self.now)), client);
                    return None;
                }
                return self.send_or_hold(attempt, cost, client);
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

    /// A machine whose operations have all left it has nothing more to say, whatever it has under way.
    pub(super) fn drop_machine_if_empty(&mut self, id: MachineId) {
        let open = |operation: &u32| self.slots[*operation].is_open();
        let serves = |machine: &&Machine| !matches!(machine, Machine::Describe(_));
        if self.machines.get(id).filter(serves).is_some_and(|machine| !machine.members().iter().any(open)) {
            self.drop_machine(id);
        }
    }

    pub(super) fn drop_machine(&mut self, id: MachineId) {
        self.machines.remove(id);
        self.runnable.remove(id);
        self.give_back_formed(id);
        let of_machine = (id, 0)..=(id, u32::MAX);
        let held: Vec<_> = self.held_back.range(of_machine).map(|(slot, _)| *slot).collect();
        for slot in held {
            if let Some(mut attempt) = self.held_back.remove(&slot) {
                self.give_back(&mut attempt);
            }
            self.due.remove(&slot);
        }
        // Its calls still take up the driver's sockets, so they count as under way until they end or expire; and timers
        // of a machine that is gone do nothing.
    }

    /// Makes an operation ready that waits for nothing any more.
    pub(super) fn release(&mut self, operation: u32, client: &Client) {
        let entry = &self.slots[operation];
        if entry.is_open() {
            let class = self.pace.class(entry.task(), &self.buckets);
            self.ready.add(operation, class, &self.slots, &self.tables, client);
        }
    }

    /// Hands a machine what it can see of the run, and does what it asks for; `None` where it is gone.
    pub(super) fn ask<R>(
        &mut self,
        id: MachineId,
        client: &Client,
        work: impl FnOnce(&mut Machine, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let mut effects = Vec::new();
        let result = work(
            self.machines.get_mut(id)?,
            &mut Context {
                now: self.now,
                client,
                tables: &self.tables,
                slots: &self.slots,
                random: &mut self.random,
                effects: &mut effects,
            },
        );
        // What one answer left unprocessed comes back at one time, so that it shares a batch again.
        let mut pause = None;
        for effect in effects {
            self.apply(effect, &mut pause, client);
        }
        Some(result)
    }

    fn apply(&mut self, effect: Effect, pause: &mut Option<Duration>, client: &Client) {
        match effect {
            Effect::Settle(operation, result) => {
                let result = match result {
                    Err(Error::Call { subject, error: CallError::NotSent { .. } })
                        if self.deadline_passed =>
                    {
                        let held_up = self.held_up.clone().map(Box::new);
                        Err(Error::DeadlinePassed { subject, held_up })
                    }
                    other => other,
                };
                self.settle(operation, result, client);
            }
            Effect::Requeue(operation) => self.requeue(operation, pause, client),
            Effect::Alone(operation) => {
                self.slots.notes_mut(operation).alone = true;
                self.slots[operation].forget_token();
                if self.order.waits_for_none(operation) {
                    self.release(operation, client);
                }
            }
            Effect::Again(operation, old) => {
                self.slots.notes_mut(operation).old = Some(old);
                self.release(operation, client);
            }
            Effect::Begun(operation) => self.slots[operation].ambiguous = true,
            Effect::Planned(operation, planned, sent) => {
                self.slots[operation].sent = Some(sent);
                self.slots[operation].plan_write(|last| *last = Some(*planned));
            }
            Effect::NotApplied(operation) => {
                self.slots[operation].ambiguous = false;
                self.slots[operation].plan_write(|last| last.iter_mut().for_each(|last| last.lost = false));
            }
            Effect::GivenUp(operation) => {
                let entry = &mut self.slots[operation];
                (entry.write, entry.sent) = (None, None);
            }
            Effect::Deliver(items, place) => self.queue_page(items, place, client),
            Effect::Learned(table, told) => self.buckets.learn(table, &told, self.now),
        }
    }

    /// Puts an operation that a batch left unprocessed back, to be sent after a while.
    fn requeue(&mut self, operation: u32, pause: &mut Option<Duration>, client: &Client) {
        self.report.unprocessed += 1;
        if self.deadline_passed {
            self.slots.notes_mut(operation).patience.tries += 1;
            let error = self.deadline_passed(operation);
            return self.settle(operation, Err(error), client);
        }
        let patience = &mut self.slots.notes_mut(operation).patience;
        let may_go_on = patience.try_again(self.succeeded, client.settings.attempts);
        let (tries, stalled) = (patience.tries, patience.is_stalled());
        if !may_go_on {
            let message = format!("the service left it unprocessed {tries} times");
            let rejection = Rejection { status: 200, ..Rejection::new(UNPROCESSED, message) };
            let error =
                self.slots[operation].call_error(&self.tables, CallError::Refused(Box::new(rejection)));
            return self.settle(operation, Err(error), client);
        }
        if self.is_paced(operation) && !stalled {
            return self.release(operation, client);
        }
        let pause = *pause.get_or_insert_with(|| delay(&client.settings, tries, &mut self.random));
        self.report.wait(WaitReason::Unprocessed, pause.min(self.last_moment().since(self.now)));
        self.timers.insert((self.now + pause, Timer::Ready(operation)));
    }

    /// Ends an operation, and those that follow a failed one on the same item.
    pub(super) fn settle(&mut self, operation: u32, result: Result<Settled, Error>, client: &Client) {
        let mut skipped = VecDeque::new();
        let mut next = Some((operation, result));
        while let Some((operation, result)) = next.take().or_else(|| skipped.pop_front()) {
            // One that follows two failed operations is skipped once.
            if !self.slots[operation].is_open() {
                continue;
            }
            let succeeded = result.is_ok();
            self.settle_unordered(operation, result);
            let released = self.order.leave(operation, succeeded, |operation| self.slots[operation].task());
            for follower in released.skipped {
                let subject = self.slots[follower].task().subject(&self.tables);
                skipped.push_back((follower, Err(Error::Skipped { subject, after: operation })));
            }
            for operation in released.ready {
                self.release(operation, client);
            }
        }
    }

    pub(super) fn settle_unordered(&mut self, operation: u32, result: Result<Settled, Error>) {
        self.succeeded += usize::from(result.is_ok());
        self.failed += usize::from(result.is_err());
        self.slots[operation].settle(&self.tables, result);
        self.ended += 1;
    }
}

/// The error of what may have been sent then under a token that is not relied on now.
pub(crate) fn token_error(sent: Moment, now: Moment) -> CallError {
    let ahead = sent.since(now);
    let problem = match ahead.is_zero() {
        true => "an earlier run of the plan may have sent it, and its token has expired".to_owned(),
        false => format!(
            "an earlier run of the plan may have sent it, and the clock that the plan was saved by is {} s ahead of this \
             one; wait as long before running what was saved again, or set the clocks",
            ahead.as_secs()
        ),
    };
    CallError::Unknown { rejection: None, problem }
}
