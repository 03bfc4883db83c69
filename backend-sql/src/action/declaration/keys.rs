//! Key schemas, and the definitions of their attributes.
//!
//! See [Core components](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html)
//! and [multi-attribute keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html).

use std::collections::BTreeSet;

use dynochemy_core::api::{AttributeDefinition, KeySchemaElement, KeyType};
use dynochemy_core::{KeyAttribute, KeyShape, Rejection};

use crate::failure::{constraint, invalid, validation};

/// The most attributes of each part of a global index's key.
const MAX_KEY_PART: usize = 4;

/// The attributes of a key.
#[derive(Debug)]
pub(crate) struct KeyAttributes {
    /// At least one.
    pub(crate) hash: Vec<KeyAttribute>,
    pub(crate) range: Vec<KeyAttribute>,
}

/// That no attribute is defined twice.
pub(crate) fn check_definitions(definitions: &[AttributeDefinition]) -> Result<(), Box<Rejection>> {
    let mut names = BTreeSet::new();
    match definitions.iter().map(|definition| &definition.attribute_name).find(|name| !names.insert(*name)) {
        Some(name) => Err(validation(format!("Attribute Name is duplicated: {name}"))),
        None => Ok(()),
    }
}

/// The lengths of a schema of at most `most` elements, and of its attributes' names.
pub(crate) fn check_lengths(
    schema: &[KeySchemaElement],
    member: &str,
    most: usize,
) -> Result<(), Box<Rejection>> {
    if schema.is_empty() {
        return Err(constraint("[]", member, "have length greater than or equal to 1"));
    }
    if schema.len() > most {
        let given = format!("[{} elements]", schema.len());
        return Err(constraint(given, member, &format!("have length less than or equal to {most}")));
    }
    for (index, element) in schema.iter().enumerate() {
        let member = || format!("{member}.{}.member.attributeName", index + 1);
        let name = &element.attribute_name;
        match name.len() {
            0 => return Err(constraint(name, &member(), "have length greater than or equal to 1")),
            1..=255 => {}
            _ => return Err(constraint(name, &member(), "have length less than or equal to 255")),
        }
    }
    Ok(())
}

/// The elements of a schema of a table or local index at most, and of a global index at most.
pub(crate) const MAX_ELEMENTS: usize = 2;
pub(crate) const MAX_GLOBAL_ELEMENTS: usize = 2 * MAX_KEY_PART;

/// A table's key.
pub(crate) fn table_key(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<KeyShape, Box<Rejection>> {
    check_defined(schema, definitions)?;
    check_pair(schema)?;
    let KeyAttributes { mut hash, mut range } = attributes(schema, definitions)?;
    let hash = hash.pop().ok_or_else(undefined)?;
    Ok(KeyShape { hash, range: range.pop() })
}

/// A local index's key, whose attributes were found defined.
pub(crate) fn local_key(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<KeyAttributes, Box<Rejection>> {
    check_pair(schema)?;
    attributes(schema, definitions)
}

/// A global index's key, whose attributes were found defined.
pub(crate) fn global_key(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<KeyAttributes, Box<Rejection>> {
    if schema.first().is_some_and(|first| first.key_type != KeyType::Hash) {
        return Err(first_is_no_hash());
    }
    if let [hash, range] = schema
        && range.key_type == KeyType::Range
        && hash.attribute_name == range.attribute_name
    {
        return Err(same_name());
    }
    let twice = |(position, element): (usize, &KeySchemaElement)| {
        schema[..position].iter().any(|other| other.attribute_name == element.attribute_name)
    };
    if schema.iter().enumerate().any(twice) {
        return Err(validation("The KeySchema contains multiple key attributes with the same name"));
    }
    let is_hash = |element: &&KeySchemaElement| element.key_type == KeyType::Hash;
    let (hash, range) = schema.split_at(schema.iter().take_while(is_hash).count());
    if range.iter().any(|element| is_hash(&element)) {
        return Err(invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema"));
    }
    for (part, name) in [(hash, "HASH"), (range, "RANGE")] {
        if part.len() > MAX_KEY_PART {
            return Err(invalid(format!(
                "The KeySchema exceeds the maximum allowed number of {name} key attributes"
            )));
        }
    }
    attributes(schema, definitions)
}

/// That the attributes of a schema are defined.
pub(crate) fn check_defined(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<(), Box<Rejection>> {
    // The service counts first.
    if definitions.len() < schema.len() {
        return Err(undefined());
    }
    if schema.iter().all(|element| defined(element, definitions).is_some()) {
        return Ok(());
    }
    let keys = schema.iter().map(|element| element.attribute_name.as_str());
    Err(invalid(format!(
        "Some index key attributes are not defined in AttributeDefinitions. Keys: {}, AttributeDefinitions: {}",
        listed(keys, expected(schema.len())),
        definition_names(definitions)
    )))
}

/// That all definitions are those of keys' attributes; `indexes` are the schemas of the indexes.
pub(crate) fn check_used(
    definitions: &[AttributeDefinition],
    table: &[KeySchemaElement],
    indexes: &[&[KeySchemaElement]],
) -> Result<(), Box<Rejection>> {
    let elements = || table.iter().chain(indexes.iter().copied().flatten());
    let used: BTreeSet<&str> = elements().map(|element| element.attribute_name.as_str()).collect();
    if definitions.iter().all(|definition| used.contains(&definition.attribute_name.as_str())) {
        return Ok(());
    }
    if indexes.is_empty() {
        return Err(invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in \
             AttributeDefinitions",
        ));
    }
    let buckets = grown(used.len());
    // Each once, in the order of the schemas.
    let mut told = BTreeSet::new();
    let names = elements().map(|element| element.attribute_name.as_str()).filter(|name| told.insert(*name));
    Err(invalid(format!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: {}, keys used: {}",
        definition_names(definitions),
        listed(names, buckets)
    )))
}

/// The shape of a key of at most one attribute of each kind.
fn check_pair(schema: &[KeySchemaElement]) -> Result<(), Box<Rejection>> {
    if schema.first().is_some_and(|first| first.key_type != KeyType::Hash) {
        return Err(first_is_no_hash());
    }
    match schema.get(1) {
        Some(range) if range.key_type != KeyType::Range => {
            Err(validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"))
        }
        Some(range) if range.attribute_name == schema[0].attribute_name => Err(same_name()),
        _ => Ok(()),
    }
}

fn attributes(
    schema: &[KeySchemaElement],
    definitions: &[AttributeDefinition],
) -> Result<KeyAttributes, Box<Rejection>> {
    let mut key = KeyAttributes { hash: Vec::new(), range: Vec::new() };
    for element in schema {
        let part = match element.key_type {
            KeyType::Hash => &mut key.hash,
            KeyType::Range => &mut key.range,
        };
        part.push(defined(element, definitions).ok_or_else(undefined)?);
    }
    Ok(key)
}

fn defined(element: &KeySchemaElement, definitions: &[AttributeDefinition]) -> Option<KeyAttribute> {
    let named = |definition: &&AttributeDefinition| definition.attribute_name == element.attribute_name;
    let definition = definitions.iter().find(named)?;
    Some(KeyAttribute { name: element.attribute_name.clone().into(), kind: definition.attribute_type })
}

fn undefined() -> Box<Rejection> {
    validation("Invalid KeySchema: Some index key attribute have no definition")
}

fn first_is_no_hash() -> Box<Rejection> {
    validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
}

fn same_name() -> Box<Rejection> {
    validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
}

fn definition_names(definitions: &[AttributeDefinition]) -> String {
    let names = definitions.iter().map(|definition| definition.attribute_name.as_str());
    listed(names, expected(definitions.len()))
}

/// Names as the service lists them: in the order of a Java hash table of that many buckets.
fn listed<'a>(names: impl Iterator<Item = &'a str>, buckets: u32) -> String {
    let bucket = |name: &str| {
        let hash =
            name.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
        (hash ^ (hash >> 16)) & (buckets - 1)
    };
    let mut names: Vec<&str> = names.collect();
    names.sort_by_key(|name| bucket(name));
    names.dedup();
    format!("[{}]", names.join(", "))
}

/// The buckets of a table that was made for that many names.
fn expected(names: usize) -> u32 {
    let names = names as u32;
    if names < 3 { names + 1 } else { names + names / 3 }.next_power_of_two()
}

/// The buckets of a table that has grown to that many names.
fn grown(names: usize) -> u32 {
    (names as u32 * 4).div_ceil(3).next_power_of_two().max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_in_the_order_that_the_service_was_seen_to_list_them_in() {
        let list = |names: &str, buckets| listed(names.split(' '), buckets);
        assert_eq!(list("pk sk a b c", expected(5)), "[sk, a, b, pk, c]");
        assert_eq!(list("pk sk", expected(2)), "[sk, pk]");
        assert_eq!(list("pk sk a", grown(3)), "[a, sk, pk]");
    }
}
