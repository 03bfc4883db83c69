//! From Rust values to DynamoDB's JSON.

mod parts;
mod serializer;
mod set;
mod text;

use bytes::Bytes;
use serde::ser::Serialize;

use super::WireError;
use crate::item::Item;
use crate::json::{Reader, write_string};
use crate::number::Number;
use crate::value::AttributeValue;

use parts::{List, Map};

/// An item as it goes over the wire, and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The item.
    pub item: Item,
    /// The bytes the item takes in the table, as DynamoDB counts them.
    pub size: usize,
}

/// An item without the attributes that were asked for aside.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedItem {
    /// The item.
    pub item: Item,
    /// The bytes that the item takes, without the attributes aside.
    pub size: usize,
    /// The attributes aside, in the order in which they were named; `None` where there is no such attribute.
    pub managed: Vec<Option<AttributeValue>>,
}

/// Encodes a struct or map as an item.
///
/// # Errors
/// When `value` is neither a struct nor a map, or when a part of it has no form in DynamoDB; the error names the
/// attribute.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Encoded, WireError> {
    let EncodedItem { item, size, .. } = encode_item(value, &[])?;
    Ok(Encoded { item, size })
}

/// Encodes a struct or map as an item, with the attributes named in `managed` not in it but given back aside, since the
/// library sets them anew: versions and timestamps.
///
/// # Errors
/// As [`encode`].
pub fn encode_item<T: Serialize + ?Sized>(value: &T, managed: &[&str]) -> Result<EncodedItem, WireError> {
    let mut values = vec![None; managed.len()];
    let aside = Aside { names: managed, values: &mut values, entity: None };
    let mut writer = Writer { out: Vec::with_capacity(1024), size: 0, root: Some(aside), set: false };
    match value.serialize(&mut writer)? {
        // An exact copy: the scratch's spare capacity would live as long as the item.
        Written::Value => {
            let item = Item::trusted(Bytes::copy_from_slice(&writer.out));
            Ok(EncodedItem { item, size: writer.size, managed: values })
        }
        Written::Nothing => Err(WireError::new("an item must be a struct or a map, not `None`")),
        Written::EmptySet => Err(WireError::new("an item must be a struct or a map, not a set")),
    }
}

/// Encodes any value as an attribute value; `None` and empty sets give `None`.
pub(crate) fn encode_value<T: Serialize + ?Sized>(value: &T) -> Result<Option<AttributeValue>, WireError> {
    let mut writer = Writer { out: Vec::with_capacity(64), size: 0, root: None, set: false };
    match value.serialize(&mut writer)? {
        Written::Value => super::value::parse_value(&writer.out).map(Some),
        Written::Nothing | Written::EmptySet => Ok(None),
    }
}

/// Whether a serializer wrote a value, or met what its holder leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Value,
    /// A `None`, which is `NULL` where it cannot be left out.
    Nothing,
    /// A set without elements, which DynamoDB does not have.
    EmptySet,
}

struct Writer<'a> {
    out: Vec<u8>,
    size: usize,
    /// Where the next value is the item itself, which has no `{"M": ..}` around it: the attributes to keep aside.
    root: Option<Aside<'a>>,
    /// Whether the next sequence is a set.
    set: bool,
}

/// Attributes that are encoded, but not into the item.
struct Aside<'a> {
    names: &'a [&'a str],
    values: &'a mut [Option<AttributeValue>],
    /// The variant, where the item is an enum.
    entity: Option<&'static str>,
}

impl<'a> Writer<'a> {
    /// Writes `{"tag":`, refusing a root that is not a map.
    fn open(&mut self, tag: &str) -> Result<(), WireError> {
        if self.root.is_some() {
            return Err(WireError::new("an item must be a struct or a map"));
        }
        self.out.extend_from_slice(b"{\"");
        self.out.extend_from_slice(tag.as_bytes());
        self.out.extend_from_slice(b"\":");
        Ok(())
    }

    fn number(&mut self, number: Number) -> Result<Written, WireError> {
        self.open("N")?;
        self.size += number.size();
        self.out.push(b'"');
        number.write(&mut self.out);
        self.out.extend_from_slice(b"\"}");
        Ok(Written::Value)
    }

    fn string(&mut self, text: &str) -> Result<Written, WireError> {
        self.open("S")?;
        self.size += text.len();
        write_string(&mut self.out, text);
        self.out.push(b'}');
        Ok(Written::Value)
    }

    fn null(&mut self) -> Result<Written, WireError> {
        self.open("NULL")?;
        self.size += 1;
        self.out.extend_from_slice(b"true}");
        Ok(Written::Value)
    }

    fn map(&mut self) -> Map<'_, 'a> {
        let root = self.root.take();
        if root.is_some() {
            self.out.push(b'{');
        } else {
            self.out.extend_from_slice(b"{\"M\":{");
            self.size += 3;
        }
        Map { writer: self, root, first: true, variants: 0, key: String::new(), seen: Vec::new() }
    }

    fn list(&mut self) -> Result<List<'_, 'a>, WireError> {
        self.open("L")?;
        self.out.push(b'[');
        self.size += 3;
        Ok(List { writer: self, count: 0, variants: 0 })
    }

    /// An item in its encoded form.
    fn item(&mut self, text: &str) -> Result<Written, WireError> {
        let mut map = self.map();
        let mut reader = Reader::new(text.as_bytes());
        let mut first = true;
        reader.object()?;
        while let Some(name) = reader.key(&mut first)? {
            let value = reader.skip()?;
            map.encoded_member(&name, &text.as_bytes()[value])?;
        }
        reader.end()?;
        map.finish()
    }

    /// Keeps the variant of an enum that is the item itself, to be written as the item's last attribute.
    fn entity(&mut self, variant: &'static str) -> Result<(), WireError> {
        match &mut self.root {
            Some(Aside { entity: entity @ None, .. }) => {
                *entity = Some(variant);
                Ok(())
            }
            _ => Err(WireError::new("an item cannot be a variant within a variant")),
        }
    }

    /// Opens the one-member map around a variant's content.
    fn variant(&mut self, variant: &str) {
        self.size += 3 + 1 + variant.len();
        self.out.extend_from_slice(b"{\"M\":{");
        write_string(&mut self.out, variant);
        self.out.push(b':');
    }
}
