//! Provisioned throughput: how a backend limits the use of its tables, on the clock that is passed in.
//!
//! The reads and the writes of each table and of each global index have a bucket each, which gains the capacity
//! continuously, up to what its burst holds. A cost is admitted where the level covers it, or where the bucket is full:
//! it then goes below zero, since otherwise a large item could never be written to a small table. A cost on several
//! buckets, as of a write that goes into global indexes, is admitted by all of them or by none, so that an index out of
//! capacity throttles its table's writes. Levels are whole nano-units, of which a capacity of `W` units a second gains
//! exactly `W` each nanosecond, so that nothing is ever rounded. Time that goes backward changes nothing. Levels live as
//! long as the backend, and are not kept in its file.
//!
//! - Members of a batch are taken in the order of the request, each alone, and the batch goes on after a refusal. What
//!   was refused is left unprocessed, without a reason; a batch of which nothing fits is refused with the reasons.
//! - A transaction is taken as a whole, before its conditions fail; so is a single write, whose condition costs as much
//!   when it fails.
//! - A read is taken by what it found, after it was found: a page that is refused is not answered. The service cannot
//!   know either what a page will cost, but does not say how it decides.
//! - A table billed on demand is limited by its maximum throughput alone, where it declares one.
//! - Partitions, where they are limited, are simpler than the service's: each hash key of a table, or of a global index,
//!   is one, with the capacity of one second and no burst. Scans have no part in them.
//!
//! Not simulated: adaptive capacity, the growth of tables billed on demand, and limits of an account.
//!
//! See [Provisioned capacity mode](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html),
//! [Burst capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html) and
//! [Throttling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling.html).

mod bucket;
mod meter;
#[cfg(test)]
mod tests;

use std::time::Duration;

use dynochemy_core::api::ProvisionedThroughput;

pub(crate) use meter::{Billing, Meter, Refusal};

/// The service lets unused capacity of up to five minutes be spent at once.
const BURST: Duration = Duration::from_secs(300);
/// What a table gains in it is what it can give without a burst.
const SECOND: Duration = Duration::from_secs(1);
/// What one partition of the service gives a second.
const PARTITION: ProvisionedThroughput =
    ProvisionedThroughput { read_capacity_units: 3_000, write_capacity_units: 1_000 };

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
    capacity: Capacity,
    burst: Duration,
    saved: Option<Duration>,
    partition: Option<ProvisionedThroughput>,
}

/// Where capacities come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Capacity {
    Unlimited,
    Declared,
    Forced(ProvisionedThroughput),
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
        Self::of(Capacity::Unlimited)
    }

    /// What each table and each global index declares as its provisioned throughput, or as its maximum throughput on
    /// demand; what declares neither is not limited.
    ///
    /// Unused capacity of 300 seconds can be spent at once, and a table starts with that much.
    #[must_use]
    pub fn declared() -> Self {
        Self::of(Capacity::Declared)
    }

    /// The same capacity for each table and each global index, whatever it declares: read units and write units a second.
    /// Of none a second, nothing is ever gained: what a call then takes of a full table is the last.
    ///
    /// ```
    /// # use dynochemy_sql::{SqlBackend, Throughput};
    /// // As if all tables declared `read_capacity = 10, write_capacity = 5`.
    /// let backend = SqlBackend::in_memory()?.with_throughput(Throughput::forced(10, 5));
    /// # Ok::<(), dynochemy_sql::OpenError>(())
    /// ```
    #[must_use]
    pub fn forced(read_capacity_units: u64, write_capacity_units: u64) -> Self {
        Self::of(Capacity::Forced(ProvisionedThroughput { read_capacity_units, write_capacity_units }))
    }

    fn of(capacity: Capacity) -> Self {
        Self { capacity, burst: BURST, saved: None, partition: None }
    }

    /// How much unused capacity can be spent at once, as the time in which a table gains it; one second is no burst at
    /// all, and less is taken for one second, since else the capacity itself could not be used.
    #[must_use]
    pub fn burst(mut self, burst: Duration) -> Self {
        self.burst = burst.max(SECOND);
        self
    }

    /// How much unused capacity a table has when it is first used, as the time in which it gains it; at most the burst.
    #[must_use]
    pub fn starting_with(mut self, saved: Duration) -> Self {
        self.saved = Some(saved);
        self
    }

    /// Also limits what one hash key of a table, or of a global index, takes: 3,000 read units and 1,000 write units a
    /// second, as one partition of the service gives.
    #[must_use]
    pub fn per_partition(self) -> Self {
        self.per_partition_of(PARTITION.read_capacity_units, PARTITION.write_capacity_units)
    }

    /// As [`Throughput::per_partition`], with other read units and write units a second.
    #[must_use]
    pub fn per_partition_of(mut self, read_capacity_units: u64, write_capacity_units: u64) -> Self {
        self.partition = Some(ProvisionedThroughput { read_capacity_units, write_capacity_units });
        self
    }

    fn is_limited(&self) -> bool {
        self.capacity != Capacity::Unlimited || self.partition.is_some()
    }
}
