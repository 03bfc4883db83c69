//! Operations in the plan's order, which come and go about in that order.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;

/// A set of operations. Putting one in at the end, or taking one out near either end, is no work; elsewhere, those on the
/// shorter side of it are moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rising(VecDeque<u32>);

impl Rising {
    /// Whether it was not there.
    pub(super) fn insert(&mut self, operation: u32) -> bool {
        if self.0.back().is_none_or(|last| *last < operation) {
            self.0.push_back(operation);
            return true;
        }
        match self.0.binary_search(&operation) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, operation);
                true
            }
        }
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, operation: u32) -> bool {
        if self.0.front() == Some(&operation) {
            self.0.pop_front();
            return true;
        }
        self.0.binary_search(&operation).is_ok_and(|at| self.0.remove(at).is_some())
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.0.front().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> Iter<'_, u32> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn operations_are_kept_as_in_a_set(changes in prop::collection::vec((0..60u32, any::<bool>()), 0..200)) {
            let mut rising = Rising::default();
            let mut set = BTreeSet::new();
            for (operation, enters) in changes {
                match enters {
                    true => prop_assert_eq!(rising.insert(operation), set.insert(operation)),
                    false => prop_assert_eq!(rising.remove(operation), set.remove(&operation)),
                }
                prop_assert_eq!((rising.first(), rising.is_empty()), (set.first().copied(), set.is_empty()));
                prop_assert!(rising.iter().eq(&set));
            }
        }
    }
}
