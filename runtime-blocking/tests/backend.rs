//! Runs whose calls are answered by a backend, without an endpoint.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Mutex;
use std::time::Duration;

use dynochemy_blocking::{Backend, CallError, Db, Moment, Rejection, Solvent, Table, dynochemy_core};
use dynochemy_core::api::{PutItemOutput, UpdateItemOutput};
use dynochemy_core::{Request, Response};
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: u64,
    seen: bool,
}

/// Throttles the first calls.
struct Throttling {
    left: Mutex<u32>,
}

impl Backend for Throttling {
    fn answer(&self, request: &Request, _: Moment) -> Result<Response, CallError> {
        let mut left = self.left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            let rejection = Rejection::new("ThrottlingException", "slower, please");
            return Err(CallError::Refused(Box::new(rejection)));
        }
        match request {
            Request::PutItem(_) => Ok(Response::PutItem(PutItemOutput::default())),
            Request::UpdateItem(_) => Ok(Response::UpdateItem(UpdateItemOutput::default())),
            other => panic!("{other:?}"),
        }
    }
}

fn throttling(calls: u32) -> Db {
    let short =
        |settings: &mut dynochemy_blocking::Settings| settings.backoff_base = Duration::from_millis(1);
    Db::builder().backend(Throttling { left: Mutex::new(calls) }).settings(short).seed(1).build().unwrap()
}

fn updates() -> Solvent {
    let mut solvent = Solvent::new();
    for user in 0..8 {
        solvent.add(Visit::update(user).set(Visit::SEEN, true));
    }
    solvent
}

#[test]
fn what_is_throttled_is_tried_again_after_a_while() {
    let outcome = throttling(5).run(updates()).unwrap();
    let report = outcome.report();
    assert_eq!((report.total_requests(), report.retries), (13, 5));
    assert!(report.elapsed > Duration::ZERO && report.total_waited() > Duration::ZERO, "{report}");
}

#[test]
fn one_db_serves_many_threads() {
    let db = throttling(0);
    std::thread::scope(|scope| {
        for user in 0..4 {
            let db = &db;
            scope.spawn(move || db.run(Visit { user, seen: false }.put()).unwrap());
        }
    });
}

#[test]
fn a_deadline_may_lie_at_the_end_of_time() {
    let db = throttling(1);
    assert!(db.run(updates().deadline(Duration::MAX)).unwrap().is_complete());
}
