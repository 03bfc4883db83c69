//! A table's capacity and billing.
//!
//! Capacity can be lowered four times a day (UTC), and then once an hour, each table and index for itself. How often
//! billing changes is not limited, and was not in the service either.

use std::time::Duration;

use dynochemy_core::api::{BillingMode, ProvisionedThroughput, UpdateTableInput};
use dynochemy_core::{Moment, Rejection};

use super::calendar::spoken;
use crate::action::declaration::capacity::{
    LowerThan, Occasion, Owner, capacity_on_demand, changed_on_demand, check_bounds, check_on_demand,
    check_warm, least_warm, warmer,
};
use crate::backend::Context;
use crate::failure::{in_use, limit_exceeded, validation};
use crate::storage::{CapacityChanges, Index, Table};

const FREE_DECREASES: u64 = 4;
const BETWEEN_DECREASES: Duration = Duration::from_secs(3600);

pub(super) fn change(
    input: &UpdateTableInput,
    table: &mut Table,
    context: &Context<'_>,
) -> Result<(), Box<Rejection>> {
    let creating = table.indexes.iter().find(|index| !index.is_created(context.now));
    if let (Some(index), true) =
        (creating, input.provisioned_throughput.is_some() || input.billing_mode.is_some())
    {
        return Err(in_use(&format!(
            "Can't change table IOPS when an index is being created. Table: {} Indexes: [{}]",
            table.name, index.name
        )));
    }
    match (&input.billing_mode, input.provisioned_throughput) {
        (None, Some(_)) if table.throughput.is_none() => return Err(capacity_on_demand()),
        (_, Some(wanted)) => provision(wanted, table, context.now)?,
        (Some(BillingMode::PayPerRequest), None) => bill_on_demand(table, context.now),
        _ => {}
    }
    let settings = &mut table.settings;
    if let Some(wanted) = input.on_demand_throughput {
        check_on_demand(wanted, table.throughput, Owner::Table, Occasion::Update)?;
        settings.on_demand_throughput = changed_on_demand(settings.on_demand_throughput, wanted);
    }
    if let Some(wanted) = input.warm_throughput {
        let current = warmer(settings.warm_throughput, least_warm(table.throughput));
        check_warm(wanted, current, Owner::Table, LowerThan::Before)?;
        settings.warm_throughput = Some(warmer(Some(wanted), current));
    }
    Ok(())
}

/// Gives the table a capacity.
fn provision(wanted: ProvisionedThroughput, table: &mut Table, now: Moment) -> Result<(), Box<Rejection>> {
    check_bounds(wanted, Owner::Table)?;
    match table.throughput {
        Some(current) if current == wanted => return Err(unchanged("table", "the table", current)),
        Some(current) => note(&mut table.settings.capacity_changes, current, wanted, now)?,
        None => {
            table.settings.on_demand_throughput = None;
            for index in &mut table.indexes {
                index.on_demand_throughput = None;
            }
        }
    }
    table.throughput = Some(wanted);
    let warm = &mut table.settings.warm_throughput;
    *warm = Some(warmer(*warm, least_warm(table.throughput)));
    Ok(())
}

/// Bills the table and its indexes on demand, from now on where it was provisioned.
fn bill_on_demand(table: &mut Table, now: Moment) {
    if table.throughput.take().is_none() {
        return;
    }
    let none = ProvisionedThroughput { read_capacity_units: 0, write_capacity_units: 0 };
    let settings = &mut table.settings;
    settings.on_demand_since = Some(now);
    settings.warm_throughput = Some(warmer(settings.warm_throughput, least_warm(None)));
    for index in &mut table.indexes {
        if let Some(current) = index.throughput.take() {
            // The service counts this as a decrease, on indexes only.
            index.capacity_changes.note(current, none, now);
            index.warm_throughput = Some(warmer(index.warm_throughput, least_warm(None)));
        }
    }
}

/// Gives an index another capacity.
pub(super) fn provision_index(
    wanted: ProvisionedThroughput,
    index: &mut Index,
    now: Moment,
) -> Result<(), Box<Rejection>> {
    let name = &index.name;
    check_bounds(wanted, Owner::Index(name))?;
    match index.throughput {
        Some(current) if current == wanted => {
            let of = format!("index {name}");
            return Err(unchanged(&of, &of, current));
        }
        Some(current) => note(&mut index.capacity_changes, current, wanted, now)?,
        None => {}
    }
    index.throughput = Some(wanted);
    index.warm_throughput = Some(warmer(index.warm_throughput, least_warm(index.throughput)));
    Ok(())
}

fn unchanged(what: &str, of: &str, current: ProvisionedThroughput) -> Box<Rejection> {
    let ProvisionedThroughput { read_capacity_units: read, write_capacity_units: write } = current;
    validation(format!(
        "The provisioned throughput for the {what} will not change. The requested value equals the current value. Current \
         ReadCapacityUnits provisioned for {of}: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned for {of}: {write}. Requested WriteCapacityUnits: {write}. Refer to the Amazon \
         DynamoDB Developer Guide for current limits and how to request higher limits."
    ))
}

/// Notes a change of capacity, unless it was lowered too often.
fn note(
    changes: &mut CapacityChanges,
    from: ProvisionedThroughput,
    to: ProvisionedThroughput,
    now: Moment,
) -> Result<(), Box<Rejection>> {
    let times = changes.lowered_on_the_day_of(now);
    if let Some(last) = changes.lowered
        && CapacityChanges::lowers(from, to)
        && times >= FREE_DECREASES
        && now < last + BETWEEN_DECREASES
    {
        let next = last + BETWEEN_DECREASES;
        return Err(limit_exceeded(&format!(
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the \
             first {FREE_DECREASES} decreases, each subsequent decrease in the same UTC day can be performed at most \
             once every {} seconds. Number of decreases today: {times}. Last decrease at {}. Next decrease can be made \
             at {}",
            BETWEEN_DECREASES.as_secs(),
            spoken(last),
            spoken(next)
        )));
    }
    changes.note(from, to, now);
    Ok(())
}
