//! The actions of updates, typed by their paths.

use serde::Serialize;

use super::Update;
use crate::expression::{Assignment, DocumentPath, UpdateAction};
use crate::path::{Addend, Operand, Path, SetElements, number};
use crate::projection::Projection;
use crate::value::AttributeValue;
use crate::wire::{self, WireError};

impl<T, R> Update<T, R> {
    /// Sets an attribute; a `None` or an empty set removes it.
    pub fn set<V>(self, path: Path<T, V>, value: impl Operand<V>) -> Self {
        let value = value.operand();
        self.action(path, |path| {
            Ok(Some(match value? {
                Some(value) => UpdateAction::Set(path, Assignment::Value(value)),
                None => UpdateAction::Remove(path),
            }))
        })
    }

    /// Sets an attribute where the item lacks it.
    pub fn set_if_absent<V>(self, path: Path<T, V>, value: impl Operand<V>) -> Self {
        let value = value.operand();
        self.action(path, |path| {
            Ok(value?.map(|value| {
                let otherwise = Box::new(Assignment::Value(value));
                UpdateAction::Set(path.clone(), Assignment::IfNotExists(path, otherwise))
            }))
        })
    }

    /// Sets an attribute to what another one of the item holds, which must be there.
    pub fn set_path<V>(self, path: Path<T, V>, from: Path<T, V>) -> Self {
        self.action(path, |path| Ok(Some(UpdateAction::Set(path, Assignment::Path(from.document_path())))))
    }

    /// Sets those attributes that are not `None` in a struct of options, and leaves the others as they are.
    ///
    /// ```
    /// # use dynochemy_core::{Projection, Table};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Table, Serialize, Deserialize)]
    /// # #[table(name = "users")]
    /// # struct User { #[table(hash_key)] id: String, name: String, age: Option<u32> }
    /// #[derive(Projection, Serialize)]
    /// #[table(of = "User")]
    /// struct UserChange {
    ///     name: Option<String>,
    ///     age: Option<u32>,
    /// }
    ///
    /// let change = UserChange { name: Some("Scarlett".to_owned()), age: None };
    /// let update = User::update("123").set_all(&change);
    /// # let _ = update;
    /// ```
    pub fn set_all<P: Projection<T> + Serialize>(mut self, changes: &P) -> Self {
        match wire::encode(changes).and_then(|encoded| encoded.item.attributes()) {
            Ok(attributes) => attributes.into_iter().fold(self, |update, (name, value)| {
                update.push(DocumentPath::attribute(name), |path| {
                    Ok(Some(UpdateAction::Set(path, Assignment::Value(value))))
                })
            }),
            Err(error) => {
                self.update = self.update.and(Err(error));
                self
            }
        }
    }

    /// Adds to a number, which counts as zero where it is missing, or elements to a set. The service does not keep a
    /// number above zero: a counter that can fall below needs a signed type. It adds exact decimals: a sum of floats may
    /// have more digits than a float holds, and is then not read as one any more; keep such sums in
    /// [`Number`](crate::Number)s.
    pub fn add<V>(self, path: Path<T, V>, amount: impl Addend<V>) -> Self {
        let amount = amount.addend();
        self.action(path, |path| Ok(amount?.map(|amount| UpdateAction::Add(path, amount))))
    }

    /// Subtracts from a number, which counts as zero where it is missing.
    pub fn subtract<V>(self, path: Path<T, V>, amount: impl Addend<V>) -> Self {
        let amount = amount.addend().and_then(number);
        self.action(
            path,
            |path| Ok(amount?.map(|amount| UpdateAction::Add(path, AttributeValue::N(-amount)))),
        )
    }

    /// Puts elements at the end of a list, which counts as empty where it is missing.
    pub fn append<V, O: Operand<V>>(
        self,
        path: Path<T, Vec<V>>,
        elements: impl IntoIterator<Item = O>,
    ) -> Self {
        let elements = list(elements);
        self.action(path, |path| {
            let before = list_at(&path);
            Ok(Some(UpdateAction::Set(path, Assignment::Append(before, Box::new(elements?)))))
        })
    }

    /// Puts elements at the beginning of a list, which counts as empty where it is missing.
    pub fn prepend<V, O: Operand<V>>(
        self,
        path: Path<T, Vec<V>>,
        elements: impl IntoIterator<Item = O>,
    ) -> Self {
        let elements = list(elements);
        self.action(path, |path| {
            let after = list_at(&path);
            Ok(Some(UpdateAction::Set(path, Assignment::Append(Box::new(elements?), after))))
        })
    }

    /// Removes an attribute, or an element of a list.
    pub fn remove<V>(self, path: Path<T, V>) -> Self {
        self.action(path, |path| Ok(Some(UpdateAction::Remove(path))))
    }

    /// Takes elements out of a set; the attribute is gone with its last one.
    pub fn delete_from<V: SetElements>(self, path: Path<T, V>, elements: V::Set) -> Self {
        let elements = wire::encode_value(&elements);
        self.action(path, |path| Ok(elements?.map(|elements| UpdateAction::Delete(path, elements))))
    }

    /// Adds any other action, as a value: `SET a = b + :n`, for example. It is checked as the others are, except for its
    /// types.
    pub fn with_action(self, action: UpdateAction) -> Self {
        let path = action.path().clone();
        self.push(path, |_| Ok(Some(action)))
    }

    fn action<V>(
        self,
        path: Path<T, V>,
        make: impl FnOnce(DocumentPath) -> Result<Option<UpdateAction>, WireError>,
    ) -> Self {
        self.push(path.document_path(), make)
    }

    fn push(
        mut self,
        path: DocumentPath,
        make: impl FnOnce(DocumentPath) -> Result<Option<UpdateAction>, WireError>,
    ) -> Self {
        let is_key = self.table.keys.attributes().any(|key| key.name == path.attribute);
        let name = path.to_string();
        let action = if is_key {
            Err(WireError::new("a key attribute cannot be changed; put a new item and delete the old one"))
        } else if self.entity.version.is_some_and(|version| version == path.attribute) {
            Err(WireError::new("the version counts by itself; name the one to expect by `expect_version`"))
        } else {
            make(path)
        };
        match (&mut self.update, action) {
            (Ok(update), Ok(action)) => update.actions.extend(action),
            (Ok(_), Err(error)) => self.update = Err(error.within(&name)),
            (Err(_), _) => {}
        }
        self
    }
}

/// A list of values.
fn list<V, O: Operand<V>>(elements: impl IntoIterator<Item = O>) -> Result<Assignment, WireError> {
    let mut values = Vec::new();
    for (index, element) in elements.into_iter().enumerate() {
        let value = element.operand().map_err(|error| error.at(index))?;
        values.push(value.unwrap_or(AttributeValue::Null(true)));
    }
    Ok(Assignment::Value(AttributeValue::L(values)))
}

/// The list that stands at a path, or an empty one.
fn list_at(path: &DocumentPath) -> Box<Assignment> {
    let empty = Assignment::Value(AttributeValue::L(Vec::new()));
    Box::new(Assignment::IfNotExists(path.clone(), Box::new(empty)))
}
