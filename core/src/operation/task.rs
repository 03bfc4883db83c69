//! The plain data of operations, which plans hold and machines carry out.

mod times;

use serde::{Deserialize, Serialize};

use super::administration::{TableUpdate, TableWait, TagChange};
use super::reading::Reading;
use super::scan::Segments;
use super::writing::{Returns, WriteOptions};
use super::{call, transaction};
use crate::api::{ExecuteStatementInput, ReturnValuesOnConditionCheckFailure};
use crate::error::Subject;
use crate::expression::{Condition, DocumentPath, KeyCondition, UpdateExpression};
use crate::item::Item;
use crate::key::Key;
use crate::partiql;
use crate::request::Request;
use crate::table::{Description, TableDefinition, TableId, Tables};
use crate::wire::WireError;

/// An operation as plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Task {
    /// Reads one item.
    Get {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// Whether every write that was acknowledged before is seen.
        consistent_read: bool,
        /// The attributes to return; all where this is empty.
        #[serde(default)]
        projection: Vec<DocumentPath>,
    },
    /// Writes one item.
    Put {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// The item.
        item: Item,
        /// The item's size in bytes, as DynamoDB counts it.
        size: u32,
        /// What is asked beyond that.
        #[serde(default)]
        options: Option<Box<WriteOptions>>,
    },
    /// Deletes one item.
    Delete {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// What is asked beyond that.
        #[serde(default)]
        options: Option<Box<WriteOptions>>,
    },
    /// Changes one item.
    Update {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// The changes.
        update: UpdateExpression,
        /// What is asked beyond that.
        #[serde(default)]
        options: Option<Box<WriteOptions>>,
    },
    /// Checks a condition on one item.
    Check {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// What must hold.
        condition: Box<Condition>,
        /// Whether the item that failed the condition is told.
        on_failure: ReturnValuesOnConditionCheckFailure,
    },
    /// Reads the items of one hash key.
    Query {
        /// The table.
        table: TableId,
        /// Which items.
        condition: Box<KeyCondition>,
        /// Whether the smallest range key comes first.
        forward: bool,
        /// What its cursors must be of.
        fingerprint: u64,
        /// How they are read.
        reading: Box<Reading>,
    },
    /// Reads every item of a table or index.
    Scan {
        /// The table.
        table: TableId,
        /// Which parts of the table are read.
        segments: Segments,
        /// What its cursors must be of.
        fingerprint: u64,
        /// How they are read.
        reading: Box<Reading>,
    },
    /// Writes and checks, all or none.
    TransactWrite {
        /// The writes and checks.
        actions: Vec<Task>,
        /// The token, where the user named one.
        token: Option<String>,
    },
    /// Reads of several items at one moment.
    TransactGet {
        /// The gets.
        gets: Vec<Task>,
    },
    /// A PartiQL statement that answers items, over all pages.
    Statement {
        /// The first page's request.
        input: Box<ExecuteStatementInput>,
        /// The most items to return.
        limit: Option<u64>,
    },
    /// A call of the API as it is.
    Call {
        /// The request.
        request: Box<Request>,
    },
    /// Creates a table and waits until it is active.
    CreateTable {
        /// The table.
        table: TableId,
        /// What it is to be.
        definition: Box<TableDefinition>,
    },
    /// Creates what is missing of a table.
    EnsureTable {
        /// The table.
        table: TableId,
        /// What it is to be.
        definition: Box<TableDefinition>,
    },
    /// Changes a table and waits until it is active again.
    UpdateTable {
        /// The table.
        table: TableId,
        /// What is to hold of it.
        update: Box<TableUpdate>,
    },
    /// Waits for a table.
    AwaitTable {
        /// The table.
        table: TableId,
        /// What for.
        until: TableWait,
    },
    /// Asks whether a table's items expire.
    DescribeTimeToLive {
        /// The table.
        table: TableId,
    },
    /// Lets a table's items expire, or not any more.
    UpdateTimeToLive {
        /// The table.
        table: TableId,
        /// The attribute that holds when; none for not any more.
        attribute: Option<String>,
    },
    /// Asks for a table's tags.
    ListTags {
        /// The table.
        table: TableId,
    },
    /// Changes a table's tags.
    ChangeTags {
        /// The table.
        table: TableId,
        /// How.
        change: TagChange,
    },
    /// Asks for the names of all tables.
    ListTables,
    /// Asks for a table's state.
    DescribeTable {
        /// The table.
        table: TableId,
    },
    /// Deletes a table and waits until it is gone.
    DeleteTable {
        /// The table.
        table: TableId,
    },
}

/// An item that a task works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskItem<'a> {
    pub(crate) table: TableId,
    pub(crate) key: &'a Key,
    /// Whether it may change the item.
    pub(crate) write: bool,
}

impl Task {
    /// The one table that the task works on; none for transactions and calls of the API.
    #[must_use]
    pub fn table(&self) -> Option<TableId> {
        match self {
            Self::Get { table, .. }
            | Self::Put { table, .. }
            | Self::Delete { table, .. }
            | Self::Update { table, .. }
            | Self::Check { table, .. }
            | Self::Query { table, .. }
            | Self::Scan { table, .. }
            | Self::CreateTable { table, .. }
            | Self::EnsureTable { table, .. }
            | Self::UpdateTable { table, .. }
            | Self::AwaitTable { table, .. }
            | Self::DescribeTimeToLive { table }
            | Self::UpdateTimeToLive { table, .. }
            | Self::ListTags { table }
            | Self::ChangeTags { table, .. }
            | Self::DescribeTable { table }
            | Self::DeleteTable { table } => Some(*table),
            Self::TransactWrite { .. }
            | Self::TransactGet { .. }
            | Self::Statement { .. }
            | Self::Call { .. }
            | Self::ListTables => None,
        }
    }

    /// The key of the one item that the task works on.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Get { key, .. }
            | Self::Put { key, .. }
            | Self::Delete { key, .. }
            | Self::Update { key, .. }
            | Self::Check { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The items that the task works on by their keys.
    pub(crate) fn items(&self) -> impl Iterator<Item = TaskItem<'_>> {
        let parts = match self {
            Self::TransactWrite { actions, .. } => actions.as_slice(),
            Self::TransactGet { gets } => gets.as_slice(),
            single => std::slice::from_ref(single),
        };
        parts.iter().filter_map(|part| {
            let (table, key) = (part.table()?, part.key()?);
            Some(TaskItem { table, key, write: part.is_item_write() })
        })
    }

    /// What the task does, in a word.
    #[must_use]
    pub fn operation(&self) -> &str {
        match self {
            Self::Get { .. } => "get",
            Self::Put { .. } => "put",
            Self::Delete { .. } => "delete",
            Self::Update { .. } => "update",
            Self::Check { .. } => "check",
            Self::Query { .. } => "query",
            Self::Scan { .. } => "scan",
            Self::TransactWrite { .. } => "transaction",
            Self::TransactGet { .. } => "reading transaction",
            Self::Statement { .. } => "statement",
            Self::Call { request } => request.name(),
            Self::CreateTable { .. } => "create",
            Self::DescribeTable { .. } => "describe",
            Self::DeleteTable { .. } => "delete of the table",
            Self::EnsureTable { .. } => "ensure",
            Self::UpdateTable { .. } => "update of the table",
            Self::AwaitTable { .. } => "wait",
            Self::DescribeTimeToLive { .. } => "describe of the time to live",
            Self::UpdateTimeToLive { .. } => "time to live",
            Self::ListTags { .. } => "list of the tags",
            Self::ChangeTags { .. } => "change of the tags",
            Self::ListTables => "list of all tables",
        }
    }

    /// What is asked of a write of one item.
    #[must_use]
    pub fn options(&self) -> Option<&WriteOptions> {
        match self {
            Self::Put { options, .. } | Self::Delete { options, .. } | Self::Update { options, .. } => {
                options.as_deref()
            }
            _ => None,
        }
    }

    pub(crate) fn options_mut(&mut self) -> Option<&mut WriteOptions> {
        match self {
            Self::Put { options, .. } | Self::Delete { options, .. } | Self::Update { options, .. } => {
                options.as_deref_mut()
            }
            _ => None,
        }
    }

    /// Whether the task changes one item.
    #[must_use]
    pub fn is_item_write(&self) -> bool {
        matches!(self, Self::Put { .. } | Self::Delete { .. } | Self::Update { .. })
    }

    /// Whether the task is about a table as such, and not about its items.
    #[must_use]
    pub fn is_administration(&self) -> bool {
        matches!(
            self,
            Self::CreateTable { .. }
                | Self::EnsureTable { .. }
                | Self::UpdateTable { .. }
                | Self::AwaitTable { .. }
                | Self::DescribeTable { .. }
                | Self::DeleteTable { .. }
                | Self::DescribeTimeToLive { .. }
                | Self::UpdateTimeToLive { .. }
                | Self::ListTags { .. }
                | Self::ChangeTags { .. }
        )
    }

    /// Whether the task only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        match self {
            Self::Get { .. }
            | Self::Check { .. }
            | Self::Query { .. }
            | Self::Scan { .. }
            | Self::TransactGet { .. }
            | Self::DescribeTable { .. }
            | Self::AwaitTable { .. }
            | Self::DescribeTimeToLive { .. }
            | Self::ListTags { .. }
            | Self::ListTables => true,
            Self::Statement { input, .. } => partiql::is_read(&input.statement),
            Self::Call { request } => request.is_read(),
            _ => false,
        }
    }

    /// Whether the task can be carried out twice and leave the same behind, and the same answer.
    pub(crate) fn is_repeatable(&self) -> bool {
        let plain = |options: &Option<Box<WriteOptions>>| {
            options
                .as_ref()
                .is_none_or(|options| options.condition.is_none() && options.returns == Returns::Nothing)
        };
        match self {
            // What a put has written is known without asking again.
            Self::Put { options, .. } => options
                .as_ref()
                .is_none_or(|options| options.condition.is_none() && options.returns != Returns::Old),
            Self::Delete { options, .. } => plain(options),
            Self::Update { update, options, .. } => update.is_idempotent() && plain(options),
            Self::TransactWrite { .. } => false,
            Self::Statement { .. } => self.is_read(),
            Self::Call { request } => request.is_repeatable(),
            _ => true,
        }
    }

    /// Checks its expressions against the service's limits.
    pub(crate) fn check_limits(&self) -> Result<(), WireError> {
        if let Some(condition) = self.options().and_then(|options| options.condition.as_ref()) {
            condition.check_limits()?;
        }
        match self {
            Self::Get { projection, .. } if !projection.is_empty() => {
                DocumentPath::check_projection_limits(projection)
            }
            Self::Update { update, .. } => update.check_limits(),
            Self::Check { condition, .. } => condition.check_limits(),
            Self::Query { condition, reading, .. } => {
                condition.check_limits()?;
                reading.check_limits()
            }
            Self::Scan { reading, .. } => reading.check_limits(),
            Self::TransactWrite { actions: parts, .. } | Self::TransactGet { gets: parts } => {
                parts.iter().try_for_each(Self::check_limits)
            }
            _ => Ok(()),
        }
    }

    /// Checks what its operation saw to when the task was made, for one that was read from outside.
    pub(crate) fn check(&self, tables: &Tables) -> Result<(), WireError> {
        match self {
            Self::TransactWrite { actions: parts, .. } | Self::TransactGet { gets: parts } => {
                let writes = matches!(self, Self::TransactWrite { .. });
                for part in parts {
                    let fits = match part {
                        Self::Get { .. } => !writes,
                        part => writes && part.key().is_some(),
                    };
                    if !fits {
                        return Err(WireError::new(format!(
                            "a {} cannot be in a transaction",
                            part.operation()
                        )));
                    }
                    part.check(tables)?;
                }
                transaction::check(parts, parts.len())
            }
            Self::Call { request } => call::check(request),
            _ => match self.table() {
                Some(table) if tables.holds(table) => self.check_on(tables.at(table)),
                Some(_) => Err(WireError::new("it names a table that the plan does not describe")),
                None => Ok(()),
            },
        }
    }

    fn check_on(&self, table: &Description) -> Result<(), WireError> {
        if let Some(key) = self.key() {
            let names = std::iter::once(&table.keys.hash).chain(&table.keys.range).map(|part| &part.name);
            if !names.eq(key.parts().map(|(name, _)| name)) {
                return Err(WireError::new("its key is none of the table's"));
            }
            table.keys.key(key.hash.1.clone(), key.range.as_ref().map(|(_, value)| value.clone()))?;
        }
        match self {
            Self::CreateTable { definition, .. } | Self::EnsureTable { definition, .. }
                if definition.keys != table.keys =>
            {
                Err(WireError::new("it defines the table with other keys"))
            }
            Self::Put { key, item, .. } if table.keys.extract(item)? != *key => {
                Err(WireError::new("its item has another key than it"))
            }
            Self::Scan { segments, .. } => segments.check(),
            Self::Query { condition, .. } if condition.equal.is_empty() => {
                Err(WireError::new("it has no hash key"))
            }
            _ => Ok(()),
        }
    }

    /// Names the task in errors.
    pub(crate) fn subject(&self, tables: &Tables) -> Box<Subject> {
        let table = match self.table() {
            Some(table) => tables.at(table).name.clone().into_owned(),
            None => {
                let mut names: Vec<&str> = self.items().map(|item| &*tables.at(item.table).name).collect();
                names.sort_unstable();
                names.dedup();
                names.join(", ")
            }
        };
        Box::new(Subject {
            operation: self.operation().to_owned(),
            table,
            key: self.key().cloned(),
            reads: self.is_read(),
        })
    }
}
