//! What is known of a write of which an attempt was left without an answer, by this run or an earlier one.
//!
//! The item as it is read tells, or the transaction's token does as long as it lives: all attempts go under one, so that the
//! service takes at most one of them.

use crate::error::CallError;
use crate::machine::Context;
use crate::run::{is_alive, token_error};
use crate::solvent::{Planned, PlannedOn};

/// Whether a write was applied, by the item as it is now.
pub(super) enum Standing {
    /// It was not: nothing of it is without an answer, or the item is the one on which it was planned.
    NotApplied,
    /// It was: the item has its version, or that of a later write of the run.
    Applied,
    /// It may have been; sent under the token of all its attempts, or since twice is as good as once, it can be sent again.
    Open,
    /// It may have been, and nothing will tell.
    Unknown(CallError),
}

/// What the version of the item tells of a write. `token_used` is what the service said to another transaction under its
/// token.
pub(super) fn standing(
    member: u32,
    version: Option<&str>,
    token_used: Option<&CallError>,
    context: &Context<'_>,
) -> Standing {
    let entry = context.entry(member);
    let Some(write) = &entry.write else { return Standing::NotApplied };
    if !is_uncertain(member, context) {
        return Standing::NotApplied;
    }
    if version.is_some_and(|version| write.id.made_or_precedes(version)) {
        return Standing::Applied;
    }
    let on = write.planned.as_ref().map(|planned| &planned.on);
    if let (Some(PlannedOn::Version(planned)), Some(version)) = (on, version)
        && planned == version
    {
        return Standing::NotApplied;
    }
    if let Some(error) = token_used {
        return Standing::Unknown(error.clone());
    }
    let task = entry.task();
    if task.is_repeatable() {
        return Standing::Open;
    }
    // It may have gone under the token of any write that it shared a transaction with; and that there is no item proves
    // nothing, since a delete behind it may have been applied too.
    if entry.resumed && !task.is_exactly_once() {
        let problem = "an earlier run of the plan may have applied it, and its item does not tell; what is `.exactly_once()` \
                       goes on under its token"
            .to_owned();
        return Standing::Unknown(CallError::Unknown { rejection: None, problem });
    }
    if let Some(sent) = entry.sent.filter(|sent| !is_alive(*sent, context.now)) {
        return Standing::Unknown(token_error(sent, context.now));
    }
    Standing::Open
}

/// Whether an attempt of this run, or of an earlier one, may have applied the write.
pub(super) fn is_uncertain(member: u32, context: &Context<'_>) -> bool {
    context.entry(member).resumed || is_lost(member, context)
}

/// Whether an attempt of this run may have applied the write.
pub(super) fn is_lost(member: u32, context: &Context<'_>) -> bool {
    let planned = context.entry(member).write.as_ref().and_then(|write| write.planned.as_ref());
    planned.is_some_and(|planned| planned.lost)
}

/// The next attempt of a write: the same as the last one where it is planned on the same, and under its token unless that was
/// used for something else.
pub(super) fn next_attempt(
    last: Option<&Planned>,
    on: PlannedOn,
    standing: &Standing,
    is_token_used: bool,
) -> Planned {
    let attempt = match last {
        None => 0,
        Some(last) if last.on == on && on != PlannedOn::Other && !is_token_used => last.attempt,
        Some(last) => last.attempt.wrapping_add(1),
    };
    let token = last.and_then(|last| last.token.clone()).filter(|_| !is_token_used);
    Planned { attempt, on, token, lost: matches!(standing, Standing::Open) }
}
