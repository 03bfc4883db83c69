//! The laws of runs, under random plans, faults and schedules.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use dynochemy_core::*;
use proptest::prelude::*;
use support::*;

/// What was done to an item, and how it ended.
enum Done {
    Added(Ticket<()>),
    /// Written by one operation only, with this number in `count` or `seen`.
    Unique(Ticket<()>),
    Other,
}

fn random_plan(choices: &mut Choices) -> (Solvent, BTreeMap<String, Vec<Done>>) {
    let mut solvent = Solvent::new();
    if choices.percent(10) {
        solvent = solvent.deadline(Duration::from_millis(1 + choices.below(2000)));
    }
    let mut done: BTreeMap<String, Vec<Done>> = BTreeMap::new();
    for number in 0..choices.below(60) {
        let id = format!("note-{}", choices.below(8));
        // Items that are only ever added to, so that the sum tells how often.
        let counter = format!("counter-{}", choices.below(4));
        let visit = Visit { user: format!("u{}", choices.below(3)), time: choices.below(4), seen: number };
        let kind = match choices.below(13) {
            0 | 1 => {
                solvent.add(Note { id: id.clone(), text: format!("text {number}"), count: 0 }.put());
                (id, Done::Other)
            }
            2 => {
                solvent.add(Note::get(&id));
                (id, Done::Other)
            }
            3 => {
                solvent.add(Note::delete(&id));
                (id, Done::Other)
            }
            4 | 5 => {
                let ticket = solvent.add(Note::update(&counter).add(Note::COUNT, 1));
                (counter, Done::Added(ticket))
            }
            6 => {
                solvent.add(Note::update(&id).set(Note::TEXT, "changed").remove(Note::COUNT));
                (id, Done::Other)
            }
            7 => {
                solvent.add(Visit::scan().segments(1 + choices.below(3) as u32));
                (id, Done::Other)
            }
            8 => {
                solvent.add(Visit::delete((&visit.user, visit.time)));
                (id, Done::Other)
            }
            9 => {
                solvent.add(Visit::update((&visit.user, visit.time)).add(Visit::SEEN, 1));
                (id, Done::Other)
            }
            10 => {
                let id = format!("unique-{number}");
                let note = Note { id: id.clone(), text: String::new(), count: 1 };
                (id, Done::Unique(solvent.add(note.put())))
            }
            11 => {
                let user = format!("unique-{number}");
                (user.clone(), Done::Unique(solvent.add(Visit { user, ..visit }.put())))
            }
            _ => {
                solvent.add(visit.put());
                (id, Done::Other)
            }
        };
        done.entry(kind.0).or_default().push(kind.1);
    }
    (solvent, done)
}

/// A call, when it expires, and what it will be answered with, if ever.
type UnderWay = (CallId, Moment, Option<Result<Response, CallError>>);

/// What the network and the service do to a call.
fn fate(
    choices: &mut Choices,
    faults: u64,
    service: &mut Service,
    request: &Request,
) -> Option<Result<Response, CallError>> {
    let lost = |problem: &str| CallError::Unknown { rejection: None, problem: problem.to_owned() };
    if !choices.percent(faults) {
        return Some(service.answer(request));
    }
    match choices.below(7) {
        0 => Some(Err(CallError::NotSent { problem: "refused".to_owned() })),
        1 => Some(Err(lost("lost on the way there"))),
        2 => {
            let _ = service.answer(request);
            Some(Err(lost("lost on the way back")))
        }
        3 => {
            let rejection = Rejection::new("ProvisionedThroughputExceededException", "slow down");
            Some(Err(CallError::Refused(Box::new(rejection))))
        }
        4 => None,
        5 => {
            let _ = service.answer(request);
            None
        }
        _ => Some(partial(choices, service, request)),
    }
}

/// Leaves a part of a batch unprocessed.
fn partial(choices: &mut Choices, service: &mut Service, request: &Request) -> Result<Response, CallError> {
    let mut request = request.clone();
    match &mut request {
        Request::BatchWriteItem(batch) => {
            let mut unprocessed = batch.request_items.clone();
            for (table, writes) in &mut batch.request_items {
                writes.truncate(choices.below(writes.len() as u64 + 1) as usize);
                unprocessed.get_mut(table).unwrap().drain(..writes.len());
            }
            let Ok(Response::BatchWriteItem(mut answer)) = service.answer(&request) else {
                panic!("the model answers")
            };
            answer.unprocessed_items = unprocessed;
            Ok(Response::BatchWriteItem(answer))
        }
        Request::BatchGetItem(batch) => {
            let mut unprocessed = batch.request_items.clone();
            for (table, keys) in &mut batch.request_items {
                keys.keys.truncate(choices.below(keys.keys.len() as u64 + 1) as usize);
                unprocessed.get_mut(table).unwrap().keys.drain(..keys.keys.len());
            }
            let Ok(Response::BatchGetItem(mut answer)) = service.answer(&request) else {
                panic!("the model answers")
            };
            answer.unprocessed_keys = unprocessed;
            Ok(Response::BatchGetItem(answer))
        }
        other => service.answer(other),
    }
}

/// Runs a random plan under a random schedule, checking the laws on the way; the trace and the outcome.
fn schedule(seed: u64, faults: u64) -> (Vec<String>, Outcome) {
    let mut choices = Choices::new(seed);
    let limit = 1 + choices.below(6) as usize;
    let client = client(|settings| {
        settings.calls_under_way = limit;
        settings.attempts = 3;
        settings.transaction_actions = 10;
    });
    let (plan, done) = random_plan(&mut choices);
    let operations = plan.len();
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client.start(plan, now).unwrap();
    let mut trace = Vec::new();
    let mut under_way: Vec<UnderWay> = Vec::new();
    let mut ended: Vec<CallId> = Vec::new();
    let abandon_at = if choices.percent(10) { choices.below(60) } else { u64::MAX };
    let mut steps = 0;
    let outcome = loop {
        steps += 1;
        assert!(steps < 20_000, "the schedule does not end");
        if steps > abandon_at {
            break run.abandon(now);
        }
        let step = run.poll(now);
        // What has expired is not under way any more in the run's eyes.
        under_way.retain(|(id, expires, _)| {
            if *expires <= now {
                ended.push(*id);
            }
            *expires > now
        });
        trace.push(format!("{now} {step:?}"));
        match &step {
            Step::Send(call) => {
                let answer = fate(&mut choices, faults, &mut service, &call.request);
                assert!(call.expires > now);
                under_way.push((call.id, call.expires, answer));
                assert!(under_way.len() <= limit, "more calls under way than allowed");
            }
            Step::Deliver(_) => panic!("nothing is streamed here"),
            Step::Wait { until } => {
                let before = run.clone();
                assert_eq!(run.poll(now), step, "polling again says something else");
                let earlier = Moment::from_nanos(now.as_nanos() - choices.below(1_000_000_000));
                assert_eq!(run.poll(earlier), step, "earlier time says something else");
                if let Some(id) = ended.last() {
                    run.complete(*id, Err(CallError::NotSent { problem: "twice".to_owned() }), earlier);
                }
                let unknown: CallId = serde_json::from_str("18446744073709551615").unwrap();
                run.complete(unknown, Err(CallError::NotSent { problem: "unknown".to_owned() }), now);
                assert_eq!(run, before, "a wait was disturbed");
                assert!(until.is_some() || !under_way.is_empty(), "a wait for nothing");
                // The completions come in any order, some never; time goes on by any amount.
                let answered: Vec<usize> =
                    (0..under_way.len()).filter(|index| under_way[*index].2.is_some()).collect();
                if !answered.is_empty() && choices.percent(80) {
                    let index = answered[choices.below(answered.len() as u64) as usize];
                    let (id, _, answer) = under_way.swap_remove(index);
                    run.complete(id, answer.unwrap(), now);
                    ended.push(id);
                } else {
                    let until = until.expect("the calls under way have time-outs");
                    now = until.max(now) + Duration::from_nanos(choices.below(100_000_000));
                    if choices.percent(20) {
                        now = now + Duration::from_secs(11);
                    }
                }
            }
            Step::Done => {
                let before = run.clone();
                assert_eq!(run.poll(now), Step::Done);
                assert_eq!(run, before, "the end was disturbed");
                assert_eq!(run.poll(now + Duration::from_secs(1_000_000)), Step::Done);
                break run.finish();
            }
        }
    };
    assert_eq!(outcome.len(), operations);
    for index in 0..operations as u32 {
        assert!(outcome.result(index).is_some(), "operation {index} did not end");
    }
    for (id, done) in done {
        let (mut applied, mut unknown) = (0, 0);
        for one in &done {
            if let Done::Added(ticket) = one {
                match outcome.result(ticket.index()).unwrap() {
                    Ok(_) => applied += 1,
                    Err(error) if error.effect() == Effect::Unknown => unknown += 1,
                    Err(_) => {}
                }
            }
        }
        let held = service
            .all::<Counter>()
            .into_iter()
            .find(|counter| counter.id == id)
            .map_or(0, |counter| counter.count);
        if let [Done::Unique(ticket)] = done[..] {
            let key_is = |key: &Key| key.hash.1 == KeyValue::S(id.clone());
            let held = service.items.keys().any(|(table, key)| table != "visits_per_user" && key_is(key));
            match outcome.result(ticket.index()).unwrap() {
                Ok(_) => assert!(held, "{id} is told to be applied, and is not there"),
                Err(error) if error.effect() == Effect::Unknown => {}
                Err(error) => assert!(!held, "{id} is there, and is told: {error}"),
            }
        }
        if done.iter().any(|one| matches!(one, Done::Added(_))) {
            assert!(
                (applied..=applied + unknown).contains(&held),
                "{id}: {held} held, {applied} applied, {unknown} unknown"
            );
        }
    }
    assert_eq!(view_drift(&service), None);
    (trace, outcome)
}

/// A note that was only ever added to.
#[derive(Table, serde::Serialize, serde::Deserialize)]
#[table(name = "notes")]
struct Counter {
    #[table(hash_key)]
    id: String,
    #[serde(default)]
    count: i64,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_schedule_ends_with_every_operation_settled_once_and_nothing_added_twice(seed: u64, faults in 0u64..60) {
        schedule(seed, faults);
    }

    #[test]
    fn the_same_seed_gives_the_same_trace(seed: u64) {
        let (first, second) = (schedule(seed, 30), schedule(seed, 30));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn without_faults_everything_succeeds_and_ends_as_if_done_in_order(seed: u64) {
        let mut choices = Choices::new(seed);
        let client = client(|settings| settings.transaction_actions = 3 + (seed % 90) as usize);
        let (mut plan, _) = random_plan(&mut choices);
        plan = plan.deadline(Duration::from_secs(3600));
        let mut expected = Service::default();
        let mut together = Service::default();
        let mut now = START;
        let (mut run, finish) = client.start(plan.clone(), now).unwrap();
        drive(&mut run, &mut together, &mut now);
        let outcome = finish(run.finish()).unwrap();
        // One operation at a time.
        let mut one_by_one = client.start(plan, START).unwrap().0;
        let mut slow = START;
        drive_one_by_one(&mut one_by_one, &mut expected, &mut slow);
        let strip = |service: &Service| {
            let mut items = service.items.clone();
            for attributes in items.values_mut() {
                attributes.remove("dy_v");
            }
            items
        };
        prop_assert_eq!(strip(&together), strip(&expected));
        let in_order = one_by_one.finish();
        for index in 0..outcome.len() as u32 {
            if let Some(Ok(read @ operation::Settled::Item(_))) = outcome.result(index) {
                prop_assert_eq!(Some(&Ok(read.clone())), in_order.result(index));
            }
        }
    }

    #[test]
    fn a_checkpoint_resumed_ends_the_plan_with_views_exact(seed: u64, stop_after in 0usize..20) {
        let mut choices = Choices::new(seed);
        let client = client(|settings| settings.calls_under_way = 2);
        let (mut plan, _) = random_plan(&mut choices);
        plan = plan.deadline(Duration::from_secs(3600));
        let operations = plan.len() as u32;
        let mut service = Service::default();
        let mut now = START;
        let (mut run, _) = client.start(plan, now).unwrap();
        // Killed after some calls, of which the last ones were applied or not without anyone knowing.
        let mut sent = 0;
        while sent < stop_after {
            match run.poll(now) {
                Step::Send(call) => {
                    sent += 1;
                    let answer = service.answer(&call.request);
                    if sent + 2 < stop_after {
                        run.complete(call.id, answer, now);
                    }
                }
                Step::Done => break,
                _ if sent + 2 >= stop_after => break,
                Step::Wait { until } => now = until.unwrap(),
                Step::Deliver(_) => {}
            }
        }
        let saved = serde_json::to_string(&run.checkpoint()).unwrap();
        let plan: Solvent = serde_json::from_str(&saved).unwrap();
        let (mut run, _) = support::client(|_| {}).start(plan, now).unwrap();
        drive(&mut run, &mut service, &mut now);
        let outcome = run.finish();
        for index in 0..operations {
            if let Err(error) = outcome.result(index).unwrap() {
                // Only what must not be repeated is left open, and what follows it.
                prop_assert!(
                    error.effect() == Effect::Unknown || matches!(error, Error::Skipped { .. }),
                    "{}", error
                );
            }
        }
        prop_assert_eq!(view_drift(&service), None);
    }
}

/// Drives a run that may have one call under way, so that operations are applied in the plan's order.
fn drive_one_by_one(run: &mut Run, service: &mut Service, now: &mut Moment) {
    loop {
        match run.poll(*now) {
            Step::Send(call) => run.complete(call.id, service.answer(&call.request), *now),
            Step::Wait { until } => *now = until.unwrap(),
            Step::Deliver(_) => {}
            Step::Done => return,
        }
    }
}
