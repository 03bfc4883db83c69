//! Typed names of attributes, and the values that may stand beside them in an expression.
//!
//! A [`Path`] leads to an attribute, or into a nested one; compared with a value it becomes a [`Predicate`], the typed
//! form of a condition or filter.

mod operand;
mod predicate;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;

use crate::expression::{DocumentPath, PathStep};
use crate::item::Item;
use crate::value::AttributeValue;
use crate::wire::WireError;

pub(crate) use operand::number;
pub use operand::{Addend, Container, Operand, SetElements, Text};
pub use predicate::{Predicate, Size};

/// An attribute of table `T` whose values are of type `V`, or a part of one.
///
/// `#[derive(Table)]` makes one for each field (`Visit::SEEN` for `seen`), and `#[derive(Document)]` for the fields of
/// nested structs:
///
/// ```
/// use dynochemy_core::{Document, Path, Table};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "users")]
/// struct User {
///     #[table(hash_key)]
///     id: String,
///     address: Option<Address>,
///     phones: Vec<String>,
/// }
///
/// #[derive(Document, Serialize, Deserialize)]
/// struct Address {
///     city: String,
/// }
///
/// let in_rome = User::ADDRESS.some().then(Address::CITY).eq("Rome");
/// let first: Path<User, String> = User::PHONES.at(0);
/// assert_eq!(first.document_path().to_string(), "phones[0]");
/// ```
///
/// A value of another type does not compile:
///
/// ```compile_fail
/// # use dynochemy_core::Table;
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "users")]
/// # struct User { #[table(hash_key)] id: String }
/// let wrong = User::ID.eq(5);
/// ```
pub struct Path<T, V> {
    path: DocumentPath,
    of: PhantomData<fn() -> (T, V)>,
}

impl<T, V> Path<T, V> {
    /// The attribute of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { path: DocumentPath { attribute: Cow::Borrowed(name), steps: Vec::new() }, of: PhantomData }
    }

    /// The name of the attribute at the top level, in the table.
    #[must_use]
    pub const fn name(&self) -> &str {
        match &self.path.attribute {
            Cow::Borrowed(name) => name,
            Cow::Owned(name) => name.as_str(),
        }
    }

    /// The same path without its types.
    #[must_use]
    pub fn document_path(self) -> DocumentPath {
        self.path
    }

    /// A part of what stands at this path, which is a struct or map.
    #[must_use]
    pub fn then<W>(mut self, part: Path<V, W>) -> Path<T, W> {
        self.path.steps.push(PathStep::Member(part.path.attribute));
        self.path.steps.extend(part.path.steps);
        Path { path: self.path, of: PhantomData }
    }

    fn step<W>(mut self, step: PathStep) -> Path<T, W> {
        self.path.steps.push(step);
        Path { path: self.path, of: PhantomData }
    }
}

impl<T, V> Path<T, Option<V>> {
    /// The same path, for what stands there where it is not `None`.
    #[must_use]
    pub fn some(self) -> Path<T, V> {
        Path { path: self.path, of: PhantomData }
    }
}

impl<T, V> Path<T, Vec<V>> {
    /// An element of the list, counted from 0.
    #[must_use]
    pub fn at(self, index: u32) -> Path<T, V> {
        self.step(PathStep::Element(index))
    }
}

impl<T, M: Index<&'static str, Output: Sized>> Path<T, M> {
    /// The member of the map under this name.
    #[must_use]
    pub fn member(self, name: impl Into<String>) -> Path<T, M::Output> {
        self.step(PathStep::Member(Cow::Owned(name.into())))
    }
}

impl Path<Item, AttributeValue> {
    /// A path of an untyped item, written as in `address.lines[2]`. A name that holds a dot or bracket is quoted by
    /// backticks.
    ///
    /// # Errors
    /// When the text is no path.
    pub fn parse(text: &str) -> Result<Self, WireError> {
        Ok(Self { path: text.parse()?, of: PhantomData })
    }
}

impl<T, V> From<Path<T, V>> for DocumentPath {
    fn from(path: Path<T, V>) -> Self {
        path.path
    }
}

impl<T, V> Clone for Path<T, V> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), of: PhantomData }
    }
}

impl<T, V> fmt::Debug for Path<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.path)
    }
}
