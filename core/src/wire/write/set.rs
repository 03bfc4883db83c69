//! Sets: sequences whose elements are all of one type, and which stand on the wire without that type around each.

use std::ops::Range;

use serde::ser::Serialize;

use super::{Writer, Written};
use crate::wire::WireError;

/// A set under way.
pub(super) struct Set<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// Where the set begins in the writer's output.
    start: usize,
    /// The elements' type: `S`, `N` or `B`; known from the first one on.
    kind: Option<u8>,
    /// Where the elements stand.
    elements: Vec<Range<usize>>,
}

impl<'w, 'a> Set<'w, 'a> {
    pub(super) fn begin(writer: &'w mut Writer<'a>) -> Self {
        let start = writer.out.len();
        // The type is filled in with the first element.
        writer.out.extend_from_slice(br#"{"?S":["#);
        Self { writer, start, kind: None, elements: Vec::new() }
    }

    pub(super) fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        let index = self.elements.len();
        if index > 0 {
            self.writer.out.push(b',');
        }
        let start = self.writer.out.len();
        let written = value.serialize(&mut *self.writer).map_err(|error| error.at(index))?;
        let kind = match &self.writer.out[start..] {
            [b'{', b'"', kind @ (b'S' | b'N' | b'B'), b'"', b':', ..] if written == Written::Value => *kind,
            _ => {
                return Err(WireError::new("a set holds texts, numbers or bytes, and nothing else").at(index));
            }
        };
        match self.kind {
            None => {
                self.kind = Some(kind);
                self.writer.out[self.start + 2] = kind;
            }
            Some(first) if first == kind => {}
            Some(first) => {
                let problem = format!(
                    "a set's elements are all of one type, not both {} and {}",
                    char::from(first),
                    char::from(kind)
                );
                return Err(WireError::new(problem).at(index));
            }
        }
        self.writer.out.drain(start..start + br#"{"S":"#.len());
        self.writer.out.pop();
        self.elements.push(start..self.writer.out.len());
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Written, WireError> {
        if self.elements.is_empty() {
            self.writer.out.truncate(self.start);
            return Ok(Written::EmptySet);
        }
        let text = |range: &Range<usize>| &self.writer.out[range.clone()];
        self.elements.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        if let Some(twice) = self.elements.windows(2).find(|pair| text(&pair[0]) == text(&pair[1])) {
            let element = String::from_utf8_lossy(text(&twice[0]));
            return Err(WireError::new(format!("a set must not hold a value twice, as it does {element}")));
        }
        self.writer.out.extend_from_slice(b"]}");
        Ok(Written::Value)
    }
}
