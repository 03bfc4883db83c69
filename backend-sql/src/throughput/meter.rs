//! The buckets of all tables.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dynochemy_core::api::{OnDemandThroughput, ProvisionedThroughput};
use dynochemy_core::{Moment, ThrottlingReason};

use super::bucket::Bucket;
use super::{Capacity, SECOND, Throughput};
use crate::capacity::{Cost, Costs, Direction, Units};
use crate::storage::{Index, IndexKind, Table};

/// How many partitions may have a bucket before those that are full are forgotten.
const PARTITIONS: usize = 10_000;

/// The buckets of all tables, behind a lock that is held for no longer than it takes to look into some of them.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    is_limited: AtomicBool,
    has_partitions: AtomicBool,
    buckets: Mutex<Buckets>,
}

/// A bucket that did not admit a cost.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) reason: ThrottlingReason,
    pub(crate) billing: Billing,
}

/// How the table or index is billed that was out of capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Billing {
    Provisioned,
    OnDemand,
}

#[derive(Debug, Default)]
struct Buckets {
    throughput: Throughput,
    /// By the number of the table or index.
    stores: BTreeMap<(i64, Direction), Bucket>,
    /// By that, and the hash key.
    partitions: BTreeMap<(i64, Direction, Vec<u8>), Bucket>,
    /// How many partitions there may be before the full ones are looked for.
    room: usize,
    /// The latest time that was told: it never goes backward.
    now: Moment,
}

/// A part of a cost, and the bucket that has to give it.
#[derive(Debug)]
struct Part<'t> {
    table: &'t Table,
    index: Option<&'t Index>,
    /// Of a partition.
    hash: Option<Vec<u8>>,
    rate: u64,
    burst: Duration,
    saved: Duration,
    units: Units,
}

impl Meter {
    /// Limits the use of tables from now on. What they have saved stays, as far as their burst then holds it.
    pub(crate) fn limit(&self, throughput: Throughput, now: Moment) {
        let mut buckets = self.lock();
        buckets.settle(now, |_| true);
        self.note(&throughput);
        buckets.throughput = throughput;
    }

    /// Limits the use of tables, and forgets what they have used.
    pub(crate) fn restart(&self, throughput: Throughput) {
        let mut buckets = self.lock();
        self.note(&throughput);
        *buckets = Buckets { throughput, ..Buckets::default() };
    }

    fn note(&self, throughput: &Throughput) {
        self.is_limited.store(throughput.is_limited(), Ordering::Release);
        self.has_partitions.store(throughput.partition.is_some(), Ordering::Release);
    }

    /// Lets a table and its indexes gain what they do up to now, since their capacity is about to change.
    pub(crate) fn settle(&self, table: &Table, now: Moment) {
        if self.is_limited() {
            let of_table = |store| table.id == store || table.indexes.iter().any(|index| index.id == store);
            self.lock().settle(now, of_table);
        }
    }

    /// Forgets tables and indexes that were deleted.
    pub(crate) fn forget(&self, stores: &[i64]) {
        if stores.is_empty() || !self.is_limited() {
            return;
        }
        let mut buckets = self.lock();
        buckets.stores.retain(|(store, _), _| !stores.contains(store));
        buckets.partitions.retain(|(store, ..), _| !stores.contains(store));
    }

    /// Whether costs are to say which hash keys take them.
    pub(crate) fn has_partitions(&self) -> bool {
        self.has_partitions.load(Ordering::Acquire)
    }

    /// Says which hash key takes what a cost is on the table, or on the index at a position of it.
    pub(crate) fn locate(&self, cost: &mut Cost, position: Option<usize>, hash: &[u8]) {
        if self.has_partitions() {
            let units = position.map_or(cost.table, |position| cost.on_index(position));
            if units > Units::default() {
                cost.add_partition(position, hash, units);
            }
        }
    }

    /// Takes a cost out of the buckets of a table and its global indexes, or nothing where one of them does not admit it.
    ///
    /// # Errors
    /// Which of them do not.
    pub(crate) fn take(
        &self,
        table: &Table,
        direction: Direction,
        cost: &Cost,
        now: Moment,
    ) -> Result<(), Vec<Refusal>> {
        if !self.is_limited() {
            return Ok(());
        }
        let mut buckets = self.lock();
        let now = buckets.at(now);
        buckets.make_room(now);
        let parts = buckets.parts(table, direction, cost);
        let refusals = buckets.refusals(&parts, direction, now);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        buckets.charge(parts, direction, now);
        Ok(())
    }

    /// Takes what a call costs on several tables, or nothing where one of their buckets does not admit it.
    ///
    /// # Errors
    /// Which of them do not, by the numbers of their tables.
    pub(crate) fn take_all(
        &self,
        costs: &Costs<'_>,
        direction: Direction,
        now: Moment,
    ) -> Result<(), BTreeMap<i64, Vec<Refusal>>> {
        if !self.is_limited() {
            return Ok(());
        }
        let mut buckets = self.lock();
        let now = buckets.at(now);
        buckets.make_room(now);
        let (mut parts, mut refused) = (Vec::new(), BTreeMap::new());
        for (table, cost) in costs.iter() {
            let of_table = buckets.parts(table, direction, cost);
            let refusals = buckets.refusals(&of_table, direction, now);
            if !refusals.is_empty() {
                refused.insert(table.id, refusals);
            }
            parts.extend(of_table);
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        buckets.charge(parts, direction, now);
        Ok(())
    }

    /// Whether anything is limited at all.
    pub(crate) fn is_limited(&self) -> bool {
        self.is_limited.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Buckets> {
        // What a panic leaves is a bucket that has, or has not, paid.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Meter {
    pub(super) fn stores(&self) -> usize {
        self.lock().stores.len()
    }

    pub(super) fn partitions(&self) -> usize {
        self.lock().partitions.len()
    }
}

impl Buckets {
    fn at(&mut self, now: Moment) -> Moment {
        self.now = self.now.max(now);
        self.now
    }

    /// Lets the buckets of some tables and indexes gain what they do up to now.
    fn settle(&mut self, now: Moment, which: impl Fn(i64) -> bool) {
        let now = self.at(now);
        let stores = self.stores.iter_mut().map(|((store, _), bucket)| (*store, bucket));
        let partitions = self.partitions.iter_mut().map(|((store, ..), bucket)| (*store, bucket));
        for (_, bucket) in stores.chain(partitions).filter(|(store, _)| which(*store)) {
            bucket.settle(now);
        }
    }

    /// The parts of a cost on what has limits. A local index takes of its table's capacity.
    fn parts<'t>(&self, table: &'t Table, direction: Direction, cost: &Cost) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        let mut own = cost.table;
        for (position, units) in cost.indexes() {
            let index = &table.indexes[position];
            match index.kind {
                IndexKind::Local => own += units,
                IndexKind::Global => parts.extend(self.part(table, Some(index), direction, units)),
            }
        }
        if own > Units::default() {
            parts.extend(self.part(table, None, direction, own));
        }
        if let Some(limit) = self.throughput.partition {
            let rate = of(limit, direction);
            let mut partitions: Vec<Part<'t>> = Vec::new();
            for (position, hash, units) in cost.partitions() {
                let index = position.map(|position| &table.indexes[position]);
                let index = index.filter(|index| index.kind == IndexKind::Global);
                let same = |part: &&mut Part<'_>| {
                    part.index.map(|index| index.id) == index.map(|index| index.id)
                        && part.hash.as_deref() == Some(hash)
                };
                match partitions.iter_mut().find(same) {
                    Some(part) => part.units += units,
                    None => {
                        let hash = Some(hash.to_vec());
                        partitions.push(Part {
                            table,
                            index,
                            hash,
                            rate,
                            burst: SECOND,
                            saved: SECOND,
                            units,
                        });
                    }
                }
            }
            parts.extend(partitions);
        }
        parts
    }

    fn part<'t>(
        &self,
        table: &'t Table,
        index: Option<&'t Index>,
        direction: Direction,
        units: Units,
    ) -> Option<Part<'t>> {
        let Throughput { capacity, burst, saved, .. } = self.throughput;
        let rate = match capacity {
            Capacity::Unlimited => None,
            Capacity::Forced(limit) => Some(of(limit, direction)),
            Capacity::Declared => match declared(table, index) {
                (Some(limit), _) => Some(of(limit, direction)),
                (None, most) => most_on_demand(most?, direction),
            },
        }?;
        Some(Part { table, index, hash: None, rate, burst, saved: saved.unwrap_or(burst), units })
    }

    /// Which parts are not admitted.
    fn refusals(&mut self, parts: &[Part<'_>], direction: Direction, now: Moment) -> Vec<Refusal> {
        let forced = matches!(self.throughput.capacity, Capacity::Forced(_));
        let mut refusals = Vec::new();
        for part in parts {
            if !self.bucket(part, direction, now).admits(part.units) {
                refusals.push(part.refusal(direction, forced));
            }
        }
        refusals
    }

    /// Takes what is admitted.
    fn charge(&mut self, parts: Vec<Part<'_>>, direction: Direction, now: Moment) {
        for part in &parts {
            self.bucket(part, direction, now).take(part.units);
        }
    }

    /// Forgets the partitions that are full, where there are many; refused calls make some as well.
    fn make_room(&mut self, now: Moment) {
        if self.partitions.len() > self.room.max(PARTITIONS) {
            self.partitions.retain(|_, bucket| !bucket.is_full(now));
            self.room = self.partitions.len() * 2;
        }
    }

    /// The bucket that has to give a part, filled up to now.
    fn bucket(&mut self, part: &Part<'_>, direction: Direction, now: Moment) -> &mut Bucket {
        let store = part.index.map_or(part.table.id, |index| index.id);
        let new = || Bucket::new(part.rate, part.burst, part.saved, now);
        let bucket = match &part.hash {
            None => self.stores.entry((store, direction)).or_insert_with(new),
            Some(hash) => self.partitions.entry((store, direction, hash.clone())).or_insert_with(new),
        };
        bucket.fill(part.rate, part.burst, now);
        bucket
    }
}

impl Part<'_> {
    /// What a refusal says of the table or index that was out of capacity.
    fn refusal(&self, direction: Direction, forced: bool) -> Refusal {
        let billing = match declared(self.table, self.index) {
            (None, _) if !forced => Billing::OnDemand,
            _ => Billing::Provisioned,
        };
        let (kind, resource) = match self.index {
            None => ("Table", self.table.arn()),
            Some(index) => ("Index", index.arn(self.table)),
        };
        let direction = match direction {
            Direction::Read => "Read",
            Direction::Write => "Write",
        };
        let limit = match (&self.hash, billing) {
            (Some(_), _) => "KeyRangeThroughputExceeded",
            (None, Billing::Provisioned) => "ProvisionedThroughputExceeded",
            (None, Billing::OnDemand) => "MaxOnDemandThroughputExceeded",
        };
        let reason = ThrottlingReason { reason: format!("{kind}{direction}{limit}"), resource };
        Refusal { reason, billing }
    }
}

/// What a table or index declares as its capacity.
fn declared(
    table: &Table,
    index: Option<&Index>,
) -> (Option<ProvisionedThroughput>, Option<OnDemandThroughput>) {
    match index {
        None => (table.throughput, table.settings.on_demand_throughput),
        Some(index) => (index.throughput, index.on_demand_throughput),
    }
}

fn of(limit: ProvisionedThroughput, direction: Direction) -> u64 {
    match direction {
        Direction::Read => limit.read_capacity_units,
        Direction::Write => limit.write_capacity_units,
    }
}

/// None where there is no maximum, which is also declared as -1.
fn most_on_demand(most: OnDemandThroughput, direction: Direction) -> Option<u64> {
    let most = match direction {
        Direction::Read => most.max_read_request_units,
        Direction::Write => most.max_write_request_units,
    };
    u64::try_from(most?).ok()
}
