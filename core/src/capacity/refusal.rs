//! Which capacities a refusal is about.
//!
//! An error names them. An answer that leaves a part of a batch unprocessed names none: it was an index's, if all that was
//! refused touches that index, and the table either had enough for something later of the same cost or is less used than
//! the index; else it was the table's.

use super::bucket::Micro;
use super::table::TableCapacity;
use super::{BucketId, Buckets, Cost, Direction, TableNumber};
use crate::api::WriteRequest;
use crate::error::{Rejection, Retry};
use crate::key::Key;
use crate::moment::Moment;
use crate::request::{Request, Response};

/// What was refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Refused {
    /// The capacities that are used up.
    pub(crate) buckets: Vec<(TableNumber, BucketId)>,
    /// Whether a range of keys is used up, which is no matter of the table as a whole.
    pub(crate) is_of_keys: bool,
}

impl Refused {
    pub(crate) fn is_nothing(&self) -> bool {
        self.buckets.is_empty() && !self.is_of_keys
    }

    fn add(&mut self, table: TableNumber, bucket: BucketId) {
        if !self.buckets.contains(&(table, bucket)) {
            self.buckets.push((table, bucket));
        }
    }

    /// What an error is about; nothing, where it is not about capacity, or nobody can tell about which.
    pub(crate) fn by_error(rejection: &Rejection, request: &Request, buckets: &Buckets) -> Self {
        let mut refused = Self::default();
        if rejection.retry() != Retry::Throttled {
            return refused;
        }
        for reason in &rejection.throttling_reasons {
            if reason.reason.contains("KeyRange") {
                refused.is_of_keys = true;
                continue;
            }
            let direction = match reason.reason.contains("Read") {
                true => Direction::Read,
                false => Direction::Write,
            };
            if let Some((table, index)) = resource(&reason.resource)
                && let Some(number) = buckets.by_name.get(table)
            {
                refused.add(*number, buckets.at(*number).bucket(index, direction));
            }
        }
        if !refused.is_nothing() {
            return refused;
        }
        // Nobody is named: the tables themselves.
        for part in Cost::of_request(request, buckets).parts() {
            if let Some(number) = buckets.table_of(part.bucket) {
                refused.add(number, part.bucket);
            }
        }
        refused
    }

    /// What an answer is about that left something unprocessed.
    pub(crate) fn by_answer(request: &Request, response: &Response, buckets: &Buckets, now: Moment) -> Self {
        let mut refused = Self::default();
        match (request, response) {
            (Request::BatchWriteItem(request), Response::BatchWriteItem(answer)) => {
                for (name, left) in answer.unprocessed_items.iter().filter(|(_, left)| !left.is_empty()) {
                    let Some(number) = buckets.by_name.get(name) else { continue };
                    let all = request.request_items.get(name).map_or(&[][..], Vec::as_slice);
                    refused.add(*number, buckets.blamed(buckets.at(*number), all, left, now));
                }
            }
            (Request::BatchGetItem(_), Response::BatchGetItem(answer)) => {
                for (name, _) in answer.unprocessed_keys.iter().filter(|(_, left)| !left.keys.is_empty()) {
                    if let Some(number) = buckets.by_name.get(name) {
                        refused.add(*number, buckets.at(*number).read);
                    }
                }
            }
            _ => {}
        }
        refused
    }
}

impl Buckets {
    /// The table whose own capacity this is.
    fn table_of(&self, bucket: BucketId) -> Option<TableNumber> {
        let own = |table: &TableCapacity| table.read == bucket || table.write == bucket;
        let position = self.tables.iter().position(own)?;
        u32::try_from(position).ok().map(TableNumber)
    }

    /// Which bucket of a table refused a part of a batch's writes to it.
    fn blamed(
        &self,
        table: &TableCapacity,
        all: &[WriteRequest],
        left: &[WriteRequest],
        now: Moment,
    ) -> BucketId {
        if !table.has_global_indexes() {
            return table.write;
        }
        let costs: Vec<Cost> = left.iter().map(|write| Cost::of_write(table, write)).collect();
        let touches = |cost: &Cost, bucket| cost.parts().iter().any(|part| part.bucket == bucket);
        let candidates = table.global_writes().filter(|index| costs.iter().all(|cost| touches(cost, *index)));
        let use_made = |bucket: BucketId| self.buckets[bucket.0 as usize].use_made(now);
        let Some(index) = candidates.max_by_key(|index| use_made(*index)) else { return table.write };
        if use_made(index) >= use_made(table.write) || self.passed_later(table, all, left) {
            index
        } else {
            table.write
        }
    }

    /// Whether the table gave something later in a batch as much as it would have had to give to what was refused first.
    fn passed_later(&self, table: &TableCapacity, all: &[WriteRequest], left: &[WriteRequest]) -> bool {
        let key = |write: &WriteRequest| -> Option<Key> {
            match write {
                WriteRequest::PutRequest { item } => table.keys()?.extract(item).ok(),
                WriteRequest::DeleteRequest { key } => Some(key.clone()),
            }
        };
        let on_table = |write: &WriteRequest| -> Micro {
            let cost = Cost::of_write(table, write);
            cost.parts().iter().filter(|part| part.bucket == table.write).map(|part| part.units).sum()
        };
        let refused: Vec<Option<Key>> = left.iter().map(key).collect();
        let is_refused = |write: &WriteRequest| refused.contains(&key(write));
        let Some(first) = all.iter().position(is_refused) else { return false };
        let needed = on_table(&all[first]);
        all[first..].iter().any(|write| on_table(write) >= needed && !is_refused(write))
    }
}

/// The table and index of a resource: an Amazon resource name, or the end of one.
fn resource(name: &str) -> Option<(&str, Option<&str>)> {
    let path = match name.split_once(":table/") {
        Some((_, path)) => path,
        None => name.strip_prefix("table/").unwrap_or(name),
    };
    let (table, rest) = match path.split_once('/') {
        Some((table, rest)) => (table, Some(rest)),
        None => (path, None),
    };
    let index = rest.map(|rest| rest.strip_prefix("index/").unwrap_or(rest));
    (!table.is_empty()).then_some((table, index))
}

#[cfg(test)]
mod tests {
    use super::resource;

    #[test]
    fn resources_are_named_in_full_or_not() {
        for (name, is) in [
            ("arn:aws:dynamodb:eu-west-1:123456789012:table/visits", ("visits", None)),
            (
                "arn:aws:dynamodb:eu-west-1:123456789012:table/visits/index/by_name",
                ("visits", Some("by_name")),
            ),
            ("table/visits", ("visits", None)),
            ("visits/index/by_name", ("visits", Some("by_name"))),
            ("visits", ("visits", None)),
        ] {
            assert_eq!(resource(name), Some(is));
        }
        assert_eq!(resource(""), None);
    }
}
