//! Calls from their sending to their last answer: what is sent again, and what a lost answer means.
//!
//! ```text
//! under way --answer--> given to the machine
//!    |  ^
//!    |  +-------- again, after a backoff
//!    +--refused for a while, not sent, or (where it may be repeated) without an answer--> held back
//! ```
//!
//! That an attempt may have been applied is never forgotten: a later refusal does not turn it into "not applied", except
//! under a transaction's token.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Attempt, MachineId};
use super::scheduler::{Scheduler, Timer};
use super::{Call, CallId, Step};
use crate::client::Client;
use crate::error::{CallError, Retry};
use crate::machine::{Machine, delay};
use crate::moment::Moment;
use crate::notice::Notice;
use crate::operation::Task;
use crate::outcome::WaitReason;
use crate::request::Response;

/// How long after its first sending a transaction's token is relied on; the service keeps it for ten minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(9 * 60);
/// By how much the clock of who sent it first may have been ahead.
const CLOCK_LEAD: Duration = Duration::from_secs(30);

/// How long after its first sending a transaction that is in progress is sent again, at the earliest.
const IN_PROGRESS: Duration = Duration::from_secs(5);

/// Whether the service still knows a token that was first sent then.
pub(crate) fn is_alive(sent: Moment, now: Moment) -> bool {
    now.since(sent) < TOKEN_LIFE && sent.since(now) < CLOCK_LEAD
}

impl Scheduler {
    pub(super) fn complete(
        &mut self,
        client: &Client,
        call: CallId,
        answer: Result<Response, CallError>,
        now: Moment,
    ) {
        self.now = self.now.max(now);
        let Some(mut attempt) = self.calls.remove(call) else { return };
        self.report.answered(&answer);
        if answer.is_ok() {
            client.retry_budget.succeeded(attempt.paid);
        }
        let is_paced = self.settle_cost(&mut attempt, &answer);
        let answer = match answer {
            Err(error) => match self.hold_back(attempt, error, is_paced, client) {
                Ok(()) => return,
                Err(given_up) => {
                    let (ended, error) = *given_up;
                    attempt = ended;
                    Err(error)
                }
            },
            answer => answer,
        };
        self.give(attempt.machine, attempt.tag, answer, client);
        self.drop_machine_if_empty(attempt.machine);
    }

    /// Holds a failed attempt back for another one, or gives the error that the machine is to get.
    fn hold_back(
        &mut self,
        mut attempt: Attempt,
        error: CallError,
        is_paced: bool,
        client: &Client,
    ) -> Result<(), Box<(Attempt, CallError)>> {
        let reads = attempt.request.is_read();
        let token = self.machines.get(attempt.machine).is_some_and(Machine::has_token);
        let lost = matches!(error, CallError::Unknown { .. }) && !reads;
        let was_ambiguous = attempt.ambiguous;
        attempt.ambiguous |= lost;
        attempt.announced = false;
        if lost && !token {
            self.mark_ambiguous(attempt.machine);
        }
        if lost && token {
            self.mark_lost(attempt.machine);
        }
        let retry = match &error {
            CallError::Refused(rejection) => rejection.retry(),
            CallError::NotSent { .. } => Retry::Backoff,
            CallError::Unknown { .. } if attempt.request.is_repeatable() => Retry::Backoff,
            CallError::Unknown { .. } => Retry::Never,
        };
        let patient = attempt.patience.try_again(self.succeeded, client.settings.attempts);
        let may_go_on =
            patient && !self.deadline_passed && (!attempt.ambiguous || self.token_lives(&attempt));
        if retry.is_transient() && may_go_on && client.retry_budget.take(retry, &mut attempt.paid) {
            let asked = error.rejection().and_then(|rejection| rejection.retry_after).unwrap_or_default();
            let asked = asked.min(client.settings.backoff_cap);
            // What a bucket holds up needs no other pause, unless that is in vain.
            let mut pause = match is_paced && !attempt.patience.is_stalled() {
                true => asked,
                false => delay(&client.settings, attempt.patience.tries, &mut self.random).max(asked),
            };
            if retry == Retry::InProgress {
                pause = pause.max((attempt.first_sent + IN_PROGRESS).since(self.now));
            }
            self.report.wait(WaitReason::of(retry), pause.min(self.last_moment().since(self.now)));
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
        Err(Box::new((attempt, error)))
    }

    /// Whether an attempt that may have been applied can be sent again without being applied twice: the token under which
    /// it went is still known, or it needs none.
    pub(super) fn token_lives(&self, attempt: &Attempt) -> bool {
        let token = self.machines.get(attempt.machine).is_some_and(Machine::has_token);
        !token || is_alive(attempt.first_sent, self.now)
    }

    /// When a machine's request was first sent, and whether it may have been applied then: a transaction whose plan an
    /// earlier run may have sent goes under the token of that run.
    pub(super) fn sent_before(&mut self, machine: MachineId) -> (Moment, bool) {
        let transaction = match self.machines.get(machine) {
            Some(Machine::Transact(transaction)) => transaction,
            // Its machine has seen to it that it is not applied again.
            Some(write @ Machine::ViewWrite(_)) => {
                let sent = write.members().iter().filter_map(|member| self.slots[*member].sent);
                return (sent.min().unwrap_or(self.now), false);
            }
            _ => return (self.now, false),
        };
        let [operation] = *transaction.members() else { return (self.now, false) };
        let entry = &mut self.slots[operation];
        if !entry.task.as_ref().is_ok_and(Task::is_under_token) {
            return (self.now, false);
        }
        let before = entry.sent.is_some();
        // From here on the attempt knows it, and a cancellation under the token settles it.
        entry.ambiguous = false;
        (*entry.sent.get_or_insert(self.now), before)
    }

    fn mark_ambiguous(&mut self, machine: MachineId) {
        let Some(machine) = self.machines.get(machine) else { return };
        for member in machine.members() {
            self.slots[*member].ambiguous = true;
        }
    }

    /// Remembers that an attempt of writes that views follow was left without an answer.
    fn mark_lost(&mut self, machine: MachineId) {
        let Some(machine @ Machine::ViewWrite(_)) = self.machines.get(machine) else { return };
        for member in machine.members() {
            self.slots[*member].plan_write(|last| last.iter_mut().for_each(|last| last.lost = true));
        }
    }

    /// Sends a call, once that is told where it must not be sent twice.
    pub(super) fn send(&mut self, mut attempt: Attempt, client: &Client) -> Step {
        if self.is_to_be_announced(&attempt) {
            attempt.announced = true;
            let operations = self.machines.get(attempt.machine).map_or(&[][..], Machine::members).to_vec();
            let slot = (attempt.machine, attempt.tag);
            self.held_back.insert(slot, attempt);
            self.due.insert(slot);
            return Step::Deliver(Notice::Sending { operations });
        }
        let id = CallId(self.next_call);
        self.next_call += 1;
        attempt.expires = (self.now + client.settings.attempt_timeout).min(self.last_moment());
        self.report.sent(attempt.request.action());
        self.report.retries += u64::from(attempt.last.is_some());
        let call = Call { id, request: Arc::clone(&attempt.request), expires: attempt.expires };
        self.calls.insert(id, attempt);
        Step::Send(call)
    }

    fn is_to_be_announced(&self, attempt: &Attempt) -> bool {
        self.telling.announces
            && !attempt.announced
            && !attempt.request.is_repeatable()
            && self.machines.get(attempt.machine).is_some_and(|machine| !machine.has_token())
    }

    /// Gives a machine, unless it is gone, the last answer of a request.
    pub(super) fn give(
        &mut self,
        id: MachineId,
        tag: u32,
        answer: Result<Response, CallError>,
        client: &Client,
    ) {
        if self.ask(id, client, |machine, context| machine.answer(tag, answer, context)).is_some() {
            self.runnable.insert(id, ());
        }
    }
}
