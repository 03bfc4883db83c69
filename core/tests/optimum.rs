//! The waves and requests of small plans, held against the best there are.
//!
//! All that is sent at one time is answered at one time: that is a wave. The optimum is found by trying: every operation in
//! every wave that its order allows.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeSet;

use dynochemy_core::*;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use support::*;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "counters")]
struct Counter {
    #[table(hash_key)]
    id: String,
    #[serde(default)]
    count: i64,
}

/// An operation on one of a few items of two tables.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Get,
    ConsistentGet,
    Put,
    Delete,
    /// Merged with those that follow it.
    Update,
    /// With a condition, so sent alone.
    ConditionalUpdate,
    Barrier,
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    kind: Kind,
    table: u8,
    item: u8,
}

impl Operation {
    fn is_on_the_item_of(self, other: Self) -> bool {
        (self.table, self.item) == (other.table, other.item)
    }

    fn reads(self) -> bool {
        matches!(self.kind, Kind::Get | Kind::ConsistentGet)
    }

    /// Whether this one, which comes later, has to wait for the other one.
    fn waits_for(self, other: Self) -> bool {
        self.is_on_the_item_of(other) && !(self.reads() && other.reads())
    }
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let kind = prop_oneof![
        4 => Just(Kind::Get),
        1 => Just(Kind::ConsistentGet),
        3 => Just(Kind::Put),
        1 => Just(Kind::Delete),
        2 => Just(Kind::Update),
        1 => Just(Kind::ConditionalUpdate),
        1 => Just(Kind::Barrier),
    ];
    let operation = (kind, 0u8..2, 0u8..3).prop_map(|(kind, table, item)| Operation { kind, table, item });
    prop::collection::vec(operation, 1..9)
}

fn plan(operations: &[Operation]) -> Solvent {
    let mut solvent = Solvent::new();
    for Operation { kind, table, item } in operations {
        let id = format!("item {item}");
        macro_rules! add {
            ($table:ident, $item:expr) => {
                match kind {
                    Kind::Get => {
                        let _ = solvent.add($table::get(&id));
                    }
                    Kind::ConsistentGet => {
                        let _ = solvent.add($table::get(&id).consistent());
                    }
                    Kind::Put => {
                        let _ = solvent.add($item.put());
                    }
                    Kind::Delete => {
                        let _ = solvent.add($table::delete(&id));
                    }
                    Kind::Update => {
                        let _ = solvent.add($table::update(&id).add($table::COUNT, 1));
                    }
                    Kind::ConditionalUpdate => {
                        let update = $table::update(&id).add($table::COUNT, 1);
                        let _ = solvent.add(update.condition($table::COUNT.ne(-1)));
                    }
                    Kind::Barrier => solvent.barrier(),
                }
            };
        }
        match table {
            0 => add!(Note, Note { id: id.clone(), text: String::new(), count: 0 }),
            _ => add!(Counter, Counter { id: id.clone(), count: 0 }),
        }
    }
    solvent
}

/// How many calls there are in each wave of a run.
fn waves(plan: Solvent) -> Vec<usize> {
    let client = client(|_| {});
    let (mut run, _) = client.start(plan, START).unwrap();
    let mut waves = Vec::new();
    let mut calls: Vec<Call> = Vec::new();
    loop {
        match run.poll(START) {
            Step::Send(call) => calls.push(call),
            Step::Wait { .. } => {
                waves.push(calls.len());
                for call in calls.drain(..) {
                    run.complete(call.id, Ok(empty_answer(&call.request)), START);
                }
            }
            Step::Deliver(_) => panic!("nothing is streamed"),
            Step::Done => {
                assert!(run.finish().is_complete());
                return waves;
            }
        }
    }
}

fn empty_answer(request: &Request) -> Response {
    use dynochemy_core::api::*;
    match request {
        Request::GetItem(_) => GetItemOutput::default().into(),
        Request::PutItem(_) => PutItemOutput::default().into(),
        Request::DeleteItem(_) => DeleteItemOutput::default().into(),
        Request::UpdateItem(_) => UpdateItemOutput::default().into(),
        Request::BatchGetItem(_) => BatchGetItemOutput::default().into(),
        Request::BatchWriteItem(_) => BatchWriteItemOutput::default().into(),
        other => panic!("nothing asks for {}", other.action()),
    }
}

/// Several operations that are one: an update with those that follow it on its item.
fn merged(segment: &[Operation]) -> Vec<Operation> {
    let mut nodes: Vec<Operation> = Vec::new();
    for operation in segment {
        let before = nodes.iter().rev().find(|node| node.is_on_the_item_of(*operation));
        if before.is_some_and(|before| before.kind == Kind::Update) && operation.kind == Kind::Update {
            continue;
        }
        nodes.push(*operation);
    }
    nodes
}

/// The requests of operations that are sent at one time.
fn requests(wave: &[Operation]) -> usize {
    let is_write = |operation: &&Operation| matches!(operation.kind, Kind::Put | Kind::Delete);
    let alone = wave.iter().filter(|operation| !operation.reads() && !is_write(operation)).count();
    let writes = usize::from(wave.iter().any(|operation| is_write(&operation)));
    // A batch reads a table in one manner.
    let manners = |table: u8| {
        let of_table = wave.iter().filter(|operation| operation.reads() && operation.table == table);
        of_table.map(|operation| operation.kind == Kind::Get).collect::<BTreeSet<_>>().len()
    };
    alone + writes + manners(0).max(manners(1))
}

/// The fewest waves of operations without a barrier, and the fewest requests in so many. Where operations may not be `held`
/// back, each goes in the first wave that its order allows.
fn optimum(segment: &[Operation], held: bool) -> (usize, usize) {
    let nodes = merged(segment);
    let waits = |later: usize, earlier: usize| earlier < later && nodes[later].waits_for(nodes[earlier]);
    let mut first = vec![0; nodes.len()];
    for later in 0..nodes.len() {
        first[later] = (0..later)
            .filter(|earlier| waits(later, *earlier))
            .map(|earlier| first[earlier] + 1)
            .max()
            .unwrap_or(0);
    }
    let count = first.iter().max().map_or(0, |last| last + 1);
    let mut best = usize::MAX;
    let mut chosen = first.clone();
    'schedules: loop {
        let in_order = (0..nodes.len())
            .all(|later| (0..later).all(|earlier| !waits(later, earlier) || chosen[earlier] < chosen[later]));
        if in_order {
            let in_wave = |wave: usize| {
                (0..nodes.len())
                    .filter(|node| chosen[*node] == wave)
                    .map(|node| nodes[node])
                    .collect::<Vec<_>>()
            };
            best = best.min((0..count).map(|wave| requests(&in_wave(wave))).sum());
        }
        // The next schedule: each operation from its first wave to the last one.
        for node in 0..nodes.len() {
            if held && chosen[node] + 1 < count {
                chosen[node] += 1;
                continue 'schedules;
            }
            chosen[node] = first[node];
        }
        return (count, if nodes.is_empty() { 0 } else { best });
    }
}

fn optimum_of(operations: &[Operation], held: bool) -> (usize, usize) {
    let segments = operations.split(|operation| operation.kind == Kind::Barrier);
    segments.map(|segment| optimum(segment, held)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_plan_takes_the_fewest_waves_and_the_fewest_requests_without_holding_anything_back(operations in operations()) {
        let waves = waves(plan(&operations));
        let taken = (waves.len(), waves.iter().sum::<usize>());
        prop_assert_eq!(taken, optimum_of(&operations, false));
        let (fewest_waves, fewest_requests) = optimum_of(&operations, true);
        prop_assert_eq!(taken.0, fewest_waves);
        prop_assert!(taken.1 >= fewest_requests, "there is no better than the best");
    }
}
