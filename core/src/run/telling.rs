//! What a run tells while it is under way, and when.
//!
//! Pages are handed out one at a time, before anything else is sent: so a run holds at most one page for each call that it
//! may have under way, and whoever takes them slowly slows the run.

use std::time::Duration;

use super::attempt::MachineId;
use super::scheduler::Scheduler;
use crate::client::Client;
use crate::error::{Effect, Error};
use crate::item::Items;
use crate::moment::Moment;
use crate::notice::{Delivery, Notice, Progress};
use crate::operation::PagePlace;

/// The time between two looks at how far a run has come.
const PERIOD: Duration = Duration::from_millis(100);

/// What a run tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tells {
    /// Nothing: there is nobody to hear it.
    Nothing,
    /// Its pages.
    Pages,
    /// Its pages, and how far it has come.
    All,
}

/// What was told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Telling {
    tells: Tells,
    /// When it was last told how far the run has come, and what.
    last: Option<(Moment, Progress)>,
    /// Whether it tells what must not be sent twice before it is sent.
    pub(super) announces: bool,
    /// The items that were handed out.
    items: u64,
    /// The operations that ended in earlier runs and were not taken in yet.
    pub(super) ended_before: usize,
}

impl Telling {
    pub(super) fn new(tells: Tells, announces: bool, ended_before: usize) -> Self {
        let announces = announces && tells == Tells::All;
        Self { tells, last: None, announces, items: 0, ended_before }
    }
}

impl Scheduler {
    pub(super) fn progress(&self) -> Progress {
        Progress {
            operations: self.slots.len(),
            ended: self.ended + self.telling.ended_before,
            failed: self.failed,
            items: self.telling.items,
            calls_sent: self.report.total_requests(),
            calls_under_way: self.calls.len(),
            capacity_units: self.report.capacity.values().sum(),
            waited: self.report.total_waited(),
            waited_for_capacity: self.pace.waiting(self.now)
                + self.report.waited_for_capacity.values().sum::<Duration>(),
            elapsed: self.now.since(self.started),
        }
    }

    /// Hands out no more pages: nobody takes them. What has more ends where it stands.
    pub(super) fn hand_out_no_more(&mut self, client: &Client) {
        self.telling.tells = Tells::Nothing;
        self.telling.announces = false;
        for page in std::mem::take(&mut self.deliveries) {
            self.leave_untaken(page.operation, client);
        }
    }

    /// Ends an operation of which nobody takes a page: as if it had not come to that.
    fn leave_untaken(&mut self, operation: u32, client: &Client) {
        let slot = &self.slots[operation];
        let subject = slot.task().subject(&self.tables);
        let error = Error::Abandoned { subject, effect: Effect::NotApplied };
        match slot.result {
            None => self.settle(operation, Err(error), client),
            Some(Ok(_)) => {
                self.slots[operation].result = Some(Err(error));
                self.succeeded -= 1;
                self.failed += 1;
            }
            Some(Err(_)) => {}
        }
        let carrier = |id: &MachineId| {
            self.machines.get(*id).is_some_and(|machine| machine.members().contains(&operation))
        };
        let carrier = self.machines.keys().find(carrier);
        if let Some(id) = carrier {
            self.drop_machine_if_empty(id);
        }
    }

    /// The next thing to be told, where it is time for that.
    pub(super) fn next_notice(&mut self) -> Option<Notice> {
        if let Some(delivery) = self.deliveries.pop_front() {
            self.note_handed_out(&delivery);
            return Some(Notice::Page(delivery));
        }
        let is_time = match &self.telling.last {
            _ if self.telling.tells != Tells::All => false,
            None => true,
            Some((told, _)) => self.now >= *told + PERIOD || self.is_done(),
        };
        if !is_time {
            return None;
        }
        let progress = self.progress();
        if self.telling.last.as_ref().is_some_and(|(_, last)| !progress.differs_from(last)) {
            return None;
        }
        self.telling.last = Some((self.now, progress.clone()));
        Some(Notice::Progress(progress))
    }

    /// When something is to be told that has changed already.
    pub(super) fn tells_again(&self) -> Option<Moment> {
        let (told, last) = self.telling.last.as_ref()?;
        self.progress().differs_from(last).then_some(*told + PERIOD)
    }

    pub(super) fn queue_page(&mut self, items: Items, place: Box<PagePlace>, client: &Client) {
        let operation = place.operation;
        let task = self.slots[operation].task();
        let table = task.table().expect("what comes in pages is read from a table");
        let keys = self.tables.at(table).keys.clone();
        let subject = task.subject(&self.tables);
        let fingerprint = self.slots[operation].fingerprint;
        let identity = self.identity;
        let page = Delivery { operation, subject, keys, items, place, fingerprint, identity };
        // A segment asks for its next page after the one before has been handed out, so none of it is waiting here.
        if page.items.is_empty() {
            self.note_handed_out(&page);
        } else if self.telling.tells == Tells::Nothing {
            self.leave_untaken(operation, client);
        } else {
            self.deliveries.push_back(page);
        }
    }

    fn note_handed_out(&mut self, page: &Delivery) {
        let PagePlace { segment, after, .. } = &*page.place;
        let items = page.items.len() as u64;
        self.telling.items += items;
        if let Ok(task) = &mut self.slots[page.operation].task {
            task.note_handed_out(*segment, items, after.clone());
        }
    }

    /// The operations that have ended, of which not all pages were handed out.
    pub(super) fn operations_to_hand_out(&self) -> impl Iterator<Item = u32> {
        self.deliveries.iter().map(|page| page.operation)
    }
}
