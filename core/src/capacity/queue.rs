//! Whose turn it is, among the runs of one `Db` that wait for the same capacity.
//!
//! Weighted fair queueing: each run has a tag, which what it takes moves on, by less where it has priority; who has the
//! lowest goes first. A clock of the queue moves on with all that is taken, so that a run that comes new does not go
//! before everyone for long, and one that waits is reached however many come after it.
//!
//! Runs do not wake each other. So each says what it waits for and when it will look again; who has not come by then, or
//! shortly after, has lost its turn.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Cost, Micro};
use crate::moment::Moment;
use crate::run::RunId;
use crate::solvent::Priority;

/// How late a run may be without losing its turn: timers fire late.
const GRACE: Duration = Duration::from_millis(50);
/// How many times the share of bulk work interactive work has.
const INTERACTIVE: i128 = 16;

/// The runs that wait for one bucket, or have waited.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Queue {
    places: BTreeMap<RunId, Place>,
    /// The tag of who comes new.
    clock: i128,
}

#[derive(Clone, Debug, PartialEq)]
struct Place {
    tag: i128,
    weight: i128,
    want: Option<Want>,
}

/// What a run waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Want {
    /// All that it would take.
    units: Micro,
    /// The dearest single thing of that.
    dearest: Micro,
    /// When it looks again.
    due: Moment,
}

impl Want {
    fn lives(&self, now: Moment) -> bool {
        now <= self.due + GRACE
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Asker {
    pub(crate) run: RunId,
    pub(crate) priority: Priority,
    /// Whether its plan is small.
    pub(crate) is_small: bool,
}

impl Asker {
    /// Whether it may be lent what nobody knows to be there: a small plan for which someone waits, and no page, of which
    /// nobody knows how many follow.
    pub(super) fn may_borrow(self, cost: &Cost) -> bool {
        self.is_small && self.priority == Priority::Interactive && !cost.has_pages()
    }

    fn weight(self) -> i128 {
        match self.priority {
            Priority::Interactive => INTERACTIVE,
            Priority::Bulk => 1,
        }
    }
}

impl Queue {
    /// What those before a run wait for.
    pub(super) fn ahead(&self, asker: Asker, now: Moment) -> Micro {
        let mine = (self.tag(asker.run), asker.run);
        let before = self.places.iter().filter(|(run, place)| (place.tag, **run) < mine);
        let wants = before.filter(|(run, _)| **run != asker.run).filter_map(|(_, place)| place.want);
        wants.filter(|want| want.lives(now)).fold(0, |sum, want| sum.saturating_add(want.units))
    }

    fn tag(&self, run: RunId) -> i128 {
        self.places.get(&run).map_or(self.clock, |place| place.tag.max(self.clock))
    }

    /// Notes that a run waits, and when it will look again.
    pub(super) fn wait(&mut self, asker: Asker, units: Micro, dearest: Micro, due: Moment) {
        let (tag, weight) = (self.tag(asker.run), asker.weight());
        let place = self.places.entry(asker.run).or_insert(Place { tag, weight, want: None });
        place.want = Some(Want { units, dearest, due });
    }

    /// Notes what a run takes; it waits no more.
    pub(super) fn take(&mut self, asker: Asker, units: Micro, now: Moment) {
        let tag = self.tag(asker.run);
        let others = self.places.iter().filter(|(run, _)| **run != asker.run);
        let waiting = others.filter(|(_, place)| place.want.is_some_and(|want| want.lives(now)));
        let weights: i128 = asker.weight() + waiting.map(|(_, place)| place.weight).sum::<i128>();
        let units = i128::from(units) * INTERACTIVE;
        self.clock += units / weights;
        let tag = tag + units / asker.weight();
        self.places.insert(asker.run, Place { tag, weight: asker.weight(), want: None });
        // Who waits for nothing and is not ahead of the clock is as good as new.
        let clock = self.clock;
        self.places.retain(|_, place| place.want.is_some_and(|want| want.lives(now)) || place.tag > clock);
    }

    /// Forgets a run that has ended.
    pub(super) fn leave(&mut self, run: RunId) {
        self.places.remove(&run);
    }

    /// Whether anyone waits.
    pub(super) fn is_waited_for(&self, now: Moment) -> bool {
        self.wants(now).next().is_some()
    }

    /// The dearest single thing that is waited for.
    pub(super) fn dearest(&self, now: Moment) -> Micro {
        self.wants(now).map(|want| want.dearest).max().unwrap_or(0)
    }

    fn wants(&self, now: Moment) -> impl Iterator<Item = Want> {
        self.places.values().filter_map(|place| place.want).filter(move |want| want.lives(now))
    }
}
