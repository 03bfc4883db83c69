//! Views and counters under two writers, and under crashes: late copies of what was given up included.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;

use dynochemy_core::*;
use support::*;

fn visit(user: &str, time: u64, seen: u64) -> Visit {
    Visit { user: user.to_owned(), time, seen }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "reset".to_owned() }
}

/// Another process.
fn second() -> std::sync::Arc<Client> {
    Builder::<Bare>::new().view(VisitsPerUser).seed(77).build().unwrap().0
}

/// Two writers, interleaved at every point, with lost answers and late duplicates.
fn two_writers(seed: u64, late: bool) {
    let mut choices = Choices::new(seed);
    let clients = [
        client(|settings| {
            settings.attempts = 3 + (seed % 9) as u32;
            settings.transaction_actions = 4 + (seed % 7) as usize;
            settings.calls_under_way = 1 + (seed % 4) as usize
        }),
        second(),
    ];
    let mut service = Service::default();
    let mut runs = Vec::new();
    let mut adds: Vec<(usize, Ticket<()>)> = Vec::new();
    for (who, client) in clients.iter().enumerate() {
        let mut plan = Solvent::new();
        for number in 0..choices.below(10) {
            let user = format!("u{}", choices.below(2));
            let time = choices.below(3);
            match choices.below(5) {
                0 | 1 => _ = plan.add(visit(&user, time, number).put()),
                2 => _ = plan.add(Visit::delete((&user, time))),
                3 => _ = plan.add(Visit::update((&user, time)).set(Visit::SEEN, number)),
                _ => {
                    // never deleted or put
                    let ticket = plan.add(Visit::update(("counter", 1)).add(Visit::SEEN, 1));
                    adds.push((who, ticket));
                }
            }
        }
        runs.push(client.start(plan, START).unwrap().0);
    }
    let mut now = START;
    let mut pending: Vec<(usize, Call)> = Vec::new();
    let mut limbo: Vec<Call> = Vec::new();
    let mut done = [false, false];
    let mut steps = 0;
    while done != [true, true] {
        steps += 1;
        assert!(steps < 5000);
        if late && !limbo.is_empty() && choices.percent(10) {
            let call = limbo.swap_remove(choices.below(limbo.len() as u64) as usize);
            let _ = service.answer(&call.request);
        }
        let who = choices.below(2) as usize;
        match runs[who].poll(now) {
            Step::Send(call) => pending.push((who, call)),
            Step::Deliver(_) => {}
            Step::Done => done[who] = true,
            Step::Wait { until } => {
                pending.retain(|(_, call)| call.expires > now);
                if pending.is_empty() || choices.percent(5) {
                    if let Some(until) = until
                        && (pending.is_empty() || choices.percent(10))
                    {
                        now = until.max(now);
                    }
                    if pending.is_empty() {
                        continue;
                    }
                }
                let (who, call) = pending.swap_remove(choices.below(pending.len() as u64) as usize);
                match choices.below(10) {
                    0 => {
                        let _ = service.answer(&call.request);
                        runs[who].complete(call.id, Err(lost()), now);
                    }
                    1 => {
                        limbo.push(call.clone());
                        runs[who].complete(call.id, Err(lost()), now);
                    }
                    _ => {
                        let answer = service.answer(&call.request);
                        runs[who].complete(call.id, answer, now);
                    }
                }
            }
        }
        assert_eq!(view_drift(&service), None, "seed {seed}");
    }
    for call in limbo.drain(..) {
        if late {
            let _ = service.answer(&call.request);
        }
    }
    assert_eq!(view_drift(&service), None, "seed {seed}");
    let outcomes: Vec<Outcome> = runs.into_iter().map(Run::finish).collect();
    let (mut applied, mut unknown) = (0, 0);
    for (who, ticket) in adds {
        match outcomes[who].result(ticket.index()).unwrap() {
            Ok(_) => applied += 1,
            Err(error) if error.effect() == Effect::Unknown => unknown += 1,
            Err(_) => {}
        }
    }
    let held = sum(&service, "visits", "counter", "seen");
    assert!(
        (applied..=applied + unknown).contains(&held),
        "seed {seed}: {held} held, {applied} applied, {unknown} unknown"
    );
}

/// The sum of a number over the items of one hash key.
fn sum(service: &Service, table: &str, hash: &str, attribute: &str) -> u64 {
    let mine = |key: &Key| key.hash.1 == KeyValue::S(hash.to_owned());
    let items = service.items.iter().filter(|((of, key), _)| of == table && mine(key));
    let numbers = items.filter_map(|(_, item)| match item.get(attribute) {
        Some(AttributeValue::N(number)) => u64::try_from(*number).ok(),
        _ => None,
    });
    numbers.sum()
}

#[test]
fn views_stay_exact_and_nothing_is_added_twice_under_two_writers() {
    for seed in 0..400 {
        two_writers(seed, false);
    }
}

#[test]
fn nor_when_what_was_given_up_arrives_late() {
    for seed in 0..400 {
        two_writers(seed, true);
    }
}

/// A checkpoint saved after every step; crashes; late arrivals of what was under way.
fn crashes(seed: u64) {
    let mut choices = Choices::new(seed);
    let mut service = Service::default();
    let mut plan = Solvent::new();
    let mut adds: BTreeMap<String, Vec<Ticket<()>>> = BTreeMap::new();
    for number in 0..choices.below(20) {
        let id = format!("n{}", choices.below(3));
        match choices.below(5) {
            0 => _ = plan.add(Visit::delete((&format!("u{}", choices.below(2)), choices.below(2)))),
            1 => _ = plan.add(visit(&format!("u{}", choices.below(2)), choices.below(2), number).put()),
            2 => {
                let ticket = plan.add(Visit::update((&id, 1)).add(Visit::SEEN, 1));
                adds.entry(format!("v{id}")).or_default().push(ticket);
            }
            _ => {
                let ticket = plan.add(Note::update(&id).add(Note::COUNT, 1));
                adds.entry(id).or_default().push(ticket);
            }
        }
    }
    let mut now = START;
    let mut limbo: Vec<Call> = Vec::new();
    let mut session = 100;
    let outcome = 'sessions: loop {
        session += 1;
        let client = Builder::<Bare>::new()
            .view(VisitsPerUser)
            .seed(session)
            .settings(|settings| settings.attempts = 4)
            .build()
            .unwrap()
            .0;
        let (mut run, _) = client.start(plan.clone(), now).unwrap();
        let mut pending: Vec<Call> = Vec::new();
        loop {
            let step = run.poll(now);
            // saved before the call goes out
            plan = serde_json::from_str(&serde_json::to_string(&run.checkpoint()).unwrap()).unwrap();
            if session < 110 && choices.percent(5) {
                limbo.extend(pending);
                if let Step::Send(call) = step
                    && choices.percent(50)
                {
                    limbo.push(call);
                }
                break;
            }
            if !limbo.is_empty() && choices.percent(10) {
                let call = limbo.swap_remove(choices.below(limbo.len() as u64) as usize);
                let _ = service.answer(&call.request);
            }
            match step {
                Step::Send(call) => pending.push(call),
                Step::Deliver(_) => {}
                Step::Done => break 'sessions run.finish(),
                Step::Wait { until } => {
                    pending.retain(|call| call.expires > now);
                    if pending.is_empty() {
                        now = until.unwrap();
                        continue;
                    }
                    let call = pending.swap_remove(choices.below(pending.len() as u64) as usize);
                    match choices.below(8) {
                        0 => {
                            let _ = service.answer(&call.request);
                            run.complete(call.id, Err(lost()), now);
                        }
                        1 => {
                            limbo.push(call.clone());
                            run.complete(call.id, Err(lost()), now);
                        }
                        2 => run.complete(call.id, Err(CallError::NotSent { problem: String::new() }), now),
                        _ => {
                            let answer = service.answer(&call.request);
                            run.complete(call.id, answer, now);
                        }
                    }
                }
            }
        }
    };
    for call in limbo.drain(..) {
        let _ = service.answer(&call.request);
    }
    assert_eq!(view_drift(&service), None, "seed {seed}");
    for (id, tickets) in adds {
        let (mut applied, mut unknown) = (0, 0);
        for ticket in tickets {
            match outcome.result(ticket.index()).unwrap() {
                Ok(_) => applied += 1,
                Err(error) if error.effect() == Effect::Unknown => unknown += 1,
                Err(_) => {}
            }
        }
        let held = match id.strip_prefix('v') {
            Some(user) => sum(&service, "visits", user, "seen"),
            None => sum(&service, "notes", &id, "count"),
        };
        assert!(
            (applied..=applied + unknown).contains(&held),
            "seed {seed} {id}: {held} held, {applied} applied, {unknown} unknown"
        );
    }
}

#[test]
fn nor_when_the_process_crashes_anywhere_and_another_resumes() {
    for seed in 0..400 {
        crashes(seed);
    }
}
