//! The `Limit` of the actions on streams.

use dynochemy_core::Rejection;

use crate::failure::{constraint, invalid};

/// The most of a page, where `asked` says it, up to `most`; `bound` is how the action says that this is the most.
pub(super) fn checked(asked: Option<u32>, most: usize, bound: &str) -> Result<usize, Box<Rejection>> {
    match asked.map(|limit| limit as usize) {
        None => Ok(most),
        Some(0) => Err(constraint(0, "limit", "have value greater than or equal to 1")),
        Some(limit) if limit <= most => Ok(limit),
        Some(_) => Err(invalid(format!("Limit {bound} {most}"))),
    }
}
