//! A page of a Query or Scan: what both have in common once it is known where to read.

use std::ops::ControlFlow;

use dynochemy_core::api::{ConsumedCapacity, ReturnConsumedCapacity};
use dynochemy_core::expression::{Condition, DocumentPath};
use dynochemy_core::{Item, Items, ItemsBuilder, Rejection};

use crate::backend::Context;
use crate::capacity::{Consistency, Direction, Units, consumed};
use crate::check;
use crate::failure::{Failure, constraint, throughput_exceeded};
use crate::projection::Projection;
use crate::storage::{Place, Stretch, Table};
use crate::throughput::reason;

/// A page holds no more bytes, counted before the filter.
const MAX_PAGE: u64 = 1024 * 1024;

/// What to make of the items that are read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) limit: Option<u32>,
    pub(super) filter: Option<&'a Condition>,
    pub(super) projection: &'a [DocumentPath],
    pub(super) consistency: Consistency,
    pub(super) tell: ReturnConsumedCapacity,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Items,
    pub(super) count: u32,
    pub(super) scanned_count: u32,
    pub(super) last_evaluated_key: Option<Item>,
    pub(super) consumed_capacity: Option<ConsumedCapacity>,
}

impl Reading<'_> {
    /// Checks what does not depend on the table.
    pub(super) fn check(&self) -> Result<(), Box<Rejection>> {
        if self.limit == Some(0) {
            return Err(constraint(0, "limit", "have value greater than or equal to 1"));
        }
        Projection::new(self.projection)?;
        self.filter.map_or(Ok(()), check::condition)
    }

    /// Reads a page from the beginning of a stretch.
    pub(super) fn page(
        &self,
        table: &Table,
        stretch: &Stretch,
        context: &mut Context<'_>,
    ) -> Result<Page, Failure> {
        let projection = Projection::new(self.projection)?;
        let mut items = ItemsBuilder::new();
        let (mut count, mut scanned_count, mut size) = (0, 0, 0);
        let mut last = Place::default();
        let mut more = false;
        context.transaction.visit(table, stretch, |row| {
            if size + row.size > MAX_PAGE && scanned_count > 0 {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            size += row.size;
            scanned_count += 1;
            row.copy_place(&mut last);
            let attributes = match (self.filter, projection.is_whole()) {
                (None, true) => None,
                _ => Some(row.attributes()?),
            };
            let passes = match (self.filter, &attributes) {
                (Some(filter), Some(attributes)) => filter.matches(attributes),
                _ => true,
            };
            if passes {
                count += 1;
                match &attributes {
                    Some(attributes) if !projection.is_whole() => {
                        let kept = Item::from_attributes(&projection.of_attributes(attributes));
                        items.push(kept.as_bytes());
                    }
                    _ => items.push(row.item),
                }
            }
            // A page that ends at its limit does not look whether anything follows.
            more = self.limit == Some(scanned_count);
            Ok(if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let units = Units::read(size, self.consistency);
        if !context.meter.take(table, Direction::Read, units, context.now) {
            return Err(throughput_exceeded(vec![reason(table, Direction::Read)]).into());
        }
        Ok(Page {
            items: items.finish(),
            count,
            scanned_count,
            last_evaluated_key: if more { Some(last.key(&table.keys)?.to_item()) } else { None },
            consumed_capacity: consumed(self.tell, &table.name, units),
        })
    }
}
