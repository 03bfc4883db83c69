//! Keys of other types, or with another number of parts, than the table's or index's.

use dynochemy_core::Table;
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "visits",
    global_index(name = "by_name", hash = "name"),
    global_index(name = "by_place", hash("country", "city"), range("time", "seen")),
    local_index(name = "by_seen", range = "seen")
)]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    name: Option<String>,
    country: String,
    city: String,
    seen: u64,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "users")]
struct User {
    #[table(hash_key)]
    id: String,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{date}#{number:08}"))]
struct Order {
    user: String,
    date: String,
    number: u32,
}

pub fn of_tables() {
    let _ = Visit::get("123"); //~ a table with a range key takes `(hash, range)`
    let _ = Visit::delete(("123", "5")); //~ cannot stand for a key attribute of type `u64`
    let _ = Visit::update((123, 5)); //~ cannot stand for a key attribute of type `String`
    let _ = Visit::query(("123", 5)); //~ cannot stand for a key attribute of type `String`
    let _ = Visit::query("123").ge("5"); //~ cannot stand for a key attribute of type `u64`
    let _ = Visit::query("123").begins_with(5); //~ `u64` is no text, so it begins with nothing
    let _ = User::get(("123", 5)); //~ one without takes the hash key alone
    let _ = User::query("123").between(0, 9); //~ there is no (further) range key to set a condition on
}

pub fn of_indexes() {
    let _ = Visit::BY_NAME.query(5); //~ cannot stand for a key attribute of type `String`
    let _ = Visit::BY_NAME.query("Rhett").between(0, 9); //~ there is no (further) range key to set a condition on
    let _ = Visit::BY_PLACE.query("Italy"); //~ a hash key of several parts takes them all, as a tuple
    let _ = Visit::BY_PLACE.query(("Italy", "Rome")).eq(1).eq(2).eq(3); //~ there is no (further) range key
    let _ = Visit::BY_SEEN.query("123").lt("3"); //~ cannot stand for a key attribute of type `u64`
}

pub fn of_templates() {
    let _ = Order::get("123"); //~ is not a key of this table
    let _ = Order::get(("123", "2026-11-22")); //~ is not a key of this table
    let _ = Order::get(("123", 2026, 7)); //~ cannot stand for a key attribute of type `String`
    let _ = Order::query("123").eq(2026); //~ cannot stand for a key attribute of type `String`
}
