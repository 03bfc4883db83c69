//! What a plan leaves to be done by a later run.

use std::collections::BTreeSet;

use super::Outcome;
use crate::error::{CallError, Effect, Error};
use crate::key::Key;
use crate::moment::Moment;
use crate::operation::Task;
use crate::run::is_alive;
use crate::solvent::{Entry, Solvent};
use crate::table::{TableId, Tables};

impl Outcome {
    /// The plan again, with what has not ended open: what was not sent, ran out of time or attempts, was abandoned, or was
    /// skipped after such an operation. What ended stays ended, with its result where that was not taken, and in its place,
    /// so that tickets stay good. [`Solvent::remaining`] tells how many operations are open.
    ///
    /// Of what may have been applied, only that is open which can be sent again: plain puts and deletes, updates that only
    /// set and remove, and what goes under a token, as long as that lives. The rest stays ended as
    /// [`Fate::Unknown`](crate::Fate::Unknown), and so does what follows it on the same item. What the service refused for
    /// good stays refused; add it anew, changed.
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
        let mut failed = FailedItems::default();
        for index in 0..plan.entries.len() {
            let entry = &plan.entries[index];
            let Some(Err(error)) = &entry.result else { continue };
            // Of what comes before it is known by now whether it is left.
            let earlier = |after: u32| plan.entries.get(after as usize).filter(|_| (after as usize) < index);
            if failed.holds_back(entry) || !is_left(entry, error, earlier, self.ended) {
                failed.note(entry, &plan.tables);
                continue;
            }
            let effect = error.effect();
            let entry = &mut plan.entries[index];
            if effect == Effect::NotApplied {
                (entry.sent, entry.ambiguous, entry.resumed) = (None, false, false);
            } else {
                entry.ambiguous = true;
            }
            // The run has ended, so its last attempt is known: all that it sent went under that one's token.
            if let Some(planned) = entry.write.as_mut().and_then(|write| write.planned.as_mut()) {
                planned.lost = effect != Effect::NotApplied;
            }
            (entry.result, entry.taken) = (None, false);
        }
        plan
    }
}

/// The items on which an operation has failed for good: no run sends what follows.
#[derive(Default)]
struct FailedItems(BTreeSet<(TableId, Vec<u8>)>);

impl FailedItems {
    fn holds_back(&self, entry: &Entry) -> bool {
        let Ok(task) = &entry.task else { return false };
        !self.0.is_empty() && task.items().any(|item| self.0.contains(&(item.table, item.key.identity())))
    }

    fn note(&mut self, entry: &Entry, tables: &Tables) {
        match &entry.task {
            Ok(task) => self.0.extend(task.items().map(|item| (item.table, item.key.identity()))),
            Err(Error::Invalid { subject, .. }) => {
                let known = |(table, key): (&str, &Key)| Some((tables.named(table)?, key.identity()));
                self.0.extend(subject.keys().filter_map(known));
            }
            Err(_) => {}
        }
    }
}

/// Whether an operation that ended with an error, by the moment at which its run did, is still to be done.
fn is_left<'a>(
    entry: &Entry,
    error: &Error,
    earlier: impl Fn(u32) -> Option<&'a Entry>,
    ended: Moment,
) -> bool {
    let Ok(task) = &entry.task else { return false };
    match error {
        Error::Skipped { after, .. } => earlier(*after).is_some_and(|failed| failed.result.is_none()),
        Error::DeadlinePassed { .. } => true,
        Error::Call { error, .. } | Error::Cancelled { error, .. } => match error {
            CallError::NotSent { .. } => true,
            CallError::Refused(rejection) => rejection.is_left(),
            CallError::Unknown { .. } => may_be_sent_again(entry, task, ended),
        },
        Error::Abandoned { effect: Effect::NotApplied, .. } => true,
        Error::Abandoned { .. } => may_be_sent_again(entry, task, ended),
        _ => false,
    }
}

/// Whether what may have been applied can be sent again: because twice is as good as once, or under its token, or since a
/// write that views follow is known again by its version, of which the run can tell.
fn may_be_sent_again(entry: &Entry, task: &Task, ended: Moment) -> bool {
    if entry.write.as_ref().is_some_and(|write| write.planned.is_some()) {
        return true;
    }
    if task.is_under_token() {
        return entry.sent.is_some_and(|sent| is_alive(sent, ended));
    }
    task.is_read() || task.is_repeatable() || entry.write.is_some()
}
