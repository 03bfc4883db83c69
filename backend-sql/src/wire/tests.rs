use dynochemy_core::Moment;

use crate::SqlBackend;

fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let create = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"},{"AttributeName":"time","AttributeType":"N"}],
        "KeySchema":[{"AttributeName":"user","KeyType":"HASH"},{"AttributeName":"time","KeyType":"RANGE"}]}"#;
    assert_eq!(call(&backend, "CreateTable", create).0, 200);
    backend
}

fn call(backend: &SqlBackend, action: &str, body: &str) -> (u16, String) {
    let answer = backend.answer_json(action, body.as_bytes(), Moment::EPOCH);
    (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
}

#[test]
fn an_item_is_written_read_changed_and_deleted() {
    let backend = backend();
    let ok = |action: &str, body: &str| {
        let (status, body) = call(&backend, action, body);
        assert_eq!(status, 200, "{body}");
        body
    };
    assert_eq!(
        ok(
            "PutItem",
            r#"{"TableName":"visits","Item":{"time":{"N":"1.50"},"user":{"S":"\u0061"},"x":{"L":[{"N":"1E2"}]}}}"#
        ),
        "{}"
    );
    assert_eq!(
        ok("GetItem", r#"{"TableName":"visits","Key":{"time":{"N":"1.5"},"user":{"S":"a"}}}"#),
        r#"{"Item":{"time":{"N":"1.5"},"user":{"S":"a"},"x":{"L":[{"N":"100"}]}}}"#
    );
    assert_eq!(
        ok(
            "UpdateItem",
            r##"{"TableName":"visits","Key":{"time":{"N":"1.5"},"user":{"S":"a"}},"ReturnValues":"UPDATED_NEW",
                "UpdateExpression":"SET #x[0] = x[0] + :n REMOVE y","ConditionExpression":"size(x) = :n",
                "ExpressionAttributeNames":{"#x":"x"},"ExpressionAttributeValues":{":n":{"N":"1"}}}"##
        ),
        r#"{"Attributes":{"x":{"L":[{"N":"101"}]}}}"#
    );
    assert_eq!(
        ok(
            "Query",
            r##"{"TableName":"visits","KeyConditionExpression":":t <= #t AND #u = :u","ReturnConsumedCapacity":"TOTAL",
                "ExpressionAttributeNames":{"#u":"user","#t":"time"},
                "ExpressionAttributeValues":{":t":{"N":"1"},":u":{"S":"a"}}}"##
        ),
        concat!(
            r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"visits"},"Count":1,"#,
            r#""Items":[{"time":{"N":"1.5"},"user":{"S":"a"},"x":{"L":[{"N":"101"}]}}],"ScannedCount":1}"#
        )
    );
    assert_eq!(
        ok(
            "BatchWriteItem",
            r#"{"RequestItems":{"visits":[{"PutRequest":{"Item":{"time":{"N":"2"},"user":{"S":"a"}}}},{"DeleteRequest":{"Key":{"time":{"N":"1.5"},"user":{"S":"a"}}}}]}}"#
        ),
        r#"{"UnprocessedItems":{}}"#
    );
    assert_eq!(
        ok("Scan", r#"{"TableName":"visits","FilterExpression":"attribute_exists(y)"}"#),
        r#"{"Count":0,"Items":[],"ScannedCount":1}"#
    );
}
