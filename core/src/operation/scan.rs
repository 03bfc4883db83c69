//! Reading every item of a table.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::reading::{Reader, ReadingAnswer, reading};
use super::{Of, Operation, Paged, Settle, Task, invalid};
use crate::cursor;
use crate::error::Error;
use crate::table::{Entity, TableRef, Tables};
use crate::wire::WireError;

/// The most segments that a table may be scanned in.
pub(super) const MAX_SEGMENTS: u32 = 1_000_000;

/// The parts of a table that a scan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segments {
    /// All of so many parts, at the same time.
    All(u32),
    /// One of so many parts.
    One {
        /// Which one, from 0.
        segment: u32,
        /// Of how many.
        total: u32,
    },
}

impl Segments {
    /// What a cursor is told apart by.
    fn bytes(self) -> [u8; 8] {
        let (segment, total) = match self {
            Self::All(total) => (0, total),
            Self::One { segment, total } => (segment, total),
        };
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&segment.to_be_bytes());
        bytes[4..].copy_from_slice(&total.to_be_bytes());
        bytes
    }

    pub(super) fn check(self) -> Result<(), WireError> {
        let (segment, total) = match self {
            Self::All(total) => (0, total),
            Self::One { segment, total } => (segment, total),
        };
        if !(1..=MAX_SEGMENTS).contains(&total) {
            return Err(WireError::new(format!("a scan has 1 to {MAX_SEGMENTS} segments, not {total}")));
        }
        if segment >= total {
            return Err(WireError::new(format!(
                "there is no segment {segment} of {total}: they are counted from 0"
            )));
        }
        Ok(())
    }
}

/// Reads every item of a table or index in no particular order, over as many pages as it takes.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Scan<T, R = T, O = Vec<R>> {
    table: TableRef,
    entity: &'static Entity,
    segments: Segments,
    reader: Reader,
    of: Of<(T, R, O)>,
}

impl<T> Scan<T> {
    pub(crate) fn new(table: TableRef, entity: &'static Entity, index: Option<Cow<'static, str>>) -> Self {
        Self { table, entity, segments: Segments::All(1), reader: Reader::new(index), of: PhantomData }
    }
}

impl<T, R, O> Scan<T, R, O> {
    /// Reads this many parts of the table at the same time; from 1 to 1,000,000.
    pub fn segments(mut self, segments: u32) -> Self {
        self.segments = Segments::All(segments);
        self
    }

    /// Reads one of so many parts of the table, counted from 0: for scans that are spread over several processes.
    pub fn segment(mut self, segment: u32, total: u32) -> Self {
        self.segments = Segments::One { segment, total };
        self
    }
}

impl<T, R> Scan<T, R> {
    fn typed<S, O>(self) -> Scan<T, S, O> {
        let Self { table, entity, segments, reader, .. } = self;
        Scan { table, entity, segments, reader, of: PhantomData }
    }

    fn answering<O>(mut self, answer: ReadingAnswer) -> Scan<T, R, O> {
        self.reader.answer = answer;
        self.typed()
    }

    fn retyped<P>(self) -> Scan<T, P> {
        self.typed()
    }
}

reading!(Scan<T>);

impl<T, R, O: Settle> Operation for Scan<T, R, O> {
    type Output = O;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, entity, segments, reader, .. } = self;
        let fingerprint = cursor::fingerprint([
            table.name.as_bytes(),
            reader.index.as_deref().unwrap_or_default().as_bytes(),
            &segments.bytes(),
        ]);
        let paged = reader.answer == ReadingAnswer::Page || reader.after.is_some();
        let made = segments.check().and_then(|()| {
            if paged && matches!(segments, Segments::All(2..)) {
                return Err(WireError::new(
                    "segments that are read at the same time have no one cursor; read each by `segment`",
                ));
            }
            reader.reading(&table, entity, fingerprint)
        });
        match made {
            Ok(reading) => Ok(Task::Scan { table: tables.intern(table), segments, fingerprint, reading }),
            Err(problem) => Err(invalid(&table, "scan", None, problem)),
        }
    }
}

impl<T, R: DeserializeOwned> Paged for Scan<T, R> {
    type Item = R;
}
