//! What a task takes in memory, about.

use super::Task;
use crate::expression::{Assignment, UpdateAction};

impl Task {
    /// The bytes of its items, keys and values.
    pub(crate) fn bytes(&self) -> usize {
        let key = self.key().map_or(0, |key| key.parts().map(|(_, value)| value.size()).sum());
        key + match self {
            Self::Put { item, .. } => item.as_bytes().len(),
            Self::Update { update, .. } => update.actions.iter().map(bytes_of).sum(),
            Self::TransactWrite { actions: parts, .. } | Self::TransactGet { gets: parts } => {
                parts.iter().map(Self::bytes).sum()
            }
            _ => 0,
        }
    }
}

fn bytes_of(action: &UpdateAction) -> usize {
    match action {
        UpdateAction::Set(_, assignment) => bytes_assigned(assignment),
        UpdateAction::Add(_, value) | UpdateAction::Delete(_, value) => value.size(),
        UpdateAction::Remove(_) => 0,
    }
}

fn bytes_assigned(assignment: &Assignment) -> usize {
    match assignment {
        Assignment::Value(value) => value.size(),
        Assignment::Path(_) => 0,
        Assignment::IfNotExists(_, otherwise) => bytes_assigned(otherwise),
        Assignment::Plus(one, two) | Assignment::Minus(one, two) | Assignment::Append(one, two) => {
            bytes_assigned(one) + bytes_assigned(two)
        }
    }
}
