//! The plain data of operations, which plans hold and machines carry out.

mod bytes;
mod check;
mod times;

use serde::{Deserialize, Serialize};

use super::administration::{TableUpdate, TableWait, TagChange};
use super::reading::Reading;
use super::scan::Segments;
use super::writing::{Returns, WriteOptions};
use crate::api::{ExecuteStatementInput, ReturnValuesOnConditionCheckFailure};
use crate::error::Subject;
use crate::expression::{Condition, DocumentPath, KeyCondition, UpdateExpression};
use crate::fingerprint::Fingerprint;
use crate::item::Item;
use crate::key::Key;
use crate::partiql;
use crate::request::Request;
use crate::table::{TableDefinition, TableId, Tables};

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

impl TaskItem<'_> {
    /// A hash of the item's table and key.
    pub(crate) fn hash(&self, seed: u64) -> u32 {
        let mut hash = Fingerprint::seeded(seed);
        hash.mix(self.table.position() as u64);
        self.key.feed(&mut hash);
        let hash = hash.finish();
        (hash ^ (hash >> 32)) as u32
    }

    /// Whether both are one item, whatever is done with it.
    pub(crate) fn is_same(&self, other: TaskItem<'_>) -> bool {
        self.table == other.table && self.key.has_values_of(other.key)
    }
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

    /// The actions of a transaction; of any other task itself.
    pub(crate) fn parts(&self) -> &[Self] {
        match self {
            Self::TransactWrite { actions, .. } => actions,
            Self::TransactGet { gets } => gets,
            single => std::slice::from_ref(single),
        }
    }

    /// The items that the task works on by their keys.
    pub(crate) fn items(&self) -> impl Iterator<Item = TaskItem<'_>> {
        self.parts().iter().filter_map(|part| {
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

    /// Whether the task is a write of one item that is sent under a token.
    #[must_use]
    pub fn is_exactly_once(&self) -> bool {
        self.options().is_some_and(|options| options.exactly_once)
    }

    /// Whether the service knows the task again by a token, for as long as it keeps that.
    pub(crate) fn is_under_token(&self) -> bool {
        match self {
            Self::TransactWrite { .. } => true,
            Self::Call { request } => match &**request {
                Request::TransactWriteItems(input) => input.client_request_token.is_some(),
                Request::ExecuteTransaction(_) => request.is_transaction(),
                _ => false,
            },
            task => task.is_exactly_once(),
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
        if self.is_exactly_once() {
            return false;
        }
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
            items: match self {
                Self::TransactWrite { .. } | Self::TransactGet { .. } => {
                    let named =
                        |item: TaskItem<'_>| (tables.at(item.table).name.to_string(), item.key.clone());
                    self.items().map(named).collect()
                }
                _ => Vec::new(),
            },
            reads: self.is_read(),
        })
    }
}
