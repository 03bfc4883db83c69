//! Each action's request and answer, held against AWS's own service model.
//!
//! `model.json` is made by `.ci/service-model` of what PyPI's `botocore` carries. From it full JSON is generated, with
//! every member and every value of each enumeration, which the library must take in and give out again. Requests with
//! expressions, which the library holds as values, are built in full in Rust; what it writes of them must have every
//! member.

#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod model;
mod requests;

use std::collections::BTreeSet;

use dynochemy_core::http::{read_answer, write_body};
use dynochemy_core::{Action, Request, Response};
use model::{Model, lost};
use serde_json::{Value, json};

/// Members of answers that are carried in another form than their own, and in which.
const OTHERWISE: [(&str, &str); 3] = [
    ("BatchGetItem.UnprocessedKeys.visits.ProjectionExpression", OF_REQUEST),
    ("BatchGetItem.UnprocessedKeys.visits.ExpressionAttributeNames", OF_REQUEST),
    ("BatchGetItem.UnprocessedKeys.visits.AttributesToGet", OF_REQUEST),
];
const OF_REQUEST: &str = "the service repeats the request's; the answer holds the request's value";

fn written(request: &Request) -> Value {
    serde_json::from_slice(&write_body(request)).unwrap()
}

/// What is missing of an action's request, by path.
fn missing_of_request(model: &Model, action: &str) -> BTreeSet<String> {
    let shape = model.input(action);
    let mut missing = BTreeSet::new();
    if let Some(request) = requests::full(action) {
        model.members_without(shape, &written(&request), action, &mut missing);
    } else {
        for turn in 0..model.turns() {
            let body = model.generate(shape, turn);
            let request: Request = serde_json::from_value(json!({ action: body })).unwrap();
            assert_eq!(request.name(), action);
            lost(&body, &written(&request), action, &mut missing);
        }
    }
    missing
}

/// What of an action's answer is lost, by path.
fn missing_of_answer(model: &Model, action: &str) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    let Some(shape) = model.output(action) else { return missing };
    // Reading a batch's answer takes the request, which tells the tables' keys.
    let request = requests::full(action).unwrap_or_else(|| {
        let body = model.generate(model.input(action), 0);
        serde_json::from_value(json!({ action: body })).unwrap()
    });
    for turn in 0..model.turns() {
        let body = model.generate(shape, turn);
        let answer = http::Response::new(serde_json::to_vec(&body).unwrap().into());
        let response = read_answer(&request, answer).unwrap();
        let carried = serde_json::to_value(&response).unwrap();
        lost(&body, &carried[action], action, &mut missing);
    }
    missing.retain(|path| !OTHERWISE.iter().any(|(otherwise, _)| path.starts_with(otherwise)));
    missing
}

#[test]
fn no_member_of_any_request_or_answer_is_missing() {
    let model = Model::read();
    let mut missing = BTreeSet::new();
    for action in model.actions() {
        missing.extend(missing_of_request(&model, action).into_iter().map(|path| format!("request {path}")));
        missing.extend(missing_of_answer(&model, action).into_iter().map(|path| format!("answer {path}")));
    }
    let actions: Vec<&str> = model.actions().collect();
    println!("actions covered: {} ({})", actions.len(), actions.join(", "));
    println!("members missing: {} {missing:?}", missing.len());
    for (path, reason) in OTHERWISE {
        println!("carried otherwise: {path}: {reason}");
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn what_a_batch_leaves_unprocessed_is_as_it_was_asked_for() {
    let model = Model::read();
    let request = requests::full("BatchGetItem").unwrap();
    let body = model.generate(model.output("BatchGetItem").unwrap(), 0);
    let answer = http::Response::new(serde_json::to_vec(&body).unwrap().into());
    let (Request::BatchGetItem(asked), Ok(Response::BatchGetItem(answer))) =
        (&request, read_answer(&request, answer))
    else {
        panic!("another action")
    };
    assert_eq!(answer.unprocessed_keys["visits"], asked.request_items["visits"]);
}

#[test]
fn the_model_holds_every_action_that_the_library_knows() {
    let known = Action::ALL.iter().map(|action| action.name()).filter(|name| *name != "Raw");
    assert_eq!(Model::read().actions().collect::<Vec<_>>(), known.collect::<Vec<_>>());
}

#[test]
fn what_is_missing_or_changed_is_found() {
    let model = Model::read();
    for action in ["UpdateTable", "PutItem"] {
        let full = match requests::full(action) {
            Some(request) => written(&request),
            None => model.generate(model.input(action), 0),
        };
        let mut nothing = BTreeSet::new();
        model.members_without(model.input(action), &full, action, &mut nothing);
        assert_eq!(nothing, BTreeSet::new());
        for member in full.as_object().unwrap().keys() {
            let mut without = full.clone();
            without.as_object_mut().unwrap().remove(member);
            let mut missing = BTreeSet::new();
            model.members_without(model.input(action), &without, action, &mut missing);
            assert!(missing.contains(&format!("{action}.{member}")), "{missing:?}");
            let mut missing = BTreeSet::new();
            lost(&full, &without, action, &mut missing);
            assert!(missing.contains(&format!("{action}.{member}")), "{missing:?}");
        }
    }
    let mut changed = BTreeSet::new();
    lost(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}), "x", &mut changed);
    assert_eq!(changed, BTreeSet::from(["x.a.b".to_owned()]));
}
