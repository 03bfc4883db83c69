//! What requests are expected to cost, before they are sent.
//!
//! What is put costs a unit for each KB; what is read, changed or deleted has a size that nobody knows before, and costs
//! at least what an item of the smallest size would.
//!
//! See [Read and write operations](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).

use std::collections::BTreeMap;

use super::Explanation;
use crate::item::Item;
use crate::request::{Request, Times, Use, units_to_write};
use crate::table::{Description, IndexDescription, IndexKind, Measured};

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
        if let Request::BatchExecuteStatement(_)
        | Request::ExecuteStatement(_)
        | Request::ExecuteTransaction(_) = request
        {
            *to.without_capacity.entry(request.action()).or_default() += 1;
        }
        request.each_use(|table, used, times| match used {
            Use::Get { count, consistent } => self.read(table, None, consistent, count * times as usize, to),
            Use::Page { index, consistent } => self.read(table, index, consistent, 1, to),
            Use::Put(item) => self.put(table, item, times, to),
            Use::Change => self.change(table, times, to),
        });
    }

    /// Reads of items of any size, which cost half a unit where they may be a little old.
    fn read(&self, table: &str, index: Option<&str>, consistent: bool, times: usize, to: &mut Explanation) {
        let each = if consistent { 1.0 } else { 0.5 };
        let described = index.and_then(|index| self.0.get(table)?.index(index));
        let used = to.used(table, described, self.0.get(table));
        used.read.add(each * times as f64, Known::AtLeast);
    }

    fn put(&self, table: &str, item: &Item, times: Times, to: &mut Explanation) {
        let Some(description) = self.0.get(table) else {
            return to.used(table, None, None).write.add(f64::from(times), Known::AtLeast);
        };
        let measured = item.measured();
        let size = measured.as_ref().map_or(item.as_bytes().len(), Measured::size);
        to.used(table, None, Some(description)).write.add(units(size) * f64::from(times), Known::Exactly);
        for index in &*description.indexes {
            let entry = measured.as_ref().and_then(|item| index.entry_size(Some(&description.keys), item));
            if let Some(size) = entry {
                to.used(table, Some(index), Some(description)).write.add(units(size), Known::Exactly);
            }
        }
    }

    /// A write of an item whose size is not known, nor in which indexes it is.
    fn change(&self, table: &str, times: Times, to: &mut Explanation) {
        let description = self.0.get(table);
        to.used(table, None, description).write.add(f64::from(times), Known::AtLeast);
        for index in description.iter().flat_map(|description| &*description.indexes) {
            to.used(table, Some(index), description).write.add(0.0, Known::AtLeast);
        }
    }
}

fn units(size: usize) -> f64 {
    units_to_write(size) as f64
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
