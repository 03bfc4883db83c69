//! Items in their encoded form.
//!
//! An [`Item`] is the text that goes over the wire; it is decoded once, into the user's type, when someone takes it.
//! [`Items`] is a page of them that share one buffer: the body of an answer, or rows appended one after another, so
//! that a hundred items are never copied one by one.

use std::fmt;
#[cfg(feature = "http")]
use std::ops::Range;

use bytes::Bytes;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{Reader, write_string};
use crate::value::{AttributeValue, Attributes, attributes_size};
use crate::wire::{self, Survey, WireError};

/// One item (or key) as DynamoDB's JSON: `{"user":{"S":"123"},"seen":{"N":"5"}}`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Item(Bytes);

impl Default for Item {
    /// An item without attributes.
    fn default() -> Self {
        Self(Bytes::from_static(b"{}"))
    }
}

impl Item {
    /// An item from text that the library wrote or has read through.
    pub(crate) fn trusted(text: Bytes) -> Self {
        Self(text)
    }

    /// An item from DynamoDB's JSON, checked.
    ///
    /// # Errors
    /// When the text is not a map of attribute values.
    pub fn from_json(text: impl Into<Bytes>) -> Result<Self, WireError> {
        let text = text.into();
        wire::value::parse_attributes(&text)?;
        Ok(Self(text))
    }

    /// An item whose encoded form is `item`, unchecked: text that came from an [`Item`].
    #[must_use]
    pub fn from_stored(item: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(item))
    }

    /// An item of these attributes.
    #[must_use]
    pub fn from_attributes(attributes: &Attributes) -> Self {
        let mut out = Vec::with_capacity(64 * attributes.len() + 2);
        wire::value::write_attributes(&mut out, attributes);
        Self(Bytes::copy_from_slice(&out))
    }

    /// The attributes as a tree.
    ///
    /// # Errors
    /// When the item is not well-formed, which only a server can bring about.
    pub fn attributes(&self) -> Result<Attributes, WireError> {
        wire::value::parse_attributes(&self.0)
    }

    /// One attribute at the top level.
    ///
    /// # Errors
    /// As [`Item::attributes`].
    pub fn attribute(&self, name: &str) -> Result<Option<AttributeValue>, WireError> {
        let mut attribute = None;
        self.find(|found, value| {
            if found == name {
                let value = wire::value::parse_value(value);
                attribute = Some(value.map_err(|error| error.within(name))?);
            }
            Ok(attribute.is_none())
        })?;
        Ok(attribute)
    }

    /// Hands out the attributes at the top level, each with its encoded value, as long as `take` wants more.
    pub(crate) fn find(
        &self,
        mut take: impl FnMut(&str, &[u8]) -> Result<bool, WireError>,
    ) -> Result<(), WireError> {
        let mut reader = Reader::new(&self.0);
        let mut first = true;
        reader.object()?;
        while let Some(name) = reader.key(&mut first)? {
            let range = reader.skip()?;
            if !take(&name, &self.0[range])? {
                break;
            }
        }
        Ok(())
    }

    /// The bytes the item takes in the table, as DynamoDB counts them.
    ///
    /// # Errors
    /// As [`Item::attributes`].
    pub fn size(&self) -> Result<usize, WireError> {
        Ok(attributes_size(&self.attributes()?))
    }

    /// What can be told of the item without making values of it: where it is well-formed and can be stored, with names
    /// that are written without escapes. `None` says nothing: [`Item::attributes`] tells what the item is.
    #[must_use]
    pub fn survey(&self) -> Option<Survey<'_>> {
        Survey::of(&self.0)
    }

    /// This item with attributes appended, and the bytes by which that changes its size as DynamoDB counts it. Where the
    /// item has one of the library's own already (which begin with `dy_`), it is replaced.
    ///
    /// # Errors
    /// When the item has another one already, or is not well-formed; the error names the attribute.
    pub(crate) fn with_attributes(
        &self,
        attributes: &[(&str, &AttributeValue)],
    ) -> Result<(Self, isize), WireError> {
        if attributes.is_empty() {
            return Ok((self.clone(), 0));
        }
        let mut appended = Vec::with_capacity(64 * attributes.len());
        let mut grown = 0;
        for (name, value) in attributes {
            write_member(&mut appended, name);
            wire::value::write_value(&mut appended, value);
            grown += (name.len() + value.size()) as isize;
        }
        let mut out = Vec::with_capacity(self.0.len() + appended.len());
        out.push(b'{');
        let mut reader = Reader::new(&self.0);
        let mut first = true;
        reader.object()?;
        while let Some(name) = reader.key(&mut first)? {
            let value = &self.0[reader.skip()?];
            if !attributes.iter().any(|(appended, _)| *appended == name) {
                write_member(&mut out, &name);
                out.extend_from_slice(value);
            } else if name.starts_with(wire::RESERVED_PREFIX) {
                let value = wire::value::parse_value(value).map_err(|error| error.within(&name))?;
                grown -= (name.len() + value.size()) as isize;
            } else {
                return Err(WireError::new("the item has it already").within(&name));
            }
        }
        reader.end()?;
        // Each member begins with its comma, which the first one does not have.
        out.extend_from_slice(if out.len() == 1 { &appended[1..] } else { &appended });
        out.push(b'}');
        Ok((Self(out.into_boxed_slice().into()), grown))
    }

    /// The encoded form.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The encoded form, shared.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// How the wire codec knows that a text is an item.
pub(crate) const NEWTYPE: &str = "$dynochemy::Item";

impl Serialize for Item {
    /// As itself within items, and elsewhere as text that holds DynamoDB's JSON, so that it comes back byte for byte.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = String::from_utf8_lossy(&self.0);
        if wire::is_wire::<S::Error>() {
            serializer.serialize_newtype_struct(NEWTYPE, &text)
        } else {
            serializer.serialize_str(&text)
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Encoded;

        impl<'de> Visitor<'de> for Encoded {
            type Value = Item;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an item")
            }

            fn visit_borrowed_bytes<E: de::Error>(self, text: &'de [u8]) -> Result<Item, E> {
                Ok(Item(Bytes::copy_from_slice(text)))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, buffered: D) -> Result<Item, D::Error> {
                Ok(Item::from_attributes(&Attributes::deserialize(buffered)?))
            }
        }

        if wire::is_wire::<D::Error>() {
            deserializer.deserialize_newtype_struct(NEWTYPE, Encoded)
        } else {
            Self::from_json(String::deserialize(deserializer)?).map_err(de::Error::custom)
        }
    }
}

/// Begins a member of the map that `out` ends with.
fn write_member(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    write_string(out, name);
    out.push(b':');
}

/// A page of items that share one buffer.
#[derive(Clone, Default)]
pub struct Items {
    buffer: Bytes,
    spans: Vec<(u32, u32)>,
}

impl Items {
    /// The items that stand at these ranges of `buffer`.
    #[cfg(feature = "http")]
    pub(crate) fn from_ranges(buffer: Bytes, ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let span = |at: usize| u32::try_from(at).expect("a page is far below 4 GB");
        Self { spans: ranges.into_iter().map(|range| (span(range.start), span(range.end))).collect(), buffer }
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The item at `index`; it shares this page's buffer.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<Item> {
        let (start, end) = *self.spans.get(index)?;
        Some(Item(self.buffer.slice(start as usize..end as usize)))
    }

    /// The items in order, each sharing this page's buffer.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Item> + '_ {
        self.spans.iter().map(|(start, end)| Item(self.buffer.slice(*start as usize..*end as usize)))
    }

    /// The encoded forms of the items in order.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|(start, end)| &self.buffer[*start as usize..*end as usize])
    }

    /// Keeps the first `count` items.
    pub fn truncate(&mut self, count: usize) {
        self.spans.truncate(count);
    }

    /// The encoded form of the item at `index`, to be decoded with borrows.
    #[must_use]
    pub fn bytes(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(index)?;
        Some(&self.buffer[start as usize..end as usize])
    }
}

/// Appends items to one buffer.
#[derive(Debug, Default)]
pub struct ItemsBuilder {
    buffer: Vec<u8>,
    spans: Vec<(u32, u32)>,
}

impl ItemsBuilder {
    /// An empty page.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an item whose encoded form is `item`, unchecked: text that came from an [`Item`].
    pub fn push(&mut self, item: &[u8]) {
        let span = |at: usize| u32::try_from(at).expect("a page is far below 4 GB");
        let start = span(self.buffer.len());
        self.buffer.extend_from_slice(item);
        self.spans.push((start, span(self.buffer.len())));
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> Items {
        Items { buffer: self.buffer.into(), spans: self.spans }
    }
}

impl FromIterator<Item> for Items {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Self {
        let mut builder = ItemsBuilder::new();
        for item in items {
            builder.push(item.as_bytes());
        }
        builder.finish()
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|index| self.bytes(index) == other.bytes(index))
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Items {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Item>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attribute_is_found_without_the_others() {
        let item = Item::from_json(r#"{"a":{"M":{"b":{"N":"1"}}},"b":{"S":"x"}}"#).unwrap();
        assert_eq!(item.attribute("b").unwrap(), Some("x".into()));
        assert_eq!(item.attribute("c").unwrap(), None);
    }

    #[test]
    fn a_page_shares_its_buffer_and_is_recorded_as_a_list() {
        let page: Items =
            ["{\"a\":{\"N\":\"1\"}}", "{}"].into_iter().map(|text| Item::from_json(text).unwrap()).collect();
        assert_eq!(page.len(), 2);
        assert_eq!(page.at(1), Some(Item::from_json("{}").unwrap()));
        let json = serde_json::to_string(&page).unwrap();
        assert_eq!(serde_json::from_str::<Items>(&json).unwrap(), page);
    }
}
