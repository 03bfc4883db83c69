//! Single-table design: users, their orders and the lines of those in one table, with keys made from templates, read by
//! one query as an enum.
//!
//! `cargo run -p dynochemy-sql --example single-table`

use dynochemy_sql::{Db, Error, Solvent, Table};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{id}"),
    range_key(sk = "PROFILE"),
    global_index(name = "by_key", hash(gsi1pk = "EMAIL#{email}"), range(gsi1sk = "USER"))
)]
struct User {
    id: String,
    email: String,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "ORDER#{date}#{number:06}"),
    global_index(name = "by_key", hash(gsi1pk = "STATE#{state}"), range(gsi1sk = "{date}"))
)]
struct Order {
    user: String,
    /// As in `2026-11-22`.
    date: String,
    number: u32,
    state: String,
}

/// What stands under one user: the variants have the names of the types.
#[derive(Debug, PartialEq, Deserialize)]
enum OfUser {
    User(User),
    Order(Order),
}

fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;
    db.run(User::create())?;

    let order = |number, date: &str, state: &str| Order {
        user: "scarlett".to_owned(),
        date: date.to_owned(),
        number,
        state: state.to_owned(),
    };
    let mut solvent = Solvent::new();
    solvent.add(User { id: "scarlett".to_owned(), email: "s@tara.example".to_owned() }.put());
    solvent.add(User { id: "rhett".to_owned(), email: "r@charleston.example".to_owned() }.put());
    for (number, date, state) in
        [(7, "2026-10-30", "sent"), (12, "2026-11-02", "sent"), (13, "2026-11-20", "open")]
    {
        solvent.add(order(number, date, state).put());
    }
    db.run(solvent)?;

    // All that stands under a user, in the order of the keys.
    let everything = db.run(User::query("scarlett").any_of::<OfUser>())?;
    for item in &everything {
        println!("{item:?}");
    }
    assert_eq!(everything.len(), 4);
    assert!(matches!(&everything[3], OfUser::User(user) if user.email == "s@tara.example"));

    // One type alone: the template's text leaves the others out, and its fields are the parts of the key.
    let in_november = db.run(Order::query("scarlett").begins_with("2026-11"))?;
    assert_eq!(in_november.iter().map(|order| order.number).collect::<Vec<_>>(), [12, 13]);
    assert_eq!(db.run(Order::get(("scarlett", "2026-11-20", 13)))?, Some(order(13, "2026-11-20", "open")));

    // An index that serves both types.
    let found = db.run(User::BY_KEY.query("r@charleston.example").first())?;
    assert_eq!(found.map(|user| user.id).as_deref(), Some("rhett"));
    let sent = db.run(Order::BY_KEY.query("sent").ge("2026-11-01"))?;
    assert_eq!(sent, [order(12, "2026-11-02", "sent")]);

    // Changing a field brings the index's key along.
    db.run(Order::update(("scarlett", "2026-11-20", 13)).set(Order::STATE, "sent").if_exists())?;
    assert_eq!(db.run(Order::BY_KEY.query("sent").count())?, 3);
    Ok(())
}
