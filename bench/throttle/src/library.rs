//! A client of the library: one `Client` of the core, and one run of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynochemy_core::{
    Builder, CallError, CallId, Client as Core, Configuration, Connect, Error, Moment, Report, Request,
    Response, Run, Solvent, Step,
};

use crate::simulation::Client;

/// A `Db` that is nothing but its client: the simulation is the driver.
struct Bare(Arc<Core>);

impl Connect for Bare {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
    }
}

pub struct Library {
    core: Arc<Core>,
    plan: Option<Solvent>,
    run: Option<Run>,
    calls: BTreeMap<u64, CallId>,
    sent: u64,
    next: Option<Moment>,
    is_done: bool,
    pub report: Report,
}

impl Library {
    pub fn new(plan: Solvent, seed: u64) -> Self {
        let core = Builder::<Bare>::new().seed(seed).build().expect("nothing is missing").0;
        Self {
            core,
            plan: Some(plan),
            run: None,
            calls: BTreeMap::new(),
            sent: 0,
            next: None,
            is_done: false,
            report: Report::default(),
        }
    }
}

impl Client for Library {
    fn act(&mut self, now: Moment) -> Vec<(u64, Arc<Request>)> {
        if let Some(plan) = self.plan.take() {
            self.run = Some(self.core.start(plan, now).expect("the plan holds together").0);
        }
        let mut calls = Vec::new();
        self.next = None;
        while let Some(run) = &mut self.run {
            match run.poll(now) {
                Step::Send(call) => {
                    self.sent += 1;
                    self.calls.insert(self.sent, call.id);
                    calls.push((self.sent, call.request));
                }
                Step::Deliver(_) => unreachable!("nothing is streamed"),
                Step::Wait { until } => {
                    // What expires later is looked at when something happens.
                    self.next = until;
                    return calls;
                }
                Step::Done => {
                    let outcome = self.run.take().expect("it is under way").finish();
                    assert!(outcome.is_complete(), "{:?}", outcome.errors().next());
                    self.report = outcome.report().clone();
                    self.is_done = true;
                }
            }
        }
        calls
    }

    fn answered(&mut self, call: u64, answer: Result<Response, CallError>, now: Moment) {
        if let (Some(run), Some(id)) = (&mut self.run, self.calls.remove(&call)) {
            run.complete(id, answer, now);
        }
    }

    fn next(&self) -> Option<Moment> {
        self.next
    }

    fn is_done(&self) -> bool {
        self.is_done
    }
}
