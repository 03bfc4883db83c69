//! What a request may hold: keys that fit their table, items within the limits, values that are values.
//!
//! See [Constraints](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).

use dynochemy_core::api::ReturnValues;
use dynochemy_core::expression::{Condition, DocumentPath, Term, UpdateAction, UpdateExpression};
use dynochemy_core::operation::MAX_ITEM_SIZE;
use dynochemy_core::{
    AttributeValue, Attributes, Item, Key, KeyAttribute, KeyShape, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY,
    Rejection, attributes_size,
};

use crate::failure::{update_failed, validation};
use crate::storage::{Place, Stored};

/// The most levels of lists and maps in each other.
const MAX_NESTING: u32 = 32;
/// The most operands of `IN`.
const MAX_CANDIDATES: usize = 100;

/// The place of a key that names an item of the table.
pub(crate) fn key(key: &Key, shape: &KeyShape) -> Result<Place, Box<Rejection>> {
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

/// The attributes of an item that came with a request.
pub(crate) fn readable(item: &Item) -> Result<Attributes, Box<Rejection>> {
    item.attributes()
        .map_err(|error| validation(format!("One or more parameter values were invalid: {error}")))
}

/// An item to be written: where it lies, and how large it is.
pub(crate) fn item(
    item: &Item,
    attributes: &Attributes,
    shape: &KeyShape,
) -> Result<(Place, Stored), Box<Rejection>> {
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
    let size = attributes_size(attributes);
    if size > MAX_ITEM_SIZE {
        return Err(validation("Item size has exceeded the maximum allowed size"));
    }
    Ok((Place::of(&key), Stored { item: item.clone(), size: size as u64 }))
}

/// The place of the key that a page ended with.
pub(crate) fn start_key(start: &Item, shape: &KeyShape) -> Result<Place, Box<Rejection>> {
    let invalid = |_| validation("The provided starting key is invalid");
    let attributes = start.attributes().map_err(invalid)?;
    let key = shape.extract_from(&attributes).map_err(invalid)?;
    if attributes.len() == key.parts().count() {
        Ok(Place::of(&key))
    } else {
        Err(validation("The provided starting key is invalid"))
    }
}

fn key_values(key: &Key) -> Result<(), Box<Rejection>> {
    for (name, value) in key.parts() {
        if value.size() == 0 {
            let kind = if matches!(value, KeyValue::B(_)) { "binary" } else { "string" };
            return Err(validation(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain \
                 an empty {kind} value. Key: {name}"
            )));
        }
    }
    if key.hash.1.size() > MAX_HASH_KEY {
        // The space is missing in the service's message too.
        return Err(validation(format!(
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit \
             of{MAX_HASH_KEY} bytes"
        )));
    }
    if key.range.as_ref().is_some_and(|(_, value)| value.size() > MAX_RANGE_KEY) {
        return Err(validation(format!(
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit \
             of {MAX_RANGE_KEY} bytes"
        )));
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

/// A condition or filter that can be evaluated.
pub(crate) fn condition(condition: &Condition) -> Result<(), Box<Rejection>> {
    let term = |term: &Term| match term {
        Term::Value(constant) => value(constant),
        Term::Path(_) | Term::Size(_) => Ok(()),
    };
    match condition {
        Condition::Compare(left, _, right) => term(left).and_then(|()| term(right)),
        Condition::Between(tested, low, high) => [tested, low, high].into_iter().try_for_each(term),
        Condition::In(tested, candidates) => {
            if !(1..=MAX_CANDIDATES).contains(&candidates.len()) {
                return Err(validation(format!(
                    "Invalid ConditionExpression: The IN operator is provided with too few or too many operands; \
                     number of operands: {}",
                    candidates.len()
                )));
            }
            term(tested).and_then(|()| candidates.iter().try_for_each(term))
        }
        Condition::BeginsWith(_, part) | Condition::Contains(_, part) => term(part),
        Condition::Exists(_) | Condition::NotExists(_) | Condition::Type(..) => Ok(()),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().try_for_each(self::condition),
        Condition::Not(negated) => self::condition(negated),
    }
}

/// A filter, which must not look at key attributes.
pub(crate) fn filter(filter: &Condition, shape: &KeyShape) -> Result<(), Box<Rejection>> {
    condition(filter)?;
    let mut found = None;
    paths(filter, &mut |path| {
        if is_key(path, shape) {
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

fn paths<'a>(condition: &'a Condition, visit: &mut impl FnMut(&'a DocumentPath)) {
    let term = |term: &'a Term| match term {
        Term::Path(path) | Term::Size(path) => Some(path),
        Term::Value(_) => None,
    };
    match condition {
        Condition::Compare(left, _, right) => [left, right].into_iter().filter_map(term).for_each(visit),
        Condition::Between(tested, low, high) => {
            [tested, low, high].into_iter().filter_map(term).for_each(visit);
        }
        Condition::In(tested, candidates) => {
            std::iter::once(tested).chain(candidates).filter_map(term).for_each(visit);
        }
        Condition::BeginsWith(path, part) | Condition::Contains(path, part) => {
            visit(path);
            term(part).into_iter().for_each(visit);
        }
        Condition::Exists(path) | Condition::NotExists(path) | Condition::Type(path, _) => visit(path),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| paths(part, visit)),
        Condition::Not(negated) => paths(negated, visit),
    }
}

/// An update that changes no path twice.
pub(crate) fn update(update: &UpdateExpression) -> Result<(), Box<Rejection>> {
    update.check_paths().map_err(|error| update_failed(&error))?;
    update.actions.iter().try_for_each(|action| match action {
        UpdateAction::Add(_, operand) | UpdateAction::Delete(_, operand) => value(operand),
        UpdateAction::Set(..) | UpdateAction::Remove(_) => Ok(()),
    })
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
        _ => Err(validation("Return values set to invalid value")),
    }
}
