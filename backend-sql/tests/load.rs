//! The example that loads a file: as a process that is killed again and again, with lines that fail, and with a state that
//! is too old or of another database.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dynochemy_sql::dynochemy_core::{Request, Response};
use dynochemy_sql::{
    self as dynochemy, Backend, CallError, Chunks, ChunksCheckpoint, Db, Error, Fate, Moment, Solvent,
    SqlBackend, Table, VirtualClock,
};

#[path = "support/child.rs"]
mod child;
#[path = "support/directory.rs"]
mod directory;
#[allow(dead_code, unreachable_pub, reason = "its `main` is another program's")]
#[path = "../examples/load.rs"]
mod example;

use directory::Directory;
use example::load::{Load, Target, Total, Visit, write_visits};

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

/// A load of an input in a directory of its own into a database in memory, by a clock of its own.
struct Loading {
    directory: Directory,
    db: Db,
    clock: VirtualClock,
    is_away: Arc<AtomicBool>,
}

/// A database that is not reached by writes of items while it is away.
struct Reached {
    backend: SqlBackend,
    is_away: Arc<AtomicBool>,
}

impl Backend for Reached {
    fn answer(&self, request: &Request, now: Moment) -> Result<Response, CallError> {
        let is_write = matches!(request, Request::BatchWriteItem(_) | Request::PutItem(_));
        if is_write && self.is_away.load(Ordering::Relaxed) {
            return Err(CallError::NotSent { problem: "it is away".to_owned() });
        }
        self.backend.answer(request, now)
    }
}

impl Loading {
    fn of(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let (clock, is_away) = (VirtualClock::default(), Arc::new(AtomicBool::new(false)));
        let backend = Reached { backend: SqlBackend::in_memory().unwrap(), is_away: Arc::clone(&is_away) };
        let db = Db::builder().backend(backend).build().unwrap().with_clock(clock.clone());
        let loading = Self { directory: Directory::new(), db, clock, is_away };
        let text: String = lines.into_iter().map(|line| line.as_ref().to_owned() + "\n").collect();
        std::fs::write(loading.input(), text).unwrap();
        loading
    }

    fn input(&self) -> std::path::PathBuf {
        self.directory.path().join("visits.json")
    }

    /// Loads it, and tells what the program would say.
    fn load(&self, place: &str) -> Result<(), String> {
        example::load_into(&self.db, place, &self.input(), EACH).map_err(|error| error.to_string())
    }

    /// A load that is open, and is dropped where a process is killed.
    fn open(&self, place: &str) -> Load {
        self.db.run(example::load::tables()).unwrap();
        let tables = [self.db.run(Visit::describe()).unwrap(), self.db.run(Total::describe()).unwrap()];
        Load::open(&self.input(), Target::new(place, &tables), EACH).unwrap()
    }

    /// The lines of the file of failures: of each its lines, its fate and its error.
    fn failed(&self) -> Vec<(Vec<u64>, String, String)> {
        let text = std::fs::read_to_string(self.directory.path().join("visits.json.failed"));
        let failed = |line: &str| {
            let failed: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| failed[name].as_str().unwrap().to_owned();
            (serde_json::from_value(failed["lines"].clone()).unwrap(), text("fate"), text("error"))
        };
        text.unwrap_or_default().lines().map(failed).collect()
    }

    fn visits(&self) -> u64 {
        self.db.run(Visit::scan().count()).unwrap()
    }

    fn totals(&self) -> u64 {
        self.db.run(Total::scan()).unwrap().iter().map(|total| total.visits).sum()
    }
}

fn line(time: u64) -> String {
    format!(r#"{{"user":"user {}","time":{time},"page":"/"}}"#, time % 7)
}

#[test]
fn lines_that_fail_for_good_are_told_beside_and_the_load_goes_on() {
    let too_large = format!(r#"{{"user":"user 3","time":9,"page":"{}"}}"#, "x".repeat(420_000));
    let mut lines: Vec<String> = (1..=200).map(line).collect();
    (lines[69], lines[70], lines[71]) =
        (r#"{"user":"","time":3,"page":"/"}"#.to_owned(), "no visit".to_owned(), too_large);
    let loading = Loading::of(lines);
    for _ in 0..2 {
        let error = loading.load("here").unwrap_err();
        assert!(error.starts_with("3 failures: ") && error.contains("visits.json.failed"), "{error}");
        // What is not among the visits is not among the totals.
        assert_eq!((loading.visits(), loading.totals()), (197, 197));
        let mut failed = loading.failed();
        failed.sort();
        let lines: Vec<_> = failed.iter().map(|(lines, fate, _)| (lines.as_slice(), fate.as_str())).collect();
        assert_eq!(lines, [(&[70][..], "never sent"), (&[71], "never sent"), (&[72], "never sent")]);
        for (failed, part) in failed.iter().zip(["empty", "it is no visit", "bytes"]) {
            assert!(failed.2.contains(part), "{failed:?}");
        }
    }
}

#[test]
fn a_plan_of_lines_that_all_fail_is_not_the_end() {
    let loading = Loading::of((0..3 * EACH as u64).map(|_| String::new()).chain((1..=5).map(line)));
    loading.load("here").unwrap();
    assert_eq!((loading.visits(), loading.totals()), (5, 5));
}

#[test]
fn totals_that_were_under_way_more_than_nine_minutes_ago_are_told_as_unknown_and_the_load_goes_on() {
    let loading = Loading::of((1..=200).map(line));
    let mut load = loading.open("here");
    let visits = load.next_plan().unwrap().unwrap();
    let visits = loading.db.pin(visits).unwrap();
    load.begin(visits.saved()).unwrap();
    load.end(loading.db.run(visits)).unwrap();
    let totals = load.next_plan().unwrap().unwrap();
    load.begin(loading.db.pin(totals).unwrap().saved()).unwrap();
    // Killed; whether it was sent is not known.
    drop(load);
    loading.clock.advance(Duration::from_secs(600));

    let error = loading.load("here").unwrap_err();
    assert!(error.starts_with("7 failures: "), "{error}");
    assert_eq!((loading.visits(), loading.totals()), (200, 140));
    let failed = loading.failed();
    assert!(failed.iter().all(|(_, fate, _)| fate == "unknown"), "{failed:?}");
    let mut lines: Vec<u64> = failed.into_iter().flat_map(|(lines, ..)| lines).collect();
    lines.sort_unstable();
    assert_eq!(lines, (1..=60).collect::<Vec<_>>());
    assert!(loading.load("here").unwrap_err().starts_with("7 failures: "));
    assert_eq!(loading.failed().len(), 7);
}

#[test]
fn what_the_service_keeps_from_being_done_is_left_twice_and_then_given_up() {
    let loading = Loading::of((1..=200).map(line));
    loading.is_away.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let error = loading.load("here").unwrap_err();
        assert!(
            error.starts_with("60 of 60 operations are left to be tried again by the next load"),
            "{error}"
        );
        assert!(error.contains("it is away"), "{error}");
        assert_eq!(loading.failed(), []);
    }
    // The third one gives up the first plan, and stops at the second.
    let error = loading.load("here").unwrap_err();
    assert!(error.contains("left to be tried again"), "{error}");
    assert_eq!(loading.failed().len(), 60);
    loading.is_away.store(false, Ordering::Relaxed);
    assert!(loading.load("here").unwrap_err().starts_with("60 failures: "));
    assert_eq!((loading.visits(), loading.totals(), loading.failed().len()), (140, 140, 60));
}

#[test]
fn a_state_of_another_database_is_refused() {
    let loading = Loading::of((1..=70).map(line));
    loading.load("here").unwrap();
    let error = loading.load("there").unwrap_err();
    let refused =
        "visits.json.loading is of a load into tables in here; to load all of it into there, delete ";
    assert!(error.contains(refused), "{error}");
    // The same place, where the table was made anew.
    loading.db.run(Visit::delete_table()).unwrap();
    loading.clock.advance(Duration::from_secs(5));
    let error = loading.load("here").unwrap_err();
    assert!(error.contains("tables of the same names that were made at another time"), "{error}");
    assert_eq!(loading.visits(), 0);
    std::fs::remove_file(loading.directory.path().join("visits.json.loading")).unwrap();
    loading.load("here").unwrap();
    assert_eq!(loading.visits(), 70);
}

#[test]
fn two_loads_of_one_file_at_once_are_refused() {
    let loading = Loading::of((1..=70).map(line));
    let load = loading.open("here");
    let error = loading.load("here").unwrap_err();
    assert!(error.ends_with("is being loaded by another process"), "{error}");
    drop(load);
    loading.load("here").unwrap();
    assert_eq!((loading.visits(), loading.totals()), (70, 70));
}

/// What the README's loop saves.
#[derive(Clone, Default)]
struct Saved {
    done: ChunksCheckpoint,
    /// As text, since a process that goes on reads it.
    plan: Option<String>,
}

/// The loop over chunks of the README; killed when `save` says so.
fn load_in_chunks(
    db: &Db,
    users: &[&str],
    saved: Saved,
    save: &mut dyn FnMut(Saved) -> Result<(), Error>,
    note: &mut dyn FnMut(u64, Fate),
) -> Result<(), Error> {
    let add = |user: &&str| Total::update(*user).add(Total::VISITS, 1).exactly_once();
    let mut plan: Option<Solvent> = saved.plan.map(|json| serde_json::from_str(&json).unwrap());
    let mut chunks = Chunks::new(users.iter().map(add)).operations(4).resume(saved.done);
    let json = |plan: &Solvent| serde_json::to_string(plan).unwrap();
    while let Some(next) = plan.take().or_else(|| chunks.next()) {
        let pinned = db.pin(next)?;
        let done = chunks.checkpoint();
        save(Saved { done, plan: Some(json(&pinned.saved())) })?;
        let outcome = match db.run(pinned) {
            Err(Error::Incomplete(outcome)) => *outcome,
            ended => ended?,
        };
        plan = Some(outcome.leftover()).filter(|leftover| leftover.remaining() > 0);
        if plan.is_some() {
            save(Saved { done, plan: plan.as_ref().map(json) })?;
            return Err(Error::Incomplete(Box::new(outcome)));
        }
        let first = done.operations - outcome.len() as u64;
        outcome.errors().for_each(|(index, error)| note(first + u64::from(index), error.fate()));
        save(Saved { done, plan: None })?;
    }
    Ok(())
}

#[test]
fn the_loop_over_chunks_killed_at_any_save_ends_and_repeats_nothing() {
    let users = ["a", "b", "", "c", "a", "d", "e", "f", "a", "g"];
    let killed = || Error::Configuration { problem: "killed".to_owned() };
    // Three chunks with two saves each; killed before the save and after it, at once resumed and after ten minutes.
    for (kill, is_saved, minutes) in (0..6)
        .flat_map(|kill| [false, true].map(|saved| [0, 10].map(|minutes| (kill, saved, minutes))))
        .flatten()
    {
        let clock = VirtualClock::default();
        let db = Db::builder().backend(SqlBackend::in_memory().unwrap()).build().unwrap();
        let db = db.with_clock(clock.clone());
        db.run(Total::ensure()).unwrap();
        let (mut kept, mut saves, mut notes) = (Saved::default(), 0, BTreeMap::new());
        let ended = load_in_chunks(
            &db,
            &users,
            Saved::default(),
            &mut |saved| {
                let is_killed = saves == kill;
                saves += 1;
                if !is_killed || is_saved {
                    kept = saved;
                }
                if is_killed { Err(killed()) } else { Ok(()) }
            },
            &mut |line, fate| drop(notes.insert(line, fate)),
        );
        assert_eq!(ended, Err(killed()));
        clock.advance(Duration::from_secs(60 * minutes));
        // It ends, and once more, with nothing left to do.
        for _ in 0..2 {
            let before = kept.clone();
            let save = &mut |saved| {
                kept = saved;
                Ok(())
            };
            load_in_chunks(&db, &users, before, save, &mut |line, fate| drop(notes.insert(line, fate)))
                .unwrap();
        }
        assert!(kept.plan.is_none());
        assert_eq!(notes.get(&2), Some(&Fate::NeverSent));
        let unknown = notes.values().filter(|fate| **fate == Fate::Unknown).count() as u64;
        let totals: u64 = db.run(Total::scan()).unwrap().iter().map(|total| total.visits).sum();
        // Of what is unknown, all was applied where the kill came after the run, and none where it came before.
        let is_late = minutes == 10 && (kill % 2 == 0) == is_saved;
        assert_eq!(unknown > 0, is_late, "{kill} {is_saved} {minutes}: {notes:?}");
        let not_applied = if kill % 2 == 0 { unknown } else { 0 };
        assert_eq!(totals, 9 - not_applied, "{kill} {is_saved} {minutes}: {notes:?}");
    }
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn the_load_that_is_killed() {
    let Some(directory) = child::role() else { return };
    let directory = Path::new(&directory);
    example::load(&directory.join("visits.json"), &directory.join("test.db"), EACH).unwrap();
}
