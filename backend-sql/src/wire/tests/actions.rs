//! Inputs and answers of each action, letter by letter.

use super::*;

const A1: &str = r#"{"t":{"N":"1"},"u":{"S":"a"}}"#;
const A2: &str = r#"{"t":{"N":"2"},"u":{"S":"a"}}"#;

fn put(backend: &SqlBackend, item: &str) {
    ok(backend, "PutItem", &format!(r#"{{"TableName":"visits","Item":{item}}}"#));
}

#[test]
fn items_are_put_read_changed_and_deleted() {
    let backend = backend();
    let item = r#"{"t":{"N":"1"},"u":{"S":"a"},"x":{"L":[{"N":"100"}]}}"#;
    put(&backend, r#" { "x" : {"L":[ {"N":"1E2"} ]}, "t":{"N":"1.0"},"u":{"S":"\u0061"}} "#);
    assert_eq!(
        ok(&backend, "GetItem", &format!(r#"{{"TableName":"visits","Key":{A1},"ConsistentRead":true}}"#)),
        format!(r#"{{"Item":{item}}}"#)
    );
    assert_eq!(ok(&backend, "GetItem", &format!(r#"{{"TableName":"visits","Key":{A2}}}"#)), "{}");
    assert_eq!(
        ok(
            &backend,
            "GetItem",
            &format!(
                r##"{{"TableName":"visits","Key":{A1},"ProjectionExpression":"#x[0]","ReturnConsumedCapacity":"TOTAL",
                    "ExpressionAttributeNames":{{"#x":"x"}}}}"##
            )
        ),
        r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"visits"},"Item":{"x":{"L":[{"N":"100"}]}}}"#
    );
    assert_eq!(
        ok(
            &backend,
            "UpdateItem",
            &format!(
                r##"{{"TableName":"visits","Key":{A1},"ReturnValues":"UPDATED_NEW",
                    "UpdateExpression":"SET #x[0] = x[0] + :n REMOVE y","ConditionExpression":"size(x) = :n",
                    "ExpressionAttributeNames":{{"#x":"x"}},"ExpressionAttributeValues":{{":n":{{"N":"1"}}}}}}"##
            )
        ),
        r#"{"Attributes":{"x":{"L":[{"N":"101"}]}}}"#
    );
    assert_eq!(
        ok(&backend, "PutItem", &format!(r#"{{"TableName":"visits","Item":{A1},"ReturnValues":"ALL_OLD"}}"#)),
        r#"{"Attributes":{"t":{"N":"1"},"u":{"S":"a"},"x":{"L":[{"N":"101"}]}}}"#
    );
    assert_eq!(
        ok(
            &backend,
            "DeleteItem",
            &format!(
                r#"{{"TableName":"visits","Key":{A1},"ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES",
                    "ConditionExpression":"attribute_not_exists(x)"}}"#
            )
        ),
        format!(
            r#"{{"Attributes":{A1},"ConsumedCapacity":{{"CapacityUnits":1.0,"Table":{{"CapacityUnits":1.0}},"TableName":"visits"}}}}"#
        )
    );
}

#[test]
fn pages_hold_the_items_as_they_are_stored() {
    let backend = backend();
    for item in [A1, A2] {
        put(&backend, item);
    }
    let query = |rest: &str| {
        let body = format!(
            r#"{{"TableName":"visits","KeyConditionExpression":":t <= t AND u = :u",
                "ExpressionAttributeValues":{{":t":{{"N":"1"}},":u":{{"S":"a"}}}}{rest}}}"#
        );
        ok(&backend, "Query", &body)
    };
    assert_eq!(query(""), format!(r#"{{"Count":2,"Items":[{A1},{A2}],"ScannedCount":2}}"#));
    assert_eq!(
        query(r#","Limit":1,"ScanIndexForward":false"#),
        format!(
            r#"{{"Count":1,"Items":[{A2}],"LastEvaluatedKey":{{"u":{{"S":"a"}},"t":{{"N":"2"}}}},"ScannedCount":1}}"#
        )
    );
    assert_eq!(
        query(&format!(r#","ExclusiveStartKey":{A1},"FilterExpression":"x = :u""#)),
        r#"{"Count":0,"Items":[],"ScannedCount":1}"#
    );
    assert_eq!(
        ok(&backend, "Scan", r#"{"TableName":"visits","Select":"COUNT","Segment":0,"TotalSegments":1}"#),
        r#"{"Count":2,"ScannedCount":2}"#
    );
}

#[test]
fn batches_and_transactions_answer_for_each_of_their_actions() {
    let backend = backend();
    let write = format!(
        r#"{{"RequestItems":{{"visits":[{{"PutRequest":{{"Item":{A1}}}}},{{"DeleteRequest":{{"Key":{A2}}}}}]}}}}"#
    );
    assert_eq!(ok(&backend, "BatchWriteItem", &write), r#"{"UnprocessedItems":{}}"#);
    let read = format!(
        r#"{{"RequestItems":{{"visits":{{"Keys":[{A1},{A2}],"ProjectionExpression":"t"}}}},"ReturnConsumedCapacity":"TOTAL"}}"#
    );
    assert_eq!(
        ok(&backend, "BatchGetItem", &read),
        r#"{"ConsumedCapacity":[{"CapacityUnits":1.0,"TableName":"visits"}],"Responses":{"visits":[{"t":{"N":"1"}}]},"UnprocessedKeys":{}}"#
    );
    let read = format!(
        r#"{{"TransactItems":[{{"Get":{{"TableName":"visits","Key":{A2}}}}},{{"Get":{{"TableName":"visits","Key":{A1}}}}}]}}"#
    );
    assert_eq!(ok(&backend, "TransactGetItems", &read), format!(r#"{{"Responses":[{{}},{{"Item":{A1}}}]}}"#));
    let write = |condition: &str| {
        let body = format!(
            r#"{{"ClientRequestToken":"{condition}","TransactItems":[
                {{"Put":{{"TableName":"visits","Item":{A2}}}}},
                {{"ConditionCheck":{{"TableName":"visits","Key":{A1},"ConditionExpression":"{condition}",
                    "ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}}}]}}"#
        );
        call(&backend, "TransactWriteItems", &body)
    };
    assert_eq!(write("attribute_exists(t)"), (200, "{}".to_owned()));
    assert_eq!(
        write("attribute_exists(x)"),
        (
            400,
            format!(
                r#"{{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{{"Code":"None"}},{{"Code":"ConditionalCheckFailed","Item":{A1},"Message":"The conditional request failed"}}],"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"}}"#
            )
        )
    );
}

#[test]
fn tables_are_administered() {
    let backend = backend();
    assert_eq!(ok(&backend, "ListTables", "{}"), r#"{"TableNames":["visits"]}"#);
    let description = ok(&backend, "DescribeTable", r#"{"TableName":"visits"}"#);
    let table: serde_json::Value = serde_json::from_str(&description).unwrap();
    assert_eq!(table["Table"]["TableStatus"], "ACTIVE");
    assert_eq!(table["Table"]["KeySchema"][1]["AttributeName"], "t");
    let arn = table["Table"]["TableArn"].as_str().unwrap();
    let tag = format!(r#"{{"ResourceArn":"{arn}","Tags":[{{"Key":"a","Value":"b"}}]}}"#);
    assert_eq!(ok(&backend, "TagResource", &tag), "");
    let list = format!(r#"{{"ResourceArn":"{arn}"}}"#);
    assert_eq!(ok(&backend, "ListTagsOfResource", &list), r#"{"Tags":[{"Key":"a","Value":"b"}]}"#);
    let untag = format!(r#"{{"ResourceArn":"{arn}","TagKeys":["a"]}}"#);
    assert_eq!(ok(&backend, "UntagResource", &untag), "");
    assert_eq!(ok(&backend, "ListTagsOfResource", &list), r#"{"Tags":[]}"#);
    let expire = r#"{"TableName":"visits","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"end"}}"#;
    assert_eq!(
        ok(&backend, "UpdateTimeToLive", expire),
        r#"{"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"end"}}"#
    );
    assert_eq!(
        ok(&backend, "DescribeTimeToLive", r#"{"TableName":"visits"}"#),
        r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"end"}}"#
    );
    let update = ok(&backend, "UpdateTable", r#"{"TableName":"visits","DeletionProtectionEnabled":true}"#);
    let update: serde_json::Value = serde_json::from_str(&update).unwrap();
    assert_eq!(update["TableDescription"]["DeletionProtectionEnabled"], true);
    let (status, _) = call(&backend, "DeleteTable", r#"{"TableName":"visits"}"#);
    assert_eq!(status, 400);
}

#[test]
fn a_failed_condition_tells_the_item_where_it_was_asked_for() {
    let backend = backend();
    put(&backend, A1);
    let body = format!(
        r#"{{"TableName":"visits","Item":{A1},"ConditionExpression":"attribute_not_exists(t)",
            "ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}"#
    );
    let expected = format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{A1}}}"#
    );
    assert_eq!(call(&backend, "PutItem", &body), (400, expected));
}

#[test]
fn keys_that_were_not_read_can_be_sent_again_as_they_come_back() {
    let backend =
        backend().with_throughput(crate::Throughput::forced(1, 100).burst(std::time::Duration::from_secs(1)));
    let asked = r##"{"RequestItems":{"visits":{"Keys":[
        {"u":{"S":"a"},"t":{"N":"1"}},{"u":{"S":"a"},"t":{"N":"2"}},{"u":{"S":"a"},"t":{"N":"3"}}],
        "ProjectionExpression":"#n, l[1].#n","ExpressionAttributeNames":{"#n":"name"}}}}"##;
    let (status, body) = call(&backend, "BatchGetItem", asked);
    assert_eq!(status, 200, "{body}");
    let left = body.split_once(r#""UnprocessedKeys":"#).unwrap().1.strip_suffix('}').unwrap();
    assert_eq!(
        left,
        concat!(
            r#"{"visits":{"Keys":[{"t":{"N":"3"},"u":{"S":"a"}}],"ProjectionExpression":"#,
            r##""#0, #1[1].#0","ExpressionAttributeNames":{"#0":"name","#1":"l"}}}"##
        )
    );
    let again = backend.answer_json(
        "BatchGetItem",
        format!(r#"{{"RequestItems":{left}}}"#).as_bytes(),
        Moment::from_secs(9),
    );
    assert_eq!(again.status, 200);
}

#[test]
fn attributes_to_get_come_back_with_keys_that_were_not_read() {
    let backend =
        backend().with_throughput(crate::Throughput::forced(1, 100).burst(std::time::Duration::from_secs(1)));
    let asked = r#"{"RequestItems":{"visits":{"AttributesToGet":["l[1].n","name"],"Keys":[
        {"u":{"S":"a"},"t":{"N":"1"}},{"u":{"S":"a"},"t":{"N":"2"}},{"u":{"S":"a"},"t":{"N":"3"}}]}}}"#;
    let (status, body) = call(&backend, "BatchGetItem", asked);
    assert_eq!(status, 200, "{body}");
    let left = r#""UnprocessedKeys":{"visits":{"Keys":[{"t":{"N":"3"},"u":{"S":"a"}}],"AttributesToGet":["l[1].n","name"]}}"#;
    assert!(body.contains(left), "{body}");
}
