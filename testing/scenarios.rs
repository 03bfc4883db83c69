//! What must hold on every driver and backend: written once, run against each.
//!
//! Each scenario takes what makes a builder (with an endpoint or backend set) and works on tables of its own, under a
//! prefix, so that several can share one server.

#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs,
    reason = "tests share it as a module"
)]

#[path = "scenarios/documents.rs"]
mod documents;
#[path = "each.rs"]
#[macro_use]
mod each;

use std::sync::atomic::{AtomicU32, Ordering};

use dynochemy_core::*;
use serde::{Deserialize, Serialize};

pub use documents::{conditions_and_actions, indexes_and_pages, transactions, versions};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 100, write_capacity = 100)]
pub struct Visit {
    #[table(hash_key)]
    pub user: String,
    #[table(range_key)]
    pub time: u64,
    pub full_name: Option<String>,
    pub seen: i64,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "pages")]
pub struct Page {
    #[table(hash_key)]
    pub number: u32,
    #[serde(rename = "Body")]
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "orders", views("orders-per-customer"))]
pub struct Order {
    #[table(hash_key)]
    pub id: u32,
    pub customer: String,
    pub amount: i64,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "orders_per_customer")]
pub struct CustomerTotal {
    #[table(hash_key)]
    pub customer: String,
    pub orders: i64,
    pub amount: i64,
}

pub struct OrdersPerCustomer;

impl View for OrdersPerCustomer {
    const ID: &'static str = "orders-per-customer";
    type Source = Order;
    type Target = CustomerTotal;
    fn add(&self, order: &Order, changes: &mut Changes<CustomerTotal>) {
        changes.add(&order.customer, CustomerTotal::ORDERS, 1);
        changes.add(&order.customer, CustomerTotal::AMOUNT, order.amount);
    }
}

fn visit(user: &str, time: u64) -> Visit {
    Visit { user: user.to_owned(), time, full_name: Some(format!("Name of {user}")), seen: 0 }
}

/// A `Db` with tables of its own.
fn own<D: AsyncDb + Connect>(stage: &impl Fn() -> Builder<D>) -> Builder<D> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    stage().table_prefix(format!("t{}-{number}-", std::process::id()))
}

/// A table is created once, described, and deleted.
pub async fn a_tables_life<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    let missing = db.run(Visit::describe()).await.unwrap_err();
    assert_eq!((missing.code(), missing.effect()), (Some("ResourceNotFoundException"), Effect::NotApplied));
    assert!(missing.to_string().starts_with("describe on table `visits` was refused"), "{missing}");

    let created = db.run(Visit::create()).await.unwrap();
    assert_eq!(created.table_status, TableStatus::Active);
    let throughput = created.provisioned_throughput.unwrap();
    assert_eq!((throughput.read_capacity_units, throughput.write_capacity_units), (100, 100));
    assert_eq!(created.key_shape().as_ref(), Some(&Visit::DESCRIPTION.keys));
    let again = db.run(Visit::create()).await.unwrap_err();
    assert_eq!(again.code(), Some("ResourceInUseException"));

    db.run(visit("a", 1).put()).await.unwrap();
    let described = db.run(Visit::describe()).await.unwrap();
    assert!(described.table_name.ends_with("-visits"));
    assert_eq!(described.table_status, TableStatus::Active);

    db.run(Visit::delete_table()).await.unwrap();
    let gone = db.run(Visit::get(("a", 1))).await.unwrap_err();
    assert_eq!(gone.code(), Some("ResourceNotFoundException"));
}

/// One item is written, read, changed and deleted.
pub async fn an_items_life<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Visit::create()).await.unwrap();
    assert_eq!(db.run(Visit::get(("a", 1))).await, Ok(None));

    let odd = Visit {
        full_name: Some("a \"quoted\" \\ name\n\u{1}\u{1F600}".to_owned()),
        ..visit("ü/é", u64::MAX)
    };
    db.run(odd.put()).await.unwrap();
    assert_eq!(db.run(Visit::get((&odd.user, u64::MAX)).consistent()).await, Ok(Some(odd)));

    let key = ("a", 1);
    db.run(visit("a", 1).put()).await.unwrap();
    db.run(Visit::update(key).add(Visit::SEEN, 3).set(Visit::FULL_NAME, "Rhett")).await.unwrap();
    let expected = Visit { full_name: Some("Rhett".to_owned()), seen: 3, ..visit("a", 1) };
    assert_eq!(db.run(Visit::get(key)).await, Ok(Some(expected)));
    db.run(Visit::update(key).add(Visit::SEEN, -5).remove(Visit::FULL_NAME)).await.unwrap();
    let expected = Visit { full_name: None, seen: -2, ..visit("a", 1) };
    assert_eq!(db.run(Visit::get(key)).await, Ok(Some(expected)));
    // An update creates what does not exist.
    db.run(Visit::update(("a", 2)).add(Visit::SEEN, 1)).await.unwrap();
    assert_eq!(db.run(Visit::get(("a", 2))).await.unwrap().unwrap().seen, 1);

    db.run(Visit::delete(key)).await.unwrap();
    db.run(Visit::delete(key)).await.unwrap();
    assert_eq!(db.run(Visit::get(key)).await, Ok(None));
}

/// Queries and scans find what they should, over several pages.
pub async fn queries_and_scans<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Visit::create()).await.unwrap();
    let mut solvent = Solvent::new();
    // 13 items of 100 KB: more than one page of 1 MB.
    for time in 0..13 {
        solvent.add(Visit { full_name: Some("x".repeat(100_000)), ..visit("large", time) }.put());
    }
    // Range keys sort as numbers.
    for time in [1, 2, 10, 9, 100] {
        solvent.add(visit("small", time).put());
    }
    db.run(solvent).await.unwrap();

    let times = |visits: Vec<Visit>| visits.into_iter().map(|visit| visit.time).collect::<Vec<_>>();
    assert_eq!(times(db.run(Visit::query("small")).await.unwrap()), [1, 2, 9, 10, 100]);
    assert_eq!(times(db.run(Visit::query("small").reverse().limit(2)).await.unwrap()), [100, 10]);
    assert_eq!(times(db.run(Visit::query("small").between(2, 10)).await.unwrap()), [2, 9, 10]);
    assert_eq!(
        times(db.run(Visit::query("small").between(2, 10).reverse().consistent()).await.unwrap()),
        [10, 9, 2]
    );
    assert_eq!(times(db.run(Visit::query("nobody")).await.unwrap()), [0u64; 0]);
    assert_eq!(times(db.run(Visit::query("large")).await.unwrap()), (0..13).collect::<Vec<_>>());
    assert_eq!(times(db.run(Visit::query("large").limit(12)).await.unwrap()), (0..12).collect::<Vec<_>>());

    for scan in [Visit::scan(), Visit::scan().segments(3), Visit::scan().consistent()] {
        let mut keys: Vec<_> =
            db.run(scan).await.unwrap().into_iter().map(|visit| (visit.user, visit.time)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 18);
    }
    assert_eq!(db.run(Visit::scan().limit(4)).await.unwrap().len(), 4);
}

/// A plan over two tables sends few requests, and every ticket gets its own answer.
pub async fn a_large_plan<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    // How much is sent together must not hang on how fast the declared capacity comes back.
    let builder = own(&stage).settings(|settings| settings.prevent_throttling = false);
    let db = builder.table::<Visit>().table::<Page>().build().unwrap();
    let mut tables = Solvent::new();
    tables.add(Visit::create());
    tables.add(Page::create());
    db.run(tables).await.unwrap();

    let mut solvent = Solvent::new();
    let (mut visits, mut pages) = (Vec::new(), Vec::new());
    for number in 0..65 {
        let page = Page { number, body: format!("page {number}") };
        solvent.add(page.put());
        pages.push((solvent.add(Page::get(number).consistent()), page));
        let visit = visit(&format!("user {number}"), 7);
        solvent.add(visit.put());
        visits.push((solvent.add(Visit::get((&visit.user, 7)).consistent()), visit));
    }
    let absent = solvent.add(Page::get(1000).consistent());
    let mut outcome = db.run(solvent).await.unwrap();
    for (ticket, visit) in visits {
        assert_eq!(outcome.take(ticket), Ok(Some(visit)));
    }
    for (ticket, page) in pages {
        assert_eq!(outcome.take(ticket), Ok(Some(page)));
    }
    assert_eq!(outcome.take(absent), Ok(None));
    let report = outcome.report();
    assert_eq!(report.requests[&Action::BatchWriteItem], 6);
    // 131 keys: those that follow a put fill two batches, the one that waits for nothing goes first.
    assert!(report.total_requests() <= 6 + 3, "{report}");
    let units: f64 = report.capacity.values().sum();
    assert!(units >= 130.0 + 131.0, "{report}");
}

/// A view follows every write to its source.
pub async fn a_view<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    // Older servers allow 10 actions in a transaction.
    let db = own(&stage).table::<Order>().view(OrdersPerCustomer).settings(|settings| {
        settings.transaction_actions = 10;
        settings.prevent_throttling = false;
    });
    let db = db.build().unwrap();
    db.run(Order::create()).await.unwrap();
    db.run(CustomerTotal::create()).await.unwrap();
    let order = |id: u32, amount| Order { id, customer: format!("customer {}", id % 3), amount };
    let mut solvent = Solvent::new();
    for id in 0..60 {
        solvent.add(order(id, 10).put());
    }
    let outcome = db.run(solvent).await.unwrap();
    // Ten actions each, of which at most three are for the view.
    assert!(outcome.report().requests[&Action::TransactWriteItems] <= 9, "{}", outcome.report());

    let mut changes = Solvent::new();
    changes.add(order(0, 15).put());
    changes.add(Order { customer: "customer 9".to_owned(), ..order(1, 10) }.put());
    changes.add(Order::delete(2));
    changes.add(Order::update(3).add(Order::AMOUNT, -4));
    changes.add(Order::update(4).set(Order::CUSTOMER, "customer 9"));
    changes.add(order(0, 20).put());
    db.run(changes).await.unwrap();

    let mut totals = db.run(CustomerTotal::scan().consistent()).await.unwrap();
    totals.sort_by(|a, b| a.customer.cmp(&b.customer));
    let totals: Vec<_> =
        totals.iter().map(|total| (total.customer.as_str(), total.orders, total.amount)).collect();
    let expected =
        [("customer 0", 20, 206), ("customer 1", 18, 180), ("customer 2", 19, 190), ("customer 9", 2, 20)];
    assert_eq!(totals, expected);
    // The library's own attributes do not show in typed items.
    assert_eq!(db.run(Order::get(0)).await, Ok(Some(order(0, 20))));
}

/// One table is missing and one item is invalid; the others succeed.
pub async fn a_plan_with_culprits<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "authors", global_index(name = "by_name", hash("name")))]
    struct Author {
        #[table(hash_key)]
        id: u32,
        name: String,
    }
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "authors")]
    struct NumberedAuthor {
        #[table(hash_key)]
        id: u32,
        name: u32,
    }
    let db = own(&stage).build().unwrap();
    db.run(Visit::create()).await.unwrap();
    db.run(Author::create()).await.unwrap();
    let mut solvent = Solvent::new();
    let good: Vec<_> = (0..20).map(|time| solvent.add(visit("a", time).put())).collect();
    let missing = solvent.add(Page { number: 1, body: String::new() }.put());
    let invalid = solvent.add(NumberedAuthor { id: 5, name: 5 }.put());
    let found = solvent.add(Visit::get(("a", 3)).consistent());
    let mut outcome = match db.run(solvent).await {
        Err(Error::Incomplete(outcome)) => outcome,
        other => panic!("{other:?}"),
    };
    for ticket in good {
        assert_eq!(outcome.take(ticket), Ok(()));
    }
    assert_eq!(outcome.take(found), Ok(Some(visit("a", 3))));
    let missing = outcome.take(missing).unwrap_err();
    assert_eq!((missing.code(), missing.effect()), (Some("ResourceNotFoundException"), Effect::NotApplied));
    assert!(missing.to_string().contains("put on table `pages` (number = 1)"), "{missing}");
    let invalid = outcome.take(invalid).unwrap_err();
    assert_eq!((invalid.code(), invalid.effect()), (Some("ValidationException"), Effect::NotApplied));
    assert_eq!(db.run(Visit::query("a").consistent()).await.unwrap().len(), 20);
}

/// A plan tells how far it has come, and hands out the pages of its streams beside its other operations.
pub async fn a_watched_plan<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Visit::create()).await.unwrap();
    let mut solvent = Solvent::new();
    for time in 0..120 {
        solvent.add(visit(&format!("user {}", time % 7), time).put());
    }
    let all = solvent.stream(Visit::scan().segments(3).page_size(10).consistent());
    let of_one = solvent.stream(Visit::query("user 1").page_size(2).consistent());
    let found = solvent.add(Visit::get(("user 3", 3)).consistent());
    let (mut scanned, mut queried, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let outcome = db.run_with(solvent, |notice| match notice {
        Notice::Progress(progress) => told.push(progress),
        Notice::Page(page) => match page.rows_of(all) {
            Ok(rows) => scanned.extend(rows.map(|visit| visit.unwrap().time)),
            Err(page) => queried.extend(page.rows_of(of_one).unwrap().map(|visit| visit.unwrap().time)),
        },
        _ => {}
    });
    let mut outcome = outcome.await.unwrap();
    scanned.sort_unstable();
    assert_eq!(scanned, (0..120).collect::<Vec<u64>>());
    assert_eq!(queried, (0..120).filter(|time| time % 7 == 1).collect::<Vec<u64>>());
    assert_eq!(outcome.take(all).unwrap().items(), 120);
    assert_eq!(outcome.take(found).unwrap(), Some(visit("user 3", 3)));
    let (first, last) = (told.first().unwrap(), told.last().unwrap());
    assert_eq!((first.operations, first.ended), (123, 0));
    assert_eq!((last.ended, last.failed, last.items), (123, 0, 120 + 17));
    assert_eq!(last.calls_sent, outcome.report().total_requests());
}

/// A key that is not one of the table's is refused by the service, in its own words.
pub async fn a_wrong_key<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    #[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
    #[table(name = "visits")]
    struct HashOnlyVisit {
        #[table(hash_key)]
        user: String,
    }
    let db = own(&stage).build().unwrap();
    db.run(Visit::create()).await.unwrap();
    let error = db.run(HashOnlyVisit::get("a")).await.unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.code.as_str(), error.effect()), ("ValidationException", Effect::NotApplied));
    // The service's words, and those of its older local edition.
    let words = [
        "The provided key element does not match the schema",
        "The number of conditions on the keys is invalid",
    ];
    assert!(words.contains(&rejection.message.as_str()), "{rejection}");
    let error = db.run(HashOnlyVisit { user: "a".to_owned() }.put()).await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    // What the library sees by itself is not sent at all.
    let error = db.run(Visit::get(("", 1))).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
}

/// One test of each scenario; see [`each`].
macro_rules! scenarios {
    ([$($attribute:meta),*] $stage:path, $drive:path) => {
        each!([$($attribute),*] scenarios, $stage, $drive;
            a_tables_life an_items_life queries_and_scans a_large_plan a_watched_plan a_view a_plan_with_culprits a_wrong_key
            conditions_and_actions versions indexes_and_pages transactions);
    };
}
