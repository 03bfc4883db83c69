//! Backups, and recovery to a point in time. The setting of the latter is kept and told; nothing is backed up.
//!
//! See [Backup and restore](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup-and-Restore.html).

use dynochemy_core::Moment;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, backed_table, rejected, table};
use crate::action::resource_name::table_in;
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::{PointInTimeRecovery, Table};

/// How long the service keeps changes where nothing else is asked for, in days.
const DEFAULT_PERIOD: u32 = 35;
/// In seconds.
const DAY: u64 = 86_400;
/// How far the latest state that can be restored lies behind, in seconds.
const DELAY: u64 = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: String,
    backup_arn: String,
    target_table_name: String,
}

pub(super) fn create_backup(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    backed_table(&input.read::<Named>()?.table_name, context)?;
    Err(rejected(
        "ContinuousBackupsUnavailableException",
        "the embedded backend makes no backups; copy the database's file while nobody has it open",
    )
    .into())
}

/// DescribeBackup and DeleteBackup.
pub(super) fn backup(input: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    let arn = input.read::<Named>()?.backup_arn;
    Err(rejected("BackupNotFoundException", format!("Backup not found: {arn}")).into())
}

pub(super) fn list_backups(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({ "BackupSummaries": [] }))
}

pub(super) fn restore_table_from_backup(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    check_target(&input.read::<Named>()?.target_table_name, context)?;
    backup(input, context)
}

pub(super) fn describe_continuous_backups(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let table = backed_table(&input.read::<Named>()?.table_name, context)?;
    Ok(described(&table, context.now))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Update {
    table_name: String,
    point_in_time_recovery_specification: Specification,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Specification {
    point_in_time_recovery_enabled: bool,
    recovery_period_in_days: Option<u32>,
}

pub(super) fn update_continuous_backups(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Update { table_name, point_in_time_recovery_specification: wanted } = input.read()?;
    let mut table = Table::clone(&*backed_table(&table_name, context)?);
    let recovery = &mut table.settings.administration.point_in_time_recovery;
    *recovery = match (wanted.point_in_time_recovery_enabled, wanted.recovery_period_in_days) {
        (false, Some(_)) => {
            return Err(validation(
                "RecoveryPeriodInDays can only be specified where PointInTimeRecoveryEnabled is true",
            )
            .into());
        }
        (false, None) => None,
        (true, days) => Some(PointInTimeRecovery {
            since: recovery.map_or(context.now, |recovery| recovery.since),
            days: days.or(recovery.map(|recovery| recovery.days)).unwrap_or(DEFAULT_PERIOD),
        }),
    };
    context.transaction.write_table(&table)?;
    Ok(described(&table, context.now))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Restore {
    source_table_arn: Option<String>,
    source_table_name: Option<String>,
    target_table_name: String,
}

pub(super) fn restore_table_to_point_in_time(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Restore { source_table_arn, source_table_name, target_table_name } = input.read()?;
    let name = source_table_arn
        .or(source_table_name)
        .ok_or_else(|| validation("either SourceTableName or SourceTableArn must be given"))?;
    let source = backed_table(&name, context)?;
    check_target(&target_table_name, context)?;
    check_recovery(&source)?;
    Err(rejected(
        "InvalidRestoreTimeException",
        "the embedded backend keeps no earlier states of tables; there is none to restore",
    )
    .into())
}

/// That changes of the table are kept.
pub(super) fn check_recovery(table: &Table) -> Result<(), Failure> {
    if table.settings.administration.point_in_time_recovery.is_some() {
        return Ok(());
    }
    Err(rejected(
        "PointInTimeRecoveryUnavailableException",
        format!("Point in time recovery is not enabled for table '{}'", table.name),
    )
    .into())
}

fn check_target(name: &str, context: &Context<'_>) -> Result<(), Failure> {
    let name = table_in(name).unwrap_or(name);
    match table(name, context)? {
        None => Ok(()),
        Some(_) => {
            Err(rejected("TableAlreadyExistsException", format!("Table already exists: {name}")).into())
        }
    }
}

fn described(table: &Table, now: Moment) -> Value {
    let mut recovery = json!({ "PointInTimeRecoveryStatus": "DISABLED" });
    if let Some(PointInTimeRecovery { since, days }) = table.settings.administration.point_in_time_recovery {
        let ago = |seconds| since.max(Moment::from_secs(now.as_secs().saturating_sub(seconds)));
        recovery = json!({
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": ago(u64::from(days) * DAY).as_secs(),
            "LatestRestorableDateTime": ago(DELAY).as_secs(),
        });
    }
    json!({
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
        }
    })
}
