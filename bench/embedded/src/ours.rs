//! Ours: `Db::run` for what is typed, [`Backend::answer`] for what is prepared.

use std::hint::black_box;
use std::sync::Arc;

use dynochemy_sql::dynochemy_core::{Client, Configuration, Plan, Request, Step};
use dynochemy_sql::{Backend, Db, Moment, Solvent, SqlBackend, Table, TransactWrite};

use crate::side::{Calls, Hand, Operation, Side};
use crate::visit::{USERS, VISITS, Visit, batches, key, numbers, query_body, user, visits};

pub struct Ours {
    db: Db,
    backend: SqlBackend,
    requests: Requests,
}

/// Makes the requests that are prepared: the same that a `Db` sends.
pub struct Requests(Arc<Client>);

impl Requests {
    pub fn new() -> Self {
        let client = Configuration::default().into_client(|| Ok::<_, String>(1));
        Self(client.expect("the defaults fit together"))
    }

    /// The request that a plan begins with.
    pub fn of<P: Plan>(&self, plan: P) -> Request {
        let (mut run, _) = self.0.start(plan, NOW).expect("the plan holds together");
        match run.poll(NOW) {
            Step::Send(call) => Request::clone(&call.request),
            other => panic!("the plan begins with a call, not {other:?}"),
        }
    }
}

impl Ours {
    pub fn new(backend: SqlBackend) -> Self {
        let db = Db::builder().backend(backend.clone()).build().expect("the defaults fit together");
        db.run(Visit::create()).expect("the table is new");
        let ours = Self { db, backend, requests: Requests::new() };
        ours.batches((0..USERS * VISITS).map(|number| Visit::new(number, 0)).collect());
        ours
    }

    fn batches(&self, visits: Vec<Visit>) {
        for batch in visits.chunks(25) {
            self.db.run(batch_of(batch)).expect("the batch is written");
        }
    }

    fn typed(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let db = &self.db;
        match operation {
            Operation::Put => {
                let visits = visits(round, count);
                Box::new(move || {
                    for visit in &visits {
                        db.run(visit.put()).expect("the item is put");
                    }
                })
            }
            Operation::Get => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for (user, time) in &keys {
                        let found: Option<Visit> =
                            db.run(Visit::get((user.as_str(), *time))).expect("the item is read");
                        assert!(black_box(found).is_some());
                    }
                })
            }
            Operation::UpdateAdd => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for (user, time) in &keys {
                        db.run(Visit::update((user.as_str(), *time)).add(Visit::SEEN, 1))
                            .expect("the item is updated");
                    }
                })
            }
            Operation::Query100 => {
                let users: Vec<_> = (round..round + count).map(|number| user(number % USERS)).collect();
                Box::new(move || {
                    for user in &users {
                        let found: Vec<Visit> =
                            db.run(Visit::query(user.as_str())).expect("the items are read");
                        assert_eq!(black_box(found).len() as u64, VISITS);
                    }
                })
            }
            Operation::BatchWrite25 => {
                let batches = batches(round, count, 25);
                Box::new(move || {
                    batches.iter().for_each(|batch| {
                        db.run(batch_of(batch)).expect("the batch is written");
                    })
                })
            }
            Operation::TransactWrite10 => {
                let batches = batches(round, count, 10);
                Box::new(move || {
                    batches.iter().for_each(|batch| {
                        db.run(transaction_of(batch)).expect("the transaction is applied");
                    })
                })
            }
            Operation::Query100Wire => unreachable!("bodies are no structs"),
        }
    }

    fn prepared(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let requests: Vec<Request> = match operation {
            Operation::Put => {
                visits(round, count).iter().map(|visit| self.requests.of(visit.put())).collect()
            }
            Operation::Get => {
                numbers(round, count).map(|number| self.requests.of(Visit::get(key(number)))).collect()
            }
            Operation::UpdateAdd => numbers(round, count)
                .map(|number| self.requests.of(Visit::update(key(number)).add(Visit::SEEN, 1)))
                .collect(),
            Operation::Query100 => (round..round + count)
                .map(|number| self.requests.of(Visit::query(user(number % USERS))))
                .collect(),
            Operation::BatchWrite25 => {
                let batches = batches(round, count, 25);
                batches.iter().map(|batch| self.requests.of(batch_of(batch))).collect()
            }
            Operation::TransactWrite10 => {
                let batches = batches(round, count, 10);
                batches.iter().map(|batch| self.requests.of(transaction_of(batch))).collect()
            }
            Operation::Query100Wire => return self.wire(round, count),
        };
        Box::new(move || {
            for request in &requests {
                black_box(self.backend.answer(request, NOW)).expect("the request is answered");
            }
        })
    }

    fn wire(&self, round: u64, count: u64) -> Calls<'_> {
        let bodies: Vec<_> = (round..round + count).map(|number| query_body(&user(number % USERS))).collect();
        Box::new(move || {
            for body in &bodies {
                let answer = self.backend.answer_json("Query", body.as_bytes(), NOW);
                assert_eq!(black_box(answer).status, 200);
            }
        })
    }
}

impl Side for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn calls(&self, operation: Operation, hand: Hand, round: u64, count: u64) -> Calls<'_> {
        match hand {
            Hand::Typed => self.typed(operation, round, count),
            Hand::Prepared => self.prepared(operation, round, count),
        }
    }
}

pub const NOW: Moment = Moment::from_secs(1_795_000_000);

fn batch_of(visits: &[Visit]) -> Solvent {
    let mut solvent = Solvent::new();
    for visit in visits {
        solvent.add(visit.put());
    }
    solvent
}

fn transaction_of(visits: &[Visit]) -> TransactWrite {
    let mut transaction = TransactWrite::new();
    for visit in visits {
        transaction.add(visit.put());
    }
    transaction
}
