//! The plain data of operations, which plans hold and machines carry out.

use serde::{Deserialize, Serialize};

use crate::error::Subject;
use crate::expression::{RangeCondition, UpdateExpression};
use crate::item::Item;
use crate::key::{Key, KeyValue};
use crate::table::{Description, TableId, Tables};
use crate::wire::WireError;

/// The most segments that a table may be scanned in.
pub(super) const MAX_SEGMENTS: u32 = 1_000_000;

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
    },
    /// Deletes one item.
    Delete {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
    },
    /// Changes one item.
    Update {
        /// The table.
        table: TableId,
        /// The item's key.
        key: Key,
        /// The changes.
        update: UpdateExpression,
    },
    /// Reads the items of one hash key.
    Query {
        /// The table.
        table: TableId,
        /// The hash key.
        hash: KeyValue,
        /// Which range keys.
        range: Option<RangeCondition>,
        /// Whether the smallest range key comes first.
        forward: bool,
        /// The most items to return.
        limit: Option<u64>,
        /// Whether every write that was acknowledged before is seen.
        consistent_read: bool,
    },
    /// Reads every item of a table.
    Scan {
        /// The table.
        table: TableId,
        /// How many parts of the table are read at the same time.
        segments: u32,
        /// The most items to return.
        limit: Option<u64>,
        /// Whether every write that was acknowledged before is seen.
        consistent_read: bool,
    },
    /// Creates a table and waits until it is active.
    CreateTable {
        /// The table.
        table: TableId,
    },
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

impl Task {
    /// The table that the task works on.
    #[must_use]
    pub fn table(&self) -> TableId {
        match self {
            Self::Get { table, .. }
            | Self::Put { table, .. }
            | Self::Delete { table, .. }
            | Self::Update { table, .. }
            | Self::Query { table, .. }
            | Self::Scan { table, .. }
            | Self::CreateTable { table }
            | Self::DescribeTable { table }
            | Self::DeleteTable { table } => *table,
        }
    }

    /// The key of the one item that the task works on.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Get { key, .. }
            | Self::Put { key, .. }
            | Self::Delete { key, .. }
            | Self::Update { key, .. } => Some(key),
            _ => None,
        }
    }

    /// What the task does, in a word.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Get { .. } => "get",
            Self::Put { .. } => "put",
            Self::Delete { .. } => "delete",
            Self::Update { .. } => "update",
            Self::Query { .. } => "query",
            Self::Scan { .. } => "scan",
            Self::CreateTable { .. } => "create",
            Self::DescribeTable { .. } => "describe",
            Self::DeleteTable { .. } => "delete of the table",
        }
    }

    /// Whether the task changes one item.
    #[must_use]
    pub fn is_item_write(&self) -> bool {
        matches!(self, Self::Put { .. } | Self::Delete { .. } | Self::Update { .. })
    }

    /// Whether the task creates, describes or deletes a table.
    #[must_use]
    pub fn is_administration(&self) -> bool {
        matches!(self, Self::CreateTable { .. } | Self::DescribeTable { .. } | Self::DeleteTable { .. })
    }

    /// Whether the task only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Get { .. } | Self::Query { .. } | Self::Scan { .. } | Self::DescribeTable { .. })
    }

    /// Checks what its operation saw to when the task was made, for one that was read from outside.
    pub(crate) fn check(&self, table: &Description) -> Result<(), WireError> {
        if let Some(key) = self.key() {
            let names = std::iter::once(&table.keys.hash).chain(&table.keys.range).map(|part| &part.name);
            if !names.eq(key.parts().map(|(name, _)| name)) {
                return Err(WireError::new("its key is none of the table's"));
            }
            table.keys.key(key.hash.1.clone(), key.range.as_ref().map(|(_, value)| value.clone()))?;
        }
        match self {
            Self::Put { key, item, .. } if table.keys.extract(item)? != *key => {
                Err(WireError::new("its item has another key than it"))
            }
            Self::Scan { segments, .. } if !(1..=MAX_SEGMENTS).contains(segments) => {
                Err(WireError::new(format!("a scan has 1 to {MAX_SEGMENTS} segments, not {segments}")))
            }
            Self::Query { range: Some(_), .. } if table.keys.range.is_none() => {
                Err(WireError::new("the table has no range key"))
            }
            _ => Ok(()),
        }
    }

    /// Names the task in errors.
    pub(crate) fn subject(&self, tables: &Tables) -> Box<Subject> {
        Box::new(Subject {
            operation: self.operation().to_owned(),
            table: tables.at(self.table()).name.clone().into_owned(),
            key: self.key().cloned(),
            reads: self.is_read(),
        })
    }
}
