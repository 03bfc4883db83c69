//! [UpdateItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html): changes attributes
//! of one item, which is created where it does not exist.

use dynochemy_core::Item;
use dynochemy_core::api::{ReturnValues, UpdateItemInput, UpdateItemOutput};

use super::table;
use super::write::Write;
use crate::backend::Context;
use crate::capacity::consumed;
use crate::check;
use crate::failure::Failure;

pub(super) fn answer(input: &UpdateItemInput, context: &Context<'_>) -> Result<UpdateItemOutput, Failure> {
    let update = &input.update_expression;
    check::update(update)?;
    if let Some(condition) = &input.condition_expression {
        check::condition(condition, "ConditionExpression")?;
    }
    let table = table(context, &input.table_name)?;
    let write = Write::update(&table, &input.key, update, input.condition_expression.as_ref())?;
    let applied = write.carry_out(input.return_values_on_condition_check_failure, context)?;
    let named = |item: Option<Item>| -> Result<Option<Item>, Failure> {
        let Some(item) = item else { return Ok(None) };
        let named = update.named(&item.attributes()?);
        Ok((!named.is_empty()).then(|| Item::from_attributes(&named)))
    };
    Ok(UpdateItemOutput {
        attributes: match input.return_values {
            ReturnValues::None => None,
            ReturnValues::AllOld => applied.old,
            ReturnValues::AllNew => applied.new,
            ReturnValues::UpdatedOld => named(applied.old)?,
            ReturnValues::UpdatedNew => named(applied.new)?,
        },
        consumed_capacity: consumed(input.return_consumed_capacity, &table, &applied.cost),
        item_collection_metrics: write
            .collection(input.return_item_collection_metrics, context)?
            .map(Box::new),
    })
}

#[cfg(test)]
mod tests {
    use dynochemy_core::AttributeValue;
    use dynochemy_core::expression::{Assignment, Condition, DocumentPath, PathStep, UpdateAction};

    use super::*;
    use crate::action::fixture::*;

    fn add(name: &'static str, amount: i32) -> UpdateAction {
        UpdateAction::Add(path(name), amount.into())
    }

    #[test]
    fn an_update_creates_the_item_and_changes_it() {
        let fixture = Fixture::new();
        fixture.call(update("a", 1, vec![add("seen", 2)])).unwrap();
        fixture.call(update("a", 1, vec![add("seen", -1), set("name", "Rhett")])).unwrap();
        assert_eq!(
            fixture.visit("a", 1).as_deref(),
            Some(r#"{"name":{"S":"Rhett"},"seen":{"N":"1"},"time":{"N":"1"},"user":{"S":"a"}}"#)
        );
        fixture.call(update("b", 1, vec![])).unwrap();
        assert_eq!(fixture.visit("b", 1).as_deref(), Some(r#"{"time":{"N":"1"},"user":{"S":"b"}}"#));
    }

    #[test]
    fn it_returns_the_attributes_that_were_asked_for() {
        let fixture = Fixture::new();
        fixture.call(put(item(&visit_json("a", 1, r#","m":{"M":{"p":{"N":"1"},"q":{"N":"2"}}}"#)))).unwrap();
        let p = DocumentPath { attribute: "m".into(), steps: vec![PathStep::Member("p".into())] };
        let mut number = 1u32;
        let mut ask = |return_values| {
            number += 1;
            let action = UpdateAction::Set(p.clone(), Assignment::Value(number.into()));
            let input = UpdateItemInput { return_values, ..update("a", 1, vec![action, add("n", 1)]) };
            fixture.call(input).unwrap().attributes.map(|item| text(&item))
        };
        assert_eq!(ask(ReturnValues::None), None);
        assert_eq!(
            ask(ReturnValues::UpdatedOld).as_deref(),
            Some(r#"{"m":{"M":{"p":{"N":"2"}}},"n":{"N":"1"}}"#)
        );
        assert_eq!(
            ask(ReturnValues::UpdatedNew).as_deref(),
            Some(r#"{"m":{"M":{"p":{"N":"4"}}},"n":{"N":"3"}}"#)
        );
        assert!(ask(ReturnValues::AllOld).unwrap().contains(r#""q":{"N":"2"}"#));
        assert!(ask(ReturnValues::AllNew).unwrap().contains(r#""p":{"N":"6"}"#));
    }

    #[test]
    fn updates_that_do_not_fit_the_item_are_refused_and_change_nothing() {
        let fixture = Fixture::new();
        let before = visit_json("a", 1, r#","s":{"S":"text"}"#);
        fixture.call(put(item(&before))).unwrap();
        let error = |actions| fixture.error(update("a", 1, actions));
        assert_eq!(
            error(vec![set("time", 2)]),
            "ValidationException: One or more parameter values were invalid: Cannot update attribute time. This \
             attribute is part of the key"
        );
        assert_eq!(
            error(vec![add("s", 1)]),
            "ValidationException: An operand in the update expression has an incorrect data type"
        );
        let copy = UpdateAction::Set(path("x"), Assignment::Path(path("none")));
        assert_eq!(
            error(vec![set("y", 1), copy]),
            "ValidationException: The provided expression refers to an attribute that does not exist in the item"
        );
        let inside = DocumentPath { attribute: "s".into(), steps: vec![PathStep::Element(0)] };
        assert_eq!(
            error(vec![UpdateAction::Set(inside, Assignment::Value(1.into()))]),
            "ValidationException: The document path provided in the update expression is invalid for update"
        );
        assert_eq!(
            error(vec![set("s", 1), UpdateAction::Remove(path("s"))]),
            "ValidationException: Invalid UpdateExpression: Two document paths overlap with each other; must remove or \
             rewrite one of these paths; path one: [s], path two: [s]"
        );
        assert_eq!(
            error(vec![set("s", AttributeValue::StringSet([].into()))]),
            "ValidationException: One or more parameter values were invalid: An string set  may not be empty"
        );
        assert_eq!(
            error(vec![set("big", "x".repeat(400 * 1024).as_str())]),
            "ValidationException: Item size to update has exceeded the maximum allowed size"
        );
        let large = Assignment::Value("x".repeat(400 * 1024 + 1).as_str().into());
        let unused = Assignment::IfNotExists(path("s"), Box::new(large));
        assert_eq!(
            error(vec![UpdateAction::Set(path("y"), unused)]),
            "ValidationException: Item size to update has exceeded the maximum allowed size"
        );
        assert_eq!(fixture.visit("a", 1), Some(before));
    }

    #[test]
    fn an_update_whose_condition_fails_creates_nothing() {
        let fixture = Fixture::new();
        let condition = Some(Condition::exists("user"));
        let input = UpdateItemInput { condition_expression: condition, ..update("a", 1, vec![add("n", 1)]) };
        assert_eq!(fixture.refused(input).code, "ConditionalCheckFailedException");
        assert_eq!(fixture.visit("a", 1), None);
    }
}
