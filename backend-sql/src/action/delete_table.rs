//! [DeleteTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html): deletes a table.
//! It is gone at once, where the service takes a while.

use dynochemy_core::api::{DeleteTableInput, DeleteTableOutput, TableStatus};

use crate::backend::Context;
use crate::failure::{Failure, named_table_not_found};

pub(super) fn answer(input: &DeleteTableInput, context: &Context<'_>) -> Result<DeleteTableOutput, Failure> {
    let found = context.transaction.table(&input.table_name)?;
    let table = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    let table_description = context.transaction.describe(&table, TableStatus::Deleting)?;
    context.transaction.delete_table(&table)?;
    Ok(DeleteTableOutput { table_description })
}
