//! Tables and indexes as they were declared, which is also how they stand in the database: as JSON.
//!
//! What a table holds is in [`items`](super::items); what DescribeTable makes of a definition in
//! [`description`](super::description).

use std::collections::BTreeMap;

use dynochemy_core::api::{
    AttributeDefinition, KeySchemaElement, OnDemandThroughput, Projection, ProjectionType,
    ProvisionedThroughput, SseSpecification, StreamSpecification, StreamViewType, TableClass, TableStatus,
    WarmThroughput,
};
use dynochemy_core::{KeyAttribute, KeyShape, Moment};
use serde::{Deserialize, Serialize};

use super::administration::Administration;

/// A table as it was created, or last changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// Never given to another table or index, also after this one is deleted.
    #[serde(skip)]
    pub(crate) id: i64,
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) keys: KeyShape,
    pub(crate) attribute_definitions: Vec<AttributeDefinition>,
    /// Local ones, then global ones, each in the order of their creation.
    pub(crate) indexes: Vec<Index>,
    /// None for a table that is billed on demand.
    pub(crate) throughput: Option<ProvisionedThroughput>,
    pub(crate) created: Moment,
    /// Where it is not active at once.
    #[serde(default)]
    pub(crate) creation: Option<Creation>,
    pub(crate) settings: Settings,
}

/// The time in which a table or index is being created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Creation {
    pub(crate) begins: Moment,
    pub(crate) ends: Moment,
}

impl Creation {
    /// Whether it is going on. A clock that stands before its beginning is another one.
    fn includes(self, now: Moment) -> bool {
        (self.begins..self.ends).contains(&now)
    }
}

/// What is declared of a table besides its keys, indexes and capacity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) deletion_protection: bool,
    /// Since when it is billed on demand.
    pub(crate) on_demand_since: Option<Moment>,
    pub(crate) capacity_changes: CapacityChanges,
    pub(crate) on_demand_throughput: Option<OnDemandThroughput>,
    pub(crate) warm_throughput: Option<WarmThroughput>,
    pub(crate) table_class: Option<TableClass>,
    /// When its class was last changed.
    pub(crate) table_class_changed: Option<Moment>,
    pub(crate) sse_specification: Option<SseSpecification>,
    /// The attribute that says when an item expires.
    pub(crate) time_to_live: Option<String>,
    /// When that was last changed.
    pub(crate) time_to_live_changed: Option<Moment>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) administration: Administration,
    /// Its newest stream.
    pub(crate) stream: Option<LatestStream>,
}

impl Settings {
    /// Whether writes leave more than the item and its entries in indexes.
    pub(crate) fn follows_items(&self) -> bool {
        self.time_to_live.is_some() || self.stream.as_ref().is_some_and(|stream| stream.is_enabled)
    }
}

/// A table's newest stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LatestStream {
    /// As [`Table::id`].
    pub(crate) id: i64,
    /// When it was switched on, as text.
    pub(crate) label: String,
    /// What its records hold.
    pub(crate) view: StreamViewType,
    /// Whether it is on.
    pub(crate) is_enabled: bool,
}

impl LatestStream {
    /// How it was asked for, while it is on.
    pub(crate) fn specification(&self) -> Option<StreamSpecification> {
        self.is_enabled
            .then(|| StreamSpecification { stream_enabled: true, stream_view_type: Some(self.view.clone()) })
    }
}

/// When provisioned capacity was last changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CapacityChanges {
    pub(crate) raised: Option<Moment>,
    pub(crate) lowered: Option<Moment>,
    /// How often it was lowered on the day (UTC) of the last time.
    times_lowered: u64,
}

impl CapacityChanges {
    /// Notes a change from one capacity to another.
    pub(crate) fn note(&mut self, from: ProvisionedThroughput, to: ProvisionedThroughput, now: Moment) {
        if Self::lowers(to, from) {
            self.raised = Some(now);
        }
        if Self::lowers(from, to) {
            self.times_lowered = self.lowered_on_the_day_of(now) + 1;
            self.lowered = Some(now);
        }
    }

    /// Whether a change lowers the capacity to read, to write, or both.
    pub(crate) fn lowers(from: ProvisionedThroughput, to: ProvisionedThroughput) -> bool {
        to.read_capacity_units < from.read_capacity_units
            || to.write_capacity_units < from.write_capacity_units
    }

    /// How often it was lowered on that day.
    pub(crate) fn lowered_on_the_day_of(&self, now: Moment) -> u64 {
        let day = |moment: Moment| moment.as_secs() / 86_400;
        if self.lowered.map(day) == Some(day(now)) { self.times_lowered } else { 0 }
    }
}

/// Whose capacity an index takes, and what a reader sees of what it does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IndexKind {
    Local,
    Global,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Index {
    /// As [`Table::id`].
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) kind: IndexKind,
    /// At least one.
    pub(crate) hash: Vec<KeyAttribute>,
    pub(crate) range: Vec<KeyAttribute>,
    pub(crate) projection: Projection,
    /// Of a global index of a provisioned table.
    pub(crate) throughput: Option<ProvisionedThroughput>,
    #[serde(default)]
    pub(crate) capacity_changes: CapacityChanges,
    /// Where it is not active at once.
    #[serde(default)]
    pub(crate) creation: Option<Creation>,
    #[serde(default)]
    pub(crate) on_demand_throughput: Option<OnDemandThroughput>,
    #[serde(default)]
    pub(crate) warm_throughput: Option<WarmThroughput>,
}

/// What is read: a table, or one of its indexes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) table: &'a Table,
    pub(crate) index: Option<&'a Index>,
}

impl Table {
    /// The table's Amazon resource name, in a region and account that do not exist.
    pub(crate) fn arn(&self) -> String {
        format!("{ARN}{}", self.name)
    }

    /// The stream that its writes leave records in.
    pub(crate) fn stream(&self) -> Option<&LatestStream> {
        self.settings.stream.as_ref().filter(|stream| stream.is_enabled)
    }

    /// Whether it can be used.
    pub(crate) fn is_created(&self, now: Moment) -> bool {
        !self.creation.is_some_and(|creation| creation.includes(now))
    }

    /// Its state: it is being changed while an index is being created.
    pub(crate) fn status(&self, now: Moment) -> TableStatus {
        if !self.is_created(now) {
            TableStatus::Creating
        } else if self.indexes.iter().all(|index| index.is_created(now)) {
            TableStatus::Active
        } else {
            TableStatus::Updating
        }
    }

    /// The table itself, to be read.
    pub(crate) fn source(&self) -> Source<'_> {
        Source { table: self, index: None }
    }

    pub(crate) fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    pub(crate) fn has_local_indexes(&self) -> bool {
        self.indexes.iter().any(|index| index.kind == IndexKind::Local)
    }
}

/// The region that resource names have, and stream records.
pub(crate) const REGION: &str = "local";
const ARN: &str = "arn:aws:dynamodb:local:000000000000:table/";

/// The Amazon resource name of a table's stream.
pub(crate) fn stream_arn(table: &str, label: &str) -> String {
    format!("{ARN}{table}/stream/{label}")
}

impl Index {
    /// The index's Amazon resource name.
    pub(crate) fn arn(&self, table: &Table) -> String {
        format!("{}/index/{}", table.arn(), self.name)
    }

    /// Whether it can be read.
    pub(crate) fn is_created(&self, now: Moment) -> bool {
        !self.creation.is_some_and(|creation| creation.includes(now))
    }

    /// The attributes of its key.
    pub(crate) fn key(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.hash.iter().chain(&self.range)
    }

    pub(crate) fn key_schema(&self) -> Vec<KeySchemaElement> {
        let hash = self.hash.iter().map(|attribute| KeySchemaElement::hash(&*attribute.name));
        let range = self.range.iter().map(|attribute| KeySchemaElement::range(&*attribute.name));
        hash.chain(range).collect()
    }

    /// Whether it holds all attributes of its items.
    pub(crate) fn holds_all(&self) -> bool {
        self.projection.projection_type == Some(ProjectionType::All)
    }

    /// Whether it holds this attribute of its items.
    pub(crate) fn holds(&self, table: &KeyShape, name: &str) -> bool {
        self.holds_all()
            || table.attributes().chain(self.key()).any(|attribute| attribute.name == name)
            || self.projection.non_key_attributes.iter().any(|held| held == name)
    }
}

impl<'a> Source<'a> {
    /// The number under which its items are stored.
    pub(crate) fn id(&self) -> i64 {
        self.index.map_or(self.table.id, |index| index.id)
    }

    pub(crate) fn hash(&self) -> &'a [KeyAttribute] {
        match self.index {
            Some(index) => &index.hash,
            None => std::slice::from_ref(&self.table.keys.hash),
        }
    }

    pub(crate) fn range(&self) -> &'a [KeyAttribute] {
        match self.index {
            Some(index) => &index.range,
            None => self.table.keys.range.as_slice(),
        }
    }

    /// The attributes of its key.
    pub(crate) fn key(&self) -> impl Iterator<Item = &'a KeyAttribute> {
        self.hash().iter().chain(self.range())
    }

    /// The global index that is read, if it is one.
    pub(crate) fn global(&self) -> Option<&'a Index> {
        self.index.filter(|index| index.kind == IndexKind::Global)
    }

    /// The index's position in the table.
    pub(crate) fn position(&self) -> Option<usize> {
        let index = self.index?;
        self.table.indexes.iter().position(|other| other.id == index.id)
    }
}
