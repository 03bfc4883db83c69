//! Testing what a table's capacity does to a plan: an import keeps to it, waits and ends, which takes minutes on the clock
//! of the test, and no time of whoever runs it.
//!
//! `cargo run -p dynochemy-sql --example throttled`

use std::ops::Range;
use std::time::{Duration, Instant};

use dynochemy_sql::{Db, Error, Report, Solvent, SqlBackend, Table, Throughput, VirtualClock};
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 10, write_capacity = 10)]
struct Visit {
    #[table(hash_key)]
    user: u64,
    page: String,
}

/// What is tested. It takes its `Db` as an argument, and knows nothing of clocks and capacities.
fn import(db: &Db, users: Range<u64>) -> Result<Report, Error> {
    let mut solvent = Solvent::new();
    for user in users {
        solvent.add(Visit { user, page: "/start".to_owned() }.put());
    }
    Ok(db.run(solvent)?.report().clone())
}

fn main() -> Result<(), Error> {
    let began = Instant::now();

    // The table gives what it declares: ten writes a second. It may save up 300 seconds of that, and has saved one.
    let throughput = Throughput::declared().starting_with(Duration::from_secs(1));
    let backend = SqlBackend::in_memory()?.with_throughput(throughput);
    // Time passes where the plan waits, and where the test says so; nowhere else.
    let clock = VirtualClock::default();
    let db = Db::builder().backend(backend).seed(1).build()?.with_clock(clock.clone());
    db.run(Visit::create())?;

    let report = import(&db, 0..1_000)?;
    println!("A thousand visits on ten writes a second:\n\n{report}\n");
    assert_eq!(report.capacity["visits"], 1_000.0);
    // It keeps to what the table declares, and now and then looks whether there is more to be had.
    assert!((98..110).contains(&report.elapsed.as_secs()), "{:?}", report.elapsed);
    assert!(report.waited_for_capacity["visits write"].as_secs() >= 90);
    assert!(report.refusals.values().sum::<u64>() + report.unprocessed < 30, "little is throttled");
    assert_eq!(clock.elapsed(), report.elapsed);

    // After five minutes without writes, the next thousand is a burst, which the plan finds out in seconds.
    clock.advance(Duration::from_secs(300));
    let report = import(&db, 1_000..2_000)?;
    println!("A thousand more after five minutes of rest:\n\n{report}\n");
    assert_eq!((report.unprocessed, report.refusals.len()), (0, 0));
    assert!(report.elapsed < Duration::from_secs(20), "{:?}", report.elapsed);
    assert_eq!(db.run(Visit::describe())?.item_count, 2_000);

    let (passed, took) = (clock.elapsed(), began.elapsed());
    println!("{passed:.0?} passed on the clock, while the test took {took:.1?}");
    assert!(took < passed / 10);
    Ok(())
}
