//! Every shape of error.

use std::time::Duration;

use super::*;
use crate::error::{CancellationReason, Effect, Rejection, ThrottlingReason};

fn failed(status: u16, headers: &[(&str, &str)], body: &str) -> CallError {
    let mut answer = http::Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let body = Bytes::copy_from_slice(body.as_bytes());
    read_answer(&Request::PutItem(plain::put()), answer.body(body).unwrap()).unwrap_err()
}

fn refused(body: &str) -> Rejection {
    match failed(400, &[], body) {
        CallError::Refused(rejection) => *rejection,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rejection_is_told_with_its_code_and_message_and_keeps_the_body() {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#;
    let expected = Rejection {
        body: Bytes::from_static(body.as_bytes()),
        ..Rejection::new("ResourceNotFoundException", "Requested resource not found")
    };
    assert_eq!(refused(body), expected);
}

#[test]
fn a_message_may_be_spelled_either_way_and_a_code_may_have_no_namespace() {
    let found = refused(r#"{"Message":"no list","__type":"SerializationException","extra":[{}]}"#);
    assert_eq!((found.code.as_str(), found.message.as_str()), ("SerializationException", "no list"));
}

#[test]
fn a_failed_condition_is_told_with_the_item_that_failed_it() {
    let found = refused(
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"user":{"S":"ann"}},"message":"The conditional request failed"}"#,
    );
    assert_eq!(found.code, "ConditionalCheckFailedException");
    assert_eq!(found.item, Some(item(r#"{"user":{"S":"ann"}}"#)));
}

#[test]
fn a_cancelled_transaction_is_told_with_a_reason_for_each_action() {
    let found = refused(
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"user":{"S":"ann"}},"Message":"The conditional request failed"},null,{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}],"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None, TransactionConflict]"}"#,
    );
    let none = CancellationReason { code: "None".to_owned(), ..CancellationReason::default() };
    let expected = [
        none.clone(),
        CancellationReason {
            code: "ConditionalCheckFailed".to_owned(),
            message: Some("The conditional request failed".to_owned()),
            item: Some(item(r#"{"user":{"S":"ann"}}"#)),
        },
        none,
        CancellationReason {
            code: "TransactionConflict".to_owned(),
            message: Some("Transaction is ongoing for the item".to_owned()),
            item: None,
        },
    ];
    assert_eq!(found.cancellation_reasons, expected);
    assert!(found.message.starts_with("Transaction cancelled"));
}

#[test]
fn throttling_is_told_with_what_was_out_of_capacity_and_how_long_to_wait() {
    let error = failed(
        400,
        &[("x-amz-retry-after", "1500")],
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","ThrottlingReasons":[{"reason":"TableWriteProvisionedThroughputExceeded","resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/visits"}],"message":"slow down"}"#,
    );
    let rejection = error.rejection().unwrap();
    assert!(rejection.is_transient());
    assert_eq!(rejection.retry_after, Some(Duration::from_millis(1500)));
    let expected = ThrottlingReason {
        reason: "TableWriteProvisionedThroughputExceeded".to_owned(),
        resource: "arn:aws:dynamodb:eu-west-1:123456789012:table/visits".to_owned(),
    };
    assert_eq!(rejection.throttling_reasons, [expected]);
    let on_demand = failed(
        400,
        &[],
        r#"{"__type":"com.amazon.coral.availability#ThrottlingException","throttlingReasons":[{"reason":"IndexReadMaxOnDemandThroughputExceeded","resource":"a"}]}"#,
    );
    let reasons = &on_demand.rejection().unwrap().throttling_reasons;
    assert_eq!(reasons[0].reason, "IndexReadMaxOnDemandThroughputExceeded");
    assert_eq!(failed(400, &[("x-amz-retry-after", "soon")], "{}").rejection().unwrap().retry_after, None);
}

#[test]
fn a_refusal_by_something_on_the_way_is_not_applied_and_keeps_its_body() {
    for (status, body) in [(403, "<html>Forbidden</html>"), (429, ""), (413, "{}"), (404, "{\"message\":5}")]
    {
        let error = failed(status, &[], body);
        assert_eq!(error.effect(), Effect::NotApplied, "{status}");
        let CallError::Refused(rejection) = error else { panic!("{status}") };
        assert_eq!((rejection.status, rejection.code.as_str()), (status, ""));
        assert_eq!(rejection.body, body.as_bytes());
    }
    assert!(failed(403, &[], "<html>Forbidden</html>").to_string().contains("HTTP status 403: <html>"));
}

#[test]
fn a_refusal_that_breaks_off_tells_what_could_be_read() {
    let found = refused(r#"{"__type":"a#ValidationException","message":"One or mo"#);
    assert_eq!((found.code.as_str(), found.message.as_str()), ("ValidationException", ""));
    assert!(!found.body.is_empty());
}

#[test]
fn a_servers_own_fault_may_have_been_applied() {
    let error = failed(
        500,
        &[],
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}"#,
    );
    assert_eq!(error.effect(), Effect::Unknown);
    assert_eq!(error.rejection().unwrap().code, "InternalServerError");
    assert_eq!(
        error.to_string(),
        "may have been applied: the server failed (HTTP status 500): InternalServerError: Internal server error"
    );

    let error = failed(502, &[], "<html>Bad Gateway</html>");
    assert_eq!(error.effect(), Effect::Unknown);
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.status, rejection.code.as_str()), (502, ""));
    assert_eq!(rejection.body, "<html>Bad Gateway</html>");
    assert!(rejection.is_transient());
}

#[test]
fn what_is_neither_success_nor_error_may_have_been_applied() {
    for status in [204, 302] {
        let error = failed(status, &[], "");
        assert_eq!(error.effect(), Effect::Unknown);
        let expected = format!("the answer is none of DynamoDB's (HTTP status {status})");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}
