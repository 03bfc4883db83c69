//! The next call of UpdateTable that an update needs.
//!
//! The service takes one kind of change in a call, and one index that is made or deleted.

use crate::api::{
    BillingMode, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexUpdate, ProvisionedThroughput, ProvisionedThroughputDescription, StreamSpecification,
    TableDescription, UpdateGlobalSecondaryIndexAction, UpdateTableInput,
};
use crate::operation::{BillingChange, IndexChange, StreamChange, TableUpdate};
use crate::table::{Description, IndexDescription, global_index, index_attributes};

/// The next call for an update of a table that is at rest; `None` where all of it holds.
///
/// # Errors
/// When the update can never hold.
pub(super) fn next(
    update: &TableUpdate,
    declared: &Description,
    table: &TableDescription,
) -> Result<Option<UpdateTableInput>, String> {
    // What is deleted needs no capacity, and what is made gets that of the table as it is to be.
    if let Some(input) = delete_index(update, table) {
        return Ok(Some(input));
    }
    if let Some(input) = capacities(update, declared, table)? {
        return Ok(Some(input));
    }
    Ok(missing_index(update, table).or_else(|| options(update, table)))
}

/// The call that makes an index.
pub(super) fn create_index(index: &IndexDescription, table: &TableDescription) -> UpdateTableInput {
    UpdateTableInput {
        attribute_definitions: index_attributes(index),
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Create(global_index(
            index,
            table.provisioned(),
        ))],
        ..UpdateTableInput::default()
    }
}

fn found<'a>(table: &'a TableDescription, name: &str) -> Option<&'a GlobalSecondaryIndexDescription> {
    table.global_secondary_indexes.iter().find(|index| index.index_name == name)
}

fn delete_index(update: &TableUpdate, table: &TableDescription) -> Option<UpdateTableInput> {
    let mut deleted = update.indexes.iter().filter(|(_, change)| **change == IndexChange::Delete);
    let (name, _) = deleted.find(|(name, _)| found(table, name).is_some())?;
    let delete = DeleteGlobalSecondaryIndexAction { index_name: name.clone() };
    Some(UpdateTableInput {
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Delete(delete)],
        ..UpdateTableInput::default()
    })
}

fn missing_index(update: &TableUpdate, table: &TableDescription) -> Option<UpdateTableInput> {
    update.indexes.iter().find_map(|(name, change)| match change {
        IndexChange::Create(index) if found(table, name).is_none() => Some(create_index(index, table)),
        _ => None,
    })
}

fn capacities(
    update: &TableUpdate,
    declared: &Description,
    table: &TableDescription,
) -> Result<Option<UpdateTableInput>, String> {
    let provisioned = table.provisioned();
    let mut input = UpdateTableInput::default();
    match update.billing {
        Some(BillingChange::OnDemand) if provisioned.is_some() => {
            input.billing_mode = Some(BillingMode::PayPerRequest);
            return Ok(Some(input));
        }
        Some(BillingChange::Provisioned(wanted)) if provisioned != Some(wanted) => {
            input.billing_mode = Some(BillingMode::Provisioned);
            input.provisioned_throughput = Some(wanted);
            if provisioned.is_none() {
                let indexes = table.global_secondary_indexes.iter();
                let capacities = indexes.map(|GlobalSecondaryIndexDescription { index_name, .. }| {
                    set_capacity(index_name, index_capacity(update, declared, index_name, wanted))
                });
                input.global_secondary_index_updates = capacities.collect();
                return Ok(Some(input));
            }
        }
        _ => {}
    }
    for (name, change) in &update.indexes {
        let IndexChange::Capacity(wanted) = change else { continue };
        let Some(index) = found(table, name) else {
            return Err(format!("the table has no global index `{name}` whose capacity could be changed"));
        };
        let throughput =
            index.provisioned_throughput.as_ref().and_then(ProvisionedThroughputDescription::provisioned);
        if throughput != Some(*wanted) {
            input.global_secondary_index_updates.push(set_capacity(name, *wanted));
        }
    }
    Ok((input != UpdateTableInput::default()).then_some(input))
}

/// The capacity of an index of a table that was billed on demand: what is asked for, or declared, or else the table's.
fn index_capacity(
    update: &TableUpdate,
    declared: &Description,
    name: &str,
    of_table: ProvisionedThroughput,
) -> ProvisionedThroughput {
    if let Some(IndexChange::Capacity(throughput)) = update.indexes.get(name) {
        return *throughput;
    }
    match declared.index(name).map(|index| (index.read_capacity, index.write_capacity)) {
        Some((Some(read_capacity_units), Some(write_capacity_units))) => {
            ProvisionedThroughput { read_capacity_units, write_capacity_units }
        }
        _ => of_table,
    }
}

fn set_capacity(index: &str, throughput: ProvisionedThroughput) -> GlobalSecondaryIndexUpdate {
    GlobalSecondaryIndexUpdate::Update(UpdateGlobalSecondaryIndexAction {
        index_name: index.to_owned(),
        provisioned_throughput: Some(throughput),
        ..UpdateGlobalSecondaryIndexAction::default()
    })
}

/// Stream, protection and class, one in a call.
fn options(update: &TableUpdate, table: &TableDescription) -> Option<UpdateTableInput> {
    if let Some(wanted) = &update.stream {
        let found = table.stream_specification.as_ref().filter(|stream| stream.stream_enabled);
        let found = found.and_then(|stream| stream.stream_view_type.as_ref());
        let wanted = match wanted {
            StreamChange::Off => None,
            StreamChange::On(view_type) => Some(view_type),
        };
        if found != wanted {
            let stream_specification = Some(StreamSpecification {
                stream_enabled: wanted.is_some(),
                stream_view_type: wanted.cloned(),
            });
            return Some(UpdateTableInput { stream_specification, ..UpdateTableInput::default() });
        }
    }
    if let Some(wanted) = update.deletion_protection
        && wanted != table.deletion_protection_enabled.unwrap_or_default()
    {
        let deletion_protection_enabled = Some(wanted);
        return Some(UpdateTableInput { deletion_protection_enabled, ..UpdateTableInput::default() });
    }
    if let Some(wanted) = &update.table_class {
        // The service tells no class of a table that never had another.
        let summary = table.table_class_summary.as_ref();
        let found = summary.and_then(|summary| summary.table_class.as_ref());
        if found.map_or("STANDARD", |class| class.name()) != wanted.name() {
            let table_class = Some(wanted.clone());
            return Some(UpdateTableInput { table_class, ..UpdateTableInput::default() });
        }
    }
    None
}
