//! The items that open operations work on.
//!
//! An item is found by the hash of its table and key; which one it is tells the task of the operation that brought it in,
//! so that no key is held twice.

use std::ops::{Index, IndexMut};

use crate::hash_index::HashIndex;
use crate::operation::{Task, TaskItem};

/// The number of an item, while any operation on it is open.
pub(super) type ChainId = u32;

/// The items, by numbers that are given again once no operation on them is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chains {
    /// Unknown to those who choose the keys.
    seed: u64,
    index: HashIndex,
    chains: Vec<Chain>,
    free: Vec<ChainId>,
}

/// The operations on one item.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    pub(super) last_write: Option<u32>,
    /// The reads since then, in the plan's order.
    pub(super) reads: Vec<u32>,
    /// How many operations on it are open: the last one may end before others, and its number is given again after all.
    open: u32,
    hash: u32,
    /// The operation that brought it in, and which of its items it is.
    operation: u32,
    part: u32,
}

impl Chains {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// The number of an item of an operation: its item `part`.
    pub(super) fn enter<'a>(
        &mut self,
        operation: u32,
        part: u32,
        item: TaskItem<'_>,
        task: impl Fn(u32) -> &'a Task,
    ) -> ChainId {
        let hash = item.hash(self.seed);
        let is_it = |number: ChainId| {
            let Chain { operation, part, .. } = self[number];
            task(operation).items().nth(part as usize).is_some_and(|other| other.is_same(item))
        };
        if let Some(number) = self.index.find(hash, is_it) {
            self[number].open += 1;
            return number;
        }
        let number = match self.free.pop() {
            Some(number) => {
                // The memory of its reads is used again.
                let chain = &mut self[number];
                (chain.hash, chain.operation, chain.part, chain.open) = (hash, operation, part, 1);
                number
            }
            None => {
                self.chains.push(Chain {
                    last_write: None,
                    reads: Vec::new(),
                    open: 1,
                    hash,
                    operation,
                    part,
                });
                u32::try_from(self.chains.len() - 1).expect("a plan has fewer than 4 billion items")
            }
        };
        self.index.insert(hash, number);
        number
    }

    /// Takes an operation that has ended off an item, and the item away after the last one.
    pub(super) fn leave(&mut self, number: ChainId, operation: u32) {
        let chain = &mut self[number];
        if let Ok(at) = chain.reads.binary_search(&operation) {
            chain.reads.remove(at);
        }
        chain.last_write = chain.last_write.filter(|last| *last != operation);
        chain.open -= 1;
        if chain.open == 0 {
            let hash = chain.hash;
            self.index.remove(hash, number);
            self.free.push(number);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.chains.len() - self.free.len()
    }
}

impl Index<ChainId> for Chains {
    type Output = Chain;

    fn index(&self, number: ChainId) -> &Chain {
        &self.chains[number as usize]
    }
}

impl IndexMut<ChainId> for Chains {
    fn index_mut(&mut self, number: ChainId) -> &mut Chain {
        &mut self.chains[number as usize]
    }
}
