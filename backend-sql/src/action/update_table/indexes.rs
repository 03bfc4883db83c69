//! Global indexes that are made, changed and deleted.
//!
//! An item whose attributes cannot be keys of a new index is left out of it, as in the service.

use dynochemy_core::Rejection;
use dynochemy_core::api::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalSecondaryIndexUpdate,
    UpdateGlobalSecondaryIndexAction, UpdateTableInput,
};

use super::capacity::provision_index;
use crate::action::declaration::capacity::{
    LowerThan, Occasion, Owner, changed_on_demand, check_on_demand, check_warm, checked_index_capacity,
    least_warm, warmer,
};
use crate::action::declaration::indexes::{MAX_GLOBAL, check_included, global_index};
use crate::backend::Context;
use crate::failure::{Failure, invalid, limit_exceeded, validation};
use crate::index;
use crate::storage::{Index, IndexKind, Place, Stored, Stretch, Table};

/// How many items are taken to a new index at once.
const BACKFILL: usize = 256;

pub(super) fn index_name(update: &GlobalSecondaryIndexUpdate) -> &str {
    match update {
        GlobalSecondaryIndexUpdate::Update(update) => &update.index_name,
        GlobalSecondaryIndexUpdate::Create(index) => &index.index_name,
        GlobalSecondaryIndexUpdate::Delete(delete) => &delete.index_name,
    }
}

/// Whether an index is made or deleted.
pub(super) fn is_build(update: &GlobalSecondaryIndexUpdate) -> bool {
    !matches!(update, GlobalSecondaryIndexUpdate::Update(_))
}

/// Makes the changes of a table whose own capacity is as it is to be; the indexes that were deleted.
pub(super) fn change(
    input: &UpdateTableInput,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<Vec<i64>, Failure> {
    let updates = &input.global_secondary_index_updates;
    for update in updates {
        let name = index_name(update);
        match (update, table.indexes.iter().find(|index| index.name == name)) {
            (GlobalSecondaryIndexUpdate::Create(_), Some(_)) => {
                return Err(validation("Attempting to create an index which already exists").into());
            }
            (GlobalSecondaryIndexUpdate::Create(_), None) => {}
            (_, None) => return Err(index_not_found(name, table).into()),
            (_, Some(index)) if index.kind == IndexKind::Global => {}
            (update, Some(_)) => {
                let done =
                    if matches!(update, GlobalSecondaryIndexUpdate::Delete(_)) { "delete" } else { "update" };
                return Err(validation(format!(
                    "Cannot {done} an index that is not a GlobalSecondaryIndex: {name}"
                ))
                .into());
            }
        }
    }
    // One that is being created can itself be deleted.
    let is_under_way = |index: &Index| {
        !index.is_created(context.now) && updates.iter().all(|update| index_name(update) != index.name)
    };
    let built = updates.iter().filter(|update| is_build(update)).count();
    if built > 1 || built == 1 && table.indexes.iter().any(is_under_way) {
        return Err(limit_exceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )
        .into());
    }
    let mut deleted = Vec::new();
    for update in updates {
        match update {
            GlobalSecondaryIndexUpdate::Create(declared) => create(declared, input, table, context)?,
            GlobalSecondaryIndexUpdate::Delete(delete) => {
                let named = |index: &Index| index.name == delete.index_name;
                if let Some(position) = table.indexes.iter().position(named) {
                    let index = table.indexes.remove(position);
                    context.transaction.delete_store(index.id)?;
                    deleted.push(index.id);
                }
            }
            GlobalSecondaryIndexUpdate::Update(update) => change_capacity(update, table, context)?,
        }
    }
    check_provisioned(input, table)?;
    Ok(deleted)
}

fn create(
    declared: &GlobalSecondaryIndex,
    input: &UpdateTableInput,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let name = &declared.index_name;
    let globals = table.indexes.iter().filter(|index| index.kind == IndexKind::Global).count();
    if globals == MAX_GLOBAL {
        return Err(limit_exceeded(&format!(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of {MAX_GLOBAL}"
        ))
        .into());
    }
    match (table.throughput, declared.provisioned_throughput) {
        (None, Some(_)) => {
            return Err(invalid(format!(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when BillingMode is \
                 PAY_PER_REQUEST"
            ))
            .into());
        }
        (Some(_), None) => {
            return Err(invalid(format!(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
            ))
            .into());
        }
        _ => {}
    }
    let index = global_index(declared, &input.attribute_definitions)?;
    for attribute in index.key() {
        define(&mut table.attribute_definitions, &attribute.into())?;
    }
    let index = Index {
        id: context.transaction.new_store()?,
        creation: context.creation(),
        ..checked_index_capacity(index, declared)?
    };
    backfill(table, &index, context)?;
    table.indexes.push(index);
    Ok(check_included(&table.indexes)?)
}

/// Adds a definition to those of a table; what is defined keeps its type.
fn define(
    definitions: &mut Vec<AttributeDefinition>,
    wanted: &AttributeDefinition,
) -> Result<(), Box<Rejection>> {
    match definitions.iter().find(|known| known.attribute_name == wanted.attribute_name) {
        None => definitions.push(wanted.clone()),
        Some(known) if known == wanted => {}
        Some(known) => {
            return Err(invalid(format!(
                "The type of key attribute {} is {}, and cannot be changed to {}",
                known.attribute_name, known.attribute_type, wanted.attribute_type
            )));
        }
    }
    Ok(())
}

fn change_capacity(
    update: &UpdateGlobalSecondaryIndexAction,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<(), Box<Rejection>> {
    let name = &update.index_name;
    let provisioned = table.throughput;
    let named = |index: &&mut Index| index.name == *name;
    let Some(index) = table.indexes.iter_mut().find(named) else { return Ok(()) };
    let nothing_else = update.on_demand_throughput.unwrap_or_default() == Default::default()
        && update.warm_throughput.is_none();
    match (provisioned, update.provisioned_throughput) {
        (Some(_), Some(wanted)) => provision_index(wanted, index, context.now)?,
        (Some(_), None) if nothing_else => {
            return Err(invalid(format!(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
            )));
        }
        (None, wanted) if wanted.is_some() || nothing_else => {
            return Err(invalid(format!(
                "The only Updates for index: {name} when TableThroughputMode is PAY_PER_REQUEST can be to \
                 OnDemandThroughput, WarmThroughput"
            )));
        }
        _ => {}
    }
    if let Some(wanted) = update.on_demand_throughput {
        check_on_demand(wanted, provisioned, Owner::Index(name), Occasion::Update)?;
        index.on_demand_throughput = changed_on_demand(index.on_demand_throughput, wanted);
    }
    if let Some(wanted) = update.warm_throughput {
        let current = warmer(index.warm_throughput, least_warm(index.throughput));
        check_warm(wanted, current, Owner::Index(name), LowerThan::Before)?;
        index.warm_throughput = Some(warmer(Some(wanted), current));
    }
    Ok(())
}

/// That a table that has become provisioned has provisioned indexes only.
fn check_provisioned(input: &UpdateTableInput, table: &Table) -> Result<(), Box<Rejection>> {
    let lacks = |index: &&Index| index.kind == IndexKind::Global && index.throughput.is_none();
    match table.indexes.iter().find(lacks) {
        Some(index) if input.billing_mode == Some(BillingMode::Provisioned) => {
            Err(invalid(format!("ProvisionedThroughput must be specified for index: {}", index.name)))
        }
        _ => Ok(()),
    }
}

fn index_not_found(name: &str, table: &Table) -> Box<Rejection> {
    let message = format!("Requested resource not found: Index {name} for table {}", table.name);
    Box::new(Rejection::new("ResourceNotFoundException", message))
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
