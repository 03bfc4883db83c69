//! The time that runs are told.

use std::time::{Instant, SystemTime};

use dynochemy_core::Moment;

/// Reads the wall clock once and advances by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Moment,
    started: Instant,
}

impl Clock {
    /// A clock that is set now.
    pub(crate) fn set() -> Self {
        Self { start: Self::wall(), started: Instant::now() }
    }

    /// The wall clock, for signatures alone: the monotonic one may stand still while the machine sleeps.
    pub(crate) fn wall() -> Moment {
        // A wall clock before 1970 is wrong anyway; signing then tells so.
        Moment::EPOCH + SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    pub(crate) fn now(&self) -> Moment {
        self.start + self.started.elapsed()
    }

    /// When the monotonic clock gets there.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.started + moment.since(self.start)
    }
}
