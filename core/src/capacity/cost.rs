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
use crate::api::{KeysAndAttributes, TransactWriteItem, WriteRequest};
use crate::item::Item;
use crate::operation::Task;
use crate::request::{Request, Response};

/// The bytes that one write unit writes.
const WRITE_UNIT: usize = 1024;

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
        let mut cost = Self::default();
        match request {
            Request::GetItem(get) => {
                cost.on(buckets, &get.table_name, |cost, table| cost.get(table, get.consistent_read, 1));
            }
            Request::PutItem(put) => {
                cost.on(buckets, &put.table_name, |cost, table| cost.put(table, &put.item, None, 1));
            }
            Request::UpdateItem(update) => {
                cost.on(buckets, &update.table_name, |cost, table| cost.change(table, 1));
            }
            Request::DeleteItem(delete) => {
                cost.on(buckets, &delete.table_name, |cost, table| cost.change(table, 1));
            }
            Request::Query(query) => {
                let index = query.index_name.as_deref();
                cost.on(buckets, &query.table_name, |cost, table| cost.page(table, index));
            }
            Request::Scan(scan) => {
                let index = scan.index_name.as_deref();
                cost.on(buckets, &scan.table_name, |cost, table| cost.page(table, index));
            }
            Request::BatchGetItem(batch) => {
                for (name, keys) in &batch.request_items {
                    cost.on(buckets, name, |cost, table| cost.keys(table, keys));
                }
            }
            Request::BatchWriteItem(batch) => {
                for (name, writes) in &batch.request_items {
                    cost.on(buckets, name, |cost, table| cost.writes(table, writes));
                }
            }
            Request::TransactGetItems(gets) => {
                for get in &gets.transact_items {
                    cost.on(buckets, &get.get.table_name, |cost, table| cost.get(table, true, 2));
                }
            }
            Request::TransactWriteItems(writes) => {
                for write in &writes.transact_items {
                    cost.on(buckets, write.table_name(), |cost, table| match write {
                        TransactWriteItem::Put(put) => cost.put(table, &put.item, None, 2),
                        _ => cost.change(table, 2),
                    });
                }
            }
            _ => {}
        }
        cost
    }

    /// What an answer left unprocessed.
    pub(crate) fn unprocessed(response: &Response, buckets: &Buckets) -> Self {
        let mut cost = Self::default();
        match response {
            Response::BatchWriteItem(answer) => {
                for (name, writes) in &answer.unprocessed_items {
                    cost.on(buckets, name, |cost, table| cost.writes(table, writes));
                }
            }
            Response::BatchGetItem(answer) => {
                for (name, keys) in &answer.unprocessed_keys {
                    cost.on(buckets, name, |cost, table| cost.keys(table, keys));
                }
            }
            _ => {}
        }
        cost
    }

    fn on(&mut self, buckets: &Buckets, name: &str, add: impl FnOnce(&mut Self, &TableCapacity)) {
        if let Some(table) = buckets.paced(name) {
            add(self, table);
        }
    }

    fn get(&mut self, table: &TableCapacity, consistent: bool, times: i64) {
        let units = if consistent { UNIT } else { UNIT / 2 };
        self.add(table.read, Estimate::Item, units * times);
    }

    fn keys(&mut self, table: &TableCapacity, keys: &KeysAndAttributes) {
        for _ in &keys.keys {
            self.get(table, keys.consistent_read, 1);
        }
    }

    fn writes(&mut self, table: &TableCapacity, writes: &[WriteRequest]) {
        for write in writes {
            self.append(&Self::of_write(table, write));
        }
    }

    /// What one member of a batch costs.
    pub(crate) fn of_write(table: &TableCapacity, write: &WriteRequest) -> Self {
        let mut cost = Self::default();
        match write {
            WriteRequest::PutRequest { item } => cost.put(table, item, None, 1),
            WriteRequest::DeleteRequest { .. } => cost.change(table, 1),
        }
        cost
    }

    /// A write whose item is known. Only the table's part is dearer in a transaction.
    fn put(&mut self, table: &TableCapacity, item: &Item, size: Option<usize>, times: i64) {
        let survey = if size.is_none() || table.has_indexes() { item.survey() } else { None };
        let size =
            size.unwrap_or_else(|| survey.as_ref().map_or(item.as_bytes().len(), |survey| survey.size));
        self.add(table.write, Estimate::Sized, write_units(size) * times);
        for (index, size) in table.entries(survey.as_ref(), size) {
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

/// What writing an item of as many bytes costs.
fn write_units(size: usize) -> Micro {
    i64::try_from(size.div_ceil(WRITE_UNIT).max(1)).unwrap_or(i64::MAX / UNIT).saturating_mul(UNIT)
}
