//! What is known of one table: its buckets, its indexes, and which items they hold.

use std::time::Duration;

use super::{BucketId, Direction, Micro, UNIT};
use crate::api::{Capacity, ConsumedCapacity, ProvisionedThroughputDescription, TableDescription};
use crate::key::KeyShape;
use crate::moment::Moment;
use crate::table::{Description, IndexDescription, IndexKind, Measured};

/// The time between two looks at a table that is waited for without a pause longer than this.
const PERIOD: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_secs(2);

/// A table and its buckets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableCapacity {
    /// Its name in the service.
    pub(crate) name: String,
    pub(crate) read: BucketId,
    pub(crate) write: BucketId,
    keys: Option<KeyShape>,
    indexes: Vec<Index>,
    looks: Looks,
}

/// When the service is asked for the capacity of a table that is waited for: a raise is told by nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
struct Looks {
    /// When it was last asked, or else since when the table has been waited for.
    last: Option<Moment>,
    waited: Moment,
    /// Whether the last question was not answered: this client may not ask, perhaps.
    is_in_vain: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Index {
    description: IndexDescription,
    read: BucketId,
    write: BucketId,
}

impl TableCapacity {
    pub(super) fn new(name: &str, read: BucketId, write: BucketId) -> Self {
        Self { name: name.to_owned(), read, write, keys: None, indexes: Vec::new(), looks: Looks::default() }
    }

    /// Whether a description tells nothing new.
    pub(super) fn is_described(&self, description: &Description) -> bool {
        let known =
            |index: &IndexDescription| self.indexes.iter().any(|known| known.description.name == index.name);
        self.keys.is_some() && description.indexes.iter().all(known)
    }

    /// Takes a description; the indexes that are new.
    pub(super) fn take_description(&mut self, description: &Description) -> Vec<IndexDescription> {
        self.keys.get_or_insert_with(|| description.keys.clone());
        let known = |index: &&IndexDescription| {
            !self.indexes.iter().any(|known| known.description.name == index.name)
        };
        description.indexes.iter().filter(known).cloned().collect()
    }

    /// Adds an index; a local one takes of its table's capacity.
    pub(super) fn add_index(&mut self, description: IndexDescription, read: BucketId, write: BucketId) {
        let (read, write) = match description.kind {
            IndexKind::Global => (read, write),
            IndexKind::Local => (self.read, self.write),
        };
        self.indexes.push(Index { description, read, write });
    }

    /// Notes that it is waited for; whether the service is to be asked for its capacity.
    pub(super) fn is_to_be_looked_at(&mut self, now: Moment) -> bool {
        let Looks { last, waited, is_in_vain } = &mut self.looks;
        let is_new = now.since(*waited) > PAUSE;
        *waited = now.max(*waited);
        if is_new {
            *last = Some(now);
        }
        if *is_in_vain || last.is_some_and(|last| now.since(last) < PERIOD) {
            return false;
        }
        (*last, *is_in_vain) = (Some(now), true);
        true
    }

    /// Notes that the service has told its capacity.
    pub(super) fn note_told(&mut self, now: Moment) {
        self.looks.last = Some(now);
        self.looks.is_in_vain = false;
    }

    pub(crate) fn keys(&self) -> Option<&KeyShape> {
        self.keys.as_ref()
    }

    pub(super) fn has_indexes(&self) -> bool {
        !self.indexes.is_empty()
    }

    /// All its buckets.
    pub(super) fn buckets(&self) -> impl Iterator<Item = BucketId> {
        let own = [self.read, self.write];
        own.into_iter().chain(self.indexes.iter().flat_map(|index| [index.read, index.write]))
    }

    /// The bucket of the table, or of an index of this name.
    pub(crate) fn bucket(&self, index: Option<&str>, direction: Direction) -> BucketId {
        let index = self.indexes.iter().find(|known| Some(&*known.description.name) == index);
        let (read, write) = index.map_or((self.read, self.write), |index| (index.read, index.write));
        match direction {
            Direction::Read => read,
            Direction::Write => write,
        }
    }

    fn globals(&self) -> impl Iterator<Item = &Index> {
        self.indexes.iter().filter(|index| index.description.kind == IndexKind::Global)
    }

    /// The buckets of writes to global indexes.
    pub(super) fn global_writes(&self) -> impl Iterator<Item = BucketId> {
        self.globals().map(|index| index.write)
    }

    /// The buckets to which an item's entries in indexes are charged, and the entries' sizes in bytes.
    pub(super) fn entries<'a>(
        &'a self,
        item: &'a Measured<'a>,
    ) -> impl Iterator<Item = (BucketId, usize)> + 'a {
        self.indexes.iter().filter_map(move |index| {
            let size = index.description.entry_size(self.keys.as_ref(), item)?;
            Some((index.write, size))
        })
    }

    /// A number for the set of global indexes that hold an item, to tell items apart by what they wait for; of more than 64
    /// indexes, some are taken for one. An item of which nothing is known may be in all of them.
    pub(crate) fn indexes_of(&self, item: Option<&Measured<'_>>) -> u64 {
        let holds = |index: &Index| item.is_none_or(|item| index.description.holds(item));
        let held = self.globals().enumerate().filter(|(_, index)| holds(index));
        held.fold(0, |set, (position, _)| set | 1 << (position % 64))
    }

    pub(crate) fn has_global_indexes(&self) -> bool {
        self.globals().next().is_some()
    }

    /// What the service tells of the capacities, by buckets; none where they have no limit.
    pub(super) fn learned(&self, told: &TableDescription) -> Vec<(BucketId, Option<u64>)> {
        let mut learned = Vec::new();
        let mut learn =
            |read, write, given: Option<&ProvisionedThroughputDescription>, most: [Option<i64>; 2]| {
                let given = given.and_then(ProvisionedThroughputDescription::provisioned);
                let most = most.map(|most| most.and_then(|most| u64::try_from(most).ok()));
                learned.push((read, given.map(|given| given.read_capacity_units).or(most[0])));
                learned.push((write, given.map(|given| given.write_capacity_units).or(most[1])));
            };
        let most = told.on_demand_throughput.unwrap_or_default();
        let most = [most.max_read_request_units, most.max_write_request_units];
        learn(self.read, self.write, told.provisioned_throughput.as_ref(), most);
        for index in self.globals() {
            let name = &index.description.name;
            let Some(told) = told.global_secondary_indexes.iter().find(|told| told.index_name == *name)
            else {
                continue;
            };
            let most = told.on_demand_throughput.unwrap_or_default();
            let most = [most.max_read_request_units, most.max_write_request_units];
            learn(index.read, index.write, told.provisioned_throughput.as_ref(), most);
        }
        learned
    }

    /// What an answer tells that a call cost, by buckets; nothing where it does not tell how much of it indexes took.
    pub(super) fn consumed(
        &self,
        told: &ConsumedCapacity,
        direction: Direction,
        index: Option<&str>,
        consumed: &mut Vec<(BucketId, Micro)>,
    ) {
        let own = self.bucket(None, direction);
        let Some(table) = &told.table else {
            let bucket = match (index, direction) {
                (Some(index), Direction::Read) => self.bucket(Some(index), Direction::Read),
                (_, Direction::Write) if self.has_global_indexes() => return,
                _ => own,
            };
            return consumed.push((bucket, micro(told.capacity_units)));
        };
        let local: f64 = told.local_secondary_indexes.values().map(|local| local.capacity_units).sum();
        consumed.push((own, micro(table.capacity_units + local)));
        for index in self.globals() {
            let units = told.global_secondary_indexes.get(&*index.description.name);
            let units = units.map_or(0.0, |Capacity { capacity_units, .. }| *capacity_units);
            consumed.push((self.bucket(Some(&index.description.name), direction), micro(units)));
        }
    }
}

fn micro(units: f64) -> Micro {
    // Units come as numbers with a fraction of halves; what a server says beyond reason is cut off.
    (units.clamp(0.0, 1e9) * UNIT as f64) as Micro
}
