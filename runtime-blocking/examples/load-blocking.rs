//! Loads a file of newline-delimited JSON of any size into a table, on plain threads; killed, it goes on where it stopped.
//!
//! `cargo run --example load-blocking -- visits.json --endpoint http://127.0.0.1:8000`, with any server that speaks
//! DynamoDB's protocol.

#[path = "../../examples/load.rs"]
mod load;

use std::process::ExitCode;

use dynochemy_blocking as dynochemy;

use dynochemy::{Credentials, Db, Table as _};
use load::{Failure, LINES, Load, Target, Total, Visit};

fn main() -> ExitCode {
    match load() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn load() -> Result<(), Failure> {
    let (input, endpoint) = load::input_and_endpoint("load-blocking")?;
    let builder = Db::builder().region("local").credentials(Credentials::new("any", "any"));
    let db = builder.endpoint(endpoint.clone()).build()?;
    db.run(load::tables())?;
    let tables = [db.run(Visit::describe())?, db.run(Total::describe())?];
    let mut load = Load::open(&input, Target::new(endpoint, &tables), LINES)?;
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
