//! What becomes of operations when the endpoint answers, refuses, or fails.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/network.rs"]
#[macro_use]
mod network;

use std::sync::Arc;

use dynochemy_tokio::{CallError, Db, Effect, Error, Table};
use network::server::{Answer, Server};
use network::{Visit, call_error, impatient, patient, two_pages, visit};

fn drive(scenario: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(scenario);
}

network!(Db, drive);

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_handshake_that_never_ends_means_not_sent() {
    // Connections wait to be accepted, and nobody does.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let db: Db = impatient(format!("https://{}", silent.local_addr().unwrap()));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_handshake_that_fails_means_not_sent() {
    let server = Server::start(|_| Answer::ok("{}"));
    let db: Db = impatient(server.endpoint().replace("http:", "https:"));
    let error = db.run(visit(1).put()).await.unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_dropped_future_is_told_among_the_abandoned() {
    let server = Arc::new(Server::start(|_| Answer::Never));
    let db: Db = patient(server.endpoint()).build().unwrap();
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
async fn a_stream_hands_out_page_after_page_and_goes_on_after_an_item_that_does_not_fit() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::query("123"));
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
    assert_eq!(server.count("Query"), 1);
    assert!(matches!(visits.next().await, Some(Err(Error::Unreadable { .. }))));
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(2));
    assert!(visits.next().await.is_none() && visits.next().await.is_none());
    assert_eq!((server.count("Query"), db.take_abandoned().len()), (2, 0));
}

#[tokio::test]
async fn a_stream_goes_on_from_its_checkpoint() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::query("123"));
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
    let checkpoint = visits.checkpoint().unwrap();
    drop(visits);
    let mut visits = db.stream(checkpoint);
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(2));
    assert!(visits.next().await.is_none());
    assert_eq!(server.count("Query"), 2);
}

#[tokio::test]
async fn a_stream_ends_with_what_its_run_failed_with() {
    let server = Server::start(|_| Answer::Close);
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    let error = visits.next().await.unwrap().unwrap_err();
    assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{error:?}");
    assert!(visits.next().await.is_none());
}

#[tokio::test]
async fn a_dropped_stream_is_told_among_the_abandoned() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
    drop(visits);
    assert_eq!((server.count("Scan"), db.take_abandoned().len()), (1, 1));
}
