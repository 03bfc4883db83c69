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
}
