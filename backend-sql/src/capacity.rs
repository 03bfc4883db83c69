//! What calls cost, in capacity units.
//!
//! See [Read and write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Mul};

use dynochemy_core::api::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};

/// The bytes that one read unit reads.
const READ_UNIT: u64 = 4096;
/// The bytes that one write unit writes.
const WRITE_UNIT: u64 = 1024;
/// How many times dearer anything is in a transaction.
pub(crate) const TRANSACTIONAL: u64 = 2;

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

/// What an answer tells of the cost on one table.
pub(crate) fn consumed(asked: ReturnConsumedCapacity, table: &str, units: Units) -> Option<ConsumedCapacity> {
    tell(asked, table, units, |_| {})
}

/// What the answer of a batch tells of its cost.
pub(crate) fn consumed_each(
    asked: ReturnConsumedCapacity,
    costs: &BTreeMap<&str, Units>,
) -> Vec<ConsumedCapacity> {
    costs.iter().filter_map(|(table, units)| consumed(asked, table, *units)).collect()
}

/// Which of a table's two capacities is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// What the answer of a transaction tells of its cost: it alone says what was read and what was written.
pub(crate) fn consumed_in_transaction(
    asked: ReturnConsumedCapacity,
    costs: &BTreeMap<&str, Units>,
    direction: Direction,
) -> Vec<ConsumedCapacity> {
    let told = costs.iter().filter_map(|(table, units)| {
        tell(asked, table, *units, |capacity| match direction {
            Direction::Read => capacity.read_capacity_units = Some(capacity.capacity_units),
            Direction::Write => capacity.write_capacity_units = Some(capacity.capacity_units),
        })
    });
    told.collect()
}

fn tell(
    asked: ReturnConsumedCapacity,
    table: &str,
    units: Units,
    split: impl FnOnce(&mut Capacity),
) -> Option<ConsumedCapacity> {
    if asked == ReturnConsumedCapacity::None {
        return None;
    }
    let mut total = Capacity { capacity_units: units.as_f64(), ..Capacity::default() };
    split(&mut total);
    Some(ConsumedCapacity {
        table_name: table.to_owned(),
        capacity_units: total.capacity_units,
        read_capacity_units: total.read_capacity_units,
        write_capacity_units: total.write_capacity_units,
        table: (asked == ReturnConsumedCapacity::Indexes).then_some(total),
        ..ConsumedCapacity::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let units = Units::write(2000);
        assert_eq!(consumed(ReturnConsumedCapacity::None, "t", units), None);
        let total = consumed(ReturnConsumedCapacity::Total, "t", units).unwrap();
        assert_eq!((total.capacity_units, total.table), (2.0, None));
        let indexes = consumed(ReturnConsumedCapacity::Indexes, "t", units).unwrap();
        assert_eq!(indexes.table.map(|table| table.capacity_units), Some(2.0));
        assert_eq!(indexes.write_capacity_units, None);
    }
}
