//! Secondary indexes as typed constants: `Visit::BY_NAME.query("Rhett").between(0, 9)`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::{AcceptsHash, KeySchema, Table, TableRef};
use crate::operation::{Query, Scan};

/// A secondary index of table `T` with keys of the types `K`.
///
/// `#[derive(Table)]` makes one for each index that it is told of. An index is only read: the service keeps it in step
/// with its table. Its items are those that have all of its keys; they come as `T` (so an index that holds a part of the
/// attributes needs defaults for the others, or [`Query::project`]).
pub struct Index<T, K> {
    name: &'static str,
    of: PhantomData<fn() -> (T, K)>,
}

impl<T, K> Index<T, K> {
    /// The index of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// The index's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<T: Table, K: KeySchema> Index<T, K> {
    /// Reads the items of one hash key of the index, in the order of the index's range keys.
    pub fn query<Q>(self, hash: Q) -> Query<T, K::Ranges>
    where
        K: AcceptsHash<Q>,
    {
        Query::new(TableRef::Static(T::DESCRIPTION), T::ENTITY, Some(self.name.into()), K::hash_values(&hash))
    }

    /// Reads every item of the index, in no particular order.
    pub fn scan(self) -> Scan<T> {
        Scan::new(TableRef::Static(T::DESCRIPTION), T::ENTITY, Some(self.name.into()))
    }
}

/// The index's name, as operations on the table take it.
impl<T, K> From<Index<T, K>> for Cow<'static, str> {
    fn from(index: Index<T, K>) -> Self {
        Cow::Borrowed(index.name)
    }
}

impl<T, K> Clone for Index<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Copy for Index<T, K> {}

impl<T, K> fmt::Debug for Index<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({})", self.name)
    }
}
