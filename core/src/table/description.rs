//! What the library knows of a table, and the tables of one plan.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::{KeyAttribute, KeyShape};

/// What the library knows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Description {
    /// The table's name in the program; a `Db` may map it to another one for its environment.
    pub name: Cow<'static, str>,
    /// Whether that is the name in the service already, which no `Db` maps.
    #[serde(default)]
    pub as_in_service: bool,
    /// The key attributes.
    pub keys: KeyShape,
    /// The secondary indexes.
    #[serde(default)]
    pub indexes: Cow<'static, [IndexDescription]>,
    /// The attribute that holds the time after which the service deletes an item.
    #[serde(default)]
    pub time_to_live: Option<Cow<'static, str>>,
    /// Provisioned read capacity in units a second; a table without capacities is billed on demand.
    pub read_capacity: Option<u64>,
    /// Provisioned write capacity in units a second.
    pub write_capacity: Option<u64>,
    /// The [`View::ID`](crate::View::ID)s of the views that are calculated from this table. A `Db` that does not know
    /// them all refuses to be built.
    pub views: Cow<'static, [Cow<'static, str>]>,
}

impl Description {
    /// A table with these keys, without indexes, billed on demand.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, keys: KeyShape) -> Self {
        Self {
            name: name.into(),
            as_in_service: false,
            keys,
            indexes: Cow::Borrowed(&[]),
            time_to_live: None,
            read_capacity: None,
            write_capacity: None,
            views: Cow::Borrowed(&[]),
        }
    }

    /// The index of that name.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<&IndexDescription> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// The key attributes of the table and of one of its indexes, by which pages of that index end; an attribute of both
    /// comes twice.
    pub(crate) fn page_key<'a>(
        &'a self,
        index: Option<&'a IndexDescription>,
    ) -> impl Iterator<Item = &'a KeyAttribute> + Clone {
        self.keys.attributes().chain(index.into_iter().flat_map(IndexDescription::key))
    }
}

impl IndexDescription {
    /// The attributes of its key.
    pub fn key(&self) -> impl Iterator<Item = &KeyAttribute> + Clone {
        self.hash.iter().chain(&*self.range)
    }
}

/// What the library knows of a secondary index.
///
/// See [Secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IndexDescription {
    /// The index's name.
    pub name: Cow<'static, str>,
    /// Whether it is global or local.
    pub kind: IndexKind,
    /// The hash key's attributes: the table's own in a local index, one to four in a global one.
    pub hash: Cow<'static, [KeyAttribute]>,
    /// The range key's attributes, in order: up to four in a global index.
    pub range: Cow<'static, [KeyAttribute]>,
    /// Which attributes the index holds.
    pub projection: IndexProjection,
    /// Provisioned read capacity in units a second, of a global index of a provisioned table.
    pub read_capacity: Option<u64>,
    /// Provisioned write capacity in units a second.
    pub write_capacity: Option<u64>,
}

/// Whether an index has a hash key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IndexKind {
    /// Any attributes are its keys; it is brought up to date a moment after the table.
    Global,
    /// It has the table's hash key and another range key; it can be read consistently.
    Local,
}

/// Which attributes an index holds beside its own and the table's keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IndexProjection {
    /// All.
    All,
    /// No others.
    KeysOnly,
    /// These.
    Include(Cow<'static, [Cow<'static, str>]>),
}

/// A table's description, wherever it is kept: in the program, or made when it runs.
#[derive(Clone, Debug)]
pub enum TableRef {
    /// Of a type.
    Static(&'static Description),
    /// Made at run time.
    Shared(Arc<Description>),
}

impl TableRef {
    /// Adds the indexes and views that another type declares of the same table.
    fn take_in(&mut self, other: &Description) {
        let new_indexes = || other.indexes.iter().filter(|index| self.index(&index.name).is_none());
        let new_views = || other.views.iter().filter(|view| !self.views.contains(view));
        if std::ptr::eq::<Description>(&**self, other)
            || (new_indexes().next().is_none() && new_views().next().is_none())
        {
            return;
        }
        let mut joined = (**self).clone();
        joined.indexes.to_mut().extend(new_indexes().cloned());
        joined.views.to_mut().extend(new_views().cloned());
        *self = Self::Shared(Arc::new(joined));
    }
}

impl Deref for TableRef {
    type Target = Description;

    fn deref(&self) -> &Description {
        match self {
            Self::Static(description) => description,
            Self::Shared(description) => description,
        }
    }
}

impl PartialEq for TableRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq::<Description>(&**self, &**other) || **self == **other
    }
}

impl Eq for TableRef {}

impl Serialize for TableRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TableRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Description::deserialize(deserializer).map(|description| Self::Shared(Arc::new(description)))
    }
}

/// The tables of one plan, which its tasks name by number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables(Vec<TableRef>);

/// A table's number within one plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableId(u32);

impl TableId {
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

impl Tables {
    /// The number of this table, which is added where it is new.
    pub fn intern(&mut self, description: TableRef) -> TableId {
        let known = self.0.iter().position(|table| {
            // Two types of one table may differ in what they declare of it.
            std::ptr::eq::<Description>(&**table, &*description)
                || (table.name == description.name && table.keys == description.keys)
        });
        let index = match known {
            Some(known) => {
                self.0[known].take_in(&description);
                known
            }
            None => {
                self.0.push(description);
                self.0.len() - 1
            }
        };
        TableId(u32::try_from(index).expect("a plan has few tables"))
    }

    /// The table of this number.
    pub(crate) fn at(&self, table: TableId) -> &Description {
        &self.0[table.0 as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Description> {
        self.0.iter().map(|table| &**table)
    }

    /// The number of the table with this name in the program.
    pub(crate) fn named(&self, name: &str) -> Option<TableId> {
        let index = self.0.iter().position(|table| table.name == name)?;
        u32::try_from(index).ok().map(TableId)
    }

    /// Whether a plan that was read from outside names only tables that it holds.
    pub(crate) fn holds(&self, table: TableId) -> bool {
        (table.0 as usize) < self.0.len()
    }
}
