//! What every driver must make of the ways in which a network and a server fail: written once, run on each, against a
//! scripted server on loopback.

#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs,
    reason = "tests share it as a module"
)]

#[path = "each.rs"]
#[macro_use]
mod each;
#[path = "server.rs"]
pub mod server;

use std::sync::{Barrier, Mutex};
use std::time::Duration;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use server::{Answer, Server};

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits")]
pub struct Visit {
    #[table(hash_key)]
    pub user: String,
    #[table(range_key)]
    pub time: u64,
    #[serde(default)]
    pub seen: bool,
}

pub fn visit(time: u64) -> Visit {
    Visit { user: "123".to_owned(), time, seen: false }
}

/// A `Db` at this URL.
pub fn patient<D: Connect>(endpoint: String) -> Builder<D> {
    Builder::new().endpoint(endpoint).region("local").credentials(Credentials::new("id", "secret"))
}

/// A `Db` that tries everything once, and waits no longer than a test should.
pub fn impatient<D: Connect>(endpoint: String) -> D {
    let impatience = |settings: &mut Settings| {
        settings.attempts = 1;
        settings.attempt_timeout = Duration::from_millis(500);
    };
    patient(endpoint).settings(impatience).build().unwrap()
}

pub fn call_error(error: &Error) -> &CallError {
    match error {
        Error::Call { error, .. } => error,
        other => panic!("{other:?}"),
    }
}

pub const FIRST_PAGE: &str = r#"{"Items":[{"user":{"S":"123"},"time":{"N":"1"}},{"user":{"S":"123"},"time":{"S":"x"}}],
    "LastEvaluatedKey":{"user":{"S":"123"},"time":{"N":"1"}}}"#;
const LAST_PAGE: &str = r#"{"Items":[{"user":{"S":"123"},"time":{"N":"2"}}]}"#;

/// Two pages of visits; the second one of the first does not fit its type.
pub fn two_pages() -> Server {
    Server::start(|received| match received.body.contains("ExclusiveStartKey") {
        false => Answer::ok(FIRST_PAGE),
        true => Answer::ok(LAST_PAGE),
    })
}

/// What a driver's `Db` is, for these tests.
pub type Stage<D> = fn(String) -> Builder<D>;

pub async fn a_refused_connection_means_not_sent_and_names_the_address<D: AsyncDb + Connect>(_: Stage<D>) {
    let address = server::deserted_address();
    let db: D = impatient(format!("http://{address}"));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

pub async fn an_unreachable_endpoint_fails_every_operation_of_a_plan<D: AsyncDb + Connect>(stage: Stage<D>) {
    let address = server::deserted_address();
    let db = stage(format!("http://{address}")).settings(|settings| settings.attempts = 2).build().unwrap();
    let mut solvent = Solvent::new();
    solvent.add(visit(1).put());
    solvent.add(Visit::update(("b", 1)).set(Visit::SEEN, true));
    let Err(Error::Incomplete(outcome)) = db.run(solvent).await else { panic!("it succeeded") };
    assert_eq!(outcome.errors().count(), 2);
    assert!(outcome.errors().all(|(_, error)| error.effect() == Effect::NotApplied));
    assert_eq!(outcome.report().total_requests(), 4);
}

pub async fn what_an_unreachable_endpoint_left_over_is_done_by_another_db<D: AsyncDb + Connect>(
    stage: Stage<D>,
) {
    let address = server::deserted_address();
    let db: D = impatient(format!("http://{address}"));
    let mut solvent = Solvent::new();
    let put = solvent.add(visit(1).put());
    let counted = solvent.add(Visit::update(("b", 1)).set(Visit::SEEN, true).exactly_once());
    let Err(Error::Incomplete(outcome)) = db.run(solvent).await else { panic!("it succeeded") };
    assert!(outcome.fates().all(|(_, fate)| fate == Fate::NeverSent));
    let server = Server::start(|_| Answer::ok("{}"));
    let db = stage(server.endpoint()).build().unwrap();
    let mut outcome = db.run(outcome.leftover()).await.unwrap();
    assert_eq!((outcome.take(put), outcome.take(counted)), (Ok(()), Ok(())));
    assert_eq!((server.count("PutItem"), server.count("TransactWriteItems")), (1, 1));
}

pub async fn a_write_under_a_token_is_sent_again_under_it_after_a_lost_answer<D: AsyncDb + Connect>(
    stage: Stage<D>,
) {
    let bodies = Mutex::new(Vec::new());
    let seen = std::sync::Arc::new(bodies);
    let told = std::sync::Arc::clone(&seen);
    let server = Server::start(move |received| {
        let mut bodies = told.lock().unwrap();
        bodies.push(received.body.clone());
        if bodies.len() < 3 { Answer::Close } else { Answer::ok("{}") }
    });
    let db = stage(server.endpoint()).settings(|settings| settings.backoff_base = Duration::ZERO);
    let update = Visit::update(("b", 1)).set(Visit::SEEN, true).exactly_once();
    db.build().unwrap().run(update).await.unwrap();
    let bodies = seen.lock().unwrap();
    assert!(bodies.len() == 3 && bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert!(bodies[0].contains("ClientRequestToken"), "{}", bodies[0]);
}

pub async fn a_host_that_does_not_exist_means_not_sent<D: AsyncDb + Connect>(_: Stage<D>) {
    // Too long for a name, so that no name server is asked.
    let host = "x".repeat(64);
    let db: D = impatient(format!("http://{host}:8000"));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
    assert!(error.to_string().contains(&host), "{error}");
}

pub async fn a_put_whose_answer_is_lost_or_cannot_be_read_may_have_been_applied<D: AsyncDb + Connect>(
    _: Stage<D>,
) {
    for answer in [
        Answer::Close,
        Answer::Reset(r#"{"ConsumedCapacity":{"TableName":"visits"}}"#.to_owned()),
        Answer::Never,
        Answer::Html(200, "<html>sign in first</html>".to_owned()),
        Answer::Truncated(r#"{"ConsumedCapacity":{"TableName":"visits"}}"#.to_owned()),
    ] {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_| answer.clone());
        let db: D = impatient(server.endpoint());
        let error = db.run(visit(1).put()).await.unwrap_err();
        assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{shown}: {error:?}");
        assert!(error.to_string().contains("may have been applied"), "{shown}: {error}");
        assert_eq!(server.count("PutItem"), 1, "{shown}");
    }
}

pub async fn a_lost_answer_is_made_up_for_by_another_attempt<D: AsyncDb + Connect>(stage: Stage<D>) {
    let answers = Mutex::new(vec![Answer::ok("{}"), Answer::Close]);
    let server = Server::start(move |_| answers.lock().unwrap().pop().unwrap());
    let db = stage(server.endpoint()).settings(|settings| settings.backoff_base = Duration::ZERO);
    db.build().unwrap().run(visit(1).put()).await.unwrap();
    assert_eq!(server.count("PutItem"), 2);
}

pub async fn a_refusal_keeps_its_code_message_and_body<D: AsyncDb + Connect>(_: Stage<D>) {
    let body =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no visits"}"#;
    let server = Server::start(move |_| Answer::Json(400, body.to_owned()));
    let db: D = impatient(server.endpoint());
    let error = db.run(visit(1).put()).await.unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.status, rejection.code.as_str()), (400, "ResourceNotFoundException"));
    assert_eq!((rejection.message.as_str(), &rejection.body[..]), ("no visits", body.as_bytes()));
    assert_eq!(error.effect(), Effect::NotApplied);
}

pub async fn a_thousand_puts_to_one_table_take_forty_requests<D: AsyncDb + Connect>(stage: Stage<D>) {
    let server = Server::start(|_| Answer::ok(r#"{"UnprocessedItems":{}}"#));
    let db = stage(server.endpoint()).build().unwrap();
    let mut solvent = Solvent::new();
    for time in 0..1000 {
        solvent.add(visit(time).put());
    }
    let outcome = db.run(solvent).await.unwrap();
    assert_eq!((outcome.report().total_requests(), server.count("BatchWriteItem")), (40, 40));
}

pub async fn a_run_has_many_calls_under_way<D: AsyncDb + Connect>(stage: Stage<D>) {
    let together = Barrier::new(8);
    let server = Server::start(move |_| {
        together.wait();
        Answer::ok("{}")
    });
    let db = stage(server.endpoint()).build().unwrap();
    let mut solvent = Solvent::new();
    for time in 0..8 {
        solvent.add(Visit::update(("123", time)).set(Visit::SEEN, true));
    }
    db.run(solvent).await.unwrap();
    assert_eq!(server.count("UpdateItem"), 8);
}

pub async fn an_endpoint_that_is_no_url_is_told_when_the_db_is_made<D: AsyncDb + Connect>(stage: Stage<D>) {
    let Err(error) = stage("dynamodb.local:8000".to_owned()).build() else { panic!("it is taken") };
    assert!(matches!(&error, Error::Configuration { .. }), "{error:?}");
    assert!(error.to_string().contains("http://"), "{error}");
}

/// One test of each; see [`each`].
macro_rules! network {
    ($db:ty, $drive:path) => {
        const STAGE: network::Stage<$db> = network::patient::<$db>;
        each!([] network, STAGE, $drive;
            a_refused_connection_means_not_sent_and_names_the_address
            an_unreachable_endpoint_fails_every_operation_of_a_plan
            what_an_unreachable_endpoint_left_over_is_done_by_another_db
            a_write_under_a_token_is_sent_again_under_it_after_a_lost_answer
            a_host_that_does_not_exist_means_not_sent
            a_put_whose_answer_is_lost_or_cannot_be_read_may_have_been_applied
            a_lost_answer_is_made_up_for_by_another_attempt
            a_refusal_keeps_its_code_message_and_body
            a_thousand_puts_to_one_table_take_forty_requests
            a_run_has_many_calls_under_way
            an_endpoint_that_is_no_url_is_told_when_the_db_is_made);
    };
}
