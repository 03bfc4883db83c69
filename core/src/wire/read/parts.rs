//! The parts of values: members of maps, elements of lists, variants.

use std::borrow::Cow;

use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, Visitor};

use super::Value;
use super::marked::Marked;
use crate::json::{Reader, visit_text};
use crate::number::{self, Number};
use crate::value::AttributeType;
use crate::wire::{RESERVED_PREFIX, WireError};

/// The members of an item or map.
pub(super) struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
    ended: bool,
    /// Whether these are an item's own attributes, of which the library's are left out.
    root: bool,
    name: Cow<'de, str>,
}

impl<'r, 'de> Members<'r, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        reader: &'r mut Reader<'de>,
        root: bool,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        reader.object()?;
        let mut members = Members { reader, first: true, ended: false, root, name: Cow::Borrowed("") };
        let value = visitor.visit_map(&mut members)?;
        // A type may stop reading early; what it left must still be well-formed.
        while members.advance()? {
            members.reader.skip()?;
        }
        Ok(value)
    }

    fn advance(&mut self) -> Result<bool, WireError> {
        while !self.ended {
            match self.reader.key(&mut self.first)? {
                None => self.ended = true,
                Some(name) if self.root && name.starts_with(RESERVED_PREFIX) => {
                    self.reader.skip()?;
                }
                Some(name) => {
                    self.name = name;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl<'de> de::MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = WireError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, WireError> {
        if !self.advance()? {
            return Ok(None);
        }
        seed.deserialize(Name(self.name.clone())).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, WireError> {
        seed.deserialize(Value::new(self.reader)).map_err(|error| error.within(&self.name))
    }
}

/// A member's name, for key types that are strings or made of their text.
struct Name<'de>(Cow<'de, str>);

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
            let value = <$type>::try_from(self.number()?).map_err(|_| self.misfit(stringify!($type)))?;
            visitor.$visit(value)
        }
    )*};
}

impl Name<'_> {
    /// The number that this is the plain form of: another form would be written back as this one.
    fn number(&self) -> Result<Number, WireError> {
        match self.0.parse::<Number>() {
            Ok(number) if number.to_string() == self.0 => Ok(number),
            _ => Err(WireError::new(format!("the key `{}` is no number in its plain form", self.0))),
        }
    }

    fn misfit(&self, kind: &str) -> WireError {
        WireError::new(format!("the key `{}` does not fit {kind}", self.0))
    }
}

impl<'de> de::Deserializer<'de> for Name<'de> {
    type Error = WireError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        visit_text(self.0, visitor)
    }

    numbers!(
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128, deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128, deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64
    );

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        visitor.visit_bool(self.0.parse().map_err(|_| self.misfit("bool"))?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        if name == number::NEWTYPE {
            self.number()?;
            return visitor.visit_map(Marked::number(self.0));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        visitor.visit_enum(self.0.as_ref().into_deserializer())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The elements of a list.
pub(super) struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
    index: usize,
    ended: bool,
    /// The elements' type, where they are a set's.
    bare: Option<AttributeType>,
}

impl<'r, 'de> Elements<'r, 'de> {
    /// Reads an array.
    pub(super) fn visit<V: Visitor<'de>>(
        reader: &'r mut Reader<'de>,
        bare: Option<AttributeType>,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        reader.array()?;
        let mut elements = Elements { reader, first: true, index: 0, ended: false, bare };
        let value = visitor.visit_seq(&mut elements)?;
        elements.drain()?;
        if bare.is_some() && elements.index == 0 {
            return Err(WireError::new("a set must not be empty"));
        }
        Ok(value)
    }

    fn advance(&mut self) -> Result<bool, WireError> {
        if !self.ended {
            self.ended = !self.reader.element(&mut self.first)?;
        }
        Ok(!self.ended)
    }

    fn drain(&mut self) -> Result<(), WireError> {
        while self.advance()? {
            self.reader.skip()?;
        }
        Ok(())
    }
}

impl<'de> de::SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = WireError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, WireError> {
        if !self.advance()? {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        let value = seed.deserialize(Value { reader: self.reader, bare: self.bare });
        value.map(Some).map_err(|error| error.at(index))
    }
}

/// A variant with content.
pub(super) struct Variant<'n, 'r, 'de> {
    pub(super) name: &'n str,
    pub(super) content: Value<'r, 'de>,
}

impl<'r, 'de> de::EnumAccess<'de> for Variant<'_, 'r, 'de> {
    type Error = WireError;
    type Variant = Value<'r, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Value<'r, 'de>), WireError> {
        let variant = seed.deserialize(IntoDeserializer::<WireError>::into_deserializer(self.name))?;
        Ok((variant, self.content))
    }
}

impl<'de> de::VariantAccess<'de> for Value<'_, 'de> {
    type Error = WireError;

    fn unit_variant(self) -> Result<(), WireError> {
        <()>::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, WireError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, WireError> {
        de::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        de::Deserializer::deserialize_map(self, visitor)
    }
}
