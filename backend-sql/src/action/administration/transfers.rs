//! What goes to Amazon S3 and comes from it: exports, imports and bulk operations. There never was any.
//!
//! See [Exporting](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html) and
//! [importing](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html).

use dynochemy_core::Rejection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, backed_table, backups, known_table, rejected, table};
use crate::backend::Context;
use crate::failure::{Failure, limit_exceeded, table_exists};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: String,
    table_arn: String,
    export_arn: String,
    import_arn: String,
    bulk_operation_arn: String,
    table_creation_parameters: Creation,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Creation {
    table_name: String,
}

fn without_buckets() -> Box<Rejection> {
    limit_exceeded(
        "the embedded backend reaches no Amazon S3; read and write the items with Scan and BatchWriteItem",
    )
}

pub(super) fn export_table_to_point_in_time(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let table = backed_table(&input.read::<Named>()?.table_arn, context)?;
    backups::check_recovery(&table)?;
    Err(without_buckets().into())
}

pub(super) fn describe_export(input: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    let arn = input.read::<Named>()?.export_arn;
    Err(rejected("ExportNotFoundException", format!("Export not found: {arn}")).into())
}

pub(super) fn list_exports(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({ "ExportSummaries": [] }))
}

pub(super) fn import_table(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let name = input.read::<Named>()?.table_creation_parameters.table_name;
    if table(&name, context)?.is_some() {
        return Err(table_exists(&name).into());
    }
    Err(without_buckets().into())
}

pub(super) fn describe_import(input: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    let arn = input.read::<Named>()?.import_arn;
    Err(rejected("ImportNotFoundException", format!("Import not found: {arn}")).into())
}

pub(super) fn list_imports(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({ "ImportSummaryList": [] }))
}

pub(super) fn start_bulk_put_items(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    known_table(&input.read::<Named>()?.table_name, context)?;
    Err(without_buckets().into())
}

/// DescribeBulkOperation and CancelBulkOperation.
pub(super) fn bulk_operation(input: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    let arn = input.read::<Named>()?.bulk_operation_arn;
    let message = format!("Requested resource not found: Bulk operation: {arn} not found");
    Err(rejected("ResourceNotFoundException", message).into())
}

pub(super) fn list_bulk_operations(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({ "BulkOperationsSummaryList": [] }))
}
