//! What is known of the operations between the first and the last one that are open.
//!
//! An operation is found by its distance from the first one. Where that one stays open for long, what is behind it takes
//! four bytes for each that has ended.

use std::collections::VecDeque;
use std::ops::Index;

/// A map of operations, which enter in the plan's order, each once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window<T> {
    /// The first operation that is open; any other one where none is.
    first: u32,
    /// Where the value of each operation lies, from the first one that is open.
    places: VecDeque<Option<Place>>,
    values: Vec<Option<T>>,
    free: Vec<Place>,
}

/// A place of a value; not from 0, so that none takes no memory of its own.
type Place = std::num::NonZeroU32;

fn at(place: Place) -> usize {
    place.get() as usize - 1
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { first: 0, places: VecDeque::new(), values: Vec::new(), free: Vec::new() }
    }
}

impl<T> Window<T> {
    pub(super) fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The first operation that is open.
    pub(super) fn first(&self) -> Option<u32> {
        (!self.is_empty()).then_some(self.first)
    }

    fn place(&self, operation: u32) -> Option<Place> {
        *self.places.get(operation.checked_sub(self.first)? as usize)?
    }

    pub(super) fn get(&self, operation: u32) -> Option<&T> {
        self.values[at(self.place(operation)?)].as_ref()
    }

    pub(super) fn get_mut(&mut self, operation: u32) -> Option<&mut T> {
        let place = self.place(operation)?;
        self.values[at(place)].as_mut()
    }

    /// Enters an operation that comes after all that were entered before.
    pub(super) fn push(&mut self, operation: u32, value: T) {
        if self.is_empty() {
            self.first = operation;
        }
        let place = match self.free.pop() {
            Some(place) => {
                self.values[at(place)] = Some(value);
                place
            }
            None => {
                self.values.push(Some(value));
                let place = u32::try_from(self.values.len()).ok().and_then(Place::new);
                place.expect("a plan has fewer than 4 billion operations")
            }
        };
        // Those between have ended before they entered.
        self.places.resize((operation - self.first) as usize, None);
        self.places.push_back(Some(place));
    }

    pub(super) fn remove(&mut self, operation: u32) -> Option<T> {
        let place = self.place(operation)?;
        self.places[(operation - self.first) as usize] = None;
        self.free.push(place);
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
        self.values[at(place)].take()
    }
}

impl<T> Index<u32> for Window<T> {
    type Output = T;

    fn index(&self, operation: u32) -> &T {
        self.get(operation).expect("the operation is open")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn open_operations_are_kept_as_in_a_map(changes in prop::collection::vec((0..30u32, 0..4u32), 0..200)) {
            let mut window = Window::default();
            let mut map = BTreeMap::new();
            let mut next = 0;
            for (back, change) in changes {
                if change == 0 {
                    // Some are left out.
                    next += back % 3;
                    window.push(next, back);
                    map.insert(next, back);
                    next += 1;
                } else {
                    let operation = next.saturating_sub(back);
                    if let Some(value) = window.get_mut(operation) {
                        *value += 1;
                    }
                    map.entry(operation).and_modify(|value| *value += 1);
                    prop_assert_eq!(window.get(operation), map.get(&operation));
                    prop_assert_eq!(window.remove(operation), map.remove(&operation));
                }
                prop_assert_eq!((window.len(), window.is_empty()), (map.len(), map.is_empty()));
                prop_assert_eq!(window.first(), map.keys().next().copied());
            }
            prop_assert!((0..next + 2).all(|operation| window.get(operation) == map.get(&operation)));
            prop_assert!(window.places.len() <= next as usize);
        }
    }
}
