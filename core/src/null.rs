//! `None` as DynamoDB's `NULL`, for `#[serde(with = "..")]`: without it, a `None` is left out of the item.
//!
//! ```
//! use dynochemy_core::wire;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Task {
//!     id: String,
//!     #[serde(default, with = "dynochemy_core::null")]
//!     assigned: Option<String>,
//!     note: Option<String>,
//! }
//!
//! let item = wire::encode(&Task { id: "a".to_owned(), assigned: None, note: None })?.item;
//! assert_eq!(item.as_bytes(), br#"{"id":{"S":"a"},"assigned":{"NULL":true}}"#);
//! # Ok::<(), wire::WireError>(())
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes a `None` as `NULL`.
///
/// # Errors
/// Those of the value.
pub fn serialize<T: Serialize, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.serialize_some(value),
        None => serializer.serialize_unit(),
    }
}

/// Reads `NULL` as `None`. Add `#[serde(default)]`, so that a missing attribute reads as `None` too.
///
/// # Errors
/// Those of the value.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
