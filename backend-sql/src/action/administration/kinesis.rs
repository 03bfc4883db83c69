//! Kinesis data streams as destinations of a table's changes. The settings are kept and told; no change is sent, since
//! there is no Kinesis.
//!
//! See [Kinesis Data Streams for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, known_table};
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::{KinesisDestination, Table};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: String,
    stream_arn: String,
    enable_kinesis_streaming_configuration: Option<Configuration>,
    update_kinesis_streaming_configuration: Option<Configuration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configuration {
    approximate_creation_date_time_precision: Option<String>,
}

const ACTIVE: &str = "ACTIVE";
const DISABLED: &str = "DISABLED";

fn status(destination: &KinesisDestination) -> &'static str {
    if destination.is_active { ACTIVE } else { DISABLED }
}

pub(super) fn describe_kinesis_streaming_destination(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let table = known_table(&input.read::<Named>()?.table_name, context)?;
    let destinations = table.settings.administration.kinesis_destinations.iter().map(|(arn, destination)| {
        let mut told = json!({ "StreamArn": arn, "DestinationStatus": status(destination) });
        if let Some(precision) = &destination.precision {
            told["ApproximateCreationDateTimePrecision"] = precision.as_str().into();
        }
        told
    });
    Ok(json!({
        "TableName": table.name, "KinesisDataStreamDestinations": destinations.collect::<Vec<Value>>(),
    }))
}

pub(super) fn enable_kinesis_streaming_destination(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Named { table_name, stream_arn, enable_kinesis_streaming_configuration: configuration, .. } =
        input.read()?;
    check_stream(&stream_arn)?;
    let table = known_table(&table_name, context)?;
    let known = table.settings.administration.kinesis_destinations.get(&stream_arn);
    if known.is_some_and(|known| known.is_active) {
        return Err(validation(
            "Table is not in a valid state to enable Kinesis Streaming Destination: EnableKinesisStreamingDestination \
             must be DISABLED or ENABLE_FAILED to perform ENABLE operation.",
        )
        .into());
    }
    let precision = configuration.and_then(|asked| asked.approximate_creation_date_time_precision);
    let destination = KinesisDestination { is_active: true, precision };
    keep(&table, stream_arn, destination, "EnableKinesisStreamingConfiguration", context)
}

pub(super) fn disable_kinesis_streaming_destination(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Named { table_name, stream_arn, .. } = input.read()?;
    check_stream(&stream_arn)?;
    let (table, known) = active(&table_name, &stream_arn, "disable", context)?;
    let destination = KinesisDestination { is_active: false, ..known };
    keep(&table, stream_arn, destination, "EnableKinesisStreamingConfiguration", context)
}

pub(super) fn update_kinesis_streaming_destination(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Named { table_name, stream_arn, update_kinesis_streaming_configuration: configuration, .. } =
        input.read()?;
    check_stream(&stream_arn)?;
    let Some(precision) = configuration.and_then(|asked| asked.approximate_creation_date_time_precision)
    else {
        return Err(validation("UpdateKinesisStreamingConfiguration must say what is to be updated").into());
    };
    let (table, known) = active(&table_name, &stream_arn, "update", context)?;
    if known.precision.as_ref() == Some(&precision) {
        return Err(validation(format!("the precision of the destination is {precision} already")).into());
    }
    let destination = KinesisDestination { precision: Some(precision), ..known };
    keep(&table, stream_arn, destination, "UpdateKinesisStreamingConfiguration", context)
}

/// The table, and its destination where that is active.
fn active(
    table: &str,
    stream: &str,
    verb: &str,
    context: &Context<'_>,
) -> Result<(Arc<Table>, KinesisDestination), Failure> {
    let table = known_table(table, context)?;
    let known = table.settings.administration.kinesis_destinations.get(stream).cloned();
    match known.filter(|known| known.is_active) {
        Some(known) => Ok((table, known)),
        None => Err(validation(format!(
            "Table is not in a valid state to {verb} Kinesis Streaming Destination: KinesisStreamingDestination must be \
             ACTIVE to perform {} operation.",
            verb.to_uppercase()
        ))
        .into()),
    }
}

fn check_stream(arn: &str) -> Result<(), Failure> {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2);
    let resource = parts.nth(2).unwrap_or_default();
    if arn.starts_with("arn:") && service == Some("kinesis") && resource.starts_with("stream/") {
        return Ok(());
    }
    Err(validation(format!("StreamArn is not the resource name of a Kinesis data stream: {arn}")).into())
}

fn keep(
    table: &Table,
    stream: String,
    destination: KinesisDestination,
    configuration: &str,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let mut answer =
        json!({ "TableName": table.name, "StreamArn": stream, "DestinationStatus": status(&destination) });
    if let Some(precision) = &destination.precision {
        answer[configuration] = json!({ "ApproximateCreationDateTimePrecision": precision });
    }
    let mut table = table.clone();
    table.settings.administration.kinesis_destinations.insert(stream, destination);
    context.transaction.write_table(&table)?;
    Ok(answer)
}
