//! [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).

use std::collections::{BTreeMap, BTreeSet};

use dynochemy_core::Key;
use dynochemy_core::api::{BatchGetItemInput, KeysAndAttributes};
use dynochemy_core::json::Reader;

use crate::wire::expressions::Parsed;
use crate::wire::input::{Fault, Input, members};
use crate::wire::legacy::Member;

/// Of more keys none is looked at.
const MAX_KEYS: usize = 100;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<BatchGetItemInput, Fault> {
    let mut request = BatchGetItemInput::default();
    let mut rest = Input::default();
    let mut inputs = BTreeMap::new();
    members(reader, |name, reader| match name {
        "RequestItems" => members(reader, |table, reader| {
            inputs.insert(table.to_owned(), Input::read(reader)?);
            Ok(())
        }),
        name => rest.member(name, reader),
    })?;
    for input in inputs.values_mut() {
        input.check_members(&[Member::AttributesToGet], &[])?;
    }
    let mut all_keys = Vec::with_capacity(inputs.len());
    for input in inputs.values_mut() {
        let keys = input.keys()?;
        if keys.len() <= MAX_KEYS && keys.iter().collect::<BTreeSet<&Key>>().len() < keys.len() {
            return Err(Fault::validation("Provided list of item keys contains duplicates"));
        }
        all_keys.push(keys);
    }
    for ((table, mut input), keys) in inputs.into_iter().zip(all_keys) {
        let legacy = input.legacy.get()?;
        let Parsed { projection, .. } = input.expressions.parse()?;
        let asked = KeysAndAttributes {
            keys,
            consistent_read: input.consistent_read,
            projection_expression: projection,
            legacy,
        };
        request.request_items.insert(table, asked);
    }
    request.return_consumed_capacity = rest.return_consumed_capacity;
    Ok(request)
}
