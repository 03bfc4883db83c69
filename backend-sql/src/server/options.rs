//! How a server answers.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use dynochemy_core::{Credentials, Moment};

use super::Exchange;
use super::limits::Limits;
use crate::Clock;

/// How a server answers; as it is made: any credentials pass, the time is the machine's, nothing is logged.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub(super) settings: Settings,
    pub(super) limits: Limits,
}

/// What calls are answered with.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) credentials: Option<Credentials>,
    pub(super) log: Option<Arc<Log>>,
}

/// What is told of each request.
pub(super) type Log = dyn Fn(&Exchange<'_>) + Send + Sync;

impl ServerOptions {
    /// As described above.
    #[must_use]
    pub fn new() -> Self {
        let settings = Settings { clock: Arc::new(WallClock), credentials: None, log: None };
        Self { settings, limits: Limits::DEFAULT }
    }

    /// Answers only what is signed with these credentials, within 15 minutes of the clock; all else is refused with the
    /// service's own errors. A session token is not looked at.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.settings.credentials = Some(credentials);
        self
    }

    /// Tells of each request when it has been answered, on the server's own thread, which should not be held up. The text
    /// form of what is told is a line for a log.
    #[must_use]
    pub fn log(mut self, log: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        self.settings.log = Some(Arc::new(log));
        self
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
        f.debug_struct("Settings").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// The machine's clock, read for each call: unlike [`SystemClock`](crate::SystemClock), it is right after the machine has
/// slept, as the time of signatures has to be.
#[derive(Debug)]
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Moment {
        Moment::EPOCH + SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn wait_until(&self, moment: Moment) {
        std::thread::sleep(moment.since(self.now()));
    }
}
