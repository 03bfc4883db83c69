//! Items by their keys.

use std::ops::ControlFlow;

use dynochemy_core::{Attributes, Item, ItemsBuilder, Key, KeyShape, KeyValue, WireError};
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Table, Transaction};
use crate::failure::{Failure, internal};

/// The bytes in front of a hash key's ordered form.
const SPOT: usize = 4;
/// Sorts after every range key: a range key of 1,024 bytes `FF` is followed by `00`.
const BEYOND: [u8; 1025] = [0xFF; 1025];

/// Where an item lies in its table.
///
/// In front of the hash key's ordered form stand four bytes of its hash. So a scan's order is as arbitrary as the
/// service's, and a segment of it is one stretch of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    hash: Vec<u8>,
    range: Vec<u8>,
}

/// An item as it lies in its table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) item: Item,
    /// In bytes, as DynamoDB counts them.
    pub(crate) size: u64,
}

/// A part of a table, read from one end.
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

impl Place {
    /// The place of a key that fits its table.
    pub(crate) fn of(key: &Key) -> Self {
        let mut range = Vec::new();
        if let Some((_, value)) = &key.range {
            value.write_ordered(&mut range);
        }
        Self { hash: Self::hash_of(&key.hash.1), range }
    }

    /// The first place of a spot.
    pub(crate) fn at_spot(spot: u32) -> Self {
        Self { hash: spot.to_be_bytes().to_vec(), range: Vec::new() }
    }

    /// The first place after this one: no key's form begins with another one's.
    pub(crate) fn next(mut self) -> Self {
        self.range.push(0);
        self
    }

    /// The hash key's part of a place.
    pub(crate) fn hash_of(value: &KeyValue) -> Vec<u8> {
        let mut out = vec![0; SPOT];
        value.write_ordered(&mut out);
        let spot = spot_of(&out[SPOT..]);
        out[..SPOT].copy_from_slice(&spot.to_be_bytes());
        out
    }

    /// The hash key's part of this place.
    pub(crate) fn key_hash(&self) -> &[u8] {
        &self.hash
    }

    /// The range key's part of this place.
    pub(crate) fn range(&self) -> &[u8] {
        &self.range
    }

    /// The spot, of 2^32.
    pub(crate) fn spot(&self) -> u64 {
        read_spot(&self.hash)
    }

    /// The key that lies here.
    pub(crate) fn key(&self, shape: &KeyShape) -> Result<Key, Failure> {
        let read = || {
            let (hash, _) = KeyValue::read_ordered(shape.hash.kind, self.hash.get(SPOT..)?)?;
            let range = match &shape.range {
                None => None,
                Some(attribute) => {
                    let (value, _) = KeyValue::read_ordered(attribute.kind, &self.range)?;
                    Some((attribute.name.clone(), value))
                }
            };
            Some(Key { hash: (shape.hash.name.clone(), hash), range })
        };
        read().ok_or_else(|| internal("a key in the database cannot be read").into())
    }
}

impl PageRow<'_> {
    /// Copies the place into one that may have memory already.
    pub(crate) fn copy_place(&self, place: &mut Place) {
        place.hash.clear();
        place.hash.extend_from_slice(self.hash);
        place.range.clear();
        place.range.extend_from_slice(self.range);
    }

    /// The item's attributes.
    pub(crate) fn attributes(&self) -> Result<Attributes, WireError> {
        trusted(self.item).attributes()
    }
}

/// Files depend on it: FNV-1a, and then mixed so that the upper bits depend on all of them.
fn spot_of(bytes: &[u8]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> 32) as u32
}

fn read_spot(hash: &[u8]) -> u64 {
    hash.iter().take(SPOT).fold(0, |spot, byte| spot << 8 | u64::from(*byte))
}

impl Transaction<'_> {
    /// The item at a place.
    pub(crate) fn item(&self, table: &Table, place: &Place) -> rusqlite::Result<Option<Stored>> {
        self.connection
            .prepare_cached(
                "SELECT size, item FROM items WHERE table_id = ?1 AND hash_key = ?2 AND range_key = ?3",
            )?
            .query_row(params![table.id, place.hash, place.range], |row| {
                Ok(Stored { size: to_unsigned(row.get(0)?), item: trusted(row.get_ref(1)?.as_blob()?) })
            })
            .optional()
    }

    /// Writes an item, in place of any that is there.
    pub(crate) fn write_item(&self, table: &Table, place: &Place, stored: &Stored) -> rusqlite::Result<()> {
        let size = super::tables::to_signed(stored.size);
        self.connection
            .prepare_cached(
                "INSERT INTO items (table_id, hash_key, range_key, size, item) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET size = excluded.size, item = excluded.item",
            )?
            .execute(params![table.id, place.hash, place.range, size, stored.item.as_bytes()])?;
        Ok(())
    }

    /// Deletes the item at a place, if there is one.
    pub(crate) fn delete_item(&self, table: &Table, place: &Place) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM items WHERE table_id = ?1 AND hash_key = ?2 AND range_key = ?3")?
            .execute(params![table.id, place.hash, place.range])?;
        Ok(())
    }

    /// Hands the rows of a stretch to `visit`, until it breaks off.
    pub(crate) fn visit(
        &self,
        table: &Table,
        stretch: &Stretch,
        mut visit: impl FnMut(PageRow<'_>) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        // SQL finds where a stretch begins; where it ends is seen here.
        let mut statement = self.connection.prepare_cached(match stretch {
            Stretch::Range { forward: true, .. } => {
                "SELECT hash_key, range_key, size, item FROM items
                 WHERE table_id = ?1 AND hash_key = ?2 AND range_key >= ?3 ORDER BY range_key"
            }
            Stretch::Range { forward: false, .. } => {
                "SELECT hash_key, range_key, size, item FROM items
                 WHERE table_id = ?1 AND hash_key = ?2 AND range_key < ?3 ORDER BY range_key DESC"
            }
            Stretch::Spots { .. } => {
                "SELECT hash_key, range_key, size, item FROM items
                 WHERE table_id = ?1 AND (hash_key, range_key) >= (?2, ?3) ORDER BY hash_key, range_key"
            }
        })?;
        let (hash, range) = match stretch {
            Stretch::Range { hash, low, forward: true, .. } => (hash.as_slice(), low.as_slice()),
            Stretch::Range { hash, high, forward: false, .. } => {
                (hash.as_slice(), high.as_deref().unwrap_or(&BEYOND))
            }
            Stretch::Spots { low, .. } => (low.hash.as_slice(), low.range.as_slice()),
        };
        let mut rows = statement.query(params![table.id, hash, range])?;
        while let Some(row) = rows.next()? {
            let row = page_row(row)?;
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

fn page_row<'a>(row: &'a Row<'_>) -> Result<PageRow<'a>, Failure> {
    let blob = |index: usize| -> Result<&'a [u8], rusqlite::Error> { Ok(row.get_ref(index)?.as_blob()?) };
    Ok(PageRow { hash: blob(0)?, range: blob(1)?, size: to_unsigned(row.get(2)?), item: blob(3)? })
}

/// An item that was checked before it was stored.
fn trusted(text: &[u8]) -> Item {
    let mut builder = ItemsBuilder::new();
    builder.push(text);
    builder.finish().at(0).expect("one item was pushed")
}

/// What was stored from an unsigned number.
pub(super) fn to_unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(key: &str) -> u64 {
        read_spot(&Place::hash_of(&KeyValue::S(key.to_owned())))
    }

    #[test]
    fn spots_never_change_since_files_depend_on_them() {
        assert_eq!([spot("a"), spot("b"), spot("user 123")], [4_002_540_800, 4_037_248_598, 261_192_636]);
    }

    #[test]
    fn similar_keys_are_spread_evenly() {
        let mut shares = [0u32; 16];
        for number in 0..16_000 {
            shares[(spot(&format!("user-{number:08}")) >> 28) as usize] += 1;
        }
        assert!(shares.iter().all(|share| (800..1200).contains(share)), "{shares:?}");
    }

    #[test]
    fn nothing_sorts_after_what_stands_beyond_all_range_keys() {
        let mut largest = Vec::new();
        KeyValue::B(vec![0xFF; 1024].into()).write_ordered(&mut largest);
        assert!(largest.as_slice() < &BEYOND[..]);
    }
}
