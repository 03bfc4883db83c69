//! What a plan ended with: a result for each ticket, and a report of what it took.

mod leftover;
mod report;
mod saved;

use std::fmt;

use crate::error::{Error, Fate};
use crate::moment::Moment;
use crate::operation::{Settle, Settled};
use crate::solvent::{Solvent, Ticket};

pub use report::{Report, WaitReason};

/// The results of a plan. It can be saved; what was changed since is refused when it is read.
///
/// ```
/// use dynochemy_core::{Error, Outcome, Ticket};
///
/// fn look(result: Result<Outcome, Error>, ticket: Ticket<()>) -> Result<(), Error> {
///     let mut outcome = match result {
///         Ok(outcome) => outcome,
///         // Some operations failed; the others' results are good.
///         Err(Error::Incomplete(outcome)) => *outcome,
///         Err(error) => return Err(error),
///     };
///     for (index, error) in outcome.errors() {
///         eprintln!("operation {index}: {error} ({:?})", error.effect());
///     }
///     println!("{}", outcome.report());
///     outcome.take(ticket)
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Outcome {
    plan: Solvent,
    report: Report,
    /// When the run did.
    ended: Moment,
    /// How many operations failed, whether their results were taken or not.
    failed: u32,
}

impl Outcome {
    /// The outcome of a plan whose entries all have results.
    pub(crate) fn new(plan: Solvent, report: Report, ended: Moment) -> Self {
        let failed = plan.entries.iter().filter(|entry| matches!(entry.result, Some(Err(_)))).count();
        Self {
            plan,
            report,
            ended,
            failed: u32::try_from(failed).expect("a plan has fewer than 4 billion operations"),
        }
    }

    /// Takes the result of one operation.
    ///
    /// # Errors
    /// What the operation failed with; or that the ticket is of another plan, or was used before. A ticket that was read from
    /// its saved form is told from those of other plans only where the operation differs at its position, in kind, table or key.
    /// Read with another type than it had, it fails, and the result can still be taken where its kind is another one.
    pub fn take<T: Settle>(&mut self, ticket: Ticket<T>) -> Result<T, Error> {
        self.check_ticket(&ticket)?;
        self.take_at(ticket.index)
    }

    fn check_ticket<T>(&self, ticket: &Ticket<T>) -> Result<(), Error> {
        match self.plan.entries.get(ticket.index as usize) {
            Some(entry)
                if entry.fingerprint == ticket.plan && !self.plan.identity.differs_from(ticket.identity) =>
            {
                Ok(())
            }
            _ => Err(Error::Ticket {
                index: ticket.index,
                problem: "it is a ticket of another plan".to_owned(),
            }),
        }
    }

    pub(crate) fn take_at<T: Settle>(&mut self, index: u32) -> Result<T, Error> {
        let entry = &mut self.plan.entries[index as usize];
        if std::mem::replace(&mut entry.taken, true) {
            return Err(Error::Ticket { index, problem: "its result was taken before".to_owned() });
        }
        // What it failed with stays, since it tells the operation's fate.
        let settled = match entry.result.as_mut() {
            Some(Ok(settled)) => std::mem::replace(settled, Settled::Done),
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(Error::Ticket { index, problem: "it has not ended".to_owned() }),
        };
        let tables = &self.plan.tables;
        T::settle(settled).map_err(|mut misfit| {
            // Asked for as another kind of answer, it is not used up.
            if let Some(settled) = misfit.settled.take() {
                entry.result = Some(Ok(*settled));
                entry.taken = false;
            }
            match &entry.task {
                Ok(task) => {
                    misfit.into_error(task.subject(tables), task.table().map(|table| &tables.at(table).keys))
                }
                Err(error) => error.clone(),
            }
        })
    }

    /// The number of operations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plan.len()
    }

    /// Whether there were no operations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// Whether every operation succeeded, taken results included.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed == 0
    }

    /// How many operations failed, taken results included.
    #[must_use]
    pub fn failed(&self) -> u32 {
        self.failed
    }

    /// The operations that failed, by their position in the plan, and why. Taken results are not among them.
    pub fn errors(&self) -> impl Iterator<Item = (u32, &Error)> {
        (0..).zip(&self.plan.entries).filter_map(|(index, entry)| match &entry.result {
            Some(Err(error)) if !entry.taken => Some((index, error)),
            _ => None,
        })
    }

    /// What became of one operation, by its position in the plan, whether its result was taken or not; `None` where there
    /// is no such operation.
    ///
    /// ```
    /// use dynochemy_core::{Fate, Outcome};
    ///
    /// fn look(outcome: &Outcome) {
    ///     for (index, fate) in outcome.fates() {
    ///         match fate {
    ///             Fate::Applied => {}
    ///             Fate::Refused { code } => println!("{index} was refused: {code}"),
    ///             Fate::NeverSent => println!("{index} was not applied"),
    ///             Fate::Unknown => println!("{index} may have been applied; read what it wrote"),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn fate(&self, index: u32) -> Option<Fate> {
        Some(match self.plan.entries.get(index as usize)?.result.as_ref()? {
            Ok(_) => Fate::Applied,
            Err(error) => error.fate(),
        })
    }

    /// What became of the operation of a ticket, whether its result was taken or not.
    ///
    /// # Errors
    /// That the ticket is of another plan.
    pub fn fate_of<T>(&self, ticket: Ticket<T>) -> Result<Fate, Error> {
        self.check_ticket(&ticket)?;
        let problem = || "it has not ended".to_owned();
        self.fate(ticket.index).ok_or_else(|| Error::Ticket { index: ticket.index, problem: problem() })
    }

    /// What became of each operation, in the plan's order.
    pub fn fates(&self) -> impl Iterator<Item = (u32, Fate)> {
        (0..).map_while(|index| Some((index, self.fate(index)?)))
    }

    /// What one operation ended with, undecoded; `None` where the result was taken or there is no such operation.
    #[must_use]
    pub fn result(&self, index: u32) -> Option<&Result<Settled, Error>> {
        self.plan.entries.get(index as usize).filter(|entry| !entry.taken)?.result.as_ref()
    }

    /// What it took.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

impl fmt::Debug for Outcome {
    /// Counts and failures; never the items.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("operations", &self.plan.len())
            .field("failed", &self.failed)
            .field(
                "errors",
                &self.errors().take(10).map(|(index, error)| (index, error.to_string())).collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}
