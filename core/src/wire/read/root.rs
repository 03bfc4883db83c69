//! Items as a whole.

use std::borrow::Cow;

use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use super::Value;
use super::parts::Members;
use crate::item;
use crate::json::Reader;
use crate::value::AttributeType;
use crate::wire::{ENTITY_ATTRIBUTE, WireError};

/// The item itself: a map without a type around it.
pub(super) struct Root<'r, 'de> {
    reader: &'r mut Reader<'de>,
}

impl<'r, 'de> Root<'r, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'de>) -> Self {
        Self { reader }
    }
}

impl<'de> de::Deserializer<'de> for Root<'_, 'de> {
    type Error = WireError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        Members::visit(self.reader, true, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        if name == item::NEWTYPE {
            // All of it, the library's own attributes too: whoever copies items must not lose them.
            let item = self.reader.skip()?;
            return visitor.visit_borrowed_bytes(self.reader.text_at(item));
        }
        visitor.visit_newtype_struct(self)
    }

    /// The variant is named by the library's own attribute, and its content is the item.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        let entity = entity(self.reader.clone())?.ok_or_else(|| {
            WireError::new(format!(
                "the item does not tell which variant of `{name}` it is: it lacks the attribute \
                 `{ENTITY_ATTRIBUTE}`, which the library writes with the items of tables that hold several types"
            ))
        })?;
        visitor.visit_enum(Entity { name: entity, content: self })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The item's entity.
fn entity<'de>(mut reader: Reader<'de>) -> Result<Option<Cow<'de, str>>, WireError> {
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        if name == ENTITY_ATTRIBUTE {
            let entity = Value::new(&mut reader).string(AttributeType::S);
            return entity.map(Some).map_err(|error| error.within(ENTITY_ATTRIBUTE));
        }
        reader.skip()?;
    }
    Ok(None)
}

/// A variant whose content is the item.
struct Entity<'r, 'de> {
    name: Cow<'de, str>,
    content: Root<'r, 'de>,
}

impl<'r, 'de> de::EnumAccess<'de> for Entity<'r, 'de> {
    type Error = WireError;
    type Variant = Root<'r, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Root<'r, 'de>), WireError> {
        let name = IntoDeserializer::<WireError>::into_deserializer(&*self.name);
        let variant = seed.deserialize(name).map_err(|error| error.within(ENTITY_ATTRIBUTE))?;
        Ok((variant, self.content))
    }
}

impl<'de> de::VariantAccess<'de> for Root<'_, 'de> {
    type Error = WireError;

    /// Such a variant is chosen for what it is called; what the item holds is not asked for.
    fn unit_variant(self) -> Result<(), WireError> {
        self.reader.skip()?;
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, WireError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value, WireError> {
        Err(WireError::new(
            "an item is read into a variant with one part or with named fields, not into a tuple",
        ))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        Members::visit(self.reader, true, visitor)
    }
}
