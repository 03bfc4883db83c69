//! Values whose serde form is their form on the wire: all that hold no items.
//!
//! A reader and a writer of JSON that know how DynamoDB leaves members out: a member that is `None`, or an empty list
//! or map, is not written; one that is `null` counts as absent when read, as some servers write it so. Numbers are read
//! in whatever form.

mod read;
mod write;

use std::borrow::Cow;
use std::fmt;

use crate::json::JsonError;

pub use read::read;
pub(crate) use read::visit_text;
pub use write::write;

/// Why a value cannot be read or written.
#[derive(Debug)]
struct Failure {
    /// Where in the text, where that is known.
    offset: Option<usize>,
    problem: Cow<'static, str>,
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Self {
        Self { offset: Some(error.offset), problem: error.problem }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self { offset: None, problem: problem.to_string().into() }
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self { offset: None, problem: problem.to_string().into() }
    }
}

#[cfg(test)]
mod tests;
