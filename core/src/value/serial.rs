//! Attribute values in serde's terms: as themselves in items, and with their types' names elsewhere.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AttributeType, AttributeValue, Attributes};
use crate::number::Number;
use crate::set;
use crate::wire::{self, MapKey};

/// How the wire codec knows that an attribute value of whatever type is asked for.
pub(crate) const NEWTYPE: &str = "$dynochemy::AttributeValue";

/// The form elsewhere, which is that of DynamoDB's JSON.
#[derive(Serialize, Deserialize)]
#[serde(remote = "AttributeValue", rename = "AttributeValue")]
enum Form {
    S(String),
    N(Number),
    B(#[serde(with = "base64_bytes")] Bytes),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "NULL")]
    Null(bool),
    #[serde(rename = "SS")]
    StringSet(BTreeSet<String>),
    #[serde(rename = "NS")]
    NumberSet(BTreeSet<Number>),
    #[serde(rename = "BS")]
    BinarySet(#[serde(with = "base64_set")] BTreeSet<Bytes>),
    L(Vec<AttributeValue>),
    M(Attributes),
}

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !wire::is_wire::<S::Error>() {
            return Form::serialize(self, serializer);
        }
        match self {
            Self::S(text) => serializer.serialize_str(text),
            Self::N(number) => number.serialize(serializer),
            Self::B(bytes) => serializer.serialize_bytes(bytes),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Null(true) => serializer.serialize_unit(),
            Self::Null(false) => Err(ser::Error::custom("the null value is always `true`")),
            Self::StringSet(set) => set::serialize_elements(set, serializer),
            Self::NumberSet(set) => set::serialize_elements(set, serializer),
            Self::BinarySet(set) => set::serialize_elements(set, serializer),
            Self::L(values) => serializer.collect_seq(values),
            Self::M(members) => serializer.collect_map(members),
        }
    }
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if wire::is_wire::<D::Error>() {
            deserializer.deserialize_newtype_struct(NEWTYPE, Natural)
        } else {
            Form::deserialize(deserializer)
        }
    }
}

/// Takes the values that the wire codec hands out, as they are or out of serde's buffers.
struct Natural;

impl<'de> Visitor<'de> for Natural {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Bool(flag))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::N(number.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::N(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<AttributeValue, E> {
        Number::try_from(number).map(AttributeValue::N).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::S(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<AttributeValue, E> {
        Ok(AttributeValue::S(text))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<AttributeValue, E> {
        Ok(AttributeValue::B(Bytes::copy_from_slice(bytes)))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<AttributeValue, E> {
        Ok(AttributeValue::B(bytes.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Null(true))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<AttributeValue, D::Error> {
        value.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AttributeValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(AttributeValue::L(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AttributeValue, A::Error> {
        let mut members = Attributes::new();
        while let Some(key) = map.next_key()? {
            match key {
                MapKey::Name(name) => drop(members.insert(name, map.next_value()?)),
                MapKey::Type(AttributeType::StringSet) => {
                    return set(map.next_value()?).map(AttributeValue::StringSet);
                }
                MapKey::Type(AttributeType::NumberSet) => {
                    return set(map.next_value()?).map(AttributeValue::NumberSet);
                }
                MapKey::Type(AttributeType::BinarySet) => {
                    return set(map.next_value()?).map(AttributeValue::BinarySet);
                }
                MapKey::Type(_) => {
                    let text = map.next_value::<std::borrow::Cow<'de, str>>()?;
                    return wire::parse_number(&text).map(AttributeValue::N).map_err(de::Error::custom);
                }
            }
        }
        Ok(AttributeValue::M(members))
    }
}

fn set<T: Ord, E: de::Error>(elements: Vec<T>) -> Result<BTreeSet<T>, E> {
    let count = elements.len();
    let set = BTreeSet::from_iter(elements);
    if set.len() < count { Err(E::custom(set::TWICE)) } else { Ok(set) }
}

/// Bytes as base64 text, as DynamoDB's JSON has them.
mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}

mod base64_set {
    use std::collections::BTreeSet;

    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Element(#[serde(with = "super::base64_bytes")] Bytes);

    pub(super) fn serialize<S: Serializer>(set: &BTreeSet<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(set.iter().cloned().map(Element))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeSet<Bytes>, D::Error> {
        let elements = Vec::<Element>::deserialize(deserializer)?;
        Ok(elements.into_iter().map(|Element(bytes)| bytes).collect())
    }
}
