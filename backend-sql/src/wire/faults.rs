//! Tests: of several faults of a call the one that the service reports first, in its words.

use dynochemy_core::Moment;

use crate::SqlBackend;

fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let create = r#"{"TableName":"things","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"h","AttributeType":"S"},{"AttributeName":"a","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],
        "GlobalSecondaryIndexes":[{"IndexName":"by_a","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"KEYS_ONLY"}}]}"#;
    assert_eq!(backend.answer_json("CreateTable", create.as_bytes(), Moment::EPOCH).status, 200);
    backend
}

/// The message of the error, or the answer.
fn told(backend: &SqlBackend, action: &str, members: &str) -> String {
    let body = if action.starts_with("Batch") {
        format!("{{{members}}}")
    } else {
        format!(r#"{{"TableName":"things",{members}}}"#)
    };
    let answer = backend.answer_json(action, body.as_bytes(), Moment::EPOCH);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    match text.split_once(r#""message":""#) {
        Some((_, message)) => message.split_once(r#""}"#).unwrap().0.to_owned(),
        None => text,
    }
}

fn updated(members: &str) -> String {
    told(&backend(), "UpdateItem", &format!(r#""Key":{{"h":{{"S":"x"}}}},{members}"#))
}

#[test]
fn placeholders_need_an_expression_and_must_be_there_and_named_right() {
    let put =
        |members: &str| told(&backend(), "PutItem", &format!(r#""Item":{{"h":{{"S":"x"}}}},{members}"#));
    let without = "ExpressionAttributeValues can only be specified when using expressions: ";
    assert_eq!(put(r#""ExpressionAttributeValues":{}"#), format!("{without}ConditionExpression is null"));
    assert_eq!(
        updated(r#""ExpressionAttributeValues":{}"#),
        format!("{without}UpdateExpression and ConditionExpression are null")
    );
    assert_eq!(
        put(r##""ExpressionAttributeNames":{"#n":"n"}"##),
        "ExpressionAttributeNames can only be specified when using expressions"
    );
    let set = |members: &str| updated(&format!(r#""UpdateExpression":"SET n = ",{members}"#));
    assert_eq!(set(r#""ExpressionAttributeValues":{}"#), "ExpressionAttributeValues must not be empty");
    assert_eq!(set(r#""ExpressionAttributeNames":{}"#), "ExpressionAttributeNames must not be empty");
    assert_eq!(
        set(r##""ExpressionAttributeNames":{"#n":"","n":"n"}"##),
        r#"ExpressionAttributeNames contains invalid key: Syntax error; key: \"n\""#
    );
    assert_eq!(
        set(r##""ExpressionAttributeNames":{"#n":""}"##),
        "ExpressionAttributeNames contains invalid value: Empty attribute name for key #n"
    );
    assert_eq!(
        set(r#""ExpressionAttributeValues":{":a":{"N":"x"},":":{"S":"x"}}"#),
        r#"ExpressionAttributeValues contains invalid key: Syntax error; key: \":\""#
    );
    let invalid = "ExpressionAttributeValues contains invalid value: ";
    assert_eq!(
        set(r#""ExpressionAttributeValues":{":a":{"N":"x"}}"#),
        format!("{invalid}The parameter cannot be converted to a numeric value: x for key :a")
    );
    assert_eq!(
        set(r#""ExpressionAttributeValues":{":a":{"SS":[]}}"#),
        format!(
            "{invalid}One or more parameter values were invalid: An string set  may not be empty for key :a"
        )
    );
    // Actions that take no values pass over them.
    let get = r#""Key":{"h":{"S":"x"}},"ExpressionAttributeValues":{":unused":{"S":"x"}}"#;
    assert_eq!(told(&backend(), "GetItem", get), "{}");
}

#[test]
fn what_an_expression_means_is_looked_at_before_placeholders_that_are_unused() {
    let values = r#""ExpressionAttributeValues":{":l":{"L":[]},":s":{"S":"x"},":unused":{"S":"x"}}"#;
    let set = |update: &str| updated(&format!(r#""UpdateExpression":"{update}",{values}"#));
    let invalid = "Invalid UpdateExpression: ";
    assert_eq!(
        set("SET n = list_append(list_append(:l, :l), :s), n = :s"),
        format!(
            "{invalid}The function is not allowed to be used this way in an expression; function: list_append"
        )
    );
    assert!(set("SET n = list_append(:l, :s), n = :s").contains("Two document paths overlap"));
    assert!(set("SET n = list_append(:l, :s) ADD m :s").contains("operator: ADD, operand type: STRING"));
    assert!(
        set("SET n = list_append(:l, :s)").contains("operator or function: list_append, operand type: S")
    );
    assert!(
        set("SET n = if_not_exists(m, m), s = :s").contains("must be distinct from the remaining operands")
    );
    assert!(set("SET n = list_append(:l, :l), s = :s").contains("unused in expressions: keys: {:unused}"));
    let query =
        r#""KeyConditionExpression":"begins_with(h, :n)","ExpressionAttributeValues":{":n":{"N":"1"}}"#;
    assert_eq!(
        told(&backend(), "Query", query),
        "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: \
         begins_with, operand type: N"
    );
}

#[test]
fn operands_of_all_actions_are_looked_at_before_their_paths() {
    let update =
        r#""UpdateExpression":"SET m.k = :n, n = n + :n","ExpressionAttributeValues":{":n":{"N":"1"}}"#;
    assert_eq!(
        updated(update),
        "The provided expression refers to an attribute that does not exist in the item"
    );
}

#[test]
fn sets_that_are_none_are_told_of_in_words_of_their_type() {
    let put = |set: &str| told(&backend(), "PutItem", &format!(r#""Item":{{"h":{{"S":"x"}},"s":{set}}}"#));
    let invalid = "One or more parameter values were invalid: Input collection ";
    assert_eq!(put(r#"{"SS":["p","q","p"]}"#), format!("{invalid}[p, q, p] contains duplicates."));
    assert_eq!(
        put(r#"{"BS":["AQ==","AQ=="]}"#),
        format!("{invalid}[AQ==, AQ==]of type BS contains duplicates.")
    );
    assert_eq!(put(r#"{"NS":["1","1.0"]}"#), "Input collection contains duplicates");
    assert_eq!(put(r#"{"M":{"":{"S":"x"}}}"#), "Empty attribute name");
}

#[test]
fn duplicates_in_a_batch_are_found_before_its_expressions_are_read() {
    let twice = r#""Keys":[{"h":{"S":"x"}},{"h":{"S":"x"}}]"#;
    let batch = format!(r#""RequestItems":{{"things":{{{twice},"ProjectionExpression":","}}}}"#);
    assert_eq!(told(&backend(), "BatchGetItem", &batch), "Provided list of item keys contains duplicates");
}

#[test]
fn items_are_not_there_where_they_are_counted() {
    assert_eq!(told(&backend(), "Scan", r#""Select":"COUNT""#), r#"{"Count":0,"ScannedCount":0}"#);
}

#[test]
fn a_scan_filters_by_what_its_index_lacks_and_a_query_does_not() {
    let filter = r#""IndexName":"by_a","FilterExpression":"attribute_not_exists(n)""#;
    assert_eq!(told(&backend(), "Scan", filter), r#"{"Count":0,"Items":[],"ScannedCount":0}"#);
    let query = format!(
        r#"{filter},"KeyConditionExpression":"a = :a","ExpressionAttributeValues":{{":a":{{"S":"x"}}}}"#
    );
    assert!(
        told(&backend(), "Query", &query).contains("does not project one or more filter attributes: [n]")
    );
}

#[test]
fn what_is_no_key_in_a_transaction_is_a_reason_of_its_cancellation() {
    let write = r#"{"TransactItems":[{"Delete":{"TableName":"things","Key":{"h":{"BOOL":true}}}}]}"#;
    let read = r#"{"TransactItems":[{"Get":{"TableName":"things","Key":{"h":{"BOOL":true}}}}]}"#;
    for (action, body) in [("TransactWriteItems", write), ("TransactGetItems", read)] {
        let answer = backend().answer_json(action, body.as_bytes(), Moment::EPOCH);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains("TransactionCanceledException"), "{text}");
        assert!(text.contains(r#""Message":"The provided key element does not match the schema""#), "{text}");
    }
}
