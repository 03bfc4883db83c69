//! A page of a Query or Scan: what both have in common once it is known where to read.

use std::ops::ControlFlow;

use dynochemy_core::api::{ConsumedCapacity, ReturnConsumedCapacity, Select};
use dynochemy_core::expression::{Condition, DocumentPath};
use dynochemy_core::{Item, Items, ItemsBuilder, Rejection};

use crate::backend::Context;
use crate::capacity::{Consistency, Cost, Direction, Units, consumed};
use crate::check::{self, Reader};
use crate::failure::{Failure, constraint, invalid, throughput_exceeded, validation};
use crate::projection::Projection;
use crate::storage::{Place, Source, Stretch};

/// A page ends with the item that brings it to so many bytes, counted before the filter.
const MAX_PAGE: u64 = 1024 * 1024;

/// What to make of the items that are read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) limit: Option<u32>,
    pub(super) filter: Option<&'a Condition>,
    pub(super) projection: &'a [DocumentPath],
    pub(super) select: Option<&'a Select>,
    /// A scan filters by what an index lacks too, as by what is missing; a query does not.
    pub(super) reader: Reader,
    pub(super) is_index: bool,
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
        self.check_select()?;
        Projection::new(self.projection)?;
        self.filter.map_or(Ok(()), |filter| check::condition(filter, "FilterExpression"))
    }

    fn check_select(&self) -> Result<(), Box<Rejection>> {
        let projects = !self.projection.is_empty();
        let beside = |what: &str| {
            Err(validation(format!("Cannot specify the ProjectionExpression when choosing to get {what}")))
        };
        match self.select {
            Some(Select::Count) if projects => beside("only the Count"),
            Some(Select::AllAttributes) if projects => beside("ALL_ATTRIBUTES"),
            Some(Select::AllProjectedAttributes) if projects => beside("ALL_PROJECTED_ATTRIBUTES"),
            Some(Select::AllProjectedAttributes) if !self.is_index => {
                Err(validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"))
            }
            Some(Select::SpecificAttributes) if !projects => Err(validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
            )),
            Some(Select::Other(name)) => Err(constraint(
                name,
                "select",
                "satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
            )),
            _ => Ok(()),
        }
    }

    /// Whether items are fetched from the table, since the index that is read lacks what was asked for.
    fn fetches(&self, source: &Source<'_>) -> Result<bool, Box<Rejection>> {
        let Some(index) = source.index.filter(|index| !index.holds_all()) else { return Ok(false) };
        let lacking = |paths: &mut dyn Iterator<Item = &DocumentPath>| {
            let mut lacking: Vec<String> = Vec::new();
            for path in paths {
                let known = lacking.iter().any(|name| *name == path.attribute);
                if !known && !index.holds(&source.table.keys, &path.attribute) {
                    lacking.push(path.attribute.to_string());
                }
            }
            lacking
        };
        if let (Reader::Query, Some(filter)) = (self.reader, self.filter) {
            let mut paths = Vec::new();
            check::paths(filter, &mut |path| paths.push(path));
            let lacking = lacking(&mut paths.into_iter());
            if !lacking.is_empty() {
                return Err(invalid(format!(
                    "Secondary index {} does not project one or more filter attributes: [{}]",
                    index.name,
                    lacking.join(", ")
                )));
            }
        }
        let lacking = lacking(&mut self.projection.iter());
        let all = self.select == Some(&Select::AllAttributes);
        if source.global().is_none() {
            return Ok(all || !lacking.is_empty());
        }
        if all {
            return Err(invalid(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type \
                 is not ALL",
                index.name
            )));
        }
        if !lacking.is_empty() {
            return Err(invalid(format!(
                "Global secondary index {} does not project [{}]",
                index.name,
                lacking.join(", ")
            )));
        }
        Ok(false)
    }

    /// Checks that what is read can be read so consistently.
    pub(super) fn check_consistency(&self, source: &Source<'_>) -> Result<(), Box<Rejection>> {
        if source.global().is_some() && self.consistency == Consistency::Strong {
            return Err(validation("Consistent reads are not supported on global secondary indexes"));
        }
        Ok(())
    }

    /// Checks what else depends on what is read.
    pub(super) fn check_source(&self, source: &Source<'_>) -> Result<(), Box<Rejection>> {
        self.fetches(source)?;
        let Some(filter) = self.filter else { return Ok(()) };
        let mut paths = Vec::new();
        check::paths(filter, &mut |path| paths.push(path));
        check::scalar_keys(paths, source.table)
    }

    /// Reads a page from the beginning of a stretch.
    pub(super) fn page(
        &self,
        source: &Source<'_>,
        stretch: &Stretch,
        context: &Context<'_>,
    ) -> Result<Page, Failure> {
        let fetches = self.fetches(source)?;
        let projection = Projection::new(self.projection)?;
        let is_counted = self.select == Some(&Select::Count);
        let mut items = ItemsBuilder::new();
        let (mut count, mut scanned_count, mut size) = (0, 0, 0);
        let mut fetched = Units::default();
        let mut last = Place::default();
        let mut more = false;
        let transaction = context.transaction;
        transaction.visit(source.id(), stretch, |row| {
            size += row.size;
            scanned_count += 1;
            row.copy_place(&mut last);
            let held = match self.filter {
                Some(_) => Some(row.attributes()?),
                None => None,
            };
            let passes = match (self.filter, &held) {
                (Some(filter), Some(attributes)) => filter.matches(attributes),
                _ => true,
            };
            if passes {
                count += 1;
            }
            if fetches {
                // The filter saves nothing here either: it comes after all that is read.
                let whole = transaction.item(source.table.id, &last.primary(source)?)?;
                fetched += Units::read(whole.as_ref().map_or(0, |item| item.size), self.consistency);
                if let Some(whole) = whole.filter(|_| passes) {
                    items.push(projection.of(whole.item)?.as_bytes());
                }
            } else if passes && !is_counted {
                if projection.is_whole() {
                    items.push(row.item);
                } else {
                    let attributes = held.map_or_else(|| row.attributes(), Ok)?;
                    items.push(Item::from_attributes(&projection.of_attributes(&attributes)).as_bytes());
                }
            }
            // A page that ends at a limit does not look whether anything follows.
            more = self.limit == Some(scanned_count) || size >= MAX_PAGE;
            Ok(if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let mut cost = cost(source, Units::read(size, self.consistency), fetched);
        if let Stretch::Range { hash, .. } = stretch {
            context.meter.locate(&mut cost, source.position(), hash);
            if source.index.is_some() {
                context.meter.locate(&mut cost, None, hash);
            }
        }
        context.meter.take(source.table, Direction::Read, &cost, context.now).map_err(throughput_exceeded)?;
        Ok(Page {
            items: items.finish(),
            count,
            scanned_count,
            last_evaluated_key: if more { Some(last.start_key(source)?) } else { None },
            consumed_capacity: consumed(self.tell, source.table, &cost),
        })
    }
}

fn cost(source: &Source<'_>, read: Units, fetched: Units) -> Cost {
    match source.position() {
        None => Cost::from(read),
        Some(position) => {
            let mut cost = Cost::from(fetched);
            cost.add_index(position, read);
            cost
        }
    }
}
