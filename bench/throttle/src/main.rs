//! Prevention of throttling, simulated: `bench-throttle [SCENARIO] [SEEDS]`, with seeds as in `1-5`.
//!
//! Clients write to the embedded database with provisioned throughput, in virtual time; `bench/README.md` says what each
//! line means.

mod library;
mod load;
mod random;
mod scenario;
mod sdk;
mod simulation;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use scenario::{SCENARIOS, Scenario};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.next().unwrap_or_else(|| "all".to_owned());
    let seeds = arguments.next().unwrap_or_else(|| "1-5".to_owned());
    let (first, last) = seeds.split_once('-').unwrap_or((&seeds, &seeds));
    let number = |text: &str| text.parse::<u64>().expect("seeds are as in `1-5`");
    let seeds = number(first)..=number(last);
    let scenarios: Vec<&Scenario> =
        SCENARIOS.iter().filter(|scenario| wanted == "all" || scenario.name == wanted).collect();
    assert!(
        !scenarios.is_empty(),
        "the scenarios are {}",
        SCENARIOS.each_ref().map(|scenario| scenario.name).join(", ")
    );
    let mut jobs = Vec::new();
    for scenario in scenarios {
        // What is only printed, and long, is shown once.
        let count = if scenario.is_for_one_seed { 1 } else { usize::MAX };
        jobs.extend(seeds.clone().take(count).map(|seed| (scenario, seed)));
    }
    // Each simulation is one thread's; several go on at once, and are told in their order.
    let next = AtomicUsize::new(0);
    let told: Mutex<Vec<Option<String>>> = Mutex::new(vec![None; jobs.len()]);
    let shown = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len()) {
            scope.spawn(|| {
                while let Some((scenario, seed)) = jobs.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let text = scenario.run(*seed);
                    let index =
                        jobs.iter().position(|(other, of)| std::ptr::eq(*other, *scenario) && of == seed);
                    let mut told = told.lock().expect("no simulation panics");
                    told[index.expect("it is one of the jobs")] = Some(text);
                    let mut shown = shown.lock().expect("no simulation panics");
                    while let Some(Some(text)) = told.get(*shown) {
                        print!("{text}");
                        *shown += 1;
                    }
                }
            });
        }
    });
}
