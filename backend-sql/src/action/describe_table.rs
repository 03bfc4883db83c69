//! [DescribeTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html): tells a
//! table's state. Its items are counted each time, where the service is up to six hours late.

use dynochemy_core::api::{DescribeTableInput, DescribeTableOutput};

use super::declaration::check_table_name;
use crate::backend::Context;
use crate::failure::{Failure, named_table_not_found};

pub(super) fn answer(
    input: &DescribeTableInput,
    context: &Context<'_>,
) -> Result<DescribeTableOutput, Failure> {
    check_table_name(&input.table_name)?;
    let found = context.transaction.table(&input.table_name)?;
    let table = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    Ok(DescribeTableOutput {
        table: context.transaction.describe(&table, table.status(context.now), context.now)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn a_table_is_described_with_what_it_holds_now() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 100))).unwrap();
        fixture.call(put(visit_of_size("a", 2, 200))).unwrap();
        fixture.call(put(visit_of_size("a", 2, 150))).unwrap();
        let described = fixture.call(DescribeTableInput { table_name: "visits".to_owned() }).unwrap().table;
        assert_eq!((described.item_count, described.table_size_bytes), (2, 250));
        assert_eq!(described.table_arn.as_deref(), Some("arn:aws:dynamodb:local:000000000000:table/visits"));
        assert_eq!(
            fixture.error(DescribeTableInput { table_name: "none".to_owned() }),
            "ResourceNotFoundException: Requested resource not found: Table: none not found"
        );
    }
}
