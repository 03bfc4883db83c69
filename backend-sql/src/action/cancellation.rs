//! What cancels a transaction: the reasons that its answer gives, one for each action, and the capacity that it takes
//! as a whole or not at all.
//!
//! See [Transaction conflict handling and reasons](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).

use std::collections::BTreeMap;

use dynochemy_core::{CancellationReason, Rejection};

use crate::backend::Context;
use crate::capacity::{Costs, Direction};
use crate::failure::{Failure, cancelled, throttled_message};
use crate::storage::Table;

/// The reason of an action that did not cancel anything.
pub(super) fn none() -> CancellationReason {
    CancellationReason { code: "None".to_owned(), ..CancellationReason::default() }
}

/// The reason of an action that does not fit its table or its item.
pub(super) fn invalid(rejection: Rejection) -> CancellationReason {
    reason("ValidationError", rejection.message)
}

fn reason(code: &str, message: String) -> CancellationReason {
    CancellationReason { code: code.to_owned(), message: Some(message), item: None }
}

/// Takes what a transaction costs on each table, or nothing where a table or index cannot give it.
///
/// # Errors
/// The cancellation; `tables` are those of the actions, in their order.
pub(super) fn take_capacity<'t>(
    tables: impl Iterator<Item = Option<&'t Table>>,
    costs: &Costs<'_>,
    direction: Direction,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let now = context.now;
    let mut throttled: BTreeMap<i64, &str> = BTreeMap::new();
    for (table, cost) in costs.iter() {
        let refusals = context.meter.refusals(table, direction, cost, now);
        if !refusals.is_empty() {
            throttled.insert(table.id, throttled_message(&refusals));
        }
    }
    if !throttled.is_empty() {
        let reasons = tables.map(|table| match table.and_then(|table| throttled.get(&table.id)) {
            Some(message) => reason("ProvisionedThroughputExceeded", (*message).to_owned()),
            None => none(),
        });
        return Err(cancelled(reasons.collect()).into());
    }
    for (table, cost) in costs.iter() {
        context.meter.charge(table, direction, cost, now);
    }
    Ok(())
}
