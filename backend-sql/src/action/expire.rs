//! The deletion of items that have expired, which nobody calls for: it goes before the first call at their time or
//! later. Each leaves its record in the table's stream, as the service's own; no capacity is taken.
//!
//! An item that a held transaction has stays until that has ended.
//!
//! See [Time to Live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::write::Write;
use crate::backend::Context;
use crate::expiry;
use crate::failure::Failure;
use crate::storage::{Expiration, Table};

/// The most items that are deleted in one transaction.
const MOST: u32 = 1000;

/// What may be left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expired {
    All,
    /// More have expired.
    Some,
}

/// Deletes items that have expired, up to a number of them.
pub(crate) fn expire(context: &Context<'_>) -> Result<Expired, Failure> {
    let transaction = context.transaction;
    // Of several readers that found the same, one comes first.
    if !transaction.has_expired(context.now)? {
        return Ok(Expired::All);
    }
    if transaction.lacks_expirations()? {
        enter_all(context)?;
    }
    let expirations = transaction.expirations(context.now, MOST)?;
    let mut tables: BTreeMap<i64, Option<Arc<Table>>> = BTreeMap::new();
    let mut deleted = 0;
    for expiration in &expirations {
        let Expiration { expires, table_id, place } = expiration;
        let table = match tables.get(table_id) {
            Some(table) => table.clone(),
            None => tables.entry(*table_id).or_insert(transaction.numbered_table(*table_id)?).clone(),
        };
        if let Some(table) = table {
            let write = Write::expiry(&table, place.clone());
            if write.conflicts(context) {
                continue;
            }
            let evaluated = write.evaluate(context)?;
            write.apply(&evaluated, context)?;
        }
        transaction.delete_expiration(*table_id, place, *expires)?;
        deleted += 1;
    }
    transaction.find_first_expiry()?;
    Ok(if deleted == MOST { Expired::Some } else { Expired::All })
}

/// Enters when the items of a table expire, which has time to live from now on.
pub(super) fn enter(table: &Table, attribute: &str, context: &Context<'_>) -> Result<(), Failure> {
    let expires = |item: &_| Ok(expiry::expires_yet(item, attribute, context.now)?);
    context.transaction.enter_expirations(table, expires)
}

/// Looks through the items of all tables, in a file from before there were expirations.
fn enter_all(context: &Context<'_>) -> Result<(), Failure> {
    context.transaction.find_first_expiry()?;
    let mut last = String::new();
    while let Some(name) = context.transaction.table_names(&last, 1)?.pop() {
        if let Some(table) = context.transaction.table(&name)?
            && let Some(attribute) = &table.settings.time_to_live
        {
            enter(&table, attribute, context)?;
        }
        last = name;
    }
    Ok(())
}
