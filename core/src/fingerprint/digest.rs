//! The fingerprint of a value, over all that serde tells of it: the same whatever format it was saved in and read from.
//!
//! Parts are told apart by what they are, so that none can pass for another. Floats are left out, since formats round them;
//! what hangs on numbers is kept as exact ones.

use std::fmt;

use serde::ser::{self, Serialize};

use super::Fingerprint;

/// The fingerprint of what `serialize` tells; `None` where a value cannot be told, which never is so for plain data.
pub(crate) fn digest(serialize: impl FnOnce(Digest<'_>) -> Result<(), Untold>) -> Option<u64> {
    let mut fingerprint = Fingerprint::new();
    serialize(Digest(&mut fingerprint)).ok()?;
    Some(fingerprint.finish())
}

/// Takes a value apart, and feeds its parts.
#[derive(Debug)]
pub(crate) struct Digest<'a>(&'a mut Fingerprint);

/// A value that refuses to be told.
#[derive(Debug)]
pub(crate) struct Untold;

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be told")
    }
}

impl std::error::Error for Untold {}

impl ser::Error for Untold {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl Digest<'_> {
    fn tagged(self, tag: u8, bytes: &[u8]) -> Result<(), Untold> {
        self.0.feed(&[tag]);
        self.0.feed(bytes);
        Ok(())
    }

    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Untold> {
        value.serialize(Digest(self.0))
    }
}

impl<'a> ser::Serializer for Digest<'a> {
    type Ok = ();
    type Error = Untold;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Result<(), Untold> {
        self.tagged(b'b', &[u8::from(value)])
    }

    fn serialize_i8(self, value: i8) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Untold> {
        self.tagged(b'i', &i128::from(value).to_le_bytes())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Untold> {
        self.tagged(b'i', &value.to_le_bytes())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Untold> {
        self.tagged(b'u', &value.to_le_bytes())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Untold> {
        self.tagged(b'f', &[])
    }

    fn serialize_f64(self, _: f64) -> Result<(), Untold> {
        self.tagged(b'f', &[])
    }

    fn serialize_char(self, value: char) -> Result<(), Untold> {
        self.tagged(b's', value.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn serialize_str(self, value: &str) -> Result<(), Untold> {
        self.tagged(b's', value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Untold> {
        self.tagged(b'y', value)
    }

    fn serialize_none(self) -> Result<(), Untold> {
        self.tagged(b'n', &[])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Untold> {
        self.0.feed(b"+");
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Untold> {
        self.tagged(b'n', &[])
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Untold> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Untold> {
        self.tagged(b'v', variant.as_bytes())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Untold> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Untold> {
        Digest(self.0).tagged(b'v', variant.as_bytes())?;
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Untold> {
        self.0.feed(b"[");
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Untold> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Untold> {
        Digest(self.0).tagged(b'v', variant.as_bytes())?;
        self.serialize_seq(None)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Untold> {
        self.0.feed(b"{");
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Untold> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Untold> {
        Digest(self.0).tagged(b'v', variant.as_bytes())?;
        self.serialize_map(None)
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

impl ser::SerializeMap for Digest<'_> {
    type Ok = ();
    type Error = Untold;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Untold> {
        self.part(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Untold> {
        self.part(value)
    }

    fn end(self) -> Result<(), Untold> {
        self.tagged(b'.', &[])
    }
}

macro_rules! elements {
    ($($kind:ident $method:ident),*) => {$(
        impl ser::$kind for Digest<'_> {
            type Ok = ();
            type Error = Untold;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Untold> {
                self.part(value)
            }

            fn end(self) -> Result<(), Untold> {
                self.tagged(b'.', &[])
            }
        }
    )*};
}
elements!(SerializeSeq serialize_element, SerializeTuple serialize_element);
elements!(SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! members {
    ($($kind:ident),*) => {$(
        impl ser::$kind for Digest<'_> {
            type Ok = ();
            type Error = Untold;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Untold> {
                self.part(name)?;
                self.part(value)
            }

            fn end(self) -> Result<(), Untold> {
                self.tagged(b'.', &[])
            }
        }
    )*};
}
members!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;

    fn of<T: Serialize>(value: T) -> u64 {
        digest(|digest| value.serialize(digest)).unwrap()
    }

    #[test]
    fn parts_are_told_apart() {
        let all = [
            of(("a", "b")),
            of(("ab",)),
            of(("b", "a")),
            of((("a",), "b")),
            of(Some("a")),
            of("a"),
            of(None::<u8>),
            of(0),
            of(1),
            of(false),
            of([("a", 1)].into_iter().collect::<std::collections::BTreeMap<_, _>>()),
            of(Vec::<u8>::new()),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{index}");
        }
        assert_eq!(of(vec![1, 2]), of(vec![1, 2]));
    }
}
