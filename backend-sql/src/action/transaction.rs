//! What both kinds of transactions are held to: how many actions they have, how much they touch, and that each action has
//! an item of its own.
//!
//! See [Transactions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).

use std::collections::BTreeSet;

use dynochemy_core::Rejection;

use crate::failure::{constraint, validation};

const MAX_ACTIONS: usize = 100;
/// The most bytes of items in one transaction.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// The number of a transaction's actions.
pub(super) fn check_count(actions: usize) -> Result<(), Box<Rejection>> {
    match actions {
        0 => Err(constraint("[]", "transactItems", "have length greater than or equal to 1")),
        1..=MAX_ACTIONS => Ok(()),
        _ => {
            let given = format!("[{actions} actions]");
            let wanted = format!("have length less than or equal to {MAX_ACTIONS}");
            Err(constraint(given, "transactItems", &wanted))
        }
    }
}

/// The bytes of all its items.
pub(super) fn check_size(size: u64) -> Result<(), Box<Rejection>> {
    if size > MAX_SIZE {
        return Err(validation("The aggregate size of the items in the transaction exceeds 4 MB"));
    }
    Ok(())
}

/// That no item, told by its table and its place there, is named twice.
pub(super) fn check_distinct<P: Ord>(items: impl Iterator<Item = (i64, P)>) -> Result<(), Box<Rejection>> {
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(item) {
            return Err(validation("Transaction request cannot include multiple operations on one item"));
        }
    }
    Ok(())
}
