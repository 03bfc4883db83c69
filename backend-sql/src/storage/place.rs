//! Where an item lies: its key in a binary form whose byte order is DynamoDB's order of keys.
//!
//! In front of the hash key's ordered form stand four bytes of its hash. So a scan's order is as arbitrary as the
//! service's, and a segment of it is one stretch of the table.
//!
//! In an index, the values of all its hash attributes are joined, and so are those of its range attributes; behind them
//! stands the key that the item has in its table, so that items whose index keys are equal lie in the order of that.

use dynochemy_core::{Item, Key, KeyAttribute, KeyShape, KeyValue};

use super::definition::Source;
use crate::failure::{Failure, internal};

/// The bytes in front of a hash key's ordered form.
const SPOT: usize = 4;

/// Where an item lies in its table or index.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The hash key's part, and behind it the range key's. No key's form begins with another one's, so that places sort as
    /// their bytes do.
    bytes: Vec<u8>,
    range_at: usize,
}

impl Place {
    /// The place of a key that fits its table.
    pub(crate) fn of(key: &Key) -> Self {
        Self::at(&key.hash.1, key.range.as_ref().map(|(_, value)| value))
    }

    /// The place in a table of the item that has these keys.
    pub(crate) fn at(hash: &KeyValue, range: Option<&KeyValue>) -> Self {
        let mut place = Self::begin([hash]);
        if let Some(value) = range {
            value.write_ordered(&mut place.bytes);
        }
        place
    }

    /// The place in an index, where it has these keys, of the item that lies at `primary` in the table.
    pub(crate) fn in_index<'v>(
        hash: impl IntoIterator<Item = &'v KeyValue>,
        range: impl IntoIterator<Item = &'v KeyValue>,
        primary: &Self,
    ) -> Self {
        let mut place = Self::begin(hash);
        for value in range {
            value.write_ordered(&mut place.bytes);
        }
        place.bytes.extend_from_slice(&primary.bytes[SPOT..]);
        place
    }

    /// A place without a range key, as yet.
    fn begin<'v>(hash: impl IntoIterator<Item = &'v KeyValue>) -> Self {
        let bytes = Self::hash_of(hash);
        Self { range_at: bytes.len(), bytes }
    }

    /// The place of these parts, in memory that may be there already.
    pub(super) fn assign(&mut self, hash: &[u8], range: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(hash);
        self.bytes.extend_from_slice(range);
        self.range_at = hash.len();
    }

    /// The first place of a spot.
    pub(crate) fn at_spot(spot: u32) -> Self {
        Self { bytes: spot.to_be_bytes().to_vec(), range_at: SPOT }
    }

    /// The first place after this one: no key's form begins with another one's.
    pub(crate) fn next(mut self) -> Self {
        self.bytes.push(0);
        self
    }

    /// The hash key's part of a place.
    pub(crate) fn hash_of<'v>(values: impl IntoIterator<Item = &'v KeyValue>) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&[0; SPOT]);
        for value in values {
            value.write_ordered(&mut out);
        }
        let spot = spot_of(&out[SPOT..]);
        out[..SPOT].copy_from_slice(&spot.to_be_bytes());
        out
    }

    /// The hash key's part of this place.
    pub(crate) fn key_hash(&self) -> &[u8] {
        &self.bytes[..self.range_at]
    }

    /// The range key's part of this place.
    pub(crate) fn range(&self) -> &[u8] {
        &self.bytes[self.range_at..]
    }

    /// The spot, of 2^32.
    pub(crate) fn spot(&self) -> u64 {
        read_spot(&self.bytes)
    }

    /// The place in the table of the item that lies here in an index.
    pub(crate) fn primary(&self, source: &Source<'_>) -> Result<Self, Failure> {
        let read = || {
            let mut rest = self.range();
            for attribute in source.range() {
                (_, rest) = KeyValue::read_ordered(attribute.kind, rest)?;
            }
            let (hash, range) = KeyValue::read_ordered(source.table.keys.hash.kind, rest)?;
            let mut place = Self::begin([&hash]);
            place.bytes.extend_from_slice(range);
            Some(place)
        };
        read().ok_or_else(unreadable)
    }

    /// The hash key that lies here in a table, as an item of one attribute.
    pub(crate) fn hash_item(&self, keys: &KeyShape) -> Result<Item, Failure> {
        let hash_only = KeyShape { hash: keys.hash.clone(), range: None };
        let read = || Some(read_key(&hash_only, self.key_hash().get(SPOT..)?, &[])?.to_item());
        read().ok_or_else(unreadable)
    }

    /// The key by which a page that ended here is continued: that of the table, and that of the index.
    pub(crate) fn start_key(&self, source: &Source<'_>) -> Result<Item, Failure> {
        let read = || {
            let mut hash = self.key_hash().get(SPOT..)?;
            let mut range = self.range();
            if source.index.is_none() {
                return Some(read_key(&source.table.keys, hash, range)?.to_item());
            }
            let mut attributes = values(source.hash(), &mut hash)?;
            attributes.extend(values(source.range(), &mut range)?);
            let KeyShape { hash: table_hash, range: table_range } = &source.table.keys;
            attributes.extend(values(std::slice::from_ref(table_hash), &mut range)?);
            attributes.extend(values(table_range.as_slice(), &mut range)?);
            let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
            Some(Item::from_attributes(&attributes.collect()))
        };
        read().ok_or_else(unreadable)
    }
}

/// The ordered forms of values, one behind the other.
pub(crate) fn forms<'v>(values: impl IntoIterator<Item = &'v KeyValue>) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        value.write_ordered(&mut out);
    }
    out
}

fn read_key(shape: &KeyShape, hash: &[u8], range: &[u8]) -> Option<Key> {
    let (hash, _) = KeyValue::read_ordered(shape.hash.kind, hash)?;
    let range = match &shape.range {
        None => None,
        Some(attribute) => {
            let (value, _) = KeyValue::read_ordered(attribute.kind, range)?;
            Some((attribute.name.clone(), value))
        }
    };
    Some(Key { hash: (shape.hash.name.clone(), hash), range })
}

fn values<'a>(attributes: &'a [KeyAttribute], forms: &mut &[u8]) -> Option<Vec<(&'a str, KeyValue)>> {
    let read = |attribute: &'a KeyAttribute| {
        let (value, rest) = KeyValue::read_ordered(attribute.kind, forms)?;
        *forms = rest;
        Some((attribute.name.as_ref(), value))
    };
    attributes.iter().map(read).collect()
}

fn unreadable() -> Failure {
    internal("a key in the database cannot be read").into()
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

pub(super) fn read_spot(hash: &[u8]) -> u64 {
    hash.iter().take(SPOT).fold(0, |spot, byte| spot << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(key: &str) -> u64 {
        read_spot(&Place::hash_of([&KeyValue::S(key.to_owned())]))
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
}
