//! What the library adds to the items of one type: its name, keys made from templates, a version, times.
//!
//! It belongs to the type and not to the table: several types may share a table.

use serde::Serialize;

use super::Template;
use crate::item::Item;
use crate::key::{Key, KeyShape, KeyValue};
use crate::number::Number;
use crate::timestamp::TimestampUnit;
use crate::value::AttributeValue;
use crate::wire::{self, ENTITY_ATTRIBUTE, EncodedItem, WireError};

/// What is added to the items of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The type's name, which items of a table with several types carry as the attribute `dy_e`.
    pub name: Option<&'static str>,
    /// The key attributes, of the table and of its indexes, that are made from fields.
    pub templates: &'static [KeyTemplate],
    /// The attribute that counts the writes to an item.
    pub version: Option<&'static str>,
    /// The attribute that holds when an item was written first.
    pub created_at: Option<Stamp>,
    /// The attribute that holds when an item was written last.
    pub updated_at: Option<Stamp>,
}

/// A key attribute that is made from fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTemplate {
    /// The key attribute.
    pub attribute: &'static str,
    /// How it is made.
    pub template: Template,
}

/// A type that can count the writes to an item: an integer, a [`Number`], or an `Option` of one of them, which is `None`
/// in an item that is still to be created.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a version",
    note = "a version is an integer or `Number`, or an `Option` of one of them"
)]
pub trait VersionType {}

macro_rules! version_types {
    ($($type:ty),*) => {$(
        impl VersionType for $type {}
        impl VersionType for Option<$type> {}
    )*};
}
version_types!(Number, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

/// An attribute that holds a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The attribute.
    pub attribute: &'static str,
    /// Its unit.
    pub unit: TimestampUnit,
}

/// An item of some type as it is to be written.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) item: Item,
    pub(crate) size: usize,
    /// The version that the table must hold; zero for none. `None` where items have no versions.
    pub(crate) version: Option<Number>,
    /// Whether the time of creation is still to be set.
    pub(crate) is_new: bool,
}

/// The template of a key attribute, where it is made from one.
pub(super) fn template_of<'a>(templates: &'a [KeyTemplate], attribute: &str) -> Option<&'a Template> {
    templates.iter().find(|template| template.attribute == attribute).map(|template| &template.template)
}

impl Entity {
    /// Nothing is added.
    pub const PLAIN: Self =
        Self { name: None, templates: &[], version: None, created_at: None, updated_at: None };

    pub(crate) fn template(&self, attribute: &str) -> Option<&Template> {
        template_of(self.templates, attribute)
    }

    /// Encodes an item with all that is added to it, except for times, which are known when it is sent.
    pub(crate) fn encode<T: Serialize>(&self, value: &T) -> Result<Draft, WireError> {
        if *self == Self::PLAIN {
            let wire::Encoded { item, size } = wire::encode(value)?;
            return Ok(Draft { item, size, version: None, is_new: false });
        }
        let (encoded, version, created) = self.take_managed(value)?;
        let EncodedItem { item, size, .. } = encoded;
        let mut added: Vec<(&str, AttributeValue)> = Vec::with_capacity(self.templates.len() + 3);
        for KeyTemplate { attribute, template } in self.templates {
            if let Some(text) = fill(template, &item)? {
                added.push((*attribute, AttributeValue::S(text)));
            }
        }
        if let Some(name) = self.name {
            added.push((ENTITY_ATTRIBUTE, AttributeValue::S(name.to_owned())));
        }
        if let (Some(attribute), Some(version)) = (self.version, version) {
            let next = version
                .checked_add(Number::from(1))
                .map_err(|error| WireError::from(error).within(attribute))?;
            added.push((attribute, AttributeValue::N(next)));
        }
        let is_new = created.is_none();
        if let (Some(stamp), Some(created)) = (self.created_at, created) {
            added.push((stamp.attribute, created));
        }
        let added: Vec<(&str, &AttributeValue)> = added.iter().map(|(name, value)| (*name, value)).collect();
        let (item, growth) = item.with_attributes(&added)?;
        Ok(Draft { item, size: size.saturating_add_signed(growth), version, is_new })
    }

    /// The key of an item of this type, and the item as it would be written.
    pub(crate) fn identify<T: Serialize>(
        &self,
        value: &T,
        keys: &KeyShape,
    ) -> Result<(Key, Draft), WireError> {
        let draft = self.encode(value)?;
        Ok((keys.extract(&draft.item)?, draft))
    }

    /// Encodes an item without what the library sets itself, and tells what it holds of that: its version (zero where it
    /// has none yet) and the time of its creation.
    fn take_managed<T: Serialize>(
        &self,
        value: &T,
    ) -> Result<(EncodedItem, Option<Number>, Option<AttributeValue>), WireError> {
        let created_at = self.created_at.map(|stamp| stamp.attribute);
        let updated_at = self.updated_at.map(|stamp| stamp.attribute);
        // A flattened map holds the made keys that were read, and they are made anew.
        let made = self.templates.iter().map(|template| template.attribute);
        let names: Vec<&str> =
            [self.version, created_at, updated_at].into_iter().flatten().chain(made).collect();
        let mut encoded = wire::encode_item(value, &names)?;
        let mut managed = std::mem::take(&mut encoded.managed).into_iter();
        let version = match self.version.map(|name| (name, managed.next().flatten())) {
            None => None,
            Some((_, None)) => Some(Number::ZERO),
            Some((_, Some(AttributeValue::N(version)))) => Some(version),
            Some((name, Some(other))) => {
                let problem = format!("a version is a number, not {}", other.kind());
                return Err(WireError::new(problem).within(name));
            }
        };
        let created = self.created_at.and_then(|_| managed.next().flatten());
        Ok((encoded, version, created))
    }
}

/// The key that an item's fields give; `None` where it lacks one of them, and so is not in the index.
fn fill(template: &Template, item: &Item) -> Result<Option<String>, WireError> {
    let mut values = Vec::new();
    for field in template.fields() {
        match item.attribute(field)? {
            None => return Ok(None),
            Some(value) => values.push(KeyValue::try_from(value).map_err(|error| error.within(field))?),
        }
    }
    template.fill(&values).map(Some)
}
