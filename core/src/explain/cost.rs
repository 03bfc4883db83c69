//! What requests are expected to cost, before they are sent.
//!
//! What is put costs a unit for each KB; what is read, changed or deleted has a size that nobody knows before, and costs
//! at least what an item of the smallest size would.
//!
//! See [Read and write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).

use std::collections::BTreeMap;

use super::Explanation;
use crate::api::{TransactWriteItem, WriteRequest};
use crate::item::Item;
use crate::request::Request;
use crate::table::{Description, IndexDescription, IndexKind, IndexProjection};
use crate::value::{Attributes, attributes_size};

/// The bytes that one write unit writes.
const WRITE_UNIT: usize = 1024;

/// The tables that requests may name, by their names in the service.
#[derive(Debug, Default)]
pub(super) struct Costs(BTreeMap<String, Description>);

/// Whether the cost of something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Exactly,
    AtLeast,
}

impl Costs {
    pub(super) fn insert(&mut self, name: String, table: &Description) {
        self.0.entry(name).or_insert_with(|| table.clone());
    }

    /// Adds what a request costs.
    pub(super) fn add(&self, request: &Request, to: &mut Explanation) {
        match request {
            Request::GetItem(get) => self.read(&get.table_name, None, get.consistent_read, 1, to),
            Request::PutItem(put) => self.put(&put.table_name, &put.item, 1, to),
            Request::UpdateItem(update) => self.change(&update.table_name, 1, to),
            Request::DeleteItem(delete) => self.change(&delete.table_name, 1, to),
            Request::Query(query) => {
                self.read(&query.table_name, query.index_name.as_deref(), query.consistent_read, 1, to);
            }
            Request::Scan(scan) => {
                self.read(&scan.table_name, scan.index_name.as_deref(), scan.consistent_read, 1, to);
            }
            Request::BatchGetItem(batch) => {
                for (table, keys) in &batch.request_items {
                    self.read(table, None, keys.consistent_read, keys.keys.len(), to);
                }
            }
            Request::BatchWriteItem(batch) => {
                for (table, writes) in &batch.request_items {
                    for write in writes {
                        match write {
                            WriteRequest::PutRequest { item } => self.put(table, item, 1, to),
                            WriteRequest::DeleteRequest { .. } => self.change(table, 1, to),
                        }
                    }
                }
            }
            Request::TransactGetItems(gets) => {
                for item in &gets.transact_items {
                    self.read(&item.get.table_name, None, true, 2, to);
                }
            }
            Request::TransactWriteItems(writes) => {
                for write in &writes.transact_items {
                    match write {
                        TransactWriteItem::Put(put) => self.put(&put.table_name, &put.item, 2, to),
                        other => self.change(other.table_name(), 2, to),
                    }
                }
            }
            Request::BatchExecuteStatement(_)
            | Request::ExecuteStatement(_)
            | Request::ExecuteTransaction(_) => {
                *to.without_capacity.entry(request.action()).or_default() += 1;
            }
            _ => {}
        }
    }

    /// Reads of items of any size, which cost half a unit where they may be a little old.
    fn read(&self, table: &str, index: Option<&str>, consistent: bool, times: usize, to: &mut Explanation) {
        let each = if consistent { 1.0 } else { 0.5 };
        let described = index.and_then(|index| self.0.get(table)?.index(index));
        let used = to.used(table, described, self.0.get(table));
        used.read.add(each * times as f64, Known::AtLeast);
    }

    fn put(&self, table: &str, item: &Item, times: u32, to: &mut Explanation) {
        let Some(description) = self.0.get(table) else {
            return to.used(table, None, None).write.add(f64::from(times), Known::AtLeast);
        };
        let size = item.survey().map(|survey| survey.size);
        let size = size.unwrap_or_else(|| item.size().unwrap_or(item.as_bytes().len()));
        to.used(table, None, Some(description)).write.add(units(size) * f64::from(times), Known::Exactly);
        if description.indexes.is_empty() {
            return;
        }
        let Ok(attributes) = item.attributes() else { return };
        for index in &*description.indexes {
            if let Some(size) = entry_size(description, index, &attributes) {
                to.used(table, Some(index), Some(description)).write.add(units(size), Known::Exactly);
            }
        }
    }

    /// A write of an item whose size is not known, nor in which indexes it is.
    fn change(&self, table: &str, times: u32, to: &mut Explanation) {
        let description = self.0.get(table);
        to.used(table, None, description).write.add(f64::from(times), Known::AtLeast);
        for index in description.iter().flat_map(|description| &*description.indexes) {
            to.used(table, Some(index), description).write.add(0.0, Known::AtLeast);
        }
    }
}

/// The size of an item's entry in an index; none where it is not in it.
fn entry_size(table: &Description, index: &IndexDescription, item: &Attributes) -> Option<usize> {
    if !index.key().all(|part| item.contains_key(&*part.name)) {
        return None;
    }
    let included: &[_] = match &index.projection {
        IndexProjection::All => return Some(attributes_size(item)),
        IndexProjection::KeysOnly => &[],
        IndexProjection::Include(names) => names,
    };
    let keys = table.page_key(Some(index)).map(|part| &*part.name);
    let names: std::collections::BTreeSet<&str> = keys.chain(included.iter().map(|name| &**name)).collect();
    Some(names.into_iter().filter_map(|name| Some(name.len() + item.get(name)?.size())).sum())
}

fn units(size: usize) -> f64 {
    size.div_ceil(WRITE_UNIT).max(1) as f64
}

impl super::Units {
    fn add(&mut self, units: f64, known: Known) {
        self.units += units;
        self.is_least |= known == Known::AtLeast;
    }
}

impl Explanation {
    /// What is used of a table, or of a global index: a local one takes of its table's capacity.
    fn used(
        &mut self,
        table: &str,
        index: Option<&IndexDescription>,
        description: Option<&Description>,
    ) -> &mut super::Used {
        let index = index.filter(|index| index.kind == IndexKind::Global);
        let (name, read, write) = match index {
            Some(index) => (format!("{table}/{}", index.name), index.read_capacity, index.write_capacity),
            None => {
                let rates = description.map(|table| (table.read_capacity, table.write_capacity));
                let (read, write) = rates.unwrap_or_default();
                (table.to_owned(), read, write)
            }
        };
        let used = self.capacity.entry(name).or_default();
        (used.read.rate, used.write.rate) = (read, write);
        used
    }
}
