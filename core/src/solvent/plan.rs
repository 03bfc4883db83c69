//! What can be run.

use super::Solvent;
use crate::error::Error;
use crate::operation::Operation;
use crate::outcome::Outcome;

/// What can be run: an operation, or a Solvent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be run",
    note = "what can be run are operations (`Visit::get(..)`) and Solvents; reading needs `Deserialize` on the item's type"
)]
pub trait Plan: Sized {
    /// What running it answers.
    type Output;

    /// The plan, and what makes its outcome the answer.
    fn into_solvent(self) -> (Solvent, Finish<Self::Output>);
}

/// Makes a plan's outcome its answer.
pub type Finish<T> = fn(Outcome) -> Result<T, Error>;

impl<O: Operation> Plan for O {
    type Output = O::Output;

    fn into_solvent(self) -> (Solvent, Finish<O::Output>) {
        let mut solvent = Solvent::without_tickets();
        let _ = solvent.add(self);
        (solvent, |mut outcome| outcome.take_at(0))
    }
}

impl Plan for Solvent {
    type Output = Outcome;

    fn into_solvent(self) -> (Solvent, Finish<Outcome>) {
        (
            self,
            |outcome| {
                if outcome.is_complete() { Ok(outcome) } else { Err(Error::Incomplete(Box::new(outcome))) }
            },
        )
    }
}
