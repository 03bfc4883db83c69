//! Keys: the attributes that name an item.
//!
//! A [`Key`] is exact and canonical: `1` and `1.0`, or two spellings of one string, are the same key. Its
//! [`identity`](Key::identity) is a binary form whose byte order is DynamoDB's order of keys; batches match their
//! answers by it, plans order operations by it, and the SQL backend sorts by it.
//!
//! See [Primary key](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey).

mod ordered;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::item::Item;
use crate::json::{Reader, write_string};
use crate::number::Number;
use crate::value::{AttributeType, AttributeValue, Attributes};
use crate::wire::{self, WireError};

/// The most bytes a hash key's value may have.
pub const MAX_HASH_KEY: usize = 2048;
/// The most bytes a range key's value may have.
pub const MAX_RANGE_KEY: usize = 1024;

/// The value of a key attribute.
///
/// The order of values of one type is DynamoDB's: numbers by value, text and bytes by their bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "AttributeValue", into = "AttributeValue")]
pub enum KeyValue {
    /// Text.
    S(String),
    /// A number.
    N(Number),
    /// Bytes.
    B(Bytes),
}

/// The types that a key attribute may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ScalarType {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

impl From<ScalarType> for AttributeType {
    fn from(kind: ScalarType) -> Self {
        match kind {
            ScalarType::S => Self::S,
            ScalarType::N => Self::N,
            ScalarType::B => Self::B,
        }
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(AttributeType::from(*self).name())
    }
}

impl KeyValue {
    /// The value's type.
    #[must_use]
    pub fn kind(&self) -> ScalarType {
        match self {
            Self::S(_) => ScalarType::S,
            Self::N(_) => ScalarType::N,
            Self::B(_) => ScalarType::B,
        }
    }

    /// The bytes the value takes, as DynamoDB counts them.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
        }
    }

    /// Whether an encoded attribute is this value.
    fn is_encoded_as(&self, encoded: &[u8]) -> Result<bool, WireError> {
        // Plain text is compared where it is; what is escaped is read.
        if let Self::S(text) = self
            && let Some(inner) =
                encoded.strip_prefix(br#"{"S":""#).and_then(|rest| rest.strip_suffix(br#""}"#))
            && inner == text.as_bytes()
            && !inner.contains(&b'\\')
        {
            return Ok(true);
        }
        Ok(Self::try_from(wire::value::parse_value(encoded)?).is_ok_and(|value| value == *self))
    }

    /// Appends a form of the value whose byte order is the order of values of its type, and which no other value's
    /// form begins with.
    pub fn write_ordered(&self, out: &mut Vec<u8>) {
        ordered::write(out, self);
    }

    /// The value whose ordered form `bytes` begins with, and the rest; `None` where they are no such form.
    #[must_use]
    pub fn read_ordered(kind: ScalarType, bytes: &[u8]) -> Option<(Self, &[u8])> {
        ordered::read(kind, bytes)
    }

    pub(crate) fn check(&self, most: usize) -> Result<(), WireError> {
        match self.size() {
            0 => Err(WireError::new("a key must not be empty")),
            size if size > most => {
                Err(WireError::new(format!("a key of {size} bytes, where at most {most} are allowed")))
            }
            _ => Ok(()),
        }
    }
}

impl From<KeyValue> for AttributeValue {
    fn from(value: KeyValue) -> Self {
        match value {
            KeyValue::S(text) => Self::S(text),
            KeyValue::N(number) => Self::N(number),
            KeyValue::B(bytes) => Self::B(bytes),
        }
    }
}

impl TryFrom<AttributeValue> for KeyValue {
    type Error = WireError;

    fn try_from(value: AttributeValue) -> Result<Self, WireError> {
        match value {
            AttributeValue::S(text) => Ok(Self::S(text)),
            AttributeValue::N(number) => Ok(Self::N(number)),
            AttributeValue::B(bytes) => Ok(Self::B(bytes)),
            other => Err(WireError::new(format!("a key must be S, N or B, not {}", other.kind()))),
        }
    }
}

/// A key attribute's name and type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyAttribute {
    /// The attribute's name.
    pub name: Cow<'static, str>,
    /// The attribute's type.
    pub kind: ScalarType,
}

/// The key attributes of a table: their names and types.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyShape {
    /// The hash key (partition key).
    pub hash: KeyAttribute,
    /// The range key (sort key), where the table has one.
    pub range: Option<KeyAttribute>,
}

impl KeyShape {
    /// The key attributes of these names and types.
    ///
    /// ```
    /// use dynochemy_core::{KeyShape, ScalarType};
    /// let shape = KeyShape::new(("user", ScalarType::S), Some(("time", ScalarType::N)));
    /// # let _ = shape;
    /// ```
    #[must_use]
    pub fn new<N: Into<Cow<'static, str>>>(hash: (N, ScalarType), range: Option<(N, ScalarType)>) -> Self {
        let attribute = |(name, kind): (N, ScalarType)| KeyAttribute { name: name.into(), kind };
        Self { hash: attribute(hash), range: range.map(attribute) }
    }

    /// The key's attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> + Clone {
        std::iter::once(&self.hash).chain(&self.range)
    }

    /// Takes the key out of an item.
    ///
    /// # Errors
    /// When a key attribute is missing, of another type, empty or too long; the error names it.
    pub fn extract(&self, item: &Item) -> Result<Key, WireError> {
        // Both in one pass: the item is read through once, up to the second one.
        let (mut hash, mut range) = (None, None);
        let mut reader = Reader::new(item.as_bytes());
        let mut first = true;
        reader.object()?;
        while hash.is_none() || self.range.is_some() && range.is_none() {
            let Some(name) = reader.key(&mut first)? else { break };
            let part = match &self.range {
                _ if name == self.hash.name => &mut hash,
                Some(attribute) if name == attribute.name => &mut range,
                _ => {
                    reader.skip()?;
                    continue;
                }
            };
            let value = wire::value::read_value(&mut reader, 0).map_err(|error| error.within(&name))?;
            // The first one counts, should a server send two of one name.
            part.get_or_insert(value);
        }
        self.extract_by(|name| Ok(if name == self.hash.name { hash.take() } else { range.take() }))
    }

    /// Takes the key out of an item's attributes.
    ///
    /// # Errors
    /// As [`KeyShape::extract`].
    pub fn extract_from(&self, attributes: &Attributes) -> Result<Key, WireError> {
        self.extract_by(|name| Ok(attributes.get(name).cloned()))
    }

    fn extract_by(
        &self,
        mut attribute: impl FnMut(&str) -> Result<Option<AttributeValue>, WireError>,
    ) -> Result<Key, WireError> {
        let mut part = |part: &KeyAttribute, role: &str| {
            let Some(value) = attribute(&part.name)? else {
                return Err(WireError::new(format!("the item lacks its {role} key")).within(&part.name));
            };
            KeyValue::try_from(value).map_err(|error| error.within(&part.name))
        };
        let hash = part(&self.hash, "hash")?;
        let range = self.range.as_ref().map(|range| part(range, "range")).transpose()?;
        self.key(hash, range)
    }

    /// The key of these values.
    ///
    /// # Errors
    /// When a value is of another type than its attribute, empty or too long, or when there is a range key too many
    /// or too few.
    pub fn key(&self, hash: KeyValue, range: Option<KeyValue>) -> Result<Key, WireError> {
        let check = |part: &KeyAttribute, value: &KeyValue, most: usize| {
            if value.kind() == part.kind {
                value.check(most)
            } else {
                Err(WireError::new(format!("the table's key is {}, not {}", part.kind, value.kind())))
            }
            .map_err(|error| error.within(&part.name))
        };
        check(&self.hash, &hash, MAX_HASH_KEY)?;
        let range = match (&self.range, range) {
            (None, None) => None,
            (Some(part), Some(value)) => {
                check(part, &value, MAX_RANGE_KEY)?;
                Some((part.name.clone(), value))
            }
            (Some(part), None) => {
                return Err(WireError::new("the key lacks its range key").within(&part.name));
            }
            (None, Some(_)) => return Err(WireError::new("the table has no range key")),
        };
        Ok(Key { hash: (self.hash.name.clone(), hash), range })
    }
}

/// The key of one item, with the names of its attributes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The hash key's name and value.
    pub hash: (Cow<'static, str>, KeyValue),
    /// The range key's name and value.
    pub range: Option<(Cow<'static, str>, KeyValue)>,
}

impl Default for Key {
    /// No item's key, which the service refuses: for requests that are put together member by member.
    fn default() -> Self {
        Self { hash: (Cow::Borrowed(""), KeyValue::S(String::new())), range: None }
    }
}

impl Key {
    /// The names and values of the key's attributes.
    pub fn parts(&self) -> impl Iterator<Item = &(Cow<'static, str>, KeyValue)> {
        std::iter::once(&self.hash).chain(&self.range)
    }

    /// Whether an item has this key; `None` where some part of a key is not among its attributes, and the others agree.
    pub(crate) fn is_of(&self, item: &Item) -> Result<Option<bool>, WireError> {
        let (mut found, mut agrees) = ([false; 2], true);
        item.find(|name, value| {
            for (at, (attribute, part)) in self.parts().enumerate() {
                // The first one counts, should a server send two of one name.
                if name == attribute && !found[at] {
                    found[at] = true;
                    agrees &= part.is_encoded_as(value).map_err(|error| error.within(name))?;
                }
            }
            Ok(agrees && !(found[0] && (found[1] || self.range.is_none())))
        })?;
        let all = found[0] && (found[1] || self.range.is_none());
        Ok(if agrees && !all { None } else { Some(agrees) })
    }

    /// A binary form that is equal for equal keys of one table and sorts as they do.
    #[must_use]
    pub fn identity(&self) -> Vec<u8> {
        // Each part's own bytes and what marks its end, with room for some escapes.
        let size = self.parts().map(|(_, value)| value.size() + 8).sum();
        let mut out = Vec::with_capacity(size);
        for (_, value) in self.parts() {
            value.write_ordered(&mut out);
        }
        out
    }

    /// Feeds a hash with the key's values.
    pub(crate) fn feed(&self, hash: &mut Fingerprint) {
        for (_, value) in self.parts() {
            match value {
                KeyValue::S(text) => hash.feed(text.as_bytes()),
                KeyValue::B(bytes) => hash.feed(bytes),
                KeyValue::N(number) => {
                    let (digits, exponent) = number.parts();
                    hash.feed(&digits.to_le_bytes());
                    hash.feed(&exponent.to_le_bytes());
                    hash.feed(&[u8::from(number.is_negative())]);
                }
            }
        }
    }

    /// Whether both have the same values; as keys of one table they are then one.
    pub(crate) fn has_values_of(&self, other: &Self) -> bool {
        self.parts().map(|(_, value)| value).eq(other.parts().map(|(_, value)| value))
    }

    /// The key as a map of attributes in DynamoDB's JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, (name, value)) in self.parts().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_string(out, name);
            out.push(b':');
            match value {
                KeyValue::S(text) => {
                    out.extend_from_slice(b"{\"S\":");
                    write_string(out, text);
                    out.push(b'}');
                }
                KeyValue::N(number) => {
                    out.extend_from_slice(b"{\"N\":\"");
                    number.write(out);
                    out.extend_from_slice(b"\"}");
                }
                KeyValue::B(_) => wire::value::write_value(out, &value.clone().into()),
            }
        }
        out.push(b'}');
    }

    /// The key as attributes.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        self.parts().map(|(name, value)| (name.clone().into_owned(), value.clone().into())).collect()
    }

    /// The key as an item of its attributes.
    #[must_use]
    pub fn to_item(&self) -> Item {
        let mut out = Vec::with_capacity(64);
        self.write(&mut out);
        Item::trusted(out.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Key {
    /// `user = "123", time = 5`; bytes in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.parts().enumerate() {
            write!(f, "{}{name} = ", if index > 0 { ", " } else { "" })?;
            match value {
                KeyValue::S(text) => write!(f, "{text:?}")?,
                KeyValue::N(number) => write!(f, "{number}")?,
                KeyValue::B(bytes) => write!(f, "{bytes:02x?}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> KeyShape {
        KeyShape {
            hash: KeyAttribute { name: "user".into(), kind: ScalarType::S },
            range: Some(KeyAttribute { name: "time".into(), kind: ScalarType::N }),
        }
    }

    #[test]
    fn a_key_is_taken_out_of_an_item_whatever_the_spelling() {
        let key = |json: &'static str| shape().extract(&Item::from_json(json).unwrap()).unwrap();
        let plain = key(r#"{"user":{"S":"ab"},"time":{"N":"1"},"x":{"BOOL":true}}"#);
        let odd = key(r#"{"time": {"N":"1.0"}, "user": {"S":"\u0061b"}}"#);
        assert_eq!(plain, odd);
        assert_eq!(plain.identity(), odd.identity());
        assert_eq!(plain.to_string(), r#"user = "ab", time = 1"#);
        assert_eq!(plain.to_item().as_bytes(), br#"{"user":{"S":"ab"},"time":{"N":"1"}}"#);
    }

    #[test]
    fn what_is_no_key_of_the_table_is_an_error_that_names_the_attribute() {
        let error =
            |json: &str| shape().extract(&Item::from_json(json.to_owned()).unwrap()).unwrap_err().to_string();
        assert_eq!(error("{}"), "attribute `user`: the item lacks its hash key");
        assert_eq!(error(r#"{"user":{"S":"a"}}"#), "attribute `time`: the item lacks its range key");
        assert_eq!(
            error(r#"{"user":{"N":"1"},"time":{"N":"1"}}"#),
            "attribute `user`: the table's key is S, not N"
        );
        assert_eq!(
            error(r#"{"user":{"L":[]},"time":{"N":"1"}}"#),
            "attribute `user`: a key must be S, N or B, not L"
        );
        assert_eq!(
            error(r#"{"user":{"S":""},"time":{"N":"1"}}"#),
            "attribute `user`: a key must not be empty"
        );
        let long = format!(r#"{{"user":{{"S":"{}"}},"time":{{"N":"1"}}}}"#, "x".repeat(2049));
        assert_eq!(error(&long), "attribute `user`: a key of 2049 bytes, where at most 2048 are allowed");
    }
}
