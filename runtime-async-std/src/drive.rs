//! The loop: it carries out what a run says.
//!
//! All decisions are the run's; this is no place for state that could influence them.

use std::future::{Future as _, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use dynochemy_core::{Call, CallError, CallId, Notice, Outcome, Progress, Response, Run, Solvent, Step};
use futures_util::future::RemoteHandle;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::clock::Clock;
use crate::db::{Shared, Transport};
use crate::http::Http;

/// A run under way; dropping it abandons the run.
#[derive(Debug)]
pub(crate) struct Drive {
    shared: Arc<Shared>,
    /// Here until it is finished or abandoned.
    run: Option<Run>,
    /// Tasks of their own, so that calls go on while the user is busy with a page. They end when this is dropped.
    calls: FuturesUnordered<RemoteHandle<(CallId, Result<Response, CallError>)>>,
    timer: Option<(Instant, async_io::Timer)>,
}

impl Drive {
    pub(crate) fn new(shared: &Arc<Shared>, run: Run) -> Self {
        Self { shared: shared.clone(), run: Some(run), calls: FuturesUnordered::new(), timer: None }
    }

    /// Goes on to the next thing to be told; `None` at the end, after which comes [`Drive::finish`].
    pub(crate) fn poll_notice(&mut self, context: &mut Context<'_>) -> Poll<Option<Notice>> {
        let Some(run) = &mut self.run else { return Poll::Ready(None) };
        let clock = self.shared.clock;
        loop {
            // Answers first: one that has come in time counts, however late the user polls.
            while let Poll::Ready(Some((id, answer))) = self.calls.poll_next_unpin(context) {
                run.complete(id, answer, clock.now());
            }
            match run.poll(clock.now()) {
                Step::Send(call) => match &self.shared.transport {
                    Transport::Backend(backend) => {
                        let answer = backend.answer(&call.request, clock.now());
                        run.complete(call.id, answer, clock.now());
                        // Others have their turn: a plan of many calls would block them all.
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    Transport::Http(http) => {
                        let (call, answer) = carry(http.clone(), call, clock).remote_handle();
                        drop(async_std::task::spawn(call));
                        self.calls.push(answer);
                    }
                },
                Step::Deliver(notice) => return Poll::Ready(Some(notice)),
                Step::Wait { until: None } => return Poll::Pending,
                Step::Wait { until: Some(moment) } => {
                    ready!(poll_until(&mut self.timer, clock.instant(moment), context))
                }
                Step::Done => return Poll::Ready(None),
            }
        }
    }

    /// Goes on to the end.
    pub(crate) async fn outcome(mut self) -> Outcome {
        while poll_fn(|context| self.poll_notice(context)).await.is_some() {}
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

/// One call from start to end, whatever happens.
async fn carry(http: Arc<Http>, call: Call, clock: Clock) -> (CallId, Result<Response, CallError>) {
    let exchange = http.exchange(&call.request, call.expires, clock);
    let answer = AssertUnwindSafe(exchange).catch_unwind().await.unwrap_or_else(|_| {
        Err(CallError::Unknown { rejection: None, problem: "the driver panicked over the call".to_owned() })
    });
    (call.id, answer)
}

/// Sets the timer, which is kept from one wait to the next, until it has gone off.
fn poll_until(
    timer: &mut Option<(Instant, async_io::Timer)>,
    at: Instant,
    context: &mut Context<'_>,
) -> Poll<()> {
    let (set_to, alarm) = timer.get_or_insert_with(|| (at, async_io::Timer::at(at)));
    if *set_to != at {
        *set_to = at;
        alarm.set_at(at);
    }
    ready!(Pin::new(alarm).poll(context));
    *timer = None;
    Poll::Ready(())
}
