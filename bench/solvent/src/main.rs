//! What planning and driving a large plan takes: puts and gets over ten tables, in turn, each of an item of its own, against
//! a backend in this process that answers at once.
//!
//! `bench-solvent` prints the ratios; for a profiler, `bench-solvent once <operations>` runs one plan, and `bench-solvent each
//! <operations>` as many plans of one operation.
//!
//! An operation's time is the CPU time of adding it to a plan, driving the plan and dropping its outcome, less what encoding
//! the items takes (making the same operations, and dropping them) and less what the backend's answers take (answering the
//! same requests again). An operation's memory is the most that is allocated at a time, less the items of puts and answers.

mod backend;

use std::sync::Arc;

use bench_measure::{Sizing, cpu_microseconds, live_bytes, peak_bytes, reset_peak};
use dynochemy_core::{
    Backend, Builder, Client, Configuration, Connect, Error, Moment, Request, Response, Run, Solvent, Step,
    Table,
};
use serde::{Deserialize, Serialize};

use backend::Instant;

#[global_allocator]
static ALLOCATOR: Sizing = Sizing;

macro_rules! tables {
    ($($module:ident $name:literal),*) => {
        $(mod $module {
            use super::*;

            #[derive(Debug, Table, Serialize, Deserialize)]
            #[table(name = $name)]
            pub struct Visit {
                #[table(hash_key)]
                pub user: String,
                #[table(range_key)]
                pub time: u64,
                pub full_name: String,
                pub seen: u64,
            }
        })*

        /// Adds an operation to a plan, or makes it and drops it.
        fn operate(solvent: Option<&mut Solvent>, number: u64) {
            let user = format!("user-{}", number / 1000);
            let mut table = 0;
            let table_number = number / 2 % TABLES;
            $(
                if table == table_number {
                    if number % 2 == 0 {
                        let full_name = "Scarlett O'Hara of Tara, Georgia".to_owned();
                        let put = $module::Visit { user, time: number, full_name, seen: number }.put();
                        match solvent {
                            Some(solvent) => { let _ = solvent.add(put); }
                            None => drop(put),
                        }
                    } else {
                        let get = $module::Visit::get((&user, number));
                        match solvent {
                            Some(solvent) => { let _ = solvent.add(get); }
                            None => drop(get),
                        }
                    }
                    return;
                }
                table += 1;
            )*
            let _ = table;
        }
    };
}

const TABLES: u64 = 10;
tables!(
    a "visits-a", b "visits-b", c "visits-c", d "visits-d", e "visits-e", f "visits-f", g "visits-g", h "visits-h",
    i "visits-i", j "visits-j"
);

/// A `Db` that is nothing but its client.
struct Bare(Arc<Client>);

impl Connect for Bare {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
    }
}

/// What a plan took, in microseconds and bytes.
struct Cost {
    cpu: f64,
    bytes: f64,
}

fn plan(operations: u64) -> Solvent {
    let mut solvent = Solvent::new();
    for number in 0..operations {
        operate(Some(&mut solvent), number);
    }
    solvent
}

/// Drives a run to its end: what is sent is answered when the run waits.
fn drive(run: &mut Run, now: Moment, mut answer: impl FnMut(&Arc<Request>) -> Response) {
    let mut calls = Vec::new();
    loop {
        match run.poll(now) {
            Step::Send(call) => calls.push(call),
            Step::Wait { .. } => {
                for call in calls.drain(..) {
                    let response = answer(&call.request);
                    run.complete(call.id, Ok(response), now);
                }
            }
            Step::Deliver(_) => {}
            Step::Done => return,
        }
    }
}

/// CPU time of `work` in microseconds.
fn timed(work: impl FnOnce()) -> f64 {
    let before = cpu_microseconds();
    work();
    (cpu_microseconds() - before) as f64
}

/// What one operation of so many takes, over so many plans of them.
fn measure(client: &Arc<Client>, backend: &Instant, operations: u64, plans: u64) -> Cost {
    let now = Moment::from_secs(1_800_000_000);
    let run_plan = || {
        let (mut run, _) = client.start(plan(operations), now).expect("the plan holds together");
        drive(&mut run, now, |request| backend.answer(request, now).expect("it answers everything"));
        run.finish()
    };
    let all = timed(|| {
        for _ in 0..plans {
            let outcome = run_plan();
            assert!(outcome.is_complete() && outcome.len() as u64 == operations);
        }
    });
    let encoding = timed(|| {
        for _ in 0..plans {
            (0..operations).for_each(|number| operate(None, number));
        }
    });
    // The same requests once more, for what answering them takes.
    let mut requests = Vec::new();
    let (mut run, _) = client.start(plan(operations), now).expect("the plan holds together");
    drive(&mut run, now, |request| {
        requests.push(Arc::clone(request));
        backend.answer(request, now).expect("it answers everything")
    });
    drop(run);
    let answering = timed(|| {
        for _ in 0..plans {
            requests.iter().for_each(|request| drop(backend.answer(request, now)));
        }
    });
    drop(requests);
    let before = live_bytes();
    reset_peak();
    let outcome = run_plan();
    let most = peak_bytes() - before;
    drop(outcome);
    let items = backend::item_bytes(operations);
    let each = (operations * plans) as f64;
    Cost { cpu: (all - encoding - answering) / each, bytes: (most - items) as f64 / operations as f64 }
}

fn main() {
    let client = Builder::<Bare>::new().build().expect("nothing is missing").0;
    let backend = Instant;
    let mut arguments = std::env::args().skip(1);
    if let Some(manner) = arguments.next() {
        let operations: u64 =
            arguments.next().and_then(|count| count.parse().ok()).expect("a number of operations");
        let now = Moment::from_secs(1_800_000_000);
        let run = |plan: Solvent| {
            let (mut run, _) = client.start(plan, now).expect("the plan holds together");
            drive(&mut run, now, |request| backend.answer(request, now).expect("it answers everything"));
            assert!(run.finish().is_complete());
        };
        match manner.as_str() {
            "once" => run(plan(operations)),
            "each" => (0..operations).for_each(|number| {
                let mut solvent = Solvent::new();
                operate(Some(&mut solvent), number);
                run(solvent);
            }),
            other => panic!("a plan is run once or for each operation, not {other}"),
        }
        return;
    }
    // The least of several rounds: what else the machine does only ever adds to it.
    let least = |operations, plans| {
        let rounds = (0..5).map(|_| measure(&client, &backend, operations, plans));
        let least =
            |one: Cost, two: Cost| Cost { cpu: one.cpu.min(two.cpu), bytes: one.bytes.min(two.bytes) };
        rounds.reduce(least).expect("there are rounds")
    };
    let sizes = [(1_000, 100), (10_000, 10), (100_000, 2), (1_000_000, 1)];
    let costs = sizes.map(|(operations, plans)| {
        let cost = least(operations, plans);
        println!("       {operations} operations: {:.2} us and {:.0} bytes each", cost.cpu, cost.bytes);
        cost
    });
    println!("ratio solvent-cpu-us {:.3} goal 1.5", costs[2].cpu);
    println!("ratio solvent-bytes {:.0} goal 600", costs[2].bytes);
    println!("ratio solvent-linear-cpu {:.3} goal 1.3", costs[3].cpu / costs[0].cpu);
    println!("ratio solvent-linear-bytes {:.3} goal 1.3", costs[3].bytes / costs[0].bytes);
}
