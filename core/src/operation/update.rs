//! Changing attributes of one item.

mod actions;

use std::marker::PhantomData;

use super::writing::{Returns, Writing, conditional};
use super::{Operation, Settle, Task, invalid};
use crate::error::Error;
use crate::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};
use crate::key::{Key, KeyValue};
use crate::number::Number;
use crate::table::{Entity, KeyTemplate, TableRef, Tables};
use crate::value::AttributeValue;
use crate::wire::{ENTITY_ATTRIBUTE, WireError};

/// Changes attributes of one item. Updates are sent one by one, since no batch carries them.
///
/// An item that does not exist is created, with its key and these attributes only: give the others `#[serde(default)]`
/// where that can happen, or forbid it by [`if_exists`](Self::if_exists).
///
/// An update that adds is never sent again after a lost answer, since it might count twice; its outcome is then
/// [`Effect::Unknown`](crate::Effect::Unknown). One that only sets and removes attributes is, unless it has a condition
/// or answers an item.
///
/// All actions see the item as it was before the update, and no two may change the same attribute.
///
/// ```
/// # use dynochemy_core::Table;
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, seen: u64, name: Option<String>, pages: Vec<String> }
/// let update = Visit::update("123")
///     .add(Visit::SEEN, 1)
///     .set(Visit::NAME, "Rhett")
///     .append(Visit::PAGES, ["/start"])
///     .condition(Visit::SEEN.lt(10))
///     .return_new();
/// # let _ = update;
/// ```
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Update<T, R = ()> {
    table: TableRef,
    entity: &'static Entity,
    key: Result<Key, WireError>,
    update: Result<UpdateExpression, WireError>,
    /// The version that the item must have, where one was named.
    version: Option<Number>,
    writing: Writing,
    of: PhantomData<fn() -> (T, R)>,
}

impl<T> Update<T> {
    pub(crate) fn new(table: TableRef, entity: &'static Entity, key: Result<Key, WireError>) -> Self {
        let update = Ok(UpdateExpression::default());
        Self { table, entity, key, update, version: None, writing: Writing::new(), of: PhantomData }
    }

    pub(crate) fn of_item(
        table: TableRef,
        entity: &'static Entity,
        item: Result<(Key, Option<Number>), WireError>,
    ) -> Self {
        let version = item.as_ref().ok().and_then(|(_, version)| *version);
        let update = Self::new(table, entity, item.map(|(key, _)| key));
        Self { version, ..update }
    }

    /// Answers the item as it was before; `None` where there was none.
    pub fn return_old(self) -> Update<T, Option<T>> {
        self.returning(Returns::Old)
    }

    /// Answers the item as it is after.
    pub fn return_new(self) -> Update<T, T> {
        self.returning(Returns::New)
    }

    /// Answers the attributes that the update names, as they were before, as a struct that has no others; `None` where
    /// there were none.
    pub fn return_updated_old<P>(self) -> Update<T, Option<P>> {
        self.returning(Returns::UpdatedOld)
    }

    /// Answers the attributes that the update names, as they are after, as a struct that has no others; `None` where
    /// none is left.
    pub fn return_updated_new<P>(self) -> Update<T, Option<P>> {
        self.returning(Returns::UpdatedNew)
    }

    fn returning<R>(self, returns: Returns) -> Update<T, R> {
        let Self { table, entity, key, update, version, mut writing, .. } = self;
        writing.returns = returns;
        Update { table, entity, key, update, version, writing, of: PhantomData }
    }
}

impl<T, R> Update<T, R> {
    /// Only where the item has this version (see `#[table(version)]`); the update gives it the next one either way.
    pub fn expect_version(mut self, version: u64) -> Self {
        self.version = Some(Number::from(version));
        self
    }
}

conditional!(Update);

impl<T, R: Settle> Operation for Update<T, R> {
    type Output = R;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, entity, key, update, version, mut writing, .. } = self;
        let key = key.map_err(|problem| invalid(&table, "update", None, problem))?;
        let finished = update.and_then(|mut update| {
            add_managed(&mut update, &key, entity, version, &mut writing)?;
            update.check_paths().map_err(|error| WireError::new(error.to_string()))?;
            Ok((update, writing.options()?))
        });
        match finished {
            Ok((update, options)) => Ok(Task::Update { table: tables.intern(table), key, update, options }),
            Err(problem) => Err(invalid(&table, "update", Some(key), problem)),
        }
    }
}

/// Adds what the library keeps of items of this type: keys of indexes made from fields, the version, times.
fn add_managed(
    update: &mut UpdateExpression,
    key: &Key,
    entity: &Entity,
    version: Option<Number>,
    writing: &mut Writing,
) -> Result<(), WireError> {
    for template in entity.templates {
        if let Some(action) = follow_template(update, template, key, entity)? {
            update.actions.push(action);
        }
    }
    let set = |name: &'static str, value| {
        UpdateAction::Set(DocumentPath::attribute(name), Assignment::Value(AttributeValue::N(value)))
    };
    if let Some(version) = version {
        writing.require_version(entity, version);
    }
    match (entity.version, version) {
        (Some(name), Some(version)) => {
            let next =
                version.checked_add(Number::from(1)).map_err(|error| WireError::from(error).within(name))?;
            update.actions.push(set(name, next));
        }
        (Some(name), None) => {
            let one = AttributeValue::N(Number::from(1));
            update.actions.push(UpdateAction::Add(DocumentPath::attribute(name), one));
        }
        (None, _) => {}
    }
    if let Some(name) = entity.name {
        let value = Assignment::Value(AttributeValue::S(name.to_owned()));
        update.actions.push(UpdateAction::Set(DocumentPath::attribute(ENTITY_ATTRIBUTE), value));
    }
    let names = |attribute: &str| update.actions.iter().any(|action| action.path().attribute == attribute);
    writing.stamp(entity.created_at.filter(|stamp| !names(stamp.attribute)), true);
    writing.stamp(entity.updated_at.filter(|stamp| !names(stamp.attribute)), false);
    Ok(())
}

/// What becomes of a key that is made from fields when an update changes some of them. Those that are in the item's key
/// stay as they are.
fn follow_template(
    update: &UpdateExpression,
    KeyTemplate { attribute, template }: &KeyTemplate,
    key: &Key,
    entity: &Entity,
) -> Result<Option<UpdateAction>, WireError> {
    let action_on = |field: &str| update.actions.iter().find(|action| action.path().attribute == field);
    let Some(touched) = template.fields().find(|field| action_on(field).is_some()) else { return Ok(None) };
    if key.parts().any(|(name, _)| name == attribute) {
        let problem = format!(
            "it is a part of the key `{attribute}`, which cannot be changed; put a new item and delete the old one"
        );
        return Err(WireError::new(problem).within(touched));
    }
    let mut values = Vec::new();
    for (field, width) in template.fields_with_widths() {
        match action_on(field) {
            Some(UpdateAction::Remove(_)) => {
                return Ok(Some(UpdateAction::Remove(DocumentPath::attribute(*attribute))));
            }
            Some(UpdateAction::Set(path, Assignment::Value(value))) if path.steps.is_empty() => {
                values.push(KeyValue::try_from(value.clone()).map_err(|error| error.within(field))?);
            }
            None if field_of_key(field, width, key, entity).is_some() => {
                values.extend(field_of_key(field, width, key, entity));
            }
            _ => {
                let problem = format!(
                    "the index's key `{attribute}` is made from it and `{touched}`, so that an update has to set them \
                     together, to values"
                );
                return Err(WireError::new(problem).within(field));
            }
        }
    }
    let text = template.fill(&values)?;
    let value = Assignment::Value(AttributeValue::S(text));
    Ok(Some(UpdateAction::Set(DocumentPath::attribute(*attribute), value)))
}

/// A field's value as the item's key tells it.
fn field_of_key(field: &str, width: usize, key: &Key, entity: &Entity) -> Option<KeyValue> {
    key.parts().find_map(|(name, value)| match (entity.template(name), value) {
        (None, value) => (name == field).then(|| value.clone()),
        (Some(template), KeyValue::S(text)) => {
            let fields = template.read(text)?;
            let (_, text) = fields.into_iter().find(|(name, _)| *name == field)?;
            // In another key a number may have another width.
            let number = text.parse().ok().filter(|_| width > 0 || template.has_width(field));
            Some(number.map_or_else(|| KeyValue::S(text.to_owned()), KeyValue::N))
        }
        (Some(_), _) => None,
    })
}
