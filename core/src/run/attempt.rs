//! Calls under way or held back, and how long to go on trying.

use std::sync::Arc;

use super::pace::Charged;
use crate::error::CallError;
use crate::moment::Moment;
use crate::request::Request;

/// The number of a machine within its run.
pub(super) type MachineId = u32;

/// A call under way or held back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attempt {
    pub(super) machine: MachineId,
    pub(super) tag: u32,
    pub(super) request: Arc<Request>,
    /// What it is charged while it is under way.
    pub(super) charged: Option<Box<Charged>>,
    pub(super) patience: Patience,
    /// Whether an earlier attempt may have been applied.
    pub(super) ambiguous: bool,
    /// Whether it was told that it is sent next.
    pub(super) announced: bool,
    /// When it was first sent, by an earlier run of the plan perhaps.
    pub(super) first_sent: Moment,
    /// What its last retry took from the budget.
    pub(super) paid: u32,
    /// When it expires, while it is under way.
    pub(super) expires: Moment,
    /// What the last attempt ended with.
    pub(super) last: Option<CallError>,
}

/// How often a call was sent, or an operation left unprocessed, in vain.
///
/// As long as other operations of the run succeed meanwhile, the service is only busy; without any success the number
/// of attempts is bounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Patience {
    /// How often in all.
    pub(super) tries: u32,
    /// How often in a row without any operation of the run succeeding meanwhile.
    stalls: u32,
    /// How many operations had succeeded the last time.
    succeeded: usize,
}

impl Patience {
    /// Whether more than one attempt in a row was in vain.
    pub(super) fn is_stalled(&self) -> bool {
        self.stalls > 1
    }

    /// Counts one more attempt in vain, now that this many operations of the run have succeeded; whether another one
    /// may be made.
    pub(super) fn try_again(&mut self, succeeded: usize, attempts: u32) -> bool {
        if self.succeeded != succeeded {
            self.succeeded = succeeded;
            self.stalls = 0;
        }
        self.tries += 1;
        self.stalls += 1;
        self.stalls < attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_without_success_and_lasts_with_it() {
        let mut patience = Patience::default();
        assert!((0..9).all(|_| patience.try_again(0, 10)));
        assert!(!patience.try_again(0, 10));
        assert!((1..100).all(|succeeded| patience.try_again(succeeded, 10)));
        assert_eq!(patience.tries, 109);
    }
}
