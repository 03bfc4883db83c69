//! [UpdateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html): changes a table's
//! capacity, billing, protection, stream and global indexes.
//!
//! What is changed holds at once, and the answer says so, where the service takes a while: a new index is filled with
//! the table's items before the call is answered, even if it takes a time until it can be read. Which changes may be asked for together is in [`check`], capacities
//! are in [`capacity`], and indexes in [`indexes`].

mod calendar;
mod capacity;
mod check;
mod indexes;

use dynochemy_core::api::{SseSpecification, TableStatus, UpdateTableInput, UpdateTableOutput};
use dynochemy_core::{Moment, Rejection};

use super::{Answered, check_created};
use crate::backend::Context;
use crate::failure::{Failure, in_use, invalid, named_table_not_found, validation};
use crate::storage::{Index, Table};

pub(super) fn answer(input: &UpdateTableInput, context: &Context<'_>) -> Result<Answered, Failure> {
    check::check(input)?;
    let found = context.transaction.table(&input.table_name)?;
    let old = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    check_created(&old, context.now)?;
    check_active(input, &old, context.now)?;
    let mut table = Table::clone(&old);
    change_stream(input, &mut table, context)?;
    change_encryption(input, &mut table)?;
    capacity::change(input, &mut table, context)?;
    change_settings(input, &mut table, context);
    let deleted = indexes::change(input, &mut table, context)?;
    // An attribute that is no key any more is not told of any longer.
    let keys = table.keys.clone();
    let indexes = table.indexes.clone();
    table.attribute_definitions.retain(|definition| {
        let mut keys = keys.attributes().chain(indexes.iter().flat_map(Index::key));
        keys.any(|attribute| attribute.name == definition.attribute_name)
    });
    // What was gained until now was gained at the rates until now.
    context.meter.settle(&old, context.now);
    context.transaction.write_table(&table)?;
    let table_description = context.transaction.describe(&table, table.status(context.now), context.now)?;
    Ok(Answered { response: UpdateTableOutput { table_description }.into(), deleted })
}

/// That a table is not being changed. What else may be asked of its indexes meanwhile is told by [`indexes`], and why not of
/// its capacity by [`capacity`].
fn check_active(input: &UpdateTableInput, table: &Table, now: Moment) -> Result<(), Box<Rejection>> {
    let updates = &input.global_secondary_index_updates;
    let is_told_elsewhere = input.provisioned_throughput.is_some()
        || input.billing_mode.is_some()
        || !updates.is_empty() && updates.iter().all(indexes::is_build);
    if is_told_elsewhere || table.status(now) != TableStatus::Updating {
        return Ok(());
    }
    Err(in_use(&format!("Table is being updated: {}", table.name)))
}

/// Switches the stream on or off. What its records hold is fixed while it is on.
fn change_stream(input: &UpdateTableInput, table: &mut Table, context: &Context<'_>) -> Result<(), Failure> {
    let Some(wanted) = &input.stream_specification else { return Ok(()) };
    match (&wanted.stream_view_type, &mut table.settings.stream) {
        (_, Some(stream)) if stream.is_enabled && !wanted.stream_enabled => {
            context.transaction.end_stream(stream.id, context.now)?;
            stream.is_enabled = false;
        }
        (_, Some(stream)) if stream.is_enabled => {
            let name = &input.table_name;
            return Err(validation(format!("Table already has an enabled stream: TableName: {name}")).into());
        }
        (Some(view), _) if wanted.stream_enabled => {
            let stream = context.transaction.begin_stream(table, view.clone(), context.now)?;
            table.settings.stream = Some(stream);
        }
        _ => {
            let name = &input.table_name;
            return Err(validation(format!("Table has no stream to disable: TableName: {name}")).into());
        }
    }
    Ok(())
}

fn change_encryption(input: &UpdateTableInput, table: &mut Table) -> Result<(), Box<Rejection>> {
    let Some(wanted) = &input.sse_specification else { return Ok(()) };
    let current = &mut table.settings.sse_specification;
    let by_key = |specification: &Option<SseSpecification>| {
        specification.as_ref().is_some_and(|specification| specification.enabled == Some(true))
    };
    if wanted.enabled != Some(true) && wanted.sse_type.is_none() && !by_key(current) {
        return Err(invalid("Table is already encrypted by default"));
    }
    if let (Some(current), Some(_)) = (&current, &wanted.kms_master_key_id)
        && current.kms_master_key_id == wanted.kms_master_key_id
    {
        return Err(invalid(
            "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change \
             Master Key",
        ));
    }
    *current = Some(wanted.clone());
    Ok(())
}

fn change_settings(input: &UpdateTableInput, table: &mut Table, context: &Context<'_>) {
    let settings = &mut table.settings;
    if let Some(protected) = input.deletion_protection_enabled {
        settings.deletion_protection = protected;
    }
    if input.table_class.is_some() {
        settings.table_class.clone_from(&input.table_class);
        settings.table_class_changed = Some(context.now);
    }
}

#[cfg(test)]
mod tests;
