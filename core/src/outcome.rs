//! What a plan ended with: a result for each ticket, and a report of what it took.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::ConsumedCapacity;
use crate::error::{CallError, Error};
use crate::operation::{Settle, Settled};
use crate::request::{Action, Response};
use crate::solvent::{Solvent, Ticket};

/// The results of a plan.
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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    plan: Solvent,
    report: Report,
    /// How many operations failed, whether their results were taken or not.
    failed: u32,
}

impl Outcome {
    /// The outcome of a plan whose entries all have results.
    pub(crate) fn new(plan: Solvent, report: Report) -> Self {
        let failed = plan.entries.iter().filter(|entry| matches!(entry.result, Some(Err(_)))).count();
        Self {
            plan,
            report,
            failed: u32::try_from(failed).expect("a plan has fewer than 4 billion operations"),
        }
    }

    /// Takes the result of one operation.
    ///
    /// # Errors
    /// What the operation failed with; or that the ticket is of another plan, or was used before.
    pub fn take<T: Settle>(&mut self, ticket: Ticket<T>) -> Result<T, Error> {
        let fits = self
            .plan
            .entries
            .get(ticket.index as usize)
            .is_some_and(|entry| entry.fingerprint == ticket.plan);
        if fits {
            self.take_at(ticket.index)
        } else {
            Err(Error::Ticket { index: ticket.index, problem: "it is a ticket of another plan".to_owned() })
        }
    }

    pub(crate) fn take_at<T: Settle>(&mut self, index: u32) -> Result<T, Error> {
        let entry = &mut self.plan.entries[index as usize];
        let settled = match entry.result.take() {
            Some(result) => result?,
            None => return Err(Error::Ticket { index, problem: "its result was taken before".to_owned() }),
        };
        let tables = &self.plan.tables;
        T::settle(settled).map_err(|misfit| match &entry.task {
            Ok(task) => {
                misfit.into_error(task.subject(tables), task.table().map(|table| &tables.at(table).keys))
            }
            Err(error) => error.clone(),
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
            Some(Err(error)) => Some((index, error)),
            _ => None,
        })
    }

    /// What one operation ended with, undecoded; `None` where the result was taken or there is no such operation.
    #[must_use]
    pub fn result(&self, index: u32) -> Option<&Result<Settled, Error>> {
        self.plan.entries.get(index as usize)?.result.as_ref()
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

/// What it took to carry out a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Calls sent, attempts included, by API action.
    pub requests: BTreeMap<Action, u64>,
    /// Capacity units consumed, by the table's name in the service.
    pub capacity: BTreeMap<String, f64>,
    /// Calls that were sent again as they were: after throttling, conflicts, faults and lost answers.
    pub retries: u64,
    /// How often a batch left an operation unprocessed.
    pub unprocessed: u64,
    /// Calls that the service refused, by its code.
    pub refusals: BTreeMap<String, u64>,
    /// Calls that ended without a known effect.
    pub unknown: u64,
    /// Time that calls and operations were held back before another attempt, summed over them.
    pub backoff: Duration,
    /// From the start to the end.
    pub elapsed: Duration,
}

impl Report {
    /// All calls sent, attempts included.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }

    pub(crate) fn sent(&mut self, action: Action) {
        *self.requests.entry(action).or_default() += 1;
    }

    pub(crate) fn answered(&mut self, answer: &Result<Response, CallError>) {
        match answer {
            Ok(response) => {
                for ConsumedCapacity { table_name, capacity_units, .. } in response.consumed_capacity() {
                    *self.capacity.entry(table_name.clone()).or_default() += capacity_units;
                }
            }
            Err(CallError::Refused(rejection)) => {
                *self.refusals.entry(rejection.code.clone()).or_default() += 1
            }
            Err(CallError::Unknown { .. }) => self.unknown += 1,
            Err(CallError::NotSent { .. }) => {}
        }
    }

    /// Adds what another plan took.
    pub fn merge(&mut self, other: &Self) {
        for (action, count) in &other.requests {
            *self.requests.entry(*action).or_default() += count;
        }
        for (table, units) in &other.capacity {
            *self.capacity.entry(table.clone()).or_default() += units;
        }
        for (code, count) in &other.refusals {
            *self.refusals.entry(code.clone()).or_default() += count;
        }
        self.retries += other.retries;
        self.unprocessed += other.unprocessed;
        self.unknown += other.unknown;
        self.backoff = self.backoff.saturating_add(other.backoff);
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
    }
}

impl fmt::Display for Report {
    /// A few lines for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "requests     {}", self.total_requests())?;
        for (action, count) in &self.requests {
            writeln!(f, "  {:<20} {count:>8}", action.name())?;
        }
        writeln!(
            f,
            "capacity     {} units",
            units(self.capacity.values().fold(0.0, |sum, units| sum + units))
        )?;
        for (table, consumed) in &self.capacity {
            writeln!(f, "  {table:<20} {:>8}", units(*consumed))?;
        }
        writeln!(f, "retries      {}, unprocessed {}", self.retries, self.unprocessed)?;
        if !self.refusals.is_empty() || self.unknown > 0 {
            writeln!(f, "refusals     {}", self.refusals.values().sum::<u64>())?;
            for (code, count) in &self.refusals {
                writeln!(f, "  {code:<40} {count:>8}")?;
            }
            writeln!(f, "unknown      {}", self.unknown)?;
        }
        write!(
            f,
            "elapsed      {:.3} s; held back {:.3} s, summed over operations",
            self.elapsed.as_secs_f64(),
            self.backoff.as_secs_f64()
        )
    }
}

/// Whole units without a fraction, parts with one.
fn units(units: f64) -> String {
    if units.fract() == 0.0 { format!("{units:.0}") } else { format!("{units:.1}") }
}
