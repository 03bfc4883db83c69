//! What the loading examples share: the tables, the input, and how a load goes on where it stopped.
//!
//! A file of any size with a visit in each line (JSON) is put into a table, a thousand lines a plan, and those that are in
//! it are added up for each user in another one. Before anything of a plan is sent, the plan is saved, with the tokens under
//! which it adds, beside the place in the file at which the next one begins (`FILE.loading`). So whoever is killed in the
//! midst of it goes on with that plan: nothing is left out, and nothing is added twice.
//!
//! What failed for good (a line that is no visit, an item that is too large) is written to `FILE.failed`, with its lines, its
//! fate and its error, and the load goes on; so is what may have been applied: totals whose load goes on later than nine
//! minutes after it was killed, since tokens are relied on no longer. Those are settled by counting the user's visits. Who is
//! killed between the two files writes a failure twice. What the service kept from being done is tried again by the next
//! load, and given up by the third. Two loads of one file at once are refused, by a lock on `FILE.lock`, and so is one into
//! other tables than those of the load before.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "programs share it as a module")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, ErrorKind, IsTerminal as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

// Each program names its driver `dynochemy`.
use crate::dynochemy::{Error, Fate, Notice, Outcome, Report, Solvent, Table, TableDescription};

/// The lines of one plan: what is in memory at a time.
pub const LINES: usize = 1_000;
/// The loads that try a plan, before what the service keeps from being done is given up.
const LOADS: u32 = 3;

pub type Failure = Box<dyn std::error::Error>;

/// A line of the file: `{"user":"scarlett","time":1,"page":"/start"}`.
#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits")]
pub struct Visit {
    #[table(hash_key)]
    pub user: String,
    #[table(range_key)]
    pub time: u64,
    pub page: String,
}

/// How often a user was here.
#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "totals")]
pub struct Total {
    #[table(hash_key)]
    pub user: String,
    pub visits: u64,
}

/// The plan that makes what is missing of the tables.
pub fn tables() -> Solvent {
    let mut solvent = Solvent::new();
    solvent.add(Visit::ensure());
    solvent.add(Total::ensure());
    solvent
}

/// The tables that are loaded into: those of one place, and none that were made anew since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The database's file or the endpoint.
    place: String,
    /// When each table was created, by its name.
    created: BTreeMap<String, String>,
}

impl Target {
    pub fn new(place: impl ToString, tables: &[TableDescription]) -> Self {
        let created = |table: &TableDescription| table.creation_date_time.unwrap_or_default().to_string();
        let tables = tables.iter().map(|table| (table.table_name.clone(), created(table)));
        Self { place: place.to_string(), created: tables.collect() }
    }
}

/// A file that is being loaded.
pub struct Load {
    input: BufReader<File>,
    state: State,
    state_file: PathBuf,
    failed_file: PathBuf,
    lines: usize,
    report: Report,
    bar: ProgressBar,
    _lock: Lock,
}

/// A file that is locked until the load ends or is killed.
struct Lock(File);

impl Drop for Lock {
    /// Closing the file would not do: a process that is being started holds what was open here, for a moment.
    fn drop(&mut self) {
        // What fails here is unlocked by the end of the program.
        let _ = self.0.unlock();
    }
}

/// How far the load has come: what is in the file beside the input.
#[derive(Serialize, Deserialize)]
struct State {
    target: Target,
    /// The byte of the input at which the next plan begins.
    next: u64,
    /// The lines before it.
    lines: u64,
    /// The plan that puts those lines or adds them up, from before it is run until it has ended.
    under_way: Option<Solvent>,
    /// The lines of each of its operations.
    lines_of: Vec<Vec<u64>>,
    /// How many loads have left a part of it to the next one.
    loads: u32,
    /// The lines of each user that are still to be added up.
    uncounted: BTreeMap<String, Vec<u64>>,
    /// How many failures are in the file of those.
    failed: u64,
}

/// A line in the file of failures. An operation on a total adds as many visits as it names lines.
#[derive(Serialize)]
struct Failed<'a> {
    lines: &'a [u64],
    fate: String,
    error: String,
}

impl Load {
    /// Opens an input, at the place where an earlier load of it into the same tables stopped.
    pub fn open(input: &Path, target: Target, lines: usize) -> Result<Self, Failure> {
        let mut file = File::open(input).map_err(|error| format!("{}: {error}", input.display()))?;
        let lock = File::create(input.with_added("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => format!("{} is being loaded by another process", input.display()),
            TryLockError::Error(error) => format!("{} cannot be locked: {error}", input.display()),
        })?;
        let lock = Lock(lock);
        let state_file = input.with_added("loading");
        let state = State::read(&state_file, target)?;
        let length = file.metadata()?.len();
        if length < state.next {
            let (input, state_file) = (input.display(), state_file.display());
            return Err(format!("{input} is shorter than what {state_file} says was loaded of it").into());
        }
        file.seek(SeekFrom::Start(state.next))?;
        let bar = bar(length, state.next);
        let failed_file = input.with_added("failed");
        let input = BufReader::new(file);
        Ok(Self { input, state, state_file, failed_file, lines, report: Report::default(), bar, _lock: lock })
    }

    /// The next plan: the one that was under way when the load stopped; or one that adds up what the last one put; or one of
    /// the next lines; `None` at the end.
    pub fn next_plan(&mut self) -> Result<Option<Solvent>, Failure> {
        if let Some(plan) = self.state.under_way.take() {
            return Ok(Some(plan));
        }
        (self.state.lines_of, self.state.loads) = (Vec::new(), 0);
        let mut plan = Solvent::new();
        for (user, lines) in std::mem::take(&mut self.state.uncounted) {
            plan.add(Total::update(user).add(Total::VISITS, lines.len() as u64).exactly_once());
            self.state.lines_of.push(lines);
        }
        let mut line = Vec::new();
        while plan.is_empty() && self.add_lines(&mut plan, &mut line)? {}
        Ok(Some(plan).filter(|plan| !plan.is_empty()))
    }

    /// Adds the next lines to a plan; whether there were any.
    fn add_lines(&mut self, plan: &mut Solvent, line: &mut Vec<u8>) -> Result<bool, Failure> {
        for read in 0..self.lines {
            line.clear();
            let length = self.input.read_until(b'\n', line)?;
            if length == 0 {
                return Ok(read > 0);
            }
            (self.state.next, self.state.lines) = (self.state.next + length as u64, self.state.lines + 1);
            if line.trim_ascii().is_empty() {
                continue;
            }
            let number = self.state.lines;
            match serde_json::from_slice::<Visit>(line) {
                Ok(visit) => {
                    plan.add(visit.put());
                    self.state.lines_of.push(vec![number]);
                    self.state.uncounted.entry(visit.user).or_default().push(number);
                }
                Err(error) => self.write_failed(&[Failed {
                    lines: &[number],
                    fate: Fate::NeverSent.to_string(),
                    error: format!("it is no visit: {error}"),
                }])?,
            }
        }
        Ok(true)
    }

    /// Saves a plan that is pinned, before anything of it is sent.
    pub fn begin(&mut self, pinned: Solvent) -> Result<(), Failure> {
        self.state.under_way = Some(pinned);
        self.save()
    }

    /// Shows how far the plan has come.
    pub fn show(&self, notice: &Notice) {
        if let Notice::Progress(progress) = notice {
            self.bar.set_message(format!("{} lines; {progress}", self.state.lines));
        }
    }

    /// Goes on behind a plan that has ended. What failed for good is written beside; what may still be done is left to the
    /// next load, which is to find the service in a better state, unless it was left too often.
    pub fn end(&mut self, result: Result<Outcome, Error>) -> Result<(), Failure> {
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(Error::Incomplete(outcome)) => *outcome,
            Err(error) => return Err(error.into()),
        };
        self.report.merge(outcome.report());
        let leftover = outcome.leftover();
        let first = leftover.open().next().map(|(index, _)| index);
        if let Some(first) = first.filter(|_| self.state.loads + 1 < LOADS) {
            let (open, all) = (leftover.remaining(), leftover.len());
            let why = outcome.errors().find(|(index, _)| *index == first);
            let why = why.map(|(_, error)| error.to_string()).unwrap_or_default();
            self.state.loads += 1;
            self.begin(leftover)?;
            let problem = format!("{open} of {all} operations are left to be tried again by the next load");
            return Err(format!("{problem}; the first, operation {first}: {why}").into());
        }
        let lines_of = std::mem::take(&mut self.state.lines_of);
        let failed = outcome.errors().filter(|(_, error)| error.fate() != Fate::Applied);
        let failed = failed.map(|(index, error)| Failed {
            lines: lines_of.get(index as usize).map_or(&[], Vec::as_slice),
            fate: error.fate().to_string(),
            error: error.to_string(),
        });
        let failed: Vec<Failed<'_>> = failed.collect();
        self.write_failed(&failed)?;
        let not_put: BTreeSet<u64> = failed.iter().flat_map(|failed| failed.lines).copied().collect();
        self.state.uncounted.retain(|_, lines| {
            lines.retain(|line| !not_put.contains(line));
            !lines.is_empty()
        });
        self.state.under_way = None;
        self.save()?;
        self.bar.set_position(self.state.next);
        if self.state.uncounted.is_empty() && !std::io::stderr().is_terminal() {
            println!("{} lines", self.state.lines);
        }
        Ok(())
    }

    /// Ends the load, and tells what it took, and how much of it failed. Another one of the same file begins at its end.
    pub fn conclude(self) -> Result<(), Failure> {
        self.save()?;
        self.bar.finish_and_clear();
        println!("{} lines were loaded\n\n{}", self.state.lines, self.report);
        match (self.state.failed, self.failed_file.display()) {
            (0, _) => Ok(()),
            (1, file) => Err(format!("1 failure: {file} tells its lines, its fate and why").into()),
            (failed, file) => {
                Err(format!("{failed} failures: {file} tells of each its lines, its fate and why").into())
            }
        }
    }

    /// Writes failures to their file. They are on the disk before the state that goes on behind them.
    fn write_failed(&mut self, failed: &[Failed<'_>]) -> Result<(), Failure> {
        if failed.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for failed in failed {
            serde_json::to_writer(&mut lines, failed)?;
            lines.push(b'\n');
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.failed_file)?;
        file.write_all(&lines)?;
        file.sync_all()?;
        self.state.failed += failed.len() as u64;
        Ok(())
    }

    /// Writes the state so that a kill or a power failure leaves the old one or the new one.
    fn save(&self) -> Result<(), Failure> {
        let new = self.state_file.with_added("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(&self.state)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.state_file)?;
        // Only then is the file's new name on the disk too.
        if cfg!(unix) {
            let directory = self.state_file.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

impl State {
    /// Reads the state of a load into these tables; that of a new load, where there is none.
    fn read(file: &Path, target: Target) -> Result<Self, Failure> {
        let state: Self = match fs::read(file) {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|error| format!("{} is damaged: {error}", file.display()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::new(target)),
            Err(error) => return Err(format!("{}: {error}", file.display()).into()),
        };
        if state.target == target {
            return Ok(state);
        }
        let which = match state.target.place == target.place {
            true => "tables of the same names that were made at another time".to_owned(),
            false => format!("tables in {}", state.target.place),
        };
        let (place, file) = (target.place, file.display());
        Err(format!("{file} is of a load into {which}; to load all of it into {place}, delete {file}").into())
    }

    fn new(target: Target) -> Self {
        Self {
            target,
            next: 0,
            lines: 0,
            under_way: None,
            lines_of: Vec::new(),
            loads: 0,
            uncounted: BTreeMap::new(),
            failed: 0,
        }
    }
}

/// A bar of the bytes that were read; it shows on a terminal only.
fn bar(length: u64, position: u64) -> ProgressBar {
    let bar = ProgressBar::new(length).with_position(position);
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

trait WithAdded {
    /// The path with another ending after its own.
    fn with_added(&self, ending: &str) -> PathBuf;
}

impl WithAdded for Path {
    fn with_added(&self, ending: &str) -> PathBuf {
        let mut path = self.as_os_str().to_owned();
        path.push(".");
        path.push(ending);
        path.into()
    }
}

/// The input and the server's URL, from the command line.
pub fn input_and_endpoint(program: &str) -> Result<(PathBuf, String), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [input, flag, url] if flag == "--endpoint" => Ok((input.into(), url.clone())),
        _ => Err(format!(
            "usage: {program} FILE --endpoint URL, as in visits.json --endpoint http://127.0.0.1:8000"
        )),
    }
}

/// Writes a file of so many visits of a hundred users.
pub fn write_visits(path: &Path, lines: u64) -> Result<(), Failure> {
    let mut file = std::io::BufWriter::new(File::create(path)?);
    for time in 0..lines {
        let visit =
            Visit { user: format!("user {}", time * 7 % 100), time, page: format!("/page/{}", time % 13) };
        serde_json::to_writer(&mut file, &visit)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    Ok(())
}
