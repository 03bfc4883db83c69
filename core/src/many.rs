//! A list for what a plan has many of: its entries.
//!
//! A vector that grows out of its memory holds its elements twice while they are copied, and room for as many again
//! afterwards: three times what a large plan needs. This one grows by segments, which are never copied.

use std::iter::{Chain, Flatten};
use std::ops::{Index, IndexMut};
use std::{slice, vec};

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The elements of a segment; a power of two, and small enough that allocators keep the memory of one at hand.
const SEGMENT: usize = 256;

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Many<T> {
    /// The full segments before the last one.
    full: Vec<Vec<T>>,
    /// What comes last; empty only where all of the list is. A short list is a vector like any other.
    last: Vec<T>,
}

impl<T> Many<T> {
    pub(crate) fn push(&mut self, element: T) {
        match self.last.len() {
            // One element alone leaves no room for others.
            0 => self.last.reserve_exact(1),
            SEGMENT => {
                let full = std::mem::replace(&mut self.last, Vec::with_capacity(SEGMENT));
                self.full.push(full);
            }
            _ => {}
        }
        self.last.push(element);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let element = self.last.pop();
        if self.last.is_empty()
            && let Some(full) = self.full.pop()
        {
            self.last = full;
        }
        element
    }

    pub(crate) fn len(&self) -> usize {
        self.full.len() * SEGMENT + self.last.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let (segment, at) = (index / SEGMENT, index % SEGMENT);
        match self.full.get(segment) {
            None if segment > self.full.len() => None,
            None => self.last.get(at),
            Some(full) => full.get(at),
        }
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let (segment, at) = (index / SEGMENT, index % SEGMENT);
        let segments = self.full.len();
        match self.full.get_mut(segment) {
            None if segment > segments => None,
            None => self.last.get_mut(at),
            Some(full) => full.get_mut(at),
        }
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.last.last()
    }

    pub(crate) fn iter(&self) -> Iter<'_, T> {
        self.full.iter().flatten().chain(&self.last)
    }

    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.full.iter_mut().flatten().chain(&mut self.last)
    }
}

type Iter<'a, T> = Chain<Flatten<slice::Iter<'a, Vec<T>>>, slice::Iter<'a, T>>;
type IterMut<'a, T> = Chain<Flatten<slice::IterMut<'a, Vec<T>>>, slice::IterMut<'a, T>>;

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self { full: Vec::new(), last: Vec::new() }
    }
}

impl<T> Index<usize> for Many<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        self.get(index).expect("the index is within the list")
    }
}

impl<T> IndexMut<usize> for Many<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        self.get_mut(index).expect("the index is within the list")
    }
}

impl<T> FromIterator<T> for Many<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut many = Self::default();
        elements.into_iter().for_each(|element| many.push(element));
        many
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = Chain<Flatten<vec::IntoIter<Vec<T>>>, vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.full.into_iter().flatten().chain(self.last)
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Many<T> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T: Serialize> Serialize for Many<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut elements = serializer.serialize_seq(Some(self.len()))?;
        for element in self {
            elements.serialize_element(element)?;
        }
        elements.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_of_segments_is_the_list_that_a_vector_is(
            count in 0..4 * SEGMENT,
            changes in prop::collection::vec((0..4 * SEGMENT, any::<Option<u32>>()), 0..300),
        ) {
            let mut list: Vec<u32> = (0..).take(count).collect();
            let mut many: Many<u32> = list.iter().copied().collect();
            for (index, change) in changes {
                match change {
                    Some(value) if index < list.len() => {
                        (list[index], many[index]) = (value, value);
                    }
                    Some(value) => {
                        list.push(value);
                        many.push(value);
                    }
                    None => prop_assert_eq!(many.pop(), list.pop()),
                }
                prop_assert_eq!((many.get(index), many.last()), (list.get(index), list.last()));
                prop_assert_eq!(many.get_mut(index), list.get_mut(index));
                prop_assert_eq!((many.len(), many.is_empty()), (list.len(), list.is_empty()));
            }
            prop_assert!(many.iter().eq(&list) && many.iter_mut().eq(&mut list));
            prop_assert_eq!(&many, &list.iter().copied().collect::<Many<_>>());
            let text = serde_json::to_string(&many).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&list).unwrap());
            prop_assert_eq!(serde_json::from_str::<Many<u32>>(&text).unwrap(), many.clone());
            prop_assert!(many.into_iter().eq(list));
        }
    }
}
