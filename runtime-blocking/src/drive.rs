//! The loop: it carries out what a run says.
//!
//! All decisions are the run's; this is no place for state that could influence them.

use std::sync::Arc;

use dynochemy_core::{Delivery, Outcome, Run, Step};

use crate::db::{Shared, Transport};
use crate::workers::Workers;

/// A run under way; dropping it abandons the run.
#[derive(Debug)]
pub(crate) struct Drive {
    shared: Arc<Shared>,
    /// Here until it is finished or abandoned.
    run: Option<Run>,
    workers: Workers,
}

impl Drive {
    pub(crate) fn new(shared: &Arc<Shared>, run: Run) -> Self {
        Self { shared: shared.clone(), run: Some(run), workers: Workers::new(shared.clone()) }
    }

    /// Goes on to the next page; `None` at the end, after which comes [`Drive::finish`].
    pub(crate) fn page(&mut self) -> Option<Delivery> {
        let run = self.run.as_mut()?;
        let clock = self.shared.clock;
        loop {
            // Answers first: one that has come in time counts, however late the user asks for a page.
            while let Some((id, answer)) = self.workers.answer() {
                run.complete(id, answer, clock.now());
            }
            match run.poll(clock.now()) {
                Step::Send(call) => match &self.shared.transport {
                    Transport::Backend(backend) => {
                        let answer = backend.answer(&call.request, clock.now());
                        run.complete(call.id, answer, clock.now());
                    }
                    Transport::Http(_) => self.workers.send(call),
                },
                Step::Deliver(delivery) => {
                    // Calls go on while the user is busy with the page.
                    self.workers.start();
                    return Some(delivery);
                }
                Step::Wait { until } => {
                    if let Some((id, answer)) = self.workers.wait(until) {
                        run.complete(id, answer, clock.now());
                    }
                }
                Step::Done => return None,
            }
        }
    }

    /// Goes on to the end.
    pub(crate) fn outcome(mut self) -> Outcome {
        // Pages are delivered to streams only.
        while self.page().is_some() {}
        self.finish()
    }

    /// What the run ended with.
    pub(crate) fn finish(mut self) -> Outcome {
        self.run.take().expect("only finishing and dropping take the run").finish()
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            let outcome = run.abandon(self.shared.clock.now());
            self.shared.client.keep_abandoned(outcome);
        }
    }
}
