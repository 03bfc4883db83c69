//! Which tables a call names.

use std::collections::BTreeSet;

use super::Request;

impl Request {
    /// The tables that the call names, as the service knows them, each once; none of calls that name them in a text
    /// (PartiQL, raw calls), or by an Amazon resource name.
    #[must_use]
    pub fn table_names(&self) -> BTreeSet<&str> {
        let one: &String = match self {
            Self::BatchGetItem(batch) => return batch.request_items.keys().map(String::as_str).collect(),
            Self::BatchWriteItem(batch) => return batch.request_items.keys().map(String::as_str).collect(),
            Self::TransactGetItems(gets) => {
                return gets.transact_items.iter().map(|item| item.get.table_name.as_str()).collect();
            }
            Self::TransactWriteItems(writes) => {
                return writes.transact_items.iter().map(|item| item.table_name()).collect();
            }
            Self::GetItem(input) => &input.table_name,
            Self::PutItem(input) => &input.table_name,
            Self::DeleteItem(input) => &input.table_name,
            Self::UpdateItem(input) => &input.table_name,
            Self::Query(input) => &input.table_name,
            Self::Scan(input) => &input.table_name,
            Self::CreateTable(input) => &input.table_name,
            Self::DeleteTable(input) => &input.table_name,
            Self::DescribeTable(input) => &input.table_name,
            Self::DescribeTimeToLive(input) => &input.table_name,
            Self::UpdateTable(input) => &input.table_name,
            Self::UpdateTimeToLive(input) => &input.table_name,
            _ => return BTreeSet::new(),
        };
        [one.as_str()].into()
    }

    /// How many items the call is about, where it is a batch or transaction.
    #[must_use]
    pub fn batch_size(&self) -> Option<usize> {
        match self {
            Self::BatchGetItem(batch) => Some(batch.request_items.values().map(|keys| keys.keys.len()).sum()),
            Self::BatchWriteItem(batch) => Some(batch.request_items.values().map(Vec::len).sum()),
            Self::TransactGetItems(gets) => Some(gets.transact_items.len()),
            Self::TransactWriteItems(writes) => Some(writes.transact_items.len()),
            Self::BatchExecuteStatement(input) => Some(input.statements.len()),
            Self::ExecuteTransaction(input) => Some(input.transact_statements.len()),
            _ => None,
        }
    }
}
