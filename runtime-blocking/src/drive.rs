//! The loop: it carries out what a run says.
//!
//! All decisions are the run's; this is no place for state that could influence them.

use std::sync::Arc;

use dynochemy_core::{Notice, Outcome, Progress, Run, Solvent, Step};

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

    /// Goes on to the next thing to be told; `None` at the end, after which comes [`Drive::finish`].
    pub(crate) fn notice(&mut self) -> Option<Notice> {
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
                Step::Deliver(notice) => {
                    // Calls go on while the user is busy with a page.
                    self.workers.start();
                    return Some(notice);
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
        while self.notice().is_some() {}
        self.finish()
    }

    /// Lets nothing be handed out any more.
    pub(crate) fn hand_out_no_more(&mut self) {
        let now = self.shared.clock.now();
        self.run.as_mut().expect("only finishing and dropping take the run").hand_out_no_more(now);
    }

    /// What is left of the plan.
    pub(crate) fn checkpoint(&self) -> Solvent {
        self.run().checkpoint()
    }

    pub(crate) fn progress(&self) -> Progress {
        self.run().progress()
    }

    fn run(&self) -> &Run {
        self.run.as_ref().expect("only finishing and dropping take the run")
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
