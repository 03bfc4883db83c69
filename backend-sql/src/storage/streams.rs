//! Streams of tables' changes, and the shards that they are made of. What is in them is in [`records`](super::records).
//!
//! A stream has one shard that is open. It is closed when the stream ends, or by the first record that comes four hours
//! after it was opened, which opens the next one; so there are shards to follow, as in the service. Streams that have
//! ended, shards that are closed, and records are kept for a day.
//!
//! See [DynamoDB Streams](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).

use std::time::Duration;

use dynochemy_core::api::{KeySchemaElement, StreamViewType};
use dynochemy_core::{EpochMillis, Moment};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::definition::stream_arn;
use super::items::to_unsigned;
use super::tables::to_signed;
use super::{LatestStream, Place, Table, Transaction};
use crate::failure::{Failure, internal};

/// How long records are kept, and what has ended.
const RETENTION: Duration = Duration::from_secs(24 * 3600);
/// How long a shard is open, at least.
const SHARD_LIFE: Duration = Duration::from_secs(4 * 3600);

/// A stream, on or off.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stream {
    pub(crate) id: i64,
    /// The table may be gone, or be another one of the same name.
    pub(crate) table_name: String,
    pub(crate) label: String,
    pub(crate) declared: Declared,
    /// When it was switched off.
    pub(crate) ended: Option<Moment>,
    /// The number of its last record, 0 where there was none.
    pub(crate) last: i64,
}

/// How a stream was declared, as it stands in the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Declared {
    pub(crate) view: StreamViewType,
    /// The table's key.
    pub(crate) key_schema: Vec<KeySchemaElement>,
    pub(crate) created: Moment,
}

/// A part of a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shard {
    /// From 1.
    pub(crate) number: i64,
    pub(crate) opened: Moment,
    /// The number of its first record.
    pub(crate) first: i64,
    pub(crate) end: Option<End>,
}

/// Where a shard ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) closed: Moment,
    /// The number of its last record; less than that of the first where it has none.
    pub(crate) last: i64,
}

impl Stream {
    /// Its Amazon resource name.
    pub(crate) fn arn(&self) -> String {
        stream_arn(&self.table_name, &self.label)
    }
}

impl Shard {
    /// Its name, by which shards sort as they were opened.
    pub(crate) fn id(&self) -> String {
        format!("shardId-{:020}-{:08x}", self.opened.as_nanos() / 1_000_000, self.number)
    }
}

/// What is not later than this is kept no longer; negative within the epoch's first day.
pub(super) fn horizon(now: Moment) -> i64 {
    time(now).saturating_sub(time(Moment::EPOCH + RETENTION))
}

impl Transaction<'_> {
    /// Switches a table's stream on.
    pub(crate) fn begin_stream(
        &self,
        table: &Table,
        view: StreamViewType,
        now: Moment,
    ) -> Result<LatestStream, Failure> {
        self.delete_ended_streams(now)?;
        let id = self.new_store()?;
        let label = self.new_label(&table.name, now)?;
        let declared =
            Declared { view: view.clone(), key_schema: KeySchemaElement::of(&table.keys), created: now };
        let definition = serde_json::to_string(&declared)
            .map_err(|error| internal(format!("the stream's definition cannot be written: {error}")))?;
        self.writing(
            "INSERT INTO streams (id, table_name, label, definition, last, turns) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        )?
        .execute(params![id, table.name, label, definition, turns(now)])?;
        self.open_shard(id, 1, now, 1)?;
        Ok(LatestStream { id, label, view, is_enabled: true })
    }

    /// Switches a stream off: its shard ends, and can be read for a day. Then it expires, as items do.
    pub(crate) fn end_stream(&self, id: i64, now: Moment) -> Result<(), Failure> {
        self.delete_ended_streams(now)?;
        let kept_until = now + RETENTION;
        let expires = kept_until.as_secs() + u64::from(kept_until > Moment::from_secs(kept_until.as_secs()));
        self.add_expiration(id, &Place::default(), to_signed(expires))?;
        let last: i64 = self
            .writing("UPDATE streams SET ended = ?2 WHERE id = ?1 RETURNING last")?
            .query_row(params![id, time(now)], |row| row.get(0))?;
        Ok(self.close_shard(id, now, last)?)
    }

    /// The stream of that table name and label, while it is kept.
    pub(crate) fn stream(&self, table: &str, label: &str, now: Moment) -> Result<Option<Stream>, Failure> {
        let found = self
            .reading(
                "SELECT id, table_name, label, definition, ended, last FROM streams
                    WHERE table_name = ?1 AND label = ?2 AND coalesce(ended > ?3, TRUE)",
            )?
            .query_row(params![table, label, horizon(now)], read_stream)
            .optional()?;
        found.map(declared).transpose()
    }

    /// Up to `most` streams that are kept, of a table or of all, behind the one of this table name and label.
    pub(crate) fn streams(
        &self,
        table: Option<&str>,
        after: (&str, &str),
        most: usize,
        now: Moment,
    ) -> Result<Vec<Stream>, Failure> {
        let mut statement = self.reading(
            "SELECT id, table_name, label, definition, ended, last FROM streams
                WHERE (table_name, label) > (?1, ?2) AND coalesce(table_name = ?3, TRUE)
                    AND coalesce(ended > ?4, TRUE)
                ORDER BY table_name, label LIMIT ?5",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after.0, after.1, table, horizon(now), most], read_stream)?;
        rows.map(|row| declared(row?)).collect()
    }

    /// A stream's shards that are kept, in the order in which they were opened.
    pub(crate) fn shards(&self, stream: i64, now: Moment) -> rusqlite::Result<Vec<Shard>> {
        let mut statement = self.reading(
            "SELECT number, opened, first, closed, last FROM shards
                WHERE stream_id = ?1 AND coalesce(closed > ?2, TRUE) ORDER BY number",
        )?;
        let rows = statement.query_map(params![stream, horizon(now)], read_shard)?;
        rows.collect()
    }

    /// The number of a stream's next record, which the open shard then holds.
    pub(super) fn next_sequence(&self, stream: i64, now: Moment) -> rusqlite::Result<i64> {
        let (sequence, turns_at): (i64, i64) = self
            .writing("UPDATE streams SET last = last + 1 WHERE id = ?1 RETURNING last, turns")?
            .query_row([stream], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if time(now) >= turns_at {
            self.turn_shard(stream, now, sequence)?;
        }
        Ok(sequence)
    }

    /// Closes the open shard, and opens one that begins with this record.
    fn turn_shard(&self, stream: i64, now: Moment, sequence: i64) -> rusqlite::Result<()> {
        self.close_shard(stream, now, sequence - 1)?;
        let number: i64 = self
            .reading("SELECT max(number) FROM shards WHERE stream_id = ?1")?
            .query_row([stream], |row| row.get(0))?;
        self.open_shard(stream, number + 1, now, sequence)?;
        self.writing("UPDATE streams SET turns = ?2 WHERE id = ?1")?.execute(params![stream, turns(now)])?;
        self.writing("DELETE FROM shards WHERE stream_id = ?1 AND closed <= ?2")?
            .execute(params![stream, horizon(now)])?;
        Ok(())
    }

    fn open_shard(&self, stream: i64, number: i64, now: Moment, first: i64) -> rusqlite::Result<()> {
        self.writing("INSERT INTO shards (stream_id, number, opened, first) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![stream, number, time(now), first])?;
        Ok(())
    }

    fn close_shard(&self, stream: i64, now: Moment, last: i64) -> rusqlite::Result<()> {
        self.writing("UPDATE shards SET closed = ?2, last = ?3 WHERE stream_id = ?1 AND closed IS NULL")?
            .execute(params![stream, time(now), last])?;
        Ok(())
    }

    /// A label of the time that no other stream of the table has.
    fn new_label(&self, table: &str, now: Moment) -> Result<String, Failure> {
        let mut millis = now.as_nanos() / 1_000_000;
        loop {
            let time = EpochMillis::try_from(millis)
                .map_err(|error| internal(format!("no stream can begin at this time: {error}")))?;
            let text = time.to_string();
            let label = text.trim_end_matches('Z');
            let is_taken = self
                .reading("SELECT 1 FROM streams WHERE table_name = ?1 AND label = ?2")?
                .exists([table, label])?;
            if !is_taken {
                return Ok(label.to_owned());
            }
            millis += 1;
        }
    }

    /// Deletes what is left of a stream that ended over a day ago, with up to `most` of its records: how many those were,
    /// `most` where more may be left.
    pub(crate) fn delete_ended_stream(&self, id: i64, now: Moment, most: u32) -> rusqlite::Result<u32> {
        let has_ended = self
            .reading("SELECT 1 FROM streams WHERE id = ?1 AND ended <= ?2")?
            .exists(params![id, horizon(now)])?;
        if !has_ended {
            return Ok(0);
        }
        let deleted = self
            .writing(
                "DELETE FROM records WHERE stream_id = ?1 AND sequence IN
                    (SELECT sequence FROM records WHERE stream_id = ?1 ORDER BY sequence LIMIT ?2)",
            )?
            .execute(params![id, most])?;
        let deleted = u32::try_from(deleted).unwrap_or(most);
        if deleted < most {
            self.writing("DELETE FROM shards WHERE stream_id = ?1")?.execute([id])?;
            self.writing("DELETE FROM streams WHERE id = ?1")?.execute([id])?;
        }
        Ok(deleted)
    }

    /// Deletes what nobody can read any more of streams that ended before that was an expiration.
    fn delete_ended_streams(&self, now: Moment) -> rusqlite::Result<()> {
        let ended: Vec<i64> = self
            .reading("SELECT id FROM streams WHERE ended <= ?1")?
            .query_map([horizon(now)], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for id in ended {
            self.delete_ended_stream(id, now, u32::MAX)?;
        }
        Ok(())
    }
}

fn read_stream(row: &Row<'_>) -> rusqlite::Result<(Stream, String)> {
    let stream = Stream {
        id: row.get(0)?,
        table_name: row.get(1)?,
        label: row.get(2)?,
        declared: Declared {
            view: StreamViewType::default(),
            key_schema: Vec::new(),
            created: Moment::EPOCH,
        },
        ended: row.get::<_, Option<i64>>(4)?.map(moment),
        last: row.get(5)?,
    };
    Ok((stream, row.get(3)?))
}

fn declared((stream, definition): (Stream, String)) -> Result<Stream, Failure> {
    let declared = serde_json::from_str(&definition)
        .map_err(|error| internal(format!("the definition of a stream cannot be read: {error}")))?;
    Ok(Stream { declared, ..stream })
}

fn read_shard(row: &Row<'_>) -> rusqlite::Result<Shard> {
    let end = match (row.get::<_, Option<i64>>(3)?, row.get::<_, Option<i64>>(4)?) {
        (Some(closed), Some(last)) => Some(End { closed: moment(closed), last }),
        _ => None,
    };
    Ok(Shard { number: row.get(0)?, opened: moment(row.get(1)?), first: row.get(2)?, end })
}

/// When a shard that is opened now is to be closed.
fn turns(now: Moment) -> i64 {
    time(now + SHARD_LIFE)
}

pub(super) fn time(moment: Moment) -> i64 {
    to_signed(moment.as_nanos())
}

pub(super) fn moment(nanos: i64) -> Moment {
    Moment::from_nanos(to_unsigned(nanos))
}
