use dynochemy_core::api::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};

use super::*;
use crate::action::fixture::*;

fn batch(statements: &[&str]) -> BatchExecuteStatementInput {
    let request = |text: &&str| BatchStatementRequest {
        statement: (*text).to_owned(),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..BatchStatementRequest::default()
    };
    BatchExecuteStatementInput {
        statements: statements.iter().map(request).collect(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
    }
}

/// The answers as texts: an item, an error, or nothing; with the table, where it is told.
fn answers(fixture: &Fixture, statements: &[&str]) -> Vec<String> {
    let output = fixture.call(batch(statements)).unwrap();
    let told = |response: &BatchStatementResponse| {
        let table = response.table_name.as_deref().unwrap_or("-");
        match (&response.error, &response.item) {
            (Some(error), _) => {
                let item = error.item.as_ref().map_or("", |_| " with its item");
                format!("{table}: {} {}{item}", error.code.name(), error.message.as_deref().unwrap_or(""))
            }
            (None, Some(item)) => format!("{table}: {}", text(item)),
            (None, None) => format!("{table}: nothing"),
        }
    };
    output.responses.iter().map(told).collect()
}

#[test]
fn each_read_has_an_answer_or_an_error_of_its_own() {
    let fixture = Fixture::new();
    fixture.call(put_visit("a", 1)).unwrap();
    fixture.call(put_visit("a", 2)).unwrap();
    let unkeyed = "-: ValidationError Select statements within BatchExecuteStatement must specify the primary key in the \
                   where clause.";
    assert_eq!(
        answers(
            &fixture,
            &[
                "SELECT time FROM visits WHERE user = 'a' AND time = 1",
                "SELECT * FROM visits WHERE user = 'a' AND time = 9",
                "SELECT * FROM visits WHERE user = 'a'",
                "SELECT * FROM visits",
                "SELECT * FROM visits.by_place WHERE user = 'a' AND time = 1",
                "SELECT * FROM none WHERE id = 'a'",
                "SELECT * FROM",
                "SELECT none FROM visits WHERE user = 'a' AND time = 2",
            ]
        ),
        [
            r#"visits: {"time":{"N":"1"}}"#,
            "visits: nothing",
            unkeyed,
            unkeyed,
            unkeyed,
            "none: ResourceNotFound Requested resource not found",
            "-: ValidationError Statement wasn't well formed, can't be processed: Unexpected term",
            "visits: {}",
        ]
    );
}

#[test]
fn each_write_is_applied_or_fails_by_itself() {
    let fixture = Fixture::new();
    fixture.call(put(item(&visit_json("a", 1, r#","n":{"N":"1"}"#)))).unwrap();
    fixture.call(put_visit("a", 2)).unwrap();
    fixture.call(put(item(&visit_json("a", 3, "")))).unwrap();
    assert_eq!(
        answers(
            &fixture,
            &[
                "INSERT INTO visits VALUE {'user': 'b', 'time': 1}",
                "INSERT INTO visits VALUE {'user': 'a', 'time': 3}",
                "UPDATE visits SET n = 5 WHERE user = 'a' AND time = 1 AND n = 7",
                "UPDATE visits SET n = 5 WHERE user = 'a' AND time = 4",
                "DELETE FROM visits WHERE user = 'a' AND time = 2 RETURNING ALL OLD *",
                "DELETE FROM visits WHERE user = 'a'",
                "INSERT INTO notes VALUE {'id': 'x'}",
            ]
        ),
        [
            "visits: nothing",
            "visits: DuplicateItem Duplicate primary key exists in table",
            "visits: ConditionalCheckFailed The conditional request failed with its item",
            "visits: ConditionalCheckFailed The conditional request failed",
            r#"visits: {"user":{"S":"a"},"time":{"N":"2"}}"#,
            "-: ValidationError Where clause does not contain a mandatory equality on all key attributes",
            "notes: nothing",
        ]
    );
    assert!(fixture.visit("b", 1).is_some() && fixture.visit("a", 2).is_none());
    assert!(fixture.visit("a", 1).unwrap().contains(r#""N":"1""#));
}

#[test]
fn what_a_batch_took_is_summed_up_by_table() {
    let fixture = Fixture::new();
    let inserts = [
        "INSERT INTO visits VALUE {'user': 'b', 'time': 1}",
        "INSERT INTO notes VALUE {'id': 'x'}",
        "INSERT INTO visits VALUE {'user': 'b', 'time': 2}",
    ];
    let told = fixture.call(batch(&inserts)).unwrap().consumed_capacity;
    let told: Vec<(&str, f64)> =
        told.iter().map(|told| (told.table_name.as_str(), told.capacity_units)).collect();
    assert_eq!(told, [("notes", 1.0), ("visits", 2.0)]);
    let mut reads = batch(&["SELECT * FROM visits WHERE user = 'b' AND time = 1"]);
    reads.statements[0].consistent_read = Some(true);
    assert_eq!(units(fixture.call(reads).unwrap().consumed_capacity), 1.0);
}

#[test]
fn a_batch_that_makes_no_sense_is_refused_as_a_whole() {
    let fixture = Fixture::new();
    let read = "SELECT * FROM visits WHERE user = 'a' AND time = 1";
    let write = "INSERT INTO visits VALUE {'user': 'a', 'time': 1}";
    let delete = "DELETE FROM visits WHERE user = 'a' AND time = 1";
    let error = |statements: &[&str]| fixture.error(batch(statements));
    assert_eq!(
        error(&[write, read]),
        "ValidationException: Read and write requests together in the same batch is not supported."
    );
    let twice = "ValidationException: Provided list of item keys contains duplicates";
    assert_eq!((error(&[read, read]), error(&[write, delete])), (twice.to_owned(), twice.to_owned()));
    assert!(error(&[]).contains("have length greater than or equal to 1"));
    assert!(error(&[write; 26]).contains("have length less than or equal to 25"));
    assert_eq!(fixture.visit("a", 1), None);
    assert_eq!(
        answers(&fixture, &["EXISTS(SELECT * FROM visits WHERE user = 'a')"]),
        ["-: ValidationError EXISTS can only be used in ExecuteTransaction write requests."]
    );
}

#[test]
fn a_statement_without_capacity_fails_alone() {
    let fixture = Fixture::throttled();
    let texts: Vec<String> =
        (0..6).map(|time| format!("INSERT INTO visits VALUE {{'user': 'a', 'time': {time}}}")).collect();
    let statements: Vec<&str> = texts.iter().map(String::as_str).collect();
    let answers = answers(&fixture, &statements);
    assert!(answers[4].ends_with("nothing"), "{}", answers[4]);
    assert!(answers[5].starts_with("visits: ProvisionedThroughputExceeded "), "{}", answers[5]);
}
