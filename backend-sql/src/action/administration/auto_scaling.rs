//! Auto scaling of a table's replicas: there are none.
//!
//! See [DescribeTableReplicaAutoScaling](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTableReplicaAutoScaling.html).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, known_table};
use crate::backend::Context;
use crate::failure::{Failure, limit_exceeded};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: String,
}

pub(super) fn describe_table_replica_auto_scaling(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let table = known_table(&input.read::<Named>()?.table_name, context)?;
    let status = table.status(context.now);
    Ok(json!({
        "TableAutoScalingDescription": { "TableName": table.name, "TableStatus": status.name(), "Replicas": [] }
    }))
}

pub(super) fn update_table_replica_auto_scaling(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    known_table(&input.read::<Named>()?.table_name, context)?;
    Err(limit_exceeded("the embedded backend has no auto scaling; change the capacity with UpdateTable")
        .into())
}
