//! [DescribeTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html): tells a
//! table's state. Its items are counted each time, where the service is up to six hours late.

use dynochemy_core::api::{DescribeTableInput, DescribeTableOutput, TableStatus};

use crate::backend::Context;
use crate::failure::{Failure, named_table_not_found};

pub(super) fn answer(
    input: &DescribeTableInput,
    context: &Context<'_>,
) -> Result<DescribeTableOutput, Failure> {
    let found = context.transaction.table(&input.table_name)?;
    let table = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    Ok(DescribeTableOutput { table: context.transaction.describe(&table, TableStatus::Active)? })
}
