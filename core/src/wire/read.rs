//! From DynamoDB's JSON to Rust values.

mod marked;
mod parts;
mod root;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Deserialize, IntoDeserializer, Visitor};

use super::{WireError, parse_number};
use crate::item::Item;
use crate::json::{Reader, visit_text};
use crate::number;
use crate::value::{self, AttributeType};
use crate::{item, set};

use marked::Marked;
use parts::{Elements, Members, Variant};
use root::Root;

pub(crate) use marked::MapKey;

/// Decodes an item into a Rust type, leaving out the attributes that the library keeps.
///
/// # Errors
/// When the item does not fit the type; the error names the attribute.
pub fn decode<'de, T: Deserialize<'de>>(item: &'de Item) -> Result<T, WireError> {
    decode_bytes(item.as_bytes())
}

pub(crate) fn decode_bytes<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, WireError> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(Root::new(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// An attribute value with its type around it.
struct Value<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// The type of an element of a set, which has none around it.
    bare: Option<AttributeType>,
}

impl<'r, 'de> Value<'r, 'de> {
    fn new(reader: &'r mut Reader<'de>) -> Self {
        Self { reader, bare: None }
    }

    /// Enters the value and tells its type.
    fn open(&mut self) -> Result<AttributeType, WireError> {
        if let Some(kind) = self.bare {
            return Ok(kind);
        }
        match self.reader.capital() {
            Some(b'S') => return Ok(AttributeType::S),
            Some(b'N') => return Ok(AttributeType::N),
            Some(b'M') => return Ok(AttributeType::M),
            Some(b'L') => return Ok(AttributeType::L),
            Some(b'B') => return Ok(AttributeType::B),
            Some(other) => return Err(not_a_type(char::from(other).encode_utf8(&mut [0; 4]))),
            None => {}
        }
        let mut first = true;
        self.reader.object()?;
        let Some(tag) = self.reader.key(&mut first)? else {
            return Err(WireError::new("expected an attribute value, found an empty object"));
        };
        AttributeType::from_name(&tag).ok_or_else(|| not_a_type(&tag))
    }

    /// The value's type, without entering it.
    fn peek(&self) -> Result<AttributeType, WireError> {
        Value { reader: &mut self.reader.clone(), bare: self.bare }.open()
    }

    fn close(&mut self) -> Result<(), WireError> {
        if self.bare.is_some() {
            return Ok(());
        }
        match self.reader.leave()? {
            true => Ok(()),
            false => Err(WireError::new("an attribute value must have exactly one type")),
        }
    }

    fn expect(&mut self, expected: AttributeType) -> Result<(), WireError> {
        let found = self.open()?;
        if found == expected {
            Ok(())
        } else {
            Err(WireError::new(format!("expected {expected}, found {found}")))
        }
    }

    fn null(&mut self) -> Result<(), WireError> {
        self.expect(AttributeType::Null)?;
        if !self.reader.bool()? {
            return Err(WireError::new("the null value is always `true`"));
        }
        self.close()
    }

    /// A string, of this type.
    fn string(&mut self, expected: AttributeType) -> Result<Cow<'de, str>, WireError> {
        if self.bare.is_none()
            && let [letter] = expected.name().as_bytes()
            && let Some(text) = self.reader.scalar(*letter)
        {
            return Ok(Cow::Borrowed(text));
        }
        self.expect(expected)?;
        let text = self.reader.string()?;
        self.close()?;
        Ok(text)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, WireError> {
        let text = self.string(AttributeType::B)?;
        STANDARD.decode(text.as_bytes()).map_err(|error| WireError::new(format!("not base64: {error}")))
    }
}

fn not_a_type(tag: &str) -> WireError {
    WireError::new(format!("`{tag}` is not a type of attribute values"))
}

/// A number for a type that tells nothing of what it wants: an integer where it is one, else a float that prints so,
/// and where there is none, the text.
fn visit_number<'de, V: Visitor<'de>>(text: Cow<'de, str>, visitor: V) -> Result<V::Value, WireError> {
    let number = parse_number(&text)?;
    if let Ok(value) = u64::try_from(number) {
        visitor.visit_u64(value)
    } else if let Ok(value) = i64::try_from(number) {
        visitor.visit_i64(value)
    } else if let Ok(value) = f64::try_from(number) {
        visitor.visit_f64(value)
    } else {
        visitor.visit_newtype_struct(Marked::number(text))
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
            let text = self.string(AttributeType::N)?;
            let value = <$type>::try_from(parse_number(&text)?)
                .map_err(|_| WireError::new(format!("{text} does not fit {}", stringify!($type))))?;
            visitor.$visit(value)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Value<'_, 'de> {
    type Error = WireError;

    numbers!(
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128, deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128, deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64
    );

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        match self.peek()? {
            AttributeType::S => visit_text(self.string(AttributeType::S)?, visitor),
            AttributeType::N => visit_number(self.string(AttributeType::N)?, visitor),
            AttributeType::B => visitor.visit_byte_buf(self.bytes()?),
            AttributeType::Bool => self.deserialize_bool(visitor),
            AttributeType::Null => self.deserialize_unit(visitor),
            AttributeType::M => self.deserialize_map(visitor),
            AttributeType::L => self.deserialize_seq(visitor),
            AttributeType::StringSet | AttributeType::NumberSet | AttributeType::BinarySet => {
                let kind = self.open()?;
                let value = visitor.visit_newtype_struct(Marked::set(kind, self.reader))?;
                self.close()?;
                Ok(value)
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        self.expect(AttributeType::Bool)?;
        let flag = self.reader.bool()?;
        self.close()?;
        visitor.visit_bool(flag)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        visit_text(self.string(AttributeType::S)?, visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        visitor.visit_byte_buf(self.bytes()?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        if self.peek()? == AttributeType::Null {
            self.null()?;
            // Not `visit_none`, by which a set knows that it is missing.
            return visitor.visit_unit();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        self.null()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        match name {
            number::NEWTYPE => visitor.visit_map(Marked::number(self.string(AttributeType::N)?)),
            value::NEWTYPE if self.peek()? == AttributeType::N => {
                visitor.visit_map(Marked::number(self.string(AttributeType::N)?))
            }
            value::NEWTYPE => self.deserialize_any(visitor),
            set::NEWTYPE => match self.peek()? {
                AttributeType::StringSet | AttributeType::NumberSet | AttributeType::BinarySet => {
                    self.deserialize_any(visitor)
                }
                found => Err(WireError::new(format!("expected a set (SS, NS or BS), found {found}"))),
            },
            item::NEWTYPE => {
                self.expect(AttributeType::M)?;
                let item = self.reader.skip()?;
                self.close()?;
                visitor.visit_borrowed_bytes(self.reader.text_at(item))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        match self.open()? {
            AttributeType::L => {}
            set @ (AttributeType::StringSet | AttributeType::NumberSet | AttributeType::BinarySet) => {
                let problem = format!(
                    "it is a set ({set}), which would be written back as a list; read it into a `Set`, or by \
                     `#[serde(with = \"..::set\")]`"
                );
                return Err(WireError::new(problem));
            }
            AttributeType::B => {
                return Err(WireError::new("expected L, found B; bytes are read by `serde_bytes`"));
            }
            found => return Err(WireError::new(format!("expected L, found {found}"))),
        }
        let value = Elements::visit(self.reader, None, visitor)?;
        self.close()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, WireError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, WireError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, WireError> {
        self.expect(AttributeType::M)?;
        let value = Members::visit(self.reader, false, visitor)?;
        self.close()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WireError> {
        if self.peek()? == AttributeType::S {
            let variant = self.string(AttributeType::S)?;
            return visitor.visit_enum(variant.as_ref().into_deserializer());
        }
        self.expect(AttributeType::M)?;
        self.reader.object()?;
        let Some(variant) = self.reader.key(&mut true)? else {
            return Err(WireError::new("expected a variant, found an empty map"));
        };
        let value = visitor
            .visit_enum(Variant { name: &variant, content: Value::new(self.reader) })
            .map_err(|error| error.within(&variant))?;
        if self.reader.key(&mut false)?.is_some() {
            return Err(WireError::new("expected one variant, found several"));
        }
        self.close()?;
        Ok(value)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, WireError> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
