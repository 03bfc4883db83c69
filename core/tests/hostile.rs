//! Servers that answer what nobody asked for, and other bad luck.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

/// A visit with whatever else its item holds.
#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 10, write_capacity = 5, views("visits-per-user"))]
struct WholeVisit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    seen: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

fn visit(user: &str, time: u64, seen: u64) -> Visit {
    Visit { user: user.to_owned(), time, seen }
}

fn note(id: &str, text: &str) -> Note {
    Note { id: id.to_owned(), text: text.to_owned(), count: 1 }
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "reset".to_owned() }
}

fn refused(code: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, "told by the test")))
}

/// 7. Malformed plans.
fn edited(plan: Solvent, from: &str, to: &str) -> Result<Solvent, String> {
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains(from), "{json}");
    serde_json::from_str(&json.replace(from, to)).map_err(|error| error.to_string())
}

fn active(request: &Request) -> Response {
    let Request::CreateTable(create) = request else { panic!() };
    Response::CreateTable(Box::new(CreateTableOutput {
        table_description: table(&create.table_name, TableStatus::Active),
    }))
}

fn table(name: &str, table_status: TableStatus) -> TableDescription {
    TableDescription { table_name: name.to_owned(), table_status, ..TableDescription::default() }
}

/// 1. Applied + lost, then the retry is refused before the token is looked at.
#[test]
fn a_retry_refused_for_its_signature_does_not_tell_that_nothing_was_applied() {
    for code in ["ExpiredTokenException", "AccessDeniedException", "UnrecognizedClientException"] {
        for members in 1..3 {
            let mut service = Service::default();
            let mut now = START;
            let mut plan = Solvent::new();
            for time in 0..members {
                plan.add(visit("a", time, 5).put());
            }
            let (mut run, _) =
                client(|settings| settings.prevent_throttling = false).start(plan, now).unwrap();
            let mut expired = false;
            drive_with(&mut run, &mut now, |request| {
                if expired {
                    return Err(refused(code));
                }
                let answer = service.answer(request);
                if matches!(request, Request::TransactWriteItems(_)) {
                    expired = true;
                    return Err(lost());
                }
                answer
            });
            let outcome = run.finish();
            let held = service.all::<Visit>().len();
            assert_eq!(held, members as usize);
            let (_, error) = outcome.errors().next().unwrap();
            println!("{code} {members}: {error}");
            assert_eq!(
                error.effect(),
                Effect::Unknown,
                "{code} {members}: it is there, and is told: {error}"
            );
        }
    }
}

/// 4. Deadlines.
#[test]
fn what_a_batch_left_unprocessed_at_the_deadline_ends_at_the_deadline() {
    let client = client(|settings| {
        settings.backoff_base = Duration::from_secs(10);
        settings.backoff_cap = Duration::from_secs(20);
    });
    let mut plan = Solvent::new().deadline(Duration::from_secs(1));
    plan.add(note("a", "x").put());
    plan.add(note("b", "x").put());
    let (mut run, _) = client.start(plan, START).unwrap();
    let Step::Send(call) = run.poll(START) else { panic!() };
    assert!(matches!(run.poll(START), Step::Wait { .. }));
    let Request::BatchWriteItem(batch) = &*call.request else { panic!() };
    let answer =
        BatchWriteItemOutput { unprocessed_items: batch.request_items.clone(), ..Default::default() };
    let now = START + Duration::from_secs(1);
    run.complete(call.id, Ok(Response::BatchWriteItem(answer)), now);
    let step = run.poll(now);
    assert_eq!(step, Step::Done, "deadline {}", START + Duration::from_secs(1));
}

#[test]
fn an_item_that_is_read_whole_can_be_written_back() {
    let mut service = Service::default();
    let client = client(|_| {});
    let mut now = START;
    let (mut run, _) = client.start(visit("a", 1, 5).put(), now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let (mut run, finish) = client.start(WholeVisit::get(("a", 1)), now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let mut whole = finish(run.finish()).unwrap().unwrap();
    println!("{whole:?}");
    whole.seen = 7;
    let (mut run, finish) = client.start(whole.put(), now).unwrap();
    let requests = drive(&mut run, &mut service, &mut now);
    for request in &requests {
        if let Request::TransactWriteItems(transaction) = &**request {
            let TransactWriteItem::Put(put) = &transaction.transact_items[0] else { panic!() };
            let text = String::from_utf8_lossy(put.item.as_bytes()).into_owned();
            println!("{text}");
            assert_eq!(text.matches("dy_v").count(), 1, "{text}");
        }
    }
    finish(run.finish()).unwrap();
    assert_eq!(view_drift(&service), None);
}

/// 6. A busy table: old items come a few at a time.
#[test]
fn old_items_that_come_a_few_at_a_time_are_all_read() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    for time in 0..90 {
        plan.add(visit("a", time, 1).put());
    }
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::BatchGetItem(batch) => {
            let mut asked = batch.clone();
            let mut unprocessed = batch.request_items.clone();
            let keys = &mut unprocessed.get_mut("visits").unwrap().keys;
            let now: Vec<Key> = keys.drain(..keys.len().min(5)).collect();
            let left = !keys.is_empty();
            asked.request_items.get_mut("visits").unwrap().keys = now;
            let Ok(Response::BatchGetItem(mut answer)) = service.answer(&Request::BatchGetItem(asked)) else {
                panic!()
            };
            if left {
                answer.unprocessed_keys = unprocessed;
            }
            Ok(Response::BatchGetItem(answer))
        }
        _ => service.answer(request),
    });
    let outcome = run.finish();
    let failed = outcome.errors().count();
    assert_eq!(failed, 0, "{}", outcome.errors().next().unwrap().1);
}

#[test]
fn a_saved_scan_of_no_segments_is_refused_or_ends() {
    let mut plan = Solvent::new();
    plan.add(Visit::scan());
    let Ok(plan) = edited(plan, "{\"All\":1}", "{\"All\":0}") else { return };
    let Ok((mut run, _)) = client(|_| {}).start(plan, START) else { return };
    let step = run.poll(START);
    assert_ne!(step, Step::Wait { until: None }, "a wait for nothing");
}

/// 8. Cursor that never advances
#[test]
fn a_page_that_ends_where_it_began_is_not_asked_for_for_ever() {
    let client = client(|_| {});
    let mut plan = Solvent::new();
    plan.add(Visit::scan());
    let (mut run, _) = client.start(plan, START).unwrap();
    let key = Visit::DESCRIPTION.keys.extract(&wire::encode(&visit("a", 1, 1)).unwrap().item).unwrap();
    for _ in 0..1000 {
        match run.poll(START) {
            Step::Send(call) => {
                let page = ScanOutput { last_evaluated_key: Some(key.to_item()), ..Default::default() };
                run.complete(call.id, Ok(Response::Scan(page)), START);
            }
            Step::Done => return,
            other => panic!("{other:?}"),
        }
    }
    panic!("1000 pages");
}

#[test]
fn pages_that_end_in_turns_where_earlier_ones_did_are_not_asked_for_for_ever() {
    for turns in 2..7 {
        let mut plan = Solvent::new();
        plan.add(Note::scan());
        let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
        let end = |page: u32| {
            let note = Note { id: format!("{page}"), text: String::new(), count: 0 };
            Note::DESCRIPTION.keys.extract(&wire::encode(&note).unwrap().item).unwrap().to_item()
        };
        let mut pages = 0;
        loop {
            match run.poll(START) {
                Step::Send(call) => {
                    let page =
                        ScanOutput { last_evaluated_key: Some(end(pages % turns)), ..Default::default() };
                    run.complete(call.id, Ok(Response::Scan(page)), START);
                    pages += 1;
                    assert!(pages < 100, "{turns} in turns");
                }
                Step::Done => break,
                other => panic!("{other:?}"),
            }
        }
        let error = run.finish().errors().next().unwrap().1.to_string();
        assert!(error.contains("there would be no end of pages"), "{error}");
    }
}

#[test]
fn an_item_that_is_not_the_one_that_was_asked_for_is_not_believed() {
    let answered = |json: &str, get: Solvent| {
        let (mut run, _) = client(|_| {}).start(get, START).unwrap();
        let Step::Send(call) = run.poll(START) else { panic!("nothing is sent") };
        let item = Some(Item::from_json(json.to_owned()).unwrap());
        let answer = GetItemOutput { item, consumed_capacity: None };
        run.complete(call.id, Ok(answer.into()), START);
        assert_eq!(run.poll(START), Step::Done);
        run.finish().errors().next().map(|(_, error)| error.to_string())
    };
    let alone = || Visit::get(("a", 1)).into_solvent().0;
    let equal = || {
        let mut solvent = Solvent::new();
        solvent.extend([Visit::get(("a", 1)), Visit::get(("a", 1))]);
        solvent
    };
    for plan in [alone(), equal()] {
        for other in [
            r#"{"user":{"S":"b"},"time":{"N":"1"},"seen":{"N":"0"}}"#,
            r#"{"seen":{"N":"0"},"time":{"N":"2"},"user":{"S":"a"}}"#,
            r#"{"user":{"S":"a"},"seen":{"N":"0"}}"#,
            r#"{"user":{"S":"a"},"time":{"S":"1"}}"#,
        ] {
            let error = answered(other, plan.clone()).expect(other);
            assert!(error.contains("was not answered: the answer holds another item"), "{error}");
        }
        for same in [
            r#"{"user":{"S":"a"},"time":{"N":"1.0"},"seen":{"N":"0"}}"#,
            r#"{"seen":{"N":"0"},"time":{"N":"1"},"user":{"S":"\u0061"}}"#,
        ] {
            assert_eq!(answered(same, plan.clone()), None, "{same}");
        }
    }
}

#[test]
fn a_create_under_way_resumed_waits_for_the_table() {
    let mut plan = Solvent::new();
    plan.add(Note::create());
    let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
    assert!(matches!(run.poll(START), Step::Send(_)));
    let saved = run.checkpoint();
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(saved, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |request| match request {
        Request::CreateTable(_) => Err(refused("ResourceInUseException")),
        _ => Err(lost()),
    });
    println!("{:?}", counts(&requests));
    let outcome = run.finish();
    println!("{:?}", outcome.errors().next().map(|(_, e)| e.to_string()));
    assert!(counts(&requests).contains_key("DescribeTable"));
}

/// 10. taken apart: transactions of one source at the same time
#[test]
fn one_transaction_of_a_source_is_under_way_even_after_one_was_taken_apart() {
    let client = client(|settings| settings.prevent_throttling = false);
    let mut plan = Solvent::new();
    for time in 0..30 {
        plan.add(visit("a", time, 1).put());
    }
    let mut service = Service::default();
    let (mut run, _) = client.start(plan, START).unwrap();
    let mut pending: Vec<Call> = Vec::new();
    let mut most = 0;
    let mut first = true;
    loop {
        match run.poll(START) {
            Step::Send(call) => {
                pending.push(call);
                let together = pending
                    .iter()
                    .filter(|call| matches!(&*call.request, Request::TransactWriteItems(_)))
                    .count();
                most = most.max(together);
            }
            Step::Done => break,
            Step::Deliver(_) => {}
            Step::Wait { .. } => {
                for call in std::mem::take(&mut pending) {
                    let answer = if matches!(&*call.request, Request::TransactWriteItems(_))
                        && std::mem::take(&mut first)
                    {
                        Err(refused("ValidationException"))
                    } else {
                        service.answer(&call.request)
                    };
                    run.complete(call.id, answer, START);
                }
            }
        }
    }
    assert_eq!(most, 1);
}

/// 11. A foreign item as the answer of the read before a write.
#[test]
fn an_update_does_not_write_another_item_than_its_own() {
    let mut service = Service::default();
    let client = client(|_| {});
    let mut now = START;
    let (mut run, _) = client.start(visit("b", 1, 5).put(), now).unwrap();
    drive(&mut run, &mut service, &mut now);
    let (mut run, _) = client.start(Visit::update(("a", 1)).add(Visit::SEEN, 1), now).unwrap();
    drive_with(&mut run, &mut now, |request| match request {
        Request::GetItem(get) => {
            let mut get = get.clone();
            get.key =
                Visit::DESCRIPTION.keys.extract(&wire::encode(&visit("b", 1, 1)).unwrap().item).unwrap();
            service.answer(&Request::GetItem(get))
        }
        _ => service.answer(request),
    });
    let b = service.all::<Visit>().into_iter().find(|visit| visit.user == "b").unwrap();
    println!("{:?} {:?}", b, run.finish().errors().next());
    assert_eq!(b.seen, 5);
}

#[test]
fn a_write_waits_for_its_views_target_to_be_created() {
    let mut plan = Solvent::new();
    plan.add(Visit::create());
    plan.add(UserCount::create());
    plan.add(Visit { user: "a".into(), time: 1, seen: 1 }.put());
    let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
    let Step::Send(source) = run.poll(START) else { panic!() };
    let Step::Send(_target) = run.poll(START) else { panic!() };
    run.complete(source.id, Ok(active(&source.request)), START);
    let Step::Send(read) = run.poll(START) else { return };
    run.complete(read.id, Ok(Response::GetItem(GetItemOutput::default())), START);
    let step = run.poll(START);
    assert!(
        !matches!(&step, Step::Send(call) if matches!(&*call.request, Request::TransactWriteItems(_))),
        "sent before the target is there"
    );
}
