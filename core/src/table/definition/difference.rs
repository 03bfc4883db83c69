//! How a table of the service differs from what its types declare of it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{TableDefinition, index_throughput, key_schema, projection};
use crate::api::{
    AttributeDefinition, KeySchemaElement, KeyType, Projection, ProjectionType, ProvisionedThroughput,
    ProvisionedThroughputDescription, TableDescription,
};
use crate::key::KeyShape;
use crate::table::{IndexDescription, IndexKind};

/// Something in which a table of the service is not as its types declare it, and which nothing but a decision of yours can
/// change: `index `by_name`: the projection is declared as ALL and is KEYS_ONLY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub aspect: Aspect,
    /// The index that it is about; the table itself where this is `None`.
    pub index: Option<String>,
    /// What the types declare, in words.
    pub declared: String,
    /// What the service says, in words.
    pub found: String,
}

/// In what a table or index can differ from its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Aspect {
    /// The key attributes, which can never be changed: it takes another table or index.
    Keys,
    /// Whether there is such an index. Global ones that are superfluous can be deleted; local ones are made together with
    /// the table.
    Existence,
    /// Which attributes an index holds. An index with others has to be made under another name.
    Projection,
    /// The capacity, or that it is billed on demand.
    Capacity,
    /// The attribute that holds the time after which an item is deleted.
    TimeToLive,
    /// The stream of changes.
    Stream,
    /// The protection from being deleted.
    DeletionProtection,
    /// The table's class.
    TableClass,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keys => "the key",
            Self::Existence => "it",
            Self::Projection => "the projection",
            Self::Capacity => "the capacity",
            Self::TimeToLive => "the time to live",
            Self::Stream => "the stream",
            Self::DeletionProtection => "the protection from being deleted",
            Self::TableClass => "the class",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.index {
            Some(index) => write!(f, "index `{index}`: ")?,
            None => f.write_str("the table: ")?,
        }
        write!(f, "{} is declared as {} and is {}", self.aspect, self.declared, self.found)
    }
}

impl Difference {
    pub(crate) fn of_table(aspect: Aspect, declared: impl Into<String>, found: impl Into<String>) -> Self {
        Self { aspect, index: None, declared: declared.into(), found: found.into() }
    }

    fn of_index(aspect: Aspect, index: &str, declared: impl Into<String>, found: impl Into<String>) -> Self {
        Self { index: Some(index.to_owned()), ..Self::of_table(aspect, declared, found) }
    }
}

impl TableDefinition {
    /// In what a table of the service differs from this definition. Left out are time to live, which a table's description
    /// does not tell; global indexes that are missing, since those are to be created; and tags.
    #[must_use]
    pub fn differences(&self, table: &TableDescription) -> Vec<Difference> {
        let mut differences = Vec::new();
        if table.key_shape().as_ref() != Some(&self.keys) {
            let found = keys(&table.key_schema, &table.attribute_definitions);
            differences.push(Difference::of_table(Aspect::Keys, table_keys(&self.keys), found));
        }
        let provisioned = table.provisioned();
        if provisioned != self.throughput {
            let (declared, found) = (capacity(self.throughput), capacity(provisioned));
            differences.push(Difference::of_table(Aspect::Capacity, declared, found));
        }
        differences.extend(self.indexes.iter().flat_map(|index| self.index_differences(index, table)));
        differences.extend(self.superfluous_indexes(table));
        differences.extend(self.option_differences(table));
        differences
    }

    /// The global indexes that a table of the service lacks.
    pub(crate) fn missing_indexes<'a>(
        &'a self,
        table: &'a TableDescription,
    ) -> impl Iterator<Item = &'a IndexDescription> {
        let global = self.indexes.iter().filter(|index| index.kind == IndexKind::Global);
        // One that goes by the same name and is local is a difference.
        global.filter(|index| Found::of(table).all(|found| found.name != index.name))
    }

    fn index_differences(&self, index: &IndexDescription, table: &TableDescription) -> Vec<Difference> {
        let declared_keys = keys(&key_schema(index), &super::index_attributes(index));
        let declared = format!("{} index of {declared_keys}", kind_name(index.kind));
        let differs = |aspect, declared: String, found: String| {
            Difference::of_index(aspect, &index.name, declared, found)
        };
        let Some(found) = Found::of(table).find(|found| found.name == index.name) else {
            return match index.kind {
                IndexKind::Global => Vec::new(),
                IndexKind::Local => vec![differs(Aspect::Existence, declared, "not there".to_owned())],
            };
        };
        if found.kind != index.kind {
            return vec![differs(Aspect::Existence, declared, found.summary(table))];
        }
        let mut differences = Vec::new();
        let found_keys = keys(found.key_schema, &table.attribute_definitions);
        if found_keys != declared_keys {
            differences.push(differs(Aspect::Keys, declared_keys, found_keys));
        }
        let (declared, held) = (attributes(&projection(&index.projection)), attributes(found.projection));
        if declared != held {
            differences.push(differs(Aspect::Projection, declared, held));
        }
        let provisioned = found.throughput.and_then(|throughput| throughput.provisioned());
        let wanted = index_throughput(index, self.throughput);
        // That the table is billed in another way is told already.
        if index.kind == IndexKind::Global
            && table.provisioned().is_some()
            && self.throughput.is_some()
            && provisioned != wanted
        {
            differences.push(differs(Aspect::Capacity, capacity(wanted), capacity(provisioned)));
        }
        differences
    }

    fn superfluous_indexes(&self, table: &TableDescription) -> Vec<Difference> {
        let undeclared = |found: &Found<'_>| !self.indexes.iter().any(|index| index.name == found.name);
        Found::of(table)
            .filter(undeclared)
            .map(|found| {
                Difference::of_index(Aspect::Existence, found.name, "not there", found.summary(table))
            })
            .collect()
    }

    /// What was asked for beyond what types declare.
    fn option_differences(&self, table: &TableDescription) -> Vec<Difference> {
        let mut differences = Vec::new();
        if let Some(declared) = &self.stream {
            let stream = table.stream_specification.as_ref().filter(|stream| stream.stream_enabled);
            let found = stream.and_then(|stream| stream.stream_view_type.as_ref());
            if found != Some(declared) {
                let found = found.map_or("off", |found| found.name());
                differences.push(Difference::of_table(Aspect::Stream, declared.name(), found));
            }
        }
        if self.deletion_protection && table.deletion_protection_enabled != Some(true) {
            differences.push(Difference::of_table(Aspect::DeletionProtection, "on", "off"));
        }
        if let Some(declared) = &self.table_class {
            // The service tells no class of a table that never had another.
            let summary = table.table_class_summary.as_ref();
            let found = summary
                .and_then(|summary| summary.table_class.as_ref())
                .map_or("STANDARD", |class| class.name());
            if found != declared.name() {
                differences.push(Difference::of_table(Aspect::TableClass, declared.name(), found));
            }
        }
        differences
    }
}

/// An index of the service, of either kind.
struct Found<'a> {
    name: &'a str,
    kind: IndexKind,
    key_schema: &'a [KeySchemaElement],
    projection: &'a Projection,
    throughput: Option<ProvisionedThroughputDescription>,
}

impl<'a> Found<'a> {
    fn of(table: &'a TableDescription) -> impl Iterator<Item = Self> {
        let global = table.global_secondary_indexes.iter().map(|index| Self {
            name: &index.index_name,
            kind: IndexKind::Global,
            key_schema: &index.key_schema,
            projection: &index.projection,
            throughput: index.provisioned_throughput,
        });
        let local = table.local_secondary_indexes.iter().map(|index| Self {
            name: &index.index_name,
            kind: IndexKind::Local,
            key_schema: &index.key_schema,
            projection: &index.projection,
            throughput: None,
        });
        global.chain(local)
    }

    fn summary(&self, table: &TableDescription) -> String {
        let keys = keys(self.key_schema, &table.attribute_definitions);
        format!("{} index of {keys}", kind_name(self.kind))
    }
}

fn kind_name(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::Global => "a global",
        IndexKind::Local => "a local",
    }
}

/// Key attributes in words: `user (S), time (N)`; those of the range key after a semicolon where there are several.
fn keys(schema: &[KeySchemaElement], definitions: &[AttributeDefinition]) -> String {
    let of_type = |wanted: KeyType| {
        let elements = schema.iter().filter(move |element| element.key_type == wanted);
        let named = elements.map(|element| {
            let name = &element.attribute_name;
            let defined = definitions.iter().find(|definition| definition.attribute_name == *name);
            let kind = defined.map_or("?".to_owned(), |definition| definition.attribute_type.to_string());
            format!("{name} ({kind})")
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let (hash, range) = (of_type(KeyType::Hash), of_type(KeyType::Range));
    if range.is_empty() { format!("hash {hash}") } else { format!("hash {hash} and range {range}") }
}

/// The key attributes of a table in words.
pub(super) fn table_keys(shape: &KeyShape) -> String {
    keys(&KeySchemaElement::of(shape), &AttributeDefinition::of(shape))
}

/// What an index holds in words; the order of attributes means nothing.
fn attributes(projection: &Projection) -> String {
    match &projection.projection_type {
        Some(ProjectionType::Include) => {
            let names: BTreeSet<&str> = projection.non_key_attributes.iter().map(String::as_str).collect();
            format!("INCLUDE of {}", names.into_iter().collect::<Vec<_>>().join(", "))
        }
        Some(other) => other.name().to_owned(),
        None => "nothing".to_owned(),
    }
}

fn capacity(throughput: Option<ProvisionedThroughput>) -> String {
    match throughput {
        None => "on demand".to_owned(),
        Some(ProvisionedThroughput { read_capacity_units, write_capacity_units }) => {
            format!("{read_capacity_units} read and {write_capacity_units} write units a second")
        }
    }
}
