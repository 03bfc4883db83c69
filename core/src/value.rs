//! Attribute values as a tree, for those who need to look inside an item: expressions, views, untyped tools.
//!
//! The hot path does not pass through here; see [`wire`](crate::wire).
//!
//! See [AttributeValue](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).

mod serial;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::number::Number;
use crate::set::Set;

pub(crate) use serial::NEWTYPE;

/// The attributes of an item by name.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// One attribute's value, in any of DynamoDB's ten types.
///
/// Serialised, it has the form that DynamoDB's JSON has: `{"S": "text"}`, `{"N": "1.5"}`, `{"B": "base64"}`. As a part of
/// a typed item, it is the attribute itself, of whatever type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AttributeValue {
    /// Text.
    S(String),
    /// A number.
    N(Number),
    /// Bytes.
    B(Bytes),
    /// A boolean.
    Bool(bool),
    /// The null value; `false` never occurs in what the service returns.
    Null(bool),
    /// A set of texts, never empty.
    StringSet(BTreeSet<String>),
    /// A set of numbers, never empty.
    NumberSet(BTreeSet<Number>),
    /// A set of byte strings, never empty.
    BinarySet(BTreeSet<Bytes>),
    /// A list of values.
    L(Vec<AttributeValue>),
    /// A map from names to values.
    M(Attributes),
}

/// The types of attribute values, by DynamoDB's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AttributeType {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
    /// A boolean.
    #[serde(rename = "BOOL")]
    Bool,
    /// Null.
    #[serde(rename = "NULL")]
    Null,
    /// A set of texts.
    #[serde(rename = "SS")]
    StringSet,
    /// A set of numbers.
    #[serde(rename = "NS")]
    NumberSet,
    /// A set of byte strings.
    #[serde(rename = "BS")]
    BinarySet,
    /// A list.
    L,
    /// A map.
    M,
}

impl AttributeType {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::S,
        Self::N,
        Self::B,
        Self::Bool,
        Self::Null,
        Self::StringSet,
        Self::NumberSet,
        Self::BinarySet,
        Self::L,
        Self::M,
    ];

    /// The name that stands on the wire: `S`, `BOOL`, `SS`, ...
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::StringSet => "SS",
            Self::NumberSet => "NS",
            Self::BinarySet => "BS",
            Self::L => "L",
            Self::M => "M",
        }
    }

    /// The type of that name on the wire.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "S" => Self::S,
            "N" => Self::N,
            "B" => Self::B,
            "BOOL" => Self::Bool,
            "NULL" => Self::Null,
            "SS" => Self::StringSet,
            "NS" => Self::NumberSet,
            "BS" => Self::BinarySet,
            "L" => Self::L,
            "M" => Self::M,
            _ => return None,
        })
    }
}

impl std::fmt::Display for AttributeType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl AttributeValue {
    /// The value's type.
    #[must_use]
    pub fn kind(&self) -> AttributeType {
        match self {
            Self::S(_) => AttributeType::S,
            Self::N(_) => AttributeType::N,
            Self::B(_) => AttributeType::B,
            Self::Bool(_) => AttributeType::Bool,
            Self::Null(_) => AttributeType::Null,
            Self::StringSet(_) => AttributeType::StringSet,
            Self::NumberSet(_) => AttributeType::NumberSet,
            Self::BinarySet(_) => AttributeType::BinarySet,
            Self::L(_) => AttributeType::L,
            Self::M(_) => AttributeType::M,
        }
    }

    /// The bytes the value takes in an item, as DynamoDB counts them.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null(_) => 1,
            Self::StringSet(set) => set.iter().map(String::len).sum(),
            Self::NumberSet(set) => set.iter().map(Number::size).sum(),
            Self::BinarySet(set) => set.iter().map(Bytes::len).sum(),
            Self::L(values) => 3 + values.iter().map(|value| 1 + value.size()).sum::<usize>(),
            Self::M(members) => 3 + members.len() + attributes_size(members),
        }
    }
}

/// The bytes an item of these attributes takes, as DynamoDB counts them: names and values.
#[must_use]
pub fn attributes_size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, value)| name.len() + value.size()).sum()
}

macro_rules! from {
    ($($source:ty => $value:ident => $target:expr),* $(,)?) => {$(
        impl From<$source> for AttributeValue {
            fn from($value: $source) -> Self { $target }
        }
    )*};
}
from! {
    &str => text => Self::S(text.to_owned()),
    String => text => Self::S(text),
    Number => number => Self::N(number),
    Bytes => bytes => Self::B(bytes),
    Vec<u8> => bytes => Self::B(bytes.into()),
    bool => flag => Self::Bool(flag),
    Set<String> => set => Self::StringSet(set.into()),
    Set<Number> => set => Self::NumberSet(set.into()),
    Set<Bytes> => set => Self::BinarySet(set.into()),
    Vec<AttributeValue> => values => Self::L(values),
    Attributes => members => Self::M(members),
    u8 => number => Self::N(number.into()),
    u16 => number => Self::N(number.into()),
    u32 => number => Self::N(number.into()),
    u64 => number => Self::N(number.into()),
    i8 => number => Self::N(number.into()),
    i16 => number => Self::N(number.into()),
    i32 => number => Self::N(number.into()),
    i64 => number => Self::N(number.into()),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialised_values_have_the_form_of_dynamodbs_json() {
        let value = AttributeValue::M(Attributes::from([
            ("text".to_owned(), "a".into()),
            ("number".to_owned(), AttributeValue::N("1.50".parse().unwrap())),
            ("bytes".to_owned(), AttributeValue::B(Bytes::from_static(b"\x00\xff"))),
            ("set".to_owned(), AttributeValue::BinarySet([Bytes::from_static(b"a")].into())),
            ("nothing".to_owned(), AttributeValue::Null(true)),
        ]));
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(
            json,
            r#"{"M":{"bytes":{"B":"AP8="},"nothing":{"NULL":true},"number":{"N":"1.5"},"set":{"BS":["YQ=="]},"text":{"S":"a"}}}"#
        );
        assert_eq!(serde_json::from_str::<AttributeValue>(&json).unwrap(), value);
    }

    #[test]
    fn types_are_found_by_their_names() {
        for kind in AttributeType::ALL {
            assert_eq!(AttributeType::from_name(kind.name()), Some(kind));
        }
        assert_eq!(AttributeType::from_name("Bool"), None);
    }

    #[test]
    fn sizes_are_those_of_dynamodbs_documentation() {
        let size = |value: AttributeValue| value.size();
        assert_eq!(size("abc".into()), 3);
        assert_eq!(size(AttributeValue::Null(true)), 1);
        assert_eq!(size(AttributeValue::L(vec![])), 3);
        assert_eq!(size(AttributeValue::L(vec!["ab".into(), true.into()])), 3 + 1 + 2 + 1 + 1);
        assert_eq!(size(AttributeValue::M([("ab".to_owned(), "c".into())].into())), 3 + 1 + 2 + 1);
        assert_eq!(attributes_size(&[("name".to_owned(), 150.into())].into()), 4 + 3);
    }
}
