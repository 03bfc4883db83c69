//! What most texts consist of, read without a second look: strings without escapes, right where they are expected, and
//! the forms around them that DynamoDB writes.
//!
//! Each of these either reads the whole of its form, or nothing; then the general reader has a say, and tells what is
//! wrong where something is.

use std::ops::Range;

use super::Reader;

impl<'a> Reader<'a> {
    /// Enters an object whose first member's name is one capital letter, where it is written without white space, and
    /// tells the letter: most attribute values are. `None`, with nothing read, where it is another object, or none.
    #[inline]
    pub(crate) fn capital(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.position..)? {
            [b'{', b'"', letter @ b'A'..=b'Z', b'"', b':', ..] => {
                self.position += 5;
                Some(*letter)
            }
            _ => None,
        }
    }

    /// Reads a string without escapes that begins right here; `None`, with nothing read, where there is none.
    #[inline]
    pub(super) fn plain(&mut self) -> Option<Range<usize>> {
        if self.at(self.position)? != b'"' {
            return None;
        }
        let start = self.position + 1;
        let end = self.plain_end(start)?;
        self.position = end + 1;
        Some(start..end)
    }

    /// Where a string that begins at `start`, and holds no escapes, ends.
    #[inline]
    fn plain_end(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut end = start;
        for eight in bytes.get(start..)?.chunks_exact(8) {
            let found = special(u64::from_le_bytes(eight.try_into().ok()?));
            if found != 0 {
                end += found.trailing_zeros() as usize / 8;
                return (bytes[end] == b'"').then_some(end);
            }
            end += 8;
        }
        None
    }

    /// Reads an object of one member, whose name is one capital letter and whose value is a string without escapes,
    /// where it is written without white space and begins right here: `{"S":"text"}`, as most attribute values are.
    /// `None`, with nothing read, where there is no such object.
    #[inline]
    pub(super) fn scalar_range(&mut self) -> Option<(u8, Range<usize>)> {
        let bytes = self.text.as_bytes();
        let &[b'{', b'"', letter @ b'A'..=b'Z', b'"', b':', b'"'] =
            bytes.get(self.position..)?.first_chunk::<6>()?
        else {
            return None;
        };
        let start = self.position + 6;
        let end = self.plain_end(start)?;
        if self.at(end + 1)? != b'}' {
            return None;
        }
        self.position = end + 2;
        Some((letter, start..end))
    }

    /// The letter and the text of an object such as `{"S":"text"}`; as [`Reader::scalar_range`].
    #[inline]
    pub(crate) fn scalar_text(&mut self) -> Option<(u8, &'a str)> {
        self.scalar_range().map(|(letter, range)| (letter, &self.text[range]))
    }

    /// The text of an object such as `{"S":"text"}`, with this letter, where it is written without white space and begins
    /// right here; `None`, with nothing read, where there is no such object.
    #[inline]
    pub fn scalar(&mut self, letter: u8) -> Option<&'a str> {
        let before = self.position;
        match self.scalar_range() {
            Some((found, range)) if found == letter => Some(&self.text[range]),
            _ => {
                self.position = before;
                None
            }
        }
    }

    /// A member's name, as [`Reader::key`], where it is written without white space or escapes.
    #[inline]
    pub(super) fn plain_key(&mut self, first: bool) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let quote = self.position + usize::from(!first);
        if !first && self.at(self.position)? != b',' || self.at(quote)? != b'"' {
            return None;
        }
        let end = self.plain_end(quote + 1)?;
        if *bytes.get(end + 1)? != b':' {
            return None;
        }
        self.position = end + 2;
        Some(&self.text[quote + 1..end])
    }
}

/// Where the first quote, backslash or control character stands.
pub(super) fn first_special(bytes: &[u8]) -> Option<usize> {
    let (eights, rest) = bytes.as_chunks::<8>();
    for (index, eight) in eights.iter().enumerate() {
        let found = special(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let position = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    position.map(|at| eights.len() * 8 + at)
}

/// The highest bit of each of eight bytes that ends a run of plain text: a quote, a backslash, a control character. Bits
/// above the lowest one may be wrong, since what is borrowed for a byte is taken from the next one.
#[inline]
fn special(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(ONES * limit) & !bytes;
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    (below(eight, 0x20) | below(quote, 1) | below(backslash, 1)) & HIGHEST
}
