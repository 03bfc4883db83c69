//! What holds for an account and a region as a whole.
//!
//! See [DescribeLimits](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html) and
//! [DescribeEndpoints](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html).

use serde_json::{Value, json};

use super::Input;
use crate::backend::Context;
use crate::failure::Failure;
use crate::storage::REGION;

/// The quotas of a fresh account. None of them is enforced.
pub(super) fn describe_limits(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(json!({
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }))
}

/// The endpoint of the region that resource names here have. Nobody listens there: who asks knows a better one already.
pub(super) fn describe_endpoints(_: &Input<'_>, _: &Context<'_>) -> Result<Value, Failure> {
    Ok(
        json!({ "Endpoints": [{ "Address": format!("dynamodb.{REGION}.amazonaws.com"), "CachePeriodInMinutes": 1440 }] }),
    )
}
