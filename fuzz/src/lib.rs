//! What must hold for any input whatever. Each property takes bytes and panics where it does not hold.
//!
//! The fuzz targets search for such bytes; `tests/corpus.rs` replays those that were found to reach something new.

pub mod answer;
pub mod call;
pub mod cursor;
pub mod expression;
pub mod http;
pub mod item;
pub mod json;
pub mod key;
pub mod number;
pub mod partiql;
pub mod place;

/// A property of arbitrary bytes.
pub type Property = fn(&[u8]);

/// The properties, by the names of their corpora.
pub const PROPERTIES: [(&str, Property); 11] = [
    ("json", json::check),
    ("answer", answer::check),
    ("item", item::check),
    ("number", number::check),
    ("cursor", cursor::check),
    ("key", key::check),
    ("expression", expression::check),
    ("place", place::check),
    ("call", call::check),
    ("http", http::check),
    ("partiql", partiql::check),
];
