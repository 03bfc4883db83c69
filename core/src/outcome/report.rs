//! What it took to carry out a plan.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::ConsumedCapacity;
use crate::error::{CallError, Retry};
use crate::request::{Action, Response};

/// Why a call or operation was held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum WaitReason {
    /// The service had refused it for want of capacity.
    Throttled,
    /// A batch had left it unprocessed.
    Unprocessed,
    /// Another call was at work on its items.
    Conflict,
    /// The service or the network had failed.
    Fault,
}

impl WaitReason {
    pub(crate) fn of(retry: Retry) -> Self {
        match retry {
            Retry::Throttled => Self::Throttled,
            Retry::Conflict | Retry::InProgress => Self::Conflict,
            Retry::Backoff | Retry::ClockSkew | Retry::Credentials | Retry::Never => Self::Fault,
        }
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttled => "after throttling",
            Self::Unprocessed => "left unprocessed",
            Self::Conflict => "after conflicts",
            Self::Fault => "after faults and lost answers",
        })
    }
}

/// What it took to carry out a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Calls sent, attempts included, by API action.
    pub requests: BTreeMap<Action, u64>,
    /// Capacity units consumed, by the table's name in the service; those of its indexes among them.
    pub capacity: BTreeMap<String, f64>,
    /// How many of those units each index took, by the table's name in the service and the index's.
    pub index_capacity: BTreeMap<String, BTreeMap<String, f64>>,
    /// Calls that were sent again as they were: after throttling, conflicts, faults and lost answers. [`Report::waited`]
    /// tells how long they waited for what.
    pub retries: u64,
    /// How often a batch left an operation unprocessed.
    pub unprocessed: u64,
    /// Calls that the service refused, by its code.
    pub refusals: BTreeMap<String, u64>,
    /// Calls that ended without a known effect.
    pub unknown: u64,
    /// How long calls and operations were held back, summed over them, and why.
    pub waited: BTreeMap<WaitReason, Duration>,
    /// How long anything of the plan waited for capacity before it was sent, by what it waited for, as in `visits write`
    /// or `visits/by_name read`.
    #[serde(default)]
    pub waited_for_capacity: BTreeMap<String, Duration>,
    /// From the start to the end.
    pub elapsed: Duration,
}

impl Report {
    /// All calls sent, attempts included.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }

    /// How long calls and operations were held back, summed over them, whatever for.
    #[must_use]
    pub fn total_waited(&self) -> Duration {
        self.waited.values().fold(Duration::ZERO, |sum, waited| sum.saturating_add(*waited))
    }

    pub(crate) fn sent(&mut self, action: Action) {
        *self.requests.entry(action).or_default() += 1;
    }

    pub(crate) fn answered(&mut self, answer: &Result<Response, CallError>) {
        match answer {
            Ok(response) => {
                for consumed in response.consumed_capacity() {
                    self.consumed(consumed);
                }
            }
            Err(CallError::Refused(rejection)) => {
                *self.refusals.entry(rejection.code.clone()).or_default() += 1
            }
            Err(CallError::Unknown { .. }) => self.unknown += 1,
            Err(CallError::NotSent { .. }) => {}
        }
    }

    fn consumed(&mut self, consumed: &ConsumedCapacity) {
        *self.capacity.entry(consumed.table_name.clone()).or_default() += consumed.capacity_units;
        let indexes = consumed.global_secondary_indexes.iter().chain(&consumed.local_secondary_indexes);
        for (index, capacity) in indexes.filter(|(_, capacity)| capacity.capacity_units > 0.0) {
            let of_table = self.index_capacity.entry(consumed.table_name.clone()).or_default();
            *of_table.entry(index.clone()).or_default() += capacity.capacity_units;
        }
    }

    /// Notes that something waited for capacity for so long.
    pub(crate) fn wait_for_capacity(&mut self, resource: &str, time: Duration) {
        if !time.is_zero() {
            let waited = self.waited_for_capacity.entry(resource.to_owned()).or_default();
            *waited = waited.saturating_add(time);
        }
    }

    /// Notes that a call or operation is held back for so long.
    pub(crate) fn wait(&mut self, reason: WaitReason, pause: Duration) {
        if pause.is_zero() {
            return;
        }
        let waited = self.waited.entry(reason).or_default();
        *waited = waited.saturating_add(pause);
    }

    /// Adds what another plan took.
    pub fn merge(&mut self, other: &Self) {
        for (action, count) in &other.requests {
            *self.requests.entry(*action).or_default() += count;
        }
        for (table, units) in &other.capacity {
            *self.capacity.entry(table.clone()).or_default() += units;
        }
        for (table, indexes) in &other.index_capacity {
            let of_table = self.index_capacity.entry(table.clone()).or_default();
            for (index, units) in indexes {
                *of_table.entry(index.clone()).or_default() += units;
            }
        }
        for (code, count) in &other.refusals {
            *self.refusals.entry(code.clone()).or_default() += count;
        }
        self.retries += other.retries;
        self.unprocessed += other.unprocessed;
        self.unknown += other.unknown;
        for (reason, pause) in &other.waited {
            self.wait(*reason, *pause);
        }
        for (resource, time) in &other.waited_for_capacity {
            self.wait_for_capacity(resource, *time);
        }
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
    }
}

impl fmt::Display for Report {
    /// A table for a terminal, at most 80 columns wide unless names are long; what did not happen has no line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, number: &dyn fmt::Display| {
            writeln!(f, "{name:<50} {number:>14}")
        };
        line(f, "requests", &self.total_requests())?;
        for (action, count) in &self.requests {
            line(f, &format!("  {}", action.name()), count)?;
        }
        if !self.capacity.is_empty() {
            line(f, "capacity units", &units(self.capacity.values().fold(0.0, |sum, units| sum + units)))?;
        }
        for (table, consumed) in &self.capacity {
            line(f, &format!("  {table}"), &units(*consumed))?;
            for (index, consumed) in self.index_capacity.get(table).into_iter().flatten() {
                line(f, &format!("    index {index}"), &units(*consumed))?;
            }
        }
        if !self.refusals.is_empty() {
            line(f, "refused", &self.refusals.values().sum::<u64>())?;
        }
        for (code, count) in &self.refusals {
            line(f, &format!("  {code}"), count)?;
        }
        for (name, count) in [
            ("left unprocessed by batches", self.unprocessed),
            ("without a known effect", self.unknown),
            ("sent again", self.retries),
        ] {
            if count > 0 {
                line(f, name, &count)?;
            }
        }
        if !self.waited.is_empty() {
            line(f, "waited, summed over calls and operations", &seconds(self.total_waited()))?;
        }
        for (reason, waited) in &self.waited {
            line(f, &format!("  {reason}"), &seconds(*waited))?;
        }
        for (resource, waited) in &self.waited_for_capacity {
            line(f, &format!("waited for capacity: {resource}"), &seconds(*waited))?;
        }
        write!(f, "{:<50} {:>14}", "elapsed", seconds(self.elapsed))
    }
}

/// Whole units without a fraction, parts with one.
fn units(units: f64) -> String {
    if units.fract() == 0.0 { format!("{units:.0}") } else { format!("{units:.1}") }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Capacity;
    use crate::error::Rejection;

    #[test]
    fn a_report_reads_well_in_a_terminal() {
        let mut report = Report::default();
        for action in [Action::PutItem, Action::BatchWriteItem, Action::BatchWriteItem] {
            report.sent(action);
        }
        let taken = |units| Capacity { capacity_units: units, ..Capacity::default() };
        report.consumed(&ConsumedCapacity {
            table_name: "visits".to_owned(),
            capacity_units: 1_250.0,
            table: Some(taken(1_000.0)),
            global_secondary_indexes: [("by_page".to_owned(), taken(250.0)), ("idle".to_owned(), taken(0.0))]
                .into(),
            ..ConsumedCapacity::default()
        });
        report.consumed(&ConsumedCapacity {
            table_name: "notes".to_owned(),
            capacity_units: 0.5,
            ..ConsumedCapacity::default()
        });
        let rejection = Rejection::new("ProvisionedThroughputExceededException", "");
        report.answered(&Err(CallError::Refused(Box::new(rejection))));
        report.answered(&Err(CallError::Unknown { rejection: None, problem: String::new() }));
        (report.retries, report.unprocessed) = (2, 17);
        report.wait(WaitReason::Throttled, Duration::from_millis(1_500));
        report.wait(WaitReason::Unprocessed, Duration::from_millis(250));
        report.elapsed = Duration::from_millis(2_345);
        let expected = "\
requests                                                        3
  BatchWriteItem                                                2
  PutItem                                                       1
capacity units                                             1250.5
  notes                                                       0.5
  visits                                                     1250
    index by_page                                             250
refused                                                         1
  ProvisionedThroughputExceededException                        1
left unprocessed by batches                                    17
without a known effect                                          1
sent again                                                      2
waited, summed over calls and operations                  1.750 s
  after throttling                                        1.500 s
  left unprocessed                                        0.250 s
elapsed                                                   2.345 s";
        assert_eq!(report.to_string(), expected);
        let mut twice = report.clone();
        twice.merge(&report);
        assert_eq!(twice.index_capacity["visits"]["by_page"], 500.0);
        assert_eq!((twice.total_waited(), twice.retries), (Duration::from_millis(3_500), 4));
    }
}
