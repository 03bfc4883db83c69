//! What all three databases are asked to do.

/// An operation that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Put,
    Get,
    /// Adds to a number of an item that exists.
    UpdateAdd,
    /// Reads the 100 items of a user.
    Query100,
    /// The same, from the body of a request to the body of its answer.
    Query100Wire,
    BatchWrite25,
    /// Ten puts under a token.
    TransactWrite10,
}

/// From where to where a call is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// From the user's structs to the user's structs.
    Typed,
    /// From requests that were made before to answers that nobody looks into.
    Prepared,
}

/// What is left of a round when all it needs has been made.
pub type Calls<'a> = Box<dyn FnOnce() + 'a>;

/// One of the databases, which holds the items of round 0.
pub trait Side {
    fn name(&self) -> &'static str;

    /// Prepares a round of as many calls.
    fn calls(&self, operation: Operation, hand: Hand, round: u64, count: u64) -> Calls<'_>;
}
