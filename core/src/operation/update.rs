//! Changing attributes of one item.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Operation, Task, invalid};
use crate::error::Error;
use crate::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};
use crate::key::Key;
use crate::path::{Addend, Operand, Path};
use crate::table::{Table, Tables};
use crate::value::AttributeValue;
use crate::wire::WireError;

/// Changes attributes of one item, which is created where it does not exist: with its key and these attributes only, so
/// give the others `#[serde(default)]` where that can happen. Updates are sent one by one, since no batch carries them.
///
/// An update that adds is never sent again after a lost answer, since it might count twice; its outcome is then
/// [`Effect::Unknown`](crate::Effect::Unknown). One that only sets and removes attributes is.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Update<T> {
    key: Result<Key, WireError>,
    update: Result<UpdateExpression, WireError>,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Update<T> {
    pub(crate) fn new(key: Result<Key, WireError>) -> Self {
        Self { key, update: Ok(UpdateExpression::default()), of: PhantomData }
    }

    /// Sets an attribute; a `None` removes it.
    pub fn set<V>(self, path: Path<T, V>, value: impl Operand<V>) -> Self {
        let value = value.operand();
        self.action(path.document_path(), |path| {
            Ok(match value? {
                Some(value) => UpdateAction::Set(path, Assignment::Value(value)),
                None => UpdateAction::Remove(path),
            })
        })
    }

    /// Adds to a number, which counts as zero where it is missing. The service does not keep it above zero: a counter that
    /// can fall below needs a signed type.
    pub fn add<V>(self, path: Path<T, V>, amount: impl Addend<V>) -> Self {
        let amount = amount.addend();
        self.action(path.document_path(), |path| Ok(UpdateAction::Add(path, AttributeValue::N(amount?))))
    }

    /// Removes an attribute.
    pub fn remove<V>(self, path: Path<T, V>) -> Self {
        self.action(path.document_path(), |path| Ok(UpdateAction::Remove(path)))
    }

    fn action(
        mut self,
        path: DocumentPath,
        make: impl FnOnce(DocumentPath) -> Result<UpdateAction, WireError>,
    ) -> Self {
        let attribute = path.attribute.clone();
        let is_key = |part: &Cow<'static, str>| *part == attribute;
        let keys = &T::DESCRIPTION.keys;
        let action = if is_key(&keys.hash.name)
            || keys.range.as_ref().is_some_and(|range| is_key(&range.name))
        {
            Err(WireError::new("a key attribute cannot be changed; put a new item and delete the old one"))
        } else {
            make(path)
        };
        match (&mut self.update, action) {
            (Ok(update), Ok(action)) => update.actions.push(action),
            (Ok(_), Err(error)) => self.update = Err(error.within(&attribute)),
            (Err(_), _) => {}
        }
        self
    }
}

impl<T: Table> Operation for Update<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let key = self.key.map_err(|problem| invalid(T::DESCRIPTION, "update", None, problem))?;
        let checked = self.update.and_then(|update| match update.check_paths() {
            Ok(()) => Ok(update),
            Err(error) => Err(WireError::new(error.to_string())),
        });
        match checked {
            Ok(update) => {
                Ok(Task::Update { table: tables.intern(Cow::Borrowed(T::DESCRIPTION)), key, update })
            }
            Err(problem) => Err(invalid(T::DESCRIPTION, "update", Some(key), problem)),
        }
    }
}
