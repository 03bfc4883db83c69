//! Inputs and answers of PartiQL, letter by letter.

use super::*;

#[test]
fn statements_batches_and_transactions_are_answered() {
    let backend = backend();
    assert_eq!(
        ok(
            &backend,
            "ExecuteStatement",
            r#"{"Statement":"INSERT INTO visits VALUE {'u':?,'t':?,'x':[1]}","Parameters":[{"S":"a"},{"N":"1.0"}],
                "ReturnConsumedCapacity":"TOTAL"}"#
        ),
        r#"{"ConsumedCapacity":{"CapacityUnits":1.0,"TableName":"visits"},"Items":[]}"#
    );
    assert_eq!(
        ok(
            &backend,
            "BatchExecuteStatement",
            r#"{"Statements":[{"Statement":"INSERT INTO visits VALUE {'u':'a','t':2}"},
                {"Statement":"INSERT INTO visits VALUE {'u':'a','t':1}"},
                {"Statement":"UPDATE visits SET x = 1 WHERE u = 'a' AND t = 3","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}]}"#
        ),
        concat!(
            r#"{"Responses":[{"TableName":"visits"},"#,
            r#"{"Error":{"Code":"DuplicateItem","Message":"Duplicate primary key exists in table"},"TableName":"visits"},"#,
            r#"{"Error":{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},"TableName":"visits"}]}"#
        )
    );
    assert_eq!(
        ok(
            &backend,
            "BatchExecuteStatement",
            r#"{"Statements":[{"Statement":"SELECT x[0] FROM visits WHERE u = ? AND t = 1","Parameters":[{"S":"a"}],
                "ConsistentRead":true}],"ReturnConsumedCapacity":"TOTAL"}"#
        ),
        concat!(
            r#"{"ConsumedCapacity":[{"CapacityUnits":1.0,"TableName":"visits"}],"#,
            r#""Responses":[{"Item":{"x[0]":{"N":"1"}},"TableName":"visits"}]}"#
        )
    );
    assert_eq!(
        ok(
            &backend,
            "ExecuteTransaction",
            r#"{"TransactStatements":[{"Statement":"SELECT t FROM visits WHERE u = 'a' AND t = 1"},
                {"Statement":"SELECT * FROM visits WHERE u = 'a' AND t = 9"}],"ReturnConsumedCapacity":"TOTAL"}"#
        ),
        concat!(
            r#"{"ConsumedCapacity":[{"CapacityUnits":4.0,"ReadCapacityUnits":4.0,"TableName":"visits"}],"#,
            r#""Responses":[{"Item":{"t":{"N":"1"}}},{}]}"#
        )
    );
    assert_eq!(
        refused(
            &backend,
            "ExecuteTransaction",
            r#"{"TransactStatements":[{"Statement":"INSERT INTO visits VALUE {'u':'a','t':1}"}],
                "ClientRequestToken":"token"}"#
        ),
        "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons \
         [DuplicateItem]"
    );
}

#[test]
fn a_page_tells_where_it_ended() {
    let backend = backend();
    for time in 1..=3 {
        ok(
            &backend,
            "PutItem",
            &format!(r#"{{"TableName":"visits","Item":{{"u":{{"S":"a"}},"t":{{"N":"{time}"}}}}}}"#),
        );
    }
    let page = |token: &str| {
        let input = format!(r#"{{"Statement":"SELECT t FROM visits WHERE u = 'a'","Limit":2{token}}}"#);
        ok(&backend, "ExecuteStatement", &input)
    };
    let first = page("");
    let (before, token) = first.split_once(r#","NextToken":""#).unwrap();
    assert_eq!(
        before,
        r#"{"Items":[{"t":{"N":"1"}},{"t":{"N":"2"}}],"LastEvaluatedKey":{"u":{"S":"a"},"t":{"N":"2"}}"#
    );
    let token = token.strip_suffix(r#""}"#).unwrap();
    assert_eq!(page(&format!(r#","NextToken":"{token}""#)), r#"{"Items":[{"t":{"N":"3"}}]}"#);
}

#[test]
fn members_out_of_their_bounds_are_told_as_of_other_actions() {
    let backend = backend();
    for (action, input, problem) in [
        ("ExecuteStatement", "{}", "Value null at 'statement'"),
        ("ExecuteStatement", r#"{"Statement":""}"#, "Value '' at 'statement'"),
        ("ExecuteStatement", r#"{"Statement":"x","Parameters":[]}"#, "Value '[]' at 'parameters'"),
        ("ExecuteStatement", r#"{"Statement":"x","Limit":0}"#, "Value '0' at 'limit'"),
        ("BatchExecuteStatement", r#"{"Statements":[]}"#, "Value '[]' at 'statements'"),
        (
            "BatchExecuteStatement",
            r#"{"Statements":[{"Statement":""}]}"#,
            "Value '' at 'statements.1.member.statement'",
        ),
        ("ExecuteTransaction", r#"{"TransactStatements":[]}"#, "Value '[]' at 'transactStatements'"),
    ] {
        let told = refused(&backend, action, input);
        assert!(told.contains(problem), "{action} {input}: {told}");
    }
    let invalid = r#"{"Statement":"SELECT * FROM visits WHERE u = ?","Parameters":[{"S":"a","N":"1"}]}"#;
    assert!(refused(&backend, "ExecuteStatement", invalid).contains("more than one datatypes"));
}
