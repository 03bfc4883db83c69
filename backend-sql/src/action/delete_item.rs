//! [DeleteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html): deletes one item.

use dynochemy_core::api::{DeleteItemInput, DeleteItemOutput, ReturnValues};

use super::table;
use super::write::Write;
use crate::backend::Context;
use crate::capacity::consumed;
use crate::check;
use crate::failure::Failure;

pub(super) fn answer(input: &DeleteItemInput, context: &Context<'_>) -> Result<DeleteItemOutput, Failure> {
    check::returns_old_or_nothing(input.return_values)?;
    if let Some(condition) = &input.condition_expression {
        check::condition(condition, "ConditionExpression")?;
    }
    let table = table(context, &input.table_name)?;
    let write = Write::delete(&table, &input.key, input.condition_expression.as_ref())?
        .telling_old(input.return_values);
    let applied = write.carry_out(input.return_values_on_condition_check_failure, context)?;
    Ok(DeleteItemOutput {
        attributes: applied.old.filter(|_| input.return_values == ReturnValues::AllOld),
        consumed_capacity: consumed(input.return_consumed_capacity, &table, &applied.cost),
        item_collection_metrics: write
            .collection(input.return_item_collection_metrics, context)?
            .map(Box::new),
    })
}

#[cfg(test)]
mod tests {
    use dynochemy_core::expression::Condition;

    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn a_delete_returns_what_it_deleted_when_asked_and_may_find_nothing() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 1500))).unwrap();
        let delete = DeleteItemInput { return_values: ReturnValues::AllOld, ..delete("a", 1) };
        let answer = fixture.call(delete.clone()).unwrap();
        assert_eq!(answer.attributes, Some(visit_of_size("a", 1, 1500)));
        assert_eq!(units(answer.consumed_capacity), 2.0);
        let again = fixture.call(delete).unwrap();
        assert_eq!((again.attributes, units(again.consumed_capacity)), (None, 1.0));
    }

    #[test]
    fn a_delete_whose_condition_fails_deletes_nothing() {
        let fixture = Fixture::new();
        fixture.call(put_visit("a", 1)).unwrap();
        let condition = Some(Condition::exists("x"));
        let delete = DeleteItemInput { condition_expression: condition, ..delete("a", 1) };
        assert_eq!(fixture.refused(delete).code, "ConditionalCheckFailedException");
        assert!(fixture.visit("a", 1).is_some());
    }
}
