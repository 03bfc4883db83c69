//! Which items are to expire, and when: one row for each, in tables where items expire at all, and one for each stream
//! that has ended, which has no place.
//!
//! The earliest time of all stands beside, and each connection knows it; so a call before that time reads nothing.

use std::ops::ControlFlow;

use dynochemy_core::{Item, Moment};
use rusqlite::params;

use super::place::Place;
use super::tables::{NEVER, to_signed};
use super::{Stretch, Table, Transaction};
use crate::failure::Failure;

/// An item, or an ended stream, that is to expire. The default stands before all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expiration {
    /// In seconds since the Unix epoch.
    pub(crate) expires: i64,
    /// Of the item's table, or of the stream.
    pub(crate) table_id: i64,
    pub(crate) place: Place,
}

impl Transaction<'_> {
    /// Whether items have to be deleted before anything else is answered at this time.
    pub(crate) fn has_expired(&self, now: Moment) -> rusqlite::Result<bool> {
        Ok(self.first_expiry()? <= to_signed(now.as_secs()))
    }

    /// Whether the items of tables have to be looked through, as in a file from before there were expirations.
    pub(crate) fn lacks_expirations(&self) -> rusqlite::Result<bool> {
        Ok(self.first_expiry()? == 0)
    }

    #[inline]
    fn first_expiry(&self) -> rusqlite::Result<i64> {
        match self.known.first_expiry.get() {
            Some(first) => Ok(first),
            None => self.read_first_expiry(),
        }
    }

    #[cold]
    fn read_first_expiry(&self) -> rusqlite::Result<i64> {
        let first = self
            .reading("SELECT first_expiry FROM counters")?
            .query_row([], |row| row.get::<_, Option<i64>>(0))?
            .unwrap_or(NEVER);
        self.known.first_expiry.set(Some(first));
        Ok(first)
    }

    /// Enters that an item is to expire.
    pub(crate) fn add_expiration(&self, table: i64, place: &Place, expires: i64) -> rusqlite::Result<()> {
        self.writing(
            "INSERT OR IGNORE INTO expirations (expires, table_id, hash_key, range_key) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![expires, table, place.key_hash(), place.range()])?;
        if expires < self.first_expiry()? {
            self.set_first_expiry(expires)?;
        }
        Ok(())
    }

    pub(crate) fn delete_expiration(&self, table: i64, place: &Place, expires: i64) -> rusqlite::Result<()> {
        self.writing(
            "DELETE FROM expirations
                WHERE expires = ?1 AND table_id = ?2 AND hash_key = ?3 AND range_key = ?4",
        )?
        .execute(params![expires, table, place.key_hash(), place.range()])?;
        Ok(())
    }

    /// Forgets when the items of a table expire.
    pub(crate) fn delete_expirations(&self, table: i64) -> rusqlite::Result<()> {
        self.writing("DELETE FROM expirations WHERE table_id = ?1")?.execute([table])?;
        Ok(())
    }

    /// Up to `most` of what has expired behind one, the earliest first.
    pub(crate) fn expirations(
        &self,
        after: &Expiration,
        now: Moment,
        most: u32,
    ) -> rusqlite::Result<Vec<Expiration>> {
        let mut statement = self.reading(
            "SELECT expires, table_id, hash_key, range_key FROM expirations
                WHERE expires <= ?1 AND (expires, table_id, hash_key, range_key) > (?2, ?3, ?4, ?5)
                ORDER BY expires, table_id, hash_key, range_key LIMIT ?6",
        )?;
        let Expiration { expires, table_id, place } = after;
        let bounds =
            params![to_signed(now.as_secs()), expires, table_id, place.key_hash(), place.range(), most];
        let rows = statement.query_map(bounds, |row| {
            let mut place = Place::default();
            place.assign(row.get_ref(2)?.as_blob()?, row.get_ref(3)?.as_blob()?);
            Ok(Expiration { expires: row.get(0)?, table_id: row.get(1)?, place })
        })?;
        rows.collect()
    }

    /// Enters which items of a table are to expire, as `expires` tells of each.
    pub(crate) fn enter_expirations(
        &self,
        table: &Table,
        expires: impl Fn(&Item) -> Result<Option<i64>, Failure>,
    ) -> Result<(), Failure> {
        let all = Stretch::Spots { low: Place::at_spot(0), before: 1 << 32 };
        let mut place = Place::default();
        self.visit(table.id, &all, |row| {
            if let Some(expires) = expires(&Item::from_stored(row.item))? {
                row.copy_place(&mut place);
                self.add_expiration(table.id, &place, expires)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Finds anew when the first item expires, and writes nothing where that is as it was.
    pub(crate) fn find_first_expiry(&self) -> rusqlite::Result<()> {
        let first = self
            .reading("SELECT min(expires) FROM expirations")?
            .query_row([], |row| row.get::<_, Option<i64>>(0))?;
        let first = first.unwrap_or(NEVER);
        if first == self.first_expiry()? { Ok(()) } else { self.set_first_expiry(first) }
    }

    fn set_first_expiry(&self, expires: i64) -> rusqlite::Result<()> {
        let told = (expires != NEVER).then_some(expires);
        self.writing("UPDATE counters SET first_expiry = ?1")?.execute([told])?;
        self.known.first_expiry.set(Some(expires));
        self.known.expiry_changing.set(true);
        Ok(())
    }
}
