//! The spans of runs and requests, as a subscriber sees them.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dynochemy_sql::{Db, Moment, Solvent, SqlBackend, Table, Throughput, Tracing, VirtualClock};
use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(
    name = "accounts",
    read_capacity = 5,
    write_capacity = 5,
    global_index(name = "by_owner", hash("owner"))
)]
struct Account {
    #[table(hash_key)]
    number: u64,
    owner: String,
    balance: i64,
}

fn account(number: u64) -> Account {
    Account { number, owner: "Scarlett-the-secret".to_owned(), balance: 4_711_471_147 }
}

/// A span that has ended, or not.
#[derive(Clone, Debug, Default)]
struct Seen {
    name: &'static str,
    parent: Option<u64>,
    fields: BTreeMap<String, String>,
    closed: bool,
}

/// Keeps all spans.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<BTreeMap<u64, Seen>>>);

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dynochemy"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let number = spans.len() as u64 + 1;
        let mut seen = Seen { name: attributes.metadata().name(), ..Seen::default() };
        seen.parent = attributes.parent().map(Id::into_u64);
        attributes.record(&mut Fields(&mut seen.fields));
        spans.insert(number, seen);
        Id::from_u64(number)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap().get_mut(&span.into_u64()).unwrap().fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn try_close(&self, span: Id) -> bool {
        self.0.lock().unwrap().get_mut(&span.into_u64()).unwrap().closed = true;
        true
    }
}

/// Held while spans are made: where threads with and without a subscriber meet a span for the first time at once, `tracing`
/// now and then keeps that nobody is interested in it.
static TURN: Mutex<()> = Mutex::new(());

/// The spans of what `work` does with a database on virtual time, in the order in which they began.
fn spans(throughput: Throughput, work: impl FnOnce(&Db)) -> Vec<Seen> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let backend = SqlBackend::in_memory().unwrap().with_throughput(throughput);
    let clock = VirtualClock::new(Moment::from_secs(1_800_000_000));
    let db =
        Db::builder().backend(backend).seed(1).observer(Tracing::new()).build().unwrap().with_clock(clock);
    db.run(Account::create()).unwrap();
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || work(&db));
    let spans = collector.0.lock().unwrap();
    spans.values().cloned().collect()
}

fn field<'a>(span: &'a Seen, name: &str) -> Option<&'a str> {
    span.fields.get(name).map(String::as_str)
}

#[test]
fn a_run_is_a_span_and_each_of_its_requests_is_one_in_it_with_the_names_of_open_telemetry() {
    let spans = spans(Throughput::unlimited(), |db| {
        let mut solvent = Solvent::new();
        for number in 0..30 {
            solvent.add(account(number).put());
        }
        db.run(solvent).unwrap();
        db.run(Account::BY_OWNER.query("Scarlett-the-secret").filter(Account::NUMBER.lt(10))).unwrap();
    });
    assert!(spans.iter().all(|span| span.closed), "{spans:#?}");
    let [run, first, second, reading, query] = &spans[..] else { panic!("{spans:#?}") };
    assert_eq!((run.name, run.parent, reading.name), ("run", None, "run"));
    assert_eq!((first.parent, second.parent, query.parent), (Some(1), Some(1), Some(4)));
    assert_eq!(field(run, "dynochemy.operations"), Some("30"));
    assert_eq!(field(run, "dynochemy.requests"), Some("2"));
    assert_eq!(field(run, "dynochemy.failed"), Some("0"));
    for (name, value) in [
        ("otel.name", "BatchWriteItem accounts"),
        ("otel.kind", "client"),
        ("db.system.name", "aws.dynamodb"),
        ("db.operation.name", "BatchWriteItem"),
        ("db.collection.name", "accounts"),
        ("db.operation.batch.size", "25"),
        ("aws.dynamodb.table_names", r#"["accounts"]"#),
    ] {
        assert_eq!(field(first, name), Some(value), "{name}");
    }
    let consumed: Vec<String> =
        serde_json::from_str(field(first, "aws.dynamodb.consumed_capacity").unwrap()).unwrap();
    let consumed: serde_json::Value = serde_json::from_str(&consumed[0]).unwrap();
    assert_eq!(consumed["TableName"], "accounts");
    assert_eq!(consumed["CapacityUnits"], 50.0);
    assert_eq!(field(second, "db.operation.batch.size"), Some("5"));
    assert_eq!(field(query, "aws.dynamodb.index_name"), Some("by_owner"));
    assert_eq!(field(query, "aws.dynamodb.count"), Some("10"));
    assert_eq!(field(query, "aws.dynamodb.scanned_count"), Some("30"));
    for span in &spans {
        assert_eq!((field(span, "error.type"), field(span, "otel.status_code")), (None, None));
    }
}

#[test]
fn each_attempt_is_a_span_of_its_own_and_a_refused_one_has_the_services_code() {
    let throughput = Throughput::declared().burst(Duration::from_secs(1)).starting_with(Duration::ZERO);
    let spans = spans(throughput, |db| db.run(account(1).put()).unwrap());
    let (run, calls) = spans.split_first().unwrap();
    assert_eq!(field(run, "dynochemy.requests"), Some(calls.len().to_string().as_str()));
    // What is throttled has the run ask for the table's capacity.
    let asks = |span: &&Seen| field(span, "otel.name") == Some("DescribeTable accounts");
    let (questions, attempts): (Vec<&Seen>, Vec<&Seen>) = calls.iter().partition(asks);
    assert!(questions.iter().all(|question| field(question, "error.type").is_none()));
    let (last, refused) = attempts.split_last().unwrap();
    assert!(!refused.is_empty(), "nothing was throttled");
    for attempt in refused {
        assert_eq!(field(attempt, "otel.name"), Some("PutItem accounts"));
        assert_eq!(field(attempt, "error.type"), Some("ProvisionedThroughputExceededException"));
        assert_eq!(field(attempt, "db.response.status_code"), field(attempt, "error.type"));
        assert_eq!(field(attempt, "otel.status_code"), Some("ERROR"));
    }
    assert_eq!((field(last, "error.type"), field(run, "error.type")), (None, None));
}

#[test]
fn what_fails_and_what_is_abandoned_is_told() {
    let spans = spans(Throughput::unlimited(), |db| {
        assert!(db.run(account(1).put().if_exists()).is_err());
        let mut solvent = Solvent::new();
        solvent.add(account(2).put());
        let mut watched = db.watch(solvent).unwrap();
        watched.next();
        drop(watched);
    });
    assert_eq!(field(&spans[0], "error.type"), Some("operations_failed"));
    assert_eq!(field(&spans[1], "error.type"), Some("ConditionalCheckFailedException"));
    assert_eq!(field(&spans[2], "error.type"), Some("abandoned"));
    assert!(spans.iter().all(|span| span.closed));
}

#[test]
fn no_span_holds_anything_of_an_item() {
    let spans = spans(Throughput::unlimited(), |db| {
        db.run(account(815_815_815).put()).unwrap();
        let _ = db.run(account(815_815_815).put().if_not_exists());
        db.run(Account::update(815_815_815).set(Account::OWNER, "Scarlett-the-secret")).unwrap();
        db.run(Account::BY_OWNER.query("Scarlett-the-secret")).unwrap();
        db.run(Account::delete(815_815_815)).unwrap();
    });
    assert!(spans.len() >= 10);
    for text in ["secret", "815815815", "4711471147"] {
        assert!(!format!("{spans:?}").contains(text), "{text} is in {spans:#?}");
    }
}

#[test]
fn a_request_over_the_network_tells_where_it_goes() {
    use dynochemy_core::{Builder, Client, Configuration, Connect};
    struct Bare(Arc<Client>);
    impl Connect for Bare {
        fn connect(configuration: Configuration) -> Result<Self, dynochemy_sql::Error> {
            Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
        }
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for (endpoint, host, port) in [
        (Some("http://127.0.0.1:8000"), "127.0.0.1", "8000"),
        (None, "dynamodb.eu-west-1.amazonaws.com", "443"),
    ] {
        let collector = Collector::default();
        tracing::subscriber::with_default(collector.clone(), || {
            let builder = Builder::<Bare>::new().region("eu-west-1").observer(Tracing::new());
            let builder = match endpoint {
                Some(endpoint) => builder.endpoint(endpoint),
                None => builder,
            };
            let Bare(client) = builder.build().unwrap();
            let (mut run, _) = client.start(Account::get(1), Moment::from_secs(1)).unwrap();
            run.poll(Moment::from_secs(1));
            drop(run.finish());
        });
        let spans = collector.0.lock().unwrap();
        let request = &spans[&2];
        assert_eq!(field(request, "server.address"), Some(host));
        assert_eq!(field(request, "server.port"), Some(port));
    }
}
