//! The actions that administer what an account has beside tables and items, by their names and in JSON.
//!
//! They are answered as the service answers them on a fresh account: settings of a table are kept with its definition
//! and told again, lists of what this backend never has are empty, and what is asked for by name is not found. What
//! would need another service or another region is refused with an error that the action is documented to have.
//!
//! [`ACTIONS`] is the one list of them. There are no request values for them: they come in as [`RawInput`], of a program
//! as of other clients, and their input has been held against its shape ([`wire`](crate::wire)) before.
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

mod account;
mod auto_scaling;
mod backups;
mod contributor_insights;
mod global_tables;
mod kinesis;
pub(super) mod resource_policy;
mod transfers;
mod vectors;

use std::sync::Arc;

use dynochemy_core::Rejection;
use dynochemy_core::api::{RawInput, RawOutput};
use dynochemy_core::json::{self, Reader};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::resource_name::table_in;
use crate::backend::Context;
use crate::failure::{Failure, named_table_not_found, unknown_operation};
use crate::storage::{Access, Table};

type Answer = fn(&Input<'_>, &Context<'_>) -> Result<Value, Failure>;

/// An action of this kind.
pub(crate) struct Administrative {
    name: &'static str,
    access: Access,
    answer: Answer,
}

const fn reads(name: &'static str, answer: Answer) -> Administrative {
    Administrative { name, access: Access::Read, answer }
}

const fn writes(name: &'static str, answer: Answer) -> Administrative {
    Administrative { name, access: Access::Write, answer }
}

/// Every one of them.
pub(crate) const ACTIONS: [Administrative; 39] = [
    reads("CancelBulkOperation", transfers::bulk_operation),
    reads("CreateBackup", backups::create_backup),
    reads("CreateGlobalTable", global_tables::create_global_table),
    reads("DeleteBackup", backups::backup),
    writes("DeleteResourcePolicy", resource_policy::delete_resource_policy),
    reads("DescribeBackup", backups::backup),
    reads("DescribeBulkOperation", transfers::bulk_operation),
    reads("DescribeContinuousBackups", backups::describe_continuous_backups),
    reads("DescribeContributorInsights", contributor_insights::describe_contributor_insights),
    reads("DescribeEndpoints", account::describe_endpoints),
    reads("DescribeExport", transfers::describe_export),
    reads("DescribeGlobalTable", global_tables::global_table),
    reads("DescribeGlobalTableSettings", global_tables::global_table),
    reads("DescribeImport", transfers::describe_import),
    reads("DescribeKinesisStreamingDestination", kinesis::describe_kinesis_streaming_destination),
    reads("DescribeLimits", account::describe_limits),
    reads("DescribeTableReplicaAutoScaling", auto_scaling::describe_table_replica_auto_scaling),
    writes("DisableKinesisStreamingDestination", kinesis::disable_kinesis_streaming_destination),
    writes("EnableKinesisStreamingDestination", kinesis::enable_kinesis_streaming_destination),
    reads("ExportTableToPointInTime", transfers::export_table_to_point_in_time),
    reads("GetResourcePolicy", resource_policy::resource_policy),
    reads("ImportTable", transfers::import_table),
    reads("ListBackups", backups::list_backups),
    reads("ListBulkOperations", transfers::list_bulk_operations),
    reads("ListContributorInsights", contributor_insights::list_contributor_insights),
    reads("ListExports", transfers::list_exports),
    reads("ListGlobalTables", global_tables::list_global_tables),
    reads("ListImports", transfers::list_imports),
    writes("PutResourcePolicy", resource_policy::put_resource_policy),
    reads("RestoreTableFromBackup", backups::restore_table_from_backup),
    reads("RestoreTableToPointInTime", backups::restore_table_to_point_in_time),
    reads("SearchVectors", vectors::search_vectors),
    reads("StartBulkPutItems", transfers::start_bulk_put_items),
    writes("UpdateContinuousBackups", backups::update_continuous_backups),
    writes("UpdateContributorInsights", contributor_insights::update_contributor_insights),
    reads("UpdateGlobalTable", global_tables::global_table),
    reads("UpdateGlobalTableSettings", global_tables::global_table),
    writes("UpdateKinesisStreamingDestination", kinesis::update_kinesis_streaming_destination),
    reads("UpdateTableReplicaAutoScaling", auto_scaling::update_table_replica_auto_scaling),
];

/// The action of that name, if it is one of these.
pub(crate) fn action(name: &str) -> Option<&'static Administrative> {
    ACTIONS.iter().find(|action| action.name == name)
}

impl Administrative {
    pub(crate) fn access(&self) -> Access {
        self.access
    }
}

pub(super) fn answer(input: &RawInput, context: &Context<'_>) -> Result<RawOutput, Failure> {
    let action = action(&input.action).ok_or_else(|| unknown_operation(&input.action))?;
    let answer = (action.answer)(&Input(&input.body), context)?;
    Ok(RawOutput { body: answer.to_string() })
}

/// What an action is asked, as it came.
struct Input<'a>(&'a str);

impl Input<'_> {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let read = json::read(&mut Reader::new(self.0.as_bytes()));
        Ok(read.map_err(|error| Box::new(Rejection::new("SerializationException", error.to_string())))?)
    }
}

/// A table by its name or resource name, once it has been created.
fn table(name: &str, context: &Context<'_>) -> Result<Option<Arc<Table>>, Failure> {
    let found = context.transaction.table(table_in(name).unwrap_or(name))?;
    Ok(found.filter(|table| table.is_created(context.now)))
}

/// As [`table`]; most actions do not know of any other.
fn known_table(name: &str, context: &Context<'_>) -> Result<Arc<Table>, Failure> {
    Ok(table(name, context)?.ok_or_else(|| named_table_not_found(table_in(name).unwrap_or(name)))?)
}

/// As [`table`], of actions on backups and regions, which have an error of their own.
fn backed_table(name: &str, context: &Context<'_>) -> Result<Arc<Table>, Failure> {
    let name = table_in(name).unwrap_or(name);
    Ok(table(name, context)?
        .ok_or_else(|| rejected("TableNotFoundException", format!("Table not found: {name}")))?)
}

fn rejected(code: &str, message: impl Into<String>) -> Box<Rejection> {
    Box::new(Rejection::new(code, message))
}

#[cfg(test)]
mod tests;
