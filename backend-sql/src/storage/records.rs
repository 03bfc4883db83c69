//! The records of streams: items before and after their changes.
//!
//! Records have numbers within their stream, which go up by one. They are deleted once they are a day old, by the writes
//! that come after; until then readers pass over them.

use std::ops::ControlFlow;

use dynochemy_core::{Item, Moment};
use rusqlite::{OptionalExtension as _, params};

use super::Transaction;
use super::items::to_unsigned;
use super::streams::{horizon, moment, time};
use super::tables::to_signed;

/// A change of an item, as far as its stream holds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    /// Its number within the stream.
    pub(crate) sequence: i64,
    pub(crate) time: Moment,
    pub(crate) event: Event,
    pub(crate) origin: Origin,
    /// In bytes: key and images.
    pub(crate) size: u64,
    pub(crate) keys: Item,
    pub(crate) old: Option<Item>,
    pub(crate) new: Option<Item>,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Insert = 0,
    Modify = 1,
    Remove = 2,
}

/// Who changed an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Call,
    /// It has expired.
    Service,
}

impl Transaction<'_> {
    /// Adds a record to a stream; its number is given here.
    pub(crate) fn append_record(&self, stream: i64, record: &Record) -> rusqlite::Result<()> {
        self.delete_old_records(stream, record.time)?;
        let sequence = self.next_sequence(stream, record.time)?;
        let bytes = |item: &Option<Item>| item.as_ref().map(|item| item.clone().into_bytes());
        let (old, new) = (bytes(&record.old), bytes(&record.new));
        self.writing(
            "INSERT INTO records (stream_id, sequence, time, event, by_service, size, keys, old, new)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            stream,
            sequence,
            time(record.time),
            record.event as i64,
            record.origin == Origin::Service,
            to_signed(record.size),
            record.keys.as_bytes(),
            old.as_deref(),
            new.as_deref(),
        ])?;
        Ok(())
    }

    /// The number of the oldest record that is kept of a stream whose last one has this number, or that of the next one.
    pub(crate) fn first_kept(&self, stream: i64, last: i64, now: Moment) -> rusqlite::Result<i64> {
        let first = self.first_record(stream, 0, horizon(now).saturating_add(1))?;
        Ok(first.unwrap_or(last + 1))
    }

    /// The number of the first record of a stream, from a number on, that is of a time or later.
    pub(crate) fn record_at(&self, stream: i64, from: i64, at: Moment) -> rusqlite::Result<Option<i64>> {
        self.first_record(stream, from, time(at))
    }

    fn first_record(&self, stream: i64, from: i64, at: i64) -> rusqlite::Result<Option<i64>> {
        self.reading(
            "SELECT sequence FROM records WHERE stream_id = ?1 AND sequence >= ?2 AND time >= ?3
                ORDER BY sequence LIMIT 1",
        )?
        .query_row(params![stream, from, at], |row| row.get(0))
        .optional()
    }

    /// Hands the records of a stream from a number on, and up to another one, to `visit`, until it breaks off.
    pub(crate) fn visit_records(
        &self,
        stream: i64,
        from: i64,
        to: i64,
        mut visit: impl FnMut(Record) -> ControlFlow<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.reading(
            "SELECT sequence, time, event, by_service, size, keys, old, new FROM records
                WHERE stream_id = ?1 AND sequence >= ?2 AND sequence <= ?3 ORDER BY sequence",
        )?;
        let mut rows = statement.query(params![stream, from, to])?;
        while let Some(row) = rows.next()? {
            let image = |index: usize| -> rusqlite::Result<Option<Item>> {
                Ok(row.get_ref(index)?.as_blob_or_null()?.map(Item::from_stored))
            };
            let record = Record {
                sequence: row.get(0)?,
                time: moment(row.get(1)?),
                event: match row.get::<_, i64>(2)? {
                    0 => Event::Insert,
                    1 => Event::Modify,
                    _ => Event::Remove,
                },
                origin: if row.get(3)? { Origin::Service } else { Origin::Call },
                size: to_unsigned(row.get(4)?),
                keys: Item::from_stored(row.get_ref(5)?.as_blob()?),
                old: image(6)?,
                new: image(7)?,
            };
            if visit(record).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn delete_old_records(&self, stream: i64, now: Moment) -> rusqlite::Result<()> {
        let oldest = self
            .reading("SELECT time FROM records WHERE stream_id = ?1 ORDER BY sequence LIMIT 1")?
            .query_row([stream], |row| row.get::<_, i64>(0))
            .optional()?;
        if oldest.is_none_or(|oldest| oldest > horizon(now)) {
            return Ok(());
        }
        let kept = self.first_record(stream, 0, horizon(now).saturating_add(1))?.unwrap_or(i64::MAX);
        self.writing("DELETE FROM records WHERE stream_id = ?1 AND sequence < ?2")?
            .execute(params![stream, kept])?;
        Ok(())
    }
}
