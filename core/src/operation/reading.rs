//! What queries and scans have in common: filters, projections, limits, cursors, and what they answer.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::stream::ReadSoFar;
use crate::cursor::Cursor;
use crate::expression::{Comparator, Condition, DocumentPath, Term};
use crate::item::{Item, Items};
use crate::path::Predicate;
use crate::table::{Description, Entity, IndexDescription, IndexProjection};
use crate::value::AttributeValue;
use crate::wire::{ENTITY_ATTRIBUTE, WireError};

/// How a query or scan reads, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The index that is read in place of the table.
    pub index: Option<Cow<'static, str>>,
    /// The attributes to return; all where this is empty.
    pub projection: Vec<DocumentPath>,
    /// Which of the items that are read are returned.
    pub filter: Option<Condition>,
    /// Whether every write that was acknowledged before is seen.
    pub consistent_read: bool,
    /// The most items to return.
    pub limit: Option<u64>,
    /// The most items to read for one page of the service, before the filter (`Limit`).
    pub page_size: Option<u32>,
    /// Where to go on from.
    pub start: Option<Item>,
    /// What is answered.
    pub answer: ReadingAnswer,
    /// What an earlier run has handed out of it.
    #[serde(default)]
    pub so_far: Option<Box<ReadSoFar>>,
}

impl Reading {
    pub(super) fn check_limits(&self) -> Result<(), WireError> {
        if let Some(filter) = &self.filter {
            filter.check_limits()?;
        }
        DocumentPath::check_projection_limits(&self.projection)
    }

    /// Whether its filter leaves out more than items of other types, which few queries meet.
    pub(crate) fn is_filtered(&self) -> bool {
        match &self.filter {
            None => false,
            Some(Condition::Compare(Term::Path(path), Comparator::Equal, Term::Value(_))) => {
                path.attribute != ENTITY_ATTRIBUTE
            }
            Some(_) => true,
        }
    }
}

/// What a query or scan answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadingAnswer {
    /// The items.
    #[default]
    Items,
    /// The items, and where to go on from.
    Page,
    /// Their number.
    Count,
    /// Their number; they are handed out page by page, as they come.
    Stream,
}

/// Some items of a query or scan, and where to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` where nothing can follow. A last page can be empty.
    pub cursor: Option<Cursor>,
}

/// The same before the items are decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettledPage {
    /// The items, as they came.
    pub items: Vec<Items>,
    /// Where to go on from.
    pub cursor: Option<Cursor>,
}

/// A reading in the making.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) index: Option<Cow<'static, str>>,
    filter: Result<Option<Condition>, WireError>,
    pub(super) projection: Vec<DocumentPath>,
    pub(super) consistent_read: bool,
    pub(super) limit: Option<u64>,
    pub(super) page_size: Option<u32>,
    pub(super) after: Option<Cursor>,
    pub(super) answer: ReadingAnswer,
    /// Whether items of other types in the same table are left out.
    pub(super) one_type: bool,
}

impl Reader {
    pub(super) fn new(index: Option<Cow<'static, str>>) -> Self {
        Self {
            index,
            filter: Ok(None),
            projection: Vec::new(),
            consistent_read: false,
            limit: None,
            page_size: None,
            after: None,
            answer: ReadingAnswer::Items,
            one_type: true,
        }
    }

    pub(super) fn filter<T>(&mut self, predicate: Predicate<T>) {
        predicate.add_to(&mut self.filter);
    }

    /// The description of the index that is read.
    pub(super) fn described<'a>(
        &self,
        table: &'a Description,
    ) -> Result<Option<&'a IndexDescription>, WireError> {
        let Some(name) = &self.index else { return Ok(None) };
        match table.index(name) {
            Some(index) => Ok(Some(index)),
            None => Err(WireError::new(format!("the table's description has no index `{name}`"))),
        }
    }

    /// The reading as plain data; a cursor must have its fingerprint.
    pub(super) fn reading(
        mut self,
        table: &Description,
        entity: &Entity,
        fingerprint: u64,
    ) -> Result<Box<Reading>, WireError> {
        let index = self.described(table)?;
        let of_keys = index.is_some_and(|index| index.projection == IndexProjection::KeysOnly);
        if of_keys && self.one_type && entity.name.is_some() {
            return Err(WireError::new(
                "the index holds keys only, and so does not tell the types of one table apart; read it by `any_of` a \
                 struct of keys",
            ));
        }
        if let Some(name) = entity.name.filter(|_| self.one_type) {
            // An index that includes attributes by name is created with this one among them.
            let of_type = Condition::equal(ENTITY_ATTRIBUTE, AttributeValue::S(name.to_owned()));
            self.filter::<()>(of_type.into());
        }
        if self.consistent_read && index.is_some_and(|index| index.kind == crate::table::IndexKind::Global) {
            return Err(WireError::new(
                "a global index cannot be read consistently; read the table, or a local index",
            ));
        }
        if self.page_size == Some(0) || (self.limit == Some(0) && self.answer == ReadingAnswer::Page) {
            return Err(WireError::new("a page has at least one item"));
        }
        let start = self.after.map(|cursor| cursor.start(fingerprint, table, index)).transpose()?;
        let filter = self.filter?;
        let mut projection = self.projection;
        if !projection.is_empty() {
            if !self.one_type && entity.name.is_some() {
                projection.push(DocumentPath::attribute(ENTITY_ATTRIBUTE));
            }
            // The key names an item that does not fit its type, and is where a cursor begins.
            for key in table.page_key(index) {
                if !projection.iter().any(|path| path.attribute == key.name) {
                    projection.push(DocumentPath::attribute(key.name.clone()));
                }
            }
        }
        Ok(Box::new(Reading {
            index: self.index,
            projection,
            filter,
            consistent_read: self.consistent_read,
            limit: self.limit,
            page_size: self.page_size,
            start,
            answer: self.answer,
            so_far: None,
        }))
    }
}

/// The builder methods of queries and scans; `$other` are their parameters beside those that this changes.
macro_rules! reading {
    ($type:ident<T $(, $key:ident)?>) => {
        impl<T $(, $key)?, R, O> $type<T $(, $key)?, R, O> {
            /// Returns only the items of which this holds; several must all hold. What is filtered out is read, and paid
            /// for, all the same.
            pub fn filter(mut self, predicate: crate::path::Predicate<T>) -> Self {
                self.reader.filter(predicate);
                self
            }

            /// At most this many items are returned.
            pub fn limit(mut self, items: u64) -> Self {
                self.reader.limit = Some(items);
                self
            }

            /// Reads at most this many items in one request, before the filter: DynamoDB's `Limit`. The answer is the
            /// same; it takes more requests, each of less capacity.
            pub fn page_size(mut self, items: u32) -> Self {
                self.reader.page_size = Some(items);
                self
            }

            /// Sees every write that was acknowledged before, at twice the read capacity; not on global indexes.
            pub fn consistent(mut self) -> Self {
                self.reader.consistent_read = true;
                self
            }

            /// Goes on where an earlier page of the same query or scan ended; from the start where there is no cursor.
            pub fn after(mut self, cursor: impl Into<Option<crate::cursor::Cursor>>) -> Self {
                self.reader.after = cursor.into();
                self
            }
        }

        impl<T $(, $key)?, R> $type<T $(, $key)?, R, Vec<R>> {
            /// Answers one page: the items of one request or, with a [`limit`](Self::limit), exactly as many as that where
            /// there are so many; and the [`Cursor`](crate::Cursor) that the next page begins at.
            pub fn page(self) -> $type<T $(, $key)?, R, super::Page<R>> {
                self.answering(super::ReadingAnswer::Page)
            }

            /// Answers the first item alone.
            pub fn first(self) -> $type<T $(, $key)?, R, Option<R>> {
                self.limit(1).answering(super::ReadingAnswer::Items)
            }

            /// Answers the number of items, which are not returned. It costs as much as reading them.
            pub fn count(self) -> $type<T $(, $key)?, R, u64> {
                self.answering(super::ReadingAnswer::Count)
            }

            /// Reads the attributes of a smaller struct alone. It costs the same capacity, and less of the network.
            pub fn project<P: crate::projection::Projection<T>>(self) -> $type<T $(, $key)?, P, Vec<P>> {
                self.project_paths(P::paths())
            }

            /// Reads these attributes (and the keys) alone, into a type that has no others.
            pub fn project_paths<P>(
                mut self,
                paths: impl IntoIterator<Item = impl Into<crate::expression::DocumentPath>>,
            ) -> $type<T $(, $key)?, P, Vec<P>> {
                self.reader.projection = paths.into_iter().map(Into::into).collect();
                self.retyped()
            }

            /// Reads the items of all types that share the table, as an enum with a variant of each type's name:
            ///
            /// ```
            /// # use dynochemy_core::Table;
            /// # use serde::{Deserialize, Serialize};
            /// #[derive(Table, Serialize, Deserialize)]
            /// #[table(name = "app", hash_key(pk = "USER#{id}"), range_key(sk = "PROFILE"))]
            /// struct User { id: String }
            ///
            /// #[derive(Table, Serialize, Deserialize)]
            /// #[table(name = "app", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{number:08}"))]
            /// struct Order { user: String, number: u32 }
            ///
            /// #[derive(Deserialize)]
            /// enum OfUser { User(User), Order(Order) }
            ///
            /// let all = User::query("123").any_of::<OfUser>();
            /// # let _ = all;
            /// ```
            pub fn any_of<E>(mut self) -> $type<T $(, $key)?, E, Vec<E>> {
                self.reader.one_type = false;
                self.retyped()
            }
        }
    };
}
pub(super) use reading;
