//! How far a run tells that it has come, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::*;
use support::*;

/// What a run told, and when; each call takes so long.
fn told(plan: Solvent, latency: Duration, change: impl FnOnce(&mut Settings)) -> Vec<(Duration, Progress)> {
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(change).watch(plan, now).unwrap();
    let mut told = Vec::new();
    let mut under_way: Vec<(Moment, Call)> = Vec::new();
    loop {
        match run.poll(now) {
            Step::Send(call) => under_way.push((now + latency, call)),
            Step::Deliver(Notice::Progress(progress)) => told.push((now.since(START), progress)),
            Step::Deliver(other) => panic!("{other:?}"),
            Step::Wait { until } => {
                let answered = under_way.iter().map(|(at, _)| *at).min();
                now = answered.into_iter().chain(until).min().unwrap();
                let (due, rest) = under_way.into_iter().partition::<Vec<_>, _>(|(at, _)| *at <= now);
                under_way = rest;
                for (_, call) in due {
                    run.complete(call.id, service.answer(&call.request), now);
                }
            }
            Step::Done => {
                assert_eq!(run.poll(now), Step::Done);
                return told;
            }
        }
    }
}

fn puts(count: i64) -> Solvent {
    let mut solvent = Solvent::new();
    for number in 0..count {
        solvent.add(Note { id: format!("{number}"), text: String::new(), count: number }.put());
    }
    solvent
}

#[test]
fn a_run_tells_its_start_and_end_and_at_most_ten_times_a_second_what_is_between() {
    // 400 calls of 10 ms, one after another: four seconds.
    let told = told(puts(10_000), Duration::from_millis(10), |settings| settings.calls_under_way = 1);
    let (began, first) = told.first().unwrap();
    assert_eq!((*began, first.operations, first.ended), (Duration::ZERO, 10_000, 0));
    let (ended, last) = told.last().unwrap();
    assert_eq!((*ended, last.ended, last.failed, last.calls_sent), (Duration::from_secs(4), 10_000, 0, 400));
    assert!(last.is_done() && last.elapsed == *ended);
    assert!((35..=42).contains(&told.len()), "told {} times", told.len());
    let apart = told.windows(2).take(told.len() - 2).map(|pair| pair[1].0 - pair[0].0).min().unwrap();
    assert!(apart >= Duration::from_millis(100), "{apart:?}");
    assert!(told.windows(2).all(|pair| pair[0].1.ended <= pair[1].1.ended), "it goes back");
}

#[test]
fn what_changed_shortly_after_something_was_told_is_told_before_a_long_wait() {
    // All is sent at once, shortly after the start was told, and answered after ten seconds.
    let told = told(puts(50), Duration::from_secs(8), |_| {});
    let times: Vec<u128> = told.iter().map(|(at, _)| at.as_millis()).collect();
    assert_eq!(times, [0, 100, 8_000]);
    assert_eq!((told[1].1.calls_under_way, told[2].1.calls_under_way), (2, 0));
    assert_eq!(told[1].1.to_string(), "0 of 50 operations; 2 calls sent, 2 under way");
}

#[test]
fn what_fails_and_what_an_earlier_run_has_done_is_counted() {
    let mut solvent = puts(2);
    solvent.add(Note::get(""));
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let mut rest = run.checkpoint();
    rest.add(Note::get("1"));
    let told = told(rest, Duration::ZERO, |_| {});
    let first = &told.first().unwrap().1;
    assert_eq!((first.operations, first.ended, first.failed), (4, 3, 1));
    let last = &told.last().unwrap().1;
    assert_eq!((last.operations, last.ended, last.failed, last.calls_sent), (4, 4, 1, 1));
    assert_eq!(last.to_string(), "4 of 4 operations, 1 failed; 1 calls sent, 0 under way");
}
