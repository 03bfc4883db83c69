//! The controller of one bucket: how fast calls may use one capacity of a table or index.
//!
//! ```text
//!          refused by itself, or declared                 refused
//! free --------------------------------------> paced: rate <= capacity <-----> probing: rate > capacity
//! ```
//!
//! A bucket is _free_ while no limit is known. A paced one gains its rate continuously and is charged on sending, by an
//! estimate that the answer corrects. What the service refuses lowers the rate: a little where this client alone uses
//! the capacity up, by much where others use it too; it then rises steadily, so that clients that know nothing of each
//! other come to equal shares. At its capacity, a bucket that is waited for is now and then let go faster, since there may be
//! unused capacity of the last minutes to spend, or, where the service does not tell, the capacity may have been raised.
//! Small plans that someone waits for are lent such unused capacity at once, until the service refuses it.
//!
//! Integers only: units in millionths, rates in millionths a second. Nothing is random, and time that goes backward
//! changes nothing.

use std::collections::VecDeque;
use std::time::Duration;

use super::queue::Queue;
use crate::moment::Moment;

/// Capacity units, in millionths.
pub(crate) type Micro = i64;

/// One capacity unit.
pub(crate) const UNIT: Micro = 1_000_000;

const SECOND: Duration = Duration::from_secs(1);
/// For how long what was consumed is remembered.
const HISTORY: Duration = Duration::from_secs(4);
/// What is consumed within this time is one entry of it.
const GRAIN: Duration = Duration::from_millis(10);
/// How long after a refusal a bucket is not probed, at first and at most.
const HOLD: Duration = Duration::from_secs(30);
const LONGEST_HOLD: Duration = Duration::from_secs(60);
/// For how long what the service told of a capacity is relied on. A bucket that was probed in vain is not probed for long
/// then: what is left to be found is what the service saves up while it is unused, of five minutes at most.
const RELIANCE: Duration = Duration::from_secs(40);
const HOLD_IF_TOLD: Duration = Duration::from_secs(300);
/// The base of the rise where nothing is declared: what the service gives a new table on demand.
const ON_DEMAND: Micro = 4_000 * UNIT;

/// A table on demand gives more, unless it is a single key that is refused.
const LEAST_ON_DEMAND: Micro = 250 * UNIT;

/// How the cost of a call was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Estimate {
    /// By the size of what is written.
    Sized,
    /// Of one item whose size is not known.
    Item,
    /// Of a page.
    Page,
}

impl Estimate {
    /// The most by which an estimate is multiplied, in thousandths.
    fn most(self) -> i64 {
        match self {
            Self::Sized => 8_000,
            Self::Item => 400_000,
            Self::Page => 1_000_000,
        }
    }

    /// How much of it one answer makes: one of so many.
    fn weight(self) -> i64 {
        match self {
            Self::Sized => 32,
            Self::Item | Self::Page => 8,
        }
    }
}

/// What a refusal says of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Nothing more.
    None,
    /// The capacity may have changed: describe the table.
    Describe,
}

/// One capacity of a table or index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bucket {
    /// What is provisioned, as far as anyone has told.
    declared: Option<Micro>,
    is_paced: bool,
    /// What the service is believed to give a second.
    capacity: Micro,
    rate: Micro,
    level: Micro,
    /// Up to when the level has gained, and the rate has moved.
    filled: Moment,
    moved: Moment,
    refused: Option<Moment>,
    lowered: Option<Moment>,
    described: Option<Moment>,
    /// When more than was there was last lent.
    lent: Option<Moment>,
    /// When the service last told the capacity.
    told: Option<Moment>,
    /// Nothing is gained until then.
    stopped: Moment,
    hold: Option<Duration>,
    is_probing: bool,
    /// What was gained beyond the capacity while probing.
    excess: Micro,
    /// What was consumed when.
    history: VecDeque<(Moment, Micro)>,
    /// What things really cost by what was estimated, in thousandths; zero for what was never told.
    ratios: [i64; 3],
    pub(super) queue: Queue,
}

impl Bucket {
    /// Says what is provisioned, in units a second, before the first call: it is kept to from then on.
    pub(crate) fn declare(&mut self, units: u64) {
        let capacity = micro(units);
        if self.declared.is_none() && capacity > 0 {
            self.declared = Some(capacity);
            self.pace(capacity, capacity);
        }
    }

    /// Says what is provisioned, in units a second, without keeping to it before the service refuses anything.
    pub(crate) fn note(&mut self, units: u64) {
        let capacity = micro(units);
        if capacity > 0 {
            self.declared.get_or_insert(capacity);
        }
    }

    /// Takes what the service tells of the capacity; `None` where it is not limited.
    pub(crate) fn learn(&mut self, units: Option<u64>, now: Moment) {
        self.advance(now);
        self.told = Some(now);
        let told = units.map(micro).filter(|capacity| *capacity > 0);
        if told == self.declared {
            return;
        }
        self.declared = told;
        if let Some(capacity) = told {
            if self.is_paced && capacity != self.capacity {
                self.pace(capacity, capacity);
                self.level = self.level.min(0);
                (self.refused, self.lowered) = (Some(now), Some(now));
            }
        } else if self.is_paced {
            self.capacity = self.capacity.max(ON_DEMAND);
        }
    }

    fn pace(&mut self, capacity: Micro, rate: Micro) {
        self.is_paced = true;
        self.capacity = capacity;
        self.rate = rate;
        self.is_probing = false;
        self.excess = 0;
    }

    /// Whether it keeps to what is provisioned, which may change without anything being refused.
    pub(super) fn is_provisioned(&self) -> bool {
        self.is_paced && self.declared.is_some()
    }

    /// Whether it limits anything.
    pub(crate) fn is_paced(&self) -> bool {
        self.is_paced
    }

    /// Whether something was taken from it in the last seconds, and nobody waits for more.
    pub(crate) fn is_idle(&self, now: Moment) -> bool {
        let is_used = self.history.back().is_some_and(|(at, _)| now.since(*at) <= HISTORY);
        is_used && !self.queue.is_waited_for(now)
    }

    /// The most that can be saved up.
    pub(crate) fn depth(&self, now: Moment) -> Micro {
        let dearest = self.queue.dearest(now).min(self.capacity);
        (self.rate / 5).max((100 * UNIT).min(self.capacity / 2)).max(dearest)
    }

    /// Lets it gain up to now.
    pub(crate) fn advance(&mut self, now: Moment) {
        self.advance_for(0, now);
    }

    /// Lets it gain up to now, for something that takes so much at once, however late who waits for it comes.
    pub(crate) fn advance_for(&mut self, cost: Micro, now: Moment) {
        if !self.is_paced {
            (self.filled, self.moved) = (self.filled.max(now), self.moved.max(now));
            return;
        }
        if self.filled == Moment::EPOCH {
            // Nobody knows what is saved up: enough for one small thing, so that it need not wait.
            (self.filled, self.moved) = (now, now);
            self.level = (2 * UNIT).min(self.depth(now));
        }
        if now > self.filled {
            let from = self.filled.max(self.stopped);
            self.filled = now;
            let gained = share(self.rate, now.since(from));
            let most = self.depth(now).max(cost.min(self.capacity));
            self.level = self.level.saturating_add(gained).min(most);
        }
        let passed = now.since(self.moved);
        if passed >= GRAIN {
            self.moved = now;
            self.move_rate(passed.min(SECOND), now);
        }
    }

    fn move_rate(&mut self, passed: Duration, now: Moment) {
        let Self { capacity, rate, .. } = *self;
        if rate < capacity {
            // Faster where the share is small, so that shares become equal.
            let haste = (1000 * i128::from(capacity) / (4 * i128::from(rate.max(1)))).clamp(500, 1500);
            let rise = i128::from(share(capacity, passed)) * 6 * haste / 1_000_000;
            self.rate = capacity.min(rate + narrow(rise));
        } else if self.queue.is_waited_for(now) && self.is_held_no_more(now) {
            self.is_probing = true;
            let beyond = rate - capacity;
            self.excess = self.excess.saturating_add(share(beyond, passed));
            self.rate = rate.saturating_add(share(beyond + capacity / 50, passed));
        }
    }

    fn is_held_no_more(&self, now: Moment) -> bool {
        let hold = self.hold.unwrap_or(HOLD);
        let hold = if self.is_told(now) { hold } else { hold.min(LONGEST_HOLD) };
        self.refused.is_none_or(|refused| now.since(refused) > hold)
    }

    fn is_told(&self, now: Moment) -> bool {
        self.told.is_some_and(|told| now.since(told) <= RELIANCE)
    }

    /// Whether nobody can tell yet who uses how much.
    fn is_new(&self, now: Moment) -> bool {
        self.history.front().is_none_or(|(at, _)| now.since(*at) < SECOND)
    }

    /// What a call is charged for what it was estimated to cost.
    pub(crate) fn charge_for(&self, estimate: Estimate, units: Micro) -> Micro {
        match self.ratios[estimate as usize] {
            0 => units,
            ratio => narrow(i128::from(units) * i128::from(ratio) / 1000),
        }
    }

    /// Whether there is enough for a cost, in addition to what comes before it. What no second gives is paid off afterwards,
    /// as in the service.
    pub(crate) fn covers(&self, before: Micro, cost: Micro) -> bool {
        !self.is_paced || self.level >= self.needed(before, cost)
    }

    fn needed(&self, before: Micro, cost: Micro) -> Micro {
        if before == 0 { cost.min(self.capacity) } else { before.saturating_add(cost) }
    }

    /// Whether nothing more can be saved up.
    pub(crate) fn is_full(&self, now: Moment) -> bool {
        self.level >= self.depth(now)
    }

    /// From when on it covers a cost in addition to what comes before it, or is full.
    pub(crate) fn covers_from(&self, before: Micro, cost: Micro, now: Moment) -> Moment {
        let missing = i128::from(self.needed(before, cost).min(self.depth(now))) - i128::from(self.level);
        let nanos = (missing.max(0) * 1_000_000_000).div_euclid(self.rate.max(1).into()) + 1;
        now.max(self.stopped) + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(crate) fn take(&mut self, cost: Micro) {
        self.level = self.level.saturating_sub(cost);
    }

    /// Whether it lends what the service may have saved up while it was unused, which nobody knows before it is refused.
    pub(crate) fn lends(&self, now: Moment) -> bool {
        let is_refused = self.refused.is_some_and(|refused| now.since(refused) <= HOLD);
        !is_refused && !self.queue.is_waited_for(now)
    }

    /// Takes what is there, and the rest of what the service may have saved up.
    pub(crate) fn lend(&mut self, cost: Micro, now: Moment) {
        if cost > self.level {
            self.lent = Some(now);
        }
        self.level = self.level.saturating_sub(cost).max(self.level.min(0));
    }

    /// Gives back what a call was charged that had no effect.
    pub(crate) fn give_back(&mut self, cost: Micro, now: Moment) {
        self.level = self.level.saturating_add(cost).min(self.depth(now)).max(self.level);
    }

    /// Takes what an answer tells: what was charged, and what it cost.
    pub(crate) fn answered(&mut self, charged: Micro, actual: Micro, now: Moment) {
        self.advance(now);
        if self.is_paced {
            self.level = self.level.saturating_sub(actual - charged).min(self.depth(now));
        }
        match self.history.back_mut() {
            Some((at, units)) if now.since(*at) < GRAIN => *units += actual,
            _ => self.history.push_back((now, actual)),
        }
        while self.history.front().is_some_and(|(at, _)| now.since(*at) > HISTORY) {
            self.history.pop_front();
        }
    }

    /// Takes what an answer tells of how good an estimate was.
    pub(crate) fn estimated(&mut self, estimate: Estimate, units: Micro, actual: Micro) {
        if units > 0 {
            let told = i128::from(actual) * 1000 / i128::from(units);
            let ratio = &mut self.ratios[estimate as usize];
            let before = if *ratio == 0 { 1000 } else { *ratio };
            let weight = i128::from(estimate.weight());
            let mixed = (i128::from(before) * (weight - 1) + told) / weight;
            *ratio = narrow(mixed.clamp(1000, estimate.most().into()));
        }
    }

    /// Units a second that were consumed lately.
    pub(super) fn measured(&self, now: Moment) -> Micro {
        let first = self.history.front().map_or(now, |(at, _)| *at);
        let window = now.since(self.refused.unwrap_or(first)).clamp(SECOND, HISTORY);
        let lately = self.history.iter().filter(|(at, _)| now.since(*at) <= window);
        let consumed: i128 = lately.map(|(_, units)| i128::from(*units)).sum();
        narrow(consumed * 1_000_000_000 / i128::try_from(window.as_nanos()).expect("four seconds at most"))
    }

    /// How much of the capacity was consumed lately, in thousandths.
    pub(super) fn use_made(&self, now: Moment) -> i128 {
        i128::from(self.measured(now)) * 1000 / i128::from(self.capacity.max(1))
    }

    /// The service has refused something for want of this capacity.
    pub(crate) fn refused(&mut self, now: Moment) -> Advice {
        self.advance(now);
        let measured = self.measured(now);
        if !self.is_paced {
            let capacity = self.declared.unwrap_or(ON_DEMAND.max(measured));
            let rate = self.declared.unwrap_or((measured / 100 * 85).max(LEAST_ON_DEMAND)).max(UNIT);
            self.pace(capacity, rate.min(capacity));
            self.level = 0;
            (self.refused, self.lowered) = (Some(now), Some(now));
            return self.advise(now);
        }
        self.level = self.level.min(0);
        if self.is_probing {
            self.is_probing = false;
            let much = self.excess / 2 > self.capacity;
            if much && measured > self.capacity / 100 * 105 {
                self.capacity = measured;
                self.hold = Some(HOLD);
            } else if !self.is_new(now) {
                let longer = self.hold.map_or(HOLD, |hold| (2 * hold).min(LONGEST_HOLD));
                self.hold = Some(if self.is_told(now) { HOLD_IF_TOLD } else { longer });
            }
            self.excess = 0;
            self.rate = self.capacity;
            // What was had beyond the capacity has used up what the service had saved; without any of that, calls that
            // overtake each other on their way would be refused next.
            self.level -= self.capacity / 20;
            (self.refused, self.lowered) = (Some(now), Some(now));
            return Advice::None;
        }
        let advice = self.advise(now);
        self.refused = Some(now);
        if self.lent.take().is_some_and(|lent| now.since(lent) < SECOND) {
            // The service had not saved up as much, which says nothing of the rate.
            self.lowered = Some(now);
            return advice;
        }
        if self.lowered.is_some_and(|lowered| now.since(lowered) < SECOND) {
            return advice;
        }
        if self.is_new(now) && self.lowered.is_none() {
            self.lowered = Some(now);
            return advice;
        }
        let declared = self.declared.unwrap_or(UNIT);
        if self.capacity > declared && measured < self.capacity / 10 * 9 {
            self.capacity = measured.max(declared);
        }
        if measured >= self.capacity / 10 * 8 {
            // This client alone uses it: the error is one of cost or level.
            self.rate = self.rate / 10 * 9;
        } else {
            self.rate = self.rate / 10 * 6;
            self.stopped = now + SECOND;
        }
        self.rate = self.rate.max(self.capacity / 1000).max(UNIT);
        self.lowered = Some(now);
        advice
    }

    /// Whether the table is to be described, which is asked for every half a minute at most.
    fn advise(&mut self, now: Moment) -> Advice {
        if self.described.is_some_and(|described| now.since(described) <= HOLD) {
            return Advice::None;
        }
        self.described = Some(now);
        Advice::Describe
    }
}

fn micro(units: u64) -> Micro {
    i64::try_from(units).unwrap_or(i64::MAX).saturating_mul(UNIT).min(i64::MAX / 4)
}

/// What a rate gives in a time.
fn share(rate: Micro, time: Duration) -> Micro {
    let nanos = i128::try_from(time.as_nanos()).unwrap_or(i128::MAX);
    narrow(i128::from(rate).saturating_mul(nanos) / 1_000_000_000)
}

fn narrow(wide: i128) -> Micro {
    i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN / 4 } else { i64::MAX / 4 })
}
