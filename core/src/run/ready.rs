//! The operations that can be sent now, and how they are put together into calls.

use std::collections::{BTreeMap, BTreeSet};

use super::Slot;
use crate::client::Client;
use crate::expression::DocumentPath;
use crate::key::Key;
use crate::machine::{
    Administration, BatchGet, BatchWrite, ListTables, Machine, Pages, Single, StatementPages, Tags, Transact,
    ViewWrite,
};
use crate::operation::Task;
use crate::table::{TableId, Tables};

/// The most keys in one BatchGetItem.
const MAX_BATCH_GET: usize = 100;
/// The most writes in one BatchWriteItem.
const MAX_BATCH_WRITE: usize = 25;
/// The most bytes of items in one BatchWriteItem: 16 MB with some room for what stands around them.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024 - 64 * 1024;

/// The operations that wait for nothing, by how they are sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ready {
    /// Sent alone: what no batch can carry, or must not carry any more.
    alone: BTreeSet<u32>,
    gets: BTreeSet<u32>,
    writes: BTreeSet<u32>,
    /// Writes that views follow, by their table.
    followed: BTreeMap<TableId, BTreeSet<u32>>,
}

/// Which batches may be sent although they have room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Only full ones: more operations may be about to come.
    Full,
    /// Those of operations up to this rank: what is under way may bring more of a higher one.
    UpToRank(u32),
}

impl Ready {
    /// Adds an operation.
    pub(super) fn add(&mut self, operation: u32, slot: &Slot, tables: &Tables, client: &Client) {
        let task = slot.task();
        match task {
            _ if client.follows(task, tables) && !slot.alone => {
                let table = task.table().expect("a write of one item has a table");
                self.followed.entry(table).or_default().insert(operation);
            }
            Task::Get { .. } if !slot.alone => drop(self.gets.insert(operation)),
            Task::Put { options: None, .. } | Task::Delete { options: None, .. } if !slot.alone => {
                self.writes.insert(operation);
            }
            _ => drop(self.alone.insert(operation)),
        }
    }

    /// Takes out an operation that ended before it was sent.
    pub(super) fn remove(&mut self, operation: u32) {
        self.alone.remove(&operation);
        self.gets.remove(&operation);
        self.writes.remove(&operation);
        for set in self.followed.values_mut() {
            set.remove(&operation);
        }
    }

    /// Makes the next machine out of what is ready. `busy` are the tables whose view changes are under way: another
    /// transaction would only conflict with them.
    pub(super) fn form(
        &mut self,
        slots: &[Slot],
        rank: impl Fn(u32) -> u32,
        fill: Fill,
        busy: &BTreeSet<TableId>,
        client: &Client,
        tables: &Tables,
    ) -> Option<Machine> {
        let free = |operation: &u32| {
            let task = slots[*operation as usize].task();
            !task.is_item_write() || task.table().is_none_or(|table| !busy.contains(&table))
        };
        if let Some(operation) = self.alone.iter().copied().find(free) {
            self.alone.remove(&operation);
            return Some(machine_for(operation, &slots[operation as usize], client, tables));
        }
        let may_send = |first: Option<&u32>, full: bool| match (first, fill) {
            (None, _) => false,
            (Some(_), _) if full => true,
            (Some(_), Fill::Full) => false,
            (Some(first), Fill::UpToRank(most)) => rank(*first) <= most,
        };
        if may_send(self.writes.first(), self.writes.len() >= MAX_BATCH_WRITE) {
            return Some(self.batch_write(slots, client, tables));
        }
        if may_send(self.gets.first(), self.gets.len() >= MAX_BATCH_GET) {
            return Some(self.batch_get(slots, client, tables));
        }
        let most = client.settings.transaction_actions;
        let mut followed = self.followed.iter_mut().filter(|(table, _)| !busy.contains(table));
        let (_, set) = followed.find(|(_, set)| may_send(set.first(), set.len() >= most))?;
        // Each source item needs at least one action for itself and its old item one key of a batch.
        let members = take_first(set, most.min(MAX_BATCH_GET));
        Some(Machine::ViewWrite(ViewWrite::new(members)))
    }

    fn batch_write(&mut self, slots: &[Slot], client: &Client, tables: &Tables) -> Machine {
        let mut members = Vec::new();
        let mut bytes = 0;
        // In the plan's order; an item that does not fit leaves room for smaller ones after it.
        for operation in &self.writes {
            let size = match slots[*operation as usize].task() {
                Task::Put { item, .. } => item.as_bytes().len(),
                _ => 0,
            };
            if bytes + size <= MAX_BATCH_BYTES || members.is_empty() {
                bytes += size;
                members.push(*operation);
            }
            if members.len() == MAX_BATCH_WRITE {
                break;
            }
        }
        for member in &members {
            self.writes.remove(member);
        }
        match members[..] {
            [lone] => machine_for(lone, &slots[lone as usize], client, tables),
            _ => Machine::BatchWrite(BatchWrite::new(members)),
        }
    }

    fn batch_get(&mut self, slots: &[Slot], client: &Client, tables: &Tables) -> Machine {
        let mut keys: BTreeSet<(TableId, &Key)> = BTreeSet::new();
        let mut manners: BTreeMap<&str, (bool, &[DocumentPath])> = BTreeMap::new();
        let mut members = Vec::new();
        for operation in &self.gets {
            let Task::Get { table, key, consistent_read, projection } = slots[*operation as usize].task()
            else {
                continue;
            };
            // A batch reads a table in one manner.
            let manner = (*consistent_read, projection.as_slice());
            let name = tables.at(*table).name.as_ref();
            if *manners.entry(name).or_insert(manner) != manner {
                continue;
            }
            let known = keys.contains(&(*table, key));
            if !known && keys.len() == MAX_BATCH_GET {
                break;
            }
            keys.insert((*table, key));
            members.push(*operation);
        }
        for member in &members {
            self.gets.remove(member);
        }
        match members[..] {
            [lone] => machine_for(lone, &slots[lone as usize], client, tables),
            _ => Machine::BatchGet(BatchGet::new(members)),
        }
    }
}

fn take_first(set: &mut BTreeSet<u32>, most: usize) -> Vec<u32> {
    std::iter::from_fn(|| set.pop_first()).take(most).collect()
}

/// The machine of an operation that is sent alone.
fn machine_for(operation: u32, slot: &Slot, client: &Client, tables: &Tables) -> Machine {
    match slot.task() {
        Task::Query { .. } | Task::Scan { .. } => Machine::Pages(Pages::new(operation, slot.task())),
        Task::TransactWrite { .. } | Task::TransactGet { .. } | Task::Check { .. } => {
            Machine::Transact(Transact::new(operation))
        }
        Task::Call { request } if request.is_transaction() => Machine::Transact(Transact::new(operation)),
        Task::Statement { .. } => Machine::Statement(StatementPages::new(operation)),
        Task::CreateTable { .. }
        | Task::EnsureTable { .. }
        | Task::UpdateTable { .. }
        | Task::UpdateTimeToLive { .. }
        | Task::AwaitTable { .. }
        | Task::DeleteTable { .. } => {
            Machine::Administration(Administration::new(operation, slot.entry.ambiguous))
        }
        Task::ListTags { .. } | Task::ChangeTags { .. } => Machine::Tags(Tags::new(operation)),
        Task::ListTables => Machine::ListTables(ListTables::new(operation)),
        task if client.follows(task, tables) => Machine::ViewWrite(ViewWrite::new(vec![operation])),
        task if task.is_exactly_once() => Machine::Transact(Transact::new(operation)),
        _ => Machine::Single(Single::new(operation)),
    }
}
