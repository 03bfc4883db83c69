//! What becomes of operations when the endpoint answers, refuses, or fails.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/network.rs"]
#[macro_use]
mod network;

use std::pin::pin;

use async_std::task::block_on;
use dynochemy_async_std::{CallError, Db, Effect, Error, Table};
use futures_util::future::{Either, select};
use network::server::{Answer, Server};
use network::{Visit, call_error, impatient, patient, two_pages, visit};

network!(Db, block_on);

#[test]
fn a_handshake_that_never_ends_means_not_sent() {
    // Connections wait to be accepted, and nobody does.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let db: Db = impatient(format!("https://{}", silent.local_addr().unwrap()));
    let error = block_on(db.run(visit(1).put())).unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
}

#[test]
fn a_handshake_that_fails_means_not_sent() {
    let server = Server::start(|_| Answer::ok("{}"));
    let db: Db = impatient(server.endpoint().replace("http:", "https:"));
    let error = block_on(db.run(visit(1).put())).unwrap_err();
    assert!(matches!(call_error(&error), CallError::NotSent { .. }), "{error:?}");
}

#[test]
fn a_dropped_future_is_told_among_the_abandoned() {
    block_on(async {
        let server = Server::start(|_| Answer::Never);
        let db: Db = patient(server.endpoint()).build().unwrap();
        let (tell, arrival) = async_std::channel::bounded(1);
        std::thread::spawn(move || {
            server.wait_for_arrival();
            tell.try_send(()).unwrap();
        });
        let put = visit(1).put();
        match select(pin!(db.run(put)), pin!(arrival.recv())).await {
            Either::Left((answer, _)) => panic!("{answer:?}"),
            Either::Right((arrived, _)) => arrived.unwrap(),
        }
        let abandoned = db.take_abandoned();
        let (_, error) = abandoned[0].errors().next().unwrap();
        assert!(matches!(error, Error::Abandoned { effect: Effect::Unknown, .. }), "{error:?}");
        assert_eq!((abandoned.len(), db.take_abandoned().len()), (1, 0));
    });
}

#[test]
fn a_stream_hands_out_page_after_page_and_goes_on_after_an_item_that_does_not_fit() {
    block_on(async {
        let server = two_pages();
        let db: Db = impatient(server.endpoint());
        let mut visits = db.stream(Visit::query("123"));
        assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
        assert_eq!(server.count("Query"), 1);
        assert!(matches!(visits.next().await, Some(Err(Error::Unreadable { .. }))));
        assert_eq!(visits.next().await.unwrap().unwrap(), visit(2));
        assert!(visits.next().await.is_none() && visits.next().await.is_none());
        assert_eq!((server.count("Query"), db.take_abandoned().len()), (2, 0));
    });
}

#[test]
fn a_stream_goes_on_from_its_checkpoint() {
    block_on(async {
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
    });
}

#[test]
fn a_stream_ends_with_what_its_run_failed_with() {
    block_on(async {
        let server = Server::start(|_| Answer::Close);
        let db: Db = impatient(server.endpoint());
        let mut visits = db.stream(Visit::scan());
        let error = visits.next().await.unwrap().unwrap_err();
        assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{error:?}");
        assert!(visits.next().await.is_none());
    });
}

#[test]
fn a_dropped_stream_is_told_among_the_abandoned() {
    block_on(async {
        let server = two_pages();
        let db: Db = impatient(server.endpoint());
        let mut visits = db.stream(Visit::scan());
        assert_eq!(visits.next().await.unwrap().unwrap(), visit(1));
        drop(visits);
        assert_eq!((server.count("Scan"), db.take_abandoned().len()), (1, 1));
    });
}
