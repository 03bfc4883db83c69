//! What a call does with the tables that it names, item by item: what its capacity is reckoned by.
//!
//! It says nothing of PartiQL, whose text nobody reads here, nor of calls that take no capacity.

use super::{Request, Response};
use crate::api::{KeysAndAttributes, TransactWriteItem, WriteRequest};
use crate::item::Item;

/// What is done with a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use<'a> {
    /// So many items are read by their keys.
    Get { count: usize, consistent: bool },
    /// A page is read, of the table or of an index.
    Page { index: Option<&'a str>, consistent: bool },
    /// An item is written.
    Put(&'a Item),
    /// An item is changed, deleted or checked: how large it is, nobody knows before.
    Change,
}

/// The bytes that one write unit writes.
const WRITE_UNIT: usize = 1024;

/// How many units writing so many bytes takes.
pub(crate) fn units_to_write(bytes: usize) -> usize {
    bytes.div_ceil(WRITE_UNIT).max(1)
}

/// How many times the usual a use takes of its table's own capacity.
pub(crate) type Times = u32;

/// What a use takes in a transaction.
const IN_TRANSACTION: Times = 2;

impl Request {
    /// Tells what is done with which table, as the service knows it.
    pub(crate) fn each_use<'a>(&'a self, mut each: impl FnMut(&'a str, Use<'a>, Times)) {
        match self {
            Self::GetItem(get) => {
                each(&get.table_name, Use::Get { count: 1, consistent: get.consistent_read }, 1);
            }
            Self::PutItem(put) => each(&put.table_name, Use::Put(&put.item), 1),
            Self::UpdateItem(update) => each(&update.table_name, Use::Change, 1),
            Self::DeleteItem(delete) => each(&delete.table_name, Use::Change, 1),
            Self::Query(query) => {
                let page =
                    Use::Page { index: query.index_name.as_deref(), consistent: query.consistent_read };
                each(&query.table_name, page, 1);
            }
            Self::Scan(scan) => {
                let page = Use::Page { index: scan.index_name.as_deref(), consistent: scan.consistent_read };
                each(&scan.table_name, page, 1);
            }
            Self::BatchGetItem(batch) => {
                for (table, keys) in &batch.request_items {
                    each(table, Use::of_keys(keys), 1);
                }
            }
            Self::BatchWriteItem(batch) => {
                for (table, writes) in &batch.request_items {
                    writes.iter().for_each(|write| each(table, Use::of_write(write), 1));
                }
            }
            Self::TransactGetItems(gets) => {
                for item in &gets.transact_items {
                    each(&item.get.table_name, Use::Get { count: 1, consistent: true }, IN_TRANSACTION);
                }
            }
            Self::TransactWriteItems(writes) => {
                for write in &writes.transact_items {
                    let used = match write {
                        TransactWriteItem::Put(put) => Use::Put(&put.item),
                        _ => Use::Change,
                    };
                    each(write.table_name(), used, IN_TRANSACTION);
                }
            }
            _ => {}
        }
    }
}

impl Response {
    /// Tells what of a batch the answer left undone.
    pub(crate) fn each_use_left<'a>(&'a self, mut each: impl FnMut(&'a str, Use<'a>)) {
        match self {
            Self::BatchWriteItem(answer) => {
                for (table, writes) in &answer.unprocessed_items {
                    writes.iter().for_each(|write| each(table, Use::of_write(write)));
                }
            }
            Self::BatchGetItem(answer) => {
                for (table, keys) in &answer.unprocessed_keys {
                    each(table, Use::of_keys(keys));
                }
            }
            _ => {}
        }
    }
}

impl<'a> Use<'a> {
    fn of_keys(keys: &KeysAndAttributes) -> Self {
        Self::Get { count: keys.keys.len(), consistent: keys.consistent_read }
    }

    /// What a member of a batch does.
    pub(crate) fn of_write(write: &'a WriteRequest) -> Self {
        match write {
            WriteRequest::PutRequest { item } => Self::Put(item),
            WriteRequest::DeleteRequest { .. } => Self::Change,
        }
    }
}
