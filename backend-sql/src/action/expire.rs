//! The deletion of items that have expired, which nobody calls for: it goes before the first call at their time or
//! later. Each leaves its record in the table's stream, as the service's own; no capacity is taken. What is kept of streams
//! that have ended goes likewise, a day after their end.
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

/// The most items, or records of a stream, that are deleted in one transaction.
const MOST: u32 = 1000;

/// How far a deletion has come, which takes several transactions where much has expired.
#[derive(Debug, Default)]
pub(crate) struct Expiry {
    /// The last one that was looked at.
    last: Expiration,
    pub(crate) is_over: bool,
    /// Whether some were left, which held transactions have.
    pub(crate) leaves_some: bool,
}

/// Deletes what has expired, up to a number of them, behind what was looked at `before`.
pub(crate) fn expire(before: &Expiry, context: &Context<'_>) -> Result<Expiry, Failure> {
    let transaction = context.transaction;
    let mut leaves_some = before.leaves_some;
    // Of several readers that found the same, one comes first.
    if !transaction.has_expired(context.now)? {
        return Ok(Expiry { is_over: true, leaves_some, ..Expiry::default() });
    }
    if transaction.lacks_expirations()? {
        enter_all(context)?;
    }
    let expirations = transaction.expirations(&before.last, context.now, MOST)?;
    let mut is_over = expirations.len() < MOST as usize;
    let mut records_left = MOST;
    let mut last = before.last.clone();
    let mut tables: BTreeMap<i64, Option<Arc<Table>>> = BTreeMap::new();
    for expiration in expirations {
        let Expiration { expires, table_id, place } = &expiration;
        let table = match tables.get(table_id) {
            Some(table) => table.clone(),
            None => tables.entry(*table_id).or_insert(transaction.numbered_table(*table_id)?).clone(),
        };
        if let Some(table) = table {
            let write = Write::expiry(&table, place.clone());
            if write.conflicts(context) {
                leaves_some = true;
                last = expiration;
                continue;
            }
            let evaluated = write.evaluate(context)?;
            write.apply(&evaluated, context)?;
        } else {
            // A stream, all of which may be more than is deleted at a time.
            records_left -= transaction.delete_ended_stream(*table_id, context.now, records_left)?;
            if records_left == 0 {
                is_over = false;
                break;
            }
        }
        transaction.delete_expiration(*table_id, place, *expires)?;
        last = expiration;
    }
    if is_over {
        transaction.find_first_expiry()?;
    }
    Ok(Expiry { last, is_over, leaves_some })
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
