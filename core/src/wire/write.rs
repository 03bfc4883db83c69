//! From Rust values to DynamoDB's JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::ser::{self, Serialize};

use super::{RESERVED_PREFIX, WireError};
use crate::item::Item;
use crate::json::write_string;
use crate::number::{self, Number, NumberError};
use crate::value::{ATTRIBUTE_VALUE, AttributeValue};

/// An item as it goes over the wire, and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The item.
    pub item: Item,
    /// The bytes the item takes in the table, as DynamoDB counts them.
    pub size: usize,
}

/// Encodes a struct or map as an item.
///
/// # Errors
/// When `value` is neither a struct nor a map, or when a part of it has no form in DynamoDB; the error names the
/// attribute.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Encoded, WireError> {
    let mut writer = Writer { out: Vec::with_capacity(256), size: 0, root: true };
    match value.serialize(&mut writer)? {
        // An exact copy: the scratch's spare capacity would live as long as the item.
        Written::Value => {
            Ok(Encoded { item: Item::trusted(Bytes::copy_from_slice(&writer.out)), size: writer.size })
        }
        Written::Nothing => Err(WireError::new("an item must be a struct or a map, not `None`")),
    }
}

/// Encodes any value as an attribute value; `None` gives `None`.
pub(crate) fn encode_value<T: Serialize + ?Sized>(value: &T) -> Result<Option<AttributeValue>, WireError> {
    let mut writer = Writer { out: Vec::with_capacity(64), size: 0, root: false };
    match value.serialize(&mut writer)? {
        Written::Value => super::value::parse_value(&writer.out).map(Some),
        Written::Nothing => Ok(None),
    }
}

/// Whether a serializer wrote a value, or met a `None` that its holder leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Value,
    Nothing,
}

struct Writer {
    out: Vec<u8>,
    size: usize,
    /// Whether the next value is the item itself, which has no `{"M": ..}` around it.
    root: bool,
}

impl Writer {
    /// Writes `{"tag":`, refusing a root that is not a map.
    fn open(&mut self, tag: &str) -> Result<(), WireError> {
        if self.root {
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
        self.out.extend_from_slice(number.to_string().as_bytes());
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

    fn map(&mut self) -> Map<'_> {
        let root = std::mem::replace(&mut self.root, false);
        if root {
            self.out.push(b'{');
        } else {
            self.out.extend_from_slice(b"{\"M\":{");
            self.size += 3;
        }
        Map { writer: self, root, first: true, variants: 0, key: String::new() }
    }

    fn list(&mut self) -> Result<List<'_>, WireError> {
        self.open("L")?;
        self.out.push(b'[');
        self.size += 3;
        Ok(List { writer: self, count: 0, variants: 0 })
    }

    /// Opens the one-member map around a variant's content.
    fn variant(&mut self, variant: &str) {
        self.size += 3 + 1 + variant.len();
        self.out.extend_from_slice(if std::mem::replace(&mut self.root, false) { b"{" } else { b"{\"M\":{" });
        write_string(&mut self.out, variant);
        self.out.push(b':');
    }
}

/// A list under way.
struct List<'w> {
    writer: &'w mut Writer,
    count: usize,
    /// How many closing `}}` of enclosing variants are owed.
    variants: u8,
}

impl List<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        if self.count > 0 {
            self.writer.out.push(b',');
        }
        self.writer.size += 1;
        let written = value.serialize(&mut *self.writer).map_err(|error| error.at(self.count))?;
        if written == Written::Nothing {
            self.writer.null()?;
        }
        self.count += 1;
        Ok(())
    }

    fn finish(self) -> Result<Written, WireError> {
        self.writer.out.extend_from_slice(b"]}");
        for _ in 0..self.variants {
            self.writer.out.extend_from_slice(b"}}");
        }
        Ok(Written::Value)
    }
}

/// A map under way.
struct Map<'w> {
    writer: &'w mut Writer,
    root: bool,
    first: bool,
    variants: u8,
    key: String,
}

impl Map<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), WireError> {
        if self.root && name.starts_with(RESERVED_PREFIX) {
            return Err(
                WireError::new("names that begin with `dy_` are reserved for the library").within(name)
            );
        }
        let (start, size) = (self.writer.out.len(), self.writer.size);
        if !self.first {
            self.writer.out.push(b',');
        }
        write_string(&mut self.writer.out, name);
        self.writer.out.push(b':');
        match value.serialize(&mut *self.writer).map_err(|error| error.within(name))? {
            Written::Value => {
                self.first = false;
                self.writer.size += name.len() + usize::from(!self.root);
            }
            Written::Nothing => {
                self.writer.out.truncate(start);
                self.writer.size = size;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Written, WireError> {
        self.writer.out.extend_from_slice(if self.root { b"}" } else { b"}}" });
        for _ in 0..self.variants {
            self.writer.out.extend_from_slice(b"}}");
        }
        Ok(Written::Value)
    }
}

macro_rules! numbers {
    ($($method:ident($type:ty)),*) => {$(
        fn $method(self, value: $type) -> Result<Written, WireError> {
            self.number(Number::try_from(value).map_err(NumberError::from)?)
        }
    )*};
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = Written;
    type Error = WireError;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = List<'w>;
    type SerializeMap = Map<'w>;
    type SerializeStruct = Map<'w>;
    type SerializeStructVariant = Map<'w>;

    numbers!(
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_f32(f32),
        serialize_f64(f64)
    );

    fn serialize_bool(self, value: bool) -> Result<Written, WireError> {
        self.open("BOOL")?;
        self.size += 1;
        self.out.extend_from_slice(if value { b"true}" } else { b"false}" });
        Ok(Written::Value)
    }

    fn serialize_char(self, value: char) -> Result<Written, WireError> {
        self.string(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Written, WireError> {
        self.string(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Written, WireError> {
        self.open("B")?;
        self.size += value.len();
        self.out.push(b'"');
        self.out.extend_from_slice(STANDARD.encode(value).as_bytes());
        self.out.extend_from_slice(b"\"}");
        Ok(Written::Value)
    }

    fn serialize_none(self) -> Result<Written, WireError> {
        Ok(Written::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Written, WireError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Written, WireError> {
        self.null()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Written, WireError> {
        self.null()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Written, WireError> {
        self.string(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Written, WireError> {
        if name == number::NEWTYPE {
            return match encode_value(value)? {
                Some(AttributeValue::S(text)) => self.number(text.parse()?),
                _ => Err(WireError::new("a number must be a text inside")),
            };
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Written, WireError> {
        if name == ATTRIBUTE_VALUE {
            return Err(WireError::new(
                "an `AttributeValue` cannot be a part of a typed item yet; use the Rust type that it stands for",
            ));
        }
        let root = self.root;
        self.variant(variant);
        if value.serialize(&mut *self).map_err(|error| error.within(variant))? == Written::Nothing {
            self.null()?;
        }
        self.out.extend_from_slice(if root { b"}" } else { b"}}" });
        Ok(Written::Value)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'w>, WireError> {
        self.list()
    }

    fn serialize_tuple(self, _length: usize) -> Result<List<'w>, WireError> {
        self.list()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<List<'w>, WireError> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<List<'w>, WireError> {
        if self.root {
            return Err(WireError::new("an item must be a struct or a map, not an enum's variant"));
        }
        self.variant(variant);
        Ok(List { variants: 1, ..self.list()? })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Map<'w>, WireError> {
        Ok(self.map())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Map<'w>, WireError> {
        Ok(self.map())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Map<'w>, WireError> {
        if self.root {
            return Err(WireError::new("an item must be a struct or a map, not an enum's variant"));
        }
        self.variant(variant);
        Ok(Map { variants: 1, ..self.map() })
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for List<'_> {
            type Ok = Written;
            type Error = WireError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
                self.element(value)
            }
            fn end(self) -> Result<Written, WireError> {
                self.finish()
            }
        }
    )*};
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Map<'_> {
            type Ok = Written;
            type Error = WireError;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), WireError> {
                self.member(name, value)
            }
            fn end(self) -> Result<Written, WireError> {
                self.finish()
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Map<'_> {
    type Ok = Written;
    type Error = WireError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WireError> {
        // Keys are written by the same rules as values, then taken out of their wrapping.
        self.key = match encode_value(key)? {
            Some(AttributeValue::S(text)) => text,
            Some(AttributeValue::N(number)) => number.to_string(),
            Some(AttributeValue::Bool(flag)) => flag.to_string(),
            _ => return Err(WireError::new("a map's keys must be strings, numbers or booleans")),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        let key = std::mem::take(&mut self.key);
        self.member(&key, value)
    }

    fn end(self) -> Result<Written, WireError> {
        self.finish()
    }
}
