//! PartiQL as operations of a `Db`.

#![allow(clippy::unwrap_used, reason = "a test")]

use dynochemy_sql::{Db, Error, Statement, Table};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    seen: u64,
}

fn filled() -> Db {
    let db = Db::builder().table::<Visit>().build().unwrap();
    db.run(Visit::create()).unwrap();
    let insert = "INSERT INTO visits VALUE {'user': ?, 'time': ?, 'seen': 0}";
    db.run(Statement::transaction::<Visit>(
        (0..30u64).map(|time| Statement::new(insert).parameter("ann").parameter(time)),
    ))
    .unwrap();
    db
}

fn select(condition: &str) -> Statement {
    Statement::new(format!("SELECT * FROM visits WHERE user = 'ann' AND {condition}"))
}

#[test]
fn statements_write_and_read_typed_items_over_all_their_pages() -> Result<(), Error> {
    let db = filled();
    db.run(Statement::new("UPDATE visits SET seen = seen + ? WHERE user = 'ann' AND time = 7").parameter(2))?;
    let found = db.run(select("seen > 0").items::<Visit>())?;
    assert_eq!(found, [Visit { user: "ann".to_owned(), time: 7, seen: 2 }]);
    let paged = db.run(select("time >= 10").items::<Visit>().page_size(3))?;
    assert_eq!(paged.iter().map(|visit| visit.time).collect::<Vec<_>>(), (10..30).collect::<Vec<_>>());
    assert_eq!(db.run(Visit::get(("ann", 7)))?.map(|visit| visit.seen), Some(2));
    Ok(())
}

#[test]
fn a_batch_reads_each_item_by_itself() -> Result<(), Error> {
    let db = filled();
    let found = db.run(Statement::batch::<Visit>([select("time = 3"), select("time = 99")]))?;
    let times: Vec<_> =
        found.0.iter().map(|found| found.as_ref().unwrap().as_ref().map(|visit| visit.time)).collect();
    assert_eq!(times, [Some(3), None]);
    Ok(())
}

#[test]
fn a_transaction_that_fails_changes_nothing() {
    let db = filled();
    let failed = db.run(Statement::transaction::<Visit>([
        Statement::new("DELETE FROM visits WHERE user = 'ann' AND time = 1"),
        Statement::new("EXISTS(SELECT * FROM visits WHERE user = 'ann' AND time = 2 AND seen = 5)"),
    ]));
    assert!(failed.is_err());
    assert_eq!(db.run(select("time < 5").items::<Visit>()).unwrap().len(), 5);
}
