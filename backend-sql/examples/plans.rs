//! Plans: order, groups, what a plan will take, how far it has come, what it left over, and pages on the way.
//!
//! `cargo run -p dynochemy-sql --example plans`

use std::time::Duration;

use dynochemy_sql::{
    Db, Error, Moment, Notice, Outcome, Solvent, SqlBackend, Table, Throughput, VirtualClock,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 100, write_capacity = 50)]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    page: String,
}

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "accounts", read_capacity = 10, write_capacity = 10)]
struct Account {
    #[table(hash_key)]
    owner: String,
    balance: i64,
}

fn visit(time: u64) -> Visit {
    Visit { user: format!("user {}", time % 10), time, page: "/start".to_owned() }
}

fn account(owner: &str, balance: i64) -> Account {
    Account { owner: owner.to_owned(), balance }
}

/// A thousand visits, two accounts, and after them a transfer.
fn plan() -> Solvent {
    let mut solvent = Solvent::new();
    solvent.extend((0..1_000).map(|time| visit(time).put()));
    solvent.add(account("scarlett", 100).put());
    solvent.add(account("rhett", 0).put());
    solvent.barrier();
    solvent.atomically(|group| {
        group.add(Account::update("scarlett").add(Account::BALANCE, -30).condition(Account::BALANCE.ge(30)));
        group.add(Account::update("rhett").add(Account::BALANCE, 30));
    });
    solvent
}

/// Runs a plan until nothing is left over that may still be done.
fn run_to_the_end(db: &Db, mut plan: Solvent) -> Result<Outcome, Error> {
    loop {
        let mut shown = 0;
        let ended = db.run_with(plan, |notice| {
            if let Notice::Progress(progress) = notice
                && (progress.elapsed.as_secs() >= shown || progress.is_done())
            {
                println!("  {progress}");
                shown = progress.elapsed.as_secs() + 1;
            }
        });
        match ended {
            Err(Error::Incomplete(outcome)) if outcome.leftover().remaining() > 0 => {
                println!("  {} operations are left over", outcome.leftover().remaining());
                plan = outcome.leftover();
            }
            ended => return ended,
        }
    }
}

fn main() -> Result<(), Error> {
    let throughput = Throughput::declared().burst(Duration::from_secs(5));
    let backend = SqlBackend::in_memory()?.with_throughput(throughput);
    let clock = VirtualClock::new(Moment::from_secs(1_800_000_000));
    let db = Db::builder().backend(backend).seed(1).build()?.with_clock(clock);
    db.run(Visit::create())?;
    db.run(Account::create())?;

    println!("{}\n", db.explain(&plan())?);

    // It gives up after ten seconds, of some twenty that it needs; what was not sent by then is left over.
    println!("running");
    let outcome = run_to_the_end(&db, plan().deadline(Duration::from_secs(10)))?;
    println!("{}\n", outcome.report());
    assert_eq!(db.run(Account::get("rhett").consistent())?, Some(account("rhett", 30)));

    // Pages come while the plan runs, and a checkpoint goes on after the last one.
    let mut solvent = Solvent::new();
    let visits = solvent.stream(Visit::scan().segments(4).page_size(50));
    let mut watched = db.watch(solvent)?;
    let mut items = 0;
    while items < 300 {
        if let Some(Notice::Page(page)) = watched.next() {
            items += page.rows_of(visits).map_or(0, Iterator::count);
        }
    }
    let rest = watched.checkpoint();
    drop(watched);
    let mut outcome = db.run_with(rest, |notice| {
        if let Notice::Page(page) = notice {
            items += page.rows_of(visits).map_or(0, Iterator::count);
        }
    })?;
    assert_eq!((items, outcome.take(visits)?.items()), (1_000, 1_000));
    println!("{items} visits were read in two runs");
    Ok(())
}
