//! Which plan of this process a ticket is of.

use std::sync::atomic::{AtomicU32, Ordering};

/// The number of a plan within the process: the same in its clones, in what it leaves over and in its tickets. It is not
/// saved and never shown, and nothing is ordered by it, so that it changes nothing but which tickets are refused. What was
/// read has none, and is told apart by what its operations are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity(u32);

/// Plans of the same operations are equal.
impl PartialEq for Identity {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Identity {}

impl Identity {
    /// One of its own.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        match NEXT.fetch_add(1, Ordering::Relaxed) {
            // After four billion plans it begins anew; 0 is none.
            0 => Self::new(),
            number => Self(number),
        }
    }

    /// Whether they are known to be of different plans.
    pub(crate) fn differs_from(self, other: Self) -> bool {
        self.0 != 0 && other.0 != 0 && self.0 != other.0
    }
}
