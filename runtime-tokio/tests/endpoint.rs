//! What becomes of operations when the endpoint answers, refuses, or fails.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use dynochemy_tokio::{CallError, Credentials, Db, Effect, Error, Solvent, Table};
use serde::{Deserialize, Serialize};
use server::{Answer, Server};

#[path = "../../testing/server.rs"]
mod server;

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    #[serde(default)]
    seen: bool,
}

fn visit(time: u64) -> Visit {
    Visit { user: "123".to_owned(), time, seen: false }
}

/// A `Db` that tries everything once, and waits no longer than a test should.
fn impatient(endpoint: String) -> Db {
    let impatience = |settings: &mut dynochemy_tokio::Settings| {
        settings.attempts = 1;
        settings.attempt_timeout = Duration::from_millis(500);
    };
    patient(endpoint).settings(impatience).build().unwrap()
}

fn patient(endpoint: String) -> dynochemy_tokio::Builder<Db> {
    Db::builder().endpoint(endpoint).region("local").credentials(Credentials::new("id", "secret"))
}

fn call_error(error: &Error) -> &CallError {
    match error {
        Error::Call { error, .. } => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_connection_means_not_sent_and_names_the_address() {
    let address = server::deserted_address();
    let error = impatient(format!("http://{address}")).run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_host_that_does_not_exist_means_not_sent() {
    // Too long for a name, so that no name server is asked.
    let host = "x".repeat(64);
    let db = impatient(format!("http://{host}:8000"));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
    assert!(error.to_string().contains(&host), "{error}");
}

#[tokio::test]
async fn a_handshake_that_fails_means_not_sent() {
    let server = Server::start(|_| Answer::ok("{}"));
    let db = impatient(server.endpoint().replace("http:", "https:"));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_or_cannot_be_read_may_have_been_applied() {
    for answer in [
        Answer::Close,
        Answer::Reset(r#"{"ConsumedCapacity":{"TableName":"visits"}}"#.to_owned()),
        Answer::Never,
        Answer::Html(200, "<html>sign in first</html>".to_owned()),
        Answer::Truncated(r#"{"ConsumedCapacity":{"TableName":"visits"}}"#.to_owned()),
    ] {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_| answer.clone());
        let error = impatient(server.endpoint()).run(visit(1).put()).await.unwrap_err();
        assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{shown}: {error:?}");
        assert!(error.to_string().contains("may have been applied"), "{shown}: {error}");
        assert_eq!(server.count("PutItem"), 1, "{shown}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_made_up_for_by_another_attempt() {
    let answers = std::sync::Mutex::new(vec![Answer::ok("{}"), Answer::Close]);
    let server = Server::start(move |_| answers.lock().unwrap().pop().unwrap());
    let db = patient(server.endpoint()).settings(|settings| settings.backoff_base = Duration::ZERO);
    db.build().unwrap().run(visit(1).put()).await.unwrap();
    assert_eq!(server.count("PutItem"), 2);
}

#[tokio::test]
async fn a_refusal_keeps_its_code_message_and_body() {
    let body =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no visits"}"#;
    let server = Server::start(move |_| Answer::Json(400, body.to_owned()));
    let error = impatient(server.endpoint()).run(visit(1).put()).await.unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.status, rejection.code.as_str()), (400, "ResourceNotFoundException"));
    assert_eq!((rejection.message.as_str(), &rejection.body[..]), ("no visits", body.as_bytes()));
    assert_eq!(error.effect(), Effect::NotApplied);
}

#[tokio::test]
async fn a_dropped_future_is_told_among_the_abandoned() {
    let server = Arc::new(Server::start(|_| Answer::Never));
    let db = patient(server.endpoint()).build().unwrap();
    let arrival = tokio::task::spawn_blocking(move || server.wait_for_arrival());
    tokio::select! {
        answer = db.run(visit(1).put()) => panic!("{answer:?}"),
        arrived = arrival => arrived.unwrap(),
    }
    let abandoned = db.take_abandoned();
    let (_, error) = abandoned[0].errors().next().unwrap();
    assert!(matches!(error, Error::Abandoned { effect: Effect::Unknown, .. }), "{error:?}");
    assert_eq!((abandoned.len(), db.take_abandoned().len()), (1, 0));
}

#[tokio::test]
async fn a_thousand_puts_to_one_table_take_forty_requests() {
    let server = Server::start(|_| Answer::ok(r#"{"UnprocessedItems":{}}"#));
    let db = patient(server.endpoint()).build().unwrap();
    let mut solvent = Solvent::new();
    for time in 0..1000 {
        solvent.add(visit(time).put());
    }
    let outcome = db.run(solvent).await.unwrap();
    assert_eq!((outcome.report().total_requests(), server.count("BatchWriteItem")), (40, 40));
}

const FIRST_PAGE: &str = r#"{"Items":[{"user":{"S":"123"},"time":{"N":"1"}},{"user":{"S":"123"},"time":{"S":"x"}}],
    "LastEvaluatedKey":{"user":{"S":"123"},"time":{"N":"1"}}}"#;
const LAST_PAGE: &str = r#"{"Items":[{"user":{"S":"123"},"time":{"N":"2"}}]}"#;

fn two_pages() -> Server {
    Server::start(|received| match received.body.contains("ExclusiveStartKey") {
        false => Answer::ok(FIRST_PAGE),
        true => Answer::ok(LAST_PAGE),
    })
}

#[tokio::test]
async fn a_stream_hands_out_page_after_page_and_goes_on_after_an_item_that_does_not_fit() {
    let server = two_pages();
    let db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::query("123"));
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
    assert_eq!(server.count("Query"), 1);
    assert!(matches!(visits.next().await, Some(Err(Error::Unreadable { .. }))));
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(2));
    assert!(visits.next().await.is_none() && visits.next().await.is_none());
    assert_eq!((server.count("Query"), db.take_abandoned().len()), (2, 0));
}

#[tokio::test]
async fn a_stream_ends_with_what_its_run_failed_with() {
    let server = Server::start(|_| Answer::Close);
    let db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    let error = visits.next().await.unwrap().unwrap_err();
    assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{error:?}");
    assert!(visits.next().await.is_none());
}

#[tokio::test]
async fn a_dropped_stream_is_told_among_the_abandoned() {
    let server = two_pages();
    let db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
    drop(visits);
    assert_eq!((server.count("Scan"), db.take_abandoned().len()), (1, 1));
}

#[tokio::test]
async fn a_run_has_many_calls_under_way() {
    let together = std::sync::Barrier::new(8);
    let server = Server::start(move |_| {
        together.wait();
        Answer::ok("{}")
    });
    let db = patient(server.endpoint()).build().unwrap();
    let mut solvent = Solvent::new();
    for time in 0..8 {
        solvent.add(Visit::update(("123", time)).set(Visit::SEEN, true));
    }
    db.run(solvent).await.unwrap();
    assert_eq!(server.count("UpdateItem"), 8);
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_told_when_the_db_is_made() {
    let error = patient("dynamodb.local:8000".to_owned()).build().unwrap_err();
    assert!(matches!(&error, Error::Configuration { .. }), "{error:?}");
    assert!(error.to_string().contains("http://"), "{error}");
}
