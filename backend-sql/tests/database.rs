//! The blocking `Db` as an application uses it.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynochemy_sql::{
    Action, Changes, Checkpoint, Clock as _, Db, Effect, Error, Moment, Notice, Solvent, SqlBackend, Table,
    Throughput, View, VirtualClock,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 10, write_capacity = 5)]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    full_name: String,
    seen: u64,
}

fn visit(user: &str, time: u64) -> Visit {
    Visit { user: user.to_owned(), time, full_name: format!("{user} at {time}"), seen: 0 }
}

fn database() -> Db {
    let db = Db::builder().table::<Visit>().build().unwrap();
    db.run(Visit::create()).unwrap();
    db
}

/// A database on virtual time whose tables have their declared throughput and no burst.
fn throttled() -> (Db, VirtualClock) {
    let backend = SqlBackend::in_memory()
        .unwrap()
        .with_throughput(Throughput::declared().burst(Duration::from_secs(1)));
    let clock = VirtualClock::new(Moment::from_secs(1_800_000_000));
    let db = Db::builder().backend(backend).seed(1).build().unwrap().with_clock(clock.clone());
    db.run(Visit::create()).unwrap();
    (db, clock)
}

#[test]
fn the_example_of_the_readme_runs() -> Result<(), Error> {
    let db = database();
    db.run(visit("123", 5).put())?;
    db.run(Visit::update(("123", 5)).add(Visit::SEEN, 1).set(Visit::FULL_NAME, "Rhett"))?;
    let found = db.run(Visit::get(("123", 5)))?;
    assert_eq!(found.map(|visit| (visit.full_name, visit.seen)), Some(("Rhett".to_owned(), 1)));

    let mut solvent = Solvent::new();
    for time in 10..100 {
        solvent.add(visit("123", time).put());
    }
    let first = solvent.add(Visit::get(("123", 10)));
    let mut outcome = db.run(solvent)?;
    assert_eq!(outcome.take(first)?, Some(visit("123", 10)));
    assert_eq!(outcome.report().requests[&Action::BatchWriteItem], 4);

    let latest = db.run(Visit::query("123").between(20, 50).reverse().limit(2))?;
    assert_eq!(latest, [visit("123", 50), visit("123", 49)]);
    db.run(Visit::delete(("123", 5)))?;
    assert_eq!(db.run(Visit::scan().segments(4))?.len(), 90);
    assert_eq!(db.run(Visit::describe())?.item_count, 90);
    db.run(Visit::delete_table())?;
    let error = db.run(Visit::get(("123", 5))).unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    Ok(())
}

#[test]
fn a_batch_with_one_bad_member_fails_only_that_member() {
    let db = database();
    let mut solvent = Solvent::new();
    let good = solvent.add(visit("a", 1).put());
    let bad = solvent.add(Visit { full_name: "x".repeat(500_000), ..visit("a", 2) }.put());
    let Err(Error::Incomplete(mut outcome)) = db.run(solvent) else { panic!("one operation fails") };
    outcome.take(good).unwrap();
    assert!(outcome.take(bad).is_err());
}

#[test]
fn a_stream_hands_out_every_item_over_many_pages() {
    let db = database();
    let mut solvent = Solvent::new();
    let text = "x".repeat(10_000);
    for time in 0..300 {
        solvent.add(Visit { full_name: text.clone(), ..visit("a", time) }.put());
    }
    db.run(solvent).unwrap();
    let times: Vec<u64> = db.stream(Visit::query("a")).map(|visit| visit.unwrap().time).collect();
    assert_eq!(times, (0..300).collect::<Vec<_>>());
    let mut scanned: Vec<u64> =
        db.stream(Visit::scan().segments(3)).map(|visit| visit.unwrap().time).collect();
    scanned.sort_unstable();
    assert_eq!(scanned, times);
    assert!(db.take_abandoned().is_empty());
}

#[test]
fn a_stream_goes_on_from_its_checkpoint_after_the_last_item_that_was_taken() {
    let db = database();
    let mut solvent = Solvent::new();
    for time in 0..300 {
        solvent.add(Visit { full_name: "x".repeat(10_000), ..visit("a", time) }.put());
    }
    db.run(solvent).unwrap();
    let mut visits = db.stream(Visit::scan().segments(2));
    let mut times: Vec<u64> = visits.by_ref().take(130).map(|visit| visit.unwrap().time).collect();
    let saved = serde_json::to_string(&visits.checkpoint()).unwrap();
    drop(visits);
    let checkpoint: Option<Checkpoint<Visit>> = serde_json::from_str(&saved).unwrap();
    let mut rest = db.stream(checkpoint.unwrap());
    times.extend(rest.by_ref().map(|visit| visit.unwrap().time));
    times.sort_unstable();
    assert_eq!(times, (0..300).collect::<Vec<_>>());
    // At its end, nothing is left.
    assert_eq!(db.stream(rest.checkpoint().unwrap()).count(), 0);
}

#[test]
fn a_watched_plan_goes_on_from_the_checkpoint_that_was_made_at_a_page() {
    let db = database();
    let mut solvent = Solvent::new();
    for time in 0..300 {
        solvent.add(Visit { full_name: "x".repeat(10_000), ..visit("a", time) }.put());
    }
    db.run(solvent).unwrap();
    let mut solvent = Solvent::new();
    let ticket = solvent.stream(Visit::query("a"));
    let mut watched = db.watch(solvent).unwrap();
    let mut times = Vec::new();
    while times.is_empty() {
        if let Notice::Page(page) = watched.next().unwrap() {
            times.extend(page.rows_of(ticket).unwrap().map(|visit| visit.unwrap().time));
        }
    }
    let rest = watched.checkpoint();
    assert_eq!(watched.progress().items, times.len() as u64);
    drop(watched);
    let outcome = db.run_with(rest, |notice| {
        if let Notice::Page(page) = notice {
            times.extend(page.rows_of(ticket).unwrap().map(|visit| visit.unwrap().time));
        }
    });
    assert_eq!(times, (0..300).collect::<Vec<_>>());
    assert_eq!(outcome.unwrap().take(ticket).unwrap().items(), 300);
}

#[test]
fn a_stream_that_fails_says_so_once() {
    let db = Db::builder().build().unwrap();
    let mut visits = db.stream(Visit::query("a"));
    let error = visits.next().unwrap().unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert!(visits.next().is_none());
}

#[test]
fn a_stream_that_is_dropped_midway_keeps_its_outcome() {
    let db = database();
    let mut solvent = Solvent::new();
    for time in 0..300 {
        solvent.add(Visit { full_name: "x".repeat(10_000), ..visit("a", time) }.put());
    }
    db.run(solvent).unwrap();
    let mut visits = db.stream(Visit::query("a"));
    visits.next().unwrap().unwrap();
    drop(visits);
    let abandoned = db.take_abandoned();
    assert_eq!(abandoned.len(), 1);
    let (_, error) = abandoned[0].errors().next().unwrap();
    assert!(matches!(error, Error::Abandoned { .. }), "{error}");
    assert_eq!(error.effect(), Effect::NotApplied);
}

#[test]
fn throttled_writes_take_the_time_that_their_capacity_takes() {
    let (db, clock) = throttled();
    let start = clock.now();
    let mut solvent = Solvent::new();
    for time in 0..100 {
        solvent.add(visit("a", time).put());
    }
    let outcome = db.run(solvent).unwrap();
    let took = clock.now().since(start);
    assert_eq!(outcome.report().capacity["visits"], 100.0);
    // Five units were there, and 95 come at five a second.
    assert!(took >= Duration::from_secs(19), "{took:?}");
    assert!(took < Duration::from_secs(40), "{took:?}");
    assert_eq!(db.run(Visit::query("a")).unwrap().len(), 100);
}

#[test]
fn the_same_seed_takes_the_same_time_and_requests() {
    let run = || {
        let (db, clock) = throttled();
        let mut solvent = Solvent::new();
        for time in 0..60 {
            solvent.add(visit("a", time).put());
        }
        let outcome = db.run(solvent).unwrap();
        (clock.now(), outcome.report().clone())
    };
    assert_eq!(run(), run());
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "logins", views("logins-per-user"))]
struct Login {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
}

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "logins_per_user")]
struct UserCount {
    #[table(hash_key)]
    user: String,
    count: i64,
}

struct LoginsPerUser;

impl View for LoginsPerUser {
    const ID: &'static str = "logins-per-user";
    type Source = Login;
    type Target = UserCount;
    fn add(&self, login: &Login, changes: &mut Changes<UserCount>) {
        changes.add(&login.user, UserCount::COUNT, 1);
    }
}

#[test]
fn a_view_follows_writes_of_two_threads_that_share_the_backend() {
    let backend = SqlBackend::in_memory().unwrap();
    let connect =
        || Db::builder().backend(backend.clone()).table::<Login>().view(LoginsPerUser).build().unwrap();
    let db = connect();
    db.run(Login::create()).unwrap();
    db.run(UserCount::create()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let db = connect().with_clock(VirtualClock::new(Moment::from_secs(1_800_000_000)));
            scope.spawn(move || {
                for time in 0..40 {
                    let login = Login { user: "a".to_owned(), time: time * 2 + thread };
                    db.run(login.put()).unwrap();
                    if time % 4 == 0 {
                        db.run(Login::delete(("a", login.time))).unwrap();
                    }
                }
            });
        }
    });
    let left = db.run(Login::query("a")).unwrap().len();
    assert_eq!(left, 60);
    assert_eq!(db.run(UserCount::get("a")).unwrap().map(|count| count.count), Some(60));
}

#[test]
fn an_endpoint_is_refused_rather_than_ignored() {
    let error = Db::builder().endpoint("http://127.0.0.1:8000").build().unwrap_err();
    assert!(error.to_string().contains("has no endpoint"), "{error}");
}

#[test]
fn the_report_tells_what_each_index_took() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "players", global_index(name = "by_team", hash("team")))]
    struct Player {
        #[table(hash_key)]
        name: String,
        team: String,
    }
    let db = database();
    db.run(Player::create()).unwrap();
    db.run(Player { name: "Scarlett".to_owned(), team: "red".to_owned() }.put()).unwrap();
    let mut solvent = Solvent::new();
    solvent.add(Player::BY_TEAM.query("red"));
    solvent.add(Player::query("Scarlett"));
    let report = db.run(solvent).unwrap().report().clone();
    assert_eq!(report.index_capacity["players"]["by_team"], 0.5);
    assert_eq!(report.capacity["players"], 1.0);
    let shown = report.to_string();
    assert!(
        shown.contains("\n    index by_team                                             0.5\n"),
        "{shown}"
    );
}
