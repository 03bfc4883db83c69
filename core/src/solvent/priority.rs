//! Whose turn it is among plans.

use serde::{Deserialize, Serialize};

/// Whose turn it is, where plans of one `Db` wait for the same capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// Someone waits for it. A plan of at most 100 operations does not wait for capacity while nothing else does: it uses
    /// what the service may have saved up, unless that has refused anything within the last 30 seconds.
    #[default]
    Interactive,
    /// It takes what others leave, and at least a small share.
    Bulk,
}
