//! Writing one item.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Operation, Task, invalid};
use crate::error::Error;
use crate::table::{Table, Tables};
use crate::wire::{Encoded, WireError};

/// The most bytes an item may take, names and values together.
///
/// See [Limits: item size](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items).
pub const MAX_ITEM_SIZE: usize = 400 * 1024;

/// Writes one item, replacing any with the same key.
///
/// Where an answer is lost, the put is sent again: it is applied at least once, and may then overwrite a write that
/// came in between.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct Put<T> {
    item: Result<Encoded, WireError>,
    of: PhantomData<fn() -> T>,
}

impl<T: Table> Put<T> {
    pub(crate) fn new(item: Result<Encoded, WireError>) -> Self {
        Self { item, of: PhantomData }
    }
}

impl<T: Table> Operation for Put<T> {
    type Output = ();

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let description = T::DESCRIPTION;
        let Encoded { item, size } =
            self.item.map_err(|problem| invalid(description, "put", None, problem))?;
        let key =
            description.keys.extract(&item).map_err(|problem| invalid(description, "put", None, problem))?;
        match u32::try_from(size) {
            Ok(size) if size as usize <= MAX_ITEM_SIZE => {
                Ok(Task::Put { table: tables.intern(Cow::Borrowed(description)), key, item, size })
            }
            _ => {
                let problem = format!(
                    "the item takes {size} bytes, where at most {MAX_ITEM_SIZE} (400 KB) are allowed"
                );
                Err(invalid(description, "put", Some(key), WireError::new(problem)))
            }
        }
    }
}
