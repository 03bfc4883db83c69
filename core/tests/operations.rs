//! Operations that cannot be sent as they are: each says what is wrong and where.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

fn problem<P: Plan>(plan: P) -> String {
    let mut now = START;
    let (mut run, finish) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, &mut Service::default(), &mut now);
    assert!(requests.is_empty(), "something was sent");
    let error = finish(run.finish()).map(drop).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    error.to_string()
}

#[test]
fn an_empty_key_is_refused() {
    assert_eq!(
        problem(Note::get("")),
        "get on table `notes` was not sent: attribute `id`: a key must not be empty"
    );
    assert_eq!(
        problem(Note { id: String::new(), text: String::new(), count: 0 }.put()),
        "put on table `notes` was not sent: attribute `id`: a key must not be empty"
    );
    assert!(problem(Note::query("")).contains("a key must not be empty"));
    assert!(problem(Note::delete("")).contains("a key must not be empty"));
    assert!(problem(Note::update("")).contains("a key must not be empty"));
}

#[test]
fn an_item_without_its_key_is_refused() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "odd")]
    struct Odd {
        #[table(hash_key)]
        #[serde(skip_serializing_if = "String::is_empty")]
        id: String,
    }
    assert_eq!(
        problem(Odd { id: String::new() }.put()),
        "put on table `odd` was not sent: attribute `id`: the item lacks its hash key"
    );
}

#[test]
fn a_key_of_another_type_than_declared_is_refused() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "odd")]
    struct Odd {
        #[table(hash_key)]
        #[serde(serialize_with = "as_text")]
        #[table(stored_as = "u64")]
        id: u32,
    }
    fn as_text<S: serde::Serializer>(id: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }
    assert_eq!(
        problem(Odd { id: 5 }.put()),
        "put on table `odd` was not sent: attribute `id`: the table's key is N, not S"
    );
}

#[test]
fn an_item_over_400_kb_is_refused() {
    let text = "x".repeat(400 * 1024);
    assert_eq!(
        problem(Note { id: "a".to_owned(), text, count: 0 }.put()),
        "put on table `notes` (id = \"a\") was not sent: the item takes 409613 bytes, where at most 409600 (400 KB) are \
         allowed; make several items of it"
    );
}

#[test]
fn an_update_that_makes_no_sense_is_refused() {
    assert_eq!(
        problem(Note::update("a").set(Note::ID, "b")),
        "update on table `notes` (id = \"a\") was not sent: attribute `id`: a key attribute cannot be changed; put a new \
         item and delete the old one"
    );
    assert_eq!(
        problem(Note::update("a").add(Note::COUNT, 1).remove(Note::COUNT)),
        "update on table `notes` (id = \"a\") was not sent: the update changes `count` twice; make it one action, or two updates"
    );
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "floats")]
    struct Floats {
        #[table(hash_key)]
        id: u8,
        value: f64,
    }
    assert!(problem(Floats::update(1).add(Floats::VALUE, f64::NAN)).contains("a number must be finite"));
    assert!(
        problem(Floats { id: 1, value: f64::INFINITY }.put())
            .contains("attribute `value`: inf cannot be stored: a number must be finite")
    );
}

#[test]
fn a_scan_has_a_number_of_segments() {
    assert_eq!(
        problem(Note::scan().segments(0)),
        "scan on table `notes` was not sent: a scan has 1 to 1000000 segments, not 0"
    );
}

#[test]
fn in_a_plan_only_the_operation_itself_fails() {
    let mut solvent = Solvent::new();
    let bad = solvent.add(Note::get(""));
    let good = solvent.add(Note::get("a"));
    let mut now = START;
    let (mut run, finish) = client(|_| {}).start(solvent, now).unwrap();
    drive(&mut run, &mut Service::default(), &mut now);
    let Err(Error::Incomplete(mut outcome)) = finish(run.finish()) else { panic!("it is complete") };
    assert_eq!(
        Error::Incomplete(outcome.clone()).to_string(),
        "1 of 2 operations failed; the first, operation 0: get on table `notes` was not sent: attribute `id`: a key must \
         not be empty"
    );
    assert!(matches!(outcome.take(bad), Err(Error::Invalid { .. })));
    assert_eq!(outcome.take(good), Ok(None));
}

#[test]
fn an_item_that_does_not_fit_its_type_fails_one_ticket_and_names_the_key_and_the_attribute() {
    #[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
    #[table(name = "notes")]
    struct Small {
        #[table(hash_key)]
        id: String,
        count: u8,
    }
    let mut service = Service::default();
    let mut now = START;
    let mut solvent = Solvent::new();
    solvent.add(Note { id: "a".to_owned(), text: String::new(), count: 300 }.put());
    let small = solvent.add(Small::get("a"));
    let note = solvent.add(Note::get("a"));
    let all = solvent.add(Small::scan());
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let mut outcome = run.finish();
    let error = outcome.take(small).unwrap_err();
    assert_eq!((error.fate(), outcome.fate_of(small)), (Fate::Applied, Ok(Fate::Applied)));
    assert_eq!(
        error.to_string(),
        "get on table `notes` (id = \"a\") succeeded, but its answer does not fit the type: attribute `count`: 300 does \
         not fit u8"
    );
    assert_eq!(outcome.take(note).unwrap().unwrap().count, 300);
    assert_eq!(
        outcome.take(all).unwrap_err().to_string(),
        "scan on table `notes` (id = \"a\") succeeded, but its answer does not fit the type: attribute `count`: 300 does \
         not fit u8"
    );
}

#[test]
fn attribute_names_follow_serdes_renames() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "renamed")]
    #[serde(rename_all = "camelCase")]
    struct Renamed {
        #[table(hash_key)]
        user_name: String,
        #[table(range_key)]
        #[serde(rename = "T")]
        time: u64,
        r#type: Option<String>,
        #[serde(skip)]
        cache: u8,
    }
    let value = Renamed { user_name: "a".to_owned(), time: 1, r#type: Some("x".to_owned()), cache: 1 };
    assert_eq!(value.cache, 1);
    assert_eq!(Renamed::USER_NAME.name(), "userName");
    assert_eq!((Renamed::TIME.name(), Renamed::TYPE.name()), ("T", "type"));
    let key = Renamed::DESCRIPTION.keys.extract(&wire::encode(&value).unwrap().item).unwrap();
    assert_eq!(key.to_string(), "userName = \"a\", T = 1");
}

#[test]
fn an_expression_beyond_the_services_limits_is_not_sent() {
    let mut solvent = Solvent::new();
    let long = "x".repeat(2 * 1024 * 1024 + 1);
    let ticket = solvent.add(Note::update("a").set(Note::TEXT, long));
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(solvent, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |request| panic!("{request:?}"));
    assert!(requests.is_empty());
    let error = run.finish().take(ticket).unwrap_err();
    assert!(error.to_string().contains("the update has values of 2097153 bytes; split it"), "{error}");
    assert!(matches!(&error, Error::Invalid { subject, .. } if subject.key.is_some()), "{error:?}");
}
