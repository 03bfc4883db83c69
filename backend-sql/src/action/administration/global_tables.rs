//! Global tables of version 2017.11.29. They join tables of several regions, and here is only one.
//!
//! See [Global tables](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables.V1.html).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, rejected, table};
use crate::backend::Context;
use crate::failure::{Failure, limit_exceeded, validation};
use crate::storage::REGION;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    global_table_name: String,
    replication_group: Vec<Replica>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Replica {
    region_name: Option<String>,
}

/// A table of that name must stand in each of the regions before.
pub(super) fn create_global_table(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Named { global_table_name: name, replication_group } = input.read()?;
    if replication_group.is_empty() {
        return Err(validation("ReplicationGroup must name at least one region").into());
    }
    let is_here = table(&name, context)?.is_some();
    for Replica { region_name } in &replication_group {
        let region = region_name.as_deref().unwrap_or(REGION);
        if region != REGION || !is_here {
            let message = format!("Table not found: Table: '{name}' not found in region: '{region}'.");
            return Err(rejected("TableNotFoundException", message).into());
        }
    }
    Err(limit_exceeded("the embedded backend is a single region, in which a table needs no replicas").into())
}

/// Whatever is asked of a global table by its name.
pub(super) fn global_table(input: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    let name = input.read::<Named>()?.global_table_name;
    let message = format!("Global table not found: Global table with name: '{name}' does not exist.");
    Err(rejected("GlobalTableNotFoundException", message).into())
}

pub(super) fn list_global_tables(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({ "GlobalTables": [] }))
}
