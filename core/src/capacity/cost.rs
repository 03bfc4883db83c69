//! What calls are expected to cost, by the buckets that they are charged to.
//!
//! A write costs a unit for each KB of the item, in the table and in each index that has all of its keys; a read half a
//! unit for each 4 KB, or twice that where it is consistent; a transaction twice as much in the table. What cannot be
//! known before (the size of what is read, changed or deleted) is estimated, and the bucket learns how well.
//!
//! See [Read and write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).

use super::bucket::{Estimate, Micro, UNIT};
use super::table::TableCapacity;
use super::{BucketId, Buckets, Direction};
use crate::api::WriteRequest;
use crate::item::Item;
use crate::operation::Task;
use crate::request::{Request, Response, Times, Use, units_to_write};
use crate::table::Measured;

/// What something is expected to cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cost(Vec<Part>);

/// What it costs on one bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) bucket: BucketId,
    pub(crate) estimate: Estimate,
    pub(crate) units: Micro,
}

impl Cost {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether pages are in it.
    pub(crate) fn has_pages(&self) -> bool {
        self.0.iter().any(|part| part.estimate == Estimate::Page)
    }

    pub(crate) fn add(&mut self, bucket: BucketId, estimate: Estimate, units: Micro) {
        let same = |part: &&mut Part| part.bucket == bucket && part.estimate == estimate;
        match self.0.iter_mut().find(same) {
            Some(part) => part.units += units,
            None => self.0.push(Part { bucket, estimate, units }),
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        for part in &other.0 {
            self.add(part.bucket, part.estimate, part.units);
        }
    }

    /// What a task costs by its first call on its one table; what has several tables is costed by its request.
    pub(crate) fn of_task(task: &Task, table: &TableCapacity) -> Self {
        let mut cost = Self::default();
        match task {
            Task::Get { consistent_read, .. } => cost.get(table, *consistent_read, 1),
            Task::Put { item, size, .. } => cost.put(table, item, Some(*size as usize), 1),
            Task::Delete { .. } | Task::Update { .. } => cost.change(table, 1),
            Task::Check { .. } => cost.change(table, 2),
            Task::Query { reading, .. } | Task::Scan { reading, .. } => {
                cost.page(table, reading.index.as_deref());
            }
            _ => {}
        }
        cost
    }

    /// What an action of a transaction costs.
    pub(crate) fn of_part(task: &Task, table: &TableCapacity) -> Self {
        let mut cost = Self::default();
        match task {
            Task::Get { .. } => cost.get(table, true, 2),
            Task::Put { item, size, .. } => cost.put(table, item, Some(*size as usize), 2),
            _ => cost.change(table, 2),
        }
        cost
    }

    /// What a call costs on the tables that have limits.
    pub(crate) fn of_request(request: &Request, buckets: &Buckets) -> Self {
        let (mut cost, mut paced) = (Self::default(), Paced::new(buckets));
        request.each_use(|name, used, times| {
            if let Some(table) = paced.table(name) {
                cost.add_use(table, used, times);
            }
        });
        cost
    }

    /// What an answer left unprocessed.
    pub(crate) fn unprocessed(response: &Response, buckets: &Buckets) -> Self {
        let (mut cost, mut paced) = (Self::default(), Paced::new(buckets));
        response.each_use_left(|name, used| {
            if let Some(table) = paced.table(name) {
                cost.add_use(table, used, 1);
            }
        });
        cost
    }

    /// What one member of a batch costs.
    pub(crate) fn of_write(table: &TableCapacity, write: &WriteRequest) -> Self {
        let mut cost = Self::default();
        cost.add_use(table, Use::of_write(write), 1);
        cost
    }

    fn add_use(&mut self, table: &TableCapacity, used: Use<'_>, times: Times) {
        match used {
            Use::Get { count, consistent } => {
                let count = Micro::try_from(count).expect("a request holds few keys");
                self.get(table, consistent, Micro::from(times) * count);
            }
            Use::Page { index, .. } => self.page(table, index),
            Use::Put(item) => self.put(table, item, None, times.into()),
            Use::Change => self.change(table, times.into()),
        }
    }

    fn get(&mut self, table: &TableCapacity, consistent: bool, times: i64) {
        let units = if consistent { UNIT } else { UNIT / 2 };
        self.add(table.read, Estimate::Item, units * times);
    }

    /// A write whose item is known. Only the table's part is dearer in a transaction.
    fn put(&mut self, table: &TableCapacity, item: &Item, size: Option<usize>, times: i64) {
        let measured = if size.is_none() || table.has_indexes() { item.measured() } else { None };
        let size = size.or(measured.as_ref().map(Measured::size)).unwrap_or_else(|| item.as_bytes().len());
        self.add(table.write, Estimate::Sized, write_units(size) * times);
        for (index, size) in measured.iter().flat_map(|measured| table.entries(measured)) {
            self.add(index, Estimate::Sized, write_units(size));
        }
    }

    /// A write of an item whose size is not known, nor in which indexes it is.
    fn change(&mut self, table: &TableCapacity, times: i64) {
        self.add(table.write, Estimate::Item, UNIT * times);
        for index in table.global_writes() {
            self.add(index, Estimate::Item, 0);
        }
    }

    fn page(&mut self, table: &TableCapacity, index: Option<&str>) {
        let bucket = table.bucket(index, Direction::Read);
        self.add(bucket, Estimate::Page, UNIT);
    }
}

/// The tables that have limits, by their names; the members of a batch name one of them time and again.
struct Paced<'a> {
    buckets: &'a Buckets,
    last: Option<(&'a str, Option<&'a TableCapacity>)>,
}

impl<'a> Paced<'a> {
    fn new(buckets: &'a Buckets) -> Self {
        Self { buckets, last: None }
    }

    fn table(&mut self, name: &'a str) -> Option<&'a TableCapacity> {
        match self.last {
            Some((last, table)) if last == name => table,
            _ => {
                let table = self.buckets.paced(name);
                self.last = Some((name, table));
                table
            }
        }
    }
}

/// What writing an item of as many bytes costs.
fn write_units(size: usize) -> Micro {
    i64::try_from(units_to_write(size)).unwrap_or(i64::MAX / UNIT).saturating_mul(UNIT)
}
