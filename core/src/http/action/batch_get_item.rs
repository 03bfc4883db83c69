//! The bodies of [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).

use crate::api::{BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};
use crate::http::answer::Answer;
use crate::http::expression::Expressions;
use crate::http::members::{Members, array, object};
use crate::json::JsonError;
use crate::key::Key;

pub(super) fn write(out: &mut Vec<u8>, input: &BatchGetItemInput) {
    object(out, |members| {
        members.object("RequestItems", |tables| {
            for (table, keys) in &input.request_items {
                tables.object(table, |members| write_keys(members, keys));
            }
        });
        members.return_consumed_capacity(input.return_consumed_capacity);
    });
}

fn write_keys(members: &mut Members<'_>, keys: &KeysAndAttributes) {
    let mut expressions = Expressions::default();
    array(members.member("Keys"), &keys.keys, |out, key| key.write(out));
    members.consistent_read(keys.consistent_read);
    expressions.projection(members, &keys.projection_expression);
    expressions.write(members);
    members.legacy(keys.legacy.as_deref());
}

pub(super) fn read(
    answer: &mut Answer<'_>,
    input: &BatchGetItemInput,
) -> Result<BatchGetItemOutput, JsonError> {
    let mut output = BatchGetItemOutput::default();
    answer.members(|name, answer| {
        match name {
            "Responses" => answer.members(|table, answer| {
                output.responses.insert(table.to_owned(), answer.items()?);
                Ok(())
            })?,
            "UnprocessedKeys" => answer.members(|table, answer| {
                let asked = input.request_items.get(table);
                let Some((asked, key)) = asked.and_then(|asked| Some((asked, asked.keys.first()?))) else {
                    return answer.error(format!("no keys of table `{table}` were asked for"));
                };
                // The service repeats what was asked for as text, where here it is a value.
                let unprocessed = KeysAndAttributes {
                    projection_expression: asked.projection_expression.clone(),
                    legacy: asked.legacy.clone(),
                    ..read_keys(answer, key)?
                };
                output.unprocessed_keys.insert(table.to_owned(), unprocessed);
                Ok(())
            })?,
            "ConsumedCapacity" => output.consumed_capacity = answer.consumed_capacities()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(output)
}

fn read_keys(answer: &mut Answer<'_>, asked: &Key) -> Result<KeysAndAttributes, JsonError> {
    let mut unprocessed = KeysAndAttributes::default();
    answer.members(|name, answer| {
        match name {
            "Keys" => answer.elements(|answer| {
                unprocessed.keys.push(answer.key_like(asked)?);
                Ok(())
            })?,
            "ConsistentRead" => unprocessed.consistent_read = answer.flag()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(unprocessed)
}
