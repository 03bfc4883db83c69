//! The embedded database against dynoxide and plain SQLite: `bench-embedded [memory | file | large] [OPERATION]`.
//!
//! The sides take turns in one process, round by round; `bench/README.md` says what each of them does.

mod dynoxide;
mod file;
mod ours;
mod side;
mod sqlite;
mod visit;

use std::time::Instant;

use bench_measure::cpu_microseconds;
use dynochemy_sql::SqlBackend;

use crate::dynoxide::Dynoxide;
use crate::ours::Ours;
use crate::side::{Calls, Hand, Operation, Side};
use crate::sqlite::Sqlite;

/// Name, calls in a round, and the goals of ours against dynoxide and against SQLite.
const OPERATIONS: [(&str, Operation, u64, f64, f64); 7] = [
    ("put", Operation::Put, 2000, 0.16, 2.0),
    ("get", Operation::Get, 4000, 0.25, 1.6),
    ("update-add", Operation::UpdateAdd, 2000, 0.25, 2.0),
    ("query-100-typed", Operation::Query100, 100, 0.18, 1.2),
    ("query-100-wire", Operation::Query100Wire, 100, 0.05, 2.7),
    ("batch-write-25", Operation::BatchWrite25, 100, 0.07, 3.0),
    ("transact-write-10", Operation::TransactWrite10, 200, 0.12, 2.5),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_else(|| "memory".to_owned());
    let wanted = arguments.next();
    let is_wanted = |name: &str| wanted.as_deref().is_none_or(|wanted| name == wanted);
    match place.as_str() {
        "memory" => memory(is_wanted),
        "file" => file::compare(is_wanted),
        "large" => file::large(),
        other => panic!("no bench is called {other}: it is memory, file or large"),
    }
}

/// The rounds that are counted; one more goes before them.
fn counted_rounds() -> u64 {
    std::env::var("ROUNDS").map_or(9, |rounds| rounds.parse().expect("ROUNDS is a number"))
}

fn memory(is_wanted: impl Fn(&str) -> bool) {
    let ours = Ours::new(SqlBackend::in_memory().expect("there is memory"));
    let dynoxide = Dynoxide::new(::dynoxide::Database::memory().expect("there is memory"));
    let sqlite = Sqlite::new(rusqlite::Connection::open_in_memory().expect("there is memory"));
    let sides: [&dyn Side; 3] = [&ours, &dynoxide, &sqlite];
    for (name, operation, count, against_dynoxide, against_sqlite) in OPERATIONS {
        if !is_wanted(name) {
            continue;
        }
        let goals = [("dynoxide", against_dynoxide), ("sqlite", against_sqlite)];
        for hand in [Hand::Typed, Hand::Prepared] {
            // Bodies are neither structs nor prepared requests; a query that is typed has a line for each.
            let name = match (hand, operation) {
                (Hand::Typed, Operation::Query100Wire) => continue,
                (Hand::Prepared, Operation::Query100) => "query-100-prepared".to_owned(),
                (Hand::Typed, _) | (Hand::Prepared, Operation::Query100Wire) => name.to_owned(),
                (Hand::Prepared, _) => format!("{name}-prepared"),
            };
            let rounds = take_turns(&sides, operation, hand, count);
            report(&name, Figure::Cpu, &rounds, &goals);
        }
    }
}

/// What one side's calls took in one round, in microseconds a call.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    cpu: f64,
    wall: f64,
}

/// Which of the times is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    Cpu,
    Wall,
}

/// The rounds of all sides, of which another one begins each time.
pub fn take_turns(sides: &[&dyn Side], operation: Operation, hand: Hand, count: u64) -> Vec<Vec<Took>> {
    take_turns_of(sides.len(), count, |side, round| {
        // No two rounds write the same, whichever operation they belong to.
        let round = round * 16 + operation as u64 * 2 + u64::from(hand == Hand::Prepared);
        sides[side].calls(operation, hand, round, count)
    })
}

/// As [`take_turns`], of as many sides whose calls are prepared by their number and that of the round.
pub fn take_turns_of<'a>(
    sides: usize,
    count: u64,
    calls: impl Fn(usize, u64) -> Calls<'a>,
) -> Vec<Vec<Took>> {
    let mut rounds = Vec::new();
    for round in 0..=counted_rounds() {
        let mut took = vec![Took { cpu: 0.0, wall: 0.0 }; sides];
        for turn in 0..sides {
            let side = (turn + round as usize) % sides;
            took[side] = measure(calls(side, round), count);
        }
        if round > 0 {
            rounds.push(took);
        }
    }
    rounds
}

fn measure(calls: impl FnOnce(), count: u64) -> Took {
    let (cpu, wall) = (cpu_microseconds(), Instant::now());
    calls();
    let cpu = (cpu_microseconds() - cpu) as f64;
    Took { cpu: cpu / count as f64, wall: wall.elapsed().as_secs_f64() * 1e6 / count as f64 }
}

/// Prints what a call took on each side, and how ours compares: the median of the rounds' ratios, since what else the
/// machine does hits all sides of one round alike.
pub fn report(name: &str, figure: Figure, rounds: &[Vec<Took>], goals: &[(&str, f64)]) {
    let time = |took: &Took| if figure == Figure::Cpu { took.cpu } else { took.wall };
    let side = |side: usize| median(rounds.iter().map(|round| time(&round[side])).collect());
    let unit = if figure == Figure::Cpu { "us of CPU" } else { "us by the clock" };
    print!("       {name}: ours {:.2}", side(0));
    for (index, (peer, _)) in goals.iter().enumerate() {
        print!(", {peer} {:.2}", side(index + 1));
    }
    println!(" {unit}");
    for (index, (peer, goal)) in goals.iter().enumerate() {
        let ratio = median(rounds.iter().map(|round| time(&round[0]) / time(&round[index + 1])).collect());
        let missed = if ratio > *goal { "   (missed)" } else { "" };
        println!("ratio {name} {peer} {ratio:.3} goal {goal}{missed}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
}
