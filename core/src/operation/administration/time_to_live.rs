//! Time to live: whether the service deletes items after the time that an attribute of theirs holds.
//!
//! See [Time to live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).

use std::marker::PhantomData;

use crate::api::TimeToLiveDescription;
use crate::error::Error;
use crate::operation::{Operation, Task, invalid};
use crate::table::{TableRef, Tables};
use crate::wire::WireError;

administration! {
    /// Asks whether a table's items expire, and by which attribute.
    DescribeTimeToLive -> TimeToLiveDescription, |table| Task::DescribeTimeToLive { table };
}

/// Switches time to live on, by the attribute that the table's type declares, or off. It does nothing where it is so
/// already, and ends when the service has accepted it: it may take an hour to take effect, and the service refuses another
/// change meanwhile.
#[derive(Debug)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct UpdateTimeToLive<T> {
    table: TableRef,
    enabled: bool,
    of: PhantomData<fn() -> T>,
}

impl<T> UpdateTimeToLive<T> {
    pub(crate) fn on(table: TableRef) -> Self {
        Self { table, enabled: true, of: PhantomData }
    }

    pub(crate) fn off(table: TableRef) -> Self {
        Self { table, enabled: false, of: PhantomData }
    }
}

impl<T> Operation for UpdateTimeToLive<T> {
    type Output = TimeToLiveDescription;

    fn into_task(self, tables: &mut Tables) -> Result<Task, Error> {
        let attribute = match &self.table.time_to_live {
            _ if !self.enabled => None,
            Some(attribute) => Some(attribute.clone().into_owned()),
            None => {
                let problem = "the table's description names no attribute that holds when an item expires: declare it \
                               by #[table(ttl)], or in `Description::time_to_live`";
                return Err(invalid(&self.table, "time to live", None, WireError::new(problem)));
            }
        };
        Ok(Task::UpdateTimeToLive { table: tables.intern(self.table), attribute })
    }
}
