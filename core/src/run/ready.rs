//! The operations that can be sent now, and how they are put together into calls.

use std::collections::{BTreeMap, BTreeSet};

use super::Slots;
use super::pace::{Class, Pacer};
use super::queues::Queues;
use crate::capacity::{BucketId, Cost, Micro, Taken};
use crate::client::Client;
use crate::expression::DocumentPath;
use crate::item_set::ItemSet;
use crate::machine::{
    Administration, BatchGet, BatchWrite, ListTables, Machine, Pages, Single, StatementPages, Tags, Transact,
    ViewWrite,
};
use crate::operation::{Task, TaskItem};
use crate::solvent::Entry;
use crate::table::{TableId, Tables};

/// The most keys in one BatchGetItem.
const MAX_BATCH_GET: usize = 100;
/// The most writes in one BatchWriteItem.
const MAX_BATCH_WRITE: usize = 25;
/// The most bytes of items in one BatchWriteItem: 16 MB with some room for what stands around them.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024 - 64 * 1024;

/// The operations that wait for nothing but capacity, by how they are sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ready {
    /// Sent alone: what no batch can carry, or must not carry any more.
    alone: Queues,
    gets: Queues,
    writes: Queues,
    /// Writes that views follow, by their table.
    followed: BTreeMap<TableId, BTreeSet<u32>>,
}

/// A machine to be, and what its first call is to be charged.
pub(super) struct Formed {
    pub(super) machine: Machine,
    pub(super) cost: Cost,
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
    pub(super) fn add(
        &mut self,
        operation: u32,
        class: Class,
        slots: &Slots,
        tables: &Tables,
        client: &Client,
    ) {
        let task = slots[operation].task();
        let alone = slots.is_alone(operation);
        match task {
            // What goes exactly once has a transaction of its own, so that its token tells of nothing else.
            _ if !alone && !task.is_exactly_once() && client.follows(task, tables) => {
                let table = task.table().expect("a write of one item has a table");
                self.followed.entry(table).or_default().insert(operation);
            }
            // The only operation of a plan shares its call with none.
            _ if alone || slots.len() == 1 => self.alone.insert(class, operation),
            Task::Get { .. } => self.gets.insert(class, operation),
            Task::Put { options: None, .. } | Task::Delete { options: None, .. } => {
                self.writes.insert(class, operation);
            }
            _ => self.alone.insert(class, operation),
        }
    }

    /// Takes out an operation that ended before it was sent.
    pub(super) fn remove(&mut self, operation: u32) {
        self.alone.remove(operation);
        self.gets.remove(operation);
        self.writes.remove(operation);
        for set in self.followed.values_mut() {
            set.remove(&operation);
        }
    }

    /// Makes the next machine out of what is ready and what its capacity allows. `busy` are the tables whose view changes
    /// are under way: another transaction would only conflict with them.
    pub(super) fn form(
        &mut self,
        rank: impl Fn(u32) -> u32,
        fill: Fill,
        busy: &BTreeSet<TableId>,
        client: &Client,
        tables: &Tables,
        pacer: &mut Pacer<'_>,
    ) -> Option<Formed> {
        if let Some((operation, cost)) = self.take_alone(busy, pacer) {
            let machine = machine_for(operation, &pacer.slots[operation], client, tables);
            return Some(Formed { machine, cost });
        }
        let may_send = |first: Option<u32>, full: bool| match (first, fill) {
            (None, _) => false,
            (Some(_), _) if full => true,
            (Some(_), Fill::Full) => false,
            (Some(first), Fill::UpToRank(most)) => rank(first) <= most,
        };
        let mut batch = Batch::default();
        if may_send(self.writes.first(), self.writes.len() >= MAX_BATCH_WRITE) {
            batch = self.batch_write(pacer);
        }
        if batch.members.is_empty() && may_send(self.gets.first(), self.gets.len() >= MAX_BATCH_GET) {
            batch = self.batch_get(pacer);
        }
        let cost = batch.cost;
        match batch.members[..] {
            [] => {}
            [lone] => {
                let machine = machine_for(lone, &pacer.slots[lone], client, tables);
                return Some(Formed { machine, cost });
            }
            [first, ..] => {
                let machine = match pacer.slots[first].task() {
                    Task::Get { .. } => Machine::BatchGet(BatchGet::new(batch.members)),
                    _ => Machine::BatchWrite(BatchWrite::new(batch.members)),
                };
                return Some(Formed { machine, cost });
            }
        }
        let most = client.settings.transaction_actions;
        let free = self.followed.iter_mut().filter(|(table, _)| !busy.contains(table));
        let sendable = free.filter(|(_, set)| may_send(set.first().copied(), set.len() >= most));
        // Each source item needs at least one action for itself and its old item one key of a batch.
        let most = most.min(MAX_BATCH_GET);
        let members =
            sendable.map(|(_, set)| take_followed(set, most, pacer)).find(|members| !members.is_empty())?;
        // Its calls are charged as they are sent.
        Some(Formed { machine: Machine::ViewWrite(ViewWrite::new(members)), cost: Cost::default() })
    }

    /// The first operation that is sent alone, and may be.
    fn take_alone(&mut self, busy: &BTreeSet<TableId>, pacer: &mut Pacer<'_>) -> Option<(u32, Cost)> {
        let slots = pacer.slots;
        let is_free = |operation: u32| {
            let task = slots[operation].task();
            !task.is_item_write() || task.table().is_none_or(|table| !busy.contains(&table))
        };
        let mut merged = self.alone.merged();
        let found = loop {
            let (class, operation) = merged.next()?;
            if !is_free(operation) {
                continue;
            }
            let cost = pacer.cost(operation);
            let Some(bucket) = pacer.blocking(&cost, &Taken::default()) else {
                break (class, operation, cost);
            };
            let units = pacer.charge_on(bucket, &cost);
            pacer.wait(bucket, units, units);
            drop(merged.close(class));
        };
        let (class, operation, cost) = found;
        self.alone.take(class, operation);
        Some((operation, cost))
    }

    fn batch_write(&mut self, pacer: &mut Pacer<'_>) -> Batch {
        let slots = pacer.slots;
        let mut bytes = 0;
        // An item that does not fit leaves room for smaller ones after it.
        let mut fits = |operation: u32, members: &[u32]| {
            let size = match slots[operation].task() {
                Task::Put { item, .. } => item.as_bytes().len(),
                _ => 0,
            };
            let fits = bytes + size <= MAX_BATCH_BYTES || members.is_empty();
            bytes += if fits { size } else { 0 };
            if fits { Fit::Yes } else { Fit::NotThis }
        };
        Batch::of(&mut self.writes, MAX_BATCH_WRITE, &mut fits, pacer)
    }

    fn batch_get(&mut self, pacer: &mut Pacer<'_>) -> Batch {
        let slots = pacer.slots;
        let mut items = ItemSet::default();
        let mut manners: BTreeMap<TableId, (bool, &[DocumentPath])> = BTreeMap::new();
        let mut fits = |operation: u32, _: &[u32]| {
            let Task::Get { table, key, consistent_read, projection } = slots[operation].task() else {
                return Fit::NotThis;
            };
            // A batch reads a table in one manner.
            let manner = (*consistent_read, projection.as_slice());
            if *manners.entry(*table).or_insert(manner) != manner {
                return Fit::NotThis;
            }
            let before = items.len();
            items.enter(TaskItem { table: *table, key, write: false });
            match items.len() {
                after if after == before => Fit::Free,
                after if after > MAX_BATCH_GET => Fit::NoMore,
                _ => Fit::Yes,
            }
        };
        Batch::of(&mut self.gets, usize::MAX, &mut fits, pacer)
    }
}

/// Whether a batch has room for an operation.
enum Fit {
    Yes,
    /// It asks for what is in it already.
    Free,
    NotThis,
    NoMore,
}

/// The members of a batch.
#[derive(Default)]
struct Batch {
    members: Vec<u32>,
    cost: Cost,
}

/// A class that its capacity closed: the bucket, what would be wanted of it in all, and the dearest of that.
struct Closed {
    bucket: BucketId,
    units: Micro,
    dearest: Micro,
}

impl Batch {
    /// Takes operations in the plan's order, as long as the batch has room and their capacity allows them. Where something
    /// has to wait for what all of the batch uses too, the batch waits for it, unless it is full or no more can be saved up.
    fn of(
        queues: &mut Queues,
        most: usize,
        fits: &mut dyn FnMut(u32, &[u32]) -> Fit,
        pacer: &mut Pacer<'_>,
    ) -> Self {
        let mut batch = Self::default();
        let mut classes = Vec::new();
        let mut taken = Taken::default();
        let mut closed = Vec::new();
        // What every member uses.
        let mut shared: Vec<BucketId> = Vec::new();
        let mut is_full = false;
        let mut merged = queues.merged();
        while let Some((class, operation)) = merged.next() {
            let cost = pacer.cost(operation);
            if let Some(bucket) = pacer.blocking(&cost, &taken) {
                let room = most.min(MAX_BATCH_GET) - batch.members.len().min(MAX_BATCH_GET);
                let rest = std::iter::once(operation).chain(merged.close(class)).take(room.max(1));
                let charges = rest.map(|operation| pacer.charge_on(bucket, &pacer.cost(operation)));
                let (mut units, mut dearest) = (taken.of(bucket), 0);
                for charge in charges {
                    units += charge;
                    dearest = charge.max(dearest);
                }
                closed.push(Closed { bucket, units, dearest });
                continue;
            }
            match fits(operation, &batch.members) {
                Fit::Yes => {
                    match batch.members[..] {
                        [] => shared.extend(cost.parts().iter().map(|part| part.bucket)),
                        _ => shared.retain(|bucket| cost.parts().iter().any(|part| part.bucket == *bucket)),
                    }
                    pacer.add(&cost, &mut taken);
                    batch.cost.append(&cost);
                }
                Fit::Free => {}
                Fit::NotThis => {
                    is_full = true;
                    continue;
                }
                Fit::NoMore => {
                    is_full = true;
                    break;
                }
            }
            batch.members.push(operation);
            classes.push(class);
            if batch.members.len() == most {
                is_full = true;
                break;
            }
        }
        let is_filling = !is_full && closed.iter().any(|closed| shared.contains(&closed.bucket));
        let saved_up = closed.iter().any(|closed| pacer.is_full(closed.bucket));
        if batch.members.is_empty() || (is_filling && !saved_up) {
            for Closed { bucket, units, dearest } in closed {
                pacer.wait(bucket, units, dearest);
            }
            return Self::default();
        }
        for (class, operation) in classes.into_iter().zip(&batch.members) {
            queues.take(class, *operation);
        }
        batch
    }
}

/// Takes the first writes that views follow, as many as the capacity of their table allows in a transaction.
fn take_followed(set: &mut BTreeSet<u32>, most: usize, pacer: &mut Pacer<'_>) -> Vec<u32> {
    let mut taken = Taken::default();
    let mut members = Vec::new();
    for operation in set.iter().take(most) {
        let single = pacer.cost(*operation);
        // A transaction costs twice as much.
        let mut cost = single.clone();
        cost.append(&single);
        if let Some(bucket) = pacer.blocking(&cost, &taken) {
            if members.is_empty() {
                let units = pacer.charge_on(bucket, &cost);
                pacer.wait(bucket, units, units);
            }
            break;
        }
        pacer.add(&cost, &mut taken);
        members.push(*operation);
    }
    for member in &members {
        set.remove(member);
    }
    members
}

/// The machine of an operation that is sent alone.
fn machine_for(operation: u32, entry: &Entry, client: &Client, tables: &Tables) -> Machine {
    match entry.task() {
        Task::Query { .. } | Task::Scan { .. } => Machine::Pages(Pages::new(operation, entry.task())),
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
            Machine::Administration(Administration::new(operation, entry.ambiguous))
        }
        Task::ListTags { .. } | Task::ChangeTags { .. } => Machine::Tags(Tags::new(operation)),
        Task::ListTables => Machine::ListTables(ListTables::new(operation)),
        task if client.follows(task, tables) => Machine::ViewWrite(ViewWrite::new(vec![operation])),
        task if task.is_exactly_once() => Machine::Transact(Transact::new(operation)),
        _ => Machine::Single(Single::new(operation)),
    }
}
