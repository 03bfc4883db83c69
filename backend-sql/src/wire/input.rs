//! The members of inputs, as they come.
//!
//! Actions on items have most of their members in common, so that one reader takes them all; each action picks its own
//! ([`request`](super::request)). A member that is `null` counts as absent, and one that nobody knows is skipped.

use std::borrow::Cow;

use dynochemy_core::api::{
    ReturnConsumedCapacity, ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
    Select,
};
use dynochemy_core::json::{JsonError, Kind, Reader};
use dynochemy_core::{AttributeValue, Attributes, Item, Key, KeyValue, Rejection};
use serde::de::DeserializeOwned;

use super::expression::{self, Placeholders};
use super::value;
use crate::check;
use crate::failure::{constraint, validation};

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
    fn from(error: JsonError) -> Self {
        Self::serialization(error.to_string())
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

/// The members of an action on items, or of a part of one.
#[derive(Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) table_name: String,
    pub(super) index_name: Option<String>,
    pub(super) key: Key,
    pub(super) keys: Vec<Key>,
    pub(super) item: Item,
    pub(super) exclusive_start_key: Option<Item>,
    condition: Option<Cow<'a, str>>,
    filter: Option<Cow<'a, str>>,
    key_condition: Option<Cow<'a, str>>,
    projection: Option<Cow<'a, str>>,
    update: Option<Cow<'a, str>>,
    names: Option<Vec<(String, String)>>,
    /// What is wrong with a value is told behind what is wrong with its name.
    values: Option<Vec<(String, Result<AttributeValue, Fault>)>>,
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
    /// Whether there are members from before there were expressions.
    pub(super) has_legacy: bool,
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
        match name {
            "TableName" => self.table_name = reader.string()?.into_owned(),
            "IndexName" => self.index_name = Some(reader.string()?.into_owned()),
            "Key" => self.key = key(reader)?,
            "Keys" => self.keys = list(reader, key)?,
            "Item" => self.item = item(reader)?,
            "ExclusiveStartKey" => self.exclusive_start_key = Some(item(reader)?),
            "ConditionExpression" => self.condition = Some(reader.string()?),
            "FilterExpression" => self.filter = Some(reader.string()?),
            "KeyConditionExpression" => self.key_condition = Some(reader.string()?),
            "ProjectionExpression" => self.projection = Some(reader.string()?),
            "UpdateExpression" => self.update = Some(reader.string()?),
            "ExpressionAttributeNames" => {
                let mut names = Vec::new();
                members(reader, |name, reader| {
                    names.push((name.to_owned(), reader.string()?.into_owned()));
                    Ok(())
                })?;
                self.names = Some(names);
            }
            "ExpressionAttributeValues" => {
                let mut values = Vec::new();
                members(reader, |name, reader| {
                    let mut again = reader.clone();
                    let read = value::value(reader);
                    if let Err(Fault(rejection)) = &read
                        && rejection.code == "ValidationException"
                    {
                        // On behind the value.
                        again.skip()?;
                        *reader = again;
                    } else if read.is_err() {
                        return read.map(drop);
                    }
                    values.push((name.to_owned(), read));
                    Ok(())
                })?;
                self.values = Some(values);
            }
            "ConsistentRead" => self.consistent_read = reader.bool()?,
            "Limit" => self.limit = Some(count(reader)?),
            "ScanIndexForward" => self.scan_index_forward = Some(reader.bool()?),
            "Segment" => self.segment = Some(count(reader)?),
            "TotalSegments" => self.total_segments = Some(count(reader)?),
            "Select" => self.select = Some(reader.string()?.into_owned().into()),
            "ReturnValues" => self.return_values = choice(reader, "returnValues")?,
            "ReturnValuesOnConditionCheckFailure" => {
                self.return_values_on_failure = choice(reader, "returnValuesOnConditionCheckFailure")?;
            }
            "ReturnConsumedCapacity" => {
                self.return_consumed_capacity = choice(reader, "returnConsumedCapacity")?;
            }
            "ReturnItemCollectionMetrics" => {
                self.return_item_collection_metrics = choice(reader, "returnItemCollectionMetrics")?;
            }
            "AttributesToGet"
            | "AttributeUpdates"
            | "ConditionalOperator"
            | "Expected"
            | "KeyConditions"
            | "QueryFilter"
            | "ScanFilter" => {
                self.has_legacy = true;
                reader.skip()?;
            }
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// Makes sure that names stand beside an expression.
    pub(super) fn check_names(&self) -> Result<(), Fault> {
        let texts = [&self.condition, &self.filter, &self.key_condition, &self.projection, &self.update];
        if self.names.is_some() && texts.iter().all(|text| text.is_none()) {
            return Err(Fault::validation(
                "ExpressionAttributeNames can only be specified when using expressions",
            ));
        }
        Ok(())
    }

    /// The expressions, of which each is to be taken once.
    pub(super) fn expressions(&mut self) -> Expressions<'a> {
        Expressions {
            condition: self.condition.take(),
            filter: self.filter.take(),
            key_condition: self.key_condition.take(),
            projection: self.projection.take(),
            update: self.update.take(),
            names: self.names.take(),
            values: self.values.take(),
        }
    }
}

/// The expressions of an input, and what their placeholders stand for.
#[derive(Debug)]
pub(super) struct Expressions<'a> {
    condition: Option<Cow<'a, str>>,
    filter: Option<Cow<'a, str>>,
    key_condition: Option<Cow<'a, str>>,
    projection: Option<Cow<'a, str>>,
    update: Option<Cow<'a, str>>,
    names: Option<Vec<(String, String)>>,
    values: Option<Vec<(String, Result<AttributeValue, Fault>)>>,
}

/// Expressions as values.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) condition: Option<dynochemy_core::expression::Condition>,
    pub(super) filter: Option<dynochemy_core::expression::Condition>,
    pub(super) key_condition: dynochemy_core::expression::KeyCondition,
    pub(super) projection: Vec<dynochemy_core::expression::DocumentPath>,
    pub(super) update: dynochemy_core::expression::UpdateExpression,
}

impl Expressions<'_> {
    /// Parses all of them, and makes sure that each placeholder is used. `valued` are those of the action's expressions
    /// that can hold values.
    pub(super) fn parse(self, valued: &[&str]) -> Result<Parsed, Fault> {
        let Self { condition, filter, key_condition, projection, update, names, values } = self;
        let with_values =
            [&condition, &filter, &key_condition, &update].into_iter().any(|text| text.is_some());
        if names.is_some() && !with_values && projection.is_none() {
            return Err(Fault::validation(
                "ExpressionAttributeNames can only be specified when using expressions",
            ));
        }
        // Who takes no values passes over them.
        let values = values.filter(|_| !valued.is_empty());
        if values.is_some() && !with_values {
            return Err(Fault::validation(format!(
                "ExpressionAttributeValues can only be specified when using expressions: {} {} null",
                valued.join(" and "),
                if valued.len() == 1 { "is" } else { "are" }
            )));
        }
        let placeholders = placeholders(names, values)?;
        let mut parsed = Parsed::default();
        if let Some(text) = update {
            parsed.update = expression::update(&text, &placeholders)?;
        }
        if let Some(text) = condition {
            parsed.condition = Some(expression::condition("ConditionExpression", &text, &placeholders)?);
        }
        if let Some(text) = filter {
            parsed.filter = Some(expression::condition("FilterExpression", &text, &placeholders)?);
        }
        if let Some(text) = projection {
            parsed.projection = expression::projection(&text, &placeholders)?;
            check::distinct("ProjectionExpression", &parsed.projection)?;
        }
        let key_condition = key_condition
            .as_ref()
            .map(|text| expression::condition("KeyConditionExpression", text, &placeholders))
            .transpose()?;
        placeholders.check_all_used().map_err(Fault::validation)?;
        if let Some(condition) = key_condition {
            parsed.key_condition = expression::key_condition(condition)?;
        }
        Ok(parsed)
    }
}

/// What the placeholders stand for, where they and it can be.
fn placeholders(
    names: Option<Vec<(String, String)>>,
    values: Option<Vec<(String, Result<AttributeValue, Fault>)>>,
) -> Result<Placeholders, Fault> {
    let invalid = |kind: &str, problem: String| {
        Err(Fault::validation(format!("ExpressionAttribute{kind} contains invalid {problem}")))
    };
    let is_placeholder = |text: &str, sign: char| {
        text.strip_prefix(sign).is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    };
    if let Some(names) = &names {
        if names.is_empty() {
            return Err(Fault::validation("ExpressionAttributeNames must not be empty"));
        }
        if let Some((name, _)) = names.iter().find(|(name, _)| !is_placeholder(name, '#')) {
            return invalid("Names", format!("key: Syntax error; key: \"{name}\""));
        }
        if let Some((name, _)) = names.iter().find(|(_, attribute)| attribute.is_empty()) {
            return invalid("Names", format!("value: Empty attribute name for key {name}"));
        }
    }
    let mut known = Vec::new();
    if let Some(values) = values {
        if values.is_empty() {
            return Err(Fault::validation("ExpressionAttributeValues must not be empty"));
        }
        if let Some((name, _)) = values.iter().find(|(name, _)| !is_placeholder(name, ':')) {
            return invalid("Values", format!("key: Syntax error; key: \"{name}\""));
        }
        for (name, value) in values {
            let checked = value.and_then(|value| check::value(&value).map(|()| value).map_err(Fault::from));
            match checked {
                Ok(value) => known.push((name, value)),
                Err(Fault(rejection)) => {
                    return invalid("Values", format!("value: {} for key {name}", rejection.message));
                }
            }
        }
    }
    Ok(Placeholders::new(names.unwrap_or_default(), known))
}

fn item(reader: &mut Reader<'_>) -> Result<Item, Fault> {
    Ok(Item::from_attributes(&value::attributes(reader)?))
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

fn count(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    Ok(dynochemy_core::json::read(reader)?)
}

/// One of the names that a member may have.
fn choice<T: DeserializeOwned>(reader: &mut Reader<'_>, member: &str) -> Result<T, Fault> {
    let mut again = reader.clone();
    let name = reader.string()?;
    dynochemy_core::json::read(&mut again)
        .map_err(|_| constraint(name, member, "satisfy enum value set").into())
}
