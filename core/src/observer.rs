//! A hook that sees all that happens between a `Db` and its driver.

use crate::error::CallError;
use crate::moment::Moment;
use crate::notice::Progress;
use crate::request::Response;
use crate::run::{CallId, RunId, Step};
use crate::solvent::Solvent;

/// Sees every event of every run of a `Db`, in order, under the lock that orders them; it must not block, and must not
/// use the `Db`.
pub trait Observer: Send + Sync + 'static {
    /// Called once for each event.
    fn observe(&self, event: &Event<'_>);

    /// Called once, when the `Db` is made, with the host and port that its calls go to; not where a backend answers them.
    fn attached(&self, _host: &str, _port: u16) {}
}

/// Something that passed between a run and its driver.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// Counts the events of a `Db` from 0, without gaps.
    pub number: u64,
    /// The run.
    pub run: RunId,
    /// The driver's time.
    pub now: Moment,
    /// What happened.
    pub what: EventKind<'a>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// The run started.
    Started {
        /// The plan, with the names of its writes assigned.
        plan: &'a Solvent,
        /// The seed of the run's jitter.
        seed: u64,
    },
    /// The run was polled.
    Polled {
        /// What it told the driver.
        step: &'a Step,
    },
    /// A call was completed.
    Completed {
        /// The call.
        call: CallId,
        /// What it ended with.
        answer: &'a Result<Response, CallError>,
    },
    /// The run ended, finished or abandoned.
    Ended {
        /// Whether anything was left to do.
        abandoned: bool,
        /// How far it has come.
        progress: &'a Progress,
    },
}
