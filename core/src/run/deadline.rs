//! The plan's deadline: what ends with it, and what held that up.

use std::collections::BTreeSet;

use super::attempt::MachineId;
use super::scheduler::Scheduler;
use crate::client::Client;
use crate::error::{CallError, Error, HeldUp};
use crate::moment::Moment;

impl Scheduler {
    /// When the deadline passes; never where there is none.
    pub(super) fn last_moment(&self) -> Moment {
        self.plan_deadline.map_or(Moment::LAST, |deadline| self.started + deadline)
    }

    /// Ends what was not sent, and tells machines that nothing more will be.
    pub(super) fn pass_deadline(&mut self, client: &Client) {
        self.deadline_passed = true;
        self.due.clear();
        for ((machine, tag), mut attempt) in std::mem::take(&mut self.held_back) {
            self.give_back(&mut attempt);
            let error = match attempt.last {
                last if attempt.ambiguous => last.unwrap_or_else(deadline_error).after_unknown(),
                last => {
                    self.held_up = last.map(|error| HeldUp::Attempt { error });
                    deadline_error()
                }
            };
            self.give(machine, tag, Err(error), client);
            self.held_up = None;
        }
        // What is under way is waited for, until it expires.
        let busy: BTreeSet<MachineId> = self.calls.values().map(|attempt| attempt.machine).collect();
        let idle: Vec<MachineId> = self.machines.keys().filter(|id| !busy.contains(id)).collect();
        for id in idle {
            self.drop_machine(id);
        }
        let carried: BTreeSet<u32> =
            self.machines.values().flat_map(|machine| machine.members().iter().copied()).collect();
        let is_waiting = |operation: &u32| self.slots[*operation].is_open() && !carried.contains(operation);
        let waiting: Vec<u32> = (0..).take(self.taken).filter(is_waiting).collect();
        for operation in waiting {
            self.ready.remove(operation);
            let error = self.deadline_passed(operation);
            self.settle(operation, Err(error), client);
        }
        for id in self.machines.keys() {
            self.runnable.insert(id, ());
        }
    }

    /// The error of an operation that was not sent again before the deadline.
    pub(super) fn deadline_passed(&self, operation: u32) -> Error {
        let slot = &self.slots[operation];
        let waited_for = || Some(HeldUp::Capacity { resource: self.waited_for(operation)?.to_owned() });
        let held_up = match self.slots.tries(operation) {
            0 if !self.order.waits_for_none(operation) => Some(HeldUp::Earlier),
            0 => waited_for(),
            times => Some(HeldUp::Unprocessed { times }),
        };
        Error::DeadlinePassed { subject: slot.task().subject(&self.tables), held_up: held_up.map(Box::new) }
    }
}

pub(super) fn deadline_error() -> CallError {
    CallError::NotSent { problem: "the plan's deadline has passed".to_owned() }
}
