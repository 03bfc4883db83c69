//! [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).

use dynochemy_core::api::{BatchWriteItemInput, WriteRequest};
use dynochemy_core::json::Reader;

use crate::wire::input::{Fault, Input, list, members};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<BatchWriteItemInput, Fault> {
    let mut request = BatchWriteItemInput::default();
    let mut rest = Input::default();
    members(reader, |name, reader| match name {
        "RequestItems" => members(reader, |table, reader| {
            request.request_items.insert(table.to_owned(), list(reader, write)?);
            Ok(())
        }),
        name => rest.member(name, reader),
    })?;
    request.return_consumed_capacity = rest.return_consumed_capacity;
    request.return_item_collection_metrics = rest.return_item_collection_metrics;
    Ok(request)
}

fn write(reader: &mut Reader<'_>) -> Result<WriteRequest, Fault> {
    let mut found = Vec::new();
    members(reader, |name, reader| {
        match name {
            "PutRequest" => found.push(WriteRequest::PutRequest { item: Input::read(reader)?.item()? }),
            "DeleteRequest" => found.push(WriteRequest::DeleteRequest { key: Input::read(reader)?.key()? }),
            _ => {
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    match (found.pop(), found.is_empty()) {
        (Some(write), true) => Ok(write),
        _ => Err(Fault::validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        )),
    }
}
