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

    /// Whether a version was made by this write, or by a later one of the same run. Since a run's writes of one item are
    /// applied in order, this one has then ended.
    #[must_use]
    pub fn made_or_precedes(&self, version: &str) -> bool {
        let run = &self.to_string()[..24];
        let later = |rest: &str| rest.get(..8).and_then(|operation| u32::from_str_radix(operation, 16).ok());
        version.len() == 36
            && version.strip_prefix(run).and_then(later).is_some_and(|operation| operation >= self.operation)
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
        assert!(id.made_or_precedes(&id.attempt(7)));
        assert!(id.made_or_precedes(&WriteId { operation: 300, ..id }.attempt(7)));
        assert!(!id.made_or_precedes(&WriteId { operation: 1, ..id }.attempt(7)));
        assert!(!id.made_or_precedes(&WriteId { run: 2, ..id }.attempt(7)));
        assert!(!id.made_or_precedes("") && !id.made_or_precedes("é".repeat(18).as_str()));
    }
}
