//! Plans that keep to the capacity of their tables, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dynochemy_sql::dynochemy_core::table::TableDefinition;
use dynochemy_sql::dynochemy_core::{
    Action, Builder, Call, Client, Configuration, Connect, Priority, Request, Run, Settings, Step,
};
use dynochemy_sql::{Backend, Error, Moment, Outcome, Solvent, SqlBackend, Table, Throughput};
use serde::{Deserialize, Serialize};

const START: Moment = Moment::from_secs(1_800_000_000);
const LATENCY: Duration = Duration::from_millis(10);

#[derive(Table, Serialize, Deserialize)]
#[table(name = "load", read_capacity = 100, write_capacity = 100)]
struct Load {
    #[table(hash_key)]
    id: String,
    pad: String,
}

struct Bare(Arc<Client>);

impl Connect for Bare {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
    }
}

fn client(change: impl FnOnce(&mut Settings)) -> Arc<Client> {
    Builder::<Bare>::new().seed(7).settings(change).build().unwrap().0
}

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "grouped",
    read_capacity = 100,
    write_capacity = 100,
    global_index(name = "by_group", hash = "group", read_capacity = 10, write_capacity = 10)
)]
struct Grouped {
    #[table(hash_key)]
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<u32>,
}

/// A backend without burst, whose tables have nothing saved.
fn backend() -> SqlBackend {
    backend_with(Throughput::declared().burst(Duration::from_secs(1)).starting_with(Duration::ZERO))
}

fn backend_with(throughput: Throughput) -> SqlBackend {
    let backend = SqlBackend::in_memory().unwrap().with_throughput(throughput);
    create::<Load>(&backend);
    create::<Grouped>(&backend);
    backend
}

fn create<T: Table>(backend: &SqlBackend) {
    let create = TableDefinition::new(T::DESCRIPTION, T::ENTITY).input(T::DESCRIPTION.name.clone());
    backend.answer(&Request::from(create), START).unwrap();
}

/// Puts of one to three units each.
fn puts(name: &str, count: usize) -> Solvent {
    let mut plan = Solvent::new();
    for number in 0..count {
        let pad = "x".repeat(500 + number % 3 * 1024);
        plan.add(Load { id: format!("{name}-{number}"), pad }.put());
    }
    plan
}

/// Runs of one client, each with the time when it starts; their outcomes, and when each ended.
fn drive(
    backend: &SqlBackend,
    client: &Arc<Client>,
    plans: Vec<(Duration, Solvent)>,
) -> Vec<(Outcome, Duration)> {
    let mut waiting: Vec<Option<Solvent>> = plans.iter().map(|(_, plan)| Some(plan.clone())).collect();
    let mut runs: Vec<Option<Run>> = plans.iter().map(|_| None).collect();
    let mut ended: BTreeMap<usize, (Outcome, Duration)> = BTreeMap::new();
    let mut under_way: Vec<(Moment, usize, Call)> = Vec::new();
    let mut now = START;
    while ended.len() < plans.len() {
        let mut next = under_way.iter().map(|(at, ..)| *at).min();
        let mut look = |at: Moment| next = Some(next.map_or(at, |next| next.min(at)));
        for index in 0..plans.len() {
            if START + plans[index].0 > now {
                look(START + plans[index].0);
                continue;
            }
            if let Some(plan) = waiting[index].take() {
                runs[index] = Some(client.start(plan, now).unwrap().0);
            }
            let Some(run) = &mut runs[index] else { continue };
            loop {
                match run.poll(now) {
                    Step::Send(call) => {
                        look(now + LATENCY);
                        under_way.push((now + LATENCY, index, call));
                    }
                    Step::Deliver(_) => {}
                    Step::Wait { until } => {
                        if let Some(until) = until {
                            look(until);
                        }
                        break;
                    }
                    Step::Done => {
                        let outcome = runs[index].take().unwrap().finish();
                        ended.insert(index, (outcome, now.since(START)));
                        break;
                    }
                }
            }
        }
        let Some(next) = next else { continue };
        now = next.max(now);
        under_way.sort_by_key(|(at, index, call)| (*at, *index, call.id));
        while under_way.first().is_some_and(|(at, ..)| *at <= now) {
            let (_, index, call) = under_way.remove(0);
            let answer = backend.answer(&call.request, now);
            if let Some(run) = &mut runs[index] {
                run.complete(call.id, answer, now);
            }
        }
    }
    ended.into_values().collect()
}

#[test]
fn two_thousand_puts_use_the_capacity_up_and_little_is_refused() {
    let (outcome, took) =
        drive(&backend(), &client(|_| {}), vec![(Duration::ZERO, puts("a", 2_000))]).pop().unwrap();
    assert!(outcome.is_complete());
    let report = outcome.report();
    let units = report.capacity["load"];
    let used = units / (100.0 * took.as_secs_f64());
    assert!((0.98..=1.0).contains(&used), "{used}");
    let refused = report.refusals.values().sum::<u64>() + report.unprocessed;
    assert!(refused <= 20, "{refused} of 2000 items");
    assert!(report.requests[&Action::BatchWriteItem] <= 110, "{:?}", report.requests);
    assert!(report.waited_for_capacity["load write"] > took / 2);
}

#[test]
fn without_prevention_most_is_refused() {
    let client = client(|settings| settings.prevent_throttling = false);
    let (outcome, _) = drive(&backend(), &client, vec![(Duration::ZERO, puts("a", 500))]).pop().unwrap();
    assert!(outcome.report().unprocessed + outcome.report().retries > 500, "{}", outcome.report());
    assert!(outcome.report().waited_for_capacity.is_empty());
}

#[test]
fn two_runs_of_one_client_have_equal_shares() {
    let plans = vec![(Duration::ZERO, puts("a", 500)), (Duration::ZERO, puts("b", 500))];
    let ended = drive(&backend(), &client(|_| {}), plans);
    let (first, second) = (ended[0].1.as_secs_f64(), ended[1].1.as_secs_f64());
    // Each alone would take ten seconds.
    assert!((first - second).abs() < 1.5, "{first} and {second}");
    assert!(first.max(second) < 21.5, "{first} and {second}");
}

#[test]
fn interactive_work_goes_before_bulk_work_which_goes_on() {
    let bulk = puts("bulk", 1_000).priority(Priority::Bulk);
    let plans = vec![(Duration::ZERO, bulk), (Duration::from_secs(5), puts("now", 100))];
    let ended = drive(&backend(), &client(|_| {}), plans);
    // 200 units at 100 a second.
    let interactive = ended[1].1 - Duration::from_secs(5);
    assert!(interactive < Duration::from_millis(3_200), "{interactive:?}");
    assert!(ended[0].1 < Duration::from_millis(22_800), "{:?}", ended[0].1);
}

#[test]
fn what_is_in_no_index_does_not_wait_for_the_capacity_of_one() {
    let mut first = Solvent::new();
    first.add(Grouped { id: 100, group: Some(100) }.put());
    let mut plan = Solvent::new().priority(Priority::Bulk).deadline(Duration::from_millis(350));
    plan.extend((0..60).map(|id| Grouped { id, group: (id % 2 == 0).then_some(id) }.put()));
    // A second later there is enough for all that is in no index, and for five that are in it.
    let plans = vec![(Duration::ZERO, first), (Duration::from_secs(1), plan)];
    let (outcome, _) = drive(&backend(), &client(|_| {}), plans).pop().unwrap();
    let late: Vec<u32> = outcome.errors().map(|(index, _)| index).collect();
    assert!(late.iter().all(|index| index % 2 == 0), "{late:?}");
    assert!(late.len() >= 20, "{late:?}");
}

#[test]
fn a_small_plan_uses_what_is_saved_up_at_once_and_waits_where_nothing_is() {
    let run = |backend: &SqlBackend, client: &Arc<Client>, plan: Solvent| {
        let (outcome, took) = drive(backend, client, vec![(Duration::ZERO, plan)]).pop().unwrap();
        assert!(outcome.is_complete());
        let report = outcome.report();
        (took, report.unprocessed + report.refusals.values().sum::<u64>(), report.clone())
    };
    let saved = backend_with(Throughput::declared());
    let (took, refused, report) = run(&saved, &client(|_| {}), puts("a", 65));
    assert!(took < Duration::from_millis(100) && refused == 0, "{took:?} {report}");
    let bulk = puts("b", 65).priority(Priority::Bulk);
    let (took, refused, report) = run(&saved, &client(|_| {}), bulk);
    assert!(took > Duration::from_millis(1_000) && refused == 0, "{took:?} {report}");

    let (empty, one) = (backend(), client(|_| {}));
    let (took, refused, report) = run(&empty, &one, puts("c", 65));
    assert!(took < Duration::from_millis(1_800) && refused <= 65, "{took:?} {report}");
    // It is known by now that nothing is saved up there.
    let (_, refused, report) = run(&empty, &one, puts("d", 65));
    assert_eq!(refused, 0, "{report}");
}
