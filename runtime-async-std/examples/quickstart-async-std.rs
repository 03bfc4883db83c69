//! Counts the dependents of every package in `Cargo.lock`, on async-std.
//!
//! `cargo run --example quickstart-async-std -- --endpoint http://127.0.0.1:8000`, with any server that speaks DynamoDB's protocol.

#[path = "../../examples/quickstart.rs"]
mod quickstart;

use std::process::ExitCode;

use dynochemy_async_std as dynochemy;

use dynochemy::{Credentials, Db, Report, Table};
use quickstart::{CountDependents, Dependency, Dependents, Lock};

fn main() -> ExitCode {
    async_std::task::block_on(run())
}

async fn run() -> ExitCode {
    match store_and_count().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn store_and_count() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = quickstart::endpoint("quickstart-async-std")?;
    let lock = Lock::read()?;
    let builder =
        Db::builder().region("local").credentials(Credentials::new("any", "any")).endpoint(endpoint);
    // Tables of this run's own, which are deleted in the end; older servers allow 10 actions in a transaction.
    let builder =
        builder.table_prefix(quickstart::prefix()).settings(|settings| settings.transaction_actions = 10);
    let db = builder.table::<Dependency>().view(CountDependents).build()?;
    db.run(lock.tables()).await?;

    let plans = lock.plans();
    let bar = quickstart::progress(&plans);
    let mut report = Report::default();
    let mut done = 0;
    for plan in plans {
        let operations = plan.len() as u64;
        let outcome = db.run_with(plan, |notice| quickstart::show(&bar, done, &notice)).await?;
        report.merge(outcome.report());
        done += operations;
    }
    bar.finish_and_clear();

    let view = db.run(Dependents::scan().consistent()).await?;
    db.run(lock.delete_tables()).await?;
    lock.conclude(view, &report)
}
