//! Operations that are ready, in the plan's order, and apart by what they wait for where capacity is short.

use std::collections::btree_set::Iter;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use super::pace::Class;

/// Operations by their classes: within a class none goes before another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queues {
    classes: BTreeMap<Class, BTreeSet<u32>>,
    len: usize,
}

impl Queues {
    pub(super) fn insert(&mut self, class: Class, operation: u32) {
        self.len += usize::from(self.classes.entry(class).or_default().insert(operation));
    }

    pub(super) fn remove(&mut self, operation: u32) {
        let mut found = false;
        self.classes.retain(|_, set| {
            found |= set.remove(&operation);
            !set.is_empty()
        });
        self.len -= usize::from(found);
    }

    /// Removes an operation whose class is known.
    pub(super) fn take(&mut self, class: Class, operation: u32) {
        let Some(set) = self.classes.get_mut(&class) else { return };
        self.len -= usize::from(set.remove(&operation));
        if set.is_empty() {
            self.classes.remove(&class);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.classes.values().filter_map(|set| set.first().copied()).min()
    }

    /// All of them in the plan's order, except those of classes that are closed on the way.
    pub(super) fn merged(&self) -> Merged<'_> {
        let classes = self.classes.iter().map(|(class, set)| (*class, set.iter().peekable()));
        Merged { classes: classes.collect() }
    }
}

/// Operations in the plan's order.
pub(super) struct Merged<'a> {
    classes: Vec<(Class, Peekable<Iter<'a, u32>>)>,
}

impl<'a> Merged<'a> {
    /// The next operation, and its class.
    pub(super) fn next(&mut self) -> Option<(Class, u32)> {
        let heads = self.classes.iter_mut().enumerate();
        let heads = heads.filter_map(|(index, (_, set))| set.peek().map(|first| (**first, index)));
        let (operation, index) = heads.min()?;
        let (class, set) = &mut self.classes[index];
        set.next();
        Some((*class, operation))
    }

    /// Hands out no more of a class; those of it that would have followed.
    pub(super) fn close(&mut self, class: Class) -> impl Iterator<Item = u32> + use<'a> {
        let index = self.classes.iter().position(|(other, _)| *other == class);
        let rest = index.map(|index| self.classes.swap_remove(index).1);
        rest.into_iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_merged_in_order_and_closed_one_by_one() {
        let (even, odd) = (Class::of_indexes(0), Class::of_indexes(1));
        let mut queues = Queues::default();
        for operation in (0..8).rev() {
            queues.insert(if operation % 2 == 0 { even } else { odd }, operation);
        }
        queues.insert(even, 4);
        queues.remove(2);
        queues.take(odd, 1);
        assert_eq!((queues.len(), queues.first()), (6, Some(0)));
        let mut merged = queues.merged();
        assert_eq!((merged.next(), merged.next()), (Some((even, 0)), Some((odd, 3))));
        assert_eq!(merged.close(even).collect::<Vec<_>>(), [4, 6]);
        assert_eq!((merged.next(), merged.next(), merged.next()), (Some((odd, 5)), Some((odd, 7)), None));
    }
}
