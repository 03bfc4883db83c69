//! Plans larger than memory: an iterator of operations, plan by plan.

use serde::{Deserialize, Serialize};

use super::{Solvent, Tickets};
use crate::operation::{Operation, Task};

/// The operations of a chunk, where nothing else is said.
const OPERATIONS: usize = 10_000;
/// The bytes of a chunk, where nothing else is said: 64 MB.
const BYTES: usize = 64 * 1024 * 1024;

/// Operations of any number, in plans of a bounded one.
///
/// It takes operations from an iterator as it goes, so that only one chunk of them is in memory, and knows nothing of how
/// they are run: each [`Solvent`] is run before the next one is asked for, by whatever `Db`. Then operations on one item
/// keep their order over all chunks. What fails in one chunk is told by its outcome and does not keep back later ones.
///
/// Between two chunks, [`checkpoint`](Self::checkpoint) is all there is to save. Whoever is killed within a chunk runs that
/// one again, so its operations are to be such that this does no harm: puts and deletes, not counting updates.
///
/// ```
/// # use dynochemy_core::{AsyncDb, ChunksCheckpoint, Chunks, Error, Outcome, Table};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
/// async fn load(
///     db: &impl AsyncDb,
///     visits: impl Iterator<Item = Visit>,
///     done: ChunksCheckpoint,
///     save: impl Fn(ChunksCheckpoint),
///     note: impl Fn(&Outcome),
/// ) -> Result<(), Error> {
///     let mut chunks = Chunks::new(visits.map(|visit| visit.put())).operations(10_000).resume(done);
///     while let Some(solvent) = chunks.next() {
///         // On the blocking driver without `.await`.
///         match db.run(solvent).await {
///             // What failed for good fails again, so it must not keep the rest back.
///             Err(Error::Incomplete(outcome)) if outcome.leftover().remaining() == 0 => note(&outcome),
///             ended => drop(ended?),
///         }
///         save(chunks.checkpoint());
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "chunks do nothing until they are taken and run"]
pub struct Chunks<I> {
    source: I,
    operations: usize,
    bytes: usize,
    done: u64,
}

/// How far chunks have come: plain data, to be saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunksCheckpoint {
    /// How many operations of the iterator stand in the chunks that were handed out.
    pub operations: u64,
}

impl<I> Chunks<I> {
    /// The operations of an iterator, in chunks of up to 10,000 operations and 64 MB.
    pub fn new<T>(operations: T) -> Self
    where
        T: IntoIterator<IntoIter = I>,
        I: Iterator,
        I::Item: Operation,
    {
        Self { source: operations.into_iter(), operations: OPERATIONS, bytes: BYTES, done: 0 }
    }

    /// The most operations of a chunk; at least 1.
    pub fn operations(mut self, most: usize) -> Self {
        self.operations = most.max(1);
        self
    }

    /// The bytes of items, keys and values at which a chunk ends: with the operation that reaches them.
    pub fn bytes(mut self, most: usize) -> Self {
        self.bytes = most;
        self
    }

    /// How many operations were handed out; once those of the last chunk have ended, how many are done.
    pub fn checkpoint(&self) -> ChunksCheckpoint {
        ChunksCheckpoint { operations: self.done }
    }
}

impl<I> Chunks<I>
where
    I: Iterator,
    I::Item: Operation,
{
    /// Goes on from where another one of the same operations was: takes as many from the iterator, and drops them.
    pub fn resume(mut self, checkpoint: ChunksCheckpoint) -> Self {
        while self.done < checkpoint.operations && self.source.next().is_some() {
            self.done += 1;
        }
        self
    }

    /// The next chunk, with the tickets of its operations in their order; `None` where no operations are left.
    pub fn next_with_tickets(&mut self) -> Option<(Solvent, Tickets<<I::Item as Operation>::Output>)> {
        let mut solvent = Solvent::new();
        let mut tickets = Tickets::starting_at(0, solvent.identity);
        let mut bytes = 0;
        while solvent.len() < self.operations && (bytes < self.bytes || solvent.is_empty()) {
            let Some(operation) = self.source.next() else { break };
            tickets.push(solvent.add(operation));
            self.done += 1;
            let task = solvent.entries.last().and_then(|entry| entry.task.as_ref().ok());
            bytes += task.map_or(0, Task::bytes);
        }
        (!solvent.is_empty()).then_some((solvent, tickets))
    }
}

impl<I> Iterator for Chunks<I>
where
    I: Iterator,
    I::Item: Operation,
{
    type Item = Solvent;

    fn next(&mut self) -> Option<Solvent> {
        self.next_with_tickets().map(|(solvent, _)| solvent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    #[derive(dynochemy_derive::Table, serde::Serialize)]
    #[table(name = "things")]
    struct Thing {
        #[table(hash_key)]
        id: u64,
        text: String,
    }

    fn puts(count: u64) -> impl Iterator<Item = crate::operation::Put<Thing>> {
        (0..count).map(|id| Thing { id, text: "x".repeat(1000) }.put())
    }

    #[test]
    fn chunks_are_bounded_by_operations_and_bytes_and_hold_everything_once() {
        let sizes = |chunks: Chunks<_>| chunks.map(|solvent| solvent.len()).collect::<Vec<_>>();
        assert_eq!(sizes(Chunks::new(puts(25)).operations(10)), [10, 10, 5]);
        // Each item takes a little more than 1,000 bytes.
        assert_eq!(sizes(Chunks::new(puts(10)).bytes(3_000)), [3, 3, 3, 1]);
        assert_eq!(sizes(Chunks::new(puts(3)).bytes(0)), [1, 1, 1]);
        assert_eq!(sizes(Chunks::new(puts(0))), [0; 0]);
    }

    #[test]
    fn chunks_go_on_from_a_checkpoint() {
        let mut chunks = Chunks::new(puts(25)).operations(10);
        let (_, tickets) = chunks.next_with_tickets().unwrap();
        assert_eq!((tickets.len(), tickets.get(9).unwrap().index()), (10, 9));
        let checkpoint = chunks.checkpoint();
        assert_eq!(checkpoint, ChunksCheckpoint { operations: 10 });
        let rest: Vec<Solvent> = chunks.collect();
        let resumed: Vec<Solvent> = Chunks::new(puts(25)).operations(10).resume(checkpoint).collect();
        assert_eq!(resumed, rest);
        let beyond = Chunks::new(puts(25)).resume(ChunksCheckpoint { operations: 99 });
        assert_eq!((beyond.checkpoint().operations, beyond.count()), (25, 0));
    }
}
