//! Prevention of throttling: what the runs of one `Db` know of the capacity of tables and indexes.
//!
//! Each capacity (the reads or writes of a table or of a global index) has a [bucket](bucket), from which calls are charged
//! before they are sent, by their computed [cost](cost), and corrected by what their answers tell. What is refused slows
//! the bucket that the refusal names. [Queues](queue) share a bucket fairly between runs.
//!
//! It sends nothing: a run asks whether it may send, and is told from when on it may.
//!
//! See [Provisioned capacity mode](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html)
//! and [Throttling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling.html).

mod bucket;
mod cost;
mod queue;
mod refusal;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::api::TableDescription;
use crate::moment::Moment;
use crate::request::{Request, Response};
use crate::run::RunId;
use crate::table::Description;

pub(crate) use bucket::Micro;
use bucket::UNIT;
use bucket::{Advice, Bucket};
pub(crate) use cost::{Cost, Part};
pub(crate) use queue::Asker;
pub(crate) use refusal::Refused;
pub(crate) use table::TableCapacity;

/// Nobody looks again sooner; buckets are deep enough for that.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// Which of a table's two capacities is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// The number of a bucket within its `Db`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BucketId(u32);

impl BucketId {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// The number of a table within its `Db`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TableNumber(u32);

/// What is declared of a table before the service says anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Declared {
    /// Kept to from the first call on.
    #[default]
    Binding,
    /// Kept to from the first refusal on: who answers may have no limits.
    Noted,
}

/// The buckets of all tables that a `Db` has used.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Buckets {
    tables: Vec<TableCapacity>,
    by_name: BTreeMap<String, TableNumber>,
    buckets: Vec<Bucket>,
    /// What each bucket is of, for people, and the table that it belongs to.
    names: Vec<String>,
    owners: Vec<TableNumber>,
    /// The tables to be described.
    to_describe: BTreeSet<TableNumber>,
    declared: Declared,
}

impl Buckets {
    pub(crate) fn new(declared: Declared) -> Self {
        Self { declared, ..Self::default() }
    }

    /// The number of the table with this name in the service.
    pub(crate) fn table(&mut self, name: &str) -> TableNumber {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let number = TableNumber(u32::try_from(self.tables.len()).expect("a `Db` uses few tables"));
        let read = self.bucket(number, format!("{name} read"));
        let write = self.bucket(number, format!("{name} write"));
        self.tables.push(TableCapacity::new(name, read, write));
        self.by_name.insert(name.to_owned(), number);
        number
    }

    /// The table with this name in the service, where it has any limit that is known.
    fn paced(&self, name: &str) -> Option<&TableCapacity> {
        let number = self.by_name.get(name).filter(|number| self.is_paced(**number));
        number.map(|number| self.at(*number))
    }

    pub(crate) fn at(&self, number: TableNumber) -> &TableCapacity {
        &self.tables[number.0 as usize]
    }

    fn bucket(&mut self, of: TableNumber, name: String) -> BucketId {
        self.buckets.push(Bucket::default());
        self.names.push(name);
        self.owners.push(of);
        BucketId(u32::try_from(self.buckets.len() - 1).expect("a `Db` uses few tables"))
    }

    /// The number of a table as the program describes it, with what it declares.
    pub(crate) fn describe(&mut self, name: &str, description: &Description) -> TableNumber {
        let number = self.table(name);
        if !self.at(number).is_described(description) {
            let indexes = self.tables[number.0 as usize].take_description(description);
            for index in indexes {
                let read = self.bucket(number, format!("{name}/{} read", index.name));
                let write = self.bucket(number, format!("{name}/{} write", index.name));
                self.declare(read, index.read_capacity);
                self.declare(write, index.write_capacity);
                self.tables[number.0 as usize].add_index(index, read, write);
            }
            let TableCapacity { read, write, .. } = *self.at(number);
            self.declare(read, description.read_capacity);
            self.declare(write, description.write_capacity);
        }
        number
    }

    fn declare(&mut self, bucket: BucketId, units: Option<u64>) {
        let Some(units) = units else { return };
        match self.declared {
            Declared::Binding => self.of(bucket).declare(units),
            Declared::Noted => self.of(bucket).note(units),
        }
    }

    /// Takes what the service tells of a table.
    pub(crate) fn learn(&mut self, number: TableNumber, told: &TableDescription, now: Moment) {
        self.tables[number.0 as usize].note_told(now);
        let learned = self.at(number).learned(told);
        for (bucket, units) in learned {
            self.of(bucket).learn(units, now);
        }
    }

    /// The next table that is to be described.
    pub(crate) fn take_to_describe(&mut self) -> Option<(TableNumber, &str)> {
        let number = self.to_describe.pop_first()?;
        Some((number, &self.at(number).name))
    }

    fn of(&mut self, bucket: BucketId) -> &mut Bucket {
        &mut self.buckets[bucket.0 as usize]
    }

    /// What a bucket is of, for people.
    pub(crate) fn name(&self, bucket: BucketId) -> &str {
        &self.names[bucket.0 as usize]
    }

    /// Whether a table has any limit that is known.
    pub(crate) fn is_paced(&self, number: TableNumber) -> bool {
        self.at(number).buckets().any(|bucket| self.buckets[bucket.0 as usize].is_paced())
    }

    /// Whether anything has a limit that is known.
    pub(crate) fn is_any_paced(&self) -> bool {
        self.buckets.iter().any(Bucket::is_paced)
    }

    fn is_bucket_paced(&self, bucket: BucketId) -> bool {
        self.buckets[bucket.0 as usize].is_paced()
    }

    /// Whether one of these tables' capacities is in use, and nobody waits for it.
    pub(crate) fn is_any_idle(&self, mut tables: impl Iterator<Item = TableNumber>, now: Moment) -> bool {
        tables.any(|number| {
            self.at(number).buckets().any(|bucket| self.buckets[bucket.0 as usize].is_idle(now))
        })
    }

    /// What one part of a cost is charged.
    fn charge(&self, part: Part) -> Micro {
        self.buckets[part.bucket.0 as usize].charge_for(part.estimate, part.units)
    }

    /// Which bucket does not allow to take a cost beside what is `taken` already and what is `held` for others.
    pub(crate) fn blocking(
        &mut self,
        cost: &Cost,
        taken: &Taken,
        held: &Taken,
        asker: Asker,
        now: Moment,
    ) -> Option<BucketId> {
        let may_borrow = asker.may_borrow(cost);
        for (bucket, charge) in self.charges(cost) {
            let taken = taken.of(bucket).saturating_add(held.of(bucket));
            let bucket_state = self.of(bucket);
            bucket_state.advance_for(charge, now);
            if may_borrow && bucket_state.lends(now) {
                continue;
            }
            let before = bucket_state.queue.ahead(asker, now).saturating_add(taken);
            if !bucket_state.covers(before, charge) {
                return Some(bucket);
            }
        }
        None
    }

    /// What a cost is charged, by buckets that have limits.
    pub(crate) fn charges(&self, cost: &Cost) -> Vec<(BucketId, Micro)> {
        let mut charges: Vec<(BucketId, Micro)> = Vec::new();
        for part in cost.parts() {
            if !self.is_bucket_paced(part.bucket) {
                continue;
            }
            let charge = self.charge(*part);
            match charges.iter_mut().find(|(bucket, _)| *bucket == part.bucket) {
                Some((_, sum)) => *sum += charge,
                None => charges.push((part.bucket, charge)),
            }
        }
        charges
    }

    /// Whether a bucket that blocks can save up nothing more.
    pub(crate) fn is_full(&mut self, bucket: BucketId, now: Moment) -> bool {
        let bucket = self.of(bucket);
        bucket.advance(now);
        bucket.is_full(now)
    }

    /// Notes that a run waits for a bucket, for so many units in all and so many at once; from when on they are there.
    pub(crate) fn wait(
        &mut self,
        bucket: BucketId,
        units: Micro,
        dearest: Micro,
        asker: Asker,
        now: Moment,
    ) -> Moment {
        let owner = self.owners[bucket.0 as usize];
        if self.of(bucket).is_provisioned() && self.tables[owner.0 as usize].is_to_be_looked_at(now) {
            self.to_describe.insert(owner);
        }
        let bucket = self.of(bucket);
        bucket.advance(now);
        // The dearest is noted first, since it may deepen the bucket.
        bucket.queue.wait(asker, units, dearest, now);
        let ahead = bucket.queue.ahead(asker, now);
        let due = bucket.covers_from(ahead, units, now).max(now + LEAST_WAIT);
        bucket.queue.wait(asker, units, dearest, due);
        due
    }

    /// Charges a cost that is about to be sent.
    pub(crate) fn take(&mut self, cost: &Cost, asker: Asker, now: Moment) -> Taken {
        let mut taken = Taken::default();
        let may_borrow = asker.may_borrow(cost);
        for (bucket, charge) in self.charges(cost) {
            let state = self.of(bucket);
            state.advance(now);
            if may_borrow && state.lends(now) {
                state.lend(charge, now);
            } else {
                state.take(charge);
            }
            state.queue.take(asker, charge, now);
            taken.add(bucket, charge);
        }
        taken
    }

    /// Gives back what was charged for a call that had no effect.
    pub(crate) fn give_back(&mut self, taken: &Taken, now: Moment) {
        for (bucket, charge) in &taken.0 {
            self.of(*bucket).give_back(*charge, now);
        }
    }

    /// Takes what an answer tells of a cost that was charged: what it really was, by buckets, where that is known.
    pub(crate) fn answered(
        &mut self,
        cost: &Cost,
        refused: &Cost,
        taken: &Taken,
        actual: &[(BucketId, Micro)],
        now: Moment,
    ) {
        for (bucket, actual) in actual {
            // What was refused is not given back: the service has not got it.
            let lost: Micro = refused
                .parts()
                .iter()
                .filter(|part| part.bucket == *bucket)
                .map(|part| self.charge(*part))
                .sum();
            let charged = (taken.of(*bucket) - lost).max(0);
            let mut of_bucket = cost.parts().iter().filter(|part| part.bucket == *bucket);
            let first = of_bucket.next().copied();
            let is_one = of_bucket.next().is_none();
            let state = self.of(*bucket);
            state.answered(charged, *actual, now);
            if let Some(part) = first.filter(|_| is_one) {
                let of_refused = refused.parts().iter().filter(|part| part.bucket == *bucket);
                let units = part.units - of_refused.map(|part| part.units).sum::<Micro>();
                state.estimated(part.estimate, units, *actual);
            }
        }
    }

    /// What an answer tells that a call cost, by buckets.
    pub(crate) fn consumed(&mut self, request: &Request, response: &Response) -> Vec<(BucketId, Micro)> {
        let direction = if request.is_read() { Direction::Read } else { Direction::Write };
        let index = match request {
            Request::Query(query) => query.index_name.as_deref(),
            Request::Scan(scan) => scan.index_name.as_deref(),
            _ => None,
        };
        let mut consumed = Vec::new();
        for told in response.consumed_capacity() {
            let number = self.table(&told.table_name);
            self.at(number).consumed(told, direction, index, &mut consumed);
        }
        consumed
    }

    /// The service has refused something for want of this capacity of a table.
    pub(crate) fn refused(&mut self, number: TableNumber, bucket: BucketId, now: Moment) {
        if self.of(bucket).refused(now) == Advice::Describe {
            self.to_describe.insert(number);
        }
    }

    /// Forgets a run that has ended.
    pub(crate) fn leave(&mut self, run: RunId) {
        for bucket in &mut self.buckets {
            bucket.queue.leave(run);
        }
    }
}

/// What was charged for a call, by buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken(Vec<(BucketId, Micro)>);

impl Taken {
    pub(crate) fn of(&self, bucket: BucketId) -> Micro {
        self.0.iter().find(|(other, _)| *other == bucket).map_or(0, |(_, units)| *units)
    }

    pub(crate) fn add(&mut self, bucket: BucketId, units: Micro) {
        match self.0.iter_mut().find(|(other, _)| *other == bucket) {
            Some((_, sum)) => *sum += units,
            None => self.0.push((bucket, units)),
        }
    }
}
