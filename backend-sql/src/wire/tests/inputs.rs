//! Inputs that are none: of other types, out of their bounds, incomplete.

use super::*;

#[test]
fn values_of_other_types_are_told_in_the_words_of_the_services_reader() {
    let backend = backend();
    let map = "Unrecognized collection type java.util.Map<java.lang.String, \
               com.amazonaws.dynamodb.v20120810.AttributeValue>";
    let value = "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue";
    let structure = "Start of structure or map found where not expected";
    let cases = [
        (r#"{"TableName":5}"#, "NUMBER_VALUE cannot be converted to String"),
        (r#"{"TableName":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
        (r#"{"TableName":true}"#, "TRUE_VALUE cannot be converted to String"),
        (r#"{"TableName":false}"#, "FALSE_VALUE cannot be converted to String"),
        (r#"{"TableName":[]}"#, "Unrecognized collection type class java.lang.String"),
        (r#"{"TableName":{}}"#, structure),
        (r#"{"ConsistentRead":"maybe"}"#, "Unexpected token received from parser"),
        (r#"{"ConsistentRead":1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
        (r#"{"Key":5}"#, "Unexpected field type"),
        (r#"{"Key":[]}"#, map),
        (r#"{"Key":{"a":5}}"#, "Unexpected value type in payload"),
        (r#"{"Key":{"a":[]}}"#, value),
        (r#"{"Key":{"a":{"S":5}}}"#, "NUMBER_VALUE cannot be converted to String"),
        (r#"{"Key":{"a":{"N":{}}}}"#, structure),
        (r#"{"Key":{"a":{"SS":"x"}}}"#, "Unexpected field type"),
        (r#"{"Key":{"a":{"SS":[5]}}}"#, "NUMBER_VALUE cannot be converted to String"),
        (r#"{"Key":{"a":{"L":{}}}}"#, structure),
        (r#"{"Key":{"a":{"L":["x"]}}}"#, "Unexpected value type in payload"),
        (r#"{"Key":{"a":{"M":{"b":true}}}}"#, "Unexpected value type in payload"),
        (r#"{"Key":{"a":{"B":5}}}"#, "only base-64-encoded strings are convertible to bytes"),
        (
            r#"{"Key":{"a":{"B":"YQ"}}}"#,
            "Base64 encoded length is expected a multiple of 4 bytes but found: 2",
        ),
        (r#"{"Key":{"a":{"B":"YR=="}}}"#, "Invalid last non-pad Base64 character dectected"),
        (r#"{"Key":{"a":{"BS":[[]]}}}"#, "Unrecognized collection type class java.nio.ByteBuffer"),
        (
            r#"{"ExpressionAttributeNames":[]}"#,
            "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>",
        ),
        ("[]", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.GetItemInput"),
    ];
    for (body, message) in cases {
        assert_eq!(
            refused(&backend, "GetItem", body),
            format!("SerializationException: {message}"),
            "{body}"
        );
    }
    for body in ["", "{", r#"{"TableName"}"#, r#"{"TableName":"visits"} x"#, "xyz", r#"{"a":"\ud800"}"#] {
        assert_eq!(refused(&backend, "GetItem", body), "SerializationException", "{body}");
    }
    let scan = |limit: &str| {
        call(
            &backend,
            "Scan",
            &format!(r#"{{"TableName":"visits","Limit":{limit},"ConsistentRead":"TRUE"}}"#),
        )
    };
    assert_eq!(scan("1.9").0, 200);
    assert!(scan("\"1\"").1.contains("STRING_VALUE cannot be converted to Integer"));
}

#[test]
fn members_out_of_their_bounds_are_told_together() {
    let backend = backend();
    let key = r#"{"u":{"S":"a"},"t":{"N":"1"}}"#;
    let at = |value: &str, member: &str, constraint: &str| {
        format!("Value {value} at '{member}' failed to satisfy constraint: Member must {constraint}")
    };
    let null = |member: &str| at("null", member, "not be null");
    let capacities = "satisfy enum value set: [INDEXES, TOTAL, NONE]";
    let pattern = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    let cases: Vec<(&str, String, Vec<String>)> = vec![
        ("GetItem", "{}".to_owned(), vec![null("key"), null("tableName")]),
        ("PutItem", r#"{"Item":null}"#.to_owned(), vec![null("tableName"), null("item")]),
        ("Query", "{}".to_owned(), vec![null("tableName")]),
        (
            "GetItem",
            format!(r#"{{"TableName":"a!","Key":{key},"ReturnConsumedCapacity":"x"}}"#),
            vec![
                at("'x'", "returnConsumedCapacity", capacities),
                at("'a!'", "tableName", pattern),
                at("'a!'", "tableName", "have length greater than or equal to 3"),
            ],
        ),
        (
            "PutItem",
            format!(r#"{{"TableName":"visits","Item":{key},"ReturnValues":"SOME"}}"#),
            vec![at(
                "'SOME'",
                "returnValues",
                "satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
            )],
        ),
        (
            "Scan",
            r#"{"TableName":"visits","Limit":0,"Segment":-1,"TotalSegments":1000001}"#.to_owned(),
            vec![
                at("'1000001'", "totalSegments", "have value less than or equal to 1000000"),
                at("'-1'", "segment", "have value greater than or equal to 0"),
                at("'0'", "limit", "have value greater than or equal to 1"),
            ],
        ),
        (
            "BatchGetItem",
            r#"{"RequestItems":{"visits":{"Keys":[]}}}"#.to_owned(),
            vec![at("'[]'", "requestItems.visits.member.keys", "have length greater than or equal to 1")],
        ),
        (
            "TransactWriteItems",
            format!(r#"{{"TransactItems":[{{"Put":{{"TableName":"visits","Item":{key}}}}},{{"Delete":{{"Key":{key}}}}}]}}"#),
            vec![null("transactItems.2.member.delete.tableName")],
        ),
        (
            "CreateTable",
            r#"{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"Q"}],
                "KeySchema":[{"AttributeName":"","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":0}}"#
                .to_owned(),
            vec![
                at("'Q'", "attributeDefinitions.1.member.attributeType", "satisfy enum value set: [B, N, S]"),
                null("provisionedThroughput.writeCapacityUnits"),
                at("'0'", "provisionedThroughput.readCapacityUnits", "have value greater than or equal to 1"),
                at("''", "keySchema.1.member.attributeName", "have length greater than or equal to 1"),
            ],
        ),
    ];
    for (action, body, violations) in cases {
        let errors = if violations.len() == 1 { "error" } else { "errors" };
        let expected = format!(
            "ValidationException: {} validation {errors} detected: {}",
            violations.len(),
            violations.join("; ")
        );
        assert_eq!(refused(&backend, action, &body), expected, "{body}");
    }
}

#[test]
fn members_that_belong_together_come_together() {
    let backend = backend();
    let key = r#"{"u":{"S":"a"},"t":{"N":"1"}}"#;
    let only = "can only be specified when using expressions";
    let cases = [
        ("DescribeTable", "{}".to_owned(), "The parameter 'TableName' is required but was not present in the request"),
        (
            "Query",
            r#"{"TableName":"visits"}"#.to_owned(),
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ),
        (
            "GetItem",
            format!(r##"{{"TableName":"visits","Key":{key},"ExpressionAttributeNames":{{"#a":"a"}}}}"##),
            &format!("ExpressionAttributeNames {only}"),
        ),
        (
            "Scan",
            r#"{"TableName":"visits","ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"a"}}}"#.to_owned(),
            &format!("ExpressionAttributeValues {only}: FilterExpression is null"),
        ),
        (
            "UpdateItem",
            format!(r#"{{"TableName":"visits","Key":{key},"ExpressionAttributeValues":{{":a":{{"S":"a"}}}}}}"#),
            &format!("ExpressionAttributeValues {only}: UpdateExpression and ConditionExpression are null"),
        ),
        (
            "Scan",
            r#"{"TableName":"visits","ProjectionExpression":"a","ExpressionAttributeNames":{}}"#.to_owned(),
            "ExpressionAttributeNames must not be empty",
        ),
        (
            "Scan",
            r#"{"TableName":"visits","FilterExpression":"a = :a","ExpressionAttributeValues":{":a":{"N":"x"}}}"#.to_owned(),
            "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x \
             for key :a",
        ),
        (
            "TransactWriteItems",
            r#"{"TransactItems":[{}]}"#.to_owned(),
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
        ),
        (
            "GetItem",
            r#"{"TableName":"visits","Key":{}}"#.to_owned(),
            "The provided key element does not match the schema",
        ),
        (
            "GetItem",
            r#"{"TableName":"visits","Key":{"u":{"S":"a"},"t":{"N":"1"},"x":{"N":"1"}}}"#.to_owned(),
            "The provided key element does not match the schema",
        ),
    ];
    for (action, body, message) in cases {
        assert_eq!(refused(&backend, action, &body), format!("ValidationException: {message}"), "{body}");
    }
    let arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/visits";
    assert_eq!(ok(&backend, "GetItem", &format!(r#"{{"TableName":"{arn}","Key":{key}}}"#)), "{}");
    assert_eq!(refused(&backend, "Nonsense", "{}"), "UnknownOperationException");
}

#[test]
fn names_and_values_of_expressions_take_two_megabytes_at_most() {
    let backend = backend();
    let scan = |bytes: usize| {
        let text = "x".repeat(bytes);
        let body = format!(
            r#"{{"TableName":"visits","FilterExpression":"a = :a","ExpressionAttributeValues":{{":a":{{"S":"{text}"}}}}}}"#
        );
        call(&backend, "Scan", &body).0
    };
    assert_eq!((scan(2 * 1024 * 1024 - 2), scan(2 * 1024 * 1024 - 1)), (200, 400));
}

#[test]
fn limits_of_lists_and_streams_are_read_as_those_of_items() {
    let backend = backend();
    let lists = [("ListTables", ""), ("ListStreams", "")];
    let stream = r#""StreamArn":"arn:aws:dynamodb:local:000000000000:table/visits/stream/2026""#;
    let reads = [("DescribeStream", stream), ("GetRecords", r#""ShardIterator":"x""#)];
    for (action, members) in lists.into_iter().chain(reads) {
        let with = |limit: &str| {
            let comma = if members.is_empty() { "" } else { "," };
            let answer = call(&backend, action, &format!(r#"{{{members}{comma}"Limit":{limit}}}"#));
            assert!(!answer.1.contains("SerializationException"), "{action} {limit}: {answer:?}");
            answer
        };
        assert_eq!(with("1.5"), with("1"));
        for limit in ["99999999999", "1e18"] {
            let (status, text) = with(limit);
            assert_eq!(status, 400, "{action}");
            assert!(text.to_lowercase().contains("limit"), "{action}: {text}");
        }
    }
}
