//! Taking in the plan's operations by and by, and putting what is ready into machines.

use std::collections::BTreeSet;

use super::calls::is_alive;
use super::pace::Pacer;
use super::ready::{Fill, Formed};
use super::scheduler::{Scheduler, token_error};
use crate::client::Client;
use crate::error::{CallError, Error};
use crate::machine::Machine;
use crate::operation::Task;
use crate::operation::call::past_views;
use crate::partiql::TableName;
use crate::request::Request;
use crate::table::TableId;
use crate::view::ErasedView;

/// The most operations that are taken in and have not ended.
const WINDOW: usize = 10_000;
/// The operations that are taken in between two looks at what can be sent.
const SLICE: usize = 256;

impl Scheduler {
    /// Makes a machine of what is ready, taking in more of the plan where that may help; false where there is nothing
    /// to make one of.
    pub(super) fn form(&mut self, client: &Client) -> bool {
        let busy: BTreeSet<TableId> = match client.views.is_empty() {
            true => BTreeSet::new(),
            false => {
                self.machines.values().filter_map(|machine| machine.followed_table(&self.slots)).collect()
            }
        };
        let mut is_enough = false;
        loop {
            let more = !is_enough && self.may_take_in();
            let fill = if more { Fill::Full } else { Fill::UpToRank(self.rank_under_way()) };
            let order = &self.order;
            let rank = |operation| order.rank(operation);
            let mut pacer =
                Pacer { pace: &mut self.pace, buckets: &mut self.buckets, slots: &self.slots, now: self.now };
            let formed = self.ready.form(rank, fill, &busy, client, &self.tables, &mut pacer);
            if let Some(Formed { machine, cost }) = formed {
                self.charge_formed(self.next_machine, cost);
                let machine = self.with_followers(machine, client);
                self.machines.insert(self.next_machine, machine);
                self.runnable.insert(self.next_machine, ());
                self.next_machine += 1;
                return true;
            }
            if is_enough {
                return false;
            }
            // While something waits for capacity, more is taken in only for what is not waited for: for that also beyond the
            // window, a slice at a time.
            let is_blocked = self.pace.is_blocked();
            let looks_on = is_blocked && self.has_next() && self.is_anything_idle();
            is_enough = !more || (is_blocked && !looks_on);
            if more && !is_enough || looks_on && self.pace.looks_on(self.now) {
                self.take_in(client);
            } else if !more {
                return false;
            }
        }
    }

    /// The lowest rank of what is under way for the first time: what follows it may soon fill up a batch.
    fn rank_under_way(&self) -> u32 {
        let fresh = self.calls.values().filter(|attempt| attempt.patience.tries == 0);
        let machines = fresh.filter_map(|attempt| self.machines.get(attempt.machine));
        let brief = machines.filter(|machine| {
            !matches!(
                machine,
                Machine::Pages(_)
                    | Machine::Statement(_)
                    | Machine::Administration(_)
                    | Machine::Tags(_)
                    | Machine::ListTables(_)
            )
        });
        brief.flat_map(Machine::members).map(|member| self.order.rank(*member)).min().unwrap_or(u32::MAX)
    }

    /// Whether more is to be taken in, as far as there is room.
    pub(super) fn may_take_in(&self) -> bool {
        self.order.len() < WINDOW && self.has_next()
    }

    /// Whether the plan's next operation may be taken in: nothing behind a barrier before all else has ended.
    fn has_next(&self) -> bool {
        let at_barrier = || {
            let next = u32::try_from(self.taken).expect("a plan has fewer than 4 billion operations");
            self.barriers.binary_search(&next).is_ok()
        };
        self.taken < self.slots.len()
            && (self.ended == self.taken || self.barriers.is_empty() || !at_barrier())
    }

    /// Takes in the next operations of the plan.
    pub(super) fn take_in(&mut self, client: &Client) {
        for _ in 0..SLICE {
            if !self.has_next() {
                return;
            }
            let operation = u32::try_from(self.taken).expect("a plan has fewer than 4 billion operations");
            self.taken += 1;
            let entry = &self.slots[operation];
            if !entry.is_open() {
                self.ended += 1;
                self.telling.ended_before -= 1;
                if let Some(Err(_)) = entry.result {
                    self.note_failure(operation);
                }
                continue;
            }
            if let Some(error) = self.not_to_be_sent(operation, client) {
                self.settle_unordered(operation, Err(error));
                self.note_failure(operation);
            } else if self.slots.len() == 1 {
                // The only operation of a plan waits for none, and none for it.
                self.release(operation, client);
            } else {
                let targets = self.targets(operation, client);
                if self.order.enter(operation, |operation| self.slots[operation].task(), &targets) {
                    self.release(operation, client);
                }
            }
        }
    }

    /// The tables of the plan that hold views of what an operation writes.
    fn targets(&self, operation: u32, client: &Client) -> Vec<TableId> {
        let task = self.slots[operation].task();
        let Some(table) = task.table().filter(|_| !client.views.is_empty() && task.is_item_write()) else {
            return Vec::new();
        };
        let views = client.views_of(&self.tables.at(table).name);
        views.filter_map(|view| self.tables.named(&view.target().name)).collect()
    }

    /// Remembers a failure for what follows on the same item.
    fn note_failure(&mut self, operation: u32) {
        match &self.slots[operation].task {
            Ok(task) => {
                for item in task.items() {
                    self.order.note_failure(operation, item.table, item.key);
                }
            }
            // An operation that could not be made names its items, where their keys were known.
            Err(Error::Invalid { subject: failed, .. }) => {
                for (table, key) in failed.keys() {
                    if let Some(table) = self.tables.named(table) {
                        self.order.note_failure(operation, table, key);
                    }
                }
            }
            Err(_) => {}
        }
    }

    /// Why an operation is not sent at all.
    fn not_to_be_sent(&self, operation: u32, client: &Client) -> Option<Error> {
        let entry = &self.slots[operation];
        let task = match &entry.task {
            Ok(task) => task,
            Err(error) => return Some(error.clone()),
        };
        let followed = client.follows(task, &self.tables);
        let expired = entry.sent.filter(|sent| !is_alive(*sent, self.now));
        if let Some(sent) = expired
            && task.is_under_token()
            && !followed
        {
            return Some(entry.call_error(&self.tables, token_error(sent, self.now)));
        }
        // What views follow is known again by its version, and a transaction by its token.
        let known_again = entry.write.is_some() && followed || entry.sent.is_some() && task.is_under_token();
        if entry.ambiguous && !task.is_repeatable() && !known_again {
            let problem = "an earlier run of the plan sent it and left without an answer".to_owned();
            return Some(entry.call_error(&self.tables, CallError::Unknown { rejection: None, problem }));
        }
        if self.deadline_passed {
            return Some(self.deadline_passed(operation));
        }
        if let Some(after) = self.order.failed_before(task) {
            return Some(Error::Skipped { subject: task.subject(&self.tables), after });
        }
        self.past_views(task, client)
    }

    /// The error of a write that would go past the views.
    fn past_views(&self, task: &Task, client: &Client) -> Option<Error> {
        if client.views.is_empty() {
            return None;
        }
        let statement;
        let call = match task {
            Task::Call { request } => Some(&**request),
            Task::Statement { input, .. } => {
                statement = Request::ExecuteStatement((**input).clone());
                Some(&statement)
            }
            _ => None,
        };
        if let Some(call) = call {
            return self.call_past_views(task, call, client);
        }
        task.items().filter(|item| item.write).find_map(|item| {
            let table = &self.tables.at(item.table).name;
            let (view, problem) = if let Some(view) = client.view_into(table) {
                (view, format!("the table is calculated; write to `{}` instead", view.source().name))
            } else if task.is_item_write() {
                return None;
            } else {
                let problem = format!(
                    "writes to `{table}` cannot be part of a transaction yet, since the view follows it"
                );
                (client.views_of(table).next()?, problem)
            };
            Some(Error::View { subject: task.subject(&self.tables), view: view.id().to_owned(), problem })
        })
    }

    /// The error of a call that would write past the views. Its tables have their names in the service.
    fn call_past_views(&self, task: &Task, call: &Request, client: &Client) -> Option<Error> {
        let of_view = |view: &dyn ErasedView, table: &TableName<'_>| {
            [view.source(), view.target()].iter().any(|part| table.may_be(&client.names.physical(&part.name)))
        };
        let views = || client.views.iter();
        let problem = past_views(call, |table| views().any(|view| of_view(&**view, table)))?;
        let view = views().map(|view| view.id()).collect::<Vec<_>>().join(", ");
        Some(Error::View { subject: task.subject(&self.tables), view, problem })
    }
}
