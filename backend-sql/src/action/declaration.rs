//! What may be declared of a table and its indexes, when they are created or changed.
//!
//! See [Secondary indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html) and
//! [multi-attribute keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html).

use dynochemy_core::api::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex,
    Projection, ProjectionType, ProvisionedThroughput,
};
use dynochemy_core::{KeyAttribute, KeyShape, Rejection};

use crate::failure::{constraint, validation};
use crate::storage::{Index, IndexKind};

/// The most attributes of each part of a global index's key.
const MAX_KEY_PART: usize = 4;
const MAX_LOCAL: usize = 5;
const MAX_GLOBAL: usize = 20;
/// The most attributes that one index lists.
const MAX_INCLUDED: usize = 20;
/// The most attributes that all indexes of a table list.
const MAX_INCLUDED_IN_ALL: usize = 100;

/// What is invalid about the values of parameters.
pub(super) fn invalid(problem: impl std::fmt::Display) -> Box<Rejection> {
    validation(format!("One or more parameter values were invalid: {problem}"))
}

/// A table's or index's name.
pub(super) fn check_name(name: &str, member: &str) -> Result<(), Box<Rejection>> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    match name.len() {
        0..3 => Err(constraint(name, member, "have length greater than or equal to 3")),
        3..=255 if name.bytes().all(allowed) => Ok(()),
        3..=255 => Err(constraint(name, member, "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
        _ => Err(constraint(name, member, "have length less than or equal to 255")),
    }
}

/// A capacity; `member` is where it stands in the request.
pub(super) fn check_throughput(
    throughput: ProvisionedThroughput,
    member: &str,
) -> Result<(), Box<Rejection>> {
    let ProvisionedThroughput { read_capacity_units, write_capacity_units } = throughput;
    for (units, name) in
        [(read_capacity_units, "readCapacityUnits"), (write_capacity_units, "writeCapacityUnits")]
    {
        if units == 0 {
            let member = format!("{member}.{name}");
            return Err(constraint(units, &member, "have value greater than or equal to 1"));
        }
    }
    Ok(())
}

/// A table's key.
pub(super) fn table_key(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<KeyShape, Box<Rejection>> {
    match schema.len() {
        0 => return Err(constraint("[]", "keySchema", "have length greater than or equal to 1")),
        1 | 2 => check_elements(schema, "keySchema")?,
        _ => {
            let given = format!("[{} elements]", schema.len());
            return Err(constraint(given, "keySchema", "have length less than or equal to 2"));
        }
    }
    if schema[0].key_type != KeyType::Hash {
        return Err(validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    let range = schema.get(1);
    if range.is_some_and(|range| range.key_type != KeyType::Range) {
        return Err(validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
    }
    if range.is_some_and(|range| range.attribute_name == schema[0].attribute_name) {
        return Err(same_name());
    }
    let attribute = |element: &KeySchemaElement| defined(element, definitions).ok_or_else(undefined);
    Ok(KeyShape { hash: attribute(&schema[0])?, range: range.map(attribute).transpose()? })
}

/// That an attribute of a table's own key, or of an index that is added to it, is not defined.
fn undefined() -> Box<Rejection> {
    validation("Invalid KeySchema: Some index key attribute have no definition")
}

fn same_name() -> Box<Rejection> {
    validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
}

fn check_elements(schema: &[KeySchemaElement], member: &str) -> Result<(), Box<Rejection>> {
    for (index, element) in schema.iter().enumerate() {
        let member = || format!("{member}.{}.member.attributeName", index + 1);
        match element.attribute_name.len() {
            0 => return Err(constraint("", &member(), "have length greater than or equal to 1")),
            1..=255 => {}
            _ => {
                let name = &element.attribute_name;
                return Err(constraint(name, &member(), "have length less than or equal to 255"));
            }
        }
    }
    Ok(())
}

fn defined(element: &KeySchemaElement, definitions: &[AttributeDefinition]) -> Option<KeyAttribute> {
    let named = |definition: &&AttributeDefinition| definition.attribute_name == element.attribute_name;
    let definition = definitions.iter().find(named)?;
    Some(KeyAttribute { name: element.attribute_name.clone().into(), kind: definition.attribute_type })
}

/// Local indexes of a table; they get their numbers later.
pub(super) fn local_indexes(
    declared: &[LocalSecondaryIndex],
    keys: &KeyShape,
    definitions: &[AttributeDefinition],
) -> Result<Vec<Index>, Box<Rejection>> {
    let mut indexes = Vec::with_capacity(declared.len());
    for (number, index) in declared.iter().enumerate() {
        let member = format!("localSecondaryIndexes.{}.member", number + 1);
        let LocalSecondaryIndex { index_name, key_schema, projection } = index;
        let key = index_key(key_schema, definitions, &member, 1)?;
        if keys.range.is_none() {
            return Err(invalid(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
            ));
        }
        if key.range.is_empty() {
            return Err(invalid(format!(
                "Index KeySchema does not have a range key for index: {index_name}"
            )));
        }
        if key.hash[0].name != keys.hash.name {
            return Err(invalid(format!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: {index_name}. \
                 index hash key: {}, table hash key: {}",
                key.hash[0].name, keys.hash.name
            )));
        }
        indexes.push(new_index(index_name, IndexKind::Local, key, projection, &member)?);
    }
    if indexes.len() > MAX_LOCAL {
        return Err(invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5"));
    }
    Ok(indexes)
}

/// A global index of a table that is billed in this way; it gets its number later.
pub(super) fn global_index(
    declared: &GlobalSecondaryIndex,
    definitions: &[AttributeDefinition],
    billing: &BillingMode,
    member: &str,
) -> Result<Index, Box<Rejection>> {
    let GlobalSecondaryIndex { index_name, key_schema, projection, provisioned_throughput, .. } = declared;
    let key = index_key(key_schema, definitions, member, MAX_KEY_PART)?;
    let index = new_index(index_name, IndexKind::Global, key, projection, member)?;
    let on_demand = *billing == BillingMode::PayPerRequest;
    match provisioned_throughput {
        Some(_) if on_demand => {
            return Err(invalid(format!(
                "ProvisionedThroughput should not be specified for index: {index_name} when BillingMode is \
                 PAY_PER_REQUEST"
            )));
        }
        Some(throughput) => check_throughput(*throughput, &format!("{member}.provisionedThroughput"))?,
        None if on_demand => {}
        None => {
            return Err(invalid(format!("ProvisionedThroughput must be specified for index: {index_name}")));
        }
    }
    Ok(Index {
        throughput: *provisioned_throughput,
        on_demand_throughput: declared.on_demand_throughput,
        warm_throughput: declared.warm_throughput,
        ..index
    })
}

/// What is checked of all indexes of a table together.
pub(super) fn check_indexes(indexes: &[Index]) -> Result<(), Box<Rejection>> {
    for (position, index) in indexes.iter().enumerate() {
        if indexes[..position].iter().any(|other| other.name == index.name) {
            return Err(invalid(format!("Duplicate index name: {}", index.name)));
        }
    }
    if indexes.iter().filter(|index| index.kind == IndexKind::Global).count() > MAX_GLOBAL {
        return Err(invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
    }
    let included: usize = indexes.iter().map(|index| index.projection.non_key_attributes.len()).sum();
    if included > MAX_INCLUDED_IN_ALL {
        return Err(invalid("The total number of NonKeyAttributes of all indexes exceeds the limit of 100"));
    }
    Ok(())
}

/// That the definitions are those of the keys' attributes, and of no others.
pub(super) fn check_definitions(
    definitions: &[AttributeDefinition],
    keys: &KeyShape,
    indexes: &[Index],
) -> Result<(), Box<Rejection>> {
    let is_key = |name: &str| {
        keys.attributes().chain(indexes.iter().flat_map(Index::key)).any(|attribute| attribute.name == name)
    };
    let unused = definitions.iter().any(|definition| !is_key(&definition.attribute_name));
    let twice = definitions.iter().enumerate().any(|(position, definition)| {
        definitions[..position].iter().any(|other| other.attribute_name == definition.attribute_name)
    });
    if !unused && !twice {
        return Ok(());
    }
    if indexes.is_empty() {
        return Err(invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in \
             AttributeDefinitions",
        ));
    }
    let mut used: Vec<&str> = Vec::new();
    for attribute in keys.attributes().chain(indexes.iter().flat_map(Index::key)) {
        if !used.contains(&attribute.name.as_ref()) {
            used.push(&attribute.name);
        }
    }
    Err(invalid(format!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: {}, keys used: [{}]",
        names(definitions),
        used.join(", ")
    )))
}

fn names(definitions: &[AttributeDefinition]) -> String {
    let names: Vec<&str> = definitions.iter().map(|definition| definition.attribute_name.as_str()).collect();
    format!("[{}]", names.join(", "))
}

/// The attributes of an index's key.
#[derive(Debug)]
struct IndexKey {
    hash: Vec<KeyAttribute>,
    range: Vec<KeyAttribute>,
}

/// The key of an index, whose parts have at most `most` attributes.
fn index_key(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
    member: &str,
    most: usize,
) -> Result<IndexKey, Box<Rejection>> {
    let member = format!("{member}.keySchema");
    if schema.is_empty() {
        return Err(constraint("[]", &member, "have length greater than or equal to 1"));
    }
    check_elements(schema, &member)?;
    if schema[0].key_type != KeyType::Hash {
        return Err(validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    for (index, element) in schema.iter().enumerate() {
        if schema[..index].iter().any(|other| other.attribute_name == element.attribute_name) {
            return Err(same_name());
        }
    }
    let (hash, range) =
        schema.split_at(schema.iter().take_while(|element| element.key_type == KeyType::Hash).count());
    if range.iter().any(|element| element.key_type == KeyType::Hash) {
        return Err(validation(
            "Invalid KeySchema: All HASH key attributes must stand before all RANGE key attributes",
        ));
    }
    for (part, name) in [(hash, "HASH"), (range, "RANGE")] {
        if part.len() > most {
            return Err(invalid(format!(
                "The KeySchema exceeds the maximum allowed number of {name} key attributes"
            )));
        }
    }
    let attributes = |part: &[KeySchemaElement]| {
        let known = part.iter().map(|element| defined(element, definitions));
        known.collect::<Option<Vec<_>>>().ok_or_else(|| {
            let keys: Vec<&str> = schema.iter().map(|element| element.attribute_name.as_str()).collect();
            invalid(format!(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], \
                 AttributeDefinitions: {}",
                keys.join(", "),
                names(definitions)
            ))
        })
    };
    Ok(IndexKey { hash: attributes(hash)?, range: attributes(range)? })
}

fn new_index(
    name: &str,
    kind: IndexKind,
    key: IndexKey,
    projection: &Projection,
    member: &str,
) -> Result<Index, Box<Rejection>> {
    check_name(name, &format!("{member}.indexName"))?;
    check_projection(projection, &format!("{member}.projection"))?;
    Ok(Index {
        id: 0,
        name: name.to_owned(),
        kind,
        hash: key.hash,
        range: key.range,
        projection: projection.clone(),
        throughput: None,
        capacity_changes: Default::default(),
        on_demand_throughput: None,
        warm_throughput: None,
    })
}

fn check_projection(projection: &Projection, member: &str) -> Result<(), Box<Rejection>> {
    let listed = projection.non_key_attributes.len();
    if listed > MAX_INCLUDED {
        let given = format!("[{listed} attributes]");
        let member = format!("{member}.nonKeyAttributes");
        return Err(constraint(given, &member, "have length less than or equal to 20"));
    }
    match &projection.projection_type {
        None => Err(invalid("Unknown ProjectionType: null")),
        Some(ProjectionType::Other(name)) => Err(constraint(
            name,
            &format!("{member}.projectionType"),
            "satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]",
        )),
        Some(ProjectionType::Include) if listed == 0 => {
            Err(invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"))
        }
        Some(kind @ (ProjectionType::All | ProjectionType::KeysOnly)) if listed > 0 => {
            Err(invalid(format!("ProjectionType is {kind}, but NonKeyAttributes is specified")))
        }
        Some(_) => Ok(()),
    }
}
