//! What may be declared of a table and its indexes, when they are created or changed.
//!
//! The service's own checks, in its order: keys and their definitions are in [`keys`], indexes in [`indexes`], capacities in
//! [`capacity`], and what is declared without any effect on items in [`options`].
//!
//! See [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).

pub(super) mod capacity;
pub(super) mod indexes;
pub(super) mod keys;
pub(super) mod options;

use dynochemy_core::Rejection;

use crate::failure::{constraint, validation, violation};

/// The name of a table that is administered.
pub(super) fn check_table_name(name: &str) -> Result<(), Box<Rejection>> {
    check_name(name, "tableName")
}

/// A table's or index's name; `member` is where it stands in the request.
pub(super) fn check_name(name: &str, member: &str) -> Result<(), Box<Rejection>> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let is_word = !name.is_empty() && name.bytes().all(allowed);
    let pattern = (!is_word).then_some("satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
    let length = match name.len() {
        0..3 => Some("have length greater than or equal to 3"),
        3..=255 => None,
        _ => Some("have length less than or equal to 255"),
    };
    let told = |wanted| violation(Some(name), member, wanted);
    match (pattern, length) {
        (None, None) => Ok(()),
        (Some(wanted), None) | (None, Some(wanted)) => Err(constraint(name, member, wanted)),
        (Some(pattern), Some(length)) => {
            Err(validation(format!("2 validation errors detected: {}; {}", told(pattern), told(length))))
        }
    }
}
