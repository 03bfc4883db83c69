//! What came of the last attempt to delete what has expired, where something was left.
//!
//! Items expire at whole seconds. So what was left in a second is looked at again in another one, or once more may expire
//! than that attempt could delete; other calls of the same second need not try.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dynochemy_core::Moment;

use crate::storage::Access;

/// What is known of attempts. It is looked at only where something has expired.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Goes up whenever more may expire than an attempt under way sees.
    changes: u64,
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    second: u64,
    remainder: Remainder,
}

/// What an attempt has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remainder {
    /// What held transactions have.
    Held,
    /// All, because the file could not be written.
    Unwritable,
}

/// An attempt under way.
#[derive(Debug)]
pub(crate) struct Attempt {
    changes: u64,
    second: u64,
}

impl Attempts {
    /// Begins an attempt, unless there was one in this second which tells that it is in vain. Writes try what could not be
    /// written: they have to write anyway, and are to see what has expired as gone.
    pub(crate) fn begin(&self, access: Access, now: Moment) -> Option<Attempt> {
        let known = self.lock();
        let second = now.as_secs();
        let is_in_vain = known.last.as_ref().is_some_and(|last| {
            last.second == second && (last.remainder == Remainder::Held || access == Access::Read)
        });
        (!is_in_vain).then_some(Attempt { changes: known.changes, second })
    }

    /// Ends an attempt that has left something.
    pub(crate) fn end(&self, Attempt { changes, second }: Attempt, remainder: Remainder) {
        let mut known = self.lock();
        if known.changes == changes {
            known.last = Some(Last { second, remainder });
        }
    }

    /// Takes note that more may expire than before: a transaction that held items has ended, or something was written
    /// that has expired already.
    pub(crate) fn renew(&self) {
        let mut known = self.lock();
        known.changes += 1;
        known.last = None;
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Moment = Moment::from_secs(1_800_000_000);

    fn ended(remainder: Remainder) -> Attempts {
        let attempts = Attempts::default();
        let attempt = attempts.begin(Access::Read, NOW).unwrap();
        attempts.end(attempt, remainder);
        attempts
    }

    #[test]
    fn what_was_left_is_tried_again_in_another_second() {
        for remainder in [Remainder::Held, Remainder::Unwritable] {
            let attempts = ended(remainder);
            let within = NOW + Duration::from_millis(999);
            assert!(attempts.begin(Access::Read, within).is_none(), "{remainder:?}");
            assert_eq!(attempts.begin(Access::Write, within).is_some(), remainder == Remainder::Unwritable);
            assert!(attempts.begin(Access::Read, NOW + Duration::from_secs(1)).is_some());
            // Also on a clock that stands before.
            assert!(attempts.begin(Access::Read, Moment::EPOCH).is_some());
        }
    }

    #[test]
    fn what_may_expire_since_is_tried_at_once() {
        let attempts = ended(Remainder::Held);
        attempts.renew();
        let attempt = attempts.begin(Access::Read, NOW).unwrap();
        // Also where that was while the attempt was under way.
        attempts.renew();
        attempts.end(attempt, Remainder::Held);
        assert!(attempts.begin(Access::Read, NOW).is_some());
    }
}
