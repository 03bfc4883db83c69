//! Claims on the results of a plan's operations.

use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::Identity;

/// A claim on the result of one operation of a plan.
///
/// It stays good when the plan is saved and resumed, and can itself be saved.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Ticket<T> {
    pub(crate) plan: u64,
    pub(crate) index: u32,
    #[serde(skip)]
    pub(crate) identity: Identity,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Ticket<T> {
    pub(super) fn new(plan: u64, index: u32, identity: Identity) -> Self {
        Self { plan, index, identity, of: PhantomData }
    }

    /// The operation's position in its plan, from 0.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }
}

impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ticket<T> {}

impl<T> PartialEq for Ticket<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.plan, self.index) == (other.plan, other.index)
    }
}

impl<T> Eq for Ticket<T> {}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.index)
    }
}

/// The tickets of operations that were added together, in their order.
///
/// ```
/// # use dynochemy_core::{Error, Outcome, Tickets};
/// fn all(outcome: &mut Outcome, tickets: &Tickets<Option<String>>) -> Result<Vec<Option<String>>, Error> {
///     tickets.iter().map(|ticket| outcome.take(ticket)).collect()
/// }
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Tickets<T> {
    first: u32,
    plans: Vec<u64>,
    #[serde(skip)]
    identity: Identity,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Tickets<T> {
    pub(super) fn starting_at(first: u32, identity: Identity) -> Self {
        Self { first, plans: Vec::new(), identity, of: PhantomData }
    }

    pub(super) fn push(&mut self, ticket: Ticket<T>) {
        debug_assert_eq!(
            ticket.index as usize,
            self.first as usize + self.plans.len(),
            "they stand in a row"
        );
        self.plans.push(ticket.plan);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// The ticket of the operation that was added at this place among them, from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Ticket<T>> {
        let plan = *self.plans.get(place)?;
        // Tickets that were read may hold anything; no plan has an operation at the last index.
        let index = self.first.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
        Some(Ticket::new(plan, index, self.identity))
    }

    /// The tickets in the order in which their operations were added.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = Ticket<T>> + ExactSizeIterator + FusedIterator + '_ {
        (0..self.len()).map(|place| self.get(place).expect("the place is one of theirs"))
    }
}

impl<T> Clone for Tickets<T> {
    fn clone(&self) -> Self {
        Self { first: self.first, plans: self.plans.clone(), identity: self.identity, of: PhantomData }
    }
}

impl<T> PartialEq for Tickets<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.first, &self.plans) == (other.first, &other.plans)
    }
}

impl<T> Eq for Tickets<T> {}

impl<T> fmt::Debug for Tickets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tickets({}..{})", self.first, self.first as usize + self.len())
    }
}

/// The tickets, taken one by one.
#[derive(Clone, Debug)]
pub struct IntoTickets<T> {
    index: u32,
    plans: std::vec::IntoIter<u64>,
    identity: Identity,
    of: PhantomData<fn() -> T>,
}

impl<T> Iterator for IntoTickets<T> {
    type Item = Ticket<T>;

    fn next(&mut self) -> Option<Ticket<T>> {
        let ticket = Ticket::new(self.plans.next()?, self.index, self.identity);
        self.index = self.index.saturating_add(1);
        Some(ticket)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.plans.size_hint()
    }
}

impl<T> ExactSizeIterator for IntoTickets<T> {}
impl<T> FusedIterator for IntoTickets<T> {}

impl<T> IntoIterator for Tickets<T> {
    type Item = Ticket<T>;
    type IntoIter = IntoTickets<T>;

    fn into_iter(self) -> IntoTickets<T> {
        let identity = self.identity;
        IntoTickets { index: self.first, plans: self.plans.into_iter(), identity, of: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_that_were_added_together_are_found_by_their_place() {
        let mut tickets: Tickets<()> = Tickets::starting_at(7, Identity::default());
        tickets.push(Ticket::new(50, 7, Identity::default()));
        tickets.push(Ticket::new(60, 8, Identity::default()));
        assert_eq!(
            (tickets.len(), tickets.get(1), tickets.get(2)),
            (2, Some(Ticket::new(60, 8, Identity::default())), None)
        );
        let saved = serde_json::to_string(&tickets).unwrap();
        let read: Tickets<()> = serde_json::from_str(&saved).unwrap();
        assert_eq!(read, tickets);
        let (one_by_one, taken) =
            (tickets.iter().collect::<Vec<_>>(), tickets.into_iter().collect::<Vec<_>>());
        assert_eq!(one_by_one, taken);
        assert_eq!(taken[0].index(), 7);
    }

    #[test]
    fn tickets_that_were_made_up_are_of_no_plan() {
        let tickets: Tickets<()> = serde_json::from_str(r#"{"first":4294967295,"plans":[1,2,3]}"#).unwrap();
        assert_eq!(tickets.get(2).map(|ticket| ticket.index()), Some(u32::MAX));
        assert_eq!(tickets.into_iter().count(), 3);
    }
}
