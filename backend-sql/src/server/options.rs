//! How a server answers.

use std::fmt;
use std::sync::Arc;

use super::limits::Limits;
use crate::{Clock, SystemClock};

/// How a server answers; as it is made: any credentials pass, the time is the machine's, nothing is logged.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub(super) settings: Settings,
    pub(super) limits: Limits,
    pub(super) workers: usize,
}

/// What calls are answered with.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) clock: Arc<dyn Clock>,
}

impl ServerOptions {
    /// As described above.
    #[must_use]
    pub fn new() -> Self {
        let settings = Settings { clock: Arc::new(SystemClock::new()) };
        Self { settings, limits: Limits::DEFAULT, workers: 1 }
    }

    /// Takes the time of calls from a clock, as from a [`VirtualClock`](crate::VirtualClock) that a test advances.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}
