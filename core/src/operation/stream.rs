//! Queries and scans whose items are handed out page by page, as they come, and where they go on.
//!
//! How far one has come stands in its [`Task`], by segments, and counts what was handed out and nothing else: pages that
//! have come and that nobody has taken yet are asked for again by who resumes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::settle::unexpected;
use super::{Misfit, Of, Operation, Paged, Reading, ReadingAnswer, Segments, Settle, Settled, Task};
use crate::error::Error;
use crate::item::{Item, Items};
use crate::rows::Rows;
use crate::solvent::Solvent;
use crate::table::{Description, TableRef, Tables};
use crate::value::Attributes;
use crate::wire::WireError;

/// How far a reading whose pages are handed out has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadSoFar {
    /// The number of items that were handed out.
    pub items: u64,
    /// How far each segment has come; a query has one.
    pub segments: Vec<SegmentSoFar>,
}

/// How far the reading of one segment has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SegmentSoFar {
    /// It goes on after the item with this key, or begins.
    After(Option<Item>),
    /// All of it was handed out.
    Read,
}

impl ReadSoFar {
    /// A reading that has not begun.
    pub(crate) fn nothing(task: &Task) -> Self {
        let segments = match task {
            Task::Scan { segments: Segments::All(segments), .. } => *segments,
            _ => 1,
        };
        let start = task.reading().and_then(|reading| reading.start.clone());
        Self { items: 0, segments: vec![SegmentSoFar::After(start); segments as usize] }
    }
}

/// Where a page stands in its reading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PagePlace {
    pub(crate) operation: u32,
    pub(crate) segment: u32,
    /// The key after which it begins.
    pub(crate) before: Option<Item>,
    /// How far the segment has come after it.
    pub(crate) after: SegmentSoFar,
}

impl Task {
    /// How a query or scan reads.
    pub(crate) fn reading(&self) -> Option<&Reading> {
        match self {
            Self::Query { reading, .. } | Self::Scan { reading, .. } => Some(reading),
            _ => None,
        }
    }

    fn reading_mut(&mut self) -> Option<&mut Reading> {
        match self {
            Self::Query { reading, .. } | Self::Scan { reading, .. } => Some(reading),
            _ => None,
        }
    }

    /// Whether its pages are handed out as they come.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.reading().is_some_and(|reading| reading.answer == ReadingAnswer::Stream)
    }

    /// The same reading, with its pages handed out.
    pub(crate) fn streamed(mut self) -> Self {
        if let Some(reading) = self.reading_mut() {
            reading.answer = ReadingAnswer::Stream;
        }
        self
    }

    /// Notes that `items` of a page were handed out, up to `position` of its segment.
    pub(crate) fn note_handed_out(&mut self, segment: u32, items: u64, position: SegmentSoFar) {
        if self.reading().is_some_and(|reading| reading.so_far.is_none()) {
            let nothing = Box::new(ReadSoFar::nothing(self));
            self.reading_mut().expect("it is a reading").so_far = Some(nothing);
        }
        let Some(so_far) = self.reading_mut().and_then(|reading| reading.so_far.as_deref_mut()) else {
            return;
        };
        so_far.items += items;
        if let Some(segment) = so_far.segments.get_mut(segment as usize) {
            *segment = position;
        }
    }

    /// Goes back to after the item with a key (or to a segment's begin), with so many items not handed out after all.
    fn go_back(&mut self, segment: u32, items: u64, key: Option<Item>) {
        let Some(so_far) = self.reading_mut().and_then(|reading| reading.so_far.as_deref_mut()) else {
            return;
        };
        so_far.items = so_far.items.saturating_sub(items);
        if let Some(segment) = so_far.segments.get_mut(segment as usize) {
            *segment = SegmentSoFar::After(key);
        }
    }

    /// Checks that what was handed out fits the reading, which may come from outside.
    pub(super) fn check_so_far(&self, table: &Description) -> Result<(), WireError> {
        let Some(reading) = self.reading() else { return Ok(()) };
        let Some(so_far) = &reading.so_far else { return Ok(()) };
        if so_far.segments.len() != Self::count_of_segments(self) {
            return Err(WireError::new("it has gone on in other segments than it has"));
        }
        let index = reading.index.as_deref().and_then(|name| table.index(name));
        for segment in &so_far.segments {
            let SegmentSoFar::After(Some(key)) = segment else { continue };
            let attributes = key.attributes()?;
            let fits = table.page_key(index).all(|part| {
                attributes.get(&*part.name).is_some_and(|value| value.kind() == part.kind.into())
            });
            if !fits {
                return Err(WireError::new("it goes on after a key that is none of its table or index"));
            }
        }
        Ok(())
    }

    fn count_of_segments(&self) -> usize {
        match self {
            Self::Scan { segments: Segments::All(segments), .. } => *segments as usize,
            _ => 1,
        }
    }
}

/// The key of an item at `index` of a page, by which pages of a table or of one of its indexes end.
pub(crate) fn page_key(
    items: &Items,
    index: usize,
    reading: &Reading,
    table: &Description,
) -> Result<Item, WireError> {
    let item = items.at(index).ok_or_else(|| WireError::new("there is none"))?;
    let read = reading.index.as_deref().and_then(|name| table.index(name));
    let mut key = Attributes::new();
    for part in table.page_key(read) {
        let value = item.attribute(&part.name)?;
        let value = value.ok_or_else(|| WireError::new("the item lacks it").within(&part.name))?;
        key.insert(part.name.clone().into_owned(), value);
    }
    Ok(Item::from_attributes(&key))
}

/// What a query or scan ends with whose pages were handed out: see [`Solvent::stream`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streamed<T> {
    items: u64,
    of: Of<T>,
}

impl<T> Streamed<T> {
    /// The number of items that were handed out, by earlier runs of the plan too.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items
    }
}

impl<T> Settle for Streamed<T> {
    fn settle(settled: Settled) -> Result<Self, Misfit> {
        match settled {
            Settled::Count(items) => Ok(Self { items, of: PhantomData }),
            other => Err(unexpected(other)),
        }
    }
}

/// A query or scan from where it was left: what a driver's stream tells while its items are taken, a value to be saved.
///
/// It is streamed like the query or scan itself, and hands out the items that were not handed out before: each once, as
/// long as they stay as they are. It holds keys of the table, which whoever has it can read.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
#[must_use = "a checkpoint does nothing until it is saved or streamed"]
pub struct Checkpoint<T> {
    table: Description,
    task: Task,
    #[serde(skip)]
    of: Of<T>,
}

impl<T> Checkpoint<T> {
    /// The checkpoint of a run of one streamed operation, of whose last page these rows are being taken; none where the
    /// operation cannot be sent.
    #[must_use]
    pub fn of_run(mut checkpoint: Solvent, rows: Option<&Rows<T>>) -> Option<Self> {
        if let Some(rows) = rows {
            rows.put_back(&mut checkpoint);
        }
        let entry = checkpoint.entries.pop()?;
        let task = entry.task.ok()?;
        let table = checkpoint.tables.at(task.table()?).clone();
        Some(Self { table, task, of: PhantomData })
    }
}

impl<T: DeserializeOwned> Operation for Checkpoint<T> {
    type Output = Streamed<T>;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table: description, mut task, .. } = self;
        let table_of = match &mut task {
            Task::Query { table, .. } | Task::Scan { table, .. } => table,
            other => {
                let problem = format!("a {} has no pages to go on from", other.operation());
                return Err(Error::configuration(format!(
                    "the checkpoint was not saved as it is: {problem}"
                )));
            }
        };
        *table_of = tables.intern(TableRef::Shared(Arc::new(description)));
        match task.check(tables) {
            Ok(()) => Ok(task),
            Err(problem) => Err(Error::Invalid { subject: task.subject(tables), problem }),
        }
    }
}

impl<T: DeserializeOwned> Paged for Checkpoint<T> {
    type Item = T;
}

impl<T> Clone for Checkpoint<T> {
    fn clone(&self) -> Self {
        Self { table: self.table.clone(), task: self.task.clone(), of: PhantomData }
    }
}

impl<T> PartialEq for Checkpoint<T> {
    fn eq(&self, other: &Self) -> bool {
        (&self.table, &self.task) == (&other.table, &other.task)
    }
}

impl<T> fmt::Debug for Checkpoint<T> {
    /// What it reads; never a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items =
            self.task.reading().and_then(|reading| reading.so_far.as_ref()).map_or(0, |so_far| so_far.items);
        f.debug_struct("Checkpoint")
            .field("operation", &self.task.operation())
            .field("table", &self.table.name)
            .field("items", &items)
            .finish_non_exhaustive()
    }
}

impl<T> Rows<T> {
    /// Makes a run's checkpoint, made while these rows of its last page are being taken, go on after the last one that was
    /// taken. Without it, the page counts as handed out in all.
    pub fn put_back(&self, checkpoint: &mut Solvent) {
        let (items, taken, place) = self.parts();
        let Some(left) = items.len().checked_sub(taken).filter(|left| *left > 0) else { return };
        let tables = &checkpoint.tables;
        let Some(entry) = checkpoint.entries.get_mut(place.operation as usize) else { return };
        let Ok(task) = &mut entry.task else { return };
        let (Some(reading), Some(table)) = (task.reading(), task.table()) else { return };
        // Without its key, an item cannot be gone on after; the whole page comes again then.
        let after = taken.checked_sub(1).map(|last| page_key(items, last, reading, tables.at(table)));
        let (key, left) = match after {
            Some(Ok(key)) => (Some(key), left),
            _ => (place.before.clone(), items.len()),
        };
        task.go_back(place.segment, left as u64, key);
        entry.result = None;
    }
}
