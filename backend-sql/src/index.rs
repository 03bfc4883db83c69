//! What a write of an item changes in the indexes of its table.
//!
//! An item is in an index if it has all attributes of the index's key; there it holds what the index projects. A write
//! costs on an index only where that changes: the larger of both, or both where the item moves.
//!
//! See [Global secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html) and
//! [Local secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html).

use dynochemy_core::{
    AttributeType, AttributeValue, Attributes, Item, KeyAttribute, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY,
};

use crate::capacity::{Cost, Units};
use crate::storage::{Index, IndexKind, Place, Stored, Table, Transaction};

/// Why an item cannot be in an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyFault<'a> {
    pub(crate) index: &'a Index,
    pub(crate) attribute: &'a KeyAttribute,
    pub(crate) problem: KeyProblem,
}

/// What is wrong with an attribute of an index's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    /// It is of this type.
    Type(AttributeType),
    Empty,
    /// All hash attributes together are too long.
    LongHash,
    /// All range attributes together are too long.
    LongRange,
}

/// An item, and where it lies in each index of its table.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) attributes: Attributes,
    places: Vec<Option<Place>>,
}

/// What changes in one index.
#[derive(Debug)]
pub(crate) struct Change {
    /// The index's position in the table.
    pub(crate) position: usize,
    store: i64,
    remove: Option<Place>,
    write: Option<(Place, Stored)>,
}

impl Version {
    /// An item that is to be written.
    ///
    /// # Errors
    /// When an attribute cannot be the key that it is of an index.
    pub(crate) fn new<'a>(
        table: &'a Table,
        primary: &Place,
        attributes: Attributes,
    ) -> Result<Self, KeyFault<'a>> {
        let place = |index| place(index, primary, &attributes);
        let places = table.indexes.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { attributes, places })
    }

    /// An item that was written: it may have been before there was an index that it does not fit.
    pub(crate) fn old(table: &Table, primary: &Place, attributes: Attributes) -> Self {
        let place = |index| place(index, primary, &attributes).ok().flatten();
        let places = table.indexes.iter().map(place).collect();
        Self { attributes, places }
    }
}

/// Where an item lies in an index, if it is there.
fn place<'a>(
    index: &'a Index,
    primary: &Place,
    attributes: &Attributes,
) -> Result<Option<Place>, KeyFault<'a>> {
    let mut lacks = false;
    let mut values = |part: &'a [KeyAttribute], most: usize, long: KeyProblem| {
        let mut values = Vec::with_capacity(part.len());
        for attribute in part {
            let fault = |problem| KeyFault { index, attribute, problem };
            let Some(value) = attributes.get(attribute.name.as_ref()) else {
                lacks = true;
                continue;
            };
            if value.kind() != AttributeType::from(attribute.kind) {
                return Err(fault(KeyProblem::Type(value.kind())));
            }
            let Ok(value) = KeyValue::try_from(value.clone()) else { continue };
            if value.size() == 0 {
                return Err(fault(KeyProblem::Empty));
            }
            values.push(value);
            if values.iter().map(KeyValue::size).sum::<usize>() > most {
                return Err(fault(long));
            }
        }
        Ok(values)
    };
    let hash = values(&index.hash, MAX_HASH_KEY, KeyProblem::LongHash)?;
    let range = values(&index.range, MAX_RANGE_KEY, KeyProblem::LongRange)?;
    Ok((!lacks).then(|| Place::in_index(&hash, &range, primary)))
}

/// What changes in the table's indexes where an item follows another one under the same key; what that costs is added.
pub(crate) fn changes(
    table: &Table,
    old: Option<(&Version, &Stored)>,
    new: Option<(&Version, &Stored)>,
    cost: &mut Cost,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (position, index) in table.indexes.iter().enumerate() {
        let place =
            |version: &Option<(&Version, &Stored)>| version.and_then(|(v, _)| v.places[position].clone());
        let held = |version: &Option<(&Version, &Stored)>| {
            version.map_or(0, |(version, stored)| size(index, table, &version.attributes, stored))
        };
        let entry = |place: Place| {
            let (version, stored) = new?;
            Some((place, project(index, table, &version.attributes, stored)))
        };
        let (remove, write) = match (place(&old), place(&new)) {
            (None, None) => continue,
            (None, Some(to)) => {
                cost.add_index(position, Units::write(held(&new)));
                (None, entry(to))
            }
            (Some(from), None) => {
                cost.add_index(position, Units::write(held(&old)));
                (Some(from), None)
            }
            (Some(from), Some(to)) if from == to => {
                if same(index, table, old, new) {
                    continue;
                }
                cost.add_index(position, Units::write(held(&old).max(held(&new))));
                (None, entry(to))
            }
            (Some(from), Some(to)) => {
                cost.add_index(position, Units::write(held(&old)) + Units::write(held(&new)));
                (Some(from), entry(to))
            }
        };
        changes.push(Change { position, store: index.id, remove, write });
    }
    changes
}

/// By how many bytes the item collection grows where an item follows another one under the same key: in the table, and
/// in its local indexes.
pub(crate) fn growth(
    table: &Table,
    old: Option<(&Version, &Stored)>,
    new: Option<(&Version, &Stored)>,
) -> i64 {
    let bytes = |item: Option<(&Version, &Stored)>| {
        let Some((version, stored)) = item else { return 0 };
        let local = |(index, place): (&Index, &Option<Place>)| match place {
            Some(_) if index.kind == IndexKind::Local => size(index, table, &version.attributes, stored),
            _ => 0,
        };
        stored.size + table.indexes.iter().zip(&version.places).map(local).sum::<u64>()
    };
    bytes(new) as i64 - bytes(old) as i64
}

impl Change {
    /// The index's hash key under which the item is now, or was if it is there no more.
    pub(crate) fn key_hash(&self) -> &[u8] {
        let now = self.write.as_ref().map(|(place, _)| place);
        now.or(self.remove.as_ref()).map_or(&[], Place::key_hash)
    }

    pub(crate) fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        if let Some(place) = &self.remove {
            transaction.delete_item(self.store, place)?;
        }
        if let Some((place, stored)) = &self.write {
            transaction.write_item(self.store, place, stored)?;
        }
        Ok(())
    }
}

/// Enters an item of the table into a new index, if it belongs there.
pub(crate) fn enter(
    transaction: &Transaction<'_>,
    table: &Table,
    index: &Index,
    primary: &Place,
    stored: &Stored,
) -> Result<(), crate::failure::Failure> {
    let attributes = stored.item.attributes()?;
    if let Ok(Some(place)) = place(index, primary, &attributes) {
        transaction.write_item(index.id, &place, &project(index, table, &attributes, stored))?;
    }
    Ok(())
}

fn held<'a>(
    index: &'a Index,
    table: &'a Table,
    attributes: &'a Attributes,
) -> impl Iterator<Item = (&'a String, &'a AttributeValue)> {
    attributes.iter().filter(|(name, _)| index.holds(&table.keys, name))
}

/// The bytes that an index holds of an item.
fn size(index: &Index, table: &Table, attributes: &Attributes, stored: &Stored) -> u64 {
    if index.holds_all() {
        return stored.size;
    }
    held(index, table, attributes).map(|(name, value)| (name.len() + value.size()) as u64).sum()
}

/// What an index holds of an item.
fn project(index: &Index, table: &Table, attributes: &Attributes, stored: &Stored) -> Stored {
    if index.holds_all() {
        return stored.clone();
    }
    let kept = held(index, table, attributes).map(|(name, value)| (name.clone(), value.clone()));
    Stored { item: Item::from_attributes(&kept.collect()), size: size(index, table, attributes, stored) }
}

fn same(
    index: &Index,
    table: &Table,
    old: Option<(&Version, &Stored)>,
    new: Option<(&Version, &Stored)>,
) -> bool {
    match (old, new) {
        (Some((old, _)), Some((new, _))) => {
            held(index, table, &old.attributes).eq(held(index, table, &new.attributes))
        }
        _ => false,
    }
}
