//! The same random calls to the backend, to DynamoDB Local and to dynoxide: what they answer must be the same, but for
//! what is listed in `known.rs` and explained in `FIDELITY.md`.
//!
//! `.ci/dynamodb-local .ci/dynoxide cargo test -p dynochemy-sql --features server --test differential -- --ignored
//! --nocapture` runs it; either server alone will do, and without the feature `server` the backend is called directly. A
//! difference is made small and told as calls that can be sent one after another. In the environment:
//!
//! - `DIFFERENTIAL_CASES`: how many tables are made, with some 45 calls on each; 30 where it is not set.
//! - `DIFFERENTIAL_SEED`: where the random numbers begin; each run tells its own.
//! - `DIFFERENTIAL_SURVEY`: goes on after a difference, and ends with all kinds of them that there were.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

mod answers;
mod asking;
mod call;
mod expressions;
mod faults;
mod faults_of_answers;
mod items;
mod known;
mod peers;
mod sequences;
mod statements;
mod streams;
mod survey;
mod tables;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Value, json};

use asking::{ask, items};
use call::Call;
use known::{Seen, explained};
use peers::{Peer, Server};
use sequences::{Case, case};
use survey::Survey;
use tables::{OTHER, TABLE, Table};

/// Held by a comparison while it goes on: all of them have tables of the same names.
static TURN: Mutex<()> = Mutex::new(());

/// A server that the backend is compared with.
struct Seat {
    name: &'static str,
    server: Server,
    /// Whether it holds what the backend holds.
    follows: bool,
    /// Whether it came to that by the same calls.
    is_alike: bool,
}

/// What happened so far.
#[derive(Default)]
struct Tally {
    cases: u64,
    calls: u64,
    compared: BTreeMap<&'static str, u64>,
    succeeded: BTreeMap<&'static str, u64>,
    refused: BTreeMap<String, u64>,
    explained: BTreeMap<(&'static str, &'static str), u64>,
    records: usize,
}

struct Comparison {
    seats: Vec<Seat>,
    tally: Tally,
    survey: Option<Survey>,
    runs: u64,
    /// Tokens of transactions are kept by servers from case to case, and from run to run.
    seed: u64,
}

impl Comparison {
    fn run(&mut self, case: &Case) -> Result<(), String> {
        self.tally.cases += 1;
        let mut ours = peers::ours();
        let mut tables = [(TABLE, case.table.create(TABLE)), (OTHER, Table::other().create(OTHER))];
        tables[0].1["StreamSpecification"] = streams::specification();
        for (table, create) in &tables {
            let create = create.to_string();
            let made = ours.answer("CreateTable", &create);
            assert_eq!(made.status, 200, "{made:?}");
            for seat in &mut self.seats {
                (seat.follows, seat.is_alike) = (true, true);
                seat.server.answer("DeleteTable", &json!({ "TableName": table }).to_string());
                let made = seat.server.answer("CreateTable", &create);
                assert_eq!(made.status, 200, "{}: {made:?} {create}", seat.name);
            }
        }
        let mut calls = case.calls.clone();
        // What nobody told shows at last.
        let names = std::iter::once(None).chain(case.table.indexes.iter().map(|index| Some(index.name)));
        calls.extend(
            names.map(|name| Call::new("Scan", call::with(json!({ "TableName": TABLE }), "IndexName", name))),
        );
        for (place, call) in calls.iter().enumerate() {
            if let Err(difference) = self.compare(ours.as_mut(), &case.table, call) {
                let before: Vec<&Call> = calls[..=place].iter().filter(|before| before.writes()).collect();
                return Err(told(&tables[0].1, &before, call, &difference));
            }
        }
        let writes: Vec<&Call> = calls.iter().filter(|call| call.writes()).collect();
        let look = Call::new("GetRecords", json!({}));
        self.compare_streams(ours.as_mut())
            .map_err(|difference| told(&tables[0].1, &writes, &look, &difference))
    }

    /// Compares what the streams hold, with Local alone.
    fn compare_streams(&mut self, ours: &mut dyn Peer) -> Result<(), String> {
        for seat in self.seats.iter_mut().filter(|seat| seat.is_alike && seat.name == "Local") {
            let (own, theirs) = (streams::records(ours, TABLE)?, streams::records(&mut seat.server, TABLE)?);
            self.tally.records += own.values().map(Vec::len).sum::<usize>();
            if let Some((key, records)) = own.iter().find(|(key, records)| theirs.get(*key) != Some(records))
            {
                let there = theirs.get(key);
                return Err(format!("records of {key} differ:\nours: {records:?}\n{}: {there:?}", seat.name));
            }
            if let Some((key, records)) = theirs.iter().find(|(key, _)| !own.contains_key(*key)) {
                return Err(format!("{} has records of {key} that we have not: {records:?}", seat.name));
            }
        }
        Ok(())
    }

    fn compare(&mut self, ours: &mut dyn Peer, table: &Table, call: &Call) -> Result<(), String> {
        self.runs += u64::from(self.runs == 0);
        let run = format!("{:x}-{:x}", self.seed, self.runs);
        let own = ask(ours, call, &run);
        self.tally.calls += 1;
        match own.get("error") {
            None => *self.tally.succeeded.entry(call.action).or_default() += 1,
            Some(error) => *self.tally.refused.entry(error.to_string()).or_default() += 1,
        }
        let mut differences = Vec::new();
        let asked: Vec<(&mut Seat, Value)> = self
            .seats
            .iter_mut()
            .filter(|seat| seat.follows)
            .map(|seat| {
                let theirs = ask(&mut seat.server, call, &run);
                (seat, theirs)
            })
            .collect();
        let answers: Vec<String> =
            asked.iter().map(|(seat, theirs)| format!("{}: {theirs}", seat.name)).collect();
        let all: Vec<Value> = asked.iter().map(|(_, theirs)| theirs.clone()).collect();
        for (seat, theirs) in asked {
            *self.tally.compared.entry(seat.name).or_default() += 1;
            if theirs == own {
                continue;
            }
            let seen = Seen { table, call, ours: &own, theirs: &theirs };
            match explained(seat.name, &seen) {
                Some(row) => *self.tally.explained.entry((seat.name, row)).or_default() += 1,
                None => {
                    differences.push(seat.name);
                    if let Some(survey) = &mut self.survey {
                        survey.add(seat.name, &seen, &all);
                    }
                }
            }
            if call.writes() {
                self.runs += 1;
                seat.follows = follow(ours, seat, table);
            }
        }
        if differences.is_empty() || self.survey.is_some() {
            return Ok(());
        }
        Err(format!("{} differ:\nours: {own}\n{}", differences.join(" and "), answers.join("\n")))
    }
}

/// Makes the server hold what the backend holds; false where it cannot.
fn follow(ours: &mut dyn Peer, seat: &mut Seat, table: &Table) -> bool {
    let Seat { server, is_alike, .. } = seat;
    let keys = |table: &Table| table.key().map(|part| part.0).collect::<Vec<_>>();
    for (name, keys) in [(TABLE, keys(table)), (OTHER, keys(&Table::other()))] {
        let wanted = items(ours, name);
        let there = items(server, name);
        *is_alike &= there.iter().all(|item| wanted.contains(item)) && there.len() == wanted.len();
        for item in there.iter().filter(|item| !wanted.contains(item)) {
            let key: serde_json::Map<String, Value> =
                keys.iter().map(|key| ((*key).to_owned(), item[*key].clone())).collect();
            server.answer("DeleteItem", &json!({ "TableName": name, "Key": key }).to_string());
        }
        for item in wanted.iter().filter(|item| !there.contains(item)) {
            let put = server.answer("PutItem", &json!({ "TableName": name, "Item": item }).to_string());
            if put.status != 200 {
                return false;
            }
        }
        // A server may have lost track of its own keys.
        if items(server, name).len() != wanted.len() {
            return false;
        }
    }
    true
}

/// A difference, with what leads to it.
fn told(create: &Value, writes: &[&Call], call: &Call, difference: &str) -> String {
    let mut lines = vec![format!("CreateTable {create}")];
    lines.extend(
        writes.iter().filter(|write| **write != call).map(|call| format!("{} {}", call.action, call.body)),
    );
    lines.push(format!("{} {}", call.action, call.body));
    lines.push(difference.to_owned());
    lines.join("\n")
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Makes as many cases as are asked for, and tells where their random numbers begin.
fn runner(seed: u64, max_shrink_iters: u32) -> TestRunner {
    let cases = number("DIFFERENTIAL_CASES").unwrap_or(30);
    println!("DIFFERENTIAL_SEED={seed} DIFFERENTIAL_CASES={cases}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: u32::try_from(cases).expect("fewer cases"),
        failure_persistence: None,
        max_shrink_iters,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[test]
#[ignore = "needs a server to compare with; see the head of the file"]
fn servers_answer_alike() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = [("Local", "DYNOCHEMY_TEST_ENDPOINT"), ("dynoxide", "DYNOXIDE_ENDPOINT")];
    let seats: Vec<Seat> = servers
        .into_iter()
        .filter_map(|(name, variable)| {
            Some(Seat { name, server: Server::named_by(variable)?, follows: true, is_alike: true })
        })
        .collect();
    assert!(!seats.is_empty(), "no server to compare with; see the head of the file");
    let seed = number("DIFFERENTIAL_SEED").unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(since.subsec_nanos()) << 16 ^ since.as_secs()
    });
    let mut runner = runner(seed, 500);
    let survey = std::env::var("DIFFERENTIAL_SURVEY").ok().map(|_| Survey::default());
    let comparison = RefCell::new(Comparison {
        seats,
        tally: Tally::default(),
        survey,
        runs: 0,
        seed: std::process::id().into(),
    });
    let result = runner.run(&case(), |case| comparison.borrow_mut().run(&case).map_err(TestCaseError::fail));
    let comparison = comparison.into_inner();
    let Tally { cases, calls, compared, succeeded, refused, explained, records } = comparison.tally;
    println!("{cases} cases, {calls} calls, compared with {compared:?}; {records} records of streams");
    println!("succeeded: {succeeded:?}");
    println!("refused: {refused:?}");
    for ((peer, row), count) in &explained {
        println!("{count} explained, {peer}: {row}");
    }
    if let Some(survey) = comparison.survey {
        survey.print();
        assert!(survey.is_empty(), "there are differences that nothing explains");
    }
    if let Err(TestError::Fail(reason, _)) = &result {
        panic!("{reason}");
    }
    result.unwrap();
}
