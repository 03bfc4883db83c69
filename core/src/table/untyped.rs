//! Tables that a program learns of when it runs.

use std::sync::Arc;

use super::{AcceptsHash, AcceptsKey, Description, Entity, Keys, TableRef, Untyped, UntypedKeys};
use crate::item::Item;
use crate::key::Key;
use crate::operation::{
    Check, CreateTable, Delete, DeleteTable, DescribeTable, DescribeTimeToLive, EnsureTable, Exists, Get,
    ListTags, Put, Query, Scan, TagTable, UntagTable, Update, UpdateTable, UpdateTimeToLive, WaitUntilActive,
    WaitUntilGone,
};
use crate::path::Predicate;
use crate::wire::WireError;

/// A table described by a value, whose items are [`Item`]s: for tools that learn their tables late. It has the same
/// operations as a [`Table`](crate::Table); what the compiler cannot check of keys is checked when an operation is sent.
///
/// ```
/// use dynochemy_core::{AttributeValue, Attributes, Description, Item, KeyShape, Path, ScalarType, UntypedTable};
///
/// let keys = KeyShape::new(("user", ScalarType::S), Some(("time", ScalarType::N)));
/// let visits = UntypedTable::new(Description::new("visits", keys));
/// let item = Attributes::from([
///     ("user".to_owned(), "123".into()),
///     ("time".to_owned(), 5u64.into()),
/// ]);
/// let put = visits.put(Item::from_attributes(&item));
/// let get = visits.get(("123", 5));
/// let set = visits.update(("123", 5)).set(Path::parse("address.lines[0]")?, AttributeValue::from("Rome"));
/// # Ok::<(), dynochemy_core::WireError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntypedTable {
    description: Arc<Description>,
}

impl UntypedTable {
    /// The table of that description.
    #[must_use]
    pub fn new(description: Description) -> Self {
        Self { description: Arc::new(description) }
    }

    /// What is known of it.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    pub(crate) fn table(&self) -> TableRef {
        TableRef::Shared(Arc::clone(&self.description))
    }

    /// The key that names one item.
    ///
    /// # Errors
    /// When it is not one of this table: a part is missing or too many, of another type, empty or too long.
    pub fn key<Q>(&self, key: Q) -> Result<Key, WireError>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        UntypedKeys::encode(&Keys { shape: &self.description.keys, templates: &[] }, &key)
    }

    /// Reads one item by its key.
    pub fn get<Q>(&self, key: Q) -> Get<Item>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        Get::new(self.table(), self.key(key))
    }

    /// Tells whether there is an item with this key.
    pub fn exists<Q>(&self, key: Q) -> Exists<Item>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        Exists::new(self.table(), self.key(key))
    }

    /// Writes an item, replacing any with the same key.
    pub fn put(&self, item: Item) -> Put<Item> {
        Put::new(self.table(), &Entity::PLAIN, Entity::PLAIN.encode(&item))
    }

    /// Deletes one item by its key.
    pub fn delete<Q>(&self, key: Q) -> Delete<Item>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        Delete::new(self.table(), &Entity::PLAIN, self.key(key))
    }

    /// Changes attributes of one item.
    pub fn update<Q>(&self, key: Q) -> Update<Item>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        Update::new(self.table(), &Entity::PLAIN, self.key(key))
    }

    /// Checks that a condition holds of one item.
    pub fn check<Q>(&self, key: Q, condition: Predicate<Item>) -> Check<Item>
    where
        UntypedKeys: AcceptsKey<Q>,
    {
        Check::new(self.table(), self.key(key), condition)
    }

    /// Reads the items of one hash key.
    pub fn query<Q>(&self, hash: Q) -> Query<Item, Untyped>
    where
        UntypedKeys: AcceptsHash<Q>,
    {
        Query::new(self.table(), &Entity::PLAIN, None, UntypedKeys::hash_values(&hash))
    }

    /// Reads the items of one hash key of an index; of several attributes as a `Vec<KeyValue>`.
    pub fn query_index<Q>(&self, index: impl Into<String>, hash: Q) -> Query<Item, Untyped>
    where
        UntypedKeys: AcceptsHash<Q>,
    {
        let index = Some(index.into().into());
        Query::new(self.table(), &Entity::PLAIN, index, UntypedKeys::hash_values(&hash))
    }

    /// Reads every item.
    pub fn scan(&self) -> Scan<Item> {
        Scan::new(self.table(), &Entity::PLAIN, None)
    }

    /// Reads every item of an index.
    pub fn scan_index(&self, index: impl Into<String>) -> Scan<Item> {
        Scan::new(self.table(), &Entity::PLAIN, Some(index.into().into()))
    }

    /// Creates the table, with its indexes and its time to live, and waits until it can be used.
    pub fn create(&self) -> CreateTable<Item> {
        CreateTable::new(self.table(), &Entity::PLAIN)
    }

    /// Creates what is missing of the table, and tells what is there and not as declared.
    pub fn ensure(&self) -> EnsureTable<Item> {
        EnsureTable::new(self.table(), &Entity::PLAIN)
    }

    /// Changes the table's capacity, indexes or stream, and waits until it can be used again.
    pub fn update_table(&self) -> UpdateTable<Item> {
        UpdateTable::new(self.table(), &Entity::PLAIN)
    }

    /// Asks the service for the table's state.
    pub fn describe(&self) -> DescribeTable<Item> {
        DescribeTable::new(self.table())
    }

    /// Waits until the table is there, and it and all its indexes can be used.
    pub fn wait_until_active(&self) -> WaitUntilActive<Item> {
        WaitUntilActive::new(self.table())
    }

    /// Waits until the table is not there.
    pub fn wait_until_gone(&self) -> WaitUntilGone<Item> {
        WaitUntilGone::new(self.table())
    }

    /// Deletes the table with all its items and waits until it is gone.
    pub fn delete_table(&self) -> DeleteTable<Item> {
        DeleteTable::new(self.table())
    }

    /// Asks whether the table's items expire, and by which attribute.
    pub fn describe_time_to_live(&self) -> DescribeTimeToLive<Item> {
        DescribeTimeToLive::new(self.table())
    }

    /// Lets the table's items expire, by the attribute that its description names.
    pub fn enable_time_to_live(&self) -> UpdateTimeToLive<Item> {
        UpdateTimeToLive::on(self.table())
    }

    /// Lets the table's items not expire any more.
    pub fn disable_time_to_live(&self) -> UpdateTimeToLive<Item> {
        UpdateTimeToLive::off(self.table())
    }

    /// Asks for the table's tags.
    pub fn tags(&self) -> ListTags<Item> {
        ListTags::new(self.table())
    }

    /// Gives the table tags: `visits.tag([("team", "shop")])`.
    pub fn tag<K: Into<String>, V: Into<String>>(
        &self,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> TagTable<Item> {
        TagTable::new(self.table(), tags)
    }

    /// Takes tags off the table, by their keys.
    pub fn untag<K: Into<String>>(&self, keys: impl IntoIterator<Item = K>) -> UntagTable<Item> {
        UntagTable::new(self.table(), keys)
    }
}
