//! Tables as types.
//!
//! A [`Table`] is a struct whose values are the table's items; `#[derive(Table)]` implements it. Its operations are
//! methods here ([`Table::get`], [`Table::put`], ...), and its key type decides what they take: a table with a range
//! key takes `(hash, range)`, one without takes the hash key alone, and anything else does not compile.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::{Key, KeyShape, KeyValue, ScalarType};
use crate::number::Number;
use crate::operation::{CreateTable, Delete, DeleteTable, DescribeTable, Get, Put, Query, Scan, Update};
use crate::wire::{self, WireError};

/// What the library knows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Description {
    /// The table's name in the program; a `Db` may map it to another one for its environment.
    pub name: Cow<'static, str>,
    /// The key attributes.
    pub keys: KeyShape,
    /// Provisioned read capacity in units a second; a table without capacities is billed on demand.
    pub read_capacity: Option<u64>,
    /// Provisioned write capacity in units a second.
    pub write_capacity: Option<u64>,
    /// The [`View::ID`](crate::View::ID)s of the views that are calculated from this table. A `Db` that does not know
    /// them all refuses to be built.
    pub views: Cow<'static, [Cow<'static, str>]>,
}

/// A struct whose values are a table's items.
///
/// ```
/// use dynochemy_core::{self as dynochemy, Table};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "visits")]
/// struct Visit {
///     #[table(hash_key)]
///     user: String,
///     #[table(range_key)]
///     time: u64,
///     seen: u64,
/// }
///
/// let count_up = Visit::update(("123", 5)).add(Visit::SEEN, 1);
/// ```
///
/// A key that does not fit the table's does not compile:
///
/// ```compile_fail
/// # use dynochemy_core::Table;
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
/// let missing_range_key = Visit::get("123");
/// ```
pub trait Table: Sized + Send + 'static {
    /// The types of the key attributes: [`HashOnly`] or [`HashRange`].
    type Keys: KeySchema;

    /// The table's name, keys and capacities.
    const DESCRIPTION: &'static Description;

    /// Reads one item by its key.
    fn get<Q>(key: Q) -> Get<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Get::new(Self::Keys::encode(&Self::DESCRIPTION.keys, &key))
    }

    /// Writes this item, replacing any item with the same key.
    fn put(&self) -> Put<Self>
    where
        Self: Serialize,
    {
        Put::new(wire::encode(self))
    }

    /// Deletes one item by its key; deleting what does not exist is fine.
    fn delete<Q>(key: Q) -> Delete<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Delete::new(Self::Keys::encode(&Self::DESCRIPTION.keys, &key))
    }

    /// Changes attributes of one item, which is created where it does not exist.
    fn update<Q>(key: Q) -> Update<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Update::new(Self::Keys::encode(&Self::DESCRIPTION.keys, &key))
    }

    /// Reads the items of one hash key, in the order of their range keys.
    fn query<Q>(hash: Q) -> Query<Self>
    where
        Q: KeyForm<<Self::Keys as KeySchema>::Hash>,
    {
        Query::new(hash.key_value())
    }

    /// Reads every item of the table, in no particular order.
    fn scan() -> Scan<Self> {
        Scan::new()
    }

    /// Creates the table and waits until it can be used.
    fn create() -> CreateTable<Self> {
        CreateTable::new()
    }

    /// Asks the service for the table's state.
    fn describe() -> DescribeTable<Self> {
        DescribeTable::new()
    }

    /// Deletes the table with all its items and waits until it is gone.
    fn delete_table() -> DeleteTable<Self> {
        DeleteTable::new()
    }
}

/// A Rust type that can be a key attribute: strings and integers, [`Number`], and your own types that serialise as one
/// of them:
///
/// ```
/// use dynochemy_core::{KeyAttributeType, ScalarType, Table};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct UserId(String);
///
/// impl KeyAttributeType for UserId {
///     const KIND: ScalarType = ScalarType::S;
/// }
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "users")]
/// struct User {
///     #[table(hash_key)]
///     id: UserId,
/// }
///
/// let find = User::get(UserId("123".to_owned()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key attribute",
    note = "keys are strings, integers or `Number`; for a type of your own that serialises as one of them, implement \
            `KeyAttributeType`"
)]
pub trait KeyAttributeType: Serialize {
    /// The attribute's type in DynamoDB.
    const KIND: ScalarType;
}

macro_rules! key_attribute_types {
    ($($kind:ident: $($type:ty),*;)*) => {$($(
        impl KeyAttributeType for $type {
            const KIND: ScalarType = ScalarType::$kind;
        }
    )*)*};
}
key_attribute_types! {
    S: String, Box<str>, char, Cow<'static, str>;
    N: Number, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize;
}

/// A value that can stand for a key attribute of type `K`: `K` itself, a reference to it, or a borrowed form.
///
/// It follows from [`KeyAttributeType`] for your own types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for a key attribute of type `{K}`",
    note = "a table with a range key takes `(hash, range)`, one without takes the hash key alone"
)]
pub trait KeyForm<K: ?Sized> {
    /// The value as it stands in a key.
    ///
    /// # Errors
    /// When the value serialises as something that no key can be.
    fn key_value(&self) -> Result<KeyValue, WireError>;
}

impl<K: KeyAttributeType> KeyForm<K> for K {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        encode_key_value(self)
    }
}

impl<K: KeyAttributeType> KeyForm<K> for &K {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        encode_key_value(self)
    }
}

impl KeyForm<String> for &str {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        Ok(KeyValue::S((*self).to_owned()))
    }
}

impl KeyForm<String> for Cow<'_, str> {
    fn key_value(&self) -> Result<KeyValue, WireError> {
        Ok(KeyValue::S(self.clone().into_owned()))
    }
}

fn encode_key_value<T: Serialize>(value: &T) -> Result<KeyValue, WireError> {
    match wire::encode_value(value)? {
        Some(value) => KeyValue::try_from(value),
        None => Err(WireError::new("a key must not be `None`")),
    }
}

/// The types of a table's key attributes.
pub trait KeySchema {
    /// The hash key's type.
    type Hash;
}

/// The keys of a table with a range key.
#[diagnostic::on_unimplemented(
    message = "this table has no range key",
    label = "needs a table with a range key"
)]
pub trait RangeSchema: KeySchema {
    /// The range key's type.
    type Range;
}

/// A table whose items are named by a hash key alone.
pub struct HashOnly<H>(std::marker::PhantomData<fn() -> H>);

/// A table whose items are named by a hash key and a range key.
pub struct HashRange<H, R>(std::marker::PhantomData<fn() -> (H, R)>);

impl<H> fmt::Debug for HashOnly<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashOnly")
    }
}

impl<H, R> fmt::Debug for HashRange<H, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashRange")
    }
}

impl<H> KeySchema for HashOnly<H> {
    type Hash = H;
}

impl<H, R> KeySchema for HashRange<H, R> {
    type Hash = H;
}

impl<H, R> RangeSchema for HashRange<H, R> {
    type Range = R;
}

/// Key schemas that take a `Q` for a key.
#[diagnostic::on_unimplemented(
    message = "`{Q}` is not a key of this table",
    note = "a table with a range key takes `(hash, range)`, one without takes the hash key alone"
)]
pub trait AcceptsKey<Q>: KeySchema {
    /// The key that `key` stands for.
    ///
    /// # Errors
    /// When a part is empty, too long, or serialises as something that no key can be.
    fn encode(shape: &KeyShape, key: &Q) -> Result<Key, WireError>;
}

impl<H, Q: KeyForm<H>> AcceptsKey<Q> for HashOnly<H> {
    fn encode(shape: &KeyShape, key: &Q) -> Result<Key, WireError> {
        shape.key(key.key_value()?, None)
    }
}

impl<H, R, Q: KeyForm<H>, P: KeyForm<R>> AcceptsKey<(Q, P)> for HashRange<H, R> {
    fn encode(shape: &KeyShape, (hash, range): &(Q, P)) -> Result<Key, WireError> {
        shape.key(hash.key_value()?, Some(range.key_value()?))
    }
}

/// The tables of one plan, which its tasks name by number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables(Vec<Cow<'static, Description>>);

/// A table's number within one plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableId(u32);

impl Tables {
    /// The number of this table, which is added where it is new.
    pub fn intern(&mut self, description: Cow<'static, Description>) -> TableId {
        let known = self.0.iter().position(|table| match (table, &description) {
            (Cow::Borrowed(a), Cow::Borrowed(b)) if std::ptr::eq(*a, *b) => true,
            // Two types of one table may differ in what they declare of it.
            (a, b) => a.name == b.name && a.keys == b.keys,
        });
        let index = known.unwrap_or_else(|| {
            self.0.push(description);
            self.0.len() - 1
        });
        TableId(u32::try_from(index).expect("a plan has few tables"))
    }

    /// The table of this number.
    #[must_use]
    pub fn at(&self, table: TableId) -> &Description {
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
