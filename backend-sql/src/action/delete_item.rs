//! [DeleteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html): deletes one item.

use dynochemy_core::api::{DeleteItemInput, DeleteItemOutput, ReturnValues};

use super::table;
use super::write::Write;
use crate::backend::Context;
use crate::capacity::consumed;
use crate::check;
use crate::failure::Failure;

pub(super) fn answer(
    input: &DeleteItemInput,
    context: &mut Context<'_>,
) -> Result<DeleteItemOutput, Failure> {
    check::returns_old_or_nothing(input.return_values)?;
    if let Some(condition) = &input.condition_expression {
        check::condition(condition)?;
    }
    let table = table(context, &input.table_name)?;
    let write = Write::delete(table, &input.key, input.condition_expression.as_ref())?;
    let applied = write.carry_out(input.return_values_on_condition_check_failure, context)?;
    Ok(DeleteItemOutput {
        attributes: applied.old.filter(|_| input.return_values == ReturnValues::AllOld),
        consumed_capacity: consumed(input.return_consumed_capacity, &input.table_name, applied.units),
    })
}
