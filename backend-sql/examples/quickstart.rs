//! Counts the dependents of every package in `Cargo.lock`, in an embedded SQLite database.
//!
//! `cargo run --example quickstart`

#[path = "../../examples/quickstart.rs"]
mod quickstart;

use std::process::ExitCode;

use dynochemy_sql as dynochemy;

use dynochemy::{Db, Report, SqlBackend, Table};
use quickstart::{CountDependents, Dependency, Dependents, Lock};

fn main() -> ExitCode {
    match store_and_count() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn store_and_count() -> Result<(), Box<dyn std::error::Error>> {
    let lock = Lock::read()?;
    let backend = SqlBackend::in_memory()?;
    let db = Db::builder().table::<Dependency>().view(CountDependents).backend(backend).build()?;
    db.run(lock.tables())?;

    let plans = lock.plans();
    let bar = quickstart::progress(&plans);
    let mut report = Report::default();
    let mut done = 0;
    for plan in plans {
        let operations = plan.len() as u64;
        let outcome = db.run_with(plan, |notice| quickstart::show(&bar, done, &notice))?;
        report.merge(outcome.report());
        done += operations;
    }
    bar.finish_and_clear();

    lock.conclude(db.run(Dependents::scan())?, &report)
}
