//! What is simulated, and what is told of it.

use std::fmt::Write;
use std::time::Duration;

use dynochemy_core::api::WriteRequest;
use dynochemy_core::operation::{Operation, Task};
use dynochemy_core::table::{TableDefinition, Tables};
use dynochemy_core::{Item, Request, Solvent, Table};
use dynochemy_sql::{Backend, SqlBackend, Throughput};

use crate::library::Library;
use crate::load::{CAPACITY, INDEX_CAPACITY, Indexed, Load, OnDemand, START, change_capacity};
use crate::random::Random;
use crate::sdk::{Manner, Sdk};
use crate::simulation::{Change, Client, Seen, Simulation};

pub struct Scenario {
    pub name: &'static str,
    pub is_for_one_seed: bool,
    run: fn(u64, &mut Told),
}

impl Scenario {
    /// Runs it; the lines to be shown.
    pub fn run(&self, seed: u64) -> String {
        let mut told = Told { scenario: self.name, seed, text: String::new() };
        (self.run)(seed, &mut told);
        told.text
    }
}

const fn goals(name: &'static str, run: fn(u64, &mut Told)) -> Scenario {
    Scenario { name, is_for_one_seed: false, run }
}

const fn shown(name: &'static str, run: fn(u64, &mut Told)) -> Scenario {
    Scenario { name, is_for_one_seed: true, run }
}

pub static SCENARIOS: [Scenario; 12] = [
    goals("alone", alone),
    goals("five", five),
    goals("staggered", staggered),
    goals("halved", |seed, told| changed(500, true, seed, told)),
    goals("halved-undescribed", |seed, told| changed(500, false, seed, told)),
    goals("doubled", |seed, told| changed(2000, true, seed, told)),
    goals("index", index),
    shown("hot-partition-10", |seed, told| hot_partition(10, seed, told)),
    shown("hot-partition-20", |seed, told| hot_partition(20, seed, told)),
    shown("sdk-alone", |seed, told| sdk(1, None, seed, told)),
    shown("sdk-five", |seed, told| sdk(5, None, seed, told)),
    shown("sdk-changed", |seed, told| {
        sdk(1, Some(500), seed, told);
        sdk(1, Some(2000), seed, told);
    }),
];

/// The lines of a scenario.
struct Told {
    scenario: &'static str,
    seed: u64,
    text: String,
}

impl Told {
    fn at_most(&mut self, what: &str, value: f64, goal: f64) {
        self.line(what, value, &goal.to_string(), value <= goal);
    }

    fn at_least(&mut self, what: &str, value: f64, goal: f64) {
        self.line(what, value, &format!("at least {goal}"), value >= goal);
    }

    fn line(&mut self, what: &str, value: f64, goal: &str, is_met: bool) {
        let Self { scenario, seed, .. } = *self;
        let missed = if is_met { "" } else { "   (missed)" };
        let value = if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.4}") };
        self.write(format_args!("ratio {scenario} {what} {value} goal {goal} seed {seed}{missed}"));
    }

    fn shown(&mut self, what: &str) {
        let Self { scenario, seed, .. } = *self;
        self.write(format_args!("       {scenario} seed {seed}: {what}"));
    }

    fn write(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("text can be written to");
    }
}

/// A backend without burst, whose buckets are empty at the start.
fn backend() -> SqlBackend {
    let throughput = Throughput::declared().burst(Duration::from_secs(1)).starting_with(Duration::ZERO);
    SqlBackend::in_memory().expect("there is memory").with_throughput(throughput)
}

fn create<T: Table>(backend: &SqlBackend) {
    let create = TableDefinition::new(T::DESCRIPTION, T::ENTITY).input(T::DESCRIPTION.name.clone());
    backend.answer(&Request::from(create), START).expect("the table can be created");
}

fn load(client: usize, count: u64, random: &mut Random) -> Solvent {
    let mut plan = Solvent::new();
    for number in 0..count {
        plan.add(Load::new(client, number, random).put());
    }
    plan
}

/// What all clients did together.
struct Sum {
    requests: u64,
    refused: f64,
    items_refused: f64,
    last: Duration,
    units: f64,
}

fn sum(seen: &[Seen]) -> Sum {
    let of = |part: fn(&Seen) -> u64| seen.iter().map(part).sum::<u64>() as f64;
    Sum {
        requests: seen.iter().map(|seen| seen.requests).sum(),
        refused: of(|seen| seen.refused) / of(|seen| seen.requests),
        items_refused: of(|seen| seen.items_refused) / of(|seen| seen.items),
        last: seen.iter().map(|seen| seen.last).max().unwrap_or_default(),
        units: seen.iter().map(|seen| seen.units(Duration::ZERO, Duration::MAX)).sum(),
    }
}

/// The units of the slowest client by those of the fastest, from then until the first has ended.
fn fairness(seen: &[Seen], from: Duration) -> f64 {
    let to = seen.iter().map(|seen| seen.last).min().unwrap_or_default();
    let units = || seen.iter().map(|seen| seen.units(from, to));
    units().fold(f64::INFINITY, f64::min) / units().fold(0.0, f64::max)
}

fn simulate(
    backend: SqlBackend,
    clients: Vec<(Duration, Box<dyn Client>)>,
    changes: Vec<Change>,
    describes: bool,
    seed: u64,
) -> Vec<Seen> {
    let random = Random::new(seed.wrapping_mul(1000) + 999);
    Simulation { backend, clients, changes, random, describes }.run(|_, _| {})
}

fn library(plan: Solvent, client: usize, seed: u64) -> Box<dyn Client> {
    Box::new(Library::new(plan, seed * 100 + client as u64))
}

fn alone(seed: u64, told: &mut Told) {
    let backend = backend();
    create::<Load>(&backend);
    let plan = load(0, 100_000, &mut Random::new(seed));
    let seen = simulate(backend, vec![(Duration::ZERO, library(plan, 0, seed))], vec![], true, seed);
    let sum = sum(&seen);
    told.at_least("used", sum.units / (CAPACITY as f64 * sum.last.as_secs_f64()), 0.995);
    told.at_most("refused", sum.refused, 0.002);
    told.at_most("requests", sum.requests as f64, 4020.0);
}

fn several(apart: Duration, seed: u64) -> Vec<Seen> {
    let backend = backend();
    create::<Load>(&backend);
    let mut random = Random::new(seed);
    let clients = (0..5usize).map(|client| {
        let plan = load(client, 100_000, &mut random);
        (apart * client as u32, library(plan, client, seed))
    });
    let clients = clients.collect();
    simulate(backend, clients, vec![], true, seed)
}

fn five(seed: u64, told: &mut Told) {
    let seen = several(Duration::ZERO, seed);
    let sum = sum(&seen);
    told.at_least("used", sum.units / (CAPACITY as f64 * sum.last.as_secs_f64()), 0.96);
    told.at_most("refused", sum.refused, 0.03);
    told.at_most("items-refused", sum.items_refused, 0.01);
    told.at_most("requests", sum.requests as f64, 20_400.0);
    told.at_least("fair", fairness(&seen, Duration::from_secs(30)), 0.8);
}

fn staggered(seed: u64, told: &mut Told) {
    let seen = several(Duration::from_secs(30), seed);
    let sum = sum(&seen);
    told.at_least("used", sum.units / (CAPACITY as f64 * sum.last.as_secs_f64()), 0.96);
    // From 30 s after the last has started.
    told.at_least("fair", fairness(&seen, Duration::from_secs(150)), 0.8);
    told.shown(&format!("refused {:.4}, requests {}", sum.refused, sum.requests));
}

fn change(units: u64) -> Change {
    (Duration::from_secs(80), Box::new(move |backend, now| change_capacity(backend, units, now)))
}

/// Units by those provisioned, where they change after 80 s.
fn used_of_changed(sum: &Sum, units: u64) -> f64 {
    let before = Duration::from_secs(80).min(sum.last);
    let provisioned =
        CAPACITY as f64 * before.as_secs_f64() + units as f64 * (sum.last - before).as_secs_f64();
    sum.units / provisioned
}

fn changed(units: u64, describes: bool, seed: u64, told: &mut Told) {
    let backend = backend();
    create::<Load>(&backend);
    let plan = load(0, 100_000, &mut Random::new(seed));
    let clients = vec![(Duration::ZERO, library(plan, 0, seed))];
    let seen = simulate(backend, clients, vec![change(units)], describes, seed);
    let sum = sum(&seen);
    let (used, refused) = match (units < CAPACITY, describes) {
        (true, true) => (0.99, 0.003),
        (true, false) => (0.90, 0.007),
        (false, _) => (0.94, 0.003),
    };
    told.at_least("used", used_of_changed(&sum, units), used);
    told.at_most("refused", sum.refused, refused);
    told.shown(&format!("requests {}", sum.requests));
}

/// 50,000 items, every other one in an index.
fn index(seed: u64, told: &mut Told) {
    let backend = backend();
    create::<Indexed>(&backend);
    let mut random = Random::new(seed);
    let mut plan = Solvent::new();
    for number in 0..50_000 {
        plan.add(Indexed::new(number, &mut random).put());
    }
    let simulation = Simulation {
        backend,
        clients: vec![(Duration::ZERO, library(plan, 0, seed))],
        changes: vec![],
        random: Random::new(seed.wrapping_mul(1000) + 999),
        describes: true,
    };
    let (mut plain, mut in_index, mut last) = (Duration::ZERO, 0.0, Duration::ZERO);
    let seen = simulation.run(|write, at| {
        let WriteRequest::PutRequest { item } = write else { return };
        if item.attribute("group").expect("it is an item").is_some() {
            let size = item.size().expect("it is an item");
            in_index += size.div_ceil(1024) as f64;
            last = at;
        } else {
            plain = at;
        }
    });
    let sum = sum(&seen);
    told.at_least("index-used", in_index / (INDEX_CAPACITY as f64 * last.as_secs_f64()), 0.97);
    told.at_most("plain-seconds", plain.as_secs_f64(), 70.0);
    told.at_most("refused", sum.refused, 0.005);
    told.shown(&format!("requests {}", sum.requests));
}

/// Clients of a table billed on demand whose every other write is to one hash key, which gives 1,000 units a second.
fn hot_partition(clients: usize, seed: u64, told: &mut Told) {
    let throughput = Throughput::unlimited().per_partition();
    let backend = SqlBackend::in_memory().expect("there is memory").with_throughput(throughput);
    create::<OnDemand>(&backend);
    let mut random = Random::new(seed);
    let count = 100_000 / clients as u64;
    let plans = (0..clients).map(|client| {
        let mut plan = Solvent::new();
        for number in 0..count {
            plan.add(OnDemand::new(client, number, &mut random).put());
        }
        (Duration::ZERO, library(plan, client, seed))
    });
    let simulation = Simulation {
        backend,
        clients: plans.collect(),
        changes: vec![],
        random: Random::new(seed.wrapping_mul(1000) + 999),
        describes: true,
    };
    let (mut hot, mut others) = (0.0, Duration::ZERO);
    let seen = simulation.run(|write, at| {
        let WriteRequest::PutRequest { item } = write else { return };
        if item.as_bytes().windows(5).any(|text| text == b"\"hot\"") {
            hot += item.size().expect("it is an item").div_ceil(1024) as f64;
        } else {
            others = at;
        }
    });
    let sum = sum(&seen);
    told.shown(&format!(
        "{:.1} s where {:.1} s would be ideal, all but the hot key by {:.1} s; refused {:.4}, of items {:.4}, requests {}",
        sum.last.as_secs_f64(),
        hot / 1000.0,
        others.as_secs_f64(),
        sum.refused,
        sum.items_refused,
        sum.requests
    ));
}

fn sdk(clients: usize, units: Option<u64>, seed: u64, told: &mut Told) {
    for (manner, name) in [(Manner::BacksOff, "backs off"), (Manner::Resubmits, "re-submits at once")] {
        let backend = backend();
        create::<Load>(&backend);
        let mut random = Random::new(seed);
        let all = (0..clients).map(|client| {
            let items = (0..100_000).map(|number| {
                let put = Load::new(client, number, &mut random).put();
                WriteRequest::PutRequest { item: item_of(put) }
            });
            let sdk = Sdk::new(&Load::DESCRIPTION.name, items.collect(), manner, seed * 100 + client as u64);
            (Duration::ZERO, Box::new(sdk) as Box<dyn Client>)
        });
        let all = all.collect();
        let changes = units.map(change).into_iter().collect();
        let seen = simulate(backend, all, changes, true, seed);
        let sum = sum(&seen);
        let capacity = units.map_or("1000".to_owned(), |units| format!("1000, then {units}"));
        let used = used_of_changed(&sum, units.unwrap_or(CAPACITY));
        told.shown(&format!(
            "standard retry, the application {name}, {clients} client(s), {capacity} units: used {used:.4}, refused {:.4}, \
             of items {:.4}, requests {}, fair {:.2}",
            sum.refused,
            sum.items_refused,
            sum.requests,
            fairness(&seen, Duration::from_secs(30))
        ));
    }
}

/// The item that a put writes.
fn item_of(put: impl Operation) -> Item {
    match put.into_task(&mut Tables::default()) {
        Ok(Task::Put { item, .. }) => item,
        _ => unreachable!("it is a put of an item that can be written"),
    }
}
