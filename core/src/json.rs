//! Reading and writing JSON without a tree in between.
//!
//! [`Reader`] walks a text and hands out values as they come; whoever knows DynamoDB's shapes pulls just what it
//! needs and finds the byte range of the rest. [`write_string`] is the only writer that the codec needs, since all
//! else is punctuation. This is not a general JSON library: numbers are left as text, and there is no value type.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

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
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A cursor over a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    input: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { input, position: 0 }
    }

    /// The text at `range`.
    pub(crate) fn text_at(&self, range: Range<usize>) -> &'a [u8] {
        &self.input[range]
    }

    /// Where the cursor stands, in bytes.
    #[cfg(feature = "http")]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn error<T>(&self, problem: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        Err(JsonError { offset: self.position, problem: problem.into() })
    }

    fn byte(&mut self) -> Option<u8> {
        while let Some(byte) = self.input.get(self.position) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.position += 1;
        }
        None
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), JsonError> {
        if self.byte() == Some(byte) {
            self.position += 1;
            Ok(())
        } else {
            self.error(problem)
        }
    }

    /// The kind of the next value, which stays unread.
    pub(crate) fn peek(&mut self) -> Result<Kind, JsonError> {
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
    pub(crate) fn object(&mut self) -> Result<(), JsonError> {
        self.expect(b'{', "expected an object")
    }

    /// The next member's name, or `None` where the object ends. `first` is true before the first member and is
    /// cleared here.
    pub(crate) fn key(&mut self, first: &mut bool) -> Result<Option<Cow<'a, str>>, JsonError> {
        if self.byte() == Some(b'}') {
            self.position += 1;
            return Ok(None);
        }
        if !std::mem::replace(first, false) {
            self.expect(b',', "expected `,` or `}`")?;
        }
        if self.byte() != Some(b'"') {
            return self.error("expected a member's name");
        }
        let name = self.string()?;
        self.expect(b':', "expected `:`")?;
        Ok(Some(name))
    }

    /// Enters an array; [`Reader::element`] tells whether another element follows.
    pub(crate) fn array(&mut self) -> Result<(), JsonError> {
        self.expect(b'[', "expected an array")
    }

    /// Whether another element follows; `first` as for [`Reader::key`].
    pub(crate) fn element(&mut self, first: &mut bool) -> Result<bool, JsonError> {
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

    /// Fails unless only white space is left.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        if self.byte().is_none() { Ok(()) } else { self.error("unexpected text after the value") }
    }

    pub(crate) fn null(&mut self) -> Result<(), JsonError> {
        self.byte();
        self.literal(b"null")
    }

    pub(crate) fn bool(&mut self) -> Result<bool, JsonError> {
        if self.byte() == Some(b't') {
            self.literal(b"true").map(|()| true)
        } else {
            self.literal(b"false").map(|()| false)
        }
    }

    fn literal(&mut self, text: &'static [u8]) -> Result<(), JsonError> {
        if self.input[self.position..].starts_with(text) {
            self.position += text.len();
            Ok(())
        } else {
            self.error("expected a value")
        }
    }

    /// The text of a JSON number, checked for its form.
    pub(crate) fn number(&mut self) -> Result<&'a str, JsonError> {
        self.byte();
        let start = self.position;
        let mut at = start;
        let digits = |at: &mut usize| {
            let from = *at;
            while self.input.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at > from
        };
        at += usize::from(self.input.get(at) == Some(&b'-'));
        let whole = at;
        let mut fine = digits(&mut at) && (self.input[whole] != b'0' || at == whole + 1);
        if self.input.get(at) == Some(&b'.') {
            at += 1;
            fine &= digits(&mut at);
        }
        if matches!(self.input.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(self.input.get(at), Some(b'+' | b'-')));
            fine &= digits(&mut at);
        }
        if !fine {
            return self.error("expected a number");
        }
        self.position = at;
        std::str::from_utf8(&self.input[start..at])
            .map_err(|_| JsonError { offset: start, problem: "expected a number".into() })
    }

    /// A string; borrowed where it has no escapes.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"', "expected a string")?;
        let start = self.position;
        let end = self.plain_end()?;
        let plain = self.text(start, end)?;
        self.position = end;
        if self.input[end] == b'"' {
            self.position += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut owned = String::with_capacity(plain.len() + 16);
        owned.push_str(plain);
        loop {
            // The cursor is at a backslash.
            owned.push(self.escape()?);
            let start = self.position;
            let end = self.plain_end()?;
            owned.push_str(self.text(start, end)?);
            self.position = end;
            if self.input[end] == b'"' {
                self.position += 1;
                return Ok(Cow::Owned(owned));
            }
        }
    }

    /// The position of the next quote or backslash.
    fn plain_end(&self) -> Result<usize, JsonError> {
        for (at, byte) in self.input[self.position..].iter().enumerate() {
            match byte {
                b'"' | b'\\' => return Ok(self.position + at),
                0..0x20 => {
                    let offset = self.position + at;
                    return Err(JsonError { offset, problem: "control character in a string".into() });
                }
                _ => {}
            }
        }
        Err(JsonError { offset: self.input.len(), problem: "a string without an end".into() })
    }

    fn text(&self, start: usize, end: usize) -> Result<&'a str, JsonError> {
        std::str::from_utf8(&self.input[start..end])
            .map_err(|error| JsonError { offset: start + error.valid_up_to(), problem: "not UTF-8".into() })
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = self.input.get(self.position + 1).copied();
        let plain = match escaped {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.error("unknown escape in a string"),
        };
        self.position += 2;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = |reader: &Self, at: usize| -> Option<u32> {
            let text = reader.input.get(at..at + 6)?;
            let digits = text.strip_prefix(b"\\u")?;
            digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
        };
        let Some(first) = unit(self, self.position) else {
            return self.error("expected four hexadecimal digits after `\\u`");
        };
        let (code, length) = match first {
            0xD800..0xDC00 => match unit(self, self.position + 6) {
                Some(second @ 0xDC00..0xE000) => (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12),
                _ => return self.error("half of a surrogate pair"),
            },
            code => (code, 6),
        };
        let Some(character) = char::from_u32(code) else {
            return self.error("half of a surrogate pair");
        };
        self.position += length;
        Ok(character)
    }

    /// Skips the next value and tells where it stood.
    pub(crate) fn skip(&mut self) -> Result<Range<usize>, JsonError> {
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
            Kind::Null => self.null(),
            Kind::Bool => self.bool().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::String => self.string().map(drop),
            Kind::Array => {
                self.array()?;
                let mut first = true;
                while self.element(&mut first)? {
                    self.skip_within(depth + 1)?;
                }
                Ok(())
            }
            Kind::Object => {
                self.object()?;
                let mut first = true;
                while self.key(&mut first)?.is_some() {
                    self.skip_within(depth + 1)?;
                }
                Ok(())
            }
        }
    }
}

/// Appends `text` as a JSON string, escaping no more than JSON asks for.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x8 => b"\\b",
            0xc => b"\\f",
            0..0x20 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(&text.as_bytes()[plain..at]);
                out.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    HEX[usize::from(byte >> 4)],
                    HEX[usize::from(byte & 15)],
                ]);
                plain = at + 1;
                continue;
            }
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[plain..at]);
        out.extend_from_slice(escape);
        plain = at + 1;
    }
    out.extend_from_slice(&text.as_bytes()[plain..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &[u8]) -> bool {
        let mut reader = Reader::new(text);
        reader.skip().is_ok() && reader.end().is_ok()
    }

    #[test]
    fn accepts_what_serde_json_accepts_and_nothing_else() {
        let texts: &[&[u8]] = &[
            b"{}",
            b"[]",
            b"[1,]",
            b"[,1]",
            b"{\"a\":1,}",
            b"{,}",
            b"{\"a\" 1}",
            b" { \"a\" : [ 1 , 2 ] } ",
            b"01",
            b"-",
            b"-0",
            b"1.",
            b".5",
            b"1e5",
            b"1e",
            b"1E+05",
            b"tru",
            b"true",
            b"null1",
            b"\"\\u12\"",
            b"\"\\u00e9\"",
            b"\"\\ud83d\\ude00\"",
            b"\"\\ud83d\"",
            b"\"\\ude00\"",
            b"\"\\x\"",
            b"\"a\nb\"",
            b"\"",
            b"\"\xff\"",
            b"",
            b"{",
            b"[",
            b"{\"a\"",
            b"1 2",
            b"[1 2]",
            b"{\"a\":1 \"b\":2}",
            b"{1:2}",
        ];
        for text in texts {
            let expected = serde_json::from_slice::<serde_json::Value>(text).is_ok();
            assert_eq!(accepts(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        assert!(!accepts("[".repeat(100_000).as_bytes()));
        assert!(accepts(format!("{}{}", "[".repeat(100), "]".repeat(100)).as_bytes()));
    }

    proptest! {
        #[test]
        fn strings_come_back_unchanged(text in any::<String>()) {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).ok(), Some(text.clone()));
            prop_assert_eq!(Reader::new(&out).string().unwrap(), text);
        }

        #[test]
        fn damaged_texts_are_judged_as_serde_json_does(cut in 0usize..60, byte in any::<u8>()) {
            let mut text = br#"{"user":{"S":"a\"b\u00e9"},"n":[1.5e3,-0,null,true,{"x":{}}]}"#.to_vec();
            let at = cut % text.len();
            text[at] = byte;
            prop_assert_eq!(accepts(&text), serde_json::from_slice::<serde_json::Value>(&text).is_ok());
        }
    }
}
