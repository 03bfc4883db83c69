//! What a plan leaves to be done by a later run.

use super::Outcome;
use crate::error::{CallError, Effect, Error};
use crate::operation::Task;
use crate::solvent::{Entry, Solvent};

impl Outcome {
    /// The plan again, with what has not ended open: what was not sent, ran out of time or attempts, was abandoned, or was
    /// skipped after such an operation. What ended stays ended, with its result where that was not taken, and in its place,
    /// so that tickets stay good. [`Solvent::remaining`] tells how many operations are open.
    ///
    /// Of what may have been applied, only that is open which can be sent again: plain puts and deletes, updates that only
    /// set and remove, and what goes under a token, as long as that lives. The rest stays ended as
    /// [`Fate::Unknown`](crate::Fate::Unknown). What the service refused for good stays refused; add it anew, changed.
    ///
    /// It can be saved, and run at once or later, by this process or another one.
    ///
    /// ```
    /// use dynochemy_core::{AsyncDb, Error, Outcome, Solvent};
    ///
    /// /// Runs a plan until nothing is left that may still be done, at most ten times.
    /// async fn finish(db: &impl AsyncDb, mut plan: Solvent) -> Result<Outcome, Error> {
    ///     for _ in 0..10 {
    ///         match db.run(plan).await {
    ///             Err(Error::Incomplete(outcome)) if outcome.leftover().remaining() > 0 => plan = outcome.leftover(),
    ///             ended => return ended,
    ///         }
    ///     }
    ///     Err(Error::Configuration { problem: "the service stays away".to_owned() })
    /// }
    /// ```
    pub fn leftover(&self) -> Solvent {
        let mut plan = self.plan.clone();
        for index in 0..plan.entries.len() {
            let (earlier, rest) = plan.entries.split_at_mut(index);
            let entry = &mut rest[0];
            let Some(Err(error)) = &entry.result else { continue };
            if !is_left(entry, error, earlier) {
                continue;
            }
            if error.effect() == Effect::NotApplied {
                (entry.sent, entry.ambiguous) = (None, false);
            } else {
                entry.ambiguous = true;
            }
            (entry.result, entry.taken) = (None, false);
        }
        plan
    }
}

/// Whether an operation that ended with an error is still to be done.
fn is_left(entry: &Entry, error: &Error, earlier: &[Entry]) -> bool {
    let Ok(task) = &entry.task else { return false };
    match error {
        Error::Skipped { after, .. } => {
            earlier.get(*after as usize).is_some_and(|failed| failed.result.is_none())
        }
        Error::DeadlinePassed { .. } => true,
        Error::Call { error, .. } | Error::Cancelled { error, .. } => match error {
            CallError::NotSent { .. } => true,
            CallError::Refused(rejection) => rejection.is_left(),
            CallError::Unknown { .. } => may_be_sent_again(entry, task),
        },
        Error::Abandoned { effect: Effect::NotApplied, .. } => true,
        Error::Abandoned { .. } => may_be_sent_again(entry, task),
        _ => false,
    }
}

/// Whether what may have been applied can be sent again: because twice is as good as once, or under its token, or since a
/// write that views follow is known again by its version. What can be told of the last two is told by the run.
fn may_be_sent_again(entry: &Entry, task: &Task) -> bool {
    task.is_read() || task.is_repeatable() || entry.write.is_some()
}
