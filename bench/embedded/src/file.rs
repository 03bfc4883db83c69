//! On files: against dynoxide, and a table of ten million items against one of ten thousand.
//!
//! The files lie under the target folder, on the disk that the program was built on, and are deleted afterwards.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use dynochemy_sql::dynochemy_core::api::{BatchWriteItemInput, WriteRequest};
use dynochemy_sql::dynochemy_core::{Request, wire};
use dynochemy_sql::{Backend, Durability, SqlBackend, Table};
use serde::{Deserialize, Serialize};

use crate::dynoxide::Dynoxide;
use crate::ours::{NOW, Ours, Requests};
use crate::side::{Calls, Hand, Operation};
use crate::{Figure, report, take_turns, take_turns_of};

/// Name, calls in a round, and the goal.
const OPERATIONS: [(&str, Operation, u64, f64); 2] =
    [("put-file", Operation::Put, 200, 0.6), ("batch-write-25-file", Operation::BatchWrite25, 20, 0.03)];

/// Both with the log (WAL) and `synchronous = FULL`: ours sets it, and it is SQLite's default, which dynoxide keeps.
pub fn compare(is_wanted: impl Fn(&str) -> bool) {
    let folder = Folder::new("compare");
    let ours = Ours::new(SqlBackend::open(folder.file("ours")).expect("the file can be made"));
    let theirs = folder.file("dynoxide");
    let theirs = ::dynoxide::Database::new(theirs.to_str().expect("the path is text"));
    let dynoxide = Dynoxide::new(theirs.expect("the file can be made"));
    for (name, operation, count, goal) in OPERATIONS {
        if is_wanted(name) {
            let rounds = take_turns(&[&ours, &dynoxide], operation, Hand::Typed, count);
            report(name, Figure::Wall, &rounds, &[("dynoxide", goal)]);
            report(&format!("{name}-cpu"), Figure::Cpu, &rounds, &[("dynoxide", goal)]);
        }
    }
}

const LARGE: u64 = 10_000_000;
const SMALL: u64 = 10_000;

/// Gets and puts of prepared requests in a large table, against the same in a small one.
pub fn large() {
    let folder = Folder::new("large");
    let count = std::env::var("ITEMS").map_or(LARGE, |items| items.parse().expect("ITEMS is a number"));
    let large = Notes::new(folder.file("large"), count);
    let small = Notes::new(folder.file("small"), SMALL);
    for (name, operation, count) in
        [("get-of-10-million", Operation::Get, 2000), ("put-of-10-million", Operation::Put, 500)]
    {
        let calls = |side: usize, round: u64| [&large, &small][side].calls(operation, round, count);
        let rounds = take_turns_of(2, count, calls);
        report(name, Figure::Wall, &rounds, &[("10-thousand", 1.5)]);
        report(&format!("{name}-cpu"), Figure::Cpu, &rounds, &[("10-thousand", 1.5)]);
    }
}

/// An item of about 100 bytes as DynamoDB counts them.
#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "notes")]
struct Note {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    text: String,
}

/// The hash keys of a table.
const WRITERS: u64 = 100;

impl Note {
    fn new(number: u64, round: u64, of: u64) -> Self {
        let text = format!("a note of some sixty bytes, not the same in round {round:>10}");
        let (user, time) = key(number, of);
        Self { user, time, text }
    }
}

/// The key of an item of a table of as many: all of one user follow each other.
fn key(number: u64, of: u64) -> (String, u64) {
    (format!("writer-{:06}", number / (of / WRITERS)), number % (of / WRITERS))
}

struct Notes {
    backend: SqlBackend,
    requests: Requests,
    count: u64,
}

impl Notes {
    fn new(file: PathBuf, count: u64) -> Self {
        let requests = Requests::new();
        // What is measured begins after this, and is as durable as it is by default.
        let fast = SqlBackend::options().durability(Durability::Normal).open(&file);
        let fast = fast.expect("the file can be made");
        fast.answer(&requests.of(Note::create()), NOW).expect("the table is new");
        for first in (0..count).step_by(25) {
            let put = |number| {
                let item = wire::encode(&Note::new(number, 0, count)).expect("a note is an item").item;
                WriteRequest::PutRequest { item }
            };
            let batch = (first..count.min(first + 25)).map(put).collect();
            let request_items = [("notes".to_owned(), batch)].into();
            let input = BatchWriteItemInput { request_items, ..BatchWriteItemInput::default() };
            fast.answer(&Request::BatchWriteItem(input), NOW).expect("the batch is written");
        }
        drop(fast);
        let backend = SqlBackend::open(&file).expect("the file can be opened");
        println!("       {count} items are {} MB on the disk", size_of(&file) >> 20);
        Self { backend, requests, count }
    }

    fn calls(&self, operation: Operation, round: u64, calls: u64) -> Calls<'_> {
        // Spread over the whole table: a prime number that divides no size.
        let numbers = (0..calls).map(|call| (round * calls + call) * 7_368_787 % self.count);
        let requests: Vec<Request> = match operation {
            Operation::Put => numbers
                .map(|number| self.requests.of(Note::new(number, round + 1, self.count).put()))
                .collect(),
            _ => numbers.map(|number| self.requests.of(Note::get(key(number, self.count)))).collect(),
        };
        Box::new(move || {
            for request in &requests {
                black_box(self.backend.answer(request, NOW)).expect("the request is answered");
            }
        })
    }
}

/// The bytes of a database and its log.
fn size_of(file: &Path) -> u64 {
    let log = file.with_extension("db-wal");
    [file, &log].into_iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

/// A folder of its own, deleted at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let program = std::env::current_exe().expect("the program has a path");
        let target = program.parent().expect("the program lies in a folder");
        let folder = target.join(format!("bench-embedded-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("the folder can be made");
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name).with_extension("db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
