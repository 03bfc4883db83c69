//! [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).

use dynochemy_core::api::{BatchGetItemInput, KeysAndAttributes};
use dynochemy_core::json::Reader;

use crate::wire::input::{Fault, Input, Parsed, members};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<BatchGetItemInput, Fault> {
    let mut request = BatchGetItemInput::default();
    let mut rest = Input::default();
    members(reader, |name, reader| match name {
        "RequestItems" => members(reader, |table, reader| {
            let mut input = Input::read(reader)?;
            let Parsed { projection, .. } = input.expressions().parse()?;
            let asked = KeysAndAttributes {
                keys: input.keys,
                consistent_read: input.consistent_read,
                projection_expression: projection,
                legacy: input.has_legacy.then(Box::default),
            };
            request.request_items.insert(table.to_owned(), asked);
            Ok(())
        }),
        name => rest.member(name, reader),
    })?;
    request.return_consumed_capacity = rest.return_consumed_capacity;
    Ok(request)
}
