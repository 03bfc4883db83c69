//! [DeleteTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html): deletes a table.
//! It is gone at once, where the service takes a while.

use dynochemy_core::api::{DeleteTableInput, DeleteTableOutput, TableStatus};

use super::declaration::check_table_name;
use super::{Answered, check_created};
use crate::backend::Context;
use crate::failure::{Failure, in_use, named_table_not_found, validation};

pub(super) fn answer(input: &DeleteTableInput, context: &Context<'_>) -> Result<Answered, Failure> {
    check_table_name(&input.table_name)?;
    let found = context.transaction.table(&input.table_name)?;
    let table = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    check_created(&table, context.now)?;
    if table.indexes.iter().any(|index| !index.is_created(context.now)) {
        return Err(
            in_use("Cannot delete table while indexes are being created, updated, or deleted.").into()
        );
    }
    if table.settings.deletion_protection {
        return Err(validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        )
        .into());
    }
    let table_description = context.transaction.describe(&table, TableStatus::Deleting, context.now)?;
    if let Some(stream) = table.stream() {
        context.transaction.end_stream(stream.id, context.now)?;
    }
    context.transaction.delete_table(&table)?;
    let deleted = std::iter::once(table.id).chain(table.indexes.iter().map(|index| index.id)).collect();
    Ok(Answered { response: DeleteTableOutput { table_description }.into(), deleted })
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::DescribeTableInput;

    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn a_deleted_table_is_gone_with_its_items_and_no_others() {
        let fixture = Fixture::new();
        fixture.call(create("more", None)).unwrap();
        for table in ["visits", "more"] {
            let mut put = put_visit("a", 1);
            put.table_name = table.to_owned();
            fixture.call(put).unwrap();
        }
        let name = DeleteTableInput { table_name: "visits".to_owned() };
        let deleted = fixture.call(name.clone()).unwrap().table_description;
        assert_eq!((deleted.table_status, deleted.item_count), (TableStatus::Deleting, 1));
        assert_eq!(
            fixture.error(name),
            "ResourceNotFoundException: Requested resource not found: Table: visits not found"
        );
        fixture.call(create("visits", None)).unwrap();
        assert_eq!(fixture.visit("a", 1), None);
        let more = DescribeTableInput { table_name: "more".to_owned() };
        assert_eq!(fixture.call(more).unwrap().table.item_count, 1);
    }
}
