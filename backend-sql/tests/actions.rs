//! Every action of the service model is answered or refused on purpose, and stands in FIDELITY.md.

#![allow(clippy::unwrap_used, reason = "a test")]

use dynochemy_sql::dynochemy_core::Request;
use dynochemy_sql::dynochemy_core::api::RawInput;
use dynochemy_sql::{Backend, Moment, SqlBackend};

/// The names of all actions; `.ci/service-model` writes them.
const ACTIONS: &str = include_str!("actions.txt");

fn is_known(backend: &SqlBackend, action: &str) -> bool {
    let answer = backend.answer_json(action, b"{}", Moment::EPOCH);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(answer.status < 500, "{action}: {text}");
    !text.contains("UnknownOperationException")
}

#[test]
fn every_action_of_the_service_model_is_known() {
    let backend = SqlBackend::in_memory().unwrap();
    assert!(ACTIONS.lines().count() > 60);
    for action in ACTIONS.lines() {
        assert!(is_known(&backend, action), "{action}");
    }
    assert!(!is_known(&backend, "MakeCoffee"));
}

#[test]
fn every_action_of_the_service_model_stands_in_the_document() {
    let document = include_str!("../FIDELITY.md");
    let (_, table) = document.split_once("## Actions").unwrap();
    let (table, _) = table.split_once("## Decided").unwrap();
    let first_cells =
        table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |")).map(|row| row.0);
    let told: Vec<&str> = first_cells.flat_map(|cell| cell.split(", ")).collect();
    for action in ACTIONS.lines() {
        assert!(told.contains(&action), "FIDELITY.md does not tell of {action}");
    }
}

#[test]
fn raw_calls_of_a_program_reach_every_action_too() {
    let backend = SqlBackend::in_memory().unwrap();
    let call =
        |action: &str, body: &str| backend.answer(&Request::Raw(RawInput::new(action, body)), Moment::EPOCH);
    let create = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"user","KeyType":"HASH"}]}"#;
    call("CreateTable", create).unwrap();
    let put = r#"{"TableName":"visits","Item":{"user":{"S":"a"}}}"#;
    call("PutItem", put).unwrap();
    let answer: serde_json::Value = match call("Scan", r#"{"TableName":"visits"}"#).unwrap() {
        dynochemy_sql::dynochemy_core::Response::Raw(output) => serde_json::from_str(&output.body).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(answer["Items"], serde_json::json!([{"user": {"S": "a"}}]));
    let error = call("GetItem", r#"{"TableName":"none","Key":{"user":{"S":"a"}}}"#).unwrap_err();
    assert_eq!(error.rejection().unwrap().code, "ResourceNotFoundException");
    assert_eq!(call("MakeCoffee", "{}").unwrap_err().rejection().unwrap().code, "UnknownOperationException");
    assert_eq!(call("DescribeLimits", "[").unwrap_err().rejection().unwrap().code, "SerializationException");
}
