//! Changing a table that is there: capacities, billing, global indexes, stream, protection, class.
//!
//! A [`TableUpdate`] says what is to hold, not what is to be done: what holds already is not asked for again, so that an
//! update can be repeated after a lost answer. The service takes one kind of change, and one index, in a call; the calls
//! are made one after another, and the table is active again after each.
//!
//! See [UpdateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::api::{ProvisionedThroughput, StreamViewType, TableClass, TableDescription};
use crate::error::Error;
use crate::operation::{Operation, Task, invalid};
use crate::table::{Entity, IndexDescription, IndexKind, TableRef, Tables, indexes_of_entity};
use crate::wire::WireError;

/// What is to hold of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableUpdate {
    /// How it is billed.
    pub billing: Option<BillingChange>,
    /// What becomes of its global indexes, by their names.
    pub indexes: BTreeMap<String, IndexChange>,
    /// What becomes of its stream.
    pub stream: Option<StreamChange>,
    /// Whether it is protected from being deleted.
    pub deletion_protection: Option<bool>,
    /// Its class.
    pub table_class: Option<TableClass>,
}

/// What becomes of a table's stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreamChange {
    /// There is none.
    Off,
    /// Its records hold this.
    On(StreamViewType),
}

/// How a table is to be billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingChange {
    /// For this capacity.
    Provisioned(ProvisionedThroughput),
    /// For each request.
    OnDemand,
}

/// What becomes of a global index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexChange {
    /// It is there.
    Create(Box<IndexDescription>),
    /// It is not there.
    Delete,
    /// It has this capacity.
    Capacity(ProvisionedThroughput),
}

/// Changes a table, and waits until it and its indexes can be used again.
///
/// ```
/// # use dynochemy_core::Table;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Table, Serialize, Deserialize)]
/// # #[table(name = "visits", global_index(name = "by_page", hash = "page"))]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64, page: String }
/// let update = Visit::update_table().capacity(20, 10).create_index(Visit::BY_PAGE).delete_index("by_old_page");
/// # let _ = update;
/// ```
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct UpdateTable<T> {
    table: TableRef,
    entity: &'static Entity,
    update: Result<TableUpdate, WireError>,
    of: PhantomData<fn() -> T>,
}

impl<T> UpdateTable<T> {
    pub(crate) fn new(table: TableRef, entity: &'static Entity) -> Self {
        Self { table, entity, update: Ok(TableUpdate::default()), of: PhantomData }
    }

    /// The table has this capacity, in units a second. One that was billed on demand has its indexes' capacities set too:
    /// to those that are asked for here or else declared, or else to the table's.
    pub fn capacity(self, read: u64, write: u64) -> Self {
        self.updated(|update| update.billing = Some(BillingChange::Provisioned(throughput(read, write))))
    }

    /// The table is billed for each request.
    pub fn on_demand(self) -> Self {
        self.updated(|update| update.billing = Some(BillingChange::OnDemand))
    }

    /// A global index has this capacity, in units a second.
    pub fn index_capacity(self, index: impl Into<Cow<'static, str>>, read: u64, write: u64) -> Self {
        self.index(index.into().into_owned(), IndexChange::Capacity(throughput(read, write)))
    }

    /// There is this global index, as it is declared; it is filled with the items that are there. An index of that name
    /// that is there already is left as it is.
    pub fn create_index(mut self, index: impl Into<Cow<'static, str>>) -> Self {
        let name = index.into();
        let declared = indexes_of_entity(&self.table, self.entity).find(|index| index.name == name);
        match declared {
            Some(index) if index.kind == IndexKind::Global => {
                self.index(name.into_owned(), IndexChange::Create(Box::new(index)))
            }
            Some(_) => {
                self.fail(format!("the local index `{name}` can only be made together with its table"));
                self
            }
            None => {
                self.fail(format!("the table's description has no index `{name}`"));
                self
            }
        }
    }

    /// There is no global index of this name. It need not be declared any more.
    pub fn delete_index(self, index: impl Into<Cow<'static, str>>) -> Self {
        self.index(index.into().into_owned(), IndexChange::Delete)
    }

    /// The table has a stream of its changes, whose records hold this. A stream with other records has to be switched off
    /// first, and gets another name.
    pub fn stream(self, view_type: StreamViewType) -> Self {
        self.updated(|update| update.stream = Some(StreamChange::On(view_type)))
    }

    /// The table has no stream.
    pub fn without_stream(self) -> Self {
        self.updated(|update| update.stream = Some(StreamChange::Off))
    }

    /// The table cannot be deleted.
    pub fn deletion_protection(self) -> Self {
        self.updated(|update| update.deletion_protection = Some(true))
    }

    /// The table can be deleted.
    pub fn without_deletion_protection(self) -> Self {
        self.updated(|update| update.deletion_protection = Some(false))
    }

    /// The table is of this class.
    pub fn table_class(self, class: TableClass) -> Self {
        self.updated(|update| update.table_class = Some(class))
    }

    fn updated(mut self, change: impl FnOnce(&mut TableUpdate)) -> Self {
        if let Ok(update) = &mut self.update {
            change(update);
        }
        self
    }

    fn index(mut self, name: String, change: IndexChange) -> Self {
        let Ok(update) = &mut self.update else { return self };
        match update.indexes.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(change)),
            Entry::Occupied(entry) => {
                let problem = format!(
                    "two changes of the index `{}` at once: make an operation of each, which a plan keeps in order",
                    entry.key()
                );
                self.fail(problem);
            }
        }
        self
    }

    fn fail(&mut self, problem: String) {
        if self.update.is_ok() {
            self.update = Err(WireError::new(problem));
        }
    }
}

fn throughput(read_capacity_units: u64, write_capacity_units: u64) -> ProvisionedThroughput {
    ProvisionedThroughput { read_capacity_units, write_capacity_units }
}

impl<T> Operation for UpdateTable<T> {
    type Output = TableDescription;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let update =
            self.update.map_err(|problem| invalid(&self.table, "update of the table", None, problem))?;
        Ok(Task::UpdateTable { table: tables.intern(self.table), update: Box::new(update) })
    }
}
