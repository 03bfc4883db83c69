//! Finds numbers by hashes of what they stand for: where nothing is asked in an order, it takes fewer steps than a B-tree,
//! and compares little.
//!
//! It holds hashes alone. Who asks says whether a number is the one that is looked for, so that two things of one hash stay
//! two. Whoever makes many things of one hash makes it slow, as a list is: hash with a seed where others choose the keys.

/// The fewest cells.
const CELLS: usize = 16;

/// Numbers by hashes, in a table of open addresses: a number lies in the first free cell from the one that its hash says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct HashIndex {
    /// A power of two of them, or none; at most three of four are taken.
    cells: Vec<Option<Cell>>,
    len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    hash: u32,
    number: u32,
}

impl HashIndex {
    /// The number that was entered with this hash, and that is the one looked for.
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(hash)?;
        while let Some(cell) = self.cells[at] {
            if cell.hash == hash && is_it(cell.number) {
                return Some(cell.number);
            }
            at = self.after(at);
        }
        None
    }

    /// Enters a number, which is not there yet.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        if self.len * 4 >= self.cells.len() * 3 {
            let cells = (self.cells.len() * 2).max(CELLS);
            let old = std::mem::replace(&mut self.cells, vec![None; cells]);
            old.into_iter().flatten().for_each(|cell| self.place(cell));
        }
        self.place(Cell { hash, number });
        self.len += 1;
    }

    /// Takes out a number that was entered with this hash.
    pub(crate) fn remove(&mut self, hash: u32, number: u32) {
        let Some(mut at) = self.home(hash) else { return };
        while self.cells[at] != Some(Cell { hash, number }) {
            if self.cells[at].is_none() {
                return;
            }
            at = self.after(at);
        }
        self.len -= 1;
        // What lies behind moves up, unless it would then lie before the cell that its hash says.
        let mut free = at;
        loop {
            at = self.after(at);
            let Some(cell) = self.cells[at] else { break };
            let home = cell.hash as usize & self.mask();
            if self.distance(home, at) >= self.distance(free, at) {
                self.cells[free] = Some(cell);
                free = at;
            }
        }
        self.cells[free] = None;
    }

    fn place(&mut self, cell: Cell) {
        let mut at = cell.hash as usize & self.mask();
        while self.cells[at].is_some() {
            at = self.after(at);
        }
        self.cells[at] = Some(cell);
    }

    fn mask(&self) -> usize {
        self.cells.len() - 1
    }

    fn home(&self, hash: u32) -> Option<usize> {
        (!self.cells.is_empty()).then(|| hash as usize & self.mask())
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & self.mask()
    }

    /// The steps from one cell to another, past the end where need be.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few hashes, so that many lie in each other's way.
        #[test]
        fn numbers_are_found_by_their_hashes_as_in_a_set(
            changes in prop::collection::vec((0..20u32, 0..40u32, any::<bool>()), 0..400),
        ) {
            let mut index = HashIndex::default();
            let mut set = BTreeSet::new();
            for (hash, number, enters) in changes {
                let hash = hash.wrapping_mul(0x4000_0003);
                if enters && set.insert((hash, number)) {
                    index.insert(hash, number);
                } else if !enters {
                    set.remove(&(hash, number));
                    index.remove(hash, number);
                }
                prop_assert_eq!(index.len, set.len());
            }
            for hash in (0..20u32).map(|hash| hash.wrapping_mul(0x4000_0003)) {
                for number in 0..40 {
                    let found = index.find(hash, |found| found == number);
                    prop_assert_eq!(found, set.contains(&(hash, number)).then_some(number));
                }
            }
        }
    }
}
