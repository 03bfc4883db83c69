//! What the network and the service do to calls, from a seed.

use std::collections::BTreeSet;
use std::time::Duration;

use dynochemy_core::api::WriteRequest;
use dynochemy_core::{Key, Request, Response};
use dynochemy_sql::*;

/// How long after its sending a call may still arrive, at the most: a token is relied on for nine of its ten minutes, and the
/// last one is for this.
const LATEST: Duration = Duration::from_secs(60);

/// Random choices from a seed, and how often something goes wrong.
pub(crate) struct Faults {
    seed: u64,
    state: u64,
    /// In a hundred calls.
    faults: u64,
    late: Vec<Late>,
    /// The notes to which something without a token has come late, so that it may have overwritten what was sent after it.
    overwritten: BTreeSet<String>,
    arrived_late: u64,
}

/// A call that nobody waits for any more, and that has not arrived yet.
struct Late {
    request: Request,
    /// How many more steps of the run it takes.
    steps: u64,
    /// When it arrives at the latest.
    at: Moment,
}

/// What becomes of a call.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// This answer, of a call that was carried out, or not, when it was sent.
    Now(Box<Result<Response, CallError>>),
    /// It is carried out when its answer comes, which may be after others that were sent later.
    Later(Box<Request>),
    /// None, ever.
    Never,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let mut faults = Self {
            seed,
            state: seed.wrapping_mul(2) + 1,
            faults: 0,
            late: Vec::new(),
            overwritten: BTreeSet::new(),
            arrived_late: 0,
        };
        faults.faults = [0, 10, 30, 60][faults.below(4) as usize];
        faults
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// Carries a call out, or not, and answers it, or not.
    pub(crate) fn answer(&mut self, backend: &SqlBackend, request: &Request, now: Moment) -> Answer {
        let chance = self.faults;
        if !self.percent(chance) {
            return match self.percent(30) {
                true => Answer::Later(Box::new(request.clone())),
                false => Answer::Now(Box::new(backend.answer(request, now))),
            };
        }
        let is_transaction = matches!(request, Request::TransactWriteItems(_));
        let error = match self.below(14) {
            0 => CallError::NotSent { problem: "nobody listens".to_owned() },
            1 => {
                self.delay(request, now);
                lost("lost on the way there", None)
            }
            2 => {
                let _ = backend.answer(request, now);
                lost("lost on the way back", None)
            }
            3 => {
                self.delay(request, now);
                return Answer::Never;
            }
            4 => {
                let _ = backend.answer(request, now);
                return Answer::Never;
            }
            5 => {
                self.delay(request, now);
                lost("the server failed", Some(fault()))
            }
            6 => {
                let _ = backend.answer(request, now);
                lost("the server failed", Some(fault()))
            }
            7 | 8 => return Answer::Now(Box::new(self.partial(backend, request, now))),
            9 if is_transaction => refused("TransactionInProgressException"),
            10 if is_transaction => cancelled("TransactionConflict", request),
            11 if is_transaction => cancelled("ThrottlingError", request),
            9 | 10 => refused("TransactionConflictException"),
            12 => refused("AccessDeniedException"),
            _ => refused("ProvisionedThroughputExceededException"),
        };
        Answer::Now(Box::new(Err(error)))
    }

    /// Lets a call that nobody waits for any more arrive later, or never.
    pub(crate) fn delay(&mut self, request: &Request, sent: Moment) {
        if request.is_read() || self.percent(50) {
            return;
        }
        let steps = self.below(60);
        let at = sent + Duration::from_millis(self.below(LATEST.as_millis() as u64));
        self.late.push(Late { request: request.clone(), steps, at });
    }

    /// Lets what is due arrive, after a step of a run, or at least until `now`.
    pub(crate) fn let_arrive(&mut self, backend: &SqlBackend, steps: u64, now: Moment) {
        let late = std::mem::take(&mut self.late);
        for mut call in late {
            call.steps = call.steps.saturating_sub(steps);
            if call.steps > 0 && call.at > now {
                self.late.push(call);
            } else if backend.answer(&call.request, call.at.min(now)).is_ok() {
                self.arrived_late += 1;
                self.overwritten.extend(notes_of(&call.request));
            }
        }
    }

    pub(crate) fn arrived_late(&self) -> u64 {
        self.arrived_late
    }

    /// Whether something without a token came to a note when other operations may have been applied to it.
    pub(crate) fn is_overwritten(&self, note: &str) -> bool {
        self.overwritten.contains(note)
    }

    /// Leaves a part of a batch unprocessed; another call is throttled.
    fn partial(
        &mut self,
        backend: &SqlBackend,
        request: &Request,
        now: Moment,
    ) -> Result<Response, CallError> {
        let mut request = request.clone();
        match &mut request {
            Request::BatchWriteItem(batch) => {
                let mut unprocessed = batch.request_items.clone();
                for (table, writes) in &mut batch.request_items {
                    writes.truncate(1 + self.below(writes.len() as u64) as usize);
                    unprocessed.get_mut(table).unwrap().drain(..writes.len());
                }
                unprocessed.retain(|_, writes| !writes.is_empty());
                let mut answer = backend.answer(&request, now)?;
                if let Response::BatchWriteItem(answer) = &mut answer {
                    answer.unprocessed_items = unprocessed;
                }
                Ok(answer)
            }
            Request::BatchGetItem(batch) => {
                let mut unprocessed = batch.request_items.clone();
                for (table, keys) in &mut batch.request_items {
                    keys.keys.truncate(1 + self.below(keys.keys.len() as u64) as usize);
                    unprocessed.get_mut(table).unwrap().keys.drain(..keys.keys.len());
                }
                unprocessed.retain(|_, keys| !keys.keys.is_empty());
                let mut answer = backend.answer(&request, now)?;
                if let Response::BatchGetItem(answer) = &mut answer {
                    answer.unprocessed_keys = unprocessed;
                }
                Ok(answer)
            }
            _ => Err(refused("ThrottlingException")),
        }
    }
}

/// The notes that a call writes to without a token.
fn notes_of(request: &Request) -> Vec<String> {
    let of_item = |item: &Item| item.attribute("id").unwrap();
    let of_key = |key: &Key| key.attributes().remove("id");
    let ids = match request {
        Request::PutItem(put) => vec![of_item(&put.item)],
        Request::DeleteItem(delete) => vec![of_key(&delete.key)],
        Request::UpdateItem(update) => vec![of_key(&update.key)],
        Request::BatchWriteItem(batch) => {
            let of_write = |write: &WriteRequest| match write {
                WriteRequest::PutRequest { item } => of_item(item),
                WriteRequest::DeleteRequest { key } => of_key(key),
            };
            batch.request_items.values().flatten().map(of_write).collect()
        }
        _ => Vec::new(),
    };
    let text = |id: Option<AttributeValue>| match id {
        Some(AttributeValue::S(id)) => Some(id),
        _ => None,
    };
    ids.into_iter().filter_map(text).collect()
}

fn lost(problem: &str, rejection: Option<Box<Rejection>>) -> CallError {
    CallError::Unknown { rejection, problem: problem.to_owned() }
}

fn fault() -> Box<Rejection> {
    Box::new(Rejection { status: 500, ..Rejection::new("InternalServerError", "told by the test") })
}

fn refused(code: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, "told by the test")))
}

/// A transaction that was cancelled for its first action.
fn cancelled(code: &str, request: &Request) -> CallError {
    let Request::TransactWriteItems(transaction) = request else { panic!("{request:?}") };
    let reason = |index: usize| CancellationReason {
        code: if index == 0 { code.to_owned() } else { "None".to_owned() },
        ..CancellationReason::default()
    };
    let mut rejection = Rejection::new("TransactionCanceledException", "told by the test");
    rejection.cancellation_reasons = (0..transaction.transact_items.len()).map(reason).collect();
    CallError::Refused(Box::new(rejection))
}
