//! Tables as types.
//!
//! A [`Table`] is a struct whose values are the table's items; `#[derive(Table)]` implements it. Its operations are
//! methods here ([`Table::get`], [`Table::put`], ...), and its key type decides what they take: a table with a range
//! key takes `(hash, range)`, one without takes the hash key alone, and anything else does not compile.
//!
//! Tables that a program learns of when it runs are [`UntypedTable`]s.

mod definition;
#[doc(hidden)]
pub mod derived;
mod description;
mod entity;
mod entries;
mod index;
mod key_schema;
mod learned;
mod template;
mod untyped;

use serde::Serialize;

use crate::key::Key;
use crate::operation::{
    Check, CreateTable, Delete, DeleteTable, DescribeTable, DescribeTimeToLive, EnsureTable, Exists, Get,
    ListTags, Put, Query, Scan, TagTable, UntagTable, Update, UpdateTable, UpdateTimeToLive, WaitUntilActive,
    WaitUntilGone,
};
use crate::path::Predicate;
use crate::wire::WireError;

pub use definition::{Aspect, Difference, TableDefinition};
pub(crate) use definition::{global_index, index_attributes, indexes_of_entity};
pub use description::{Description, IndexDescription, IndexKind, IndexProjection, TableId, TableRef, Tables};
pub(crate) use entity::Draft;
pub use entity::{Entity, KeyTemplate, Stamp, VersionType};
pub(crate) use entries::Measured;
pub use index::Index;
pub use key_schema::{
    AcceptsHash, AcceptsKey, Composite, HashOnly, HashRange, IndexAttribute, KeyAttributeType, KeyForm,
    KeySchema, KeyValues, Keys, NextRange, Untyped, UntypedKeys,
};
pub use template::{Template, TemplatePart};
pub use untyped::UntypedTable;

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
    /// The types that make up a key: [`HashOnly`], [`HashRange`], or [`Composite`] where keys are made from templates.
    type Keys: KeySchema;

    /// The table's name, keys, indexes and capacities.
    const DESCRIPTION: &'static Description;

    /// What the library adds to the items of this type: keys made from templates, versions, times.
    const ENTITY: &'static Entity = &Entity::PLAIN;

    /// The key that names one item.
    ///
    /// # Errors
    /// When a part is empty, too long, or serialises as something that no key can be.
    fn key<Q>(key: Q) -> Result<Key, WireError>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Self::Keys::encode(&Keys { shape: &Self::DESCRIPTION.keys, templates: Self::ENTITY.templates }, &key)
    }

    /// Reads one item by its key.
    fn get<Q>(key: Q) -> Get<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Get::new(TableRef::Static(Self::DESCRIPTION), Self::key(key))
    }

    /// Tells whether there is an item with this key.
    fn exists<Q>(key: Q) -> Exists<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Exists::new(TableRef::Static(Self::DESCRIPTION), Self::key(key))
    }

    /// Writes this item, replacing any item with the same key.
    ///
    /// An item with a version (`#[table(version)]`) is written only where the table holds the version that this item
    /// has, and gets the next one; see [`Put::return_new`] for how to go on with it.
    fn put(&self) -> Put<Self>
    where
        Self: Serialize,
    {
        Put::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY, Self::ENTITY.encode(self))
    }

    /// Deletes one item by its key; deleting what does not exist is fine.
    fn delete<Q>(key: Q) -> Delete<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Delete::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY, Self::key(key))
    }

    /// Deletes this item; one with a version only where the table still holds that version.
    fn delete_this(&self) -> Delete<Self>
    where
        Self: Serialize,
    {
        let table = TableRef::Static(Self::DESCRIPTION);
        Delete::of_item(table, Self::ENTITY, Self::ENTITY.identify(self, &Self::DESCRIPTION.keys))
    }

    /// Changes attributes of one item, which is created where it does not exist (unless [`Update::if_exists`] is
    /// called).
    fn update<Q>(key: Q) -> Update<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Update::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY, Self::key(key))
    }

    /// Changes attributes of this item in the table; of one with a version only where the table still holds that
    /// version.
    fn update_this(&self) -> Update<Self>
    where
        Self: Serialize,
    {
        let table = TableRef::Static(Self::DESCRIPTION);
        Update::of_item(table, Self::ENTITY, Self::ENTITY.identify(self, &Self::DESCRIPTION.keys))
    }

    /// Checks that a condition holds of one item, without writing it; most useful in a
    /// [`TransactWrite`](crate::operation::TransactWrite).
    fn check<Q>(key: Q, condition: Predicate<Self>) -> Check<Self>
    where
        Self::Keys: AcceptsKey<Q>,
    {
        Check::new(TableRef::Static(Self::DESCRIPTION), Self::key(key), condition)
    }

    /// Reads the items of one hash key, in the order of their range keys.
    fn query<Q>(hash: Q) -> Query<Self, <Self::Keys as KeySchema>::Ranges>
    where
        Self::Keys: AcceptsHash<Q>,
    {
        Query::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY, None, Self::Keys::hash_values(&hash))
    }

    /// Reads every item of the table, in no particular order.
    fn scan() -> Scan<Self> {
        Scan::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY, None)
    }

    /// Creates the table, with its indexes and its time to live, and waits until it can be used.
    fn create() -> CreateTable<Self> {
        CreateTable::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY)
    }

    /// Creates what is missing of the table, and tells what is there and not as declared.
    fn ensure() -> EnsureTable<Self> {
        EnsureTable::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY)
    }

    /// Changes the table's capacity, indexes or stream, and waits until it can be used again.
    fn update_table() -> UpdateTable<Self> {
        UpdateTable::new(TableRef::Static(Self::DESCRIPTION), Self::ENTITY)
    }

    /// Asks the service for the table's state.
    fn describe() -> DescribeTable<Self> {
        DescribeTable::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Waits until the table is there, and it and all its indexes can be used.
    fn wait_until_active() -> WaitUntilActive<Self> {
        WaitUntilActive::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Waits until the table is not there.
    fn wait_until_gone() -> WaitUntilGone<Self> {
        WaitUntilGone::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Deletes the table with all its items and waits until it is gone.
    fn delete_table() -> DeleteTable<Self> {
        DeleteTable::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Asks whether the table's items expire, and by which attribute.
    fn describe_time_to_live() -> DescribeTimeToLive<Self> {
        DescribeTimeToLive::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Lets the table's items expire, by the attribute that is declared for it.
    fn enable_time_to_live() -> UpdateTimeToLive<Self> {
        UpdateTimeToLive::on(TableRef::Static(Self::DESCRIPTION))
    }

    /// Lets the table's items not expire any more.
    fn disable_time_to_live() -> UpdateTimeToLive<Self> {
        UpdateTimeToLive::off(TableRef::Static(Self::DESCRIPTION))
    }

    /// Asks for the table's tags.
    fn tags() -> ListTags<Self> {
        ListTags::new(TableRef::Static(Self::DESCRIPTION))
    }

    /// Gives the table tags: `Visit::tag([("team", "shop")])`.
    fn tag<K: Into<String>, V: Into<String>>(tags: impl IntoIterator<Item = (K, V)>) -> TagTable<Self> {
        TagTable::new(TableRef::Static(Self::DESCRIPTION), tags)
    }

    /// Takes tags off the table, by their keys.
    fn untag<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> UntagTable<Self> {
        UntagTable::new(TableRef::Static(Self::DESCRIPTION), keys)
    }
}
