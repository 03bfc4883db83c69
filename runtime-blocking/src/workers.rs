//! Threads for the calls that one run has under way at the same time.
//!
//! They are started on demand, so that there are never more than the run allows calls, and end with it. A call that
//! turns out to be the only thing to wait for is made on the thread that waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use dynochemy_core::{Call, CallError, CallId, Moment, Response};

use crate::db::Shared;

/// A call that has ended.
type Answer = (CallId, Result<Response, CallError>);

/// The threads of one run.
#[derive(Debug)]
pub(crate) struct Workers {
    shared: Arc<Shared>,
    /// The call that was sent last, for as long as it may turn out to be the only one.
    held: Option<Call>,
    /// Calls to be made; that nobody sends any more ends the threads.
    calls: Sender<Call>,
    queue: Arc<Mutex<Receiver<Call>>>,
    answers: Receiver<Answer>,
    answered: Sender<Answer>,
    threads: usize,
    /// Calls that threads were given and have not answered.
    busy: usize,
}

impl Workers {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (calls, queue) = mpsc::channel();
        let (answered, answers) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        Self { shared, held: None, calls, queue, answers, answered, threads: 0, busy: 0 }
    }

    /// Makes a call, at the latest when [`Workers::wait`] is next called.
    pub(crate) fn send(&mut self, call: Call) {
        self.start();
        self.held = Some(call);
    }

    /// Gives the call that was held back to a thread.
    pub(crate) fn start(&mut self) {
        let Some(call) = self.held.take() else { return };
        if self.busy == self.threads {
            let (shared, queue, answered) = (self.shared.clone(), self.queue.clone(), self.answered.clone());
            let started = thread::Builder::new()
                .name("dynochemy".to_owned())
                .spawn(move || work(&shared, &queue, &answered));
            if let Err(error) = started {
                let problem = format!("no thread could be started for it: {error}");
                self.busy += 1;
                let _ = self.answered.send((call.id, Err(CallError::NotSent { problem })));
                return;
            }
            self.threads += 1;
        }
        self.busy += 1;
        let _ = self.calls.send(call);
    }

    /// An answer that has come.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok()?;
        self.busy -= 1;
        Some(answer)
    }

    /// Waits for an answer, until a time.
    pub(crate) fn wait(&mut self, until: Option<Moment>) -> Option<Answer> {
        let alone = self.busy == 0;
        if let Some(call) = self.held.take_if(|call| alone && until == Some(call.expires)) {
            // There is nothing else to wait for.
            return Some((call.id, self.shared.exchange(&call)));
        }
        self.start();
        let answer = match until {
            None => self.answers.recv().ok(),
            Some(moment) => self.answers.recv_timeout(moment.since(self.shared.clock.now())).ok(),
        }?;
        self.busy -= 1;
        Some(answer)
    }
}

/// What a thread does: one call after another.
fn work(shared: &Shared, queue: &Mutex<Receiver<Call>>, answered: &Sender<Answer>) {
    loop {
        // Idle threads queue for the lock in place of the channel.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(call) = next else { return };
        // The run would wait for an answer that does not come.
        let answer = catch_unwind(AssertUnwindSafe(|| shared.exchange(&call))).unwrap_or_else(|_| {
            Err(CallError::Unknown {
                rejection: None,
                problem: "the driver panicked over the call".to_owned(),
            })
        });
        if answered.send((call.id, answer)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::ThreadId;

    use dynochemy_core::{Backend, Request, Solvent, Step, Table};

    use super::*;
    use crate::db::Db;

    #[derive(Table, serde::Serialize, serde::Deserialize)]
    #[table(name = "visits")]
    struct Visit {
        #[table(hash_key)]
        user: u64,
        seen: bool,
    }

    /// Panics on any thread but the test's own.
    struct Homely(ThreadId);

    impl Backend for Homely {
        fn answer(&self, _: &Request, _: Moment) -> Result<Response, CallError> {
            assert_eq!(thread::current().id(), self.0, "as the test wants it");
            Err(CallError::NotSent { problem: "at home".to_owned() })
        }
    }

    /// Workers that were sent this many calls, which expire at the same time.
    fn busy(calls: u64) -> (Workers, Option<Moment>) {
        let db = Db::builder().backend(Homely(thread::current().id())).build().unwrap();
        let mut solvent = Solvent::new();
        for user in 0..calls {
            solvent.add(Visit::update(user).set(Visit::SEEN, true));
        }
        let now = db.shared.clock.now();
        let (mut run, _) = db.shared.client.start(solvent, now).unwrap();
        let mut workers = Workers::new(db.shared.clone());
        let mut until = None;
        for _ in 0..calls {
            let Step::Send(call) = run.poll(now) else { panic!("each update is a call") };
            until = Some(call.expires);
            workers.send(call);
        }
        (workers, until)
    }

    #[test]
    fn a_lone_call_is_made_on_the_thread_that_waits() {
        let (mut workers, until) = busy(1);
        let (_, answer) = workers.wait(until).unwrap();
        assert!(matches!(answer, Err(CallError::NotSent { .. })), "{answer:?}");
        assert_eq!(workers.threads, 0);
    }

    #[test]
    fn calls_whose_threads_panic_have_unknown_outcomes() {
        let (mut workers, until) = busy(3);
        for _ in 0..3 {
            let (_, answer) = workers.wait(until).unwrap();
            assert!(matches!(answer, Err(CallError::Unknown { .. })), "{answer:?}");
        }
        assert_eq!((workers.busy, workers.threads), (0, 3));
    }
}
