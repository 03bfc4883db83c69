//! Reading and writing JSON without a tree in between.
//!
//! [`Reader`] walks a text and hands out values as they come; whoever knows DynamoDB's shapes pulls just what it
//! needs and finds the byte range of the rest. [`write_string`] is the only writer that the codec needs, since all
//! else is punctuation; [`read`] and [`write()`] are for values whose serde form is their form on the wire. This is not a
//! general JSON library: numbers are left as text, and there is no value type. It is public for servers that speak
//! DynamoDB's protocol.
//!
//! ```
//! use dynochemy_core::json::{JsonError, Kind, Reader};
//!
//! let mut reader = Reader::new(br#"{"TableName": "visits", "Limit": 5}"#);
//! let (mut table, mut first) = (None, true);
//! reader.object()?;
//! while let Some(name) = reader.key(&mut first)? {
//!     match (&*name, reader.peek()?) {
//!         ("TableName", Kind::String) => table = Some(reader.string()?.into_owned()),
//!         _ => {
//!             reader.skip()?;
//!         }
//!     }
//! }
//! reader.end()?;
//! assert_eq!(table.as_deref(), Some("visits"));
//! # Ok::<(), JsonError>(())
//! ```

mod members;
mod plain;
mod serial;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use members::{Members, array, object};
pub(crate) use serial::visit_text;
pub use serial::{read, write};

/// How deep values may nest; DynamoDB's own 32 levels take two JSON levels each, and envelopes a few.
const MAX_DEPTH: u32 = 128;

/// A text that is not the JSON that was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonError {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub problem: Cow<'static, str>,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.problem, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A cursor over a JSON text.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    /// The input as far as it is UTF-8, which is found out once and not for each string.
    text: &'a str,
    /// Whether more follows that is not.
    damaged: bool,
    position: usize,
}

impl<'a> Reader<'a> {
    /// A cursor at the beginning of a text.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        let (text, damaged) = match std::str::from_utf8(input) {
            Ok(text) => (text, false),
            Err(error) => {
                let valid = std::str::from_utf8(&input[..error.valid_up_to()]);
                (valid.expect("it is valid up to there"), true)
            }
        };
        Self { text, damaged, position: 0 }
    }

    /// The text at `range`.
    #[must_use]
    pub(crate) fn text_at(&self, range: Range<usize>) -> &'a [u8] {
        &self.text.as_bytes()[range]
    }

    /// Where the cursor stands, in bytes.
    #[must_use]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// An error at the cursor.
    ///
    /// # Errors
    /// Always.
    #[cold]
    pub(crate) fn error<T>(&self, problem: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        self.error_at(self.position, problem)
    }

    fn error_at<T>(&self, offset: usize, problem: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        let problem =
            if self.damaged && offset >= self.text.len() { "not UTF-8".into() } else { problem.into() };
        Err(JsonError { offset, problem })
    }

    fn at(&self, position: usize) -> Option<u8> {
        self.text.as_bytes().get(position).copied()
    }

    /// The next byte that is not white space, to which the cursor moves.
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        match self.at(self.position) {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.byte_after_space(),
        }
    }

    fn byte_after_space(&mut self) -> Option<u8> {
        while let Some(byte) = self.at(self.position) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.position += 1;
        }
        None
    }

    #[inline]
    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), JsonError> {
        if self.byte() == Some(byte) {
            self.position += 1;
            Ok(())
        } else {
            self.error(problem)
        }
    }

    /// The kind of the next value, which stays unread.
    ///
    /// # Errors
    /// When there is none.
    pub fn peek(&mut self) -> Result<Kind, JsonError> {
        match self.byte() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'"') => Ok(Kind::String),
            Some(b'[') => Ok(Kind::Array),
            Some(b'{') => Ok(Kind::Object),
            Some(_) => self.error("expected a value"),
            None => self.error("expected a value, found the end of the text"),
        }
    }

    /// Enters an object; its members follow by [`Reader::key`].
    ///
    /// # Errors
    /// When there is none.
    pub fn object(&mut self) -> Result<(), JsonError> {
        self.expect(b'{', "expected an object")
    }

    /// The next member's name, or `None` where the object ends. `first` is true before the first member and is
    /// cleared here.
    ///
    /// # Errors
    /// Where neither follows.
    #[inline]
    pub fn key(&mut self, first: &mut bool) -> Result<Option<Cow<'a, str>>, JsonError> {
        if let Some(name) = self.plain_key(*first) {
            *first = false;
            return Ok(Some(Cow::Borrowed(name)));
        }
        self.any_key(first)
    }

    fn any_key(&mut self, first: &mut bool) -> Result<Option<Cow<'a, str>>, JsonError> {
        if !self.member(first)? {
            return Ok(None);
        }
        let name = self.string()?;
        self.expect(b':', "expected `:`")?;
        Ok(Some(name))
    }

    /// Goes to the next member's name; false where the object ends, which is left.
    #[inline]
    fn member(&mut self, first: &mut bool) -> Result<bool, JsonError> {
        let mut next = self.byte();
        if next == Some(b'}') {
            self.position += 1;
            return Ok(false);
        }
        if !std::mem::replace(first, false) {
            self.expect(b',', "expected `,` or `}`")?;
            next = self.byte();
        }
        if next == Some(b'"') { Ok(true) } else { self.error("expected a member's name") }
    }

    /// Leaves an object after its last member; false where there is another member.
    ///
    /// # Errors
    /// Where neither follows.
    #[inline]
    pub(crate) fn leave(&mut self) -> Result<bool, JsonError> {
        if self.at(self.position) == Some(b'}') {
            self.position += 1;
            return Ok(true);
        }
        Ok(self.key(&mut false)?.is_none())
    }

    /// Enters an array; [`Reader::element`] tells whether another element follows.
    ///
    /// # Errors
    /// When there is none.
    pub fn array(&mut self) -> Result<(), JsonError> {
        self.expect(b'[', "expected an array")
    }

    /// Whether another element follows; `first` as for [`Reader::key`].
    ///
    /// # Errors
    /// Where the array neither goes on nor ends.
    pub fn element(&mut self, first: &mut bool) -> Result<bool, JsonError> {
        if self.byte() == Some(b']') {
            self.position += 1;
            return Ok(false);
        }
        if !std::mem::replace(first, false) {
            self.expect(b',', "expected `,` or `]`")?;
        }
        // A value has to follow, so that `[1,]` is refused here and not taken for an end.
        if self.byte() == Some(b']') {
            return self.error("expected a value");
        }
        Ok(true)
    }

    /// Makes sure that only white space is left.
    ///
    /// # Errors
    /// Where more is.
    pub fn end(&mut self) -> Result<(), JsonError> {
        match self.byte() {
            None if !self.damaged => Ok(()),
            _ => self.error("unexpected text after the value"),
        }
    }

    /// Reads `null`.
    ///
    /// # Errors
    /// When there is none.
    pub fn null(&mut self) -> Result<(), JsonError> {
        self.byte();
        self.literal(b"null")
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// When there is none.
    pub fn bool(&mut self) -> Result<bool, JsonError> {
        if self.byte() == Some(b't') {
            self.literal(b"true").map(|()| true)
        } else {
            self.literal(b"false").map(|()| false)
        }
    }

    fn literal(&mut self, text: &'static [u8]) -> Result<(), JsonError> {
        if self.text.as_bytes()[self.position..].starts_with(text) {
            self.position += text.len();
            Ok(())
        } else {
            self.error("expected a value")
        }
    }

    /// The text of a JSON number, checked for its form.
    ///
    /// # Errors
    /// When there is none.
    pub fn number(&mut self) -> Result<&'a str, JsonError> {
        self.byte();
        let start = self.position;
        let input = self.text.as_bytes();
        let mut at = start;
        let digits = |at: &mut usize| {
            let from = *at;
            while input.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at > from
        };
        at += usize::from(input.get(at) == Some(&b'-'));
        let whole = at;
        let mut fine = digits(&mut at) && (input[whole] != b'0' || at == whole + 1);
        if input.get(at) == Some(&b'.') {
            at += 1;
            fine &= digits(&mut at);
        }
        if matches!(input.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(input.get(at), Some(b'+' | b'-')));
            fine &= digits(&mut at);
        }
        if !fine {
            return self.error("expected a number");
        }
        self.position = at;
        Ok(&self.text[start..at])
    }

    /// Skips the next value and tells where it stood.
    ///
    /// # Errors
    /// Where there is none, or it nests too deeply.
    pub fn skip(&mut self) -> Result<Range<usize>, JsonError> {
        self.byte();
        let start = self.position;
        self.skip_within(0)?;
        Ok(start..self.position)
    }

    fn skip_within(&mut self, depth: u32) -> Result<(), JsonError> {
        if depth > MAX_DEPTH {
            return self.error("values nested too deeply");
        }
        match self.peek()? {
            Kind::String => self.skip_string(),
            Kind::Object => {
                let mut first = true;
                if self.capital().is_some() {
                    first = false;
                    self.skip_member(depth)?;
                } else {
                    self.object()?;
                }
                loop {
                    if self.plain_key(first).is_some() {
                        first = false;
                    } else if self.member(&mut first)? {
                        self.skip_string()?;
                        self.expect(b':', "expected `:`")?;
                    } else {
                        break;
                    }
                    self.skip_member(depth)?;
                }
                Ok(())
            }
            Kind::Array => {
                self.array()?;
                let mut first = true;
                while self.element(&mut first)? {
                    self.skip_member(depth)?;
                }
                Ok(())
            }
            Kind::Number => self.number().map(drop),
            Kind::Bool => self.bool().map(drop),
            Kind::Null => self.null(),
        }
    }

    /// Skips a member's value.
    #[inline]
    fn skip_member(&mut self, depth: u32) -> Result<(), JsonError> {
        match self.scalar_range() {
            // An object and a string, one level further down each.
            Some(_) if depth + 2 <= MAX_DEPTH => Ok(()),
            Some(_) => self.error("values nested too deeply"),
            None => self.skip_within(depth + 1),
        }
    }

    #[inline]
    fn skip_string(&mut self) -> Result<(), JsonError> {
        match self.plain() {
            Some(_) => Ok(()),
            None => self.any_string().map(drop),
        }
    }
}

/// Appends `text` as a JSON string, escaping no more than JSON asks for.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    // From one character that must be escaped to the next.
    while let Some(at) = plain::first_special(rest) {
        out.extend_from_slice(&rest[..at]);
        let escape: &[u8] = match rest[at] {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x8 => b"\\b",
            0xc => b"\\f",
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (HEX[usize::from(control >> 4)], HEX[usize::from(control & 15)]);
                &[b'\\', b'u', b'0', b'0', high, low]
            }
        };
        out.extend_from_slice(escape);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests;
