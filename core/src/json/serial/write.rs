//! Values as JSON, without what is absent.

use std::io::Write as _;

use serde::ser::{self, Impossible, Serialize};

use super::Failure;
use crate::json::write_string;

const HAS_A_FORM: &str = "the library's own values have a form in JSON";

/// Writes a value in its serde form, without the members that are absent or empty.
///
/// # Panics
/// When the value has no form in JSON, which every one of the library's own has.
pub fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    value.serialize(Writer { out }).expect(HAS_A_FORM);
}

/// What came of writing a value.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    Value,
    /// Nothing, or an empty list or map: a member of a struct is left out for it.
    Absent,
}

struct Writer<'w> {
    out: &'w mut Vec<u8>,
}

impl Writer<'_> {
    fn display(self, value: impl std::fmt::Display) -> Result<Written, Failure> {
        write!(self.out, "{value}").expect("writing to memory does not fail");
        Ok(Written::Value)
    }
}

macro_rules! displayed {
    ($($method:ident($type:ty)),*) => {$(
        fn $method(self, value: $type) -> Result<Written, Failure> {
            self.display(value)
        }
    )*};
}

impl<'w> ser::Serializer for Writer<'w> {
    type Ok = Written;
    type Error = Failure;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = Impossible<Written, Failure>;
    type SerializeMap = Map<'w>;
    type SerializeStruct = Struct<'w>;
    type SerializeStructVariant = Impossible<Written, Failure>;

    displayed!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64)
    );

    fn serialize_f32(self, value: f32) -> Result<Written, Failure> {
        self.serialize_f64(value.into())
    }

    /// JSON has no infinities; `null` counts as absent.
    fn serialize_f64(self, value: f64) -> Result<Written, Failure> {
        if value.is_finite() { self.display(value) } else { self.serialize_none() }
    }

    fn serialize_char(self, value: char) -> Result<Written, Failure> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Written, Failure> {
        write_string(self.out, value);
        Ok(Written::Value)
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Written, Failure> {
        Err(ser::Error::custom("bytes have no form of their own in JSON"))
    }

    fn serialize_none(self) -> Result<Written, Failure> {
        self.out.extend_from_slice(b"null");
        Ok(Written::Absent)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Written, Failure> {
        value.serialize(self).map(|_| Written::Value)
    }

    fn serialize_unit(self) -> Result<Written, Failure> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Written, Failure> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Written, Failure> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Written, Failure> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Written, Failure> {
        self.out.push(b'{');
        write_string(self.out, variant);
        self.out.push(b':');
        value.serialize(Writer { out: self.out })?;
        self.out.push(b'}');
        Ok(Written::Value)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'w>, Failure> {
        self.out.push(b'[');
        Ok(List { out: self.out, first: true })
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'w>, Failure> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<List<'w>, Failure> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Failure> {
        Err(ser::Error::custom(format!("`{variant}` has no form on the wire")))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Map<'w>, Failure> {
        self.out.push(b'{');
        Ok(Map { out: self.out, first: true })
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Struct<'w>, Failure> {
        self.out.push(b'{');
        Ok(Struct { out: self.out, first: true })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Failure> {
        Err(ser::Error::custom(format!("`{variant}` has no form on the wire")))
    }
}

struct List<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
}

impl List<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        value.serialize(Writer { out: self.out }).map(drop)
    }

    fn close(self) -> Result<Written, Failure> {
        self.out.push(b']');
        Ok(if self.first { Written::Absent } else { Written::Value })
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for List<'_> {
            type Ok = Written;
            type Error = Failure;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
                self.element(value)
            }

            fn end(self) -> Result<Written, Failure> {
                self.close()
            }
        }
    )*};
}

list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field
);

struct Map<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
}

impl ser::SerializeMap for Map<'_> {
    type Ok = Written;
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        key.serialize(Writer { out: self.out }).map(drop)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.out.push(b':');
        value.serialize(Writer { out: self.out }).map(drop)
    }

    fn end(self) -> Result<Written, Failure> {
        self.out.push(b'}');
        Ok(if self.first { Written::Absent } else { Written::Value })
    }
}

struct Struct<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
}

impl ser::SerializeStruct for Struct<'_> {
    type Ok = Written;
    type Error = Failure;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        let before = self.out.len();
        if !self.first {
            self.out.push(b',');
        }
        write_string(self.out, name);
        self.out.push(b':');
        if value.serialize(Writer { out: self.out })? == Written::Absent {
            self.out.truncate(before);
        } else {
            self.first = false;
        }
        Ok(())
    }

    fn end(self) -> Result<Written, Failure> {
        self.out.push(b'}');
        Ok(Written::Value)
    }
}
