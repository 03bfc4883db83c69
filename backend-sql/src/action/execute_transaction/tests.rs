use dynochemy_core::api::{
    ParameterizedStatement, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};

use super::*;
use crate::action::fixture::*;

fn transaction(statements: &[&str]) -> ExecuteTransactionInput {
    let request = |text: &&str| ParameterizedStatement {
        statement: (*text).to_owned(),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..ParameterizedStatement::default()
    };
    ExecuteTransactionInput {
        transact_statements: statements.iter().map(request).collect(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..ExecuteTransactionInput::default()
    }
}

fn filled() -> Fixture {
    let fixture = Fixture::new();
    for time in 1..4 {
        fixture.call(put(item(&visit_json("a", time, &format!(r#","n":{{"N":"{time}"}}"#))))).unwrap();
    }
    fixture
}

/// The reasons of a cancellation: code, message, and whether there is an item.
fn reasons(fixture: &Fixture, statements: &[&str]) -> Vec<String> {
    let refused = fixture.refused(transaction(statements));
    assert_eq!(refused.code, "TransactionCanceledException", "{refused}");
    let told = |reason: &CancellationReason| {
        let item = reason.item.as_ref().map_or("", |_| " with its item");
        format!("{} {}{item}", reason.code, reason.message.as_deref().unwrap_or("-"))
    };
    refused.cancellation_reasons.iter().map(told).collect()
}

#[test]
fn reads_are_answered_in_their_order() {
    let fixture = filled();
    let output = fixture
        .call(transaction(&[
            "SELECT n FROM visits WHERE user = 'a' AND time = 2",
            "SELECT * FROM visits WHERE user = 'a' AND time = 9",
            "SELECT none FROM visits WHERE user = 'a' AND time = 1",
        ]))
        .unwrap();
    let found: Vec<_> = output.responses.iter().map(|found| found.item.as_ref().map(text)).collect();
    assert_eq!(found, [Some(r#"{"n":{"N":"2"}}"#.to_owned()), None, Some("{}".to_owned())]);
    assert_eq!(output.consumed_capacity[0].read_capacity_units, Some(6.0));
}

#[test]
fn writes_and_checks_are_all_applied_or_none() {
    let fixture = filled();
    let update = "UPDATE visits SET n = n + 10 WHERE user = 'a' AND time = 1";
    let insert = "INSERT INTO visits VALUE {'user': 'b', 'time': 1}";
    let delete = "DELETE FROM visits WHERE user = 'a' AND time = 3";
    let checked = |condition: &str| {
        format!("EXISTS(SELECT * FROM visits WHERE user = 'a' AND time = 2 AND {condition})")
    };
    assert_eq!(
        reasons(&fixture, &[update, insert, delete, &checked("n = 7")]),
        ["None -", "None -", "None -", "ConditionalCheckFailed The conditional request failed with its item"]
    );
    assert!(fixture.visit("b", 1).is_none());
    let output = fixture.call(transaction(&[update, insert, delete, &checked("n = 2")])).unwrap();
    assert!(output.responses.is_empty());
    assert_eq!(output.consumed_capacity[0].write_capacity_units, Some(8.0));
    assert!(fixture.visit("a", 1).unwrap().contains(r#""N":"11""#));
    assert!(fixture.visit("b", 1).is_some() && fixture.visit("a", 3).is_none());
    assert_eq!(
        reasons(&fixture, &[insert, "UPDATE visits SET n = 1 WHERE user = 'z' AND time = 1"]),
        [
            "DuplicateItem Duplicate primary key exists in table",
            "ConditionalCheckFailed The conditional request failed"
        ]
    );
}

#[test]
fn what_does_not_fit_its_table_is_a_reason() {
    let fixture = filled();
    assert_eq!(
        reasons(
            &fixture,
            &[
                "UPDATE visits SET n = 1 WHERE user = 'a' AND time = 1",
                "UPDATE visits SET n = 1 WHERE user = 'a'",
                "DELETE FROM none WHERE user = 'a'",
                "DELETE FROM visits WHERE user = 1 AND time = 1",
                "INSERT INTO visits VALUE {'user': 'a'}",
                "INSERT INTO visits VALUE {'user': 'a', 'time': 2}",
                "DELETE FROM visits WHERE user = 'z' AND time = 1 AND n = 1",
                "UPDATE visits SET n = 1 SET n = 2 WHERE user = 'a' AND time = 3",
            ]
        ),
        [
            "None -",
            "ValidationError Where clause does not contain a mandatory equality on all key attributes",
            "ResourceNotFound Requested resource not found",
            "ValidationError The provided key element does not match the schema",
            "ValidationError One or more parameter values were invalid: Missing the key time in the item",
            "DuplicateItem Duplicate primary key exists in table",
            "None -",
            "ValidationError Two document paths overlap with each other; must remove or rewrite one of these paths; path one: \
             [n], path two: [n]",
        ]
    );
}

#[test]
fn a_transaction_that_makes_no_sense_is_refused_as_a_whole() {
    let fixture = filled();
    let read = "SELECT * FROM visits WHERE user = 'a' AND time = 1";
    let write = "UPDATE visits SET n = 1 WHERE user = 'a' AND time = 1";
    let at = |position: u32, problem: &str| {
        format!("Validation failed in TransactStatements[{position}]: {problem}")
    };
    let unkeyed =
        "Select statements within ExecuteTransaction must specify the primary key in the where clause.";
    for (statements, problem) in [
        (
            vec![write, read],
            "ExecuteTransaction API does not support both read and write operations in the same request."
                .to_owned(),
        ),
        (vec![read, "SELECT * FROM visits WHERE user = 'a'"], at(1, unkeyed)),
        (vec!["SELECT * FROM visits"], at(0, unkeyed)),
        (vec!["SELECT * FROM visits WHERE user = 'a' AND time = 1 AND n = 1"], at(0, unkeyed)),
        (
            vec!["SELECT * FROM visits.x WHERE user = 'a'"],
            at(0, "Reads on indices are not supported within transactions."),
        ),
        (vec![write, "FOO"], at(1, "Unsupported operation: Id")),
        (
            vec!["DELETE FROM visits WHERE user = 'a' AND time = 1 RETURNING ALL OLD *"],
            at(0, "RETURNING clause is not supported in ExecuteTransaction."),
        ),
        (vec![read, read], "Transaction request cannot include multiple operations on one item".to_owned()),
    ] {
        assert_eq!(
            fixture.error(transaction(&statements)),
            format!("ValidationException: {problem}"),
            "{statements:?}"
        );
    }
    assert!(fixture.error(transaction(&[])).contains("at 'transactStatements'"));
    assert!(fixture.error(transaction(&[read; 101])).contains("have length less than or equal to 100"));
}

#[test]
fn a_token_applies_a_transaction_once() {
    let fixture = filled();
    let under_token = |statements: &[&str]| ExecuteTransactionInput {
        client_request_token: Some("token".to_owned()),
        ..transaction(statements)
    };
    let add = ["UPDATE visits SET n = n + 10 WHERE user = 'a' AND time = 1"];
    for _ in 0..2 {
        fixture.call(under_token(&add)).unwrap();
        assert!(fixture.visit("a", 1).unwrap().contains(r#""N":"11""#));
    }
    let other = under_token(&["UPDATE visits SET n = n + 20 WHERE user = 'a' AND time = 1"]);
    assert_eq!(fixture.refused(other).code, "IdempotentParameterMismatchException");
    let check = under_token(&["EXISTS(SELECT * FROM visits WHERE user = 'a' AND time = 2)"]);
    let check = ExecuteTransactionInput { client_request_token: Some("another".to_owned()), ..check };
    fixture.call(check).unwrap();
}
