mod actions;
mod inputs;
mod statements;
mod values;

use dynochemy_core::Moment;

use crate::SqlBackend;

/// A backend with a table of visits, by user and time.
fn backend() -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap();
    let create = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"u","AttributeType":"S"},{"AttributeName":"t","AttributeType":"N"}],
        "KeySchema":[{"AttributeName":"u","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}]}"#;
    assert_eq!(call(&backend, "CreateTable", create).0, 200);
    backend
}

fn call(backend: &SqlBackend, action: &str, body: &str) -> (u16, String) {
    let answer = backend.answer_json(action, body.as_bytes(), Moment::EPOCH);
    (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
}

/// The body of a successful answer.
fn ok(backend: &SqlBackend, action: &str, body: &str) -> String {
    let (status, body) = call(backend, action, body);
    assert_eq!(status, 200, "{action}: {body}");
    body
}

/// The code and message of a refusal.
fn refused(backend: &SqlBackend, action: &str, body: &str) -> String {
    let (status, text) = call(backend, action, body);
    assert_eq!(status, 400, "{body}: {text}");
    let error: serde_json::Value = serde_json::from_str(&text).unwrap();
    let code = error["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    match error.get("message").or(error.get("Message")) {
        Some(message) => format!("{code}: {}", message.as_str().unwrap()),
        None => code,
    }
}
