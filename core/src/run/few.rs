//! A map for what a run has few of at a time: its machines and calls under way.
//!
//! It keeps its memory while it is emptied and filled again with each call, and keys that go up are entered at its end.

use std::collections::VecDeque;

/// A map in the order of its keys.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Few<K, V>(VecDeque<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: Copy + Ord, V> Few<K, V> {
    fn find(&self, key: K) -> Result<usize, usize> {
        match self.0.back() {
            Some((last, _)) if *last < key => Err(self.0.len()),
            _ => self.0.binary_search_by_key(&key, |(key, _)| *key),
        }
    }

    /// Enters a value, in place of any under its key.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.find(key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let at = self.find(key).ok()?;
        self.0.remove(at).map(|(_, value)| value)
    }

    /// The value under a key, an empty one where there is none.
    pub(super) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.find(key).unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        &mut self.0[at].1
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut V) -> bool) {
        self.0.retain_mut(|(_, value)| keep(value));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub(super) fn pop_first(&mut self) -> Option<(K, V)> {
        self.0.pop_front()
    }

    pub(super) fn first(&self) -> Option<(K, &V)> {
        self.0.front().map(|(key, value)| (*key, value))
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    pub(super) fn contains_key(&self, key: K) -> bool {
        self.find(key).is_ok()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = K> + '_ {
        self.0.iter().map(|(key, _)| *key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_kept_in_the_order_of_their_keys() {
        let mut few = Few::default();
        for key in [3, 1, 4, 2] {
            few.insert(key, key * 10);
        }
        few.insert(2, 21);
        assert_eq!(few.keys().collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(few.values().copied().collect::<Vec<_>>(), [10, 21, 30, 40]);
        assert_eq!(few.first(), Some((1, &10)));
        assert_eq!(
            (few.remove(3), few.remove(3), few.get(4), few.contains_key(3)),
            (Some(30), None, Some(&40), false)
        );
        assert_eq!((few.pop_first(), few.len()), (Some((1, 10)), 2));
    }
}
