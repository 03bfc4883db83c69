//! Values from JSON in one pass.

use std::borrow::Cow;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::Failure;
use crate::json::{JsonError, Kind, Reader};
use crate::number::Number;

/// Reads the value that comes next, whose serde form is its form on the wire; a member that is `null` counts as absent.
///
/// # Errors
/// When it is not of that form.
pub fn read<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, JsonError> {
    let value = T::deserialize(Value { reader });
    value.map_err(|failure| JsonError {
        offset: failure.offset.unwrap_or_else(|| reader.position()),
        problem: failure.problem,
    })
}

struct Value<'r, 'de> {
    reader: &'r mut Reader<'de>,
}

impl Value<'_, '_> {
    /// An integer in whatever form: `5`, `5.0`, `5E0`.
    fn integer<T: TryFrom<i128>>(self) -> Result<T, Failure> {
        let offset = self.reader.position();
        let number = self.reader.number()?.parse::<Number>();
        let integer = number.and_then(i128::try_from).ok().and_then(|number| T::try_from(number).ok());
        integer.ok_or(Failure { offset: Some(offset), problem: "expected a count".into() })
    }

    fn float(self) -> Result<f64, Failure> {
        let offset = self.reader.position();
        let number = self.reader.number()?.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or(Failure {
            offset: Some(offset),
            problem: "expected a number that is not too large".into(),
        })
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            visitor.$visit(self.integer()?)
        }
    )*};
}

/// Hands out a text, borrowed where it is.
pub(crate) fn visit_text<'de, V: Visitor<'de>, E: de::Error>(
    text: Cow<'de, str>,
    visitor: V,
) -> Result<V::Value, E> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

impl<'de> de::Deserializer<'de> for Value<'_, 'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.reader.peek()? {
            Kind::Null => {
                self.reader.null()?;
                visitor.visit_unit()
            }
            Kind::Bool => visitor.visit_bool(self.reader.bool()?),
            Kind::Number => visitor.visit_f64(self.float()?),
            Kind::String => visit_text(self.reader.string()?, visitor),
            Kind::Array => {
                self.reader.array()?;
                visitor.visit_seq(Elements { reader: self.reader, first: true })
            }
            Kind::Object => {
                self.reader.object()?;
                visitor.visit_map(Members { reader: self.reader, first: true })
            }
        }
    }

    integers!(
        deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64
    );

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.reader.peek()? == Kind::Null {
            self.reader.null()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.reader.peek()? == Kind::Object {
            self.reader.object()?;
            visitor.visit_enum(Variant { reader: self.reader })
        } else {
            visitor.visit_enum(self.reader.string()?.as_ref().into_deserializer())
        }
    }

    /// An object; serde would take an array for one.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.reader.object()?;
        visitor.visit_map(Members { reader: self.reader, first: true })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.reader.skip()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct identifier
    }
}

struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl<'de> de::SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        if !self.reader.element(&mut self.first)? {
            return Ok(None);
        }
        seed.deserialize(Value { reader: self.reader }).map(Some)
    }
}

/// Members that are not `null`.
struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl<'de> de::MapAccess<'de> for Members<'_, 'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        while let Some(name) = self.reader.key(&mut self.first)? {
            if self.reader.peek()? == Kind::Null {
                self.reader.null()?;
            } else {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        seed.deserialize(Value { reader: self.reader })
    }
}

/// An object whose one member that is not `null` names the variant.
struct Variant<'r, 'de> {
    reader: &'r mut Reader<'de>,
}

impl<'r, 'de> de::EnumAccess<'de> for Variant<'r, 'de> {
    type Error = Failure;
    type Variant = Content<'r, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant), Failure> {
        let mut first = true;
        while let Some(name) = self.reader.key(&mut first)? {
            if self.reader.peek()? == Kind::Null {
                self.reader.null()?;
            } else {
                let name = IntoDeserializer::<Failure>::into_deserializer(name);
                let variant = seed.deserialize(name)?;
                return Ok((variant, Content { reader: self.reader }));
            }
        }
        Err(de::Error::custom("expected a member"))
    }
}

struct Content<'r, 'de> {
    reader: &'r mut Reader<'de>,
}

impl<'de> de::VariantAccess<'de> for Content<'_, 'de> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        Err(de::Error::custom("expected a text"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failure> {
        let value = seed.deserialize(Value { reader: self.reader })?;
        let mut first = false;
        while self.reader.key(&mut first)?.is_some() {
            if self.reader.peek()? != Kind::Null {
                return Err(de::Error::custom("expected one member only"));
            }
            self.reader.null()?;
        }
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value, Failure> {
        Err(de::Error::custom("a list has no form here"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Failure> {
        Err(de::Error::custom("members have no form here"))
    }
}
