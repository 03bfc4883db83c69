//! What calls cost, in capacity units.
//!
//! See [Read and write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Mul};

use dynochemy_core::api::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};

use crate::storage::{IndexKind, Table};

/// The bytes that one read unit reads.
const READ_UNIT: u64 = 4096;
/// The bytes that one write unit writes.
const WRITE_UNIT: u64 = 1024;
/// How many times dearer anything is in a transaction.
const TRANSACTIONAL: u64 = 2;

/// Capacity units, counted in halves: an eventually consistent read takes half of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Units(u64);

/// Whether a read sees every write that was acknowledged before. Here it always does; it only costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    Eventual,
    Strong,
}

impl From<bool> for Consistency {
    fn from(consistent_read: bool) -> Self {
        if consistent_read { Self::Strong } else { Self::Eventual }
    }
}

impl Units {
    /// Reading this many bytes, of one item or of a page.
    pub(crate) fn read(size: u64, consistency: Consistency) -> Self {
        let halves = match consistency {
            Consistency::Eventual => 1,
            Consistency::Strong => 2,
        };
        Self(size.div_ceil(READ_UNIT).max(1) * halves)
    }

    /// Writing an item of this many bytes, before or after, whichever is larger.
    pub(crate) fn write(size: u64) -> Self {
        Self(size.div_ceil(WRITE_UNIT).max(1) * 2)
    }

    /// Halves of a unit.
    pub(crate) fn halves(self) -> u64 {
        self.0
    }

    fn as_f64(self) -> f64 {
        self.0 as f64 / 2.0
    }
}

impl Add for Units {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Mul<u64> for Units {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0 * times)
    }
}

/// What a call costs on one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// On the table itself.
    pub(crate) table: Units,
    /// On its indexes, by their positions in the table.
    indexes: Vec<(usize, Units)>,
    /// The same by hash keys, of the table or of an index, where partitions are limited.
    partitions: Vec<(Option<usize>, Vec<u8>, Units)>,
}

impl From<Units> for Cost {
    fn from(table: Units) -> Self {
        Self { table, ..Self::default() }
    }
}

impl Cost {
    /// Adds what it costs on an index.
    pub(crate) fn add_index(&mut self, position: usize, units: Units) {
        match self.indexes.iter_mut().find(|(other, _)| *other == position) {
            Some((_, sum)) => *sum += units,
            None => self.indexes.push((position, units)),
        }
    }

    /// Says which hash key of the table, or of an index, takes a part of the cost.
    pub(crate) fn add_partition(&mut self, position: Option<usize>, hash: &[u8], units: Units) {
        let same = |(other, found, _): &&mut (Option<usize>, Vec<u8>, Units)| {
            *other == position && found.as_slice() == hash
        };
        match self.partitions.iter_mut().find(same) {
            Some((.., sum)) => *sum += units,
            None => self.partitions.push((position, hash.to_vec(), units)),
        }
    }

    /// The parts of hash keys: of the table, or of an index by its position.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = (Option<usize>, &[u8], Units)> {
        self.partitions.iter().map(|(position, hash, units)| (*position, hash.as_slice(), *units))
    }

    /// The cost in a transaction, where only the table's part is dearer.
    pub(crate) fn in_transaction(mut self) -> Self {
        self.table = self.table * TRANSACTIONAL;
        for (position, _, units) in &mut self.partitions {
            if position.is_none() {
                *units = *units * TRANSACTIONAL;
            }
        }
        self
    }

    /// What it costs on an index.
    pub(crate) fn on_index(&self, position: usize) -> Units {
        self.indexes().find(|(other, _)| *other == position).map_or(Units::default(), |(_, units)| units)
    }

    /// On the table's indexes, by their positions in the table.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = (usize, Units)> {
        self.indexes.iter().copied()
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.table += other.table;
        for (position, units) in other.indexes {
            self.add_index(position, units);
        }
        for (position, hash, units) in other.partitions {
            self.add_partition(position, &hash, units);
        }
    }
}

/// What a call costs on each of several tables, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Costs<'a>(BTreeMap<&'a str, (&'a Table, Cost)>);

impl<'a> Costs<'a> {
    pub(crate) fn add(&mut self, table: &'a Table, cost: Cost) {
        let (_, sum) = self.0.entry(&table.name).or_insert_with(|| (table, Cost::default()));
        *sum += cost;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a Table, &Cost)> {
        self.0.values().map(|(table, cost)| (*table, cost))
    }

    /// What the answer of a batch tells.
    pub(crate) fn consumed(&self, asked: ReturnConsumedCapacity) -> Vec<ConsumedCapacity> {
        self.iter().filter_map(|(table, cost)| consumed(asked, table, cost)).collect()
    }

    /// What the answer of a transaction tells: it alone says what was read and what was written.
    pub(crate) fn consumed_in_transaction(
        &self,
        asked: ReturnConsumedCapacity,
        direction: Direction,
    ) -> Vec<ConsumedCapacity> {
        let split = |units: Units| {
            let told = Some(units.as_f64());
            match direction {
                Direction::Read => Capacity { read_capacity_units: told, ..capacity(units) },
                Direction::Write => Capacity { write_capacity_units: told, ..capacity(units) },
            }
        };
        self.iter().filter_map(|(table, cost)| tell(asked, table, cost, split)).collect()
    }
}

/// Which of a table's two capacities is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// What an answer tells of the cost on one table.
pub(crate) fn consumed(
    asked: ReturnConsumedCapacity,
    table: &Table,
    cost: &Cost,
) -> Option<ConsumedCapacity> {
    tell(asked, table, cost, capacity)
}

fn capacity(units: Units) -> Capacity {
    Capacity { capacity_units: units.as_f64(), ..Capacity::default() }
}

fn tell(
    asked: ReturnConsumedCapacity,
    table: &Table,
    cost: &Cost,
    part: impl Fn(Units) -> Capacity,
) -> Option<ConsumedCapacity> {
    if asked == ReturnConsumedCapacity::None {
        return None;
    }
    let total = part(cost.indexes().fold(cost.table, |sum, (_, units)| sum + units));
    let mut consumed = ConsumedCapacity {
        table_name: table.name.clone(),
        capacity_units: total.capacity_units,
        read_capacity_units: total.read_capacity_units,
        write_capacity_units: total.write_capacity_units,
        ..ConsumedCapacity::default()
    };
    if asked == ReturnConsumedCapacity::Indexes {
        consumed.table = Some(part(cost.table));
        for (position, units) in cost.indexes() {
            let index = &table.indexes[position];
            let told = match index.kind {
                IndexKind::Local => &mut consumed.local_secondary_indexes,
                IndexKind::Global => &mut consumed.global_secondary_indexes,
            };
            told.insert(index.name.clone(), part(units));
        }
    }
    Some(consumed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::testing;

    #[test]
    fn costs_are_rounded_up_and_never_nothing() {
        let read = |size, consistency| Units::read(size, consistency).as_f64();
        assert_eq!(read(0, Consistency::Eventual), 0.5);
        assert_eq!(read(4096, Consistency::Strong), 1.0);
        assert_eq!(read(4097, Consistency::Strong), 2.0);
        assert_eq!(read(9000, Consistency::Eventual), 1.5);
        assert_eq!(Units::write(0).as_f64(), 1.0);
        assert_eq!(Units::write(1024).as_f64(), 1.0);
        assert_eq!((Units::write(1025) * TRANSACTIONAL).as_f64(), 4.0);
    }

    #[test]
    fn an_answer_tells_as_much_as_was_asked_for() {
        let table = testing::table(1, None);
        let mut cost = Cost::from(Units::write(2000));
        assert_eq!(consumed(ReturnConsumedCapacity::None, &table, &cost), None);
        let indexes = consumed(ReturnConsumedCapacity::Indexes, &table, &cost).unwrap();
        assert_eq!(indexes.table.map(|table| table.capacity_units), Some(2.0));
        assert_eq!(indexes.write_capacity_units, None);
        cost.add_index(1, Units::write(1));
        cost.add_index(0, Units::write(1));
        cost.add_index(1, Units::write(1));
        let total = consumed(ReturnConsumedCapacity::Total, &table, &cost).unwrap();
        assert_eq!((total.capacity_units, total.table), (5.0, None));
        assert!(total.global_secondary_indexes.is_empty());
        let indexes = consumed(ReturnConsumedCapacity::Indexes, &table, &cost).unwrap();
        assert_eq!(indexes.table.map(|table| table.capacity_units), Some(2.0));
        assert_eq!(indexes.local_secondary_indexes["by_time"].capacity_units, 1.0);
        assert_eq!(indexes.global_secondary_indexes["by_name"].capacity_units, 2.0);
    }

    #[test]
    fn in_a_transaction_only_the_tables_part_is_dearer() {
        let mut cost = Cost::from(Units::write(1));
        cost.add_index(0, Units::write(1));
        let cost = cost.in_transaction();
        assert_eq!(cost.table.as_f64(), 2.0);
        assert_eq!(cost.indexes().map(|(_, units)| units.as_f64()).collect::<Vec<_>>(), [1.0]);
    }
}
