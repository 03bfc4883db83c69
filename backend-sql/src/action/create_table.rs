//! [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html): creates a table.
//! It is active at once, and the answer says so, where the service takes a while.

use dynochemy_core::api::{
    BillingMode, CreateTableInput, CreateTableOutput, ProvisionedThroughput, TableStatus,
};
use dynochemy_core::{KeyAttribute, Rejection};

use crate::backend::Context;
use crate::failure::{Failure, constraint, internal, table_exists, validation};

pub(super) fn answer(input: &CreateTableInput, context: &Context<'_>) -> Result<CreateTableOutput, Failure> {
    let CreateTableInput { table_name, provisioned_throughput, .. } = input;
    check_name(table_name)?;
    if !input.global_secondary_indexes.is_empty() || !input.local_secondary_indexes.is_empty() {
        return Err(validation("secondary indexes are not supported").into());
    }
    let Some(keys) = &input.key_shape() else {
        return Err(validation("One or more parameter values were invalid: KeySchema is not valid").into());
    };
    for attribute in std::iter::once(&keys.hash).chain(&keys.range) {
        check_key(attribute)?;
    }
    if keys.range.as_ref().is_some_and(|range| range.name == keys.hash.name) {
        return Err(validation(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        )
        .into());
    }
    check_billing(input)?;
    if context.transaction.table(table_name)?.is_some() {
        return Err(table_exists(table_name).into());
    }
    context.transaction.insert_table(table_name, keys, *provisioned_throughput, context.now)?;
    let table = context.transaction.table(table_name)?;
    let table = table.ok_or_else(|| internal("the table that was created cannot be found"))?;
    Ok(CreateTableOutput { table_description: context.transaction.describe(&table, TableStatus::Active)? })
}

fn check_name(name: &str) -> Result<(), Box<Rejection>> {
    if !(3..=255).contains(&name.len()) {
        return Err(validation(
            "TableName must be at least 3 characters long and at most 255 characters long",
        ));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(constraint(name, "tableName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"))
    }
}

fn check_key(attribute: &KeyAttribute) -> Result<(), Box<Rejection>> {
    match attribute.name.len() {
        0 => {
            Err(constraint("", "keySchema.1.member.attributeName", "have length greater than or equal to 1"))
        }
        1..=255 => Ok(()),
        _ => Err(constraint(
            &attribute.name,
            "keySchema.1.member.attributeName",
            "have length less than or equal to 255",
        )),
    }
}

/// Without a billing mode, a table is provisioned.
fn check_billing(input: &CreateTableInput) -> Result<(), Box<Rejection>> {
    let on_demand = input.billing_mode == Some(BillingMode::PayPerRequest);
    match input.provisioned_throughput {
        Some(_) if on_demand => Err(validation(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be \
             specified when BillingMode is PAY_PER_REQUEST",
        )),
        Some(throughput) => check_throughput(throughput),
        None if on_demand => Ok(()),
        None => Err(validation(
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified \
             when BillingMode is PROVISIONED",
        )),
    }
}

fn check_throughput(throughput: ProvisionedThroughput) -> Result<(), Box<Rejection>> {
    let ProvisionedThroughput { read_capacity_units, write_capacity_units } = throughput;
    for (units, member) in
        [(read_capacity_units, "readCapacityUnits"), (write_capacity_units, "writeCapacityUnits")]
    {
        if units == 0 {
            let member = format!("provisionedThroughput.{member}");
            return Err(constraint(units, &member, "have value greater than or equal to 1"));
        }
    }
    Ok(())
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
        assert!(fixture.error(undefined).contains("KeySchema is not valid"));
        fixture.call(create("a-b.c_D3", None)).unwrap();
    }
}
