//! Request values, as a program's own `Db` sends them.

use std::collections::BTreeMap;

use dynochemy_core::AttributeValue;
use dynochemy_core::api::{
    AttributeAction, AttributeValueUpdate, ComparisonOperator, ExpectedAttributeValue, LegacyComparison,
    LegacyGet, LegacyQuery, LegacyUpdate, LegacyWrite, PutItemInput, QueryInput, UpdateItemInput,
};
use dynochemy_core::expression::{Condition, KeyCondition};

use crate::action::fixture::*;

#[test]
fn request_values_of_a_program_may_have_such_members_too() {
    let fixture = Fixture::new();
    let value = |value: i32| Some(AttributeValue::from(value));
    let put = |amount, expected| {
        let add = AttributeValueUpdate { value: value(amount), action: Some(AttributeAction::Add) };
        let expected = ExpectedAttributeValue { value: value(expected), ..ExpectedAttributeValue::default() };
        let legacy = LegacyUpdate {
            attribute_updates: BTreeMap::from([("seen".to_owned(), add)]),
            expected: BTreeMap::from([("seen".to_owned(), expected)]),
            conditional_operator: None,
        };
        UpdateItemInput { legacy: Some(Box::new(legacy)), ..update("a", 1, vec![]) }
    };
    fixture.call(update("a", 1, vec![set("seen", 1)])).unwrap();
    fixture.call(put(2, 1)).unwrap();
    assert_eq!(fixture.refused(put(2, 1)).code, "ConditionalCheckFailedException");
    assert!(fixture.visit("a", 1).unwrap().contains(r#""seen":{"N":"3"}"#));
    let mixed = UpdateItemInput { condition_expression: Some(Condition::exists("seen")), ..put(2, 3) };
    assert!(fixture.error(mixed).contains("{AttributeUpdates, Expected} Expression"));

    let equal = LegacyComparison {
        comparison_operator: ComparisonOperator::Equal,
        attribute_value_list: vec!["a".into()],
    };
    let legacy = LegacyQuery {
        key_conditions: BTreeMap::from([("user".to_owned(), equal)]),
        attributes_to_get: vec!["seen".to_owned()],
        ..LegacyQuery::default()
    };
    let asked = QueryInput {
        key_condition_expression: KeyCondition::default(),
        legacy: Some(Box::new(legacy)),
        ..query("a")
    };
    let found = fixture.call(asked).unwrap();
    assert_eq!(found.items.iter().map(|item| text(&item)).collect::<Vec<_>>(), [r#"{"seen":{"N":"3"}}"#]);
    // Members that hold nothing change nothing.
    let put = PutItemInput { legacy: Some(Box::new(LegacyWrite::default())), ..put_visit("b", 1) };
    fixture.call(put).unwrap();
    assert!(fixture.visit("b", 1).is_some());
}

#[test]
fn what_is_left_of_a_batch_is_told_as_it_was_asked_for() {
    let fixture = Fixture::throttled();
    for time in 0..4 {
        fixture.call(put_visit("a", time)).unwrap();
    }
    let legacy = LegacyGet { attributes_to_get: vec!["time".to_owned()] };
    let mut asked = batch_get((0..80).map(|time| key("a", time)).collect());
    for keys in asked.request_items.values_mut() {
        keys.consistent_read = true;
        keys.legacy = Some(Box::new(legacy.clone()));
    }
    let left = fixture.call(asked).unwrap().unprocessed_keys;
    assert_eq!(left["visits"].legacy.as_deref(), Some(&legacy));
    assert!(left["visits"].projection_expression.is_empty());
}
