//! Conservation: whatever becomes of calls, processes and time, each operation of a plan ends once, and its fate agrees with
//! what the database really holds.
//!
//! Each case is made from a seed: a plan of puts, deletes, updates and gets, several on one item, some under conditions,
//! tokens or in transactions, some on a table that a view follows, where another process is at work too; faults of the network and the service; and a life in
//! several rounds, in which the process is killed and goes on from what it saved, or gives up and goes on from what is left
//! over. Calls that nobody waits for any more still arrive, up to a minute after they were sent and after others. It runs against the real backend, in virtual time. A model of each item then tells which states the fates allow,
//! and what is held must be one of them: so nothing that adds is added twice, nothing that is told to be applied is missing,
//! and nothing that is told not to be applied is there.
//!
//! `DYNOCHEMY_CASES` sets how many cases are tried, and `DYNOCHEMY_SEED` the first one's seed.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "conservation/faults.rs"]
mod faults;
#[path = "conservation/model.rs"]
mod model;
#[path = "conservation/plans.rs"]
mod plans;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::{Builder, CallId, Client, Configuration, Connect, Response, Step, api};
use dynochemy_sql::*;

use faults::{Answer, Faults};
use plans::{Planned, UserCount, Visit, VisitsPerUser};

/// The cases that are tried where nobody says how many.
const CASES: u64 = 1_500;

/// The tests that share the cases, so that they run at the same time.
const SHARES: usize = 4;

#[test]
fn what_is_told_of_each_operation_agrees_with_what_the_database_holds() {
    try_share(0);
}

#[test]
fn what_is_told_agrees_with_what_is_held_in_the_second_share_of_cases() {
    try_share(1);
}

#[test]
fn what_is_told_agrees_with_what_is_held_in_the_third_share_of_cases() {
    try_share(2);
}

#[test]
fn what_is_told_agrees_with_what_is_held_in_the_last_share_of_cases() {
    try_share(3);
}

fn try_share(share: usize) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("DYNOCHEMY_SEED").unwrap_or(1);
    let all = first..first + number("DYNOCHEMY_CASES").unwrap_or(CASES);
    let mut counts = Counts::default();
    for seed in all.skip(share).step_by(SHARES) {
        let case = std::panic::catch_unwind(|| Case::new(seed).live());
        match case {
            Ok(case) => counts.add(&case),
            Err(_) => panic!("with DYNOCHEMY_SEED={seed} DYNOCHEMY_CASES=1"),
        }
    }
    println!("{counts:?}");
    counts.check();
}

/// What has come about in all cases, so that none of it is missing unnoticed.
#[derive(Debug, Default)]
struct Counts {
    operations: u64,
    fates: BTreeMap<&'static str, u64>,
    rounds: u64,
    killed: u64,
    left_over: u64,
    /// Calls that arrived, and were carried out, after their answers were given up.
    arrived_late: u64,
    /// How often another process took a sum away.
    taken_away: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.operations += other.operations;
        self.rounds += other.rounds;
        self.killed += other.killed;
        self.left_over += other.left_over;
        self.arrived_late += other.arrived_late;
        self.taken_away += other.taken_away;
        for (fate, count) in &other.fates {
            *self.fates.entry(fate).or_default() += count;
        }
    }

    /// Each fate must be met often, else the cases prove little.
    fn check(&self) {
        if self.operations < 5_000 {
            return;
        }
        for fate in ["applied", "refused", "never sent", "unknown"] {
            let count = self.fates.get(fate).copied().unwrap_or_default();
            assert!(count * 100 > self.operations, "only {count} operations are {fate}");
        }
        assert!(self.killed > 50 && self.left_over > 50 && self.arrived_late > 50);
        assert!(self.taken_away > 10);
    }
}

/// A `Db` that is nothing but its client: the test is the driver.
struct Bare(Arc<Client>);

impl Connect for Bare {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
    }
}

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// When nothing is left to do.
    Done,
    /// The run is abandoned at this step.
    Abandoned(u64),
    /// The process is killed at this step; it had saved the plan at the other one, at the latest then.
    Killed { at: u64, saved: u64 },
}

struct Case {
    faults: Faults,
    backend: SqlBackend,
    plan: Solvent,
    planned: Vec<Planned>,
    /// Whether all that writes goes under tokens, so that a plan saved long before it was killed is as good.
    under_tokens: bool,
    /// Whether a process was killed that had saved its plan some time before: who goes on from that reads what the killed
    /// one has written meanwhile.
    saved_early: bool,
    /// What another process has taken away of sums.
    taken_away: BTreeMap<plans::Place, i64>,
    others: u64,
    now: Moment,
}

/// A call under way.
struct UnderWay {
    id: CallId,
    sent: Moment,
    expires: Moment,
    answer: Answer,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut faults = Faults::new(seed);
        let backend = SqlBackend::in_memory().unwrap();
        let now = Moment::from_secs(1_700_000_000);
        let under_tokens = faults.percent(25);
        let (plan, planned) = plans::random(&mut faults, under_tokens);
        let case = Self {
            faults,
            backend,
            plan,
            planned,
            under_tokens,
            saved_early: false,
            taken_away: BTreeMap::new(),
            others: 0,
            now,
        };
        let mut tables = Solvent::new();
        tables.add(plans::notes().create());
        tables.add(Visit::create());
        tables.add(UserCount::create());
        let (mut run, _) = case.client(0).start(tables, now).unwrap();
        loop {
            match run.poll(now) {
                Step::Send(call) => run.complete(call.id, case.backend.answer(&call.request, now), now),
                Step::Done => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(run.finish().is_complete());
        case
    }

    /// Each process has a session of its own.
    fn client(&self, round: u64) -> Arc<Client> {
        let builder = Builder::<Bare>::new().view(VisitsPerUser).seed(self.faults.seed() * 16 + round);
        let settings = |settings: &mut Settings| {
            settings.calls_under_way = 1 + (self.faults.seed() % 6) as usize;
            settings.attempts = 3;
            settings.transaction_actions = 10;
            settings.retry_budget = [0, 100, 5_000][(self.faults.seed() % 3) as usize];
        };
        builder.settings(settings).build().unwrap().0
    }

    /// Carries the plan through all its rounds, and looks at what became of it.
    fn live(mut self) -> Counts {
        let mut counts = Counts::default();
        let rounds = 1 + self.faults.below(4);
        let mut taken = Vec::new();
        let outcome = loop {
            counts.rounds += 1;
            let end = self.random_end(counts.rounds >= rounds);
            self.saved_early |= matches!(end, End::Killed { at, saved } if saved < at);
            match self.round(counts.rounds, end) {
                Ended::Killed(saved) => {
                    counts.killed += 1;
                    self.plan = saved;
                }
                Ended::Told(outcome) if counts.rounds >= rounds => break outcome,
                Ended::Told(mut outcome) => {
                    counts.left_over += 1;
                    self.take_some(&mut outcome, &mut taken);
                    self.plan = outcome.leftover();
                }
            }
            // Saved and read again, a while later.
            let text = serde_json::to_string(&self.plan).unwrap();
            let read: Solvent = serde_json::from_str(&text).unwrap();
            assert_eq!(read, self.plan);
            self.plan = read;
            self.now = self.now + Duration::from_secs(self.faults.below(900));
            self.faults.let_arrive(&self.backend, 0, self.now);
        };
        self.faults.let_arrive(&self.backend, u64::MAX, self.now);
        self.check(&outcome, &taken);
        counts.arrived_late = self.faults.arrived_late();
        counts.taken_away = self.taken_away.values().filter(|sum| **sum > 0).count() as u64;
        counts.operations = outcome.len() as u64;
        for (_, fate) in outcome.fates() {
            *counts.fates.entry(name(&fate)).or_default() += 1;
        }
        counts
    }

    fn random_end(&mut self, last: bool) -> End {
        let at = self.faults.below(40);
        match self.faults.below(4) {
            _ if last => End::Done,
            0 => End::Abandoned(at),
            1 | 2 if self.under_tokens => End::Killed { at, saved: self.faults.below(at + 1) },
            1 | 2 => End::Killed { at, saved: at },
            _ => End::Done,
        }
    }

    /// Takes the results of some operations, whose fates must stay.
    fn take_some(&mut self, outcome: &mut Outcome, taken: &mut Vec<(Ticket<()>, Fate)>) {
        for planned in &self.planned {
            let Some(ticket) = planned.ticket.filter(|_| self.faults.percent(20)) else { continue };
            let fate = outcome.fate_of(ticket).unwrap();
            if outcome.take(ticket).is_ok() {
                taken.push((ticket, fate));
            }
        }
    }

    /// One process at work on the plan.
    fn round(&mut self, round: u64, end: End) -> Ended {
        let (mut run, _) = self.client(round).start(self.plan.clone(), self.now).unwrap();
        let mut under_way: Vec<UnderWay> = Vec::new();
        let mut saved = None;
        let mut steps = 0;
        loop {
            match end {
                End::Killed { saved: at, .. } if at == steps => saved = Some(run.checkpoint()),
                End::Abandoned(at) if at == steps => {
                    under_way.drain(..).for_each(|call| self.lose(call));
                    return Ended::Told(run.abandon(self.now));
                }
                _ => {}
            }
            if let End::Killed { at, .. } = end
                && at == steps
            {
                under_way.drain(..).for_each(|call| self.lose(call));
                return Ended::Killed(saved.unwrap());
            }
            steps += 1;
            assert!(steps < 20_000, "the round does not end");
            self.faults.let_arrive(&self.backend, 1, self.now);
            self.take_away();
            let step = run.poll(self.now);
            let now = self.now;
            under_way.extract_if(.., |call| call.expires <= now).for_each(|call| self.lose(call));
            match step {
                Step::Send(call) => {
                    let answer = self.faults.answer(&self.backend, &call.request, self.now);
                    under_way.push(UnderWay { id: call.id, sent: self.now, expires: call.expires, answer });
                }
                Step::Deliver(_) => panic!("nothing is streamed here"),
                Step::Done => {
                    under_way.drain(..).for_each(|call| self.lose(call));
                    return Ended::Told(run.finish());
                }
                Step::Wait { until } => {
                    let answered: Vec<usize> = (0..under_way.len())
                        .filter(|index| under_way[*index].answer != Answer::Never)
                        .collect();
                    if !answered.is_empty() && self.faults.percent(80) {
                        let index = answered[self.faults.below(answered.len() as u64) as usize];
                        let call = under_way.swap_remove(index);
                        let answer = match call.answer {
                            Answer::Now(answer) => *answer,
                            Answer::Later(request) => self.backend.answer(&request, self.now),
                            Answer::Never => unreachable!(),
                        };
                        run.complete(call.id, answer, self.now);
                    } else {
                        self.now = until.expect("calls under way expire").max(self.now);
                        if self.faults.percent(20) {
                            self.now = self.now + Duration::from_secs(self.faults.below(60));
                        }
                    }
                }
            }
        }
    }

    /// Another process deletes a sum, and keeps what it was.
    fn take_away(&mut self) {
        if !self.faults.percent(4) {
            return;
        }
        let parts = self.planned.iter().flat_map(|planned| &planned.parts);
        let sums: Vec<plans::Place> =
            parts.filter(|part| part.is_taken_away()).map(|part| part.place.clone()).collect();
        let Some(plans::Place::Visit(user, time)) = sums.first() else { return };
        let delete = Visit::delete((user.as_str(), *time)).return_old();
        self.others += 1;
        let (mut run, finish) = self.client(1_000_000 + self.others).start(delete, self.now).unwrap();
        while let Step::Send(call) = run.poll(self.now) {
            run.complete(call.id, self.backend.answer(&call.request, self.now), self.now);
        }
        if let Some(visit) = finish(run.finish()).unwrap() {
            *self.taken_away.entry(sums[0].clone()).or_default() += visit.seen;
        }
    }

    /// Nobody waits for the call any more, and it may still arrive.
    fn lose(&mut self, call: UnderWay) {
        if let Answer::Later(request) = call.answer {
            self.faults.delay(&request, call.sent);
        }
    }

    /// Holds what is told against what is held.
    fn check(&self, outcome: &Outcome, taken: &[(Ticket<()>, Fate)]) {
        assert_eq!(outcome.len(), self.planned.len());
        let failed = outcome.fates().filter(|(_, fate)| *fate != Fate::Applied).count();
        assert_eq!((outcome.fates().count(), outcome.failed() as usize), (self.planned.len(), failed));
        for (ticket, fate) in taken {
            assert_eq!(outcome.fate_of(*ticket).as_ref(), Ok(fate), "a result that was taken has changed");
        }
        for (index, error) in outcome.errors() {
            assert_eq!(outcome.fate(index).unwrap().effect(), error.effect(), "{error}");
        }
        let is_overwritten = |part: &plans::Part| match &part.place {
            plans::Place::Note(id) => self.faults.is_overwritten(id),
            plans::Place::Visit(..) => false,
        };
        model::check(&self.planned, outcome, self.saved_early, &is_overwritten, &|part| self.held(part));
        model::check_transactions(&self.planned, outcome, &|part| self.held(part));
        model::check_sums(&self.planned, outcome, &self.taken_away, &|part| self.held(part));
        model::check_view(&self.scan(&Visit::DESCRIPTION.name), &self.scan(&UserCount::DESCRIPTION.name));
    }

    fn held(&self, part: &plans::Part) -> Option<Attributes> {
        let request = api::GetItemInput {
            table_name: part.table_name().to_owned(),
            key: part.key(),
            consistent_read: true,
            ..Default::default()
        };
        match self.backend.answer(&request.into(), self.now).unwrap() {
            Response::GetItem(answer) => answer.item.map(|item| item.attributes().unwrap()),
            other => panic!("{other:?}"),
        }
    }

    fn scan(&self, table: &str) -> Vec<Attributes> {
        let request = api::ScanInput { table_name: table.to_owned(), ..Default::default() };
        match self.backend.answer(&request.into(), self.now).unwrap() {
            Response::Scan(answer) => answer.items.iter().map(|item| item.attributes().unwrap()).collect(),
            other => panic!("{other:?}"),
        }
    }
}

enum Ended {
    Told(Outcome),
    Killed(Solvent),
}

fn name(fate: &Fate) -> &'static str {
    match fate {
        Fate::Applied => "applied",
        Fate::Refused { .. } => "refused",
        Fate::NeverSent => "never sent",
        Fate::Unknown => "unknown",
    }
}
