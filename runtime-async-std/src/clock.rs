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
        // A wall clock before 1970 is wrong anyway; signing then tells so.
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { start: Moment::EPOCH + since_epoch, started: Instant::now() }
    }

    pub(crate) fn now(&self) -> Moment {
        self.start + self.started.elapsed()
    }

    /// When the monotonic clock gets there.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.started + moment.since(self.start)
    }
}
