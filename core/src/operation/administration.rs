//! Operations on tables as such: creating, bringing up to date, changing, describing, waiting, deleting.
//!
//! They change what tables are, never their items (except that a table is deleted with all of them). Each waits until the
//! service has done what was asked, for at most [`Settings::table_timeout`](crate::Settings::table_timeout), counted
//! from its start or from the last change that the service accepted.
//!
//! See [Working with tables](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html).

macro_rules! administration {
    ($($(#[doc = $doc:literal])+ $name:ident -> $output:ty, |$table:ident| $task:expr;)*) => {$(
        $(#[doc = $doc])+
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
                let $table = tables.intern(self.table);
                Ok($task)
            }
        }
    )*};
}

mod ensured;
mod list_tables;
mod tags;
mod time_to_live;
mod update;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::{Operation, Task, invalid};
use crate::api::{StreamViewType, TableClass, TableDescription};
use crate::error::Error;
use crate::table::{Entity, Table, TableDefinition, TableRef, Tables, UntypedTable};
use crate::wire::WireError;

pub use ensured::{EnsureStep, Ensured};
pub use list_tables::ListTables;
pub use tags::{ListTags, TagChange, TagTable, UntagTable};
pub use time_to_live::{DescribeTimeToLive, UpdateTimeToLive};
pub use update::{BillingChange, IndexChange, StreamChange, TableUpdate, UpdateTable};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableWait {
    /// That the table is there, and it and all its indexes can be used.
    Active,
    /// That the table is not there.
    Gone,
}

administration! {
    /// Asks the service for a table's state.
    DescribeTable -> TableDescription, |table| Task::DescribeTable { table };
    /// Deletes a table with all its items, and waits until it is gone.
    DeleteTable -> (), |table| Task::DeleteTable { table };
    /// Waits until a table is there, and it and all its indexes can be used.
    WaitUntilActive -> TableDescription, |table| Task::AwaitTable { table, until: TableWait::Active };
    /// Waits until a table is not there.
    WaitUntilGone -> (), |table| Task::AwaitTable { table, until: TableWait::Gone };
}

/// The builder methods of [`CreateTable`] and [`EnsureTable`].
macro_rules! defining {
    ($(#[doc = $doc:literal])+ $name:ident -> $output:ty, $what:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        #[must_use = "an operation does nothing until it is run or added to a Solvent"]
        pub struct $name<T> {
            table: TableRef,
            definition: Result<TableDefinition, WireError>,
            of: PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            pub(crate) fn new(table: TableRef, entity: &Entity) -> Self {
                let definition = Ok(TableDefinition::new(&table, entity));
                Self { table, definition, of: PhantomData }
            }

            /// Adds what another type declares of the same table: its indexes, and time to live. Indexes of the same name
            /// must be the same, but for the attributes that they include by name, which come together.
            pub fn with<O: Table>(self) -> Self {
                self.with_declared(&TableRef::Static(O::DESCRIPTION), O::ENTITY)
            }

            /// Adds what a description that was made at run time says of the same table.
            pub fn with_table(self, table: &UntypedTable) -> Self {
                self.with_declared(&table.table(), &Entity::PLAIN)
            }

            /// The table has a stream of its changes, whose records hold this.
            pub fn stream(self, view_type: StreamViewType) -> Self {
                self.defined(|definition| definition.stream = Some(view_type))
            }

            /// The table has this tag from the start. It takes the place of one with the same key; a table that is there
            /// keeps the tags that it has.
            pub fn tag(self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.defined(|definition| drop(definition.tags.insert(key.into(), value.into())))
            }

            /// The table cannot be deleted until that protection is taken off again, by
            /// [`UpdateTable::without_deletion_protection`].
            pub fn deletion_protection(self) -> Self {
                self.defined(|definition| definition.deletion_protection = true)
            }

            /// The table is of this class.
            pub fn table_class(self, class: TableClass) -> Self {
                self.defined(|definition| definition.table_class = Some(class))
            }

            fn defined(mut self, change: impl FnOnce(&mut TableDefinition)) -> Self {
                if let Ok(definition) = &mut self.definition {
                    change(definition);
                }
                self
            }

            fn with_declared(mut self, other: &TableRef, entity: &Entity) -> Self {
                if let Ok(definition) = &mut self.definition
                    && let Err(problem) = join(&self.table, definition, other, entity)
                {
                    self.definition = Err(problem);
                }
                self
            }
        }

        impl<T> Operation for $name<T> {
            type Output = $output;

            fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
                let definition = self.definition.map_err(|problem| invalid(&self.table, $what, None, problem))?;
                Ok(Task::$name { table: tables.intern(self.table), definition: Box::new(definition) })
            }
        }
    };
}

defining! {
    /// Creates a table with all that its types declare of it, and waits until it and its indexes can be used; then switches
    /// time to live on, where a type declares it. It fails where there is such a table already: see
    /// [`EnsureTable`](crate::operation::EnsureTable).
    ///
    /// ```
    /// # use dynochemy_core::{Table, api::StreamViewType};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Table, Serialize, Deserialize)]
    /// # #[table(name = "app", hash_key(pk = "USER#{id}"), range_key(sk = "PROFILE"))]
    /// # struct User { id: String }
    /// # #[derive(Table, Serialize, Deserialize)]
    /// # #[table(name = "app", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{number:08}"))]
    /// # struct Order { user: String, number: u32 }
    /// let create = User::create().with::<Order>().tag("team", "shop").stream(StreamViewType::NewAndOldImages);
    /// # let _ = create;
    /// ```
    CreateTable -> TableDescription, "create"
}

defining! {
    /// Creates what is missing: the table, its global indexes (one after another, as the service wants it, each filled with
    /// the items that are there), time to live. What is there and is not as declared is left alone and told
    /// ([`Ensured::differs`]). Running it again does nothing more, and it can run in several places at the same time.
    ///
    /// ```no_run
    /// # use dynochemy_core::{AsyncDb, Error, Table};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Table, Serialize, Deserialize)]
    /// # #[table(name = "visits")]
    /// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
    /// # async fn at_start(db: &impl AsyncDb) -> Result<(), Error> {
    /// let ensured = db.run(Visit::ensure()).await?;
    /// println!("{ensured}");
    /// # Ok(())
    /// # }
    /// ```
    EnsureTable -> Ensured, "ensure"
}

fn join(
    table: &TableRef,
    definition: &mut TableDefinition,
    other: &TableRef,
    entity: &Entity,
) -> Result<(), WireError> {
    if other.name != table.name {
        let problem =
            format!("`{}` is another table than `{}`: create each by itself", other.name, table.name);
        return Err(WireError::new(problem));
    }
    definition.join(TableDefinition::new(other, entity))
}
