//! What serde calls for each kind of Rust value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{self, Serialize};

use super::parts::{EMPTY_SET, List, Map, Sequence};
use super::set::Set;
use super::text::Text;
use super::{Writer, Written};
use crate::number::{self, Number, NumberError};
use crate::wire::{WireError, parse_number};
use crate::{item, set};

macro_rules! numbers {
    ($($method:ident($type:ty)),*) => {$(
        fn $method(self, value: $type) -> Result<Written, WireError> {
            let number = Number::try_from(value).map_err(|error| {
                WireError::new(format!("{value} cannot be stored: {}", NumberError::from(error)))
            })?;
            self.number(number)
        }
    )*};
}

impl<'w, 'a> ser::Serializer for &'w mut Writer<'a> {
    type Ok = Written;
    type Error = WireError;
    type SerializeSeq = Sequence<'w, 'a>;
    type SerializeTuple = List<'w, 'a>;
    type SerializeTupleStruct = List<'w, 'a>;
    type SerializeTupleVariant = List<'w, 'a>;
    type SerializeMap = Map<'w, 'a>;
    type SerializeStruct = Map<'w, 'a>;
    type SerializeStructVariant = Map<'w, 'a>;

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
        match name {
            number::NEWTYPE => value.serialize(Text(|text: &str| self.number(parse_number(text)?))),
            item::NEWTYPE => value.serialize(Text(|text: &str| self.item(text))),
            set::NEWTYPE => {
                self.set = true;
                let written = value.serialize(&mut *self);
                self.set = false;
                written
            }
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Written, WireError> {
        if self.root.is_some() {
            self.entity(variant)?;
            return value.serialize(self);
        }
        self.variant(variant);
        match value.serialize(&mut *self).map_err(|error| error.within(variant))? {
            Written::Value => {}
            Written::Nothing => drop(self.null()?),
            Written::EmptySet => return Err(WireError::new(EMPTY_SET).within(variant)),
        }
        self.out.extend_from_slice(b"}}");
        Ok(Written::Value)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Sequence<'w, 'a>, WireError> {
        if std::mem::take(&mut self.set) && self.root.is_none() {
            return Ok(Sequence::Set(Set::begin(self)));
        }
        self.list().map(Sequence::List)
    }

    fn serialize_tuple(self, _length: usize) -> Result<List<'w, 'a>, WireError> {
        self.list()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<List<'w, 'a>, WireError> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<List<'w, 'a>, WireError> {
        if self.root.is_some() {
            return Err(WireError::new("an item must be a struct or a map, not a variant that is a tuple"));
        }
        self.variant(variant);
        Ok(List { variants: 1, ..self.list()? })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Map<'w, 'a>, WireError> {
        Ok(self.map())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Map<'w, 'a>, WireError> {
        Ok(self.map())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Map<'w, 'a>, WireError> {
        if self.root.is_some() {
            self.entity(variant)?;
            return Ok(self.map());
        }
        self.variant(variant);
        Ok(Map { variants: 1, ..self.map() })
    }
}
