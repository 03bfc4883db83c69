//! Loads a file of newline-delimited JSON of any size into an embedded database; killed, it goes on where it stopped.
//!
//! `cargo run -p dynochemy-sql --example load -- visits.json visits.db`; without arguments, a file of its own making.

#[path = "../../examples/load.rs"]
pub mod load;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dynochemy_sql as dynochemy;

use dynochemy::{Db, SqlBackend, Table};
use load::{Failure, LINES, Load, Target, Total, Visit};

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let ended = match arguments.as_slice() {
        [] => demonstrate(),
        [input, database] => load(input, database, LINES),
        _ => Err("usage: load FILE DATABASE, as in visits.json visits.db".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Loads an input into a database, so many lines a plan.
pub fn load(input: &Path, database: &Path, lines: usize) -> Result<(), Failure> {
    let db = Db::builder().backend(SqlBackend::open(database)?).build()?;
    load_into(&db, database.canonicalize()?.display(), input, lines)
}

/// The same into a database that is open, at a place that tells it from others.
pub fn load_into(db: &Db, place: impl ToString, input: &Path, lines: usize) -> Result<(), Failure> {
    db.run(load::tables())?;
    let tables = [db.run(Visit::describe())?, db.run(Total::describe())?];
    let mut load = Load::open(input, Target::new(place, &tables), lines)?;
    while let Some(plan) = load.next_plan()? {
        // The tokens under which it adds are saved before anything is sent.
        let pinned = db.pin(plan)?;
        load.begin(pinned.saved())?;
        let mut watched = db.watch(pinned)?;
        for notice in &mut watched {
            load.show(&notice);
        }
        load.end(watched.finish())?;
    }
    load.conclude()
}

/// Makes a file, loads it, and counts.
fn demonstrate() -> Result<(), Failure> {
    let directory = std::env::temp_dir().join(format!("dynochemy-load-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let (input, database) = (directory.join("visits.json"), directory.join("visits.db"));
    load::write_visits(&input, 5_000)?;
    load(&input, &database, LINES)?;
    let db = Db::builder().backend(SqlBackend::open(&database)?).build()?;
    let visits = db.run(Visit::scan().count())?;
    let total: u64 = db.run(Total::scan())?.iter().map(|total| total.visits).sum();
    std::fs::remove_dir_all(&directory)?;
    match (visits, total) {
        (5_000, 5_000) => Ok(()),
        _ => Err(format!("{visits} visits and a total of {total} of 5,000 lines").into()),
    }
}
