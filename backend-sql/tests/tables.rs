//! Bringing tables of the embedded database into the state that their types declare.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::time::Duration;

use dynochemy_sql::dynochemy_core::api::{TableStatus, TimeToLiveStatus};
use dynochemy_sql::dynochemy_core::operation::{EnsureStep, ListTables};
use dynochemy_sql::{Db, EpochSeconds, Table, VirtualClock};
use serde::{Deserialize, Serialize};

/// The table as an older version of the program knew it.
mod before {
    use super::*;

    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "shop", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{number:08}"))]
    pub(super) struct Order {
        pub(super) user: String,
        pub(super) number: u32,
        pub(super) city: String,
    }
}

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "ORDER#{number:08}"),
    global_index(name = "by_city", hash = "city", range("user", "number"), projection(include("user")))
)]
struct Order {
    user: String,
    number: u32,
    city: String,
    #[table(ttl)]
    expires: Option<EpochSeconds>,
}

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "PROFILE"),
    global_index(name = "by_number", hash = "number"),
    global_index(name = "by_city", hash = "city", range("user", "number"), projection(include("name")))
)]
struct User {
    user: String,
    name: String,
    city: String,
    number: u32,
}

#[test]
fn a_live_table_gets_the_indexes_that_a_new_version_of_the_program_declares() {
    let db = Db::builder().table::<Order>().build().unwrap();
    db.run(before::Order::create()).unwrap();
    for number in 0..150 {
        let city = if number % 3 == 0 { "Rome" } else { "Oslo" };
        db.run(before::Order { user: "a".to_owned(), number, city: city.to_owned() }.put()).unwrap();
    }
    let ensure = || Order::ensure().with::<User>();
    let ensured = db.run(ensure()).unwrap();
    let index = |name: &str| EnsureStep::CreatedIndex(name.to_owned());
    let time_to_live = EnsureStep::EnabledTimeToLive("expires".to_owned());
    assert_eq!(ensured.did, [index("by_city"), index("by_number"), time_to_live]);
    assert!(ensured.is_as_declared(), "{ensured}");
    // The index was filled with what was there, and tells orders from users.
    let user = User { user: "b".to_owned(), name: "B".to_owned(), city: "Rome".to_owned(), number: 7 };
    db.run(user.put()).unwrap();
    let orders = db.run(Order::BY_CITY.query("Rome")).unwrap();
    assert_eq!(orders.len(), 50);
    assert!(orders.iter().all(|order| order.user == "a" && order.number % 3 == 0));
    assert_eq!(db.run(User::BY_CITY.query("Rome")).unwrap(), [user]);
    assert_eq!(db.run(ensure()).unwrap().to_string(), "table `shop`: nothing was missing");

    let table = db.run(Order::update_table().delete_index(User::BY_NUMBER).capacity(500, 400)).unwrap();
    assert_eq!(table.global_secondary_indexes.len(), 1);
    assert_eq!(table.provisioned().map(|throughput| throughput.write_capacity_units), Some(400));
    let ensured = db.run(Order::ensure()).unwrap();
    assert_eq!(ensured.did, []);
    let differs: Vec<String> = ensured.differs.iter().map(ToString::to_string).collect();
    let capacity =
        "the table: the capacity is declared as on demand and is 500 read and 400 write units a second";
    let projection = "index `by_city`: the projection is declared as INCLUDE of dy_e, user and is INCLUDE of dy_e, name, user";
    assert_eq!(differs, [capacity, projection]);
}

#[test]
fn tables_are_tagged_listed_waited_for_and_gone() {
    let clock = VirtualClock::default();
    let db = Db::builder().table::<Order>().build().unwrap().with_clock(clock.clone());
    let created = db.run(Order::create().with::<User>().tag("team", "shop")).unwrap();
    assert_eq!((created.table_status, created.global_secondary_indexes.len()), (TableStatus::Active, 2));
    let described = db.run(Order::describe_time_to_live()).unwrap();
    assert_eq!(described.attribute_name.as_deref(), Some("expires"));
    db.run(Order::tag([("cost", "1")])).unwrap();
    db.run(Order::untag(["team"])).unwrap();
    assert_eq!(db.run(Order::tags()).unwrap(), BTreeMap::from([("cost".to_owned(), "1".to_owned())]));
    assert_eq!(db.run(ListTables::new()).unwrap(), ["shop"]);
    assert!(
        db.run(Order::disable_time_to_live()).unwrap_err().to_string().contains("modified multiple times")
    );
    clock.advance(Duration::from_secs(31 * 60));
    let off = db.run(Order::disable_time_to_live());
    assert!(
        off.as_ref().is_ok_and(|off| off.time_to_live_status != Some(TimeToLiveStatus::Enabled)),
        "{off:?}"
    );
    db.run(Order::wait_until_active()).unwrap();
    db.run(Order::delete_table()).unwrap();
    db.run(Order::wait_until_gone()).unwrap();
    assert_eq!(db.run(ListTables::new()).unwrap(), [""; 0]);
}
