//! The members of inputs, as they come.
//!
//! Actions on items have most of their members in common, so that one reader takes them all; each action picks its own
//! ([`request`](super::request)). A member that is `null` counts as absent, and one that nobody knows is skipped. Values
//! are only found here and looked into when the action comes to them, since the first fault in the service's order counts.

use std::borrow::Cow;

use dynochemy_core::api::{
    ReturnConsumedCapacity, ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
    Select,
};
use dynochemy_core::json::{self, JsonError, Kind, Reader};
use dynochemy_core::{Attributes, Item, Key, KeyValue, Rejection};

use super::expressions::Expressions;
use super::legacy::{Legacy, Member};
use super::shape::{Type, flag, integer};
use super::value;
use crate::failure::validation;

/// Why an input is none.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Box<Rejection>);

impl Fault {
    /// The input is no JSON, or its members are of other types.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self(Box::new(Rejection::new("SerializationException", message)))
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self(validation(message))
    }
}

impl From<JsonError> for Fault {
    /// The service does not tell what is wrong with what is no JSON at all.
    fn from(_: JsonError) -> Self {
        Self::serialization("")
    }
}

impl From<Box<Rejection>> for Fault {
    fn from(rejection: Box<Rejection>) -> Self {
        Self(rejection)
    }
}

/// Reads an object; `read` takes, or skips, the value of each member that is not `null`.
pub(super) fn members<'a>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&str, &mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut first = true;
    reader.object()?;
    while let Some(name) = reader.key(&mut first)? {
        if reader.peek()? == Kind::Null {
            reader.null()?;
        } else {
            read(&name, reader)?;
        }
    }
    Ok(())
}

/// A list of what `read` reads.
pub(super) fn list<'a, T>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut list = Vec::new();
    let mut first = true;
    reader.array()?;
    while reader.element(&mut first)? {
        list.push(read(reader)?);
    }
    Ok(list)
}

/// A value that is found, and read later.
pub(super) type Found<'a> = Option<Reader<'a>>;

/// The members of an action on items, or of a part of one.
#[derive(Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) table_name: String,
    pub(super) index_name: Option<String>,
    key: Found<'a>,
    keys: Found<'a>,
    item: Found<'a>,
    exclusive_start_key: Found<'a>,
    pub(super) expressions: Expressions<'a>,
    pub(super) consistent_read: bool,
    pub(super) limit: Option<u32>,
    pub(super) scan_index_forward: Option<bool>,
    pub(super) segment: Option<u32>,
    pub(super) total_segments: Option<u32>,
    pub(super) select: Option<Select>,
    pub(super) return_values: ReturnValues,
    pub(super) return_values_on_failure: ReturnValuesOnConditionCheckFailure,
    pub(super) return_consumed_capacity: ReturnConsumedCapacity,
    pub(super) return_item_collection_metrics: ReturnItemCollectionMetrics,
    /// The members from before there were expressions.
    pub(super) legacy: Legacy<'a>,
}

impl<'a> Input<'a> {
    /// Reads the object that comes next.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        let mut input = Self::default();
        members(reader, |name, reader| input.member(name, reader))?;
        Ok(input)
    }

    /// Reads the member that comes next.
    pub(super) fn member(&mut self, name: &str, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let expressions = &mut self.expressions;
        match name {
            "TableName" => self.table_name = reader.string()?.into_owned(),
            "IndexName" => self.index_name = Some(reader.string()?.into_owned()),
            "Key" => self.key = found(reader)?,
            "Keys" => self.keys = found(reader)?,
            "Item" => self.item = found(reader)?,
            "ExclusiveStartKey" => self.exclusive_start_key = found(reader)?,
            "ConditionExpression" => expressions.condition = Some(reader.string()?),
            "FilterExpression" => expressions.filter = Some(reader.string()?),
            "KeyConditionExpression" => expressions.key_condition = Some(reader.string()?),
            "ProjectionExpression" => expressions.projection = Some(reader.string()?),
            "UpdateExpression" => expressions.update = Some(reader.string()?),
            "ExpressionAttributeNames" => expressions.names = found(reader)?,
            "ExpressionAttributeValues" => expressions.values = found(reader)?,
            "ConsistentRead" => self.consistent_read = flag(reader)?,
            "Limit" => self.limit = Some(count(reader)?),
            "ScanIndexForward" => self.scan_index_forward = Some(flag(reader)?),
            "Segment" => self.segment = Some(count(reader)?),
            "TotalSegments" => self.total_segments = Some(count(reader)?),
            "Select" => self.select = Some(reader.string()?.into_owned().into()),
            "ReturnValues" => self.return_values = json::read(reader)?,
            "ReturnValuesOnConditionCheckFailure" => self.return_values_on_failure = json::read(reader)?,
            "ReturnConsumedCapacity" => self.return_consumed_capacity = json::read(reader)?,
            "ReturnItemCollectionMetrics" => self.return_item_collection_metrics = json::read(reader)?,
            name => match Member::from_name(name) {
                Some(member) => self.legacy.insert(member, found(reader)?),
                None => {
                    reader.skip()?;
                }
            },
        }
        Ok(())
    }

    /// Looks at which members there are: `without` expressions, of those that the action has, and placeholders, for which
    /// see [`Expressions::check_placeholders`].
    pub(super) fn check_members(&mut self, without: &[Member], with_values: &[&str]) -> Result<(), Fault> {
        self.legacy.keep(without);
        self.legacy.check(&self.expressions)?;
        self.expressions.check_placeholders(with_values)
    }

    /// The item, in its canonical form.
    pub(super) fn item(&mut self) -> Result<Item, Fault> {
        self.item.take().map_or_else(|| Ok(Item::default()), item)
    }

    /// The key.
    pub(super) fn key(&mut self) -> Result<Key, Fault> {
        self.key.take().map_or_else(|| Ok(Key::default()), |mut reader| key(&mut reader))
    }

    /// The keys.
    pub(super) fn keys(&mut self) -> Result<Vec<Key>, Fault> {
        self.keys.take().map_or_else(|| Ok(Vec::new()), |mut reader| list(&mut reader, key))
    }

    /// The key that the page before ended with. What is no value is so as a starting key, except for numbers and sets.
    pub(super) fn exclusive_start_key(&mut self) -> Result<Option<Item>, Fault> {
        let bare =
            ["contains duplicates", "number set", "numeric value", "significant digits", "with magnitude"];
        self.exclusive_start_key.take().map(item).transpose().map_err(|Fault(rejection)| {
            let message = &rejection.message;
            if rejection.code != "ValidationException" || bare.iter().any(|text| message.contains(text)) {
                return Fault(rejection);
            }
            Fault::validation(format!("The provided starting key is invalid: {message}"))
        })
    }
}

/// Goes past a value that is read later.
fn found<'a>(reader: &mut Reader<'a>) -> Result<Found<'a>, Fault> {
    let at = reader.clone();
    reader.skip()?;
    Ok(Some(at))
}

fn item(mut reader: Reader<'_>) -> Result<Item, Fault> {
    Ok(Item::from_attributes(&value::attributes(&mut reader)?))
}

fn key(reader: &mut Reader<'_>) -> Result<Key, Fault> {
    Ok(key_of(value::attributes(reader)?))
}

/// The key of these attributes, in no particular order; what is no table's key becomes none.
fn key_of(attributes: Attributes) -> Key {
    let mut parts = attributes
        .into_iter()
        .map(|(name, value)| KeyValue::try_from(value).map(|value| (Cow::Owned(name), value)));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(hash)), None, None) => Key { hash, range: None },
        (Some(Ok(hash)), Some(Ok(range)), None) => Key { hash, range: Some(range) },
        _ => Key::default(),
    }
}

/// A number of something; what is too small or too large becomes the least or most.
pub(super) fn count(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let count = integer(reader, Type::Integer)?;
    Ok(u32::try_from(count).unwrap_or(if count < 0 { 0 } else { u32::MAX }))
}
