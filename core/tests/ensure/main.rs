//! Bringing tables into a state: against a model of the service's control plane, which takes its time, and with lost
//! answers, refusals and other clients in between.

#![allow(clippy::unwrap_used, reason = "a test")]

mod account;
mod changes;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use account::{Account, refused};
use dynochemy_core::api::*;
use dynochemy_core::operation::{EnsureStep, Ensured};
use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::{START, client, drive_with};

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{id}"),
    range_key(sk = "PROFILE"),
    read_capacity = 10,
    write_capacity = 5,
    global_index(name = "by_city", hash = "city", range("name", "id"), projection(include("age"))),
    local_index(name = "by_age", range = "age")
)]
struct User {
    id: String,
    name: String,
    city: String,
    age: u64,
    #[table(ttl)]
    expires: EpochSeconds,
}

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "ORDER#{number:08}"),
    read_capacity = 10,
    write_capacity = 5,
    global_index(
        name = "by_number",
        hash = "number",
        projection(keys_only),
        read_capacity = 3,
        write_capacity = 2
    )
)]
struct Order {
    user: String,
    number: u32,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "shop")]
struct Alien {
    #[table(hash_key)]
    id: String,
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

type Answer = Result<Response, CallError>;

/// Runs one operation on an account; `between` may do something else than the account.
fn run_with<P: Plan>(
    account: &mut Account,
    plan: P,
    mut between: impl FnMut(&mut Account, usize, &Request) -> Option<Answer>,
) -> (Vec<&'static str>, Result<P::Output, Error>) {
    let mut now = START;
    let settings = |settings: &mut Settings| {
        settings.attempts = 2;
        settings.table_timeout = Duration::from_secs(60);
    };
    let (mut run, finish) = client(settings).start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        between(account, count - 1, request).unwrap_or_else(|| account.answer(request))
    });
    let names = requests.iter().map(|request: &Arc<Request>| request.action().name()).collect();
    (names, finish(run.finish()))
}

fn run<P: Plan>(account: &mut Account, plan: P) -> (Vec<&'static str>, Result<P::Output, Error>) {
    run_with(account, plan, |_, _, _| None)
}

fn count(names: &[&str], name: &str) -> usize {
    names.iter().filter(|other| **other == name).count()
}

fn ensure_both() -> dynochemy_core::operation::EnsureTable<User> {
    User::ensure().with::<Order>()
}

fn text(outcome: Result<Ensured, Error>) -> String {
    outcome.unwrap().to_string()
}

#[test]
fn a_table_is_created_with_all_that_its_types_declare() {
    let mut account = Account::slow();
    let create = User::create()
        .with::<Order>()
        .stream(StreamViewType::KeysOnly)
        .tag("team", "a")
        .deletion_protection();
    let mut asked = None;
    let (names, outcome) = run_with(&mut account, create, |_, _, request| {
        if let Request::CreateTable(input) = request {
            asked = Some(input.clone());
        }
        None
    });
    let asked = serde_json::to_value(asked.unwrap()).unwrap();
    let schema = |name: &str, kind: &str| serde_json::json!({"AttributeName": name, "KeyType": kind});
    let by_city = &asked["GlobalSecondaryIndexes"][0];
    assert_eq!(
        by_city["KeySchema"],
        serde_json::json!([schema("city", "HASH"), schema("name", "RANGE"), schema("id", "RANGE")])
    );
    // The type's name is in the index, so that its queries can leave out others.
    assert_eq!(by_city["Projection"]["NonKeyAttributes"], serde_json::json!(["age", "dy_e"]));
    assert_eq!(by_city["ProvisionedThroughput"]["ReadCapacityUnits"], 10);
    assert_eq!(asked["GlobalSecondaryIndexes"][1]["ProvisionedThroughput"]["WriteCapacityUnits"], 2);
    assert_eq!(asked["LocalSecondaryIndexes"][0]["KeySchema"][0], schema("pk", "HASH"));
    let defined: Vec<_> = asked["AttributeDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["AttributeName"].as_str().unwrap())
        .collect();
    assert_eq!(defined, ["pk", "sk", "city", "name", "id", "age", "number"]);
    assert_eq!(asked["Tags"], serde_json::json!([{"Key": "team", "Value": "a"}]));
    assert_eq!(asked["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
    assert_eq!(asked["DeletionProtectionEnabled"], true);
    assert_eq!(outcome.unwrap().table_status, TableStatus::Active);
    assert_eq!(names[names.len() - 2..], ["DescribeTimeToLive", "UpdateTimeToLive"]);
    assert_eq!(account.time_to_live["shop"].attribute_name.as_deref(), Some("expires"));

    // All of it is as declared.
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    let ensured = outcome.unwrap();
    assert!(ensured.is_as_declared() && ensured.did.is_empty(), "{ensured}");
}

#[test]
fn types_that_contradict_each_other_are_refused_before_anything_is_sent() {
    let mut account = Account::default();
    let error = |outcome: Result<TableDescription, Error>| outcome.unwrap_err().to_string();
    let (names, outcome) = run(&mut account, User::create().with::<support::Note>());
    assert!(names.is_empty());
    assert!(error(outcome).contains("`notes` is another table than `shop`"));
    let (_, outcome) = run(&mut account, User::create().with::<Alien>());
    let problem = error(outcome);
    assert!(problem.contains("hash pk (S) and range sk (S), and hash id (S)"), "{problem}");
    let mut other = User::DESCRIPTION.clone();
    other.indexes.to_mut()[0].hash = Order::DESCRIPTION.indexes[0].hash.clone();
    let other = UntypedTable::new(other);
    let (_, outcome) = run(&mut account, User::create().with_table(&other));
    assert!(error(outcome).contains("different indexes by the name `by_city`"));
    let twice = User::update_table().delete_index("by_city").create_index(User::BY_CITY);
    assert!(error(run(&mut account, twice).1).contains("two changes of the index `by_city`"));
    let local = User::update_table().create_index(User::BY_AGE);
    assert!(error(run(&mut account, local).1).contains("can only be made together with its table"));
    let (_, outcome) = run(&mut account, Order::enable_time_to_live());
    assert!(outcome.unwrap_err().to_string().contains("declare it by #[table(ttl)]"));
}

#[test]
fn ensuring_creates_what_is_missing_once_and_one_index_after_another() {
    let mut account = Account::slow();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names[..2], ["DescribeTable", "CreateTable"]);
    assert_eq!(
        text(outcome),
        "table `shop`: created the table, switched time to live on, by the attribute `expires`"
    );
    let table = account.tables.get_mut("shop").unwrap();
    table.global_secondary_indexes.clear();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(count(&names, "UpdateTable"), 2);
    assert_eq!(
        outcome.unwrap().did,
        [EnsureStep::CreatedIndex("by_city".to_owned()), EnsureStep::CreatedIndex("by_number".to_owned())]
    );
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    assert_eq!(text(outcome), "table `shop`: nothing was missing");
}

#[test]
fn whatever_answer_is_lost_ensuring_ends_with_the_same_table() {
    let (mut expected, mut steps) = (None, 0);
    for (applied, lose) in (0..40).flat_map(|lose| [(false, lose), (true, lose)]) {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let (names, outcome) = run_with(&mut account, ensure_both(), |account, count, request| {
            (count == lose).then(|| {
                if applied {
                    account.answer(request)?;
                }
                Err(lost())
            })
        });
        let ensured = outcome.unwrap_or_else(|error| panic!("{lose} {applied}: {error}"));
        assert_eq!(ensured.did.len(), 2, "{lose} {applied}: {ensured} {names:?}");
        let expected = expected.get_or_insert_with(|| account.tables["shop"].clone());
        assert_eq!(account.tables["shop"], *expected, "{lose} {applied}");
        assert_eq!(account.time_to_live.len(), 1);
        steps = steps.max(names.len());
    }
    assert!(steps < 40, "{steps}");
}

impl Order {
    /// The table as it is where only orders are known.
    fn created() -> Request {
        let mut input =
            dynochemy_core::table::TableDefinition::new(Self::DESCRIPTION, Self::ENTITY).input("shop");
        let age = AttributeDefinition { attribute_name: "age".to_owned(), attribute_type: ScalarType::N };
        input.attribute_definitions.push(age);
        input.local_secondary_indexes.push(LocalSecondaryIndex {
            index_name: "by_age".to_owned(),
            key_schema: vec![KeySchemaElement::hash("pk"), KeySchemaElement::range("age")],
            projection: api::Projection::all(),
        });
        input.into()
    }
}

#[test]
fn an_ensuring_that_is_stopped_anywhere_goes_on_from_its_checkpoint() {
    for stop in 0..12 {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let settings = |settings: &mut Settings| settings.table_timeout = Duration::from_secs(60);
        let (mut run, _) = client(settings).start(ensure_both(), START).unwrap();
        let (mut now, mut calls) = (START, 0);
        let saved = loop {
            match run.poll(now) {
                // The last call arrives, and its answer does not.
                Step::Send(call) => {
                    let answer = account.answer(&call.request);
                    calls += 1;
                    if calls > stop {
                        break run.checkpoint();
                    }
                    run.complete(call.id, answer, now);
                }
                Step::Wait { until } => now = until.unwrap(),
                Step::Done => break run.checkpoint(),
                Step::Deliver(_) => {}
            }
        };
        let saved: Solvent = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
        let (mut run, _) = client(settings).start(saved, now).unwrap();
        drive_with(&mut run, &mut now, |request| account.answer(request));
        assert!(run.finish().is_complete(), "{stop}");
        let (names, outcome) = self::run(&mut account, ensure_both());
        assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"], "{stop}");
        assert_eq!(text(outcome), "table `shop`: nothing was missing", "{stop}");
    }
}

#[test]
fn another_client_that_does_the_same_is_no_failure() {
    // It creates the table, an index, and time to live, each just before this client does.
    let mut account = Account::slow();
    let mut other = Vec::new();
    let (names, outcome) = run_with(&mut account, ensure_both(), |account, _, request| {
        if matches!(request, Request::CreateTable(_) | Request::UpdateTable(_) | Request::UpdateTimeToLive(_))
        {
            let request = if other.is_empty() { Order::created() } else { request.clone() };
            if !other.contains(&request) {
                account.answer(&request).unwrap();
                other.push(request);
            }
        }
        None
    });
    assert_eq!(text(outcome), "table `shop`: nothing was missing", "{names:?}");
    assert_eq!(other.len(), 3);

    // A refusal that stays is told as it is.
    let mut account = Account::default();
    account.answer(&Order::created()).unwrap();
    let (names, outcome) = run_with(&mut account, ensure_both(), |_, _, request| match request {
        Request::UpdateTable(_) => Some(Err(refused("ValidationException", "too many indexes"))),
        _ => None,
    });
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.code(), error.effect()),
        (Some("ValidationException"), Effect::NotApplied),
        "{names:?}"
    );
}

#[test]
fn an_index_waits_while_another_is_made() {
    for code in ["LimitExceededException", "ResourceInUseException"] {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let mut left = 6;
        let (names, outcome) = run_with(&mut account, ensure_both(), |_, _, request| match request {
            Request::UpdateTable(_) if left > 0 => {
                left -= 1;
                Some(Err(refused(code, "only 1 online index can be created simultaneously per table")))
            }
            _ => None,
        });
        assert!(outcome.unwrap().did.contains(&EnsureStep::CreatedIndex("by_city".to_owned())), "{code}");
        assert_eq!(count(&names, "UpdateTable"), 7, "{code}");

        let (_, outcome) =
            run_with(&mut account, User::update_table().delete_index("by_city"), |_, _, request| {
                matches!(request, Request::UpdateTable(_)).then(|| Err(refused(code, "only one")))
            });
        let problem = outcome.unwrap_err().to_string();
        assert!(problem.contains("has not begun with the change after 60 s"), "{problem}");
        assert!(problem.contains(code) && problem.contains("table_timeout"), "{problem}");
    }
}

#[test]
fn what_must_not_be_changed_unasked_is_told_and_left_alone() {
    let mut account = Account::default();
    let mut shop = User::DESCRIPTION.clone();
    let indexes = shop.indexes.to_mut();
    indexes.remove(1);
    indexes[0].projection = IndexProjection::KeysOnly;
    indexes[0].hash = Order::DESCRIPTION.indexes[0].hash.clone();
    indexes.push(IndexDescription { name: "old".into(), ..indexes[0].clone() });
    (shop.read_capacity, shop.write_capacity) = (Some(1), Some(1));
    shop.time_to_live = Some("end".into());
    run(&mut account, UntypedTable::new(shop).create()).1.unwrap();
    let before = account.tables["shop"].clone();
    let ensure = User::ensure().stream(StreamViewType::NewImage).deletion_protection();
    let (names, outcome) = run(&mut account, ensure);
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    let ensured = outcome.unwrap();
    let differs: Vec<String> = ensured.differs.iter().map(ToString::to_string).collect();
    let expected = [
        "the table: the capacity is declared as 10 read and 5 write units a second and is 1 read and 1 write units a \
         second",
        "index `by_city`: the key is declared as hash city (S) and range name (S), id (S) and is hash number (N) and \
         range name (S), id (S)",
        "index `by_city`: the projection is declared as INCLUDE of age, dy_e and is KEYS_ONLY",
        "index `by_age`: it is declared as a local index of hash pk (S) and range age (N) and is not there",
        "index `old`: it is declared as not there and is a global index of hash number (N) and range name (S), id (S)",
        "the table: the stream is declared as NEW_IMAGE and is off",
        "the table: the protection from being deleted is declared as on and is off",
        "the table: the time to live is declared as by `expires` and is by `end`",
    ];
    for expected in expected {
        assert!(differs.iter().any(|one| one == expected), "{expected}\n{differs:#?}");
    }
    assert_eq!(account.tables["shop"], before);

    // Of a table with other keys nothing is changed at all.
    account.tables.get_mut("shop").unwrap().key_schema.pop();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable"]);
    assert!(
        text(outcome).contains("the key is declared as hash pk (S) and range sk (S) and is hash pk (S);")
    );
}

#[test]
fn what_was_done_before_its_answer_was_lost_is_told_although_it_is_refused_the_second_time() {
    let mut account = Account::slow();
    let (names, outcome) = run_with(&mut account, ensure_both(), |account, count, request| match count {
        1 => {
            account.answer(request).unwrap();
            Some(Err(lost()))
        }
        // Just after it was created, the service may not find the table.
        2 => Some(Err(refused("ResourceNotFoundException", "not yet"))),
        _ => None,
    });
    assert_eq!(count(&names, "CreateTable"), 2);
    assert_eq!(outcome.unwrap().did[0], EnsureStep::CreatedTable);
}
