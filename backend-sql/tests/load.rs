//! The example that loads a file, as a process that is killed again and again.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use dynochemy_sql::{self as dynochemy, Db, SqlBackend, Table};

#[path = "support/child.rs"]
mod child;
#[path = "support/directory.rs"]
mod directory;
#[allow(dead_code, unreachable_pub, reason = "its `main` is another program's")]
#[path = "../examples/load.rs"]
mod example;

use directory::Directory;
use example::load::{Total, Visit, write_visits};

const LINES: u64 = 1_200;
/// The lines of one plan.
const EACH: usize = 60;

/// Runs the example until it has told of so many plans, and kills it then, or lets it end; whether it ended by itself.
fn load(directory: &Path, plans: Option<usize>) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(child::arguments("the_load_that_is_killed")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = child::told(command, directory).spawn().unwrap();
    if plans == Some(0) {
        process.kill().unwrap();
    }
    let mut told = 0;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        told += usize::from(line.unwrap().ends_with(" lines"));
        // It goes on; what it is at when it is killed is left to chance.
        if Some(told) == plans {
            process.kill().unwrap();
        }
    }
    let output = process.wait_with_output().unwrap();
    assert!(plans.is_some() || output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

#[test]
fn a_load_that_is_killed_goes_on_and_has_each_line_once() {
    let directory = Directory::new();
    let (input, database) = (directory.path().join("visits.json"), directory.file());
    write_visits(&input, LINES).unwrap();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut killed = 0;
    for _ in 0..8 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        killed += u32::from(!load(directory.path(), Some((random % 4) as usize)));
    }
    assert!(killed >= 4, "only {killed} loads were killed");
    assert!(load(directory.path(), None));

    let db = Db::builder().backend(SqlBackend::open(&database).unwrap()).build().unwrap();
    let mut times: Vec<u64> = db.stream(Visit::scan()).map(|visit| visit.unwrap().time).collect();
    times.sort_unstable();
    assert_eq!(times, (0..LINES).collect::<Vec<_>>());
    let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
    for line in std::fs::read_to_string(&input).unwrap().lines() {
        let visit: Visit = serde_json::from_str(line).unwrap();
        *wanted.entry(visit.user).or_default() += 1;
    }
    let totals: BTreeMap<String, u64> =
        db.run(Total::scan()).unwrap().into_iter().map(|total| (total.user, total.visits)).collect();
    assert_eq!(totals, wanted);
    // Loaded again, it is at its end.
    assert!(load(directory.path(), None));
    assert_eq!(db.run(Visit::scan().count()), Ok(LINES));
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_load_that_is_killed() {
    let Some(directory) = child::role() else { return };
    let directory = Path::new(&directory);
    example::load(&directory.join("visits.json"), &directory.join("test.db"), EACH).unwrap();
}
