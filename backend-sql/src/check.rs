//! What a request may hold: keys that fit their table, items within the limits, values that are values.
//!
//! See [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).

mod expression;

use dynochemy_core::api::ReturnValues;
use dynochemy_core::expression::{Condition, DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_core::operation::MAX_ITEM_SIZE;
use dynochemy_core::{
    AttributeValue, Attributes, Item, Key, KeyAttribute, KeyShape, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY,
    Rejection, attributes_size,
};

use crate::failure::{long_hash, long_range, spoken, validation};
use crate::storage::{Place, Source};

pub(crate) use expression::{condition, distinct, paths, update};

/// The most levels of lists and maps in each other.
const MAX_NESTING: u32 = 32;

/// The place of a key that names an item of the table. Other clients' keys have their attributes in any order.
pub(crate) fn key(key: &Key, shape: &KeyShape) -> Result<Place, Box<Rejection>> {
    let exchanged;
    let key = match &key.range {
        Some(range) if range.0 == shape.hash.name => {
            exchanged = Key { hash: range.clone(), range: Some(key.hash.clone()) };
            &exchanged
        }
        _ => key,
    };
    let fits =
        |part: &KeyAttribute, (name, value): &(_, KeyValue)| part.name == *name && part.kind == value.kind();
    let range_fits = match (&shape.range, &key.range) {
        (None, None) => true,
        (Some(part), Some(value)) => fits(part, value),
        _ => false,
    };
    if !fits(&shape.hash, &key.hash) || !range_fits {
        return Err(validation("The provided key element does not match the schema"));
    }
    key_values(key)?;
    Ok(Place::of(key))
}

/// The attributes of an item that is to be written, and its size.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) attributes: Attributes,
    pub(crate) size: u64,
}

/// An item that can be in any table.
pub(crate) fn content(item: &Item) -> Result<Content, Box<Rejection>> {
    let attributes = item
        .attributes()
        .map_err(|error| validation(format!("One or more parameter values were invalid: {error}")))?;
    self::attributes(&attributes)?;
    let size = attributes_size(&attributes);
    if size > MAX_ITEM_SIZE {
        return Err(validation("Item size has exceeded the maximum allowed size"));
    }
    Ok(Content { attributes, size: size as u64 })
}

/// Where an item lies in a table.
pub(crate) fn place(attributes: &Attributes, shape: &KeyShape) -> Result<Place, Box<Rejection>> {
    let part = |part: &KeyAttribute| {
        let Some(value) = attributes.get(part.name.as_ref()) else {
            return Err(validation(format!(
                "One or more parameter values were invalid: Missing the key {} in the item",
                part.name
            )));
        };
        match KeyValue::try_from(value.clone()) {
            Ok(value) if value.kind() == part.kind => Ok((part.name.clone(), value)),
            _ => Err(validation(format!(
                "One or more parameter values were invalid: Type mismatch for key {} expected: {} actual: {}",
                part.name,
                part.kind,
                value.kind()
            ))),
        }
    };
    let key = Key { hash: part(&shape.hash)?, range: shape.range.as_ref().map(part).transpose()? };
    key_values(&key)?;
    Ok(Place::of(&key))
}

/// The place of the key that a page ended with: that of the table, and of the index that is read.
pub(crate) fn start_key(start: &Item, source: &Source<'_>) -> Result<Place, Box<Rejection>> {
    let invalid = |_| validation("The provided starting key is invalid");
    let attributes = start.attributes().map_err(invalid)?;
    let key = source.table.keys.extract_from(&attributes).map_err(invalid)?;
    let primary = Place::of(&key);
    let Some(index) = source.index else {
        return if attributes.len() == key.parts().count() {
            Ok(primary)
        } else {
            Err(validation("The provided starting key is invalid"))
        };
    };
    let values = |part: &[KeyAttribute]| -> Option<Vec<KeyValue>> {
        let value = |attribute: &KeyAttribute| {
            let value = KeyValue::try_from(attributes.get(attribute.name.as_ref())?.clone()).ok()?;
            (value.kind() == attribute.kind && value.size() > 0).then_some(value)
        };
        part.iter().map(value).collect()
    };
    let is_named =
        |name: &String| source.table.keys.attributes().chain(index.key()).any(|part| part.name == *name);
    match (values(&index.hash), values(&index.range)) {
        (Some(hash), Some(range)) if attributes.keys().all(is_named) => {
            Ok(Place::in_index(&hash, &range, &primary))
        }
        _ => Err(validation("The provided starting key is invalid")),
    }
}

/// A key whose values can be in any table.
pub(crate) fn key_values(key: &Key) -> Result<(), Box<Rejection>> {
    for (name, value) in key.parts() {
        if value.size() == 0 {
            return Err(validation(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain \
                 an empty {} value. Key: {name}",
                spoken(value.kind())
            )));
        }
    }
    if key.hash.1.size() > MAX_HASH_KEY {
        return Err(validation(long_hash()));
    }
    if key.range.as_ref().is_some_and(|(_, value)| value.size() > MAX_RANGE_KEY) {
        return Err(validation(long_range()));
    }
    Ok(())
}

/// Values that are no values in DynamoDB, or nested too deeply.
pub(crate) fn attributes(attributes: &Attributes) -> Result<(), Box<Rejection>> {
    attributes.values().try_for_each(|attribute| value_at(attribute, 1))
}

fn value(attribute: &AttributeValue) -> Result<(), Box<Rejection>> {
    value_at(attribute, 1)
}

fn value_at(value: &AttributeValue, level: u32) -> Result<(), Box<Rejection>> {
    let invalid =
        |problem: &str| Err(validation(format!("One or more parameter values were invalid: {problem}")));
    match value {
        AttributeValue::L(_) | AttributeValue::M(_) if level > MAX_NESTING => {
            Err(validation("Nesting Levels have exceeded supported limits"))
        }
        AttributeValue::L(values) => values.iter().try_for_each(|value| value_at(value, level + 1)),
        AttributeValue::M(members) => members.values().try_for_each(|value| value_at(value, level + 1)),
        // The two spaces stand in the service's messages too.
        AttributeValue::StringSet(set) if set.is_empty() => invalid("An string set  may not be empty"),
        AttributeValue::NumberSet(set) if set.is_empty() => invalid("An number set  may not be empty"),
        AttributeValue::BinarySet(set) if set.is_empty() => invalid("Binary sets should not be empty"),
        AttributeValue::Null(false) => invalid("Null attribute value types must have the value of true"),
        _ => Ok(()),
    }
}

/// A filter of a query, which must not look at key attributes of what is read.
pub(crate) fn filter(filter: &Condition, source: &Source<'_>) -> Result<(), Box<Rejection>> {
    let mut found = None;
    paths(filter, &mut |path| {
        if source.key().any(|part| path.attribute == part.name) {
            found.get_or_insert(path.attribute.clone());
        }
    });
    match found {
        None => Ok(()),
        Some(name) => Err(validation(format!(
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
        ))),
    }
}

/// An update that leaves the key alone.
pub(crate) fn update_of(update: &UpdateExpression, shape: &KeyShape) -> Result<(), Box<Rejection>> {
    match update.actions.iter().map(UpdateAction::path).find(|path| is_key(path, shape)) {
        None => Ok(()),
        Some(path) => Err(validation(format!(
            "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of the key",
            path.attribute
        ))),
    }
}

fn is_key(path: &DocumentPath, shape: &KeyShape) -> bool {
    path.attribute == shape.hash.name
        || shape.range.as_ref().is_some_and(|range| path.attribute == range.name)
}

/// What a put or delete may return.
pub(crate) fn returns_old_or_nothing(asked: ReturnValues) -> Result<(), Box<Rejection>> {
    match asked {
        ReturnValues::None | ReturnValues::AllOld => Ok(()),
        _ => Err(validation("ReturnValues can only be ALL_OLD or NONE")),
    }
}
