//! Plans that were saved, and what may have become of them meanwhile: each is refused before anything is sent.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::*;
use support::*;

fn plan() -> Solvent {
    let mut solvent = Solvent::new().deadline(Duration::from_secs(60));
    solvent.add(Note { id: "a".to_owned(), text: "first".to_owned(), count: 1 }.put().if_not_exists());
    solvent.add(Note::update("b").add(Note::COUNT, 1).exactly_once());
    solvent.add(Visit::delete(("u", 3)));
    solvent.add(Visit::scan().segments(2));
    solvent.add(Note::get("c"));
    solvent
}

/// A plan of which a part has ended, as an outcome leaves it over.
fn leftover() -> Solvent {
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan(), now).unwrap();
    let mut count = 0;
    drive_with(&mut run, &mut now, |request| {
        count += 1;
        let problem = "the connection was reset".to_owned();
        if count > 2 { Err(CallError::NotSent { problem }) } else { service.answer(request) }
    });
    let left = run.finish().leftover();
    assert!((1..5).contains(&left.remaining()));
    left
}

fn read(text: &str) -> Result<Solvent, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn a_saved_plan_is_read_as_it_was() {
    let (run, _) = client(|_| {}).start(plan(), START).unwrap();
    for plan in [Solvent::new(), plan(), run.checkpoint(), leftover()] {
        let text = serde_json::to_string(&plan).unwrap();
        assert!(text.starts_with("{\"format\":1,\"digest\":"), "{text}");
        assert_eq!(read(&text).unwrap(), plan);
        assert_eq!(read(&serde_json::to_string_pretty(&plan).unwrap()).unwrap(), plan);
    }
}

#[test]
fn a_plan_of_a_later_version_is_told_whatever_it_holds() {
    for text in [
        r#"{"format":2,"digest":1,"plan":{"tables":[],"entries":[{"unknown":"shape"}]}}"#,
        r#"{"format":7,"steps":[]}"#,
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with("it was saved by a later version of the library"), "{error}");
    }
}

#[test]
fn what_is_no_plan_is_told() {
    let empty = serde_json::to_string(&Solvent::new()).unwrap();
    for (text, missing) in [
        ("{}".to_owned(), "it has no `format`"),
        (r#"{"tables":[],"entries":[],"deadline":null}"#.to_owned(), "it has no `format`"),
        (empty.replace("\"format\":1,", ""), "it has no `format`"),
        (empty.replace("\"format\":1", "\"format\":0"), "it has the unknown format 0"),
        (r#"{"format":1,"digest":0}"#.to_owned(), "it has no `plan`"),
        (empty.replace("\"digest\":", "\"other\":"), "it has no `digest`"),
    ] {
        let error = read(&text).unwrap_err();
        let told =
            format!("this is not a plan that this library has saved: {missing}; save the `Solvent` itself");
        assert!(error.starts_with(&told), "{text}: {error}");
    }
}

#[test]
fn a_plan_that_was_changed_by_hand_is_refused() {
    for plan in [plan(), leftover()] {
        let text = serde_json::to_string(&plan).unwrap();
        let mut refused = 0;
        for (from, to) in [
            ("first", "second"),
            ("\"b\"", "\"z\""),
            ("\"count\"", "\"text\""),
            ("\"exactly_once\":true", "\"exactly_once\":false"),
            ("\"ambiguous\":false", "\"ambiguous\":true"),
            ("\"result\":null", "\"result\":{\"Ok\":\"Done\"}"),
            ("\"secs\":60", "\"secs\":61"),
            ("\"total\":2", "\"total\":3"),
            ("\"session\":1", "\"session\":2"),
        ] {
            let changed = text.replacen(from, to, 1);
            if changed == text {
                continue;
            }
            refused += 1;
            let error = read(&changed).unwrap_err();
            assert!(error.starts_with("the plan was changed after it was saved"), "{from}: {error}");
        }
        assert!(refused >= 6, "{text}");
    }
}

#[test]
fn a_plan_of_which_a_part_is_missing_is_refused() {
    let text = serde_json::to_string(&leftover()).unwrap();
    for length in 0..text.len() {
        if text.is_char_boundary(length) {
            assert!(read(&text[..length]).is_err(), "the first {length} bytes are taken for a plan");
        }
    }
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["plan"]["entries"].as_array_mut().unwrap().remove(1);
    assert!(read(&value.to_string()).unwrap_err().starts_with("the plan was changed after it was saved"));
}

#[test]
fn an_outcome_can_be_saved_with_its_leftover_in_it() {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan(), now).unwrap();
    drive(&mut run, &mut Service::default(), &mut now);
    let outcome = run.finish();
    let read: Outcome = serde_json::from_str(&serde_json::to_string(&outcome).unwrap()).unwrap();
    assert_eq!(read, outcome);
    assert_eq!(read.leftover(), outcome.leftover());
}

#[test]
fn an_outcome_that_was_changed_or_is_of_a_later_version_is_refused() {
    let mut service = Service::default();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan(), now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::TransactWriteItems(_) => {
            Err(CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() })
        }
        request => service.answer(request),
    });
    let outcome = run.finish();
    assert_eq!(outcome.failed(), 1);
    let text = serde_json::to_string(&outcome).unwrap();
    assert!(text.starts_with("{\"format\":1,\"digest\":"), "{text}");
    let read = |text: &str| {
        serde_json::from_str::<Outcome>(text)
            .map_err(|error| error.to_string().split(';').next().unwrap().to_owned())
    };
    assert_eq!(read(&text).unwrap(), outcome);
    for (from, to) in
        [("\"failed\":1", "\"failed\":0"), ("\"ended\":", "\"ended\":1"), ("\"retries\":", "\"retries\":7")]
    {
        assert!(text.contains(from), "{text}");
        let error = read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with("the outcome was changed after it was saved"), "{from}: {error}");
    }
    // What is in its plan is guarded by the plan's own digest.
    assert!(read(&text.replacen("\"b\"", "\"z\"", 1)).unwrap_err().starts_with("the plan was changed"));
    assert!(
        read(&text.replacen("\"format\":1", "\"format\":2", 1))
            .unwrap_err()
            .starts_with("it was saved by a later")
    );
    assert_eq!(
        read("{}").unwrap_err(),
        "this is not an outcome that this library has saved: it has no `format`"
    );
}
