//! [PutItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html): writes one item,
//! replacing any with the same key.

use dynochemy_core::api::{PutItemInput, PutItemOutput, ReturnValues};

use super::table;
use super::write::Write;
use crate::backend::Context;
use crate::capacity::consumed;
use crate::check;
use crate::failure::Failure;

pub(super) fn answer(input: &PutItemInput, context: &Context<'_>) -> Result<PutItemOutput, Failure> {
    let content = check::values(&input.item)?;
    check::returns_old_or_nothing(input.return_values)?;
    content.check_size()?;
    if let Some(condition) = &input.condition_expression {
        check::condition(condition, "ConditionExpression")?;
    }
    let table = table(context, &input.table_name)?;
    let write =
        Write::put(&table, &content, input.condition_expression.as_ref())?.telling_old(input.return_values);
    let applied = write.carry_out(input.return_values_on_condition_check_failure, context)?;
    Ok(PutItemOutput {
        attributes: applied.old.filter(|_| input.return_values == ReturnValues::AllOld),
        consumed_capacity: consumed(input.return_consumed_capacity, &table, &applied.cost),
        item_collection_metrics: write
            .collection(input.return_item_collection_metrics, context)?
            .map(Box::new),
    })
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::ReturnValuesOnConditionCheckFailure;
    use dynochemy_core::expression::Condition;

    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn a_put_replaces_the_whole_item_and_returns_the_old_one_when_asked() {
        let fixture = Fixture::new();
        let old = visit_json("a", 1, r#","x":{"N":"1"}"#);
        fixture.call(put(item(&old))).unwrap();
        let again = PutItemInput { return_values: ReturnValues::AllOld, ..put_visit("a", 1) };
        assert_eq!(fixture.call(again).unwrap().attributes, Some(item(&old)));
        assert_eq!(fixture.visit("a", 1), Some(visit_json("a", 1, "")));
        assert_eq!(fixture.call(put_visit("a", 1)).unwrap().attributes, None);
    }

    #[test]
    fn a_write_costs_by_the_larger_of_the_items_before_and_after() {
        let fixture = Fixture::new();
        let cost = |size| units(fixture.call(put(visit_of_size("a", 1, size))).unwrap().consumed_capacity);
        assert_eq!(cost(1024), 1.0);
        assert_eq!(cost(3000), 3.0);
        assert_eq!(cost(100), 3.0);
        assert_eq!(cost(1025), 2.0);
    }

    #[test]
    fn a_condition_that_fails_changes_nothing_and_shows_the_item_when_asked() {
        let fixture = Fixture::new();
        let once = PutItemInput {
            condition_expression: Some(Condition::not_exists("user")),
            return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::AllOld,
            ..put(item(&visit_json("a", 1, r#","x":{"N":"1"}"#)))
        };
        fixture.call(once.clone()).unwrap();
        let twice = PutItemInput { item: item(&visit_json("a", 1, "")), ..once.clone() };
        let rejection = fixture.refused(twice.clone());
        assert_eq!(rejection.to_string(), "ConditionalCheckFailedException: The conditional request failed");
        assert_eq!(rejection.item, Some(once.item.clone()));
        assert_eq!(fixture.visit("a", 1), Some(text(&once.item)));
        let quiet = PutItemInput {
            return_values_on_condition_check_failure: ReturnValuesOnConditionCheckFailure::None,
            ..twice
        };
        assert_eq!(fixture.refused(quiet).item, None);
    }

    #[test]
    fn items_that_cannot_be_stored_are_refused() {
        let fixture = Fixture::new();
        let error = |json: &str| fixture.error(put(item(json)));
        let invalid = "ValidationException: One or more parameter values were invalid: ";
        assert_eq!(error(r#"{"user":{"S":"a"}}"#), format!("{invalid}Missing the key time in the item"));
        assert_eq!(
            error(r#"{"user":{"N":"1"},"time":{"N":"1"}}"#),
            format!("{invalid}Type mismatch for key user expected: S actual: N")
        );
        // One attribute of the key after the other.
        assert_eq!(
            error(&format!(r#"{{"user":{{"S":"{}"}},"time":{{"S":"1"}}}}"#, "x".repeat(2049))),
            format!("{invalid}Size of hashkey has exceeded the maximum size limit of2048 bytes")
        );
        assert_eq!(
            error(r#"{"user":{"M":{}},"time":{"N":"1"}}"#),
            format!("{invalid}Type mismatch for key user expected: S actual: M")
        );
        assert_eq!(
            error(&visit_json("a", 1, r#","s":{"L":[{"SS":[]}]}"#)),
            format!("{invalid}An string set  may not be empty")
        );
        assert_eq!(
            error(&visit_json("a", 1, r#","s":{"NULL":false}"#)),
            format!("{invalid}Null attribute value types must have the value of true")
        );
        let strange = PutItemInput { return_values: ReturnValues::AllNew, ..put_visit("a", 1) };
        assert_eq!(fixture.error(strange), "ValidationException: ReturnValues can only be ALL_OLD or NONE");
        assert_eq!(fixture.visit("a", 1), None);
    }

    #[test]
    fn items_are_at_most_400_kb_and_32_levels_deep() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 400 * 1024))).unwrap();
        assert_eq!(
            fixture.error(put(visit_of_size("a", 2, 400 * 1024 + 1))),
            "ValidationException: Item size has exceeded the maximum allowed size"
        );
        let nested = |levels: usize| {
            let lists = format!("{}{}", r#"{"L":["#.repeat(levels), "]}".repeat(levels));
            put(item(&visit_json("a", 3, &format!(r#","l":{lists}"#))))
        };
        fixture.call(nested(32)).unwrap();
        assert_eq!(
            fixture.error(nested(33)),
            "ValidationException: Nesting Levels have exceeded supported limits"
        );
    }

    #[test]
    fn numbers_that_are_equal_are_one_key() {
        let fixture = Fixture::new();
        fixture.call(put_visit("a", 1)).unwrap();
        fixture.call(put(item(r#"{"user":{"S":"\u0061"},"time":{"N":"1.0"},"x":{"N":"2"}}"#))).unwrap();
        assert_eq!(fixture.call(scan()).unwrap().count, 1);
    }

    #[test]
    fn a_failed_condition_costs_what_a_successful_one_does() {
        let fixture = Fixture::throttled();
        let put = PutItemInput {
            condition_expression: Some(Condition::exists("none")),
            ..put(visit_of_size("a", 1, 2000))
        };
        let codes: Vec<_> = (0..4).map(|_| fixture.refused(put.clone()).code).collect();
        let failed = "ConditionalCheckFailedException";
        // Five units: two writes of two units fit, and the third does not.
        let throttled = "ProvisionedThroughputExceededException";
        assert_eq!(codes, [failed, failed, throttled, throttled]);
    }
}
