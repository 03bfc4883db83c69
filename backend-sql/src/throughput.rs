//! Provisioned throughput: a bucket for the reads and one for the writes of each table and each global index.
//!
//! A bucket gains the declared capacity continuously, up to what its burst holds. A call is admitted where the level
//! covers its cost, or where the bucket is full: it then goes below zero, since otherwise a large item could never be
//! written to a small table. Levels are whole nano-units, of which a table of `W` units a second gains exactly `W` each
//! nanosecond, so that nothing is ever rounded. They live as long as the backend, and are not kept in its file.
//!
//! Not simulated: the limits of single partitions, adaptive capacity, and limits of tables billed on demand.
//!
//! See [Provisioned capacity mode](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html)
//! and [Burst capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dynochemy_core::api::ProvisionedThroughput;
use dynochemy_core::{Moment, ThrottlingReason};

use crate::capacity::{Cost, Costs, Direction, Units};
use crate::storage::{Index, IndexKind, Table};

/// The service lets unused capacity of up to five minutes be spent at once.
const BURST: Duration = Duration::from_secs(300);
const NANOS_PER_HALF_UNIT: i128 = 500_000_000;

/// How a backend limits the use of its tables.
///
/// ```
/// use std::time::Duration;
/// use dynochemy_sql::{SqlBackend, Throughput};
///
/// let strict = Throughput::declared().burst(Duration::from_secs(1));
/// let backend = SqlBackend::in_memory()?.with_throughput(strict);
/// # Ok::<(), dynochemy_sql::OpenError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throughput {
    limited: bool,
    burst: Duration,
    saved: Option<Duration>,
}

impl Default for Throughput {
    fn default() -> Self {
        Self::unlimited()
    }
}

impl Throughput {
    /// No limits: nothing is ever throttled.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { limited: false, burst: BURST, saved: None }
    }

    /// What each table declares as its provisioned throughput; a table without it is not limited.
    ///
    /// Unused capacity of 300 seconds can be spent at once, and a table starts with that much.
    #[must_use]
    pub fn declared() -> Self {
        Self { limited: true, ..Self::unlimited() }
    }

    /// How much unused capacity can be spent at once, as the time in which a table gains it; one second is no burst at
    /// all.
    #[must_use]
    pub fn burst(mut self, burst: Duration) -> Self {
        self.burst = burst;
        self
    }

    /// How much unused capacity a table has when it is first used, as the time in which it gains it; at most the burst.
    #[must_use]
    pub fn starting_with(mut self, saved: Duration) -> Self {
        self.saved = Some(saved);
        self
    }
}

/// The buckets of all tables, behind a lock that is held for no longer than it takes to look into some of them.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    throughput: Throughput,
    buckets: BTreeMap<(i64, Direction), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// Nano-units.
    level: i128,
    most: i128,
    /// Units a second, which is nano-units a nanosecond.
    rate: i128,
    filled: Moment,
}

impl Meter {
    /// Limits the use of tables anew, which all start with full buckets again.
    pub(crate) fn limit(&self, throughput: Throughput) {
        *self.lock() = Buckets { throughput, buckets: BTreeMap::new() };
    }

    /// Takes a cost out of the buckets of a table and its global indexes, or nothing where one of them does not admit it.
    ///
    /// # Errors
    /// Which of them do not.
    pub(crate) fn take(
        &self,
        table: &Table,
        direction: Direction,
        cost: &Cost,
        now: Moment,
    ) -> Result<(), Vec<ThrottlingReason>> {
        let mut buckets = self.lock();
        let refusals = buckets.refusals(table, direction, cost, now);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        buckets.charge(table, direction, cost, now);
        Ok(())
    }

    /// Takes what a call costs on several tables, or nothing where one of their buckets does not admit it.
    ///
    /// # Errors
    /// Which of them do not, by the numbers of their tables.
    pub(crate) fn take_all(
        &self,
        costs: &Costs<'_>,
        direction: Direction,
        now: Moment,
    ) -> Result<(), BTreeMap<i64, Vec<ThrottlingReason>>> {
        let mut buckets = self.lock();
        let mut refused = BTreeMap::new();
        for (table, cost) in costs.iter() {
            let refusals = buckets.refusals(table, direction, cost, now);
            if !refusals.is_empty() {
                refused.insert(table.id, refusals);
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        for (table, cost) in costs.iter() {
            buckets.charge(table, direction, cost, now);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Buckets> {
        // What a panic leaves is a bucket that has, or has not, paid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buckets {
    /// Which buckets do not admit a cost.
    fn refusals(
        &mut self,
        table: &Table,
        direction: Direction,
        cost: &Cost,
        now: Moment,
    ) -> Vec<ThrottlingReason> {
        let mut refusals = Vec::new();
        self.each(table, direction, cost, now, |bucket, index, units| {
            if bucket.level < nanos(units) && bucket.level < bucket.most {
                refusals.push(reason(table, index, direction));
            }
        });
        refusals
    }

    /// Takes a cost that is admitted.
    fn charge(&mut self, table: &Table, direction: Direction, cost: &Cost, now: Moment) {
        self.each(table, direction, cost, now, |bucket, _, units| bucket.level -= nanos(units));
    }

    /// Hands each bucket that has limits, filled up to now, to `visit` with its part of the cost. A local index takes of
    /// its table's capacity.
    fn each<'t>(
        &mut self,
        table: &'t Table,
        direction: Direction,
        cost: &Cost,
        now: Moment,
        mut visit: impl FnMut(&mut Bucket, Option<&'t Index>, Units),
    ) {
        if !self.throughput.limited {
            return;
        }
        let mut own = cost.table;
        for (position, units) in cost.indexes() {
            let index = &table.indexes[position];
            match index.kind {
                IndexKind::Local => own += units,
                IndexKind::Global => {
                    if let Some(bucket) = self.bucket(index.id, index.throughput, direction, now) {
                        visit(bucket, Some(index), units);
                    }
                }
            }
        }
        if own > Units::default()
            && let Some(bucket) = self.bucket(table.id, table.throughput, direction, now)
        {
            visit(bucket, None, own);
        }
    }

    /// The bucket of a table or index, filled up to now; `None` where there are no limits.
    fn bucket(
        &mut self,
        store: i64,
        declared: Option<ProvisionedThroughput>,
        direction: Direction,
        now: Moment,
    ) -> Option<&mut Bucket> {
        let declared = declared?;
        let Throughput { burst, saved, .. } = self.throughput;
        let rate = i128::from(match direction {
            Direction::Read => declared.read_capacity_units,
            Direction::Write => declared.write_capacity_units,
        });
        let gained =
            |time: Duration| rate.saturating_mul(i128::try_from(time.as_nanos()).unwrap_or(i128::MAX));
        let bucket = self.buckets.entry((store, direction)).or_insert_with(|| Bucket {
            level: gained(saved.map_or(burst, |saved| saved.min(burst))),
            most: gained(burst),
            rate,
            filled: now,
        });
        bucket.fill(now);
        if bucket.rate != rate {
            // The capacity has been changed since; what was saved stays, as far as the new burst holds it.
            (bucket.rate, bucket.most) = (rate, gained(burst));
            bucket.level = bucket.level.min(bucket.most);
        }
        Some(bucket)
    }
}

impl Bucket {
    /// A moment before the last one changes nothing.
    fn fill(&mut self, now: Moment) {
        let nanos = now.as_nanos().saturating_sub(self.filled.as_nanos());
        let gained = self.rate.saturating_mul(i128::from(nanos));
        self.level = self.level.saturating_add(gained).min(self.most);
        self.filled = self.filled.max(now);
    }
}

fn nanos(cost: Units) -> i128 {
    i128::from(cost.halves()) * NANOS_PER_HALF_UNIT
}

/// What a refusal says of the table or index that was out of capacity.
fn reason(table: &Table, index: Option<&Index>, direction: Direction) -> ThrottlingReason {
    let direction = match direction {
        Direction::Read => "Read",
        Direction::Write => "Write",
    };
    let (kind, resource) = match index {
        None => ("Table", table.arn()),
        Some(index) => ("Index", index.arn(table)),
    };
    ThrottlingReason { reason: format!("{kind}{direction}ProvisionedThroughputExceeded"), resource }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::testing::table;

    fn meter(throughput: Throughput) -> Meter {
        let meter = Meter::default();
        meter.limit(throughput);
        meter
    }

    /// How many single writes are admitted at once.
    fn admitted(meter: &Meter, table: &Table, now: Moment) -> u32 {
        let cost = Cost::from(Units::write(1));
        let take = |_: &u32| meter.take(table, Direction::Write, &cost, now).is_ok();
        (0..10_000).take_while(take).count() as u32
    }

    #[test]
    fn without_limits_nothing_is_ever_refused() {
        for (throughput, capacity) in [(Throughput::default(), Some(1)), (Throughput::declared(), None)] {
            assert_eq!(admitted(&meter(throughput), &table(1, capacity), Moment::EPOCH), 10_000);
        }
    }

    #[test]
    fn a_bucket_holds_its_burst_and_gains_its_capacity() {
        let start = Moment::from_secs(1_000);
        let meter = meter(Throughput::declared());
        let table = table(1, Some(5));
        assert_eq!(admitted(&meter, &table, start), 1_500);
        assert_eq!(admitted(&meter, &table, start), 0);
        assert_eq!(admitted(&meter, &table, start + Duration::from_millis(1_399)), 6);
        assert_eq!(admitted(&meter, &table, start + Duration::from_millis(1_400)), 1);
        assert_eq!(admitted(&meter, &table, start + Duration::from_secs(9_999)), 1_500);
    }

    #[test]
    fn a_bucket_can_start_with_less_than_its_burst() {
        let throughput =
            Throughput::declared().burst(Duration::from_secs(10)).starting_with(Duration::from_secs(2));
        let meter = meter(throughput);
        assert_eq!(admitted(&meter, &table(1, Some(5)), Moment::EPOCH), 10);
        assert_eq!(admitted(&meter, &table(1, Some(5)), Moment::from_secs(60)), 50);
    }

    #[test]
    fn a_full_bucket_admits_anything_and_pays_it_off() {
        let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
        let table = table(1, Some(5));
        let large = Cost::from(Units::write(20 * 1024));
        assert!(meter.take(&table, Direction::Write, &large, Moment::EPOCH).is_ok());
        let small = Cost::from(Units::write(1));
        // It is at -15 now, and one unit is there after 16 gained.
        let paid = Moment::EPOCH + Duration::from_millis(3_200);
        let before = Moment::from_nanos(paid.as_nanos() - 1);
        assert!(meter.take(&table, Direction::Write, &small, before).is_err());
        assert!(meter.take(&table, Direction::Write, &small, paid).is_ok());
    }

    #[test]
    fn tables_and_directions_have_buckets_of_their_own() {
        let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
        let now = Moment::EPOCH;
        assert_eq!(admitted(&meter, &table(1, Some(5)), now), 5);
        let read = Cost::from(Units::write(1));
        assert!(meter.take(&table(1, Some(5)), Direction::Read, &read, now).is_ok());
        assert_eq!(admitted(&meter, &table(2, Some(7)), now), 7);
    }

    #[test]
    fn time_that_goes_backward_neither_fills_nor_empties() {
        let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
        let table = table(1, Some(5));
        assert_eq!(admitted(&meter, &table, Moment::from_secs(100)), 5);
        assert_eq!(admitted(&meter, &table, Moment::from_secs(50)), 0);
        assert_eq!(admitted(&meter, &table, Moment::from_secs(100)), 0, "not filled a second time");
        assert_eq!(admitted(&meter, &table, Moment::from_secs(101)), 5);
    }

    #[test]
    fn a_global_index_has_a_bucket_of_its_own_and_a_local_one_takes_of_its_tables() {
        let meter = meter(Throughput::declared().burst(Duration::from_secs(1)));
        // Five units for the table with its local index, two for the global one.
        let table = table(1, Some(5));
        let mut cost = Cost::from(Units::write(1));
        cost.add_index(0, Units::write(1));
        cost.add_index(1, Units::write(1));
        let take = || meter.take(&table, Direction::Write, &cost, Moment::EPOCH);
        assert_eq!((take(), take()), (Ok(()), Ok(())));
        let refused = take().unwrap_err();
        let told: Vec<_> = refused.iter().map(|reason| reason.reason.as_str()).collect();
        assert_eq!(
            told,
            ["IndexWriteProvisionedThroughputExceeded", "TableWriteProvisionedThroughputExceeded"]
        );
        assert_eq!(refused[0].resource, "arn:aws:dynamodb:local:000000000000:table/table1/index/by_name");
        assert_eq!(admitted(&meter, &table, Moment::EPOCH), 1, "what was refused took nothing");
    }

    #[test]
    fn a_change_of_capacity_keeps_what_was_saved() {
        let meter = meter(Throughput::declared().burst(Duration::from_secs(2)));
        assert_eq!(admitted(&meter, &table(1, Some(1)), Moment::EPOCH), 2);
        let later = Moment::from_secs(1);
        assert_eq!(admitted(&meter, &table(1, Some(10)), later), 1);
        assert_eq!(admitted(&meter, &table(1, Some(10)), Moment::from_secs(2)), 10);
    }
}
