//! The name of a write, and as what it was last sent together with the changes of views.

use serde::{Deserialize, Serialize};

use crate::write_id::WriteId;

/// What a write is known by again: in a later run, and after attempts that were left without an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NamedWrite {
    /// The same in every run of the plan.
    pub(crate) id: WriteId,
    /// The last attempt of a write that views follow.
    #[serde(default)]
    pub(crate) planned: Option<Planned>,
}

/// An attempt to write an item together with the changes of the views that follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Planned {
    /// The attempt in the version that it gives the item.
    pub(crate) attempt: u16,
    /// What it is conditioned on.
    pub(crate) on: PlannedOn,
    /// The token of its transaction: of all attempts while it is good, so that one that arrives late, or was made by an earlier
    /// run that goes on from less than that run knew, keeps out any other.
    pub(crate) token: Option<String>,
    /// Whether an attempt was left without an answer.
    pub(crate) lost: bool,
}

/// What a write was planned on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum PlannedOn {
    /// There was no item.
    Absent,
    /// The item had this version, which it gets only once.
    Version(String),
    /// Nothing by which the item is known again.
    Other,
}

impl From<WriteId> for NamedWrite {
    fn from(id: WriteId) -> Self {
        Self { id, planned: None }
    }
}
