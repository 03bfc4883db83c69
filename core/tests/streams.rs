//! Queries and scans whose pages are handed out as they come: each item once, whatever happens on the way.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::api::{GetItemOutput, QueryOutput, ScanOutput};
use dynochemy_core::*;
use proptest::prelude::*;
use support::*;

/// Items of one table, in the order in which they are read.
struct Paged {
    table: &'static str,
    items: Vec<(Key, Item)>,
}

fn notes(count: u64) -> Paged {
    let note = |number: u64| Note { id: format!("{number}"), text: String::new(), count: number as i64 };
    of_table("notes", (0..count).map(note))
}

fn visits(count: u64) -> Paged {
    of_table("visits", (0..count).map(|time| Visit { user: "a".to_owned(), time, seen: time }))
}

fn of_table<T: serde::Serialize>(table: &'static str, items: impl Iterator<Item = T>) -> Paged {
    let keyed = |item: T| {
        let item = wire::encode(&item).unwrap().item;
        (shape(table).extract(&item).unwrap(), item)
    };
    let mut items: Vec<_> = items.map(keyed).collect();
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    Paged { table, items }
}

/// Whether the service's filter lets an item through: one in four is read, and not returned.
fn is_shown(key: &Key) -> bool {
    key.identity().iter().map(|byte| u32::from(*byte)).sum::<u32>() % 4 != 0
}

fn segment_of(key: &Key, total: u32) -> u32 {
    key.identity().iter().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) % total
}

impl Paged {
    /// A page that reads so many items.
    fn answer(&self, request: &Request, most: u64) -> Response {
        let (start, limit, segment) = match request {
            Request::Scan(scan) => (
                &scan.exclusive_start_key,
                scan.limit,
                scan.total_segments.map(|total| (scan.segment.unwrap(), total)),
            ),
            Request::Query(query) => (&query.exclusive_start_key, query.limit, None),
            other => panic!("the model does not answer {}", other.action()),
        };
        let after = start.as_ref().map(|key| shape(self.table).extract(key).unwrap());
        let mine = |key: &Key| segment.is_none_or(|(segment, total)| segment_of(key, total) == segment);
        let rest = self.items.iter().filter(|(key, _)| mine(key));
        let rest: Vec<_> = rest.filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).collect();
        let read = rest.len().min(most.min(limit.map_or(u64::MAX, u64::from)) as usize);
        let last_evaluated_key = rest[..read]
            .last()
            .filter(|_| read < rest.len() || most.is_multiple_of(2))
            .map(|(key, _)| key.to_item());
        let items: Items =
            rest[..read].iter().filter(|(key, _)| is_shown(key)).map(|(_, item)| item.clone()).collect();
        let count = items.len() as u32;
        match request {
            Request::Scan(_) => {
                ScanOutput { items, count, last_evaluated_key, ..ScanOutput::default() }.into()
            }
            _ => QueryOutput { items, count, last_evaluated_key, ..QueryOutput::default() }.into(),
        }
    }

    fn shown(&self) -> Vec<i64> {
        let mut shown: Vec<i64> =
            self.items.iter().filter(|(key, _)| is_shown(key)).map(|(_, item)| number(item)).collect();
        shown.sort_unstable();
        shown
    }
}

fn number(item: &Item) -> i64 {
    let attribute = |name| match item.attribute(name).unwrap() {
        Some(AttributeValue::N(number)) => Some(i64::try_from(number).unwrap()),
        _ => None,
    };
    attribute("count").or_else(|| attribute("time")).unwrap()
}

fn saved(plan: &Solvent) -> Solvent {
    serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap()
}

/// What went on while a plan was run to its end in several runs.
#[derive(Default)]
struct Went {
    items: Vec<i64>,
    runs: u32,
    most_held: usize,
    outcome: Option<Outcome>,
}

/// Runs a plan to its end, with faults, and killed and resumed from a checkpoint at any step.
fn killed_and_resumed(mut plan: Solvent, paged: &Paged, choices: &mut Choices, kills: u64) -> Went {
    let mut went = Went::default();
    let mut now = START;
    loop {
        went.runs += 1;
        let client = client(|settings| {
            settings.calls_under_way = 1 + choices.below(6) as usize;
            settings.attempts = 50;
        });
        let (mut run, _) = client.watch(plan.clone(), now).unwrap();
        let mut under_way = Vec::new();
        let (mut answered, mut handed_out) = (0, 0);
        let checkpoint = loop {
            if went.runs < 200 && choices.percent(kills) {
                break run.checkpoint();
            }
            match run.poll(now) {
                Step::Send(call) => under_way.push(call),
                Step::Deliver(Notice::Page(page)) => {
                    handed_out += 1;
                    let mut rows = page.rows::<Item>();
                    let take = choices.below(8) as usize;
                    went.items.extend(rows.by_ref().take(take).map(|item| number(&item.unwrap())));
                    if choices.percent(kills * 2) {
                        // Killed while the page's items are being taken.
                        let mut checkpoint = run.checkpoint();
                        rows.put_back(&mut checkpoint);
                        break checkpoint;
                    }
                    went.items.extend(rows.map(|item| number(&item.unwrap())));
                }
                Step::Deliver(_) => {}
                Step::Wait { until } => {
                    if under_way.is_empty() || choices.percent(5) {
                        now = until.unwrap();
                        under_way.retain(|call: &Call| call.expires > now);
                        continue;
                    }
                    let call = under_way.swap_remove(choices.below(under_way.len() as u64) as usize);
                    let answer = match choices.below(10) {
                        0 => Err(CallError::Unknown { rejection: None, problem: "lost".to_owned() }),
                        1 => Err(CallError::NotSent { problem: "no connection".to_owned() }),
                        _ => Ok(paged.answer(&call.request, 1 + choices.below(6))),
                    };
                    let shown = answer.as_ref().is_ok_and(|answer| match answer {
                        Response::Scan(page) => page.count > 0,
                        Response::Query(page) => page.count > 0,
                        _ => false,
                    });
                    answered += usize::from(shown);
                    went.most_held = went.most_held.max(answered - handed_out);
                    run.complete(call.id, answer, now);
                }
                Step::Done => {
                    went.outcome = Some(run.finish());
                    return went;
                }
            }
            now = now + Duration::from_millis(choices.below(30));
        };
        plan = saved(&checkpoint);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_item_of_a_scan_is_handed_out_once_through_faults_and_checkpoints_at_any_step(
        seed: u64, count in 0u64..60, segments in 1u32..7, kills in 0u64..20
    ) {
        let mut choices = Choices::new(seed);
        let paged = notes(count);
        let mut solvent = Solvent::new();
        let ticket = solvent.stream(Note::scan().segments(segments));
        let mut went = killed_and_resumed(solvent, &paged, &mut choices, kills);
        went.items.sort_unstable();
        prop_assert_eq!(&went.items, &paged.shown());
        let streamed = went.outcome.unwrap().take(ticket).unwrap();
        prop_assert_eq!(streamed.items(), went.items.len() as u64);
        // As many as the segments, and never more than the calls under way.
        prop_assert!(went.most_held <= (segments as usize).min(6), "{} pages were held", went.most_held);
    }

    #[test]
    fn a_limit_is_kept_over_all_runs_and_a_query_keeps_its_order(
        seed: u64, count in 0u64..60, limit in 0u64..50, kills in 0u64..20
    ) {
        let mut choices = Choices::new(seed);
        let paged = visits(count);
        let mut solvent = Solvent::new();
        solvent.stream(Visit::query("a").limit(limit));
        let went = killed_and_resumed(solvent, &paged, &mut choices, kills);
        let wanted: Vec<i64> = paged.shown().into_iter().take(limit as usize).collect();
        prop_assert_eq!(&went.items, &wanted);
    }

    #[test]
    fn a_streams_own_checkpoint_goes_on_after_the_last_item_that_was_taken(
        seed: u64, count in 0u64..40, segments in 1u32..4
    ) {
        let mut choices = Choices::new(seed);
        let paged = notes(count);
        let mut checkpoint: Option<Checkpoint<Item>> = None;
        let mut taken = Vec::new();
        for _ in 0..1000 {
            let client = client(|_| {});
            let mut run = match checkpoint.take() {
                Some(checkpoint) => client.stream(checkpoint, START).unwrap(),
                None => client.stream(Note::scan().segments(segments), START).unwrap(),
            };
            let mut rows: Option<Rows<Item>> = None;
            let mut take = choices.below(7);
            let is_done = loop {
                if take == 0 {
                    break false;
                }
                if let Some(item) = rows.as_mut().and_then(Iterator::next) {
                    taken.push(number(&item.unwrap()));
                    take -= 1;
                    continue;
                }
                match run.poll(START) {
                    Step::Send(call) => {
                        let page = paged.answer(&call.request, 1 + choices.below(6));
                        run.complete(call.id, Ok(page), START);
                    }
                    Step::Deliver(Notice::Page(page)) => rows = Some(page.rows()),
                    Step::Done => break true,
                    other => panic!("{other:?}"),
                }
            };
            if is_done {
                break;
            }
            let made = Checkpoint::of_run(run.checkpoint(), rows.as_ref()).unwrap();
            let json = serde_json::to_string(&made).unwrap();
            checkpoint = Some(serde_json::from_str(&json).unwrap());
        }
        taken.sort_unstable();
        prop_assert_eq!(taken, paged.shown());
    }
}

#[test]
fn a_stream_runs_beside_the_other_operations_of_its_plan() {
    let mut service = Service::default();
    let mut solvent = Solvent::new();
    for number in 0..5 {
        solvent.add(Note { id: format!("{number}"), text: String::new(), count: number }.put());
    }
    let ticket = solvent.stream(Note::scan().segments(3));
    let found = solvent.add(Note::get("3"));
    let (mut run, finish) = client(|_| {}).watch(solvent, START).unwrap();
    let (mut now, mut ids) = (START, Vec::new());
    loop {
        match run.poll(now) {
            Step::Send(call) => run.complete(call.id, service.answer(&call.request), now),
            Step::Deliver(Notice::Page(page)) => {
                assert_eq!(page.operation, 5);
                ids.extend(page.rows_of(ticket).unwrap().map(|note| note.unwrap().id));
            }
            Step::Deliver(_) => {}
            Step::Wait { until } => now = until.unwrap(),
            Step::Done => break,
        }
    }
    let mut outcome = finish(run.finish()).unwrap();
    ids.sort();
    // The scan comes after the earlier writes to its table.
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!(outcome.take(ticket).unwrap().items(), 5);
    assert_eq!(outcome.take(found).unwrap().unwrap().count, 3);
}

#[test]
fn an_abandoned_run_does_not_tell_of_pages_as_read_that_nobody_got() {
    let paged = notes(3);
    let mut solvent = Solvent::new();
    let ticket = solvent.stream(Note::scan());
    let (mut run, _) = client(|_| {}).watch(solvent, START).unwrap();
    while let step = run.poll(START)
        && !matches!(step, Step::Wait { .. })
    {
        if let Step::Send(call) = step {
            run.complete(call.id, Ok(paged.answer(&call.request, 9)), START);
            break;
        }
    }
    let mut outcome = run.abandon(START);
    assert!(matches!(outcome.take(ticket), Err(Error::Abandoned { .. })));
}

#[test]
fn pages_that_nobody_takes_are_not_told_as_handed_out_and_are_left_over() {
    for (taken, items_a_page) in [(0, 2), (1, 2), (2, 2), (0, 99), (1, 99)] {
        let paged = notes(7);
        let mut solvent = Solvent::new();
        let streamed = solvent.stream(Note::scan());
        let got = solvent.add(Note::get("missing"));
        let mut now = START;
        let (mut run, _) = client(|_| {}).watch(solvent, now).unwrap();
        let mut answer = |request: &Request| match request {
            Request::GetItem(_) => Ok(GetItemOutput { item: None, consumed_capacity: None }.into()),
            request => Ok(paged.answer(request, items_a_page)),
        };
        let mut numbers = Vec::new();
        let mut pages = 0;
        while pages < taken {
            match run.poll(now) {
                Step::Send(call) => run.complete(call.id, answer(&call.request), now),
                Step::Deliver(Notice::Page(page)) => {
                    numbers.extend(page.items.iter().map(|item| number(&item)));
                    pages += 1;
                }
                Step::Deliver(_) => {}
                other => panic!("{other:?}"),
            }
        }
        run.hand_out_no_more(now);
        drive_with(&mut run, &mut now, &mut answer);
        let mut outcome = run.finish();
        assert_eq!(outcome.fate_of(got), Ok(Fate::Applied));
        let all = numbers.len() == paged.shown().len();
        assert_eq!(outcome.is_complete(), all, "{taken} pages of {items_a_page}");
        let left = saved(&outcome.leftover());
        assert_eq!(left.remaining(), usize::from(!all));
        if all {
            assert_eq!(outcome.take(streamed).unwrap().items(), numbers.len() as u64);
            continue;
        }
        assert!(matches!(outcome.take(streamed), Err(Error::Abandoned { effect: Effect::NotApplied, .. })));
        let (mut run, _) = client(|_| {}).watch(left, now).unwrap();
        loop {
            match run.poll(now) {
                Step::Send(call) => run.complete(call.id, answer(&call.request), now),
                Step::Deliver(Notice::Page(page)) => {
                    numbers.extend(page.items.iter().map(|item| number(&item)));
                }
                Step::Deliver(_) => {}
                Step::Done => break,
                other => panic!("{other:?}"),
            }
        }
        numbers.sort_unstable();
        assert_eq!(numbers, paged.shown(), "{taken} pages of {items_a_page}");
    }
}

#[test]
fn a_plan_that_hands_out_pages_is_refused_where_nobody_takes_them() {
    let mut solvent = Solvent::new();
    solvent.add(Note::get("1"));
    solvent.stream(Note::scan());
    let error = client(|_| {}).start(solvent, START).unwrap_err().to_string();
    assert!(error.contains("operation 1 hands out its pages") && error.contains("`run_with`"), "{error}");
}

#[test]
fn a_checkpoint_that_does_not_fit_together_is_refused() {
    let paged = notes(9);
    let mut run = client(|_| {}).stream(Note::scan().segments(2), START).unwrap();
    loop {
        match run.poll(START) {
            Step::Send(call) => run.complete(call.id, Ok(paged.answer(&call.request, 2)), START),
            Step::Deliver(_) => break,
            other => panic!("{other:?}"),
        }
    }
    let checkpoint = Checkpoint::<Note>::of_run(run.checkpoint(), None).unwrap();
    let json = serde_json::to_string(&checkpoint).unwrap();
    let shown = format!("{checkpoint:?}");
    assert!(shown.contains("scan") && shown.contains("notes") && !shown.contains("id"), "{shown}");
    let refused = |from: &str, to: &str| {
        assert!(json.contains(from), "{json}");
        let edited: Checkpoint<Note> = serde_json::from_str(&json.replacen(from, to, 1)).unwrap();
        let mut solvent = Solvent::new();
        let ticket = solvent.stream(edited);
        let (mut run, _) = client(|_| {}).watch(solvent, START).unwrap();
        while let Step::Deliver(_) = run.poll(START) {}
        run.finish().take(ticket).unwrap_err().to_string()
    };
    let segments = refused("{\"All\":2}", "{\"All\":3}");
    assert!(segments.contains("other segments than it has"), "{segments}");
    let key = refused("{\\\"id\\\":", "{\\\"number\\\":");
    assert!(key.contains("a key that is none of its table"), "{key}");
}
