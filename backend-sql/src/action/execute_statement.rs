//! [ExecuteStatement](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html): carries
//! out one PartiQL statement: reads a page, or writes one item.

use dynochemy_core::ItemsBuilder;
use dynochemy_core::api::{ExecuteStatementInput, ExecuteStatementOutput};

use super::select;
use super::statement::{self, CarriedOut, EXISTS, OneItem, Options};
use crate::backend::Context;
use crate::failure::{Failure, constraint, validation};
use crate::partiql::Statement;

pub(super) fn answer(
    input: &ExecuteStatementInput,
    context: &Context<'_>,
) -> Result<ExecuteStatementOutput, Failure> {
    if input.limit == Some(0) {
        return Err(constraint(0, "limit", "have value greater than or equal to 1").into());
    }
    let statement = statement::parse("statement", &input.statement, &input.parameters)?;
    if let Statement::Select(_) = statement {
        statement.check_condition()?;
    }
    let named = statement.table().to_owned();
    let mut output = match statement {
        Statement::Select(select) => select::answer(&select, input, context)?,
        Statement::Exists(_) => return Err(validation(EXISTS).into()),
        write => {
            let table = statement::table_of(&write, context)?;
            let options = Options {
                consistent_read: false,
                on_failure: input.return_values_on_condition_check_failure.unwrap_or_default(),
                tell: input.return_consumed_capacity,
            };
            let carried_out = OneItem::new(write, &table)?.carry_out(&table, &options, context)?;
            let CarriedOut { item, consumed_capacity } = carried_out;
            let mut items = ItemsBuilder::new();
            if let Some(item) = item {
                items.push(item.as_bytes());
            }
            ExecuteStatementOutput {
                items: items.finish(),
                consumed_capacity,
                ..ExecuteStatementOutput::default()
            }
        }
    };
    if let Some(consumed) = &mut output.consumed_capacity {
        // A table that was named in full is told so.
        consumed.table_name = named;
    }
    Ok(output)
}

#[cfg(test)]
mod tests;
