//! The bodies of [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).

use crate::api::{BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};
use crate::http::answer::Answer;
use crate::http::members::{array, object};
use crate::json::JsonError;
use crate::key::Key;

pub(super) fn write(out: &mut Vec<u8>, input: &BatchWriteItemInput) {
    object(out, |members| {
        members.object("RequestItems", |tables| {
            for (table, writes) in &input.request_items {
                array(tables.member(table), writes, write_request);
            }
        });
        members.return_consumed_capacity(input.return_consumed_capacity);
        members.return_item_collection_metrics(input.return_item_collection_metrics);
    });
}

fn write_request(out: &mut Vec<u8>, request: &WriteRequest) {
    object(out, |members| match request {
        WriteRequest::PutRequest { item } => {
            members.object("PutRequest", |members| members.item("Item", item));
        }
        WriteRequest::DeleteRequest { key } => {
            members.object("DeleteRequest", |members| members.key("Key", key));
        }
    });
}

pub(super) fn read(
    answer: &mut Answer<'_>,
    input: &BatchWriteItemInput,
) -> Result<BatchWriteItemOutput, JsonError> {
    let mut output = BatchWriteItemOutput::default();
    answer.members(|name, answer| {
        match name {
            "UnprocessedItems" => answer.members(|table, answer| {
                let mut asked = input.request_items.get(table).into_iter().flatten();
                let deleted = asked.find_map(|request| match request {
                    WriteRequest::DeleteRequest { key } => Some(key),
                    WriteRequest::PutRequest { .. } => None,
                });
                let mut unprocessed = Vec::new();
                answer.elements(|answer| {
                    unprocessed.push(read_request(answer, deleted)?);
                    Ok(())
                })?;
                output.unprocessed_items.insert(table.to_owned(), unprocessed);
                Ok(())
            })?,
            "ConsumedCapacity" => output.consumed_capacity = answer.consumed_capacities()?,
            "ItemCollectionMetrics" => output.item_collection_metrics = answer.item_collections()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}

/// Reads a write that was not applied; `deleted` is some key of those that were to be deleted from the table.
fn read_request(answer: &mut Answer<'_>, deleted: Option<&Key>) -> Result<WriteRequest, JsonError> {
    let mut request = None;
    answer.members(|kind, answer| {
        match kind {
            "PutRequest" => answer.members(|name, answer| {
                match name {
                    "Item" => request = Some(WriteRequest::PutRequest { item: answer.item()? }),
                    _ => answer.skip()?,
                }
                Ok(())
            })?,
            "DeleteRequest" => answer.members(|name, answer| {
                match (name, deleted) {
                    ("Key", Some(deleted)) => {
                        request = Some(WriteRequest::DeleteRequest { key: answer.key_like(deleted)? });
                    }
                    ("Key", None) => return answer.error("no deletes from this table were asked for"),
                    _ => answer.skip()?,
                }
                Ok(())
            })?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    match request {
        Some(request) => Ok(request),
        None => answer.error("expected a PutRequest or DeleteRequest"),
    }
}
