//! Strings, with and without escapes.

use std::borrow::Cow;

use super::{JsonError, Reader};

impl<'a> Reader<'a> {
    /// A string; borrowed where it has no escapes.
    ///
    /// # Errors
    /// When there is none.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        match self.plain() {
            Some(range) => Ok(Cow::Borrowed(&self.text[range])),
            None => self.any_string(),
        }
    }

    /// A string with or without escapes, wherever it stands.
    pub(super) fn any_string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"', "expected a string")?;
        let mut owned: Option<String> = None;
        loop {
            let start = self.position;
            let rest = &self.text.as_bytes()[start..];
            let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let Some(length) = length else {
                return self.error_at(self.text.len(), "a string without an end");
            };
            let plain = &self.text[start..start + length];
            self.position += length;
            match rest[length] {
                b'"' => {
                    self.position += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(plain),
                        Some(before) => Cow::Owned(before + plain),
                    });
                }
                b'\\' => {
                    let owned = owned.get_or_insert_with(|| String::with_capacity(length + 16));
                    owned.push_str(plain);
                    owned.push(self.escape()?);
                }
                _ => return self.error("control character in a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = self.at(self.position + 1);
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
            let text = reader.text.as_bytes().get(at..at + 6)?;
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
}
