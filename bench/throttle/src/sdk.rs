//! The official SDK's standard retry, modelled: 16 workers of one process, each with a batch of 25 at a time.
//!
//! Three attempts at a call, with a pause of up to 1 s and then 2 s between them, as long as a bucket of 500 has 5 for
//! each; a success gives back what its retry took, or else 1. What is left of a batch in an answer is no matter of the
//! SDK: the application puts it back into its queue, and either pauses, by up to 50 ms, doubled with each time in a row
//! and at most 20 s, or does not. An error after the last attempt is dealt with likewise.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::api::{BatchWriteItemInput, ReturnConsumedCapacity, WriteRequest};
use dynochemy_core::{CallError, Moment, Request, Response};

use crate::random::Random;
use crate::simulation::Client;

const WORKERS: usize = 16;
const ATTEMPTS: u32 = 3;

/// What the application does with what was not written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Manner {
    BacksOff,
    Resubmits,
}

pub struct Sdk {
    table: String,
    queue: VecDeque<WriteRequest>,
    workers: Vec<Worker>,
    /// Of retries.
    quota: u32,
    manner: Manner,
    random: Random,
    under_way: BTreeMap<u64, usize>,
    sent: u64,
}

struct Worker {
    batch: Vec<WriteRequest>,
    attempt: u32,
    is_waiting: bool,
    not_before: Moment,
    in_vain: u32,
    retry_cost: u32,
}

impl Sdk {
    pub fn new(table: &str, items: Vec<WriteRequest>, manner: Manner, seed: u64) -> Self {
        let idle = || Worker {
            batch: Vec::new(),
            attempt: 0,
            is_waiting: false,
            not_before: Moment::EPOCH,
            in_vain: 0,
            retry_cost: 0,
        };
        Self {
            table: table.to_owned(),
            queue: items.into(),
            workers: (0..WORKERS).map(|_| idle()).collect(),
            quota: 500,
            manner,
            random: Random::new(seed),
            under_way: BTreeMap::new(),
            sent: 0,
        }
    }

    /// Puts back what was not written, and pauses where the application does.
    fn put_back(&mut self, worker: usize, left: Vec<WriteRequest>, now: Moment) {
        let is_in_vain = !left.is_empty();
        for write in left.into_iter().rev() {
            self.queue.push_front(write);
        }
        let state = &mut self.workers[worker];
        (state.attempt, state.retry_cost) = (0, 0);
        state.in_vain = if is_in_vain { state.in_vain + 1 } else { 0 };
        if is_in_vain && self.manner == Manner::BacksOff {
            let most = 0.05 * f64::from(1u32 << (state.in_vain - 1).min(20));
            let pause = most.min(20.0) * self.random.share();
            state.not_before = now + Duration::from_secs_f64(pause);
        }
    }
}

impl Client for Sdk {
    fn act(&mut self, now: Moment) -> Vec<(u64, Arc<Request>)> {
        let mut calls = Vec::new();
        for index in 0..WORKERS {
            let worker = &mut self.workers[index];
            if worker.is_waiting || worker.not_before > now {
                continue;
            }
            if worker.batch.is_empty() {
                let take = self.queue.len().min(25);
                worker.batch = self.queue.drain(..take).collect();
                if worker.batch.is_empty() {
                    continue;
                }
            }
            worker.attempt += 1;
            worker.is_waiting = true;
            self.sent += 1;
            self.under_way.insert(self.sent, index);
            let request = Request::BatchWriteItem(BatchWriteItemInput {
                request_items: [(self.table.clone(), worker.batch.clone())].into(),
                return_consumed_capacity: ReturnConsumedCapacity::Total,
                ..BatchWriteItemInput::default()
            });
            calls.push((self.sent, Arc::new(request)));
        }
        calls
    }

    fn answered(&mut self, call: u64, answer: Result<Response, CallError>, now: Moment) {
        let Some(index) = self.under_way.remove(&call) else { return };
        let worker = &mut self.workers[index];
        worker.is_waiting = false;
        match answer {
            Ok(Response::BatchWriteItem(answer)) => {
                self.quota = (self.quota + worker.retry_cost.max(1)).min(500);
                worker.batch.clear();
                let left = answer.unprocessed_items.into_values().flatten().collect();
                self.put_back(index, left, now);
            }
            _ if worker.attempt < ATTEMPTS && self.quota >= 5 => {
                self.quota -= 5;
                worker.retry_cost = 5;
                let most = f64::from(1u32 << (worker.attempt - 1));
                worker.not_before = now + Duration::from_secs_f64(most * self.random.share());
            }
            _ => {
                let left = std::mem::take(&mut worker.batch);
                self.put_back(index, left, now);
            }
        }
    }

    fn next(&self) -> Option<Moment> {
        let has_work =
            |worker: &&Worker| !worker.is_waiting && (!worker.batch.is_empty() || !self.queue.is_empty());
        self.workers.iter().filter(has_work).map(|worker| worker.not_before).min()
    }

    fn is_done(&self) -> bool {
        let is_idle = |worker: &Worker| !worker.is_waiting && worker.batch.is_empty();
        self.queue.is_empty() && self.workers.iter().all(is_idle)
    }
}
