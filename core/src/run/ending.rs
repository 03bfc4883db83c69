//! What a run leaves behind: its outcome, or a plan to go on from.

use std::collections::BTreeSet;

use super::scheduler::Scheduler;
use crate::error::{Effect, Error};
use crate::machine::Machine;
use crate::moment::Moment;
use crate::operation::Task;
use crate::outcome::Outcome;
use crate::solvent::{Origin, Solvent};

impl Scheduler {
    /// The operations whose write is under way, or was sent and must be sent again.
    fn maybe_applied(&self) -> BTreeSet<u32> {
        let under_way = self.calls.values().filter(|attempt| !attempt.request.is_read());
        let held_back = self.held_back.values().filter(|attempt| attempt.ambiguous);
        let machines = under_way.chain(held_back).filter_map(|attempt| self.machines.get(attempt.machine));
        machines.flat_map(|machine| machine.members().iter().copied()).collect()
    }

    pub(super) fn checkpoint(&self) -> Solvent {
        let mut maybe_applied = self.maybe_applied();
        // What was told to be sent next is sent after this is saved.
        let announced = self.held_back.values().filter(|attempt| attempt.announced);
        let machines = announced.filter_map(|attempt| self.machines.get(attempt.machine));
        maybe_applied.extend(machines.flat_map(Machine::members));
        let to_hand_out: BTreeSet<u32> = self.operations_to_hand_out().collect();
        let entries = (0..).zip(self.slots.iter()).map(|(operation, entry)| {
            let mut entry = entry.clone();
            if to_hand_out.contains(&operation) {
                entry.result = None;
            }
            if entry.result.is_none() {
                entry.ambiguous |= maybe_applied.contains(&operation);
                // The run may send it at once; who resumes must not rely on its token for longer than from now on.
                let token = entry.task.as_ref().is_ok_and(Task::is_under_token);
                entry.sent = entry.sent.or(token.then_some(self.now));
                entry.resumed |= entry.write.is_some();
            }
            entry
        });
        Solvent {
            entries: entries.collect(),
            tables: self.tables.clone(),
            deadline: self.plan_deadline,
            barriers: self.barriers.clone(),
            priority: self.pace.priority(),
            announces: self.announces,
            origin: Origin::Here,
            identity: self.identity,
        }
    }

    pub(super) fn into_outcome(mut self, now: Moment) -> Outcome {
        let maybe_applied = self.maybe_applied();
        let to_hand_out: BTreeSet<u32> = self.operations_to_hand_out().collect();
        for operation in to_hand_out {
            self.slots[operation].result = None;
        }
        for (operation, entry) in (0..).zip(self.slots.iter_mut()) {
            if !entry.is_open() {
                continue;
            }
            let reads = entry.task.as_ref().is_ok_and(Task::is_read);
            let unknown = !reads && (entry.ambiguous || maybe_applied.contains(&operation));
            let effect = if unknown { Effect::Unknown } else { Effect::NotApplied };
            let error = match &entry.task {
                Ok(task) => Error::Abandoned { subject: task.subject(&self.tables), effect },
                Err(error) => error.clone(),
            };
            entry.settle(&self.tables, Err(error));
        }
        let ended = self.now.max(now);
        self.report.elapsed = ended.since(self.started);
        let plan = Solvent {
            tables: self.tables,
            entries: self.slots.into_entries(),
            deadline: self.plan_deadline,
            barriers: self.barriers,
            priority: self.pace.priority(),
            announces: self.announces,
            origin: Origin::Here,
            identity: self.identity,
        };
        Outcome::new(plan, self.report, ended)
    }
}
