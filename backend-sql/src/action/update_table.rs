//! [UpdateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html): changes a table's
//! capacity, billing, protection and global indexes.
//!
//! What is changed holds at once, and the answer says so, where the service takes a while: a new index is filled with
//! the table's items before the call is answered. An item whose attributes cannot be keys of a new index is left out of
//! it, as in the service.

use dynochemy_core::Rejection;
use dynochemy_core::api::{
    BillingMode, GlobalSecondaryIndexUpdate, ProvisionedThroughput, TableStatus, UpdateTableInput,
    UpdateTableOutput,
};

use super::declaration::{check_indexes, check_throughput, global_index, invalid};
use crate::backend::Context;
use crate::failure::{Failure, limit_exceeded, named_table_not_found, not_supported, validation};
use crate::index;
use crate::storage::{Index, IndexKind, Place, Stored, Stretch, Table};

/// How many items are taken to a new index at once.
const BACKFILL: usize = 256;

pub(super) fn answer(input: &UpdateTableInput, context: &Context<'_>) -> Result<UpdateTableOutput, Failure> {
    check(input)?;
    let found = context.transaction.table(&input.table_name)?;
    let old = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    let mut table = Table::clone(&old);
    change_billing(input, &mut table, context)?;
    change_settings(input, &mut table);
    for (number, update) in input.global_secondary_index_updates.iter().enumerate() {
        change_index(input, number, update, &mut table, context)?;
    }
    check_capacities(input, &table)?;
    // An attribute that is no key any more is not told of any longer.
    let keys = table.keys.clone();
    let indexes = table.indexes.clone();
    table.attribute_definitions.retain(|definition| {
        let mut keys = keys.attributes().chain(indexes.iter().flat_map(Index::key));
        keys.any(|attribute| attribute.name == definition.attribute_name)
    });
    context.transaction.write_table(&table)?;
    let table_description = context.transaction.describe(&table, TableStatus::Active, context.now)?;
    Ok(UpdateTableOutput { table_description })
}

/// Checks what does not depend on the table.
fn check(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    if input.stream_specification.as_ref().is_some_and(|stream| stream.stream_enabled) {
        return Err(not_supported("streams"));
    }
    if !input.vector_index_updates.is_empty() {
        return Err(not_supported("vector indexes"));
    }
    if !input.replica_updates.is_empty()
        || !input.global_table_witness_updates.is_empty()
        || input.multi_region_consistency.is_some()
        || input.global_table_settings_replication_mode.is_some()
        || input.disassociation_protection_enabled.is_some()
    {
        return Err(not_supported("global tables"));
    }
    let nothing = input.provisioned_throughput.is_none()
        && input.billing_mode.is_none()
        && input.stream_specification.is_none()
        && input.global_secondary_index_updates.is_empty()
        && input.sse_specification.is_none()
        && input.deletion_protection_enabled.is_none()
        && input.table_class.is_none()
        && input.on_demand_throughput.is_none()
        && input.warm_throughput.is_none();
    if nothing {
        return Err(validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or \
             SSESpecification or ReplicaUpdates is required",
        ));
    }
    if let Some(throughput) = input.provisioned_throughput {
        check_throughput(throughput, "provisionedThroughput")?;
    }
    let updates = &input.global_secondary_index_updates;
    for (position, update) in updates.iter().enumerate() {
        if updates[..position].iter().any(|other| index_name(other) == index_name(update)) {
            return Err(invalid(format!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {}",
                index_name(update)
            )));
        }
    }
    let built = updates.iter().filter(|update| !matches!(update, GlobalSecondaryIndexUpdate::Update(_)));
    if built.count() > 1 {
        return Err(limit_exceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        ));
    }
    Ok(())
}

fn index_name(update: &GlobalSecondaryIndexUpdate) -> &str {
    match update {
        GlobalSecondaryIndexUpdate::Update(update) => &update.index_name,
        GlobalSecondaryIndexUpdate::Create(index) => &index.index_name,
        GlobalSecondaryIndexUpdate::Delete(delete) => &delete.index_name,
    }
}

fn change_billing(
    input: &UpdateTableInput,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<(), Box<Rejection>> {
    let billing = input.billing_mode.clone().unwrap_or_else(|| billing(table));
    match (billing, input.provisioned_throughput) {
        (BillingMode::PayPerRequest, Some(_)) => Err(invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (BillingMode::PayPerRequest, None) => {
            if table.throughput.take().is_some() {
                table.settings.on_demand_since = Some(context.now);
                for index in &mut table.indexes {
                    index.throughput = None;
                }
            }
            Ok(())
        }
        (_, Some(wanted)) => match table.throughput.replace(wanted) {
            Some(current) if current == wanted && input.billing_mode.is_none() => {
                Err(unchanged("table", current))
            }
            Some(current) => {
                table.settings.capacity_changes.note(current, wanted, context.now);
                Ok(())
            }
            None => Ok(()),
        },
        (_, None) if table.throughput.is_none() => {
            Err(invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"))
        }
        (_, None) => Ok(()),
    }
}

fn billing(table: &Table) -> BillingMode {
    if table.throughput.is_some() { BillingMode::Provisioned } else { BillingMode::PayPerRequest }
}

fn unchanged(what: &str, current: ProvisionedThroughput) -> Box<Rejection> {
    let ProvisionedThroughput { read_capacity_units: read, write_capacity_units: write } = current;
    validation(format!(
        "The provisioned throughput for the {what} will not change. The requested value equals the current value. Current \
         ReadCapacityUnits provisioned for the {what}: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned for the {what}: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
         Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    ))
}

fn change_settings(input: &UpdateTableInput, table: &mut Table) {
    let settings = &mut table.settings;
    if let Some(protected) = input.deletion_protection_enabled {
        settings.deletion_protection = protected;
    }
    if input.table_class.is_some() {
        settings.table_class.clone_from(&input.table_class);
    }
    if input.sse_specification.is_some() {
        settings.sse_specification.clone_from(&input.sse_specification);
    }
    settings.on_demand_throughput = input.on_demand_throughput.or(settings.on_demand_throughput);
    settings.warm_throughput = input.warm_throughput.or(settings.warm_throughput);
}

fn change_index(
    input: &UpdateTableInput,
    number: usize,
    update: &GlobalSecondaryIndexUpdate,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let name = index_name(update);
    let global = |index: &Index| index.kind == IndexKind::Global && index.name == name;
    let position = table.indexes.iter().position(global);
    let member = format!("globalSecondaryIndexUpdates.{}.member", number + 1);
    match (update, position) {
        (GlobalSecondaryIndexUpdate::Create(_), Some(_)) => {
            Err(invalid(format!("Index already exists: {name}")).into())
        }
        (GlobalSecondaryIndexUpdate::Create(declared), None) => {
            let mut definitions = table.attribute_definitions.clone();
            for definition in &input.attribute_definitions {
                match definitions.iter().find(|known| known.attribute_name == definition.attribute_name) {
                    None => definitions.push(definition.clone()),
                    Some(known) if known == definition => {}
                    Some(known) => {
                        return Err(invalid(format!(
                            "The type of key attribute {} is {}, and cannot be changed to {}",
                            known.attribute_name, known.attribute_type, definition.attribute_type
                        ))
                        .into());
                    }
                }
            }
            let index = global_index(declared, &definitions, &billing(table), &format!("{member}.create"))?;
            let index = Index { id: context.transaction.new_store()?, ..index };
            table.attribute_definitions = definitions;
            table.indexes.push(index);
            check_indexes(&table.indexes)?;
            let index = &table.indexes[table.indexes.len() - 1];
            backfill(table, index, context)
        }
        (GlobalSecondaryIndexUpdate::Delete(_), Some(position)) => {
            let index = table.indexes.remove(position);
            Ok(context.transaction.delete_store(index.id)?)
        }
        (GlobalSecondaryIndexUpdate::Update(update), Some(position)) => {
            let index = &mut table.indexes[position];
            if let Some(wanted) = update.provisioned_throughput {
                check_throughput(wanted, &format!("{member}.update.provisionedThroughput"))?;
                match index.throughput.replace(wanted) {
                    Some(current) if current == wanted => {
                        return Err(unchanged(&format!("index {name}"), current).into());
                    }
                    Some(current) => index.capacity_changes.note(current, wanted, context.now),
                    None => {}
                }
            }
            index.on_demand_throughput = update.on_demand_throughput.or(index.on_demand_throughput);
            index.warm_throughput = update.warm_throughput.or(index.warm_throughput);
            Ok(())
        }
        (_, None) => Err(index_not_found(name).into()),
    }
}

fn index_not_found(name: &str) -> Box<Rejection> {
    let message = format!("Requested resource not found: Index: {name} not found");
    Box::new(Rejection::new("ResourceNotFoundException", message))
}

/// That each index is billed as its table is.
fn check_capacities(input: &UpdateTableInput, table: &Table) -> Result<(), Box<Rejection>> {
    let mut global = table.indexes.iter().filter(|index| index.kind == IndexKind::Global);
    match table.throughput {
        Some(_) => match global.find(|index| index.throughput.is_none()) {
            Some(index) if input.billing_mode.is_some() => {
                Err(invalid(format!("ProvisionedThroughput must be specified for index: {}", index.name)))
            }
            _ => Ok(()),
        },
        None => match global.find(|index| index.throughput.is_some()) {
            Some(index) => Err(invalid(format!(
                "ProvisionedThroughput should not be specified for index: {} when BillingMode is PAY_PER_REQUEST",
                index.name
            ))),
            None => Ok(()),
        },
    }
}

/// Enters the table's items into a new index.
fn backfill(table: &Table, index: &Index, context: &Context<'_>) -> Result<(), Failure> {
    let mut low = Place::at_spot(0);
    loop {
        let rows = context.transaction.some(table.id, &Stretch::Spots { low, before: 1 << 32 }, BACKFILL)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        low = last.clone().next();
        for (place, stored) in &rows {
            let stored: &Stored = stored;
            index::enter(context.transaction, table, index, place, stored)?;
        }
    }
}

#[cfg(test)]
mod tests;
