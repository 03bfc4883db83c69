use std::time::Duration;

use dynochemy_core::api::{
    ConditionCheck, ReturnConsumedCapacity, TransactDelete, TransactPut, TransactUpdate,
};
use dynochemy_core::expression::{UpdateAction, UpdateExpression};
use dynochemy_core::{Item, Moment, Rejection};

use super::*;
use crate::action::fixture::*;

const QUIET: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::None;
const SHOWN: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

fn transaction(actions: Vec<TransactWriteItem>) -> TransactWriteItemsInput {
    TransactWriteItemsInput {
        transact_items: actions,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..TransactWriteItemsInput::default()
    }
}

fn under(token: &str, actions: Vec<TransactWriteItem>) -> TransactWriteItemsInput {
    TransactWriteItemsInput { client_request_token: Some(token.to_owned()), ..transaction(actions) }
}

fn put(item: Item, condition: Option<Condition>) -> TransactWriteItem {
    TransactWriteItem::Put(TransactPut {
        table_name: "visits".to_owned(),
        item,
        condition_expression: condition,
        ..TransactPut::default()
    })
}

fn put_at(time: u64) -> TransactWriteItem {
    put(item(&visit_json("a", time, "")), None)
}

fn delete(time: u64) -> TransactWriteItem {
    TransactWriteItem::Delete(TransactDelete {
        table_name: "visits".to_owned(),
        key: key("a", time),
        ..TransactDelete::default()
    })
}

fn add(time: u64, name: &'static str) -> TransactWriteItem {
    TransactWriteItem::Update(TransactUpdate {
        table_name: "visits".to_owned(),
        key: key("a", time),
        update_expression: UpdateExpression { actions: vec![UpdateAction::Add(path(name), 1.into())] },
        ..TransactUpdate::default()
    })
}

fn check(
    time: u64,
    condition_expression: Condition,
    shown: ReturnValuesOnConditionCheckFailure,
) -> TransactWriteItem {
    TransactWriteItem::ConditionCheck(ConditionCheck {
        table_name: "visits".to_owned(),
        key: key("a", time),
        condition_expression,
        return_values_on_condition_check_failure: shown,
    })
}

fn codes(rejection: &Rejection) -> Vec<&str> {
    rejection.cancellation_reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[test]
fn all_actions_are_applied_at_twice_the_cost() {
    let fixture = Fixture::new();
    fixture.call(put_visit("a", 1)).unwrap();
    fixture.call(put_visit("a", 2)).unwrap();
    let answer = fixture
        .call(transaction(vec![
            check(1, Condition::exists("user"), QUIET),
            delete(2),
            put(visit_of_size("a", 3, 1500), None),
            add(4, "n"),
        ]))
        .unwrap();
    let cost = &answer.consumed_capacity[0];
    assert_eq!((cost.capacity_units, cost.write_capacity_units), (10.0, Some(10.0)));
    assert_eq!(cost.read_capacity_units, None);
    assert_eq!(times(&fixture.call(query("a")).unwrap().items), [1, 3, 4]);
}

#[test]
fn one_condition_that_fails_cancels_everything_and_reasons_stand_at_their_actions() {
    let fixture = Fixture::new();
    let old = item(&visit_json("a", 2, r#","s":{"S":"x"}"#));
    fixture.call(crate::action::fixture::put(old.clone())).unwrap();
    let refused = fixture.refused(transaction(vec![
        put_at(1),
        check(2, Condition::not_exists("user"), SHOWN),
        check(3, Condition::exists("user"), SHOWN),
        put(item(&visit_json("a", 4, "")), Some(Condition::exists("user"))),
    ]));
    assert_eq!(
        refused.to_string(),
        "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons \
         [None, ConditionalCheckFailed, ConditionalCheckFailed, ConditionalCheckFailed]"
    );
    assert_eq!(refused.cancellation_reasons[0].message, None);
    assert_eq!(refused.cancellation_reasons[1].message.as_deref(), Some("The conditional request failed"));
    assert_eq!(refused.cancellation_reasons[1].item, Some(old));
    assert_eq!(refused.cancellation_reasons[2].item, None);
    assert_eq!(fixture.visit("a", 1), None);
}

#[test]
fn an_update_that_does_not_fit_is_a_reason_too() {
    let fixture = Fixture::new();
    let old = item(&visit_json("a", 2, r#","s":{"S":"x"}"#));
    fixture.call(crate::action::fixture::put(old)).unwrap();
    let refused = fixture.refused(transaction(vec![put_at(1), add(2, "s")]));
    assert_eq!(codes(&refused), ["None", "ValidationError"]);
    assert_eq!(
        refused.cancellation_reasons[1].message.as_deref(),
        Some("An operand in the update expression has an incorrect data type")
    );
    assert_eq!(fixture.visit("a", 1), None);
}

#[test]
fn transactions_that_cannot_be_are_refused() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.error(transaction(vec![put_at(1), delete(1)])),
        "ValidationException: Transaction request cannot include multiple operations on one item"
    );
    let too_many = fixture.error(transaction((0..101).map(put_at).collect()));
    assert!(too_many.contains("at 'transactItems'") && too_many.contains("less than or equal to 100"));
    assert!(fixture.error(transaction(vec![])).contains("at 'transactItems'"));
    fixture.call(transaction((0..100).map(put_at).collect())).unwrap();
    let large = |count: u64| {
        transaction((0..count).map(|time| put(visit_of_size("b", time, 400 * 1024), None)).collect())
    };
    assert_eq!(
        fixture.error(large(11)),
        "ValidationException: The aggregate size of the items in the transaction exceeds 4 MB"
    );
    fixture.call(large(10)).unwrap();
    let long = under(&"x".repeat(37), vec![put_at(1)]);
    assert!(fixture.error(long).contains("at 'clientRequestToken'"));
    let mut elsewhere = vec![put_at(1), put_at(2)];
    if let TransactWriteItem::Put(put) = &mut elsewhere[1] {
        put.table_name = "none".to_owned();
    }
    assert_eq!(
        fixture.error(transaction(elsewhere)),
        "ResourceNotFoundException: Requested resource not found"
    );
}

#[test]
fn a_token_answers_again_for_ten_minutes_without_applying_again() {
    let mut fixture = Fixture::new();
    let count = |fixture: &Fixture| {
        let item = fixture.call(get("a", 1)).unwrap().item.unwrap();
        text(&item).split(r#""n":{"N":""#).nth(1).unwrap()[..1].parse::<u32>().unwrap()
    };
    let once = under("token", vec![add(1, "n")]);
    fixture.call(once.clone()).unwrap();
    fixture.wait(Duration::from_secs(599));
    let replay = fixture.call(once.clone()).unwrap();
    assert_eq!(count(&fixture), 1);
    let cost = &replay.consumed_capacity[0];
    assert_eq!((cost.capacity_units, cost.read_capacity_units), (2.0, Some(2.0)));
    assert_eq!(cost.write_capacity_units, None);

    let other = under("token", vec![add(2, "n")]);
    assert_eq!(fixture.refused(other.clone()).code, "IdempotentParameterMismatchException");
    fixture.wait(Duration::from_secs(1));
    fixture.call(once).unwrap();
    assert_eq!(count(&fixture), 2, "the token had expired, and was kept anew");
    assert_eq!(fixture.refused(other.clone()).code, "IdempotentParameterMismatchException");
    fixture.wait(Duration::from_secs(600));
    fixture.call(other.clone()).unwrap();
    // A clock that was set back, or another one: the token is of a time that will not come for long.
    fixture.now = Moment::EPOCH;
    fixture.call(other).unwrap();
    assert!(
        text(&fixture.call(get("a", 2)).unwrap().item.unwrap()).contains(r#""n":{"N":"2"}"#),
        "applied twice"
    );
}

#[test]
fn a_cancelled_transaction_keeps_no_token() {
    let fixture = Fixture::new();
    let wanted = || vec![check(1, Condition::exists("user"), QUIET), put_at(2)];
    assert_eq!(fixture.refused(under("token", wanted())).code, "TransactionCanceledException");
    fixture.call(put_visit("a", 1)).unwrap();
    fixture.call(under("token", wanted())).unwrap();
    assert!(fixture.visit("a", 2).is_some());
}

#[test]
fn a_transaction_takes_its_whole_capacity_or_none() {
    let mut fixture = Fixture::throttled();
    // Five units a second; two puts take four.
    fixture.call(transaction(vec![put_at(1), put_at(2)])).unwrap();
    let refused = fixture.refused(transaction(vec![put_at(3), put_at(4)]));
    assert_eq!(refused.code, "TransactionCanceledException");
    assert_eq!(codes(&refused), ["ProvisionedThroughputExceeded", "ProvisionedThroughputExceeded"]);
    assert!(refused.is_transient());
    fixture.call(put_visit("b", 1)).expect("one unit is left");
    fixture.wait(Duration::from_secs(1));
    // More than there can ever be: it goes when the bucket is full, and is paid for afterwards.
    fixture.call(transaction((0..10).map(put_at).collect())).unwrap();
    fixture.wait(Duration::from_millis(3199));
    assert_eq!(fixture.refused(put_visit("b", 1)).code, "ProvisionedThroughputExceededException");
    fixture.wait(Duration::from_millis(1));
    fixture.call(put_visit("b", 1)).unwrap();
}

#[test]
fn an_item_that_is_named_twice_is_told_before_a_table_that_is_missing_behind_it() {
    let fixture = Fixture::new();
    let elsewhere = TransactWriteItem::Delete(TransactDelete {
        table_name: "none".to_owned(),
        key: key("a", 1),
        ..TransactDelete::default()
    });
    let twice = "ValidationException: Transaction request cannot include multiple operations on one item";
    let missing = "ResourceNotFoundException: Requested resource not found";
    let told =
        |actions: [&TransactWriteItem; 3]| fixture.error(transaction(actions.into_iter().cloned().collect()));
    assert_eq!(told([&put_at(1), &delete(1), &elsewhere]), twice);
    assert_eq!(told([&put_at(1), &elsewhere, &delete(1)]), missing);
    assert_eq!(told([&elsewhere, &put_at(1), &delete(1)]), missing);
    assert_eq!(told([&elsewhere, &elsewhere, &put_at(1)]), missing);
    assert_eq!(told([&put_at(1), &delete(2), &elsewhere]), missing);
    // What does not fit its table is a reason of a cancellation, which comes later.
    let misfit = put(item(r#"{"user":{"S":"a"}}"#), None);
    assert_eq!(told([&misfit, &misfit, &elsewhere]), missing);
}
