//! PartiQL, both ways.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answers::answered;
use super::samples::answer_to;
use super::*;
use crate::request::Action;
use crate::value::AttributeValue;

fn written(request: impl Into<Request>) -> Value {
    serde_json::from_slice(&write_body(&request.into())).unwrap()
}

#[test]
fn a_statement_has_its_parameters_in_any_type() {
    let parameters = vec![
        AttributeValue::S("a\"".to_owned()),
        AttributeValue::N(5.into()),
        AttributeValue::B(Bytes::from_static(b"\x00\xff")),
        AttributeValue::Bool(false),
        AttributeValue::Null(true),
        AttributeValue::StringSet(BTreeSet::from(["x".to_owned()])),
        AttributeValue::NumberSet(BTreeSet::from([1.into(), 2.into()])),
        AttributeValue::BinarySet(BTreeSet::from([Bytes::from_static(b"y")])),
        AttributeValue::L(vec![]),
        AttributeValue::M([("m".to_owned(), AttributeValue::L(vec![1.into()]))].into()),
    ];
    let statement = ExecuteStatementInput {
        statement: "SELECT * FROM \"visits\" WHERE user = ?".to_owned(),
        parameters: parameters.clone(),
        consistent_read: Some(true),
        next_token: Some("page-2".to_owned()),
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        limit: Some(7),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
    };
    let expected = json!([
        {"S": "a\""}, {"N": "5"}, {"B": "AP8="}, {"BOOL": false}, {"NULL": true}, {"SS": ["x"]}, {"NS": ["1", "2"]},
        {"BS": ["eQ=="]}, {"L": []}, {"M": {"m": {"L": [{"N": "1"}]}}},
    ]);
    let expected = json!({
        "Statement": "SELECT * FROM \"visits\" WHERE user = ?",
        "Parameters": expected,
        "ConsistentRead": true,
        "NextToken": "page-2",
        "ReturnConsumedCapacity": "INDEXES",
        "Limit": 7,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(written(statement), expected);
}

#[test]
fn a_page_of_items_tells_where_it_ended() {
    let body = answer_to(Action::ExecuteStatement);
    let found = answered(&plain::statement().into(), body).unwrap();
    assert_eq!(found.consumed_capacity()[0].capacity_units, 0.5);
    let found = ExecuteStatementOutput::try_from(found).unwrap();
    assert_eq!(found.items.at(0).unwrap(), item(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#));
    assert_eq!(found.next_token.as_deref(), Some("page-2"));
    assert_eq!(found.last_evaluated_key, Some(key("ann", 5).to_item()));
}

#[test]
fn the_answers_of_a_batch_are_told_by_position_with_their_errors() {
    let body = answer_to(Action::BatchExecuteStatement);
    let found = answered(&plain::batch_statements().into(), body).unwrap();
    let found = BatchExecuteStatementOutput::try_from(found).unwrap();
    let [read, failed, written] = &found.responses[..] else { panic!("{found:?}") };
    assert_eq!(read.item, Some(key("ann", 5).to_item()));
    let error = failed.error.as_ref().unwrap();
    assert_eq!(error.code, BatchStatementErrorCode::ConditionalCheckFailed);
    assert_eq!(error.item, Some(item(r#"{"user":{"S":"bob"}}"#)));
    assert_eq!((&written.error, &written.item), (&None, &None));
}

#[test]
fn a_transaction_of_statements_has_a_token_and_answers_by_position() {
    let transaction = ExecuteTransactionInput {
        client_request_token: Some("t".to_owned()),
        ..plain::transact_statements()
    };
    assert_eq!(written(transaction)["ClientRequestToken"], "t");
    let body = answer_to(Action::ExecuteTransaction);
    let found = answered(&plain::transact_statements().into(), body).unwrap();
    let found = ExecuteTransactionOutput::try_from(found).unwrap();
    let expected = [ItemResponse { item: Some(key("ann", 5).to_item()) }, ItemResponse::default()];
    assert_eq!(found.responses, expected);
}

#[test]
fn what_may_be_sent_again_is_told_by_the_statement() {
    let with =
        |statement: &str| ExecuteStatementInput { statement: statement.to_owned(), ..plain::statement() };
    for (statement, reads) in [("SELECT * FROM t", true), ("UPDATE t SET x = x + 1", false), ("?", false)] {
        let request = Request::from(with(statement));
        assert_eq!((request.is_read(), request.is_repeatable()), (reads, reads), "{statement}");
    }
    let mut transaction = plain::transact_statements();
    assert!(Request::from(transaction.clone()).is_read());
    transaction.transact_statements[0].statement = "DELETE FROM t WHERE x = 1".to_owned();
    assert!(!Request::from(transaction.clone()).is_repeatable());
    transaction.client_request_token = Some("token".to_owned());
    let request = Request::from(transaction);
    assert!(!request.is_read() && request.is_repeatable());
    assert!(Request::from(RawInput::reading("DescribeLimits", "{}")).is_repeatable());
    assert!(!Request::from(RawInput::new("CreateBackup", "{}")).is_repeatable());
}
