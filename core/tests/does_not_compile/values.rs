//! Values of other types than the attributes'.

use std::collections::BTreeMap;

use dynochemy_core::{Changes, Document, Table, View};
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits", views("visits-per-user"))]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    seen: u64,
    tags: Vec<String>,
    address: Option<Address>,
    more: BTreeMap<String, String>,
}

#[derive(Document, Serialize, Deserialize)]
struct Address {
    city: String,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits_per_user")]
struct UserCount {
    #[table(hash_key)]
    user: String,
    count: u64,
}

pub fn conditions() {
    let _ = Visit::SEEN.eq("5"); //~ is no value for an attribute of type `u64`
    let _ = Visit::USER.between("a", 5); //~ is no value for an attribute of type `String`
    let _ = Visit::SEEN.begins_with(5); //~ `u64` is no text
    let _ = Visit::SEEN.contains(5); //~ `u64` contains nothing
    let _ = Visit::TAGS.contains(5); //~ is no value for an attribute of type `String`
    let _ = Visit::SEEN.lt_path(Visit::USER); //~ mismatched types
    let _ = Visit::SEEN.eq(1) & UserCount::COUNT.eq(1); //~ mismatched types
    let _ = Visit::ADDRESS.some().then(Address::CITY).eq(5); //~ is no value for an attribute of type `String`
    let _ = Visit::ADDRESS.then(Address::CITY); //~ mismatched types
}

pub fn updates() {
    let _ = Visit::update(("123", 5)).set(Visit::SEEN, "5"); //~ is no value for an attribute of type `u64`
    let _ = Visit::update(("123", 5)).add(Visit::USER, 1); //~ cannot be added to an attribute of type `String`
    let _ = Visit::update(("123", 5)).add(Visit::SEEN, 0.5); //~ cannot be added to an attribute of type `u64`
    let _ = Visit::update(("123", 5)).set(UserCount::COUNT, 1); //~ mismatched types
    let _ = Visit::update(("123", 5)).append(Visit::TAGS, [5]); //~ is no value for an attribute of type `String`
}

pub struct OfOtherTypes;

impl View for OfOtherTypes {
    const ID: &'static str = "visits-per-user";
    type Source = Visit;
    type Target = UserCount;
    fn add(&self, visit: &Visit, changes: &mut Changes<UserCount>) {
        changes.add(visit.seen, UserCount::COUNT, 1); //~ cannot stand for a key attribute of type `String`
        changes.add(&visit.user, Visit::SEEN, 1); //~ mismatched types
        changes.add(&visit.user, UserCount::COUNT, "1"); //~ cannot be added to an attribute of type `u64`
    }
}

pub struct Plain(String);

pub struct OfNoTable;

impl View for OfNoTable {
    const ID: &'static str = "of-no-table";
    type Source = Visit;
    type Target = Plain; //~ the trait bound `Plain: Table` is not satisfied
    fn add(&self, _: &Visit, _: &mut Changes<Plain>) {}
}
