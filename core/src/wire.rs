//! The codec between Rust types and items in DynamoDB's JSON, with no tree of attribute values in between.
//!
//! [`encode`] writes a user's struct as an [`Item`](crate::Item) and counts its size on the way; [`decode`] reads it
//! back, borrowing strings where it can. The same is done for attribute values, for those
//! who look inside.
//! serde's `is_human_readable` is `true` for good, since it decides how other crates' types (UUIDs, dates) are stored.
//!
//! How Rust types map: strings and chars `S`, numbers `N`, `serde_bytes` and [`Bytes`](crate::Bytes) `B`, booleans `BOOL`,
//! `()` `NULL`, sequences and tuples `L`, maps and structs `M`, unit variants `S`, other variants an `M` with one member,
//! [`Set`](crate::Set)s and collections under `#[serde(with = "..::set")]` `SS`, `NS` or `BS`. A field or map value that is
//! `None` or an empty set is left out; within a list, or under `#[serde(with = "..::null")]`, `None` is `NULL`. A set is not read into a sequence, since it would be
//! written back as a list. An enum at the root of an item takes its variant from the item's entity
//! ([`ENTITY_ATTRIBUTE`]) and its content from the item.
//!
//! [`AttributeValue`](crate::AttributeValue)s and [`Item`](crate::Item)s can be parts of typed items, and stand for
//! themselves. An `Item` at the root is all of the item, the library's own attributes too, and is written back so: whoever
//! copies items must not lose them. Every other type, maps included, sees the item without them.
//!
//! Under `#[serde(flatten)]`, and in internally tagged and untagged enums, serde keeps values in a buffer of its own. What
//! goes in is exact, sets and all, and so are integers of up to 64 bits, numbers, sets and attribute
//! values that come out. But it is serde that converts there: it knows no integers of 128 bits (an error), takes the
//! nearest float where an `f32` or `f64` is asked for an integer or a longer decimal, and text for bytes and bytes for text.

mod read;
mod survey;
pub(crate) mod value;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::JsonError;
use crate::number::{Number, NumberError};

pub use read::decode;
pub(crate) use read::{MapKey, decode_bytes};
pub use survey::Survey;
pub(crate) use write::encode_value;
pub use write::{Encoded, EncodedItem, encode, encode_item};

/// The prefix of the attributes that the library keeps for itself; typed decoding leaves them out, and typed encoding
/// refuses them.
pub const RESERVED_PREFIX: &str = "dy_";

/// The attribute that tells which of the types in one table an item is of: the entity's name, as text. An enum at the
/// root of an item takes its variant from it.
pub const ENTITY_ATTRIBUTE: &str = "dy_e";

/// Whether it is this codec that writes or reads a value.
///
/// The buffers that serde puts in between for `flatten`, internally tagged and untagged enums keep nothing of where they
/// come from but the type of its errors; so that is what is asked for.
pub(crate) fn is_wire<E>() -> bool {
    size_of::<E>() == size_of::<WireError>()
        && std::any::type_name::<E>() == std::any::type_name::<WireError>()
}

/// A Rust value that cannot be an item, or an item that does not fit a Rust type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireError {
    /// The path of the attribute, as in `address.lines[2]`; empty where the item as a whole is meant.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl WireError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { path: String::new(), problem: problem.into() }
    }

    /// The same error, seen from the map that holds the value as `name`.
    pub(crate) fn within(mut self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }

    /// The same error, seen from the list that holds the value at `index`.
    pub(crate) fn at(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "attribute `{}`: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for WireError {}

impl serde::ser::Error for WireError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl serde::de::Error for WireError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl From<JsonError> for WireError {
    fn from(error: JsonError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<NumberError> for WireError {
    fn from(error: NumberError) -> Self {
        Self::new(error.to_string())
    }
}

/// Reads a number, naming the text where it is none.
pub(crate) fn parse_number(text: &str) -> Result<Number, WireError> {
    text.parse().map_err(|error: NumberError| WireError::new(format!("{text:?}: {error}")))
}

#[cfg(test)]
mod tests;
