//! [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html): creates a table
//! with its indexes. It is active at once, and the answer says so, where the service takes a while.

use dynochemy_core::Rejection;
use dynochemy_core::api::{BillingMode, CreateTableInput, CreateTableOutput, TableStatus};

use super::declaration::{
    check_definitions, check_indexes, check_name, check_throughput, global_index, invalid, local_indexes,
    table_key,
};
use super::tag_resource::checked_tags;
use crate::backend::Context;
use crate::failure::{Failure, constraint, not_supported, table_exists, validation};
use crate::storage::{Settings, Table};

pub(super) fn answer(input: &CreateTableInput, context: &Context<'_>) -> Result<CreateTableOutput, Failure> {
    check_table_name(&input.table_name)?;
    check_supported(input)?;
    let mut table = declared(input, context)?;
    if context.transaction.table(&table.name)?.is_some() {
        return Err(table_exists(&table.name).into());
    }
    table.id = context.transaction.new_store()?;
    for index in &mut table.indexes {
        index.id = context.transaction.new_store()?;
    }
    context.transaction.write_table(&table)?;
    let table_description = context.transaction.describe(&table, TableStatus::Active, context.now)?;
    Ok(CreateTableOutput { table_description })
}

/// The table as it will be, without its number and those of its indexes.
fn declared(input: &CreateTableInput, context: &Context<'_>) -> Result<Table, Box<Rejection>> {
    let definitions = &input.attribute_definitions;
    let billing = billing(input)?;
    let keys = table_key(&input.key_schema, definitions)?;
    let mut indexes = local_indexes(&input.local_secondary_indexes, &keys, definitions)?;
    for (number, index) in input.global_secondary_indexes.iter().enumerate() {
        let member = format!("globalSecondaryIndexes.{}.member", number + 1);
        indexes.push(global_index(index, definitions, &billing, &member)?);
    }
    check_indexes(&indexes)?;
    check_definitions(definitions, &keys, &indexes)?;
    Ok(Table {
        id: 0,
        name: input.table_name.clone(),
        keys,
        attribute_definitions: definitions.clone(),
        indexes,
        throughput: input.provisioned_throughput,
        created: context.now,
        settings: Settings {
            deletion_protection: input.deletion_protection_enabled == Some(true),
            on_demand_since: (billing == BillingMode::PayPerRequest).then_some(context.now),
            on_demand_throughput: input.on_demand_throughput,
            warm_throughput: input.warm_throughput,
            table_class: input.table_class.clone(),
            sse_specification: input.sse_specification.clone(),
            tags: checked_tags(&input.tags)?,
            ..Settings::default()
        },
    })
}

fn check_table_name(name: &str) -> Result<(), Box<Rejection>> {
    if !(3..=255).contains(&name.len()) {
        return Err(validation(
            "TableName must be at least 3 characters long and at most 255 characters long",
        ));
    }
    check_name(name, "tableName")
}

/// What would be promised and not kept is refused.
fn check_supported(input: &CreateTableInput) -> Result<(), Box<Rejection>> {
    if input.stream_specification.as_ref().is_some_and(|stream| stream.stream_enabled) {
        return Err(not_supported("streams"));
    }
    if !input.vector_indexes.is_empty() {
        return Err(not_supported("vector indexes"));
    }
    if input.resource_policy.is_some() {
        return Err(not_supported("resource policies"));
    }
    if input.global_table_source_arn.is_some() || input.global_table_settings_replication_mode.is_some() {
        return Err(not_supported("global tables"));
    }
    Ok(())
}

/// Without a billing mode, a table is provisioned.
fn billing(input: &CreateTableInput) -> Result<BillingMode, Box<Rejection>> {
    let billing = match &input.billing_mode {
        None => BillingMode::Provisioned,
        Some(BillingMode::Other(name)) => {
            let wanted = "satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]";
            return Err(constraint(name, "billingMode", wanted));
        }
        Some(billing) => billing.clone(),
    };
    let on_demand = billing == BillingMode::PayPerRequest;
    match input.provisioned_throughput {
        Some(_) if on_demand => Err(invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        Some(throughput) => check_throughput(throughput, "provisionedThroughput").map(|()| billing),
        None if on_demand => Ok(billing),
        None => Err(invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
    }
}

#[cfg(test)]
mod tests {
    use dynochemy_core::ScalarType;
    use dynochemy_core::api::{
        AttributeDefinition, GlobalSecondaryIndex, IndexStatus, KeySchemaElement, LocalSecondaryIndex,
        Projection, ProvisionedThroughput,
    };

    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn a_table_is_active_at_once() {
        let fixture = Fixture::new();
        let created = fixture.call(create("more", Some((3, 4)))).unwrap().table_description;
        assert_eq!(created.table_status, TableStatus::Active);
        assert_eq!(created.key_shape(), create("more", None).key_shape());
        assert_eq!(created.provisioned().map(|declared| declared.write_capacity_units), Some(4));
        assert_eq!(created.creation_date_time, Some(1_800_000_000.0));
    }

    #[test]
    fn a_name_can_be_used_once() {
        let fixture = Fixture::new();
        assert_eq!(
            fixture.error(create("visits", None)),
            "ResourceInUseException: Table already exists: visits"
        );
    }

    #[test]
    fn what_the_service_would_not_create_is_refused() {
        let fixture = Fixture::new();
        let length = "ValidationException: TableName must be at least 3 characters long and at most 255 characters long";
        assert_eq!(fixture.error(create("ab", None)), length);
        assert_eq!(fixture.error(create(&"a".repeat(256), None)), length);
        assert_eq!(
            fixture.error(create("a b", None)),
            "ValidationException: 1 validation error detected: Value 'a b' at 'tableName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        );
        assert_eq!(
            fixture.error(create("abc", Some((1, 0)))),
            "ValidationException: 1 validation error detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' \
             failed to satisfy constraint: Member must have value greater than or equal to 1"
        );
        let twice = create_with_range("abc", attribute("user", ScalarType::S), None);
        assert!(fixture.error(twice).contains("have the same name"));
        let unpaid = CreateTableInput { billing_mode: None, ..create("abc", None) };
        assert!(fixture.error(unpaid).contains("must both be specified"));
        let overpaid = CreateTableInput {
            billing_mode: Some(BillingMode::PayPerRequest),
            ..create("abc", Some((1, 1)))
        };
        assert!(fixture.error(overpaid).contains("Neither ReadCapacityUnits nor WriteCapacityUnits"));
        let undefined = CreateTableInput { attribute_definitions: Vec::new(), ..create("abc", None) };
        assert!(fixture.error(undefined).contains("Some index key attribute have no definition"));
        fixture.call(create("a-b.c_D3", None)).unwrap();
    }

    fn global(name: &str, key_schema: Vec<KeySchemaElement>) -> GlobalSecondaryIndex {
        GlobalSecondaryIndex {
            index_name: name.to_owned(),
            key_schema,
            projection: Projection::all(),
            ..GlobalSecondaryIndex::default()
        }
    }

    fn local(name: &str, hash: &str, range: &str) -> LocalSecondaryIndex {
        LocalSecondaryIndex {
            index_name: name.to_owned(),
            key_schema: vec![KeySchemaElement::hash(hash), KeySchemaElement::range(range)],
            projection: Projection::all(),
        }
    }

    #[test]
    fn indexes_are_described_as_they_were_declared() {
        let fixture = Fixture::new();
        let schema = vec![
            KeySchemaElement::hash("user"),
            KeySchemaElement::hash("place"),
            KeySchemaElement::range("time"),
        ];
        let mut input = create("indexed", Some((1, 1)));
        let place = AttributeDefinition { attribute_name: "place".to_owned(), attribute_type: ScalarType::B };
        input.attribute_definitions.push(place);
        let throughput = ProvisionedThroughput { read_capacity_units: 2, write_capacity_units: 3 };
        input.global_secondary_indexes = vec![GlobalSecondaryIndex {
            projection: Projection::include(["x", "y"]),
            provisioned_throughput: Some(throughput),
            ..global("global", schema.clone())
        }];
        input.local_secondary_indexes = vec![local("local", "user", "place")];
        let definitions = input.attribute_definitions.clone();
        let told = fixture.call(input).unwrap().table_description;
        assert_eq!(told.attribute_definitions, definitions);
        let index = &told.global_secondary_indexes[0];
        assert_eq!((index.key_schema.clone(), index.index_status.clone()), (schema, IndexStatus::Active));
        assert_eq!(index.projection, Projection::include(["x", "y"]));
        assert_eq!(index.provisioned_throughput.unwrap().provisioned(), Some(throughput));
        let arn = "arn:aws:dynamodb:local:000000000000:table/indexed/index/";
        assert_eq!(index.index_arn, Some(format!("{arn}global")));
        assert_eq!(told.local_secondary_indexes[0].index_arn, Some(format!("{arn}local")));
    }

    #[test]
    fn indexes_that_the_service_would_not_create_are_refused() {
        let fixture = Fixture::new();
        let invalid = "ValidationException: One or more parameter values were invalid: ";
        let hash = |name: &str| KeySchemaElement::hash(name);
        let with = |change: &dyn Fn(&mut CreateTableInput)| {
            let mut input = create("indexed", None);
            let place =
                AttributeDefinition { attribute_name: "place".to_owned(), attribute_type: ScalarType::S };
            input.attribute_definitions.push(place);
            input.global_secondary_indexes = vec![global("by_place", vec![hash("place")])];
            change(&mut input);
            fixture.error(input)
        };
        let globals = |schemas: Vec<Vec<KeySchemaElement>>| {
            with(&|input| {
                let indexes = schemas.iter().enumerate();
                input.global_secondary_indexes = indexes
                    .map(|(number, schema)| global(&format!("index{number}"), schema.clone()))
                    .collect();
            })
        };
        assert_eq!(
            globals(vec![vec![hash("none")]]),
            format!(
                "{invalid}Some index key attributes are not defined in AttributeDefinitions. Keys: [none], \
                 AttributeDefinitions: [user, time, place]"
            )
        );
        assert_eq!(
            with(&|input| {
                let unused = AttributeDefinition {
                    attribute_name: "unused".to_owned(),
                    attribute_type: ScalarType::S,
                };
                input.attribute_definitions.push(unused);
            }),
            format!(
                "{invalid}Some AttributeDefinitions are not used. AttributeDefinitions: [user, time, place, unused], keys \
                 used: [user, time, place]"
            )
        );
        assert_eq!(
            globals(vec![vec![KeySchemaElement::range("place"), hash("user")]]),
            "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        );
        assert!(
            globals(vec![vec![hash("place"), KeySchemaElement::range("time"), hash("user")]])
                .contains("HASH")
        );
        assert!(globals(vec![vec![hash("place"), hash("place")]]).contains("have the same name"));
        assert_eq!(
            with(&|input| input.global_secondary_indexes.push(global("by_place", vec![hash("time")]))),
            format!("{invalid}Duplicate index name: by_place")
        );
        assert_eq!(
            globals(vec![vec![hash("place")]; 21]),
            format!("{invalid}GlobalSecondaryIndex count exceeds the per-table limit of 20")
        );
        assert_eq!(
            with(&|input| input.local_secondary_indexes = vec![local("local", "place", "time")]),
            format!(
                "{invalid}Index KeySchema does not have the same leading hash key as table KeySchema for index: local. \
                 index hash key: place, table hash key: user"
            )
        );
        assert_eq!(
            with(&|input| {
                let six = (0..6).map(|number| local(&format!("local{number}"), "user", "place"));
                input.local_secondary_indexes = six.collect();
            }),
            format!("{invalid}Number of LocalSecondaryIndexes exceeds per-table limit of 5")
        );
        let projected = |projection: Projection| {
            with(&move |input| input.global_secondary_indexes[0].projection = projection.clone())
        };
        assert_eq!(projected(Projection::default()), format!("{invalid}Unknown ProjectionType: null"));
        assert_eq!(
            projected(Projection { non_key_attributes: vec!["x".to_owned()], ..Projection::all() }),
            format!("{invalid}ProjectionType is ALL, but NonKeyAttributes is specified")
        );
        assert_eq!(
            projected(Projection::include([""; 0])),
            format!("{invalid}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
        );
        let throughput = ProvisionedThroughput { read_capacity_units: 1, write_capacity_units: 1 };
        assert_eq!(
            with(&|input| input.global_secondary_indexes[0].provisioned_throughput = Some(throughput)),
            format!(
                "{invalid}ProvisionedThroughput should not be specified for index: by_place when BillingMode is \
                 PAY_PER_REQUEST"
            )
        );
        assert!(
            with(&|input| input.global_secondary_indexes[0].index_name = "a b".to_owned())
                .contains("'globalSecondaryIndexes.1.member.indexName'")
        );
    }
}
