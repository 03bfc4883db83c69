//! [ListTables](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html) over all its pages.

use crate::error::Error;
use crate::operation::{Operation, Task};
use crate::table::Tables;

/// Asks for the names of all tables of the account in the region, in order. They are names of the service: one that a `Db`
/// maps to its environment (by a prefix, say) is told with that prefix.
///
/// ```
/// use dynochemy_core::operation::ListTables;
///
/// let all = ListTables::new();
/// # let _ = all;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "an operation does nothing until it is run or added to a Solvent"]
pub struct ListTables {
    _private: (),
}

impl ListTables {
    /// All tables.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for ListTables {
    type Output = Vec<String>;

    fn into_task(self, _: &mut Tables) -> Result<Task, Error> {
        Ok(Task::ListTables)
    }
}
