//! Writing JSON objects member by member.

use super::write_string;

/// Writes an object.
///
/// ```
/// use dynochemy_core::json::object;
///
/// let mut out = Vec::new();
/// object(&mut out, |members| {
///     members.text("TableName", "visits");
///     members.number("Limit", 5u32);
/// });
/// assert_eq!(out, br#"{"TableName":"visits","Limit":5}"#);
/// ```
pub fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    write(&mut Members { out, first: true });
    out.push(b'}');
}

/// Writes an array.
pub fn array<T>(
    out: &mut Vec<u8>,
    elements: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, element);
    }
    out.push(b']');
}

/// The members of an object that is being written.
#[derive(Debug)]
pub struct Members<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl Members<'_> {
    /// Begins a member, whose value the caller appends.
    pub fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        write_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// Members that are written already.
    #[cfg(feature = "http")]
    pub(crate) fn splice(&mut self, written: &[u8]) {
        if !written.is_empty() {
            if !std::mem::replace(&mut self.first, false) {
                self.out.push(b',');
            }
            self.out.extend_from_slice(written);
        }
    }

    /// A member that is a string.
    pub fn text(&mut self, name: &str, text: &str) {
        write_string(self.member(name), text);
    }

    /// A member that is a number.
    pub fn number(&mut self, name: &str, number: impl Into<u64>) {
        let number: u64 = number.into();
        self.member(name).extend_from_slice(number.to_string().as_bytes());
    }

    /// A member that is an object.
    pub fn object(&mut self, name: &str, write: impl FnOnce(&mut Members<'_>)) {
        object(self.member(name), write);
    }
}
