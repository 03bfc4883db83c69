//! Names for writes, unique over all clients of a database.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of one planned write: the session of the `Db`, the run within it, and the operation within that.
///
/// With the number of an attempt it makes an item's version (`dy_v`) and a transaction's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WriteId {
    /// The session of the `Db` that planned the write.
    pub session: u64,
    /// The run within the session.
    pub run: u32,
    /// The operation within the run's plan.
    pub operation: u32,
}

impl WriteId {
    /// The version or token of an attempt: 36 characters, as many as a client request token may have.
    #[must_use]
    pub fn attempt(&self, attempt: u16) -> String {
        format!("{self}{attempt:04x}")
    }

    /// Whether a version was made by any attempt of this write.
    #[must_use]
    pub fn made(&self, version: &str) -> bool {
        version.strip_prefix(&self.to_string()).is_some_and(|attempt| attempt.len() == 4)
    }
}

impl fmt::Display for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:08x}{:08x}", self.session, self.run, self.operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_length_that_dynamodb_allows_and_tells_whose_it_is() {
        let id = WriteId { session: u64::MAX, run: 1, operation: 2 };
        assert_eq!(id.attempt(u16::MAX).len(), 36);
        assert!(id.made(&id.attempt(7)));
        assert!(!id.made(&WriteId { operation: 3, ..id }.attempt(7)));
        assert!(!id.made(""));
    }
}
