//! One bucket, in whole nano-units.

use std::time::Duration;

use dynochemy_core::Moment;

use crate::capacity::Units;

const NANOS_PER_HALF_UNIT: i128 = 500_000_000;

/// What is left of a capacity.
#[derive(Debug)]
pub(super) struct Bucket {
    level: i128,
    most: i128,
    /// Units a second, which is nano-units a nanosecond.
    rate: i128,
    filled: Moment,
    /// Whether it may have another rate since then.
    is_settled: bool,
}

impl Bucket {
    /// A bucket that gains `rate` units a second, holds what it gains in `burst`, and has what it gains in `saved`.
    pub(super) fn new(rate: u64, burst: Duration, saved: Duration, now: Moment) -> Self {
        let rate = i128::from(rate);
        let (level, most) = (gained(rate, saved.min(burst)), gained(rate, burst));
        Self { level, most, rate, filled: now, is_settled: false }
    }

    /// Lets it gain up to now, and at this rate from the last change of limits on. A moment before the last one changes
    /// nothing.
    pub(super) fn fill(&mut self, rate: u64, burst: Duration, now: Moment) {
        if !self.is_settled {
            // That the rate has changed is seen only now, unless it was told.
            self.gain(now);
        }
        // What was saved stays, as far as the new burst holds it.
        self.rate = i128::from(rate);
        self.most = gained(self.rate, burst);
        self.level = self.level.min(self.most);
        self.is_settled = false;
        self.gain(now);
    }

    /// Lets it gain up to now, from when on it may have another rate.
    pub(super) fn settle(&mut self, now: Moment) {
        self.gain(now);
        self.is_settled = true;
    }

    fn gain(&mut self, now: Moment) {
        let passed = now.since(self.filled);
        self.level = self.level.saturating_add(gained(self.rate, passed)).min(self.most);
        self.filled = self.filled.max(now);
    }

    pub(super) fn admits(&self, cost: Units) -> bool {
        self.level >= nanos(cost) || self.level >= self.most
    }

    /// Takes a cost that is admitted.
    pub(super) fn take(&mut self, cost: Units) {
        self.level -= nanos(cost);
    }

    /// Whether it is as good as a new one by now.
    pub(super) fn is_full(&self, now: Moment) -> bool {
        self.level.saturating_add(gained(self.rate, now.since(self.filled))) >= self.most
    }
}

fn gained(rate: i128, time: Duration) -> i128 {
    rate.saturating_mul(i128::try_from(time.as_nanos()).unwrap_or(i128::MAX))
}

fn nanos(cost: Units) -> i128 {
    i128::from(cost.halves()) * NANOS_PER_HALF_UNIT
}
