//! Runs whose calls are answered by a backend, without an endpoint.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use async_std::task::{block_on, spawn, yield_now};
use dynochemy_async_std::{
    AsyncDb, Backend, CallError, Db, Error, Moment, Outcome, Plan, Rejection, Solvent, Table, dynochemy_core,
};
use dynochemy_core::api::{PutItemOutput, UpdateItemOutput};
use dynochemy_core::{Request, Response};
use futures_util::future::{Either, select};
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
        |settings: &mut dynochemy_async_std::Settings| settings.backoff_base = Duration::from_millis(1);
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
    let outcome = block_on(throttling(5).run(updates())).unwrap();
    let report = outcome.report();
    assert_eq!((report.total_requests(), report.retries), (13, 5));
    assert!(report.elapsed > Duration::ZERO && report.total_waited() > Duration::ZERO, "{report}");
}

#[test]
fn a_run_lets_others_have_their_turn_between_calls() {
    block_on(async {
        let db = throttling(0);
        let mut turns = 0;
        let others = async {
            loop {
                turns += 1;
                yield_now().await;
            }
        };
        match select(pin!(db.run(updates())), pin!(others)).await {
            Either::Left((outcome, _)) => assert!(outcome.unwrap().is_complete()),
            Either::Right(((), _)) => unreachable!("the others never end"),
        }
        assert_eq!(turns, 8);
    });
}

#[test]
fn generic_code_runs_on_any_thread() {
    block_on(async {
        async fn run<P: Plan<Output: Send> + Send>(db: impl AsyncDb, plan: P) -> Result<P::Output, Error> {
            db.run(plan).await
        }
        let db = throttling(0);
        spawn(run(db.clone(), Visit { user: 1, seen: false }.put())).await.unwrap();
        let outcome: Outcome = spawn(run(db, updates())).await.unwrap();
        assert!(outcome.is_complete());
    });
}

#[test]
fn a_deadline_may_lie_at_the_end_of_time() {
    let db = throttling(1);
    assert!(block_on(db.run(updates().deadline(Duration::MAX))).unwrap().is_complete());
}
