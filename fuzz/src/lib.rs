//! What must hold for any input whatever. Each property takes bytes and panics where it does not hold.
//!
//! The fuzz targets search for such bytes; `tests/corpus.rs` replays those that were found to reach something new.

pub mod answer;
pub mod cursor;
pub mod item;
pub mod json;
pub mod key;
pub mod number;

/// A property of arbitrary bytes.
pub type Property = fn(&[u8]);

/// The properties, by the names of their corpora.
pub const PROPERTIES: [(&str, Property); 6] = [
    ("json", json::check),
    ("answer", answer::check),
    ("item", item::check),
    ("number", number::check),
    ("cursor", cursor::check),
    ("key", key::check),
];
