//! Secondary indexes: their keys, names, projections and numbers.
//!
//! See [Secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html).

use dynochemy_core::api::{
    AttributeDefinition, GlobalSecondaryIndex, LocalSecondaryIndex, Projection, ProjectionType,
};
use dynochemy_core::{KeyShape, Rejection};

use super::check_name;
use super::keys::{self, KeyAttributes};
use crate::failure::{constraint, invalid};
use crate::storage::{Index, IndexKind};

const MAX_LOCAL: usize = 5;
pub(crate) const MAX_GLOBAL: usize = 20;
/// The most attributes that one index lists.
const MAX_INCLUDED: usize = 20;
/// The most attributes that all indexes of a table list.
const MAX_INCLUDED_IN_ALL: usize = 100;

/// The bounds of each member on its own, which come before anything else.
pub(crate) fn check_local_members(index: &LocalSecondaryIndex, member: &str) -> Result<(), Box<Rejection>> {
    check_name(&index.index_name, &format!("{member}.indexName"))?;
    keys::check_lengths(&index.key_schema, &format!("{member}.keySchema"), keys::MAX_ELEMENTS)?;
    check_projection_members(&index.projection, &format!("{member}.projection"))
}

/// As [`check_local_members`], of a global index.
pub(crate) fn check_global_members(index: &GlobalSecondaryIndex, member: &str) -> Result<(), Box<Rejection>> {
    check_name(&index.index_name, &format!("{member}.indexName"))?;
    keys::check_lengths(&index.key_schema, &format!("{member}.keySchema"), keys::MAX_GLOBAL_ELEMENTS)?;
    check_projection_members(&index.projection, &format!("{member}.projection"))?;
    match index.provisioned_throughput {
        Some(throughput) => {
            super::capacity::check_units(throughput, &format!("{member}.provisionedThroughput"))
        }
        None => Ok(()),
    }
}

/// A local index of a table; it gets its number later.
pub(crate) fn local_index(
    declared: &LocalSecondaryIndex,
    table: &KeyShape,
    definitions: &[AttributeDefinition],
) -> Result<Index, Box<Rejection>> {
    let LocalSecondaryIndex { index_name: name, key_schema, projection } = declared;
    let key = keys::local_key(key_schema, definitions)?;
    if key.range.is_empty() {
        return Err(invalid(format!("Index KeySchema does not have a range key for index: {name}")));
    }
    if key.hash[0].name != table.hash.name {
        return Err(invalid(format!(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index hash \
             key: {}, table hash key: {}",
            key.hash[0].name, table.hash.name
        )));
    }
    new_index(name, IndexKind::Local, key, projection)
}

/// A global index without its capacity; it gets its number later.
pub(crate) fn global_index(
    declared: &GlobalSecondaryIndex,
    definitions: &[AttributeDefinition],
) -> Result<Index, Box<Rejection>> {
    let key = keys::global_key(&declared.key_schema, definitions)?;
    new_index(&declared.index_name, IndexKind::Global, key, &declared.projection)
}

/// What is checked of all indexes of a new table together.
pub(crate) fn check_indexes(indexes: &[Index]) -> Result<(), Box<Rejection>> {
    for (position, index) in indexes.iter().enumerate() {
        if indexes[..position].iter().any(|other| other.name == index.name) {
            return Err(invalid(format!("Duplicate index name: {}", index.name)));
        }
    }
    let count = |kind| indexes.iter().filter(|index| index.kind == kind).count();
    if count(IndexKind::Local) > MAX_LOCAL {
        return Err(invalid(format!(
            "Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL}"
        )));
    }
    if count(IndexKind::Global) > MAX_GLOBAL {
        return Err(invalid(format!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL}"
        )));
    }
    check_included(indexes)
}

/// How many attributes the indexes of a table list.
pub(crate) fn check_included(indexes: &[Index]) -> Result<(), Box<Rejection>> {
    let included: usize = indexes.iter().map(|index| index.projection.non_key_attributes.len()).sum();
    if included > MAX_INCLUDED_IN_ALL {
        return Err(invalid(format!(
            "The total number of NonKeyAttributes of all indexes exceeds the limit of {MAX_INCLUDED_IN_ALL}"
        )));
    }
    Ok(())
}

fn new_index(
    name: &str,
    kind: IndexKind,
    key: KeyAttributes,
    projection: &Projection,
) -> Result<Index, Box<Rejection>> {
    check_projection(projection)?;
    Ok(Index {
        id: 0,
        name: name.to_owned(),
        kind,
        hash: key.hash,
        range: key.range,
        projection: projection.clone(),
        throughput: None,
        capacity_changes: Default::default(),
        creation: None,
        on_demand_throughput: None,
        warm_throughput: None,
    })
}

fn check_projection_members(projection: &Projection, member: &str) -> Result<(), Box<Rejection>> {
    let listed = projection.non_key_attributes.len();
    if listed > MAX_INCLUDED {
        let given = format!("[{listed} attributes]");
        let wanted = format!("have length less than or equal to {MAX_INCLUDED}");
        return Err(constraint(given, &format!("{member}.nonKeyAttributes"), &wanted));
    }
    if let Some(ProjectionType::Other(name)) = &projection.projection_type {
        let wanted = "satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]";
        return Err(constraint(name, &format!("{member}.projectionType"), wanted));
    }
    Ok(())
}

fn check_projection(projection: &Projection) -> Result<(), Box<Rejection>> {
    let attributes = &projection.non_key_attributes;
    match &projection.projection_type {
        None => return Err(invalid("Unknown ProjectionType: null")),
        Some(ProjectionType::Include) if attributes.is_empty() => {
            return Err(invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"));
        }
        Some(kind @ (ProjectionType::All | ProjectionType::KeysOnly)) if !attributes.is_empty() => {
            return Err(invalid(format!("ProjectionType is {kind}, but NonKeyAttributes is specified")));
        }
        Some(_) => {}
    }
    let twice = |(position, name): &(usize, &String)| attributes[..*position].contains(name);
    match attributes.iter().enumerate().find(twice) {
        Some((_, name)) => Err(invalid(format!("Duplicate element in NonKeyAttributes: {name}"))),
        None => Ok(()),
    }
}
