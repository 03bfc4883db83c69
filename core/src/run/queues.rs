//! Operations that are ready, in the plan's order, and apart by what they wait for where capacity is short.

use std::collections::vec_deque::Iter;

use super::few::Few;
use super::pace::Class;
use super::rising::Rising;

/// Operations by their classes: within a class none goes before another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queues {
    classes: Few<Class, Rising>,
    len: usize,
}

impl Queues {
    pub(super) fn insert(&mut self, class: Class, operation: u32) {
        self.len += usize::from(self.classes.entry(class).insert(operation));
    }

    pub(super) fn remove(&mut self, operation: u32) {
        let mut found = false;
        self.classes.retain(|set| {
            found |= set.remove(operation);
            !set.is_empty()
        });
        self.len -= usize::from(found);
    }

    /// Removes an operation whose class is known.
    pub(super) fn take(&mut self, class: Class, operation: u32) {
        let Some(set) = self.classes.get_mut(class) else { return };
        self.len -= usize::from(set.remove(operation));
        if set.is_empty() {
            self.classes.remove(class);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.classes.values().filter_map(Rising::first).min()
    }

    /// All of them in the plan's order, except those of classes that are closed on the way.
    pub(super) fn merged(&self) -> Merged<'_> {
        let classes = self.classes.iter().filter_map(|(class, set)| {
            let mut rest = set.iter();
            Some(Head { next: *rest.next()?, class, rest })
        });
        Merged(classes.collect())
    }
}

/// Operations in the plan's order.
pub(super) struct Merged<'a>(Vec<Head<'a>>);

/// What is left of a class.
struct Head<'a> {
    next: u32,
    class: Class,
    rest: Iter<'a, u32>,
}

impl<'a> Merged<'a> {
    /// The next operation, and its class.
    pub(super) fn next(&mut self) -> Option<(Class, u32)> {
        let (index, head) = self.0.iter_mut().enumerate().min_by_key(|(_, head)| head.next)?;
        let (class, operation) = (head.class, head.next);
        match head.rest.next() {
            Some(next) => head.next = *next,
            None => drop(self.0.swap_remove(index)),
        }
        Some((class, operation))
    }

    /// Hands out no more of a class; those of it that would have followed.
    pub(super) fn close(&mut self, class: Class) -> impl Iterator<Item = u32> + use<'a> {
        let index = self.0.iter().position(|head| head.class == class);
        let head = index.map(|index| self.0.swap_remove(index));
        head.into_iter().flat_map(|head| std::iter::once(head.next).chain(head.rest.copied()))
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
