//! Runs whose calls are answered by a backend, without an endpoint.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Mutex;
use std::time::Duration;

use dynochemy_core::api::{PutItemOutput, UpdateItemOutput};
use dynochemy_core::{Request, Response};
use dynochemy_tokio::{
    AsyncDb, Backend, CallError, Db, Error, Moment, Outcome, Plan, Rejection, Solvent, Table, dynochemy_core,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

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
    let hours = |settings: &mut dynochemy_tokio::Settings| {
        settings.backoff_base = Duration::from_secs(3600);
        settings.backoff_cap = Duration::from_secs(3600);
    };
    Db::builder().backend(Throttling { left: Mutex::new(calls) }).settings(hours).seed(1).build().unwrap()
}

fn updates() -> Solvent {
    let mut solvent = Solvent::new();
    for user in 0..8 {
        solvent.add(Visit::update(user).set(Visit::SEEN, true));
    }
    solvent
}

#[tokio::test(start_paused = true)]
async fn waiting_goes_by_a_clock_that_tests_may_pause() {
    let db = throttling(5);
    let before = Instant::now();
    let outcome = db.run(updates()).await.unwrap();
    let report = outcome.report();
    assert_eq!((report.total_requests(), report.retries), (13, 5));
    assert!(report.elapsed > Duration::from_secs(60), "{report}");
    let waited = before.elapsed();
    assert!(waited >= report.elapsed && waited < report.elapsed + Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn a_run_lets_others_have_their_turn_between_calls() {
    let db = throttling(0);
    let mut turns = 0;
    let others = async {
        loop {
            turns += 1;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        outcome = db.run(updates()) => outcome.map(drop).unwrap(),
        () = others => {}
    }
    assert_eq!(turns, 8);
}

#[tokio::test]
async fn generic_code_runs_on_any_thread() {
    async fn run<P: Plan<Output: Send> + Send>(db: impl AsyncDb, plan: P) -> Result<P::Output, Error> {
        db.run(plan).await
    }
    let db = throttling(0);
    tokio::spawn(run(db.clone(), Visit { user: 1, seen: false }.put())).await.unwrap().unwrap();
    let outcome: Outcome = tokio::spawn(run(db, updates())).await.unwrap().unwrap();
    assert!(outcome.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_may_lie_at_the_end_of_time() {
    let db = throttling(1);
    assert!(db.run(updates().deadline(Duration::MAX)).await.unwrap().is_complete());
}
