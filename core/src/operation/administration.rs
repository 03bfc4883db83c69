//! Creating, describing and deleting tables.

use std::marker::PhantomData;

use super::{Operation, Task};
use crate::api::TableDescription;
use crate::error::Error;
use crate::table::{TableRef, Tables};

macro_rules! administration {
    ($(#[doc = $doc:literal] $name:ident -> $output:ty;)*) => {$(
        #[doc = $doc]
        #[derive(Debug)]
        #[must_use = "an operation does nothing until it is run or added to a Solvent"]
        pub struct $name<T> {
            table: TableRef,
            of: PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            pub(crate) fn new(table: TableRef) -> Self {
                Self { table, of: PhantomData }
            }
        }

        impl<T> Operation for $name<T> {
            type Output = $output;

            fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
                Ok(Task::$name { table: tables.intern(self.table) })
            }
        }
    )*};
}

administration! {
    /// Creates a table with the keys and capacities of its type, and waits until it is active.
    CreateTable -> TableDescription;
    /// Asks the service for a table's state.
    DescribeTable -> TableDescription;
    /// Deletes a table with all its items, and waits until it is gone.
    DeleteTable -> ();
}
