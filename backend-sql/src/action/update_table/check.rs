//! What does not depend on the table: that each member is valid on its own, and which may come together.
//!
//! The service takes one kind of change in a call. Only a change of billing goes with others.

use dynochemy_core::Rejection;
use dynochemy_core::api::{BillingMode, GlobalSecondaryIndexUpdate, UpdateTableInput, WarmThroughput};

use super::indexes::{index_name, is_build};
use crate::action::declaration::capacity::{capacity_on_demand, check_mode, check_units};
use crate::action::declaration::indexes::check_global_members;
use crate::action::declaration::{check_name, check_table_name, keys, options};
use crate::failure::{invalid, not_supported, validation};

pub(super) fn check(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    check_members(input)?;
    check_supported(input)?;
    if is_empty(input) {
        return Err(validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, \
             SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, \
             MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is \
             required",
        ));
    }
    check_billing(input)?;
    check_combination(input)?;
    options::check_class(input.table_class.as_ref())?;
    options::check_encryption(input.sse_specification.as_ref())?;
    options::check_stream(
        input.stream_specification.as_ref(),
        "If stream is being enabled then UpdateViewType is required",
        "If stream is being disabled, then UpdateViewType must not be specified",
    )?;
    check_indexes(input)
}

fn check_members(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    check_table_name(&input.table_name)?;
    check_mode(input.billing_mode.as_ref())?;
    if let Some(throughput) = input.provisioned_throughput {
        check_units(throughput, "provisionedThroughput")?;
    }
    for (number, update) in input.global_secondary_index_updates.iter().enumerate() {
        let member = format!("globalSecondaryIndexUpdates.{}.member", number + 1);
        match update {
            GlobalSecondaryIndexUpdate::Create(index) => {
                check_global_members(index, &format!("{member}.create"))?;
            }
            GlobalSecondaryIndexUpdate::Delete(delete) => {
                check_name(&delete.index_name, &format!("{member}.delete.indexName"))?;
            }
            GlobalSecondaryIndexUpdate::Update(update) => {
                check_name(&update.index_name, &format!("{member}.update.indexName"))?;
                if let Some(throughput) = update.provisioned_throughput {
                    check_units(throughput, &format!("{member}.update.provisionedThroughput"))?;
                }
            }
        }
    }
    Ok(())
}

/// What would be promised and not kept is refused.
fn check_supported(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
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
    Ok(())
}

/// Whether nothing is asked for. Definitions alone are nothing, nor are bounds without a value.
fn is_empty(input: &UpdateTableInput) -> bool {
    input.provisioned_throughput.is_none()
        && input.billing_mode.is_none()
        && input.stream_specification.is_none()
        && input.global_secondary_index_updates.is_empty()
        && input.sse_specification.is_none()
        && input.deletion_protection_enabled.is_none()
        && input.table_class.is_none()
        && input.on_demand_throughput.unwrap_or_default() == Default::default()
        && !has_warm(input)
}

fn has_warm(input: &UpdateTableInput) -> bool {
    input.warm_throughput.unwrap_or_default() != WarmThroughput::default()
}

fn check_billing(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    match (&input.billing_mode, input.provisioned_throughput) {
        (Some(BillingMode::PayPerRequest), Some(_)) => Err(capacity_on_demand()),
        (Some(BillingMode::Provisioned), None) => {
            Err(invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"))
        }
        _ => Ok(()),
    }
}

/// Which changes come together.
fn check_combination(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    let updates = &input.global_secondary_index_updates;
    let builds = updates.iter().any(is_build);
    let creates = updates.iter().any(|update| matches!(update, GlobalSecondaryIndexUpdate::Create(_)));
    let on_demand = input.on_demand_throughput.unwrap_or_default() != Default::default();
    let has = [
        input.sse_specification.is_some(),
        input.table_class.is_some(),
        input.deletion_protection_enabled.is_some(),
        has_warm(input),
        on_demand,
        input.billing_mode.is_some(),
        input.provisioned_throughput.is_some(),
        input.stream_specification.is_some(),
        !updates.is_empty(),
    ];
    let [sse, class, protection, warm, on_demand, billing, throughput, stream, _] = has;
    let several = has.iter().filter(|has| **has).count() > 1;
    let problem = match () {
        () if !several => return Ok(()),
        () if sse => "Server-Side Encryption modification must be the only operation in the request",
        () if class => "TableClass modification must be the only operation in the request",
        () if protection => "DeletionProtection modification must be the only operation in the request",
        () if warm && creates => {
            "Create global secondary index cannot be specified when updating WarmThroughput"
        }
        () if warm => "WarmThroughput must be the only operation in the request",
        () if on_demand && !(billing && has.iter().filter(|has| **has).count() == 2) => {
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        }
        () if throughput && stream => "You cannot modify stream status while updating table IOPS",
        () if throughput && builds => "You cannot create or delete index while updating table IOPS",
        () if stream && builds => "You cannot create or delete index while changing stream status",
        () => return Ok(()),
    };
    Err(invalid(problem))
}

fn check_indexes(input: &UpdateTableInput) -> Result<(), Box<Rejection>> {
    let updates = &input.global_secondary_index_updates;
    for (position, update) in updates.iter().enumerate() {
        let name = index_name(update);
        if updates[..position].iter().any(|other| index_name(other) == name) {
            return Err(invalid(format!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )));
        }
        match update {
            GlobalSecondaryIndexUpdate::Create(index) => {
                if input.attribute_definitions.is_empty() {
                    return Err(invalid(format!("AttributeDefinitions is not specified for index: {name}")));
                }
                keys::check_definitions(&input.attribute_definitions)?;
                keys::check_defined(&index.key_schema, &input.attribute_definitions)?;
            }
            GlobalSecondaryIndexUpdate::Update(update)
                if update.warm_throughput == Some(WarmThroughput::default()) =>
            {
                return Err(invalid(format!(
                    "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for \
                     index: {name}"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}
