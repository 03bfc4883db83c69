//! What a table is to be when it is created, and what becomes of it in calls of the API.
//!
//! A [`TableDefinition`] is what the types of one table declare of it together, with what is asked beyond that. It is
//! not what the service says of a table ([`TableDescription`](crate::api::TableDescription)); how the two differ is told
//! by [`Difference`]s.

mod difference;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Description, Entity, IndexDescription, IndexKind, IndexProjection};
use crate::api::{
    AttributeDefinition, CreateTableInput, GlobalSecondaryIndex, KeySchemaElement, LocalSecondaryIndex,
    Projection, ProvisionedThroughput, StreamSpecification, StreamViewType, TableClass, Tag,
};
use crate::key::KeyShape;
use crate::wire::{ENTITY_ATTRIBUTE, WireError};

pub use difference::{Aspect, Difference};

/// What a table is to be: what its types declare of it, and what is asked beyond that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDefinition {
    /// Its key attributes.
    pub keys: KeyShape,
    /// Its indexes.
    pub indexes: Vec<IndexDescription>,
    /// The attribute that holds the time after which the service deletes an item.
    pub time_to_live: Option<Cow<'static, str>>,
    /// Its capacity; a table without one is billed on demand.
    pub throughput: Option<ProvisionedThroughput>,
    /// What the records of its stream hold; `None` where no stream is asked for.
    pub stream: Option<StreamViewType>,
    /// The tags that it is created with.
    pub tags: BTreeMap<String, String>,
    /// Whether it is to be protected from being deleted.
    pub deletion_protection: bool,
    /// Its class, where one is asked for.
    pub table_class: Option<TableClass>,
}

impl TableDefinition {
    /// What one type declares of its table.
    #[must_use]
    pub fn new(description: &Description, entity: &Entity) -> Self {
        let throughput = match (description.read_capacity, description.write_capacity) {
            (Some(read_capacity_units), Some(write_capacity_units)) => {
                Some(ProvisionedThroughput { read_capacity_units, write_capacity_units })
            }
            _ => None,
        };
        Self {
            keys: description.keys.clone(),
            indexes: indexes_of_entity(description, entity).collect(),
            time_to_live: description.time_to_live.clone(),
            throughput,
            stream: None,
            tags: BTreeMap::new(),
            deletion_protection: false,
            table_class: None,
        }
    }

    /// Adds what another type of the same table declares of it.
    ///
    /// # Errors
    /// When the two contradict each other: in the keys, the capacity, the time to live, or an index of the same name.
    pub(crate) fn join(&mut self, other: Self) -> Result<(), WireError> {
        if other.keys != self.keys {
            let (ours, theirs) = (difference::table_keys(&self.keys), difference::table_keys(&other.keys));
            let problem = format!("its types declare different keys of the table: {ours}, and {theirs}");
            return Err(WireError::new(problem));
        }
        for index in other.indexes {
            match self.indexes.iter_mut().find(|known| known.name == index.name) {
                None => self.indexes.push(index),
                Some(known) => join_index(known, index)?,
            }
        }
        join_option(&mut self.time_to_live, other.time_to_live, "attributes for the time to live")?;
        join_option(&mut self.throughput, other.throughput, "capacities")
    }

    /// The request that creates the table; time to live has one of its own, which is sent when the table is active.
    #[must_use]
    pub fn input(&self, table_name: impl Into<String>) -> CreateTableInput {
        let mut input = CreateTableInput::new(table_name, &self.keys);
        if let Some(throughput) = self.throughput {
            input = input.provisioned(throughput);
        }
        for index in &self.indexes {
            for definition in index_attributes(index) {
                if !input.attribute_definitions.contains(&definition) {
                    input.attribute_definitions.push(definition);
                }
            }
            match index.kind {
                IndexKind::Global => {
                    input.global_secondary_indexes.push(global_index(index, self.throughput));
                }
                IndexKind::Local => input.local_secondary_indexes.push(local_index(index)),
            }
        }
        CreateTableInput {
            stream_specification: self.stream.clone().map(|view_type| StreamSpecification {
                stream_enabled: true,
                stream_view_type: Some(view_type),
            }),
            tags: self.tags.iter().map(|(key, value)| Tag::new(key, value)).collect(),
            table_class: self.table_class.clone(),
            deletion_protection_enabled: self.deletion_protection.then_some(true),
            ..input
        }
    }
}

/// The indexes that a type declares. Where several types share a table, an index that holds some attributes by name has
/// to hold the items' types too: without them, one type's query would be answered with the items of others.
pub(crate) fn indexes_of_entity(
    description: &Description,
    entity: &Entity,
) -> impl Iterator<Item = IndexDescription> {
    description.indexes.iter().map(|index| {
        let mut index = index.clone();
        if let (Some(_), IndexProjection::Include(attributes)) = (entity.name, &mut index.projection)
            && !attributes.iter().any(|attribute| attribute == ENTITY_ATTRIBUTE)
        {
            attributes.to_mut().push(Cow::Borrowed(ENTITY_ATTRIBUTE));
        }
        index
    })
}

/// Adds what another type declares of the same index: attributes that are included by name come together.
fn join_index(known: &mut IndexDescription, other: IndexDescription) -> Result<(), WireError> {
    if let (IndexProjection::Include(held), IndexProjection::Include(more)) =
        (&mut known.projection, &other.projection)
    {
        let missing: Vec<_> = more.iter().filter(|attribute| !held.contains(attribute)).cloned().collect();
        held.to_mut().extend(missing);
    }
    let projections = match (&known.projection, &other.projection) {
        (IndexProjection::Include(_), IndexProjection::Include(_)) => true,
        (known, other) => known == other,
    };
    let same = projections
        && known.kind == other.kind
        && known.hash == other.hash
        && known.range == other.range
        && (known.read_capacity, known.write_capacity) == (other.read_capacity, other.write_capacity);
    if same {
        return Ok(());
    }
    let problem = format!("its types declare different indexes by the name `{}`", known.name);
    Err(WireError::new(problem))
}

fn join_option<T: PartialEq>(known: &mut Option<T>, other: Option<T>, what: &str) -> Result<(), WireError> {
    match (&*known, other) {
        (Some(known), Some(other)) if *known != other => {
            Err(WireError::new(format!("its types declare different {what}")))
        }
        (None, other) => {
            *known = other;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The definitions of an index's key attributes.
pub(crate) fn index_attributes(index: &IndexDescription) -> Vec<AttributeDefinition> {
    index.key().map(AttributeDefinition::from).collect()
}

/// A global index to be created; where it names no capacity of its own, it has the table's.
pub(crate) fn global_index(
    index: &IndexDescription,
    of_table: Option<ProvisionedThroughput>,
) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: index.name.clone().into_owned(),
        key_schema: key_schema(index),
        projection: projection(&index.projection),
        provisioned_throughput: index_throughput(index, of_table),
        ..GlobalSecondaryIndex::default()
    }
}

fn local_index(index: &IndexDescription) -> LocalSecondaryIndex {
    LocalSecondaryIndex {
        index_name: index.name.clone().into_owned(),
        key_schema: key_schema(index),
        projection: projection(&index.projection),
    }
}

/// The capacity of an index: its own or the table's; none where the table is billed on demand.
fn index_throughput(
    index: &IndexDescription,
    of_table: Option<ProvisionedThroughput>,
) -> Option<ProvisionedThroughput> {
    let of_table = of_table?;
    Some(ProvisionedThroughput {
        read_capacity_units: index.read_capacity.unwrap_or(of_table.read_capacity_units),
        write_capacity_units: index.write_capacity.unwrap_or(of_table.write_capacity_units),
    })
}

fn key_schema(index: &IndexDescription) -> Vec<KeySchemaElement> {
    let hash = index.hash.iter().map(|attribute| KeySchemaElement::hash(attribute.name.clone()));
    let range = index.range.iter().map(|attribute| KeySchemaElement::range(attribute.name.clone()));
    hash.chain(range).collect()
}

fn projection(declared: &IndexProjection) -> Projection {
    match declared {
        IndexProjection::All => Projection::all(),
        IndexProjection::KeysOnly => Projection::keys_only(),
        IndexProjection::Include(attributes) => Projection::include(attributes.iter().cloned()),
    }
}
