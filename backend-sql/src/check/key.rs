//! Keys in requests: that they fit their table, and that expressions leave them alone.
//!
//! See [Core components](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey).

use dynochemy_core::expression::{Condition, DocumentPath, UpdateAction, UpdateExpression};
use dynochemy_core::{
    AttributeType, Item, Key, KeyAttribute, KeyShape, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY, Rejection,
};

use super::Content;
use super::expression::{assigned_type, paths};
use crate::failure::{index_key, invalid, long_hash, long_range, spoken, validation};
use crate::index::{KeyFault, KeyProblem};
use crate::storage::{Place, Source, Table};

pub(crate) const NO_SUCH_KEY: &str = "The provided key element does not match the schema";

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
        return Err(validation(NO_SUCH_KEY));
    }
    key_values(key)?;
    Ok(Place::of(key))
}

/// Where an item lies in a table.
pub(crate) fn place(content: &Content<'_>, shape: &KeyShape) -> Result<Place, Box<Rejection>> {
    let part = |part: &KeyAttribute| {
        let Some(value) = content.attribute(&part.name)? else {
            return Err(invalid(format!("Missing the key {} in the item", part.name)));
        };
        let kind = value.kind();
        match KeyValue::try_from(value) {
            Ok(value) if value.kind() == part.kind => Ok(value),
            _ => Err(invalid(format!(
                "Type mismatch for key {} expected: {} actual: {kind}",
                part.name, part.kind
            ))),
        }
    };
    let hash = part(&shape.hash)?;
    hash_value(&shape.hash.name, &hash)?;
    let range = shape.range.as_ref().map(part).transpose()?;
    if let (Some(shape), Some(value)) = (&shape.range, &range) {
        range_value(&shape.name, value)?;
    }
    Ok(Place::at(&hash, range.as_ref()))
}

/// What reads on behind the key that a page ended with: the service words what is wrong with it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Query,
    Scan,
}

/// The place of the key that a page ended with: that of the table, and of the index that is read.
pub(crate) fn start_key(start: &Item, source: &Source<'_>, reader: Reader) -> Result<Place, Box<Rejection>> {
    const INVALID: &str = "The provided starting key is invalid";
    let attributes = start.attributes().map_err(|_| validation(INVALID))?;
    let table_key = &source.table.keys;
    let index_key = source.index.into_iter().flat_map(|index| index.key());
    let more = index_key.filter(|part| table_key.attributes().all(|other| other.name != part.name));
    if attributes.len() != table_key.attributes().count() + more.count() {
        return Err(validation(match (reader, source.index) {
            (Reader::Scan, None) => format!("{INVALID}: {NO_SUCH_KEY}"),
            _ => INVALID.to_owned(),
        }));
    }
    let value = |part: &KeyAttribute| -> Result<KeyValue, Box<Rejection>> {
        let value = attributes.get(part.name.as_ref()).ok_or_else(|| validation(INVALID))?;
        match KeyValue::try_from(value.clone()) {
            Ok(value) if value.kind() == part.kind => match value.size() {
                0 => Err(empty_key(&part.name, &value)),
                _ => Ok(value),
            },
            _ => Err(validation(NO_SUCH_KEY)),
        }
    };
    let values = |parts: &[KeyAttribute]| parts.iter().map(value).collect::<Result<Vec<_>, _>>();
    let index = if source.index.is_some() || reader == Reader::Query {
        Some((values(source.hash())?, values(source.range())?))
    } else {
        None
    };
    let unfit = |message: &str| validation(format!("{INVALID}: {message}"));
    let part = |part: &KeyAttribute| {
        let value = attributes.get(part.name.as_ref()).cloned().map(KeyValue::try_from);
        match value {
            Some(Ok(value)) => Ok((part.name.clone(), value)),
            None if reader == Reader::Query => Err(validation(INVALID)),
            _ => Err(unfit(NO_SUCH_KEY)),
        }
    };
    let key = Key { hash: part(&table_key.hash)?, range: table_key.range.as_ref().map(part).transpose()? };
    let primary = self::key(&key, table_key).map_err(|rejection| unfit(&rejection.message))?;
    Ok(match index {
        Some((hash, range)) if source.index.is_some() => Place::in_index(&hash, &range, &primary),
        _ => primary,
    })
}

/// What is refused where a key's attribute has an empty value.
pub(crate) fn empty_key(name: &str, value: &KeyValue) -> Box<Rejection> {
    validation(format!(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {} \
         value. Key: {name}",
        spoken(value.kind())
    ))
}

/// A key whose values can be in any table. One without names is none, which is told once the table is known.
pub(crate) fn key_values(key: &Key) -> Result<(), Box<Rejection>> {
    if key.hash.0.is_empty() {
        return Ok(());
    }
    values((&key.hash.0, &key.hash.1), key.range.as_ref().map(|(name, value)| (name.as_ref(), value)))
}

fn values(hash: (&str, &KeyValue), range: Option<(&str, &KeyValue)>) -> Result<(), Box<Rejection>> {
    hash_value(hash.0, hash.1)?;
    range.map_or(Ok(()), |(name, value)| range_value(name, value))
}

fn hash_value(name: &str, value: &KeyValue) -> Result<(), Box<Rejection>> {
    match value.size() {
        0 => Err(empty_key(name, value)),
        1..=MAX_HASH_KEY => Ok(()),
        _ => Err(validation(long_hash())),
    }
}

fn range_value(name: &str, value: &KeyValue) -> Result<(), Box<Rejection>> {
    match value.size() {
        0 => Err(empty_key(name, value)),
        1..=MAX_RANGE_KEY => Ok(()),
        _ => Err(validation(long_range())),
    }
}

/// A filter of a query, which must not look at key attributes of what is read.
pub(crate) fn filter(filter: &Condition, source: &Source<'_>) -> Result<(), Box<Rejection>> {
    let mut read = Vec::new();
    paths(filter, &mut |path| read.push(path));
    match source.key().find(|part| read.iter().any(|path| path.attribute == part.name)) {
        None => Ok(()),
        Some(part) => Err(validation(format!(
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: {}",
            part.name
        ))),
    }
}

/// An update that leaves the key of its table alone, and gives keys of indexes no value of which it is plain that they
/// cannot have it.
pub(crate) fn update_of(update: &UpdateExpression, table: &Table) -> Result<(), Box<Rejection>> {
    let changed = |part: &KeyAttribute| {
        update.actions.iter().map(UpdateAction::path).any(|path| path.attribute == part.name)
    };
    if let Some(part) = table.keys.attributes().find(|part| changed(part)) {
        return Err(invalid(format!(
            "Cannot update attribute {}. This attribute is part of the key",
            part.name
        )));
    }
    if table.indexes.is_empty() {
        return Ok(());
    }
    let plain = |action: &UpdateAction| match action {
        UpdateAction::Set(_, assignment) => assigned_type(assignment),
        UpdateAction::Remove(_) => None,
        UpdateAction::Add(_, operand) | UpdateAction::Delete(_, operand) => Some(operand.kind()),
    };
    for index in &table.indexes {
        for attribute in index.key() {
            let is_whole = |path: &DocumentPath| path.steps.is_empty() && path.attribute == attribute.name;
            let mut of = update.actions.iter().filter(|action| is_whole(action.path()));
            if let Some(actual) =
                of.find_map(plain).filter(|kind| *kind != AttributeType::from(attribute.kind))
            {
                let problem = KeyProblem::Type(actual);
                return Err(index_key(&KeyFault { index, attribute, problem }));
            }
        }
    }
    Ok(())
}

/// Paths that do not lead into keys of the table or its indexes, which have no parts.
pub(crate) fn scalar_keys<'a>(
    paths: impl IntoIterator<Item = &'a DocumentPath>,
    table: &Table,
) -> Result<(), Box<Rejection>> {
    let mut inner = paths.into_iter().filter(|path| !path.steps.is_empty()).peekable();
    if inner.peek().is_none() {
        return Ok(());
    }
    let inner: Vec<&DocumentPath> = inner.collect();
    let is_entered = |part: &&KeyAttribute| inner.iter().any(|path| path.attribute == part.name);
    let key = table.keys.attributes().find(is_entered).map(|part| ("Key", part));
    let index_key =
        || table.indexes.iter().flat_map(|index| index.key()).find(is_entered).map(|part| ("IndexKey", part));
    match key.or_else(index_key) {
        None => Ok(()),
        Some((what, part)) => Err(validation(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {what}: {}",
            part.name
        ))),
    }
}
