//! Answers made up for a plan that is only explained: every call succeeds, and nothing is found.

use std::collections::BTreeMap;

use crate::api::{
    BatchExecuteStatementOutput, BatchGetItemOutput, BatchWriteItemOutput, CreateTableOutput,
    DeleteItemOutput, DeleteTableOutput, DescribeStreamOutput, DescribeTableOutput, DescribeTimeToLiveOutput,
    ExecuteStatementOutput, ExecuteTransactionOutput, GetItemOutput, GetRecordsOutput,
    GetShardIteratorOutput, GlobalSecondaryIndexDescription, ItemResponse, ListStreamsOutput,
    ListTablesOutput, ListTagsOfResourceOutput, PutItemOutput, QueryOutput, RawOutput, ScanOutput,
    TableDescription, TableStatus, TagResourceOutput, TransactGetItemsOutput, TransactWriteItemsOutput,
    UntagResourceOutput, UpdateItemOutput, UpdateTableOutput, UpdateTimeToLiveOutput,
};
use crate::client::TableNames;
use crate::error::{CallError, Rejection};
use crate::operation::{TableWait, Task};
use crate::request::{Request, Response};
use crate::solvent::Solvent;
use crate::table::{IndexDescription, IndexKind, TableDefinition};

/// The tables, as the plan makes them; none where one is gone.
#[derive(Debug)]
pub(super) struct Answers {
    tables: BTreeMap<String, Option<TableDescription>>,
}

impl Answers {
    /// Tables that are ensured are there as they are to be, and those that are waited for to be gone are gone: what else
    /// they are is not known.
    pub(super) fn new(plan: &Solvent, names: &TableNames) -> Self {
        let mut tables = BTreeMap::new();
        for entry in &plan.entries {
            let Ok(task) = &entry.task else { continue };
            let Some(name) = task.table().map(|table| names.of(plan.tables.at(table))) else { continue };
            match task {
                Task::EnsureTable { definition, .. } => {
                    tables.entry(name.clone()).or_insert_with(|| Some(described(definition, name)));
                }
                Task::AwaitTable { until: TableWait::Gone, .. } => drop(tables.entry(name).or_insert(None)),
                _ => {}
            }
        }
        Self { tables }
    }

    pub(super) fn answer(&mut self, request: &Request) -> Result<Response, CallError> {
        Ok(match request {
            Request::BatchExecuteStatement(_) => BatchExecuteStatementOutput::default().into(),
            Request::BatchGetItem(_) => BatchGetItemOutput::default().into(),
            Request::BatchWriteItem(_) => BatchWriteItemOutput::default().into(),
            Request::CreateTable(input) => {
                let table = TableDescription { table_name: input.table_name.clone(), ..active() };
                self.tables.insert(input.table_name.clone(), Some(table.clone()));
                CreateTableOutput { table_description: table }.into()
            }
            Request::DeleteItem(_) => DeleteItemOutput::default().into(),
            Request::DeleteTable(input) => {
                self.tables.insert(input.table_name.clone(), None);
                DeleteTableOutput::default().into()
            }
            Request::DescribeStream(_) => DescribeStreamOutput::default().into(),
            Request::DescribeTable(input) => {
                let table = self.table(&input.table_name)?;
                DescribeTableOutput { table }.into()
            }
            Request::DescribeTimeToLive(_) => DescribeTimeToLiveOutput::default().into(),
            Request::ExecuteStatement(_) => ExecuteStatementOutput::default().into(),
            Request::ExecuteTransaction(_) => ExecuteTransactionOutput::default().into(),
            Request::GetItem(_) => GetItemOutput::default().into(),
            Request::GetRecords(_) => GetRecordsOutput::default().into(),
            Request::GetShardIterator(_) => GetShardIteratorOutput::default().into(),
            Request::ListStreams(_) => ListStreamsOutput::default().into(),
            Request::ListTables(_) => ListTablesOutput::default().into(),
            Request::ListTagsOfResource(_) => ListTagsOfResourceOutput::default().into(),
            Request::PutItem(_) => PutItemOutput::default().into(),
            Request::Query(_) => QueryOutput::default().into(),
            Request::Raw(_) => RawOutput::default().into(),
            Request::Scan(_) => ScanOutput::default().into(),
            Request::TagResource(_) => TagResourceOutput::default().into(),
            Request::TransactGetItems(gets) => {
                let responses = vec![ItemResponse::default(); gets.transact_items.len()];
                TransactGetItemsOutput { responses, ..TransactGetItemsOutput::default() }.into()
            }
            Request::TransactWriteItems(_) => TransactWriteItemsOutput::default().into(),
            Request::UntagResource(_) => UntagResourceOutput::default().into(),
            Request::UpdateItem(_) => UpdateItemOutput::default().into(),
            Request::UpdateTable(input) => {
                UpdateTableOutput { table_description: self.table(&input.table_name)? }.into()
            }
            Request::UpdateTimeToLive(_) => UpdateTimeToLiveOutput::default().into(),
        })
    }

    fn table(&self, name: &str) -> Result<TableDescription, CallError> {
        match self.tables.get(name) {
            Some(None) => {
                let rejection = Rejection::new("ResourceNotFoundException", "the plan has deleted it");
                Err(CallError::Refused(Box::new(rejection)))
            }
            Some(Some(table)) => Ok(table.clone()),
            None => Ok(TableDescription { table_name: name.to_owned(), ..active() }),
        }
    }
}

/// A table that is ready for use, and has a name that tags are asked for by.
fn active() -> TableDescription {
    TableDescription {
        table_status: TableStatus::Active,
        table_arn: Some("arn:aws:dynamodb:explained".to_owned()),
        ..TableDescription::default()
    }
}

/// A table as it is defined.
fn described(definition: &TableDefinition, table_name: String) -> TableDescription {
    let global = definition.indexes.iter().filter(|index| index.kind == IndexKind::Global);
    let described = |index: &IndexDescription| GlobalSecondaryIndexDescription {
        index_name: index.name.clone().into_owned(),
        ..GlobalSecondaryIndexDescription::default()
    };
    TableDescription { table_name, global_secondary_indexes: global.map(described).collect(), ..active() }
}
