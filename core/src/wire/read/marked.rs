//! Values that serde's data model does not have, handed out in a form that survives its buffers.
//!
//! Where a type does not tell what it wants (`deserialize_any`), a set is a newtype around a map whose only key is the
//! set's type, as an integer, which no map that came from an item has for a key. So is a number that is no Rust number.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

use super::parts::Elements;
use crate::json::Reader;
use crate::value::AttributeType;
use crate::wire::WireError;

/// A map's key: a member's name, or the mark of a value that is no map.
pub(crate) enum MapKey {
    /// A member of a map.
    Name(String),
    /// The type of what the value is instead.
    Type(AttributeType),
}

impl<'de> Deserialize<'de> for MapKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;

        impl Visitor<'_> for Key {
            type Value = MapKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<MapKey, E> {
                Ok(MapKey::Name(name.to_owned()))
            }

            fn visit_string<E: de::Error>(self, name: String) -> Result<MapKey, E> {
                Ok(MapKey::Name(name))
            }

            fn visit_u64<E: de::Error>(self, mark: u64) -> Result<MapKey, E> {
                let kind = usize::try_from(mark).ok().and_then(|mark| AttributeType::ALL.get(mark));
                kind.copied().map(MapKey::Type).ok_or_else(|| E::custom("no type has this mark"))
            }
        }

        deserializer.deserialize_any(Key)
    }
}

fn mark(kind: AttributeType) -> u64 {
    (0..).zip(AttributeType::ALL).find(|(_, listed)| *listed == kind).map_or(0, |(mark, _)| mark)
}

/// A value behind the mark of its type: a map of one member.
pub(super) struct Marked<'r, 'de> {
    kind: AttributeType,
    /// Taken with the member.
    content: Option<Content<'r, 'de>>,
}

enum Content<'r, 'de> {
    Number(Cow<'de, str>),
    Set(&'r mut Reader<'de>),
}

impl<'r, 'de> Marked<'r, 'de> {
    pub(super) fn number(text: Cow<'de, str>) -> Self {
        Self { kind: AttributeType::N, content: Some(Content::Number(text)) }
    }

    /// A set of this type whose array is read next.
    pub(super) fn set(kind: AttributeType, reader: &'r mut Reader<'de>) -> Self {
        Self { kind, content: Some(Content::Set(reader)) }
    }
}

impl<'de> Deserializer<'de> for Marked<'_, 'de> {
    type Error = WireError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> de::MapAccess<'de> for Marked<'_, 'de> {
    type Error = WireError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, WireError> {
        if self.content.is_none() {
            return Ok(None);
        }
        seed.deserialize(IntoDeserializer::<WireError>::into_deserializer(mark(self.kind))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, WireError> {
        match self.content.take() {
            Some(Content::Number(text)) => seed.deserialize(CowStrDeserializer::new(text)),
            Some(Content::Set(reader)) => seed.deserialize(SetElements { kind: self.kind, reader }),
            None => Err(WireError::new("a marked value has one member")),
        }
    }
}

/// The array of a set's elements.
struct SetElements<'r, 'de> {
    kind: AttributeType,
    reader: &'r mut Reader<'de>,
}

impl<'de> Deserializer<'de> for SetElements<'_, 'de> {
    type Error = WireError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        let element = match self.kind {
            AttributeType::StringSet => AttributeType::S,
            AttributeType::NumberSet => AttributeType::N,
            _ => AttributeType::B,
        };
        Elements::visit(self.reader, Some(element), visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
