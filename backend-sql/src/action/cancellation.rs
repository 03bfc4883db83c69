//! What cancels a transaction: the reasons that its answer gives, one for each action, and the capacity that it takes
//! as a whole or not at all.
//!
//! See [Transaction conflict handling and reasons](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).

use dynochemy_core::{CancellationReason, Rejection};

use crate::backend::Context;
use crate::capacity::{Costs, Direction};
use crate::failure::{COLLECTION_TOO_LARGE, CONFLICT, Failure, cancelled, throttled};
use crate::storage::Table;

/// The reason of an action that did not cancel anything.
pub(super) fn none() -> CancellationReason {
    CancellationReason { code: "None".to_owned(), ..CancellationReason::default() }
}

/// The reason of an action that does not fit its table or its item.
pub(super) fn invalid(rejection: Rejection) -> CancellationReason {
    reason("ValidationError", rejection.message)
}

/// The reason of a statement whose table is not there.
pub(super) fn missing(rejection: Rejection) -> CancellationReason {
    reason("ResourceNotFound", rejection.message)
}

/// The reason of an action that would make an item collection too large.
pub(super) fn collection_too_large() -> CancellationReason {
    reason("ItemCollectionSizeLimitExceeded", COLLECTION_TOO_LARGE.to_owned())
}

/// The reason of an action on an item that another transaction has.
pub(super) fn conflict() -> CancellationReason {
    reason("TransactionConflict", CONFLICT.to_owned())
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
    context: &Context<'_>,
) -> Result<(), Failure> {
    context.meter.take_all(costs, direction, context.now).map_err(|refused| {
        let reasons = tables.map(|table| match table.and_then(|table| refused.get(&table.id)) {
            Some(refusals) => {
                let (code, message) = throttled(refusals);
                reason(code, message.to_owned())
            }
            None => none(),
        });
        cancelled(reasons.collect()).into()
    })
}
