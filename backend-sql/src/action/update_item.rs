//! [UpdateItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html): changes attributes
//! of one item, which is created where it does not exist.

use dynochemy_core::Item;
use dynochemy_core::api::{ReturnValues, UpdateItemInput, UpdateItemOutput};

use super::table;
use super::write::{Write, changed};
use crate::backend::Context;
use crate::capacity::consumed;
use crate::check;
use crate::failure::Failure;

pub(super) fn answer(
    input: &UpdateItemInput,
    context: &mut Context<'_>,
) -> Result<UpdateItemOutput, Failure> {
    let update = &input.update_expression;
    check::update(update)?;
    if let Some(condition) = &input.condition_expression {
        check::condition(condition)?;
    }
    let table = table(context, &input.table_name)?;
    let write = Write::update(table, &input.key, update, input.condition_expression.as_ref())?;
    let applied = write.carry_out(input.return_values_on_condition_check_failure, context)?;
    let changed_in = |item: Option<Item>| match item {
        Some(item) => changed(&item, update),
        None => Ok(None),
    };
    Ok(UpdateItemOutput {
        attributes: match input.return_values {
            ReturnValues::None => None,
            ReturnValues::AllOld => applied.old,
            ReturnValues::AllNew => applied.new,
            ReturnValues::UpdatedOld => changed_in(applied.old)?,
            ReturnValues::UpdatedNew => changed_in(applied.new)?,
        },
        consumed_capacity: consumed(input.return_consumed_capacity, &input.table_name, applied.units),
    })
}
