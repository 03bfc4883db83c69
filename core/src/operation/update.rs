//! Changing attributes of one item.

mod actions;

use std::marker::PhantomData;

use super::writing::{Returns, Writing, conditional};
use super::{Operation, Settle, Task, invalid};
use crate::error::Error;
use crate::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};
use crate::item::Item;
use crate::key::{Key, KeyValue};
use crate::number::Number;
use crate::table::{Draft, Entity, KeyTemplate, TableRef, Tables};
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
    /// The item of that version, where it is at hand.
    known: Option<Item>,
    writing: Writing,
    of: PhantomData<fn() -> (T, R)>,
}

impl<T> Update<T> {
    pub(crate) fn new(table: TableRef, entity: &'static Entity, key: Result<Key, WireError>) -> Self {
        let update = Ok(UpdateExpression::default());
        Self {
            table,
            entity,
            key,
            update,
            version: None,
            known: None,
            writing: Writing::new(),
            of: PhantomData,
        }
    }

    pub(crate) fn of_item(
        table: TableRef,
        entity: &'static Entity,
        draft: Result<(Key, Draft), WireError>,
    ) -> Self {
        let (key, draft) = match draft {
            Ok((key, draft)) => (Ok(key), Some(draft)),
            Err(problem) => (Err(problem), None),
        };
        let version = draft.as_ref().and_then(|draft| draft.version);
        let mut update = Self::new(table, entity, key);
        if version == Some(Number::ZERO) {
            // Else an item that was never written would be created.
            update.writing.require_item(&update.table.keys);
        }
        // Without a version, the item may have been changed since it was read.
        let known = draft.filter(|_| version.is_some()).map(|draft| draft.item);
        Self { version, known, ..update }
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
        let Self { table, entity, key, update, version, known, mut writing, .. } = self;
        writing.returns = returns;
        Update { table, entity, key, update, version, known, writing, of: PhantomData }
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
        let Self { table, entity, key, update, version, known, mut writing, .. } = self;
        let key = key.map_err(|problem| invalid(&table, "update", None, problem))?;
        let finished = update.and_then(|mut update| {
            let item = Known { key: &key, entity, item: known.as_ref() };
            add_managed(&mut update, &item, version, &mut writing)?;
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
    item: &Known<'_>,
    version: Option<Number>,
    writing: &mut Writing,
) -> Result<(), WireError> {
    let entity = item.entity;
    let mut followed = Vec::new();
    for template in entity.templates {
        followed.extend(follow_template(update, template, item, !writing.requires_item)?);
    }
    if !writing.requires_item {
        // The item that may be created is to have the fields that its key was made of.
        for (field, value) in item.fields_of_key() {
            let value = Assignment::Value(value.into());
            update.actions.push(UpdateAction::Set(DocumentPath::attribute(field), value));
        }
    }
    update.actions.append(&mut followed);
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

/// What is known of the item that an update is on.
struct Known<'a> {
    key: &'a Key,
    entity: &'a Entity,
    item: Option<&'a Item>,
}

impl Known<'_> {
    /// The fields that the key was made of by templates, each once.
    fn fields_of_key(&self) -> Vec<(&'static str, KeyValue)> {
        let mut fields: Vec<(&'static str, KeyValue)> = Vec::new();
        for (name, value) in self.key.parts() {
            let (Some(template), KeyValue::S(text)) = (self.entity.template(name), value) else { continue };
            for field in template.values(text).unwrap_or_default() {
                if !fields.iter().any(|(name, _)| *name == field.0) {
                    fields.push(field);
                }
            }
        }
        fields
    }

    /// A field as the key tells it, or the item that is at hand.
    fn field(&self, field: &str) -> Option<KeyValue> {
        let plain = self.key.parts().find(|(name, _)| name == field).map(|(_, value)| value.clone());
        let made =
            || self.fields_of_key().into_iter().find(|(name, _)| *name == field).map(|(_, value)| value);
        let held = || self.item?.attribute(field).ok()??.try_into().ok();
        plain.or_else(made).or_else(held)
    }
}

/// What becomes of a key that is made from fields when an update changes some of them, or `may_create` the item. What
/// it does not name stays as the item's key, or the item at hand, tells it.
fn follow_template(
    update: &UpdateExpression,
    KeyTemplate { attribute, template }: &KeyTemplate,
    item: &Known<'_>,
    may_create: bool,
) -> Result<Option<UpdateAction>, WireError> {
    let action_on = |field: &str| update.actions.iter().find(|action| action.path().attribute == field);
    let touched = template.fields().find(|field| action_on(field).is_some());
    if item.key.parts().any(|(name, _)| name == attribute) {
        let Some(touched) = touched else { return Ok(None) };
        let problem = format!(
            "it is a part of the key `{attribute}`, which cannot be changed; put a new item and delete the old one"
        );
        return Err(WireError::new(problem).within(touched));
    }
    if touched.is_none() && !(may_create && template.fields().all(|field| item.field(field).is_some())) {
        return Ok(None);
    }
    let mut values = Vec::new();
    for field in template.fields() {
        match action_on(field) {
            Some(UpdateAction::Remove(_)) => {
                return Ok(Some(UpdateAction::Remove(DocumentPath::attribute(*attribute))));
            }
            Some(UpdateAction::Set(path, Assignment::Value(value))) if path.steps.is_empty() => {
                values.push(KeyValue::try_from(value.clone()).map_err(|error| error.within(field))?);
            }
            Some(_) => {
                let problem = format!(
                    "the index's key `{attribute}` is made from it, so that an update has to `set` it to a value"
                );
                return Err(WireError::new(problem).within(field));
            }
            None => match item.field(field) {
                Some(value) => values.push(value),
                None => {
                    let touched = touched.unwrap_or(field);
                    let problem = format!(
                        "the index's key `{attribute}` is made from it and `{touched}`, so that an update of one has to \
                         `set` both; or take `update_this` of an item with a version"
                    );
                    return Err(WireError::new(problem).within(field));
                }
            },
        }
    }
    let text = template.fill(&values)?;
    let value = Assignment::Value(AttributeValue::S(text));
    Ok(Some(UpdateAction::Set(DocumentPath::attribute(*attribute), value)))
}
