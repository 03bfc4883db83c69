//! The text inside the library's own types, whose names the codec knows.

use serde::ser::{self, Impossible, Serialize};

use super::Written;
use crate::wire::WireError;

/// Takes a text, and nothing else.
pub(super) struct Text<F>(pub(super) F);

fn refused<T>() -> Result<T, WireError> {
    Err(WireError::new("a type with the name of one of the library's must be a text inside"))
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Written, WireError> {
            refused()
        }
    )*};
}

macro_rules! refused_parts {
    ($($method:ident($($argument:ty),*) $of:ident),* $(,)?) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::$of, WireError> {
            refused()
        }
    )*};
}

type Name = &'static str;

impl<F: FnOnce(&str) -> Result<Written, WireError>> ser::Serializer for Text<F> {
    type Ok = Written;
    type Error = WireError;
    type SerializeSeq = Impossible<Written, WireError>;
    type SerializeTuple = Impossible<Written, WireError>;
    type SerializeTupleStruct = Impossible<Written, WireError>;
    type SerializeTupleVariant = Impossible<Written, WireError>;
    type SerializeMap = Impossible<Written, WireError>;
    type SerializeStruct = Impossible<Written, WireError>;
    type SerializeStructVariant = Impossible<Written, WireError>;

    fn serialize_str(self, text: &str) -> Result<Written, WireError> {
        self.0(text)
    }

    refused!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(Name),
        serialize_unit_variant(Name, u32, Name),
    );
    refused_parts!(
        serialize_seq(Option<usize>) SerializeSeq,
        serialize_tuple(usize) SerializeTuple,
        serialize_tuple_struct(Name, usize) SerializeTupleStruct,
        serialize_tuple_variant(Name, u32, Name, usize) SerializeTupleVariant,
        serialize_map(Option<usize>) SerializeMap,
        serialize_struct(Name, usize) SerializeStruct,
        serialize_struct_variant(Name, u32, Name, usize) SerializeStructVariant,
    );

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<Written, WireError> {
        refused()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: Name,
        _value: &T,
    ) -> Result<Written, WireError> {
        refused()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: Name,
        _index: u32,
        _variant: Name,
        _value: &T,
    ) -> Result<Written, WireError> {
        refused()
    }
}
