//! How a run keeps to the capacity of what it uses.
//!
//! What is formed out of ready operations is charged when it is formed; every other call (the next page, a transaction
//! after its read, another attempt) when it is sent, and is held back until then. The buckets belong to the `Db`, and
//! are lent to a run while it is polled.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::attempt::{Attempt, MachineId};
use super::scheduler::Scheduler;
use super::{RunId, Slots, Step};
use crate::capacity::{Asker, BucketId, Buckets, Cost, Direction, Micro, Refused, TableNumber, Taken};
use crate::client::Client;
use crate::error::CallError;
use crate::machine::{Describe, Machine};
use crate::moment::Moment;
use crate::operation::Task;
use crate::outcome::Report;
use crate::request::{Request, Response};
use crate::solvent::{Priority, Solvent};
use crate::table::TableId;

/// How soon more of the plan is taken in, while there is capacity that nothing uses.
const LOOK: Duration = Duration::from_millis(1);

/// The operations of a plan that may be lent capacity: four batches of puts.
const SMALL: usize = 100;

/// What a run knows of the capacity that it uses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pace {
    asker: Asker,
    is_on: bool,
    /// The tables of the plan, by their numbers in it.
    tables: Vec<TableNumber>,
    /// What was charged for machines that have sent nothing yet.
    formed: BTreeMap<MachineId, Box<Charged>>,
    /// The buckets that something waits for, and since when.
    waits: BTreeMap<BucketId, Moment>,
    /// Those that this poll has met, and when to look again.
    blocking: BTreeSet<BucketId>,
    until: Option<Moment>,
    /// What calls that are held back wait for: nothing that is ready goes before them.
    held: Taken,
    /// When more than the window was last taken in.
    looked_on: Option<Moment>,
}

/// What a call is expected to cost, and was charged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Charged {
    pub(super) cost: Cost,
    pub(super) taken: Taken,
}

impl Charged {
    fn boxed(cost: Cost, taken: Taken) -> Option<Box<Self>> {
        (!cost.is_nothing()).then(|| Box::new(Self { cost, taken }))
    }
}

/// The manner in which operations wait for capacity: what one of them waits for, those after it do as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    table: Option<TableId>,
    /// The indexes that hold what is written.
    indexes: u64,
}

#[cfg(test)]
impl Class {
    pub(super) fn of_indexes(indexes: u64) -> Self {
        Self { table: None, indexes }
    }
}

impl Pace {
    pub(super) fn new(run: RunId, plan: &Solvent, client: &Client, buckets: &mut Buckets) -> Self {
        let asker = Asker { run, priority: plan.priority, is_small: plan.entries.len() <= SMALL };
        let is_on = client.settings.prevent_throttling;
        let mut numbers = Vec::new();
        for table in plan.tables.iter().filter(|_| is_on) {
            numbers.push(buckets.describe(&client.names.of(table), table));
            for view in client.views_of(&table.name) {
                let target = view.target();
                buckets.describe(&client.names.of(target), target);
            }
        }
        Self {
            asker,
            is_on,
            tables: numbers,
            formed: BTreeMap::new(),
            waits: BTreeMap::new(),
            blocking: BTreeSet::new(),
            until: None,
            held: Taken::default(),
            looked_on: None,
        }
    }

    /// How an operation waits.
    pub(super) fn class(&self, task: &Task, buckets: &Buckets) -> Class {
        let table = task.table().filter(|_| self.is_on);
        let number = table.and_then(|table| self.number(table));
        let known = number.map(|number| buckets.at(number)).filter(|known| known.has_global_indexes());
        let indexes = match (known, task) {
            (Some(known), Task::Put { item, .. }) => known.indexes_of(item.measured().as_ref()),
            (Some(known), Task::Delete { .. } | Task::Update { .. }) => known.indexes_of(None),
            (Some(known), Task::Query { reading, .. } | Task::Scan { reading, .. }) => {
                // Each index is read by itself, and not as any item is written.
                let bucket = known.bucket(reading.index.as_deref(), Direction::Read);
                u64::MAX - u64::from(bucket.number())
            }
            _ => 0,
        };
        Class { table, indexes }
    }

    /// What an operation is expected to cost, where anything limits it.
    fn cost(&self, task: &Task, buckets: &Buckets) -> Cost {
        if !self.is_on || !buckets.is_any_paced() {
            return Cost::default();
        }
        match (task, task.table()) {
            (_, Some(table)) => match self.number(table) {
                Some(number) if buckets.is_paced(number) => Cost::of_task(task, buckets.at(number)),
                _ => Cost::default(),
            },
            (Task::Call { request }, None) => Cost::of_request(request, buckets),
            (Task::TransactWrite { .. } | Task::TransactGet { .. }, None) => {
                let mut cost = Cost::default();
                for part in task.parts() {
                    let number = part.table().and_then(|table| self.number(table));
                    if let Some(number) = number.filter(|number| buckets.is_paced(*number)) {
                        cost.append(&Cost::of_part(part, buckets.at(number)));
                    }
                }
                cost
            }
            _ => Cost::default(),
        }
    }

    fn number(&self, table: TableId) -> Option<TableNumber> {
        self.tables.get(table.position()).copied()
    }

    pub(super) fn priority(&self) -> Priority {
        self.asker.priority
    }

    /// When to look again for capacity; none where nothing waits for it.
    pub(super) fn until(&self) -> Option<Moment> {
        self.until
    }

    /// How long what is waited for has been waited for.
    pub(super) fn waiting(&self, now: Moment) -> Duration {
        self.waits.values().map(|since| now.since(*since)).sum()
    }

    /// Begins to look for what can be sent.
    pub(super) fn look(&mut self) {
        self.blocking.clear();
        self.until = None;
        self.held = Taken::default();
    }

    /// Whether anything was found to wait for capacity.
    pub(super) fn is_blocked(&self) -> bool {
        self.until.is_some()
    }

    /// Whether to take in more of the plan although much of it waits: once at a time, and soon again.
    pub(super) fn looks_on(&mut self, now: Moment) -> bool {
        let is_new = self.looked_on != Some(now);
        self.looked_on = Some(now);
        self.until = self.until.map(|until| until.min(now + LOOK));
        is_new
    }

    /// Notes how long what is not waited for any more was waited for.
    pub(super) fn note_waits(&mut self, buckets: &Buckets, report: &mut Report, now: Moment) {
        let Self { waits, blocking, .. } = self;
        waits.retain(|bucket, since| {
            let waits_on = blocking.contains(bucket);
            if !waits_on {
                report.wait_for_capacity(buckets.name(*bucket), now.since(*since));
            }
            waits_on
        });
        for bucket in &*blocking {
            waits.entry(*bucket).or_insert(now);
        }
    }
}

/// What the forming of calls asks of the buckets.
pub(super) struct Pacer<'a> {
    pub(super) pace: &'a mut Pace,
    pub(super) buckets: &'a mut Buckets,
    pub(super) slots: &'a Slots,
    pub(super) now: Moment,
}

impl Pacer<'_> {
    /// What an operation is expected to cost, where anything limits it.
    pub(super) fn cost(&self, operation: u32) -> Cost {
        self.pace.cost(self.slots[operation].task(), self.buckets)
    }

    /// The bucket that does not allow a cost beside what is taken already.
    pub(super) fn blocking(&mut self, cost: &Cost, taken: &Taken) -> Option<BucketId> {
        if cost.is_nothing() {
            return None;
        }
        self.buckets.blocking(cost, taken, &self.pace.held, self.pace.asker, self.now)
    }

    pub(super) fn is_full(&mut self, bucket: BucketId) -> bool {
        self.buckets.is_full(bucket, self.now)
    }

    /// Adds what a cost is charged to what is taken.
    pub(super) fn add(&self, cost: &Cost, taken: &mut Taken) {
        for (bucket, units) in self.buckets.charges(cost) {
            taken.add(bucket, units);
        }
    }

    /// What a cost is charged on one bucket.
    pub(super) fn charge_on(&self, bucket: BucketId, cost: &Cost) -> Micro {
        let charges = self.buckets.charges(cost);
        charges.iter().find(|(other, _)| *other == bucket).map_or(0, |(_, units)| *units)
    }

    /// Waits for so much of a bucket in all, of which the dearest thing takes so much.
    pub(super) fn wait(&mut self, bucket: BucketId, units: Micro, dearest: Micro) {
        let due = self.buckets.wait(bucket, units, dearest, self.pace.asker, self.now);
        self.pace.blocking.insert(bucket);
        self.pace.until = Some(self.pace.until.map_or(due, |until| until.min(due)));
    }
}

impl Scheduler {
    /// Does `work` with the buckets of the `Db`.
    pub(super) fn with_buckets<R>(&mut self, buckets: &mut Buckets, work: impl FnOnce(&mut Self) -> R) -> R {
        std::mem::swap(&mut self.buckets, buckets);
        let result = work(self);
        std::mem::swap(&mut self.buckets, buckets);
        result
    }

    /// Leaves the buckets to other runs.
    pub(super) fn leave(&mut self, buckets: &mut Buckets, now: Moment) {
        self.pace.look();
        self.pace.note_waits(buckets, &mut self.report, self.now.max(now));
        for (_, charged) in std::mem::take(&mut self.pace.formed) {
            buckets.give_back(&charged.taken, self.now);
        }
        for charged in self.held_back.values_mut().filter_map(|attempt| attempt.charged.take()) {
            buckets.give_back(&charged.taken, self.now);
        }
        buckets.leave(self.pace.asker.run);
    }

    pub(super) fn pacer(&mut self) -> Pacer<'_> {
        Pacer { pace: &mut self.pace, buckets: &mut self.buckets, slots: &self.slots, now: self.now }
    }

    /// Charges what a new machine's first call costs.
    pub(super) fn charge_formed(&mut self, machine: MachineId, cost: Cost) {
        if !cost.is_nothing() {
            let taken = self.buckets.take(&cost, self.pace.asker, self.now);
            self.pace.formed.insert(machine, Box::new(Charged { cost, taken }));
        }
    }

    /// What was charged for a machine's first call; nothing after it.
    pub(super) fn take_formed(&mut self, machine: MachineId) -> Option<Box<Charged>> {
        self.pace.formed.remove(&machine)
    }

    /// Gives back what was charged for a machine that sends nothing.
    pub(super) fn give_back_formed(&mut self, machine: MachineId) {
        if let Some(charged) = self.pace.formed.remove(&machine) {
            self.buckets.give_back(&charged.taken, self.now);
        }
    }

    /// Gives back what was charged for a call that is not sent.
    pub(super) fn give_back(&mut self, attempt: &mut Attempt) {
        if let Some(charged) = attempt.charged.take() {
            self.buckets.give_back(&charged.taken, self.now);
        }
    }

    /// What something waits for that an operation takes capacity of.
    pub(super) fn waited_for(&self, operation: u32) -> Option<&str> {
        let cost = self.pace.cost(self.slots[operation].task(), &self.buckets);
        let waits = |bucket: &BucketId| self.pace.waits.contains_key(bucket);
        let bucket = self.buckets.charges(&cost).into_iter().map(|(bucket, _)| bucket).find(waits)?;
        Some(self.buckets.name(bucket))
    }

    /// What a call is expected to cost, where anything limits it.
    pub(super) fn cost_of(&self, request: &Request) -> Cost {
        if self.pace.is_on && self.buckets.is_any_paced() {
            Cost::of_request(request, &self.buckets)
        } else {
            Cost::default()
        }
    }

    /// Sends a machine's call, where it is charged already or its capacity allows it; else it is held back.
    pub(super) fn send_or_hold(
        &mut self,
        mut attempt: Attempt,
        cost: Option<Cost>,
        client: &Client,
    ) -> Option<Step> {
        if let Some(cost) = cost {
            let Some(taken) = self.may_send(&cost) else {
                let slot = (attempt.machine, attempt.tag);
                self.held_back.insert(slot, attempt);
                self.due.insert(slot);
                return None;
            };
            attempt.charged = Charged::boxed(cost, taken);
        }
        Some(self.send(attempt, client))
    }

    /// The next call of those to be sent again that its capacity allows, or that must not be sent any more.
    pub(super) fn next_due(&mut self) -> Option<Attempt> {
        let due: Vec<_> = self.due.iter().copied().collect();
        due.into_iter().find_map(|slot| {
            let attempt = self.held_back.get(&slot).expect("what is due is held back");
            // It was charged before that was told.
            if attempt.announced {
                self.due.remove(&slot);
                return self.held_back.remove(&slot);
            }
            let is_over = attempt.ambiguous && !self.token_lives(attempt);
            // What was not paced before may be by now.
            let cost = self.cost_of(&attempt.request);
            let taken = if is_over { Taken::default() } else { self.may_send(&cost)? };
            self.due.remove(&slot);
            let mut attempt = self.held_back.remove(&slot)?;
            attempt.charged = Charged::boxed(cost, taken);
            Some(attempt)
        })
    }

    /// Charges a call that is held back, or waits for its capacity.
    pub(super) fn may_send(&mut self, cost: &Cost) -> Option<Taken> {
        if cost.is_nothing() {
            return Some(Taken::default());
        }
        let held = std::mem::take(&mut self.pace.held);
        let mut pacer = self.pacer();
        let blocking = pacer.blocking(cost, &held);
        pacer.pace.held = held;
        match blocking {
            None => Some(self.buckets.take(cost, self.pace.asker, self.now)),
            Some(bucket) => {
                let units = pacer.charge_on(bucket, cost);
                pacer.wait(bucket, units, units);
                if pacer.pace.held.of(bucket) == 0 {
                    pacer.pace.held.add(bucket, units);
                }
                None
            }
        }
    }

    /// Whether an operation is held up by buckets when the service has refused it.
    pub(super) fn is_paced(&self, operation: u32) -> bool {
        let table = self.slots[operation].task().table();
        let number = table.and_then(|table| self.pace.number(table));
        self.pace.is_on && number.is_some_and(|number| self.buckets.is_paced(number))
    }

    /// Whether anything of this plan's tables is in use without being waited for.
    pub(super) fn is_anything_idle(&self) -> bool {
        let tables = &self.pace.tables;
        tables.len() > 1 || self.buckets.is_any_idle(tables.iter().copied(), self.now)
    }

    /// Takes what an answer tells of capacity; whether buckets hold up what it refused.
    pub(super) fn settle_cost(
        &mut self,
        attempt: &mut Attempt,
        answer: &Result<Response, CallError>,
    ) -> bool {
        if !self.pace.is_on {
            return false;
        }
        let now = self.now;
        let Charged { cost, taken } = attempt.charged.take().map(|charged| *charged).unwrap_or_default();
        let refused = match answer {
            Ok(response) => {
                let actual = self.buckets.consumed(&attempt.request, response);
                let left = Cost::unprocessed(response, &self.buckets);
                self.buckets.answered(&cost, &left, &taken, &actual, now);
                Refused::by_answer(&attempt.request, response, &self.buckets, now)
            }
            Err(CallError::Refused(rejection)) => {
                let refused = Refused::by_error(rejection, &attempt.request, &self.buckets);
                // A condition costs as much where it fails; a busy range of keys is no matter of the table.
                let failed = matches!(
                    rejection.code.as_str(),
                    "ConditionalCheckFailedException" | "TransactionCanceledException"
                );
                if refused.buckets.is_empty() && !failed {
                    self.buckets.give_back(&taken, now);
                }
                refused
            }
            Err(CallError::NotSent { .. }) => {
                self.buckets.give_back(&taken, now);
                Refused::default()
            }
            Err(CallError::Unknown { .. }) => Refused::default(),
        };
        for (table, bucket) in &refused.buckets {
            self.buckets.refused(*table, *bucket, now);
        }
        !refused.buckets.is_empty() && !refused.is_of_keys
    }

    /// A machine that asks for a table's capacity, where that is wanted.
    pub(super) fn form_description(&mut self) -> bool {
        if self.deadline_passed {
            return false;
        }
        let Some((number, name)) = self.buckets.take_to_describe() else { return false };
        let machine = Machine::Describe(Describe::new(number, name.to_owned()));
        self.machines.insert(self.next_machine, machine);
        self.runnable.insert(self.next_machine, ());
        self.next_machine += 1;
        true
    }
}
