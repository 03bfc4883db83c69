//! Items of a page, decoded one at a time.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::item::Items;
use crate::wire::{self, WireError};

/// A page of items of type `T`, which are decoded as they are taken.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    items: Items,
    next: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Rows<T> {
    /// The rows of a page.
    #[must_use]
    pub fn new(items: Items) -> Self {
        Self { items, next: 0, of: PhantomData }
    }

    /// All items, decoded into a type that may borrow from this page.
    pub fn iter<'a, B: Deserialize<'a>>(&'a self) -> impl Iterator<Item = Result<B, WireError>> {
        (0..self.items.len()).filter_map(|index| self.items.bytes(index)).map(wire::decode_bytes)
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<T, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.items.bytes(self.next)?;
        self.next += 1;
        Some(wire::decode_bytes(text))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.items.len() - self.next;
        (left, Some(left))
    }
}
