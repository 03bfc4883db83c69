//! DynamoDB's sets as Rust types.
//!
//! A [`Set`] is stored as `SS`, `NS` or `BS` by what its elements are: texts, numbers or bytes. Other collections are
//! stored so by `#[serde(with = "..")]` and this module's path; without it, they are lists. DynamoDB has no empty sets: one
//! is left out when an item is written, and removes the attribute in an update; within a list it is an error.
//!
//! See [Sets](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.SetTypes).

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire;

/// A set, stored as `SS`, `NS` or `BS`: of strings, of integers or [`Number`](crate::Number)s, or of
/// [`Bytes`](crate::Bytes), and of your own types that are stored as one of them.
///
/// A missing attribute reads as the empty set, and the empty set is left out when an item is written. In other formats than
/// DynamoDB's, a set is a sequence.
///
/// ```
/// use dynochemy_core::{Set, wire};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Article {
///     tags: Set<String>,
///     ratings: Set<u32>,
/// }
///
/// let article = Article { tags: ["a".to_owned(), "b".to_owned()].into(), ratings: Set::new() };
/// let item = wire::encode(&article)?.item;
/// assert_eq!(item.as_bytes(), br#"{"tags":{"SS":["a","b"]}}"#);
/// assert_eq!(wire::decode::<Article>(&item)?, article);
/// # Ok::<(), wire::WireError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set<T>(BTreeSet<T>);

impl<T> Set<T> {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// The elements.
    #[must_use]
    pub fn into_inner(self) -> BTreeSet<T> {
        self.0
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Deref for Set<T> {
    type Target = BTreeSet<T>;

    fn deref(&self) -> &BTreeSet<T> {
        &self.0
    }
}

impl<T> DerefMut for Set<T> {
    fn deref_mut(&mut self) -> &mut BTreeSet<T> {
        &mut self.0
    }
}

impl<T> From<BTreeSet<T>> for Set<T> {
    fn from(elements: BTreeSet<T>) -> Self {
        Self(elements)
    }
}

impl<T> From<Set<T>> for BTreeSet<T> {
    fn from(set: Set<T>) -> Self {
        set.0
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(elements: [T; N]) -> Self {
        Self(elements.into())
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.0.extend(elements);
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::collections::btree_set::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::collections::btree_set::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize> Serialize for Set<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements: Vec<T> = elements(deserializer)?;
        let count = elements.len();
        let set = BTreeSet::from_iter(elements);
        if set.len() < count { Err(de::Error::custom(TWICE)) } else { Ok(Self(set)) }
    }
}

/// What is wrong with two equal elements.
pub(crate) const TWICE: &str = "a set must not hold a value twice";

/// Writes a collection as a set, for `#[serde(with = "..")]`.
///
/// # Errors
/// When the elements are not all texts, all numbers or all bytes, or when there is one twice; the error names the
/// attribute.
pub fn serialize<'a, C, S>(collection: &'a C, serializer: S) -> Result<S::Ok, S::Error>
where
    &'a C: IntoIterator<Item: Serialize>,
    S: Serializer,
{
    struct Whole<'a, C>(&'a C);

    impl<'a, C> Serialize for Whole<'a, C>
    where
        &'a C: IntoIterator<Item: Serialize>,
    {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serialize_elements(self.0, serializer)
        }
    }

    serializer.serialize_some(&Whole(collection))
}

/// Writes elements as a set.
pub(crate) fn serialize_elements<I, S>(elements: I, serializer: S) -> Result<S::Ok, S::Error>
where
    I: IntoIterator<Item: Serialize>,
    S: Serializer,
{
    /// A sequence that is handed over once.
    struct Elements<I>(Cell<Option<I>>);

    impl<I: IntoIterator<Item: Serialize>> Serialize for Elements<I> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0.take() {
                Some(elements) => serializer.collect_seq(elements),
                None => Err(ser::Error::custom("a set is written once")),
            }
        }
    }

    serializer.serialize_newtype_struct(NEWTYPE, &Elements(Cell::new(Some(elements))))
}

/// Reads a set into a collection, for `#[serde(with = "..")]`. Add `#[serde(default)]`, so that a missing attribute reads
/// as an empty set.
///
/// # Errors
/// When the attribute is no set, or its elements do not fit; the error names the attribute.
pub fn deserialize<'de, C, D>(deserializer: D) -> Result<C, D::Error>
where
    C: IntoIterator<Item: Deserialize<'de>> + FromIterator<C::Item>,
    D: Deserializer<'de>,
{
    Ok(elements::<C::Item, D>(deserializer)?.into_iter().collect())
}

/// How the wire codec knows a set.
pub(crate) const NEWTYPE: &str = "$dynochemy::Set";

fn elements<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    // As an option, since serde reads a missing field as `None`.
    deserializer.deserialize_option(Elements { wire: wire::is_wire::<D::Error>(), of: PhantomData })
}

struct Elements<T> {
    /// Whether a set is known from a list, and has to be one.
    wire: bool,
    of: PhantomData<fn() -> T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set")
    }

    fn visit_none<E: de::Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Vec<T>, E> {
        if self.wire {
            return Err(E::custom("expected a set (SS, NS or BS), found NULL"));
        }
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, set: D) -> Result<Vec<T>, D::Error> {
        set.deserialize_newtype_struct(NEWTYPE, self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, set: D) -> Result<Vec<T>, D::Error> {
        if self.wire { set.deserialize_any(self) } else { set.deserialize_seq(self) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        if self.wire {
            return Err(de::Error::custom("expected a set (SS, NS or BS), found L"));
        }
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }

    /// The codec's form of a set: a map with the set's type for its only key.
    fn visit_map<A: MapAccess<'de>>(self, mut set: A) -> Result<Vec<T>, A::Error> {
        match set.next_key::<wire::MapKey>()? {
            Some(wire::MapKey::Type(_)) => set.next_value(),
            _ => Err(de::Error::custom("expected a set (SS, NS or BS), found M")),
        }
    }
}
