//! Which operations must wait for which.
//!
//! On one item, reads wait for the write before them, and writes for all that came before. A query or scan waits for
//! the earlier writes to its table. Creating, describing or deleting a table waits for everything earlier on it, and
//! everything later waits for that. A transaction does all that for each of its items. Of what a PartiQL statement, or
//! another call of the API as it is, reads and writes nothing is known: it waits for all that is earlier, and all that is
//! later waits for it, unless it tells of settings only. An operation's rank is the length of the longest chain that leads to it.

mod chains;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::rising::Rising;
use super::window::Window;
use crate::key::Key;
use crate::operation::Task;
use crate::operation::call::is_apart;
use crate::table::TableId;
use chains::{ChainId, Chains};

/// The operations of a run that were taken in and have not ended, and what each waits for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Order {
    open: Window<Open>,
    items: Chains,
    /// The items on which an operation failed, and which one: what follows it on the item may be taken in later.
    failed: BTreeMap<ItemId, u32>,
    /// By their numbers in the plan.
    tables: Vec<TableOrder>,
    /// The operations that may work anywhere.
    anywhere: BTreeSet<u32>,
    /// Those of them that wait for what is earlier.
    anywhere_waiting: BTreeSet<u32>,
    /// Operations that wait for an earlier one of them.
    behind: BTreeSet<u32>,
    highest_rank: u32,
}

/// An operation that has not ended.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    place: Place,
    rank: u32,
    /// How many things it waits for.
    waits: u32,
    /// The operations on the same item that wait for it.
    followers: Vec<u32>,
}

/// Where an operation works.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    Item(ItemPlace),
    /// Several items, of whatever tables.
    Several(Vec<ItemPlace>),
    /// All items of a table, or some of one hash key.
    Items(TableId),
    Table(TableId),
    /// A call of the API that has to do with no items.
    Nowhere,
    /// A call of the API that may have to do with any.
    Anywhere,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct ItemPlace {
    table: TableId,
    item: ChainId,
    write: bool,
}

/// An item: its table, and the identity of its key.
type ItemId = (TableId, Vec<u8>);

impl Place {
    fn items(&self) -> &[ItemPlace] {
        match self {
            Self::Item(item) => std::slice::from_ref(item),
            Self::Several(items) => items,
            Self::Items(_) | Self::Table(_) | Self::Nowhere | Self::Anywhere => &[],
        }
    }

    /// The tables, each once.
    fn tables(&self) -> impl Iterator<Item = TableId> {
        let whole = match self {
            Self::Items(table) | Self::Table(table) => Some(*table),
            _ => None,
        };
        let items = self.items();
        let first = |index: usize| !items[..index].iter().any(|earlier| earlier.table == items[index].table);
        let of_items =
            (0..items.len()).filter(move |index| first(*index)).map(move |index| items[index].table);
        whole.into_iter().chain(of_items)
    }

    fn writes_to(&self, table: TableId) -> bool {
        self.items().iter().any(|place| place.table == table && place.write)
    }
}

fn item_id(table: TableId, key: &Key) -> ItemId {
    (table, key.identity())
}

/// The operations on one table.
#[derive(Clone, Debug, Default, PartialEq)]
struct TableOrder {
    all: Rising,
    writes: Rising,
    administration: BTreeSet<u32>,
    /// Item operations that wait for an administration.
    items_waiting: BTreeSet<u32>,
    /// Queries, scans and administrations that wait for what is earlier on the table.
    others_waiting: BTreeSet<u32>,
    highest_rank: u32,
}

impl TableOrder {
    /// Whether an operation waits for others on its table, apart from those on its item.
    fn blocks(&self, operation: u32, place: &Place) -> bool {
        let earlier = |first: Option<u32>| first.is_some_and(|first| first < operation);
        let administration = self.administration.first().copied();
        match place {
            Place::Table(_) => earlier(self.all.first()),
            Place::Items(_) => earlier(self.writes.first()) || earlier(administration),
            Place::Item(_) | Place::Several(_) | Place::Nowhere | Place::Anywhere => earlier(administration),
        }
    }
}

/// What became possible when an operation ended.
#[derive(Debug, Default)]
pub(super) struct Released {
    /// These can be sent now.
    pub(super) ready: Vec<u32>,
    /// These follow a failed operation on the same item.
    pub(super) skipped: Vec<u32>,
}

impl Order {
    /// `seed` is unknown to those who choose the keys.
    pub(super) fn new(seed: u64) -> Self {
        Self { items: Chains::new(seed), ..Self::default() }
    }

    /// The number of operations that have not ended.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// The length of the longest chain of operations that leads to this one.
    pub(super) fn rank(&self, operation: u32) -> u32 {
        self.open.get(operation).map_or(0, |open| open.rank)
    }

    /// Whether an operation that has not ended waits for none.
    pub(super) fn waits_for_none(&self, operation: u32) -> bool {
        self.open.get(operation).is_none_or(|open| open.waits == 0)
    }

    /// The operation that waits for this one and no other, where it is the only one that does: the next one on its item.
    pub(super) fn sole_follower(&self, operation: u32) -> Option<u32> {
        let [follower] = self.open.get(operation)?.followers[..] else { return None };
        (self.open.get(follower)?.waits == 1).then_some(follower)
    }

    /// Notes that these are sent as one, each of which follows the one before it on their item: what comes after them there
    /// comes sooner.
    pub(super) fn join(&mut self, members: &[u32]) {
        let Some(first) = members.first() else { return };
        let rank = self.rank(*first);
        let mut ranks: BTreeMap<u32, u32> = members.iter().map(|member| (*member, rank)).collect();
        // In the plan's order, so that whatever an operation waits for on the item has its rank before it.
        while let Some((operation, rank)) = ranks.pop_first() {
            let Some(open) = self.open.get_mut(operation) else { continue };
            // One on several items may wait for others still.
            if !matches!(open.place, Place::Item(_)) {
                continue;
            }
            open.rank = open.rank.min(rank);
            for follower in open.followers.iter().filter(|follower| !members.contains(follower)) {
                let known = ranks.entry(*follower).or_default();
                *known = rank.saturating_add(1).max(*known);
            }
        }
    }

    /// Notes that an operation ended in failure without having been taken in.
    pub(super) fn note_failure(&mut self, operation: u32, table: TableId, key: &Key) {
        self.failed.entry(item_id(table, key)).or_insert(operation);
    }

    /// The operation that failed earlier on the item of this one.
    pub(super) fn failed_before(&self, task: &Task) -> Option<u32> {
        if self.failed.is_empty() {
            return None;
        }
        task.items().find_map(|item| self.failed.get(&item_id(item.table, item.key)).copied())
    }

    fn place<'a>(&mut self, operation: u32, task: impl Fn(u32) -> &'a Task) -> Place {
        let own = task(operation);
        let places = (0..).zip(own.items()).map(|(part, item)| {
            let number = self.items.enter(operation, part, item, &task);
            ItemPlace { table: item.table, item: number, write: item.write }
        });
        match own.table() {
            None => match places.collect::<Vec<_>>() {
                places if places.is_empty() => match own {
                    Task::Call { request } if is_apart(request) => Place::Nowhere,
                    _ => Place::Anywhere,
                },
                places => Place::Several(places),
            },
            Some(table) => match { places }.next() {
                Some(item) => Place::Item(item),
                None if own.is_administration() => Place::Table(table),
                None => Place::Items(table),
            },
        }
    }

    fn table(&mut self, table: TableId) -> &mut TableOrder {
        let number = table.position();
        if number >= self.tables.len() {
            self.tables.resize_with(number + 1, TableOrder::default);
        }
        &mut self.tables[number]
    }

    /// Takes in the plan's next operation; true where it waits for nothing. `task` tells the tasks of all that were taken in,
    /// `targets` are the tables of the views that follow it: it waits for their creation too.
    pub(super) fn enter<'a>(
        &mut self,
        operation: u32,
        task: impl Fn(u32) -> &'a Task,
        targets: &[TableId],
    ) -> bool {
        let place = self.place(operation, task);
        let (mut rank, mut waits) = (0, 0);
        for table in place.tables().chain(targets.iter().copied()) {
            let table = self.table(table);
            if table.blocks(operation, &place) {
                waits += 1;
                rank = rank.max(table.highest_rank + 1);
                match place {
                    Place::Items(_) | Place::Table(_) => table.others_waiting.insert(operation),
                    _ => table.items_waiting.insert(operation),
                };
            }
        }
        if place == Place::Anywhere {
            if !self.open.is_empty() {
                waits += 1;
                rank = self.highest_rank + 1;
                self.anywhere_waiting.insert(operation);
            }
            self.anywhere.insert(operation);
        } else if let Some(last) = self.anywhere.last().filter(|_| place != Place::Nowhere) {
            waits += 1;
            rank = rank.max(self.rank(*last) + 1);
            self.behind.insert(operation);
        }
        let mut before: Vec<u32> = Vec::new();
        for ItemPlace { item, write, .. } in place.items() {
            let chain = &mut self.items[*item];
            if *write && !chain.reads.is_empty() {
                before.extend(&chain.reads);
            } else {
                before.extend(chain.last_write);
            }
            if *write {
                chain.last_write = Some(operation);
                chain.reads.clear();
            } else {
                chain.reads.push(operation);
            }
        }
        for earlier in before {
            let earlier = self.open.get_mut(earlier).expect("chains hold operations that have not ended");
            earlier.followers.push(operation);
            rank = rank.max(earlier.rank + 1);
            waits += 1;
        }
        for id in place.tables() {
            let table = self.table(id);
            table.all.insert(operation);
            table.highest_rank = table.highest_rank.max(rank);
            if place.writes_to(id) {
                table.writes.insert(operation);
            }
            if matches!(place, Place::Table(_)) {
                table.administration.insert(operation);
            }
        }
        self.highest_rank = self.highest_rank.max(rank);
        self.open.push(operation, Open { place, rank, waits, followers: Vec::new() });
        waits == 0
    }

    /// Takes out an operation that has ended.
    pub(super) fn leave<'a>(
        &mut self,
        operation: u32,
        succeeded: bool,
        task: impl Fn(u32) -> &'a Task,
    ) -> Released {
        let mut released = Released::default();
        let Some(Open { place, followers, .. }) = self.open.remove(operation) else { return released };
        let mut freed: Vec<u32> = Vec::new();
        for id in place.tables() {
            let table = &mut self.tables[id.position()];
            table.all.remove(operation);
            table.writes.remove(operation);
            table.items_waiting.remove(&operation);
            table.others_waiting.remove(&operation);
            if table.administration.remove(&operation) {
                let next = table.administration.first().copied().unwrap_or(u32::MAX);
                let later = table.items_waiting.split_off(&next);
                freed.extend(std::mem::replace(&mut table.items_waiting, later));
            }
            // Whoever is earliest waits for no more than those after it.
            while let Some(first) = table.others_waiting.first().copied() {
                if table.blocks(first, &self.open[first].place) {
                    break;
                }
                table.others_waiting.remove(&first);
                freed.push(first);
            }
        }
        self.behind.remove(&operation);
        self.anywhere_waiting.remove(&operation);
        if self.anywhere.remove(&operation) {
            let next = self.anywhere.first().copied().unwrap_or(u32::MAX);
            let later = self.behind.split_off(&next);
            freed.extend(std::mem::replace(&mut self.behind, later));
        }
        if let Some(first) = self.anywhere_waiting.first().copied()
            && self.open.first() == Some(first)
        {
            self.anywhere_waiting.remove(&first);
            freed.push(first);
        }
        for ItemPlace { item, .. } in place.items() {
            self.items.leave(*item, operation);
        }
        if succeeded {
            freed.extend(followers);
        } else {
            for item in task(operation).items() {
                self.note_failure(operation, item.table, item.key);
            }
            released.skipped = followers;
        }
        for operation in freed {
            // One that was skipped meanwhile is gone.
            let Some(open) = self.open.get_mut(operation) else { continue };
            open.waits -= 1;
            if open.waits == 0 {
                released.ready.push(operation);
            }
        }
        released
    }
}
