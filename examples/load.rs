//! What the loading examples share: the tables, the input, and how a load goes on where it stopped.
//!
//! A file of any size with a visit in each line (JSON) is put into a table, a thousand lines a plan, and each user's visits
//! are added up in another one. Before anything of a plan is sent, the plan is saved, with the tokens under which it adds,
//! beside the place in the file at which the next one begins. So whoever is killed in the midst of it goes on with that
//! plan: nothing is left out, and nothing is added twice (for the nine minutes for which tokens are relied on).

#![allow(dead_code, unreachable_pub, missing_docs, reason = "programs share it as a module")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, IsTerminal as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

// Each program names its driver `dynochemy`.
use crate::dynochemy::{Error, Notice, Outcome, Report, Solvent, Table};

/// The lines of one plan: what is in memory at a time.
pub const LINES: usize = 1_000;

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

/// A file that is being loaded.
pub struct Load {
    input: BufReader<File>,
    state: State,
    state_file: PathBuf,
    lines: usize,
    report: Report,
    bar: ProgressBar,
}

/// How far the load has come: what is in the file beside the input.
#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The byte of the input at which the next plan begins.
    next: u64,
    /// The lines before it.
    lines: u64,
    /// The plan of lines before that, from before it is run until it has ended.
    under_way: Option<Solvent>,
}

impl Load {
    /// Opens an input, at the place where an earlier load of it stopped.
    pub fn open(input: &Path, lines: usize) -> Result<Self, Failure> {
        let mut file = File::open(input).map_err(|error| format!("{}: {error}", input.display()))?;
        let state_file = input.with_added("loading");
        let state: State = match fs::read(&state_file) {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|error| format!("{} is damaged: {error}", state_file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(format!("{}: {error}", state_file.display()).into()),
        };
        file.seek(SeekFrom::Start(state.next))?;
        let bar = bar(file.metadata()?.len(), state.next);
        Ok(Self { input: BufReader::new(file), state, state_file, lines, report: Report::default(), bar })
    }

    /// The next plan: the one that was under way when the load stopped, or one of the next lines; `None` at the end.
    pub fn next_plan(&mut self) -> Result<Option<Solvent>, Failure> {
        if let Some(plan) = self.state.under_way.take() {
            return Ok(Some(plan));
        }
        let mut plan = Solvent::new();
        let mut visits: BTreeMap<String, u64> = BTreeMap::new();
        let mut line = String::new();
        for _ in 0..self.lines {
            line.clear();
            let length = self.input.read_line(&mut line)?;
            if length == 0 {
                break;
            }
            (self.state.next, self.state.lines) = (self.state.next + length as u64, self.state.lines + 1);
            if line.trim().is_empty() {
                continue;
            }
            let visit: Visit = serde_json::from_str(&line)
                .map_err(|error| format!("line {} is no visit: {error}", self.state.lines))?;
            plan.add(visit.put());
            *visits.entry(visit.user).or_default() += 1;
        }
        for (user, count) in visits {
            plan.add(Total::update(user).add(Total::VISITS, count).exactly_once());
        }
        Ok(Some(plan).filter(|plan| !plan.is_empty()))
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

    /// Goes on behind a plan that has ended; what is left of one that failed is tried again by the next load.
    pub fn end(&mut self, result: Result<Outcome, Error>) -> Result<(), Failure> {
        match result {
            Ok(outcome) => self.report.merge(outcome.report()),
            Err(Error::Incomplete(outcome)) => {
                self.begin(outcome.leftover())?;
                return Err(Error::Incomplete(outcome).into());
            }
            Err(error) => return Err(error.into()),
        }
        self.state.under_way = None;
        self.save()?;
        self.bar.set_position(self.state.next);
        if !std::io::stderr().is_terminal() {
            println!("{} lines", self.state.lines);
        }
        Ok(())
    }

    /// Ends the load, and tells what it took. Another one of the same file begins at its end.
    pub fn conclude(self) {
        self.bar.finish_and_clear();
        println!("{} lines are in the table\n\n{}", self.state.lines, self.report);
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
