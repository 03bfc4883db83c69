//! Plans that are saved before they are run.

use std::fmt;

use super::{Finish, Plan, Solvent};
use crate::moment::Moment;
use crate::outcome::Outcome;

/// A plan with its tokens, its times and the names of its writes, which it would else be given when its run starts: what a
/// `Db`'s `pin` answers. So it can be saved before anything of it is sent, and whoever is killed goes on with what was
/// saved and applies nothing twice.
///
/// ```
/// # use dynochemy_core::{Client, Error, Moment, Outcome, Run, Solvent};
/// # use std::sync::Arc;
/// # fn run(client: &Arc<Client>, solvent: Solvent, now: Moment, save: impl Fn(Solvent)) -> Result<Run, Error> {
/// let pinned = client.pin(solvent, now)?; // `db.pin(solvent)?` on every driver
/// save(pinned.saved());
/// let (run, _) = client.start(pinned, now)?; // `db.run(pinned)`, or `run_with`, or `watch`
/// # Ok(run) }
/// ```
///
/// It is run once, since it knows that nothing of it was sent: to try again, run what [`Pinned::saved`] answered, or the
/// outcome's [`leftover`](Outcome::leftover). So it cannot be cloned:
///
/// ```compile_fail,E0599
/// fn twice(pinned: dynochemy_core::Pinned) -> (dynochemy_core::Pinned, dynochemy_core::Pinned) {
///     (pinned.clone(), pinned)
/// }
/// ```
///
/// What is added to the saved plan has no token yet, nor a name: pin it again before it is saved. What was pinned before
/// keeps its tokens then.
#[derive(PartialEq)]
#[must_use = "a plan does nothing until it is run"]
pub struct Pinned {
    plan: Solvent,
    at: Moment,
}

impl Pinned {
    pub(crate) fn new(plan: Solvent, at: Moment) -> Self {
        Self { plan, at }
    }

    /// The plan, to be saved before it is run, and run by whoever finds it saved: every operation that has not ended may
    /// have been sent meanwhile, as far as that one can know.
    ///
    /// What is `.exactly_once()` or a transaction goes under the same token, and is applied once, within nine minutes from
    /// when it was pinned; afterwards it ends as [`Fate::Unknown`](crate::Fate::Unknown). Plain puts, deletes and updates
    /// that only set and remove are sent again. What must not be sent twice ends as unknown: updates that add, and writes
    /// with conditions or answers; where views follow them, unless their items bear their versions, and so tell that they
    /// were applied. That there is no item tells nothing.
    ///
    /// A plain write that something under a token follows on its item goes under a token too, at twice its capacity: sent
    /// again without one, it would undo what follows. Where a plan was not pinned, or views follow the table, what follows
    /// such a write ends as unknown.
    ///
    /// Tickets stay good in it.
    pub fn saved(&self) -> Solvent {
        let mut plan = self.plan.clone();
        for entry in plan.entries.iter_mut().filter(|entry| entry.result.is_none()) {
            let Ok(task) = &entry.task else { continue };
            entry.resumed |= entry.write.is_some();
            if task.is_under_token() {
                entry.sent.get_or_insert(self.at);
            } else if !task.is_read() {
                entry.ambiguous = true;
                if entry.write.is_some() {
                    entry.sent.get_or_insert(self.at);
                }
            }
        }
        plan
    }
}

impl Plan for Pinned {
    type Output = Outcome;

    fn into_solvent(self) -> (Solvent, Finish<Outcome>) {
        self.plan.into_solvent()
    }
}

impl fmt::Debug for Pinned {
    /// Counts by kind; never the items.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinned").field("plan", &self.plan).field("at", &self.at).finish()
    }
}
