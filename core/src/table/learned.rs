//! From what the service tells of a table to its description, for tools that learn their tables late.

use std::borrow::Cow;

use super::{Description, IndexDescription, IndexKind, IndexProjection};
use crate::api::{
    AttributeDefinition, KeySchemaElement, KeyType, Projection, ProjectionType,
    ProvisionedThroughputDescription, TableDescription,
};
use crate::key::KeyAttribute;
use crate::wire::WireError;

impl TryFrom<&TableDescription> for Description {
    type Error = WireError;

    /// The table's keys, indexes and capacities. Its name is the one in the service, which no `Db` maps again.
    fn try_from(table: &TableDescription) -> Result<Self, WireError> {
        let Some(keys) = table.key_shape() else {
            let problem =
                format!("the service does not tell the keys of `{}`; is it being deleted?", table.table_name);
            return Err(WireError::new(problem));
        };
        let definitions = &table.attribute_definitions;
        let mut indexes = Vec::new();
        for index in &table.global_secondary_indexes {
            let (read_capacity, write_capacity) = capacities(index.provisioned_throughput.as_ref());
            indexes.push(IndexDescription {
                name: index.index_name.clone().into(),
                kind: IndexKind::Global,
                hash: attributes(&index.key_schema, KeyType::Hash, definitions)?,
                range: attributes(&index.key_schema, KeyType::Range, definitions)?,
                projection: projection(&index.projection),
                read_capacity,
                write_capacity,
            });
        }
        for index in &table.local_secondary_indexes {
            indexes.push(IndexDescription {
                name: index.index_name.clone().into(),
                kind: IndexKind::Local,
                hash: attributes(&index.key_schema, KeyType::Hash, definitions)?,
                range: attributes(&index.key_schema, KeyType::Range, definitions)?,
                projection: projection(&index.projection),
                read_capacity: None,
                write_capacity: None,
            });
        }
        let (read_capacity, write_capacity) = capacities(table.provisioned_throughput.as_ref());
        Ok(Self {
            indexes: Cow::Owned(indexes),
            read_capacity,
            write_capacity,
            as_in_service: true,
            ..Self::new(table.table_name.clone(), keys)
        })
    }
}

/// The attributes that have a part in a key, with their types.
fn attributes(
    schema: &[KeySchemaElement],
    part: KeyType,
    definitions: &[AttributeDefinition],
) -> Result<Cow<'static, [KeyAttribute]>, WireError> {
    let of_part = schema.iter().filter(|element| element.key_type == part);
    let attribute = |element: &KeySchemaElement| {
        let name = &element.attribute_name;
        match definitions.iter().find(|definition| definition.attribute_name == *name) {
            Some(definition) => {
                Ok(KeyAttribute { name: name.clone().into(), kind: definition.attribute_type })
            }
            None => Err(WireError::new("the service does not tell its type").within(name)),
        }
    };
    of_part.map(attribute).collect::<Result<Vec<_>, _>>().map(Cow::Owned)
}

fn projection(projection: &Projection) -> IndexProjection {
    match projection.projection_type {
        Some(ProjectionType::KeysOnly) => IndexProjection::KeysOnly,
        Some(ProjectionType::Include) => {
            IndexProjection::Include(projection.non_key_attributes.iter().cloned().map(Cow::Owned).collect())
        }
        _ => IndexProjection::All,
    }
}

/// Read and write capacity; none where a table is billed on demand, which tells zeros.
fn capacities(throughput: Option<&ProvisionedThroughputDescription>) -> (Option<u64>, Option<u64>) {
    let some = |units: u64| (units > 0).then_some(units);
    throughput.map_or((None, None), |throughput| {
        (some(throughput.read_capacity_units), some(throughput.write_capacity_units))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{GlobalSecondaryIndexDescription, LocalSecondaryIndexDescription};
    use crate::key::{KeyShape, ScalarType};

    #[test]
    fn a_description_holds_what_the_service_tells() {
        let keys = KeyShape::new(("user", ScalarType::S), Some(("time", ScalarType::N)));
        let mut table = TableDescription {
            table_name: "visits".to_owned(),
            key_schema: KeySchemaElement::of(&keys),
            attribute_definitions: AttributeDefinition::of(&keys),
            global_secondary_indexes: vec![GlobalSecondaryIndexDescription {
                index_name: "by_time".to_owned(),
                key_schema: vec![KeySchemaElement::hash("time"), KeySchemaElement::range("user")],
                projection: Projection {
                    projection_type: Some(ProjectionType::Include),
                    non_key_attributes: vec!["seen".to_owned()],
                },
                ..GlobalSecondaryIndexDescription::default()
            }],
            local_secondary_indexes: vec![LocalSecondaryIndexDescription {
                index_name: "by_seen".to_owned(),
                key_schema: vec![KeySchemaElement::hash("user"), KeySchemaElement::range("seen")],
                ..LocalSecondaryIndexDescription::default()
            }],
            ..TableDescription::default()
        };
        let error = Description::try_from(&table).unwrap_err();
        assert_eq!(error.to_string(), "attribute `seen`: the service does not tell its type");
        table
            .attribute_definitions
            .push(AttributeDefinition { attribute_name: "seen".to_owned(), attribute_type: ScalarType::N });
        let described = Description::try_from(&table).unwrap();
        assert_eq!((described.keys.clone(), described.indexes.len()), (keys, 2));
        let by_time = described.index("by_time").unwrap();
        assert_eq!(by_time.hash[0], KeyAttribute { name: "time".into(), kind: ScalarType::N });
        assert_eq!(by_time.projection, IndexProjection::Include(vec!["seen".into()].into()));
        assert_eq!(described.index("by_seen").unwrap().kind, IndexKind::Local);
        table.key_schema.clear();
        assert!(Description::try_from(&table).is_err());
    }
}
