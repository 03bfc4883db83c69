//! Items by their keys. A store is a table or an index, by its number.

use std::ops::ControlFlow;

use dynochemy_core::{Attributes, Item, WireError};
use rusqlite::{OptionalExtension as _, Row, params};

use super::Transaction;
use super::place::{Place, read_spot};
use crate::failure::Failure;

/// Sorts after every range key: the hash key with which one begins in an index, of 2,048 bytes `FF`, is followed by
/// `00`, and other range keys are shorter.
const BEYOND: [u8; 2049] = [0xFF; 2049];

/// An item as it lies in its table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) item: Item,
    /// In bytes, as DynamoDB counts them.
    pub(crate) size: u64,
}

/// A part of a table or index, read from one end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stretch {
    /// Items of one hash key, from a range key on (`low` included) and before `high`.
    Range { hash: Vec<u8>, low: Vec<u8>, high: Option<Vec<u8>>, forward: bool },
    /// Items from a place on and before a spot.
    Spots { low: Place, before: u64 },
}

/// A row of a page: the item's bytes lie in SQLite's memory until the next row.
#[derive(Debug)]
pub(crate) struct PageRow<'a> {
    hash: &'a [u8],
    range: &'a [u8],
    pub(crate) size: u64,
    pub(crate) item: &'a [u8],
}

/// Which rows of a stretch come first, and which columns are read of them: within one hash key, that is known.
const FORWARD: &str = "SELECT range_key, size, item FROM items
    WHERE store_id = ?1 AND hash_key = ?2 AND range_key >= ?3 ORDER BY range_key";
const BACKWARD: &str = "SELECT range_key, size, item FROM items
    WHERE store_id = ?1 AND hash_key = ?2 AND range_key < ?3 ORDER BY range_key DESC";
const SPOTS: &str = "SELECT range_key, size, item, hash_key FROM items
    WHERE store_id = ?1 AND (hash_key, range_key) >= (?2, ?3) ORDER BY hash_key, range_key";

impl Stretch {
    fn statement(&self) -> &'static str {
        match self {
            Self::Range { forward: true, .. } => FORWARD,
            Self::Range { forward: false, .. } => BACKWARD,
            Self::Spots { .. } => SPOTS,
        }
    }
}

impl PageRow<'_> {
    /// Copies the place into one that may have memory already.
    pub(crate) fn copy_place(&self, place: &mut Place) {
        place.assign(self.hash, self.range);
    }

    /// The item's attributes.
    pub(crate) fn attributes(&self) -> Result<Attributes, WireError> {
        Item::from_stored(self.item).attributes()
    }
}

impl Transaction<'_> {
    /// The item at a place.
    pub(crate) fn item(&self, store: i64, place: &Place) -> rusqlite::Result<Option<Stored>> {
        self.reading("SELECT size, item FROM items WHERE store_id = ?1 AND hash_key = ?2 AND range_key = ?3")?
            .query_row(params![store, place.key_hash(), place.range()], |row| {
                let item = Item::from_stored(row.get_ref(1)?.as_blob()?);
                Ok(Stored { size: to_unsigned(row.get(0)?), item })
            })
            .optional()
    }

    /// The size of the item at a place, in bytes.
    pub(crate) fn size(&self, store: i64, place: &Place) -> rusqlite::Result<Option<u64>> {
        self.reading("SELECT size FROM items WHERE store_id = ?1 AND hash_key = ?2 AND range_key = ?3")?
            .query_row(params![store, place.key_hash(), place.range()], |row| Ok(to_unsigned(row.get(0)?)))
            .optional()
    }

    /// Writes an item, in place of any that is there.
    pub(crate) fn write_item(&self, store: i64, place: &Place, stored: &Stored) -> rusqlite::Result<()> {
        // Without other indexes, and with nothing that hangs on a deletion, SQLite writes over a row without looking for
        // it first.
        let size = super::tables::to_signed(stored.size);
        self.writing(
            "INSERT OR REPLACE INTO items (store_id, hash_key, range_key, size, item) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![store, place.key_hash(), place.range(), size, stored.item.as_bytes()])?;
        Ok(())
    }

    /// Deletes the item at a place, if there is one.
    pub(crate) fn delete_item(&self, store: i64, place: &Place) -> rusqlite::Result<()> {
        self.writing("DELETE FROM items WHERE store_id = ?1 AND hash_key = ?2 AND range_key = ?3")?
            .execute(params![store, place.key_hash(), place.range()])?;
        Ok(())
    }

    /// The first items of a stretch, up to `most` of them, with their places.
    pub(crate) fn some(
        &self,
        store: i64,
        stretch: &Stretch,
        most: usize,
    ) -> Result<Vec<(Place, Stored)>, Failure> {
        let mut found = Vec::with_capacity(most);
        self.visit(store, stretch, |row| {
            let mut place = Place::default();
            row.copy_place(&mut place);
            found.push((place, Stored { item: Item::from_stored(row.item), size: row.size }));
            Ok(if found.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    /// Hands the rows of a stretch to `visit`, until it breaks off.
    pub(crate) fn visit(
        &self,
        store: i64,
        stretch: &Stretch,
        mut visit: impl FnMut(PageRow<'_>) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        // SQL finds where a stretch begins; where it ends is seen here.
        let mut statement = self.reading(stretch.statement())?;
        let (hash, range) = match stretch {
            Stretch::Range { hash, low, forward: true, .. } => (hash.as_slice(), low.as_slice()),
            Stretch::Range { hash, high, forward: false, .. } => {
                (hash.as_slice(), high.as_deref().unwrap_or(&BEYOND))
            }
            Stretch::Spots { low, .. } => (low.key_hash(), low.range()),
        };
        let mut rows = statement.query(params![store, hash, range])?;
        while let Some(row) = rows.next()? {
            let row = page_row(row, stretch)?;
            let inside = match stretch {
                Stretch::Range { high, forward: true, .. } => {
                    high.as_deref().is_none_or(|high| row.range < high)
                }
                Stretch::Range { low, forward: false, .. } => row.range >= low.as_slice(),
                Stretch::Spots { before, .. } => read_spot(row.hash) < *before,
            };
            if !inside || visit(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
impl Transaction<'_> {
    /// How SQLite goes about reading a stretch.
    pub(super) fn plan(&self, store: i64, stretch: &Stretch) -> rusqlite::Result<String> {
        let explain = format!("EXPLAIN QUERY PLAN {}", stretch.statement());
        let mut statement = self.connection.prepare(&explain)?;
        let steps = statement.query_map(params![store, [0u8; 1], [0u8; 1]], |row| row.get::<_, String>(3))?;
        Ok(steps.collect::<rusqlite::Result<Vec<_>>>()?.join("; "))
    }
}

fn page_row<'a>(row: &'a Row<'_>, stretch: &'a Stretch) -> Result<PageRow<'a>, Failure> {
    let blob = |index: usize| -> Result<&'a [u8], rusqlite::Error> { Ok(row.get_ref(index)?.as_blob()?) };
    let hash = match stretch {
        Stretch::Range { hash, .. } => hash,
        Stretch::Spots { .. } => blob(3)?,
    };
    Ok(PageRow { hash, range: blob(0)?, size: to_unsigned(row.get(1)?), item: blob(2)? })
}

/// What was stored from an unsigned number.
pub(super) fn to_unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use dynochemy_core::KeyValue;

    use super::super::place::forms;
    use super::*;

    #[test]
    fn nothing_sorts_after_what_stands_beyond_all_range_keys() {
        let largest = forms([&KeyValue::B(vec![0xFF; 2048].into()), &KeyValue::B(vec![0xFF; 1024].into())]);
        assert!(largest.as_slice() < &BEYOND[..]);
    }
}
