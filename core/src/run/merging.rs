//! Updates of one item that follow each other in the plan, as one.
//!
//! When one may be merged with another is in [`Merged`]; here is which ones follow each other, with nothing between them.

use super::scheduler::Scheduler;
use crate::client::Client;
use crate::expression::{Merged, UpdateExpression};
use crate::machine::{Machine, MergedUpdate};
use crate::operation::Task;

impl Scheduler {
    /// The machine of an update together with those that follow it, where that is one; any other machine as it is.
    pub(super) fn with_followers(&mut self, machine: Machine, client: &Client) -> Machine {
        let first = match (&machine, machine.members()) {
            (Machine::Single(_), [first]) if client.settings.merge_updates && self.slots.len() > 1 => *first,
            _ => return machine,
        };
        if self.plain_update(first, client).is_none() {
            return machine;
        }
        // What follows it may not have been taken in yet.
        while self.may_take_in() {
            self.take_in(client);
        }
        let mut members = vec![first];
        let Some(mut merged) = self.plain_update(first, client).and_then(Merged::new) else { return machine };
        while let Some(next) = self.order.sole_follower(members[members.len() - 1]) {
            let Some(together) = self.plain_update(next, client).and_then(|update| merged.then(update))
            else {
                break;
            };
            merged = together;
            members.push(next);
        }
        if members.len() == 1 {
            return machine;
        }
        self.order.join(&members);
        Machine::MergedUpdate(MergedUpdate::new(members, merged))
    }

    /// The changes of an update that asks for nothing else, and of which nothing else is known.
    fn plain_update(&self, operation: u32, client: &Client) -> Option<&UpdateExpression> {
        let entry = &self.slots[operation];
        let Ok(task @ Task::Update { update, options: None, .. }) = &entry.task else { return None };
        let is_plain =
            !self.slots.is_alone(operation) && !entry.ambiguous && !client.follows(task, &self.tables);
        is_plain.then_some(update)
    }
}
