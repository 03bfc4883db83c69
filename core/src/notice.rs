//! What a run tells its user while it is under way: pages as they come, and how far it has come.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Subject;
use crate::item::Items;
use crate::key::KeyShape;
use crate::operation::{PagePlace, Streamed};
use crate::rows::Rows;
use crate::solvent::{Identity, Ticket};

/// Something that a run tells before it ends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// How far it has come: at the start, at the end, and in between up to ten times a second, where anything changed.
    Progress(Progress),
    /// A page of an operation that was added by [`Solvent::stream`](crate::Solvent::stream). The run goes on when it is
    /// asked for the next notice.
    Page(Delivery),
    /// A call is about to be sent that must not be sent twice, in a plan with
    /// [`Solvent::announce_sends`](crate::Solvent::announce_sends). It is sent when the run is asked for the next notice;
    /// a checkpoint made before that says of its operations that they may have been applied.
    Sending {
        /// Their positions in the plan, from 0.
        operations: Vec<u32>,
    },
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// The operations of the plan.
    pub operations: usize,
    /// Those that have ended, failed ones and those of earlier runs included.
    pub ended: usize,
    /// Those that have failed.
    pub failed: usize,
    /// The items that were handed out page by page, in this run.
    pub items: u64,
    /// The calls that were sent, attempts included.
    pub calls_sent: u64,
    /// The calls that are under way.
    pub calls_under_way: usize,
    /// The capacity units that were consumed, reads and writes, of all tables and indexes together.
    pub capacity_units: f64,
    /// How long calls and operations were held back to be sent again, summed over them.
    pub waited: Duration,
    /// How long anything waited for capacity before it was sent, summed over the capacities, and until now.
    #[serde(default)]
    pub waited_for_capacity: Duration,
    /// Since the run was started.
    pub elapsed: Duration,
}

impl Progress {
    /// Whether everything has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.ended == self.operations
    }

    /// Whether more has happened than that time has passed.
    pub(crate) fn differs_from(&self, earlier: &Self) -> bool {
        let counts = |progress: &Self| {
            (progress.ended, progress.failed, progress.items, progress.calls_sent, progress.calls_under_way)
        };
        counts(self) != counts(earlier)
    }
}

impl fmt::Display for Progress {
    /// One line for a terminal: `120 of 1000 operations, 2 failed; 12 calls sent, 3 under way; 240 units`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} operations", self.ended, self.operations)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.items > 0 {
            write!(f, "; {} items", self.items)?;
        }
        write!(f, "; {} calls sent, {} under way", self.calls_sent, self.calls_under_way)?;
        if self.capacity_units > 0.0 {
            write!(f, "; {:.0} units", self.capacity_units)?;
        }
        if !self.waited.is_zero() {
            write!(f, "; waited {:.1} s", self.waited.as_secs_f64())?;
        }
        if !self.waited_for_capacity.is_zero() {
            write!(f, "; waited {:.1} s for capacity", self.waited_for_capacity.as_secs_f64())?;
        }
        Ok(())
    }
}

/// A page of a streamed operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The operation's position in the plan, from 0.
    pub operation: u32,
    /// What the operation is, for the errors of items that do not fit their type.
    pub subject: Box<Subject>,
    /// The table's keys, by which such an error names the item.
    pub keys: KeyShape,
    /// The items.
    pub items: Items,
    pub(crate) place: Box<PagePlace>,
    /// What its ticket is known by.
    pub(crate) fingerprint: u64,
    pub(crate) identity: Identity,
}

impl Delivery {
    /// The items as values of type `T`, decoded as they are taken.
    #[must_use]
    pub fn rows<T>(self) -> Rows<T> {
        Rows::new(self)
    }

    /// The same where the page is of the operation with this ticket; else the page itself.
    ///
    /// # Errors
    /// The page, where it is of another operation.
    #[expect(clippy::result_large_err, reason = "the page is handed back, and is no error")]
    pub fn rows_of<T>(self, ticket: Ticket<Streamed<T>>) -> Result<Rows<T>, Self> {
        let is_of_plan = self.fingerprint == ticket.plan && !self.identity.differs_from(ticket.identity);
        if self.operation == ticket.index && is_of_plan { Ok(self.rows()) } else { Err(self) }
    }
}
