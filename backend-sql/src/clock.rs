//! Clocks for the blocking `Db`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dynochemy_core::Moment;

/// Tells the time, and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Moment;

    /// Returns once it is `moment`, or at once where it is that late already.
    fn wait_until(&self, moment: Moment);
}

/// The wall clock, read once, and advanced by the monotonic clock from there; waiting sleeps.
#[derive(Clone, Debug)]
pub struct SystemClock {
    started: Moment,
    since: Instant,
}

impl SystemClock {
    /// A clock that starts at the wall clock's time.
    #[must_use]
    pub fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Moment::EPOCH + since_epoch, since: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        self.started + self.since.elapsed()
    }

    fn wait_until(&self, moment: Moment) {
        std::thread::sleep(moment.since(self.now()));
    }
}

/// A clock that stands still until someone waits, which advances it at once: hours of throttling pass in milliseconds.
///
/// Clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use dynochemy_sql::{Clock, Db, VirtualClock};
///
/// let clock = VirtualClock::default();
/// let db = Db::builder().build()?.with_clock(clock.clone());
/// // Plans that `db` runs advance it by what they wait, and the test by what it likes.
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.elapsed(), Duration::from_secs(3600));
/// # Ok::<(), dynochemy_sql::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct VirtualClock {
    started: Moment,
    now: Arc<Mutex<Moment>>,
}

impl VirtualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Moment) -> Self {
        Self { started: start, now: Arc::new(Mutex::new(start)) }
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        self.change(|now| *now = *now + duration);
    }

    /// How much time has passed since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.now().since(self.started)
    }

    fn change<R>(&self, work: impl FnOnce(&mut Moment) -> R) -> R {
        work(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for VirtualClock {
    /// A clock that stands at 08:00 (UTC) on 15 January 2027, whatever the time is.
    fn default() -> Self {
        Self::new(Moment::from_secs(1_800_000_000))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        self.change(|now| *now)
    }

    fn wait_until(&self, moment: Moment) {
        self.change(|now| *now = moment.max(*now));
    }
}
