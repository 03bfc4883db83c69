//! What running a plan is expected to take: nothing is sent, and nothing of the `Db` changes.
//!
//! The plan runs as it would, with the settings, views and names of the `Db`, and its calls are answered by answers that
//! are made up: all succeed, and find nothing. So what this tells is what a run does, as long as nothing fails; what is
//! read may come in more pages, and cost more, and where capacity is short, batches are as large as it allows.

mod answers;
mod cost;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::answers::Answers;
use self::cost::Costs;
use crate::client::{Client, Settings, Shared};
use crate::error::Error;
use crate::moment::Moment;
use crate::request::{Action, Request};
use crate::retry_budget::RetryBudget;
use crate::run::{Run, Step, Tells, check_deadline};
use crate::solvent::Solvent;

/// When an explained plan begins. The times of a new one are nobody's; one that was saved begins when it was last sent, or
/// pinned, so that its tokens are alive.
fn start_of(plan: &Solvent) -> Moment {
    plan.entries.iter().filter_map(|entry| entry.sent).max().unwrap_or(Moment::EPOCH)
}

/// What running a plan is expected to take. Its `Display` is for a terminal.
///
/// ```
/// # use dynochemy_core::{Solvent, Table};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits", write_capacity = 10, read_capacity = 10)]
/// # struct Visit { #[table(hash_key)] user: String }
/// let mut solvent = Solvent::new();
/// for number in 0..1_000 {
///     solvent.add(Visit { user: number.to_string() }.put());
/// }
/// // println!("{}", db.explain(&solvent)?);
/// # let _ = solvent;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The plan's operations.
    pub operations: usize,
    /// The requests by API action, wave by wave: a wave is what is under way at once, and the next one waits for it.
    pub waves: Vec<BTreeMap<Action, u64>>,
    /// What is used of the capacity of each table and global index, by names as in `visits` and `visits/by_name`.
    pub capacity: BTreeMap<String, Used>,
    /// The requests of which nobody can tell which table they use: PartiQL.
    pub without_capacity: BTreeMap<Action, u64>,
    /// Whether it goes on after the last wave to look at tables until they are as they are to be.
    pub waits_for_tables: bool,
    /// The plan's deadline. It is not kept to here, so that all of the plan is told.
    #[serde(default)]
    pub deadline: Option<Duration>,
    /// The operations that would not be sent, by their position in the plan, and why.
    pub not_sent: Vec<(u32, Error)>,
}

/// What is used of a capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// Read units.
    pub read: Units,
    /// Write units.
    pub write: Units,
}

/// A number of capacity units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Units {
    /// How many.
    pub units: f64,
    /// Whether it may be more: the size of what is read, changed or deleted is not known before.
    pub is_least: bool,
    /// How many a second the table or index declares.
    pub rate: Option<u64>,
}

impl Units {
    /// The time that they take at the declared rate, without what is saved up in bursts.
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        let rate = self.rate.filter(|rate| *rate > 0)?;
        Duration::try_from_secs_f64(self.units / rate as f64).ok()
    }

    fn is_used(&self) -> bool {
        self.units > 0.0 || self.is_least
    }
}

impl Explanation {
    /// All requests.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests().values().sum()
    }

    /// The requests by API action.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<Action, u64> {
        let mut requests = BTreeMap::new();
        for (action, count) in self.waves.iter().flatten() {
            *requests.entry(*action).or_default() += count;
        }
        requests
    }

    /// The capacity that takes the longest at its declared rate, and how long; none where none is declared. All others are
    /// used at the same time.
    #[must_use]
    pub fn slowest(&self) -> Option<(&str, Units)> {
        let each =
            self.capacity.iter().flat_map(|(name, used)| [(&**name, used.read), (&**name, used.write)]);
        each.filter(|(_, units)| units.time().is_some()).max_by_key(|(_, units)| units.time())
    }
}

impl Client {
    /// What running a plan is expected to take. Nothing is sent. A plan that was saved is explained as of when it was last
    /// sent, or pinned: that its tokens may have expired since is not told.
    ///
    /// # Errors
    /// When the plan does not hold together, or needs a view that this client does not know.
    pub fn explain(&self, plan: &Solvent) -> Result<Explanation, Error> {
        let client = Arc::new(self.in_theory());
        let mut plan = plan.clone();
        check_deadline(&plan)?;
        let deadline = plan.deadline.take();
        let start = start_of(&plan);
        let mut explanation = Explanation { operations: plan.len(), deadline, ..Explanation::default() };
        let mut costs = Costs::default();
        for table in plan.tables.iter() {
            costs.insert(self.names.of(table), table);
            for view in self.views_of(&table.name) {
                costs.insert(self.names.of(view.target()), view.target());
            }
        }
        let mut answers = Answers::new(&plan, &self.names);
        let mut run = Run::start(&client, plan, Tells::Pages, start)?;
        let (mut now, mut wave) = (start, Vec::new());
        loop {
            match run.poll(now) {
                Step::Send(call) => wave.push(call),
                Step::Deliver(_) => {}
                Step::Wait { until } if wave.is_empty() => now = until.unwrap_or(now),
                Step::Wait { .. } => {
                    let mut counts: BTreeMap<Action, u64> = BTreeMap::new();
                    for call in &wave {
                        *counts.entry(call.request.action()).or_default() += 1;
                        costs.add(&call.request, &mut explanation);
                    }
                    // A table that does not become what is waited for is looked at again and again.
                    let looks = wave.iter().all(|call| matches!(*call.request, Request::DescribeTable(_)));
                    if looks && explanation.waves.last() == Some(&counts) {
                        explanation.waits_for_tables = true;
                        break;
                    }
                    explanation.waves.push(counts);
                    for call in wave.drain(..) {
                        run.complete(call.id, answers.answer(&call.request), now);
                    }
                }
                Step::Done => break,
            }
        }
        if !explanation.waits_for_tables {
            let outcome = run.finish();
            explanation.not_sent = outcome.errors().map(|(index, error)| (index, error.clone())).collect();
        }
        Ok(explanation)
    }

    /// A client that does the same, and of which nobody sees anything.
    fn in_theory(&self) -> Self {
        Self {
            // Capacity is told by itself, and not by how it is waited for.
            settings: Settings { prevent_throttling: false, ..self.settings.clone() },
            names: self.names.clone(),
            views: self.views.clone(),
            session: self.session,
            observers: Vec::new(),
            retry_budget: RetryBudget::new(self.settings.retry_budget),
            shared: Mutex::new(Shared::default()),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total_requests();
        write!(
            f,
            "{}: {} in {}",
            counted(self.operations as u64, "operation"),
            counted(total, "request"),
            counted(self.waves.len() as u64, "wave")
        )?;
        let mut first = 0;
        while first < self.waves.len() {
            let same = self.waves[first..].iter().take_while(|wave| **wave == self.waves[first]).count();
            let number = match same {
                1 => format!("wave {}", first + 1),
                _ => format!("waves {} to {}", first + 1, first + same),
            };
            write!(f, "\n  {number:<16} {}", actions(&self.waves[first]))?;
            if same > 1 {
                f.write_str(" each")?;
            }
            first += same;
        }
        if self.waits_for_tables {
            write!(f, "\n  then             looks at tables until they are as they are to be")?;
        }
        if self.waves.len() > 1 {
            write!(f, "\nrequests           {}", actions(&self.requests()))?;
        }
        if self.capacity.values().any(|used| used.read.is_used() || used.write.is_used()) {
            f.write_str("\ncapacity")?;
        }
        let width = self.capacity.keys().map(String::len).max().unwrap_or_default().max(16);
        for (name, used) in &self.capacity {
            for (direction, units) in [("read", used.read), ("write", used.write)] {
                if units.is_used() {
                    write!(f, "\n  {name:<width$} {direction:<5} {units}")?;
                }
            }
        }
        if !self.without_capacity.is_empty() {
            write!(f, "\n  not known of     {}", actions(&self.without_capacity))?;
        }
        if let Some((name, units)) = self.slowest() {
            let time = units.time().unwrap_or_default();
            let least = if units.is_least { "at least " } else { "" };
            write!(f, "\ntime               {least}{} for the capacity of {name}", seconds(time))?;
            if let Some(deadline) = self.deadline.filter(|deadline| *deadline < time) {
                write!(f, "\n{:<18} the deadline of {} is shorter", "", seconds(deadline))?;
            }
        }
        for (number, (index, error)) in self.not_sent.iter().take(10).enumerate() {
            let head = if number == 0 { "not sent" } else { "" };
            write!(f, "\n{head:<18} operation {index}: {error}")?;
        }
        match self.not_sent.len() {
            0..=10 => Ok(()),
            more => write!(f, "\n{:<18} and {} more", "", grouped((more - 10) as u64)),
        }
    }
}

impl fmt::Display for Units {
    /// `at least 100 units, 2.0 s at 50 a second`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_least {
            f.write_str("at least ")?;
        }
        let whole = grouped(self.units.trunc() as u64);
        let half = if self.units.fract() > 0.0 { ".5" } else { "" };
        write!(f, "{whole}{half} {}", if self.units == 1.0 { "unit" } else { "units" })?;
        match (self.time(), self.rate) {
            (Some(time), Some(rate)) if !time.is_zero() => {
                write!(f, ", {} at {} a second", seconds(time), grouped(rate))
            }
            _ => Ok(()),
        }
    }
}

/// `3 PutItem, 1 Query`.
fn actions(requests: &BTreeMap<Action, u64>) -> String {
    let each: Vec<String> =
        requests.iter().map(|(action, count)| format!("{} {action}", grouped(*count))).collect();
    each.join(", ")
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 600.0 { format!("{seconds:.1} s") } else { format!("{:.0} minutes", seconds / 60.0) }
}

/// With a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
