//! What a request may hold: keys that fit their table, items within the limits, values that are values.
//!
//! See [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).

mod expression;
mod key;

use dynochemy_core::api::ReturnValues;
use dynochemy_core::operation::MAX_ITEM_SIZE;
use dynochemy_core::wire::Survey;
use dynochemy_core::{AttributeValue, Attributes, Item, Rejection, WireError, attributes_size};

use crate::failure::{invalid, validation};

pub(crate) use expression::{
    condition, distinct, key_condition, largest_operand, not_distinct, paths, read_by, update,
};
pub(crate) use key::{
    NO_SUCH_KEY, Reader, empty_key, filter, key, key_values, place, scalar_keys, start_key, update_of,
};

/// The most levels of lists and maps in each other.
const MAX_NESTING: u32 = 32;

/// An item that is to be written, and its size.
#[derive(Debug)]
pub(crate) struct Content<'a> {
    pub(crate) item: &'a Item,
    pub(crate) size: u64,
    /// None for an item whose attributes had to be looked at.
    survey: Option<Survey<'a>>,
}

impl Content<'_> {
    /// One attribute at the top level.
    fn attribute(&self, name: &str) -> Result<Option<AttributeValue>, Box<Rejection>> {
        match &self.survey {
            Some(survey) => Ok(survey.attribute(name)),
            None => self.item.attribute(name).map_err(|error| unreadable(&error)),
        }
    }

    pub(crate) fn check_size(&self) -> Result<(), Box<Rejection>> {
        if self.size > MAX_ITEM_SIZE as u64 {
            return Err(validation("Item size has exceeded the maximum allowed size"));
        }
        Ok(())
    }
}

/// An item that can be in any table.
pub(crate) fn content(item: &Item) -> Result<Content<'_>, Box<Rejection>> {
    let content = values(item)?;
    content.check_size()?;
    Ok(content)
}

/// An item of whatever size.
pub(crate) fn values(item: &Item) -> Result<Content<'_>, Box<Rejection>> {
    let survey = item.survey().filter(|survey| survey.depth <= MAX_NESTING);
    let size = match &survey {
        Some(survey) => survey.size,
        None => {
            let attributes = item.attributes().map_err(|error| unreadable(&error))?;
            self::attributes(&attributes)?;
            attributes_size(&attributes)
        }
    };
    Ok(Content { item, size: size as u64, survey })
}

fn unreadable(error: &WireError) -> Box<Rejection> {
    invalid(error)
}

/// Values that are no values in DynamoDB, or nested too deeply.
pub(crate) fn attributes(attributes: &Attributes) -> Result<(), Box<Rejection>> {
    members_at(attributes, 1)
}

/// As [`attributes`], of one.
pub(crate) fn value(attribute: &AttributeValue) -> Result<(), Box<Rejection>> {
    value_at(attribute, 1)
}

fn members_at(members: &Attributes, level: u32) -> Result<(), Box<Rejection>> {
    if members.contains_key("") {
        return Err(validation("Empty attribute name"));
    }
    members.values().try_for_each(|value| value_at(value, level))
}

fn value_at(value: &AttributeValue, level: u32) -> Result<(), Box<Rejection>> {
    match value {
        AttributeValue::L(_) | AttributeValue::M(_) if level > MAX_NESTING => {
            Err(validation("Nesting Levels have exceeded supported limits"))
        }
        AttributeValue::L(values) => values.iter().try_for_each(|value| value_at(value, level + 1)),
        AttributeValue::M(members) => members_at(members, level + 1),
        // The two spaces stand in the service's messages too.
        AttributeValue::StringSet(set) if set.is_empty() => Err(invalid("An string set  may not be empty")),
        AttributeValue::NumberSet(set) if set.is_empty() => Err(invalid("An number set  may not be empty")),
        AttributeValue::BinarySet(set) if set.is_empty() => Err(invalid("Binary sets should not be empty")),
        AttributeValue::Null(false) => Err(invalid("Null attribute value types must have the value of true")),
        _ => Ok(()),
    }
}

/// What a put or delete may return.
pub(crate) fn returns_old_or_nothing(asked: ReturnValues) -> Result<(), Box<Rejection>> {
    match asked {
        ReturnValues::None | ReturnValues::AllOld => Ok(()),
        _ => Err(validation("ReturnValues can only be ALL_OLD or NONE")),
    }
}
