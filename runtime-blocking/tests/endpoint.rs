//! What becomes of operations when the endpoint answers, refuses, or fails.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../testing/immediate.rs"]
mod immediate;
#[path = "../../testing/network.rs"]
#[macro_use]
mod network;

use dynochemy_blocking::{CallError, Db, Error, Table};
use immediate::{Immediate, drive};
use network::server::{Answer, Server};
use network::{FIRST_PAGE, Visit, call_error, impatient, patient, two_pages, visit};

network!(Immediate, drive);

#[test]
fn a_handshake_that_fails_is_told() {
    let server = Server::start(|_| Answer::ok("{}"));
    let db: Db = impatient(server.endpoint().replace("http:", "https:"));
    let error = db.run(visit(1).put()).unwrap_err();
    // ureq shakes hands with the first bytes, and does not tell afterwards how far it came.
    assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{error:?}");
}

#[test]
fn a_stream_hands_out_page_after_page_and_goes_on_after_an_item_that_does_not_fit() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::query("123"));
    assert_eq!(visits.next().unwrap().unwrap(), visit(1));
    assert_eq!(server.count("Query"), 1);
    assert!(matches!(visits.next(), Some(Err(Error::Unreadable { .. }))));
    assert_eq!(visits.next().unwrap().unwrap(), visit(2));
    assert!(visits.next().is_none() && visits.next().is_none());
    assert_eq!((server.count("Query"), db.take_abandoned().len()), (2, 0));
}

#[test]
fn a_stream_goes_on_from_its_checkpoint() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::query("123"));
    assert_eq!(visits.next().unwrap().unwrap(), visit(1));
    let checkpoint = visits.checkpoint().unwrap();
    drop(visits);
    let mut visits = db.stream(checkpoint);
    assert_eq!(visits.next().unwrap().unwrap(), visit(2));
    assert!(visits.next().is_none());
    assert_eq!(server.count("Query"), 2);
}

#[test]
fn a_stream_ends_with_what_its_run_failed_with() {
    let server = Server::start(|_| Answer::Close);
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    let error = visits.next().unwrap().unwrap_err();
    assert!(matches!(call_error(&error), CallError::Unknown { .. }), "{error:?}");
    assert!(visits.next().is_none());
}

#[test]
fn a_dropped_stream_is_told_among_the_abandoned() {
    let server = two_pages();
    let db: Db = impatient(server.endpoint());
    let mut visits = db.stream(Visit::scan());
    assert_eq!(visits.next().unwrap().unwrap(), visit(1));
    drop(visits);
    assert_eq!((server.count("Scan"), db.take_abandoned().len()), (1, 1));
}

#[test]
fn a_stream_has_calls_under_way_while_its_user_is_busy_and_does_not_wait_for_them_when_dropped() {
    let server = Server::start(|received| match received.body.contains(r#""Segment":0"#) {
        true => Answer::ok(FIRST_PAGE),
        false => Answer::Never,
    });
    let db: Db = patient(server.endpoint()).build().unwrap();
    let mut visits = db.stream(Visit::scan().segments(2));
    assert_eq!(visits.next().unwrap().unwrap(), visit(1));
    server.wait_for_arrival();
    server.wait_for_arrival();
    drop(visits);
    assert_eq!((server.count("Scan"), db.take_abandoned().len()), (2, 1));
}
