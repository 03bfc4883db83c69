//! Writing one item.

use std::marker::PhantomData;

use super::writing::{Returns, Writing, conditional};
use super::{Operation, Settle, Task, invalid};
use crate::error::Error;
use crate::table::{Draft, Entity, TableRef, Tables};
use crate::wire::WireError;

/// The most bytes an item may take, names and values together.
///
/// See [Limits: item size](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items).
pub const MAX_ITEM_SIZE: usize = 400 * 1024;

/// Writes one item, replacing any with the same key.
///
/// Where an answer is lost, a plain put is sent again: it is applied at least once, and may then overwrite a write that
/// came in between. One with a condition, or that answers an item, is not.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Put<T, R = ()> {
    table: TableRef,
    draft: Result<Draft, WireError>,
    writing: Writing,
    of: PhantomData<fn() -> (T, R)>,
}

impl<T> Put<T> {
    pub(crate) fn new(table: TableRef, entity: &Entity, draft: Result<Draft, WireError>) -> Self {
        let mut writing = Writing::new();
        if let Ok(draft) = &draft {
            if let Some(version) = draft.version {
                writing.require_version(entity, version);
            }
            writing.stamp(entity.created_at.filter(|_| draft.is_new), false);
            writing.stamp(entity.updated_at, false);
        }
        Self { table, draft, writing, of: PhantomData }
    }

    /// Answers the item that was replaced; `None` where there was none.
    pub fn return_old(self) -> Put<T, Option<T>> {
        self.returning(Returns::Old)
    }

    /// Answers the item as it was written, with its new version and times.
    ///
    /// ```
    /// # use dynochemy_core::{AsyncDb, Error, Table};
    /// # #[derive(Table, serde::Serialize, serde::Deserialize)]
    /// # #[table(name = "documents")]
    /// # struct Document { #[table(hash_key)] id: String, text: String, #[table(version)] version: u64 }
    /// async fn save(db: &impl AsyncDb, document: Document) -> Result<Document, Error> {
    ///     db.run(document.put().return_new()).await
    /// }
    /// ```
    pub fn return_new(self) -> Put<T, T> {
        self.returning(Returns::New)
    }

    fn returning<R>(self, returns: Returns) -> Put<T, R> {
        let Self { table, draft, mut writing, .. } = self;
        writing.returns = returns;
        Put { table, draft, writing, of: PhantomData }
    }
}

impl<T, R> Put<T, R> {
    /// Only where there is no item with this key yet.
    pub fn if_not_exists(mut self) -> Self {
        self.writing.require_no_item(&self.table.keys);
        self
    }
}

conditional!(Put);

impl<T, R: Settle> Operation for Put<T, R> {
    type Output = R;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let Self { table, draft, writing, .. } = self;
        let refuse = |key, problem| invalid(&table, "put", key, problem);
        let Draft { item, size, .. } = draft.map_err(|problem| refuse(None, problem))?;
        let key = table.keys.extract(&item).map_err(|problem| refuse(None, problem))?;
        let options = writing.options().map_err(|problem| refuse(Some(key.clone()), problem))?;
        match u32::try_from(size) {
            Ok(size) if size as usize <= MAX_ITEM_SIZE => {
                Ok(Task::Put { table: tables.intern(table), key, item, size, options })
            }
            _ => {
                let problem = format!(
                    "the item takes {size} bytes, where at most {MAX_ITEM_SIZE} (400 KB) are allowed; make several items of it"
                );
                Err(refuse(Some(key), WireError::new(problem)))
            }
        }
    }
}
