//! [CreateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html): creates a table
//! with its indexes. It is active at once, and the answer says so, unless creating was given a time.

use dynochemy_core::Rejection;
use dynochemy_core::api::{
    BillingMode, CreateTableInput, CreateTableOutput, GlobalSecondaryIndex, KeySchemaElement,
    ProvisionedThroughput, StreamSpecification,
};

use super::administration::resource_policy;
use super::check_created;
use super::declaration::capacity::{
    LowerThan, Occasion, Owner, capacity_on_demand, check_bounds, check_mode, check_on_demand, check_units,
    check_warm, checked_index_capacity, least_warm, warmer,
};
use super::declaration::indexes::{
    check_global_members, check_indexes, check_local_members, global_index, local_index,
};
use super::declaration::{check_table_name, keys, options};
use super::tag_resource::checked_tags;
use crate::backend::Context;
use crate::failure::{Failure, invalid, not_supported, table_exists};
use crate::storage::{Administration, Index, Settings, Table};

pub(super) fn answer(input: &CreateTableInput, context: &Context<'_>) -> Result<CreateTableOutput, Failure> {
    check_members(input)?;
    let mut table = declared(input, context)?;
    if let Some(existing) = context.transaction.table(&table.name)? {
        check_created(&existing, context.now)?;
        return Err(table_exists(&table.name).into());
    }
    table.id = context.transaction.new_store()?;
    table.creation = context.creation();
    for index in &mut table.indexes {
        index.id = context.transaction.new_store()?;
        index.creation = table.creation;
    }
    if let Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(view) }) =
        &input.stream_specification
    {
        table.settings.stream = Some(context.transaction.begin_stream(&table, view.clone(), context.now)?);
    }
    context.transaction.write_table(&table)?;
    let table_description = context.transaction.describe(&table, table.status(context.now), context.now)?;
    Ok(CreateTableOutput { table_description })
}

/// Checks each member on its own.
fn check_members(input: &CreateTableInput) -> Result<(), Box<Rejection>> {
    check_table_name(&input.table_name)?;
    check_mode(input.billing_mode.as_ref())?;
    if let Some(throughput) = input.provisioned_throughput {
        check_units(throughput, "provisionedThroughput")?;
    }
    keys::check_lengths(&input.key_schema, "keySchema", keys::MAX_ELEMENTS)?;
    for (number, index) in input.local_secondary_indexes.iter().enumerate() {
        check_local_members(index, &format!("localSecondaryIndexes.{}.member", number + 1))?;
    }
    for (number, index) in input.global_secondary_indexes.iter().enumerate() {
        check_global_members(index, &format!("globalSecondaryIndexes.{}.member", number + 1))?;
    }
    Ok(())
}

/// The table as it will be, without its number and those of its indexes.
fn declared(input: &CreateTableInput, context: &Context<'_>) -> Result<Table, Box<Rejection>> {
    let definitions = &input.attribute_definitions;
    let throughput = checked_capacity(input)?;
    keys::check_definitions(definitions)?;
    let keys = keys::table_key(&input.key_schema, definitions)?;
    if keys.range.is_none() && !input.local_secondary_indexes.is_empty() {
        return Err(invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ));
    }
    let local = input.local_secondary_indexes.iter().map(|index| index.key_schema.as_slice());
    let global = input.global_secondary_indexes.iter().map(|index| index.key_schema.as_slice());
    let schemas: Vec<&[KeySchemaElement]> = local.chain(global).collect();
    for schema in &schemas {
        keys::check_defined(schema, definitions)?;
    }
    keys::check_used(definitions, &input.key_schema, &schemas)?;
    let mut indexes = Vec::with_capacity(schemas.len());
    for index in &input.local_secondary_indexes {
        indexes.push(local_index(index, &keys, definitions)?);
    }
    for declared in &input.global_secondary_indexes {
        indexes.push(with_capacity(global_index(declared, definitions)?, declared, throughput)?);
    }
    check_indexes(&indexes)?;
    options::check_class(input.table_class.as_ref())?;
    options::check_encryption(input.sse_specification.as_ref())?;
    options::check_stream(
        input.stream_specification.as_ref(),
        "Table is being created with a stream enabled, UpdateViewType is required",
        "Table is being created with a stream disabled, UpdateViewType should not be specified",
    )?;
    let tags = checked_tags(&input.tags)?;
    check_supported(input)?;
    if let Some(policy) = &input.resource_policy {
        resource_policy::check(policy)?;
    }
    Ok(Table {
        id: 0,
        name: input.table_name.clone(),
        keys,
        attribute_definitions: definitions.clone(),
        indexes,
        throughput,
        created: context.now,
        creation: None,
        settings: Settings {
            deletion_protection: input.deletion_protection_enabled == Some(true),
            on_demand_since: throughput.is_none().then_some(context.now),
            on_demand_throughput: input.on_demand_throughput,
            warm_throughput: Some(warmer(input.warm_throughput, least_warm(throughput))),
            table_class: input.table_class.clone(),
            sse_specification: input.sse_specification.clone(),
            tags,
            administration: input
                .resource_policy
                .clone()
                .map(Administration::with_policy)
                .unwrap_or_default(),
            ..Settings::default()
        },
    })
}

/// The table's capacity; none where it is billed on demand. Without a billing mode, a table is provisioned.
fn checked_capacity(input: &CreateTableInput) -> Result<Option<ProvisionedThroughput>, Box<Rejection>> {
    let on_demand = input.billing_mode == Some(BillingMode::PayPerRequest);
    let throughput = match input.provisioned_throughput {
        Some(_) if on_demand => return Err(capacity_on_demand()),
        None if !on_demand => {
            return Err(invalid(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            ));
        }
        throughput => throughput,
    };
    if let Some(throughput) = throughput {
        check_bounds(throughput, Owner::Table)?;
    }
    if let Some(wanted) = input.on_demand_throughput {
        check_on_demand(wanted, throughput, Owner::Table, Occasion::Creation)?;
    }
    if let Some(wanted) = input.warm_throughput {
        check_warm(wanted, least_warm(throughput), Owner::Table, LowerThan::initially(throughput))?;
    }
    Ok(throughput)
}

/// A new index of a table with this capacity, with its own.
fn with_capacity(
    index: Index,
    declared: &GlobalSecondaryIndex,
    of_table: Option<ProvisionedThroughput>,
) -> Result<Index, Box<Rejection>> {
    let throughput = declared.provisioned_throughput;
    match (of_table, throughput) {
        (Some(_), None) => {
            return Err(invalid(format!("ProvisionedThroughput is not specified for index: {}", index.name)));
        }
        (None, Some(_)) => {
            return Err(invalid(format!(
                "ProvisionedThroughput should not be specified for index: {} when BillingMode is PAY_PER_REQUEST",
                index.name
            )));
        }
        _ => {}
    }
    checked_index_capacity(index, declared)
}

/// What would be promised and not kept is refused.
fn check_supported(input: &CreateTableInput) -> Result<(), Box<Rejection>> {
    if !input.vector_indexes.is_empty() {
        return Err(not_supported("vector indexes"));
    }
    if input.global_table_source_arn.is_some() || input.global_table_settings_replication_mode.is_some() {
        return Err(not_supported("global tables"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
