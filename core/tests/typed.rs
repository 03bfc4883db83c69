//! What typed operations send, and what they make of the answers.

#![allow(clippy::unwrap_used, reason = "a test")]
#![cfg(feature = "http")]

mod support;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "documents",
    global_index(name = "by_owner", hash = "owner", range = "size"),
    global_index(name = "by_place", hash("country", "city"), range("street", "size"), const = "BY_PLACE")
)]
struct Doc {
    #[table(hash_key)]
    id: String,
    owner: Option<String>,
    country: Option<String>,
    city: Option<String>,
    street: Option<String>,
    size: u64,
    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    tags: Set<String>,
    #[table(version)]
    version: u64,
    #[table(created_at)]
    created: Option<EpochMillis>,
    #[table(updated_at)]
    updated: Option<EpochSeconds>,
}

fn doc() -> Doc {
    Doc {
        id: "d".to_owned(),
        owner: None,
        country: None,
        city: None,
        street: None,
        size: 5,
        lines: Vec::new(),
        tags: Set::default(),
        version: 0,
        created: None,
        updated: None,
    }
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{date}#{number:04}"))]
struct Order {
    user: String,
    date: String,
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "coupons",
    hash_key(pk = "USER#{user}#{year:04}"),
    global_index(name = "by_code", hash(code_pk = "{code}"), range(code_sk = "{year}#{user}#{left:03}"))
)]
struct Coupon {
    user: String,
    year: u32,
    code: String,
    left: u32,
}

/// The body of the first request of an operation.
fn body(plan: impl Plan) -> String {
    let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
    match run.poll(START) {
        Step::Send(call) => String::from_utf8(http::write_body(&call.request).to_vec()).unwrap(),
        Step::Done => panic!("nothing was sent: {:?}", run.finish()),
        other => panic!("{other:?}"),
    }
}

fn member(body: &str, name: &str) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body.get(name).cloned().unwrap_or_default()
}

fn refusal(plan: impl Plan) -> String {
    let (mut run, finish) = client(|_| {}).start(plan, START).unwrap();
    assert_eq!(run.poll(START), Step::Done, "something was sent");
    finish(run.finish()).map(drop).unwrap_err().to_string()
}

/// What an operation answers against the model, and the requests it took.
fn run<P: Plan>(service: &mut Service, plan: P) -> (Result<P::Output, Error>, usize) {
    let mut now = START;
    let (mut run, finish) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    (finish(run.finish()), requests.len())
}

fn note(text: &str, count: i64) -> Note {
    Note { id: "n".to_owned(), text: text.to_owned(), count }
}

/// An expression of a request with its names and values in place of the placeholders.
fn expression(body: &str, name: &str) -> String {
    let mut text = member(body, name).as_str().unwrap_or("none").to_owned();
    for placeholders in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let placeholders = member(body, placeholders);
        let mut found: Vec<_> = placeholders.as_object().into_iter().flatten().collect();
        // `#a10` before `#a1`.
        found.sort_by_key(|(placeholder, _)| std::cmp::Reverse((placeholder.len(), (*placeholder).clone())));
        for (placeholder, value) in found {
            let value = value.as_str().map_or_else(|| value.to_string().replace('"', "'"), str::to_owned);
            text = text.replace(placeholder, &value);
        }
    }
    text
}

#[test]
fn updates_carry_their_actions_condition_version_and_times() {
    let update = Doc::update("d")
        .set(Doc::OWNER, "Rhett")
        .set(Doc::CITY, None)
        .set_if_absent(Doc::COUNTRY, "IT")
        .append(Doc::LINES, ["x"])
        .delete_from(Doc::TAGS, Set::from(["a".to_owned()]))
        .subtract(Doc::SIZE, 2)
        .condition(Doc::SIZE.between(1, 9).and(!Doc::TAGS.contains("b")))
        .condition(Doc::LINES.size().gt(3) | Doc::STREET.is_in(["s", "t"]))
        .expect_version(7)
        .return_failed_item();
    let body = body(update);
    assert_eq!(
        expression(&body, "UpdateExpression"),
        "SET owner = {'S':'Rhett'}, country = if_not_exists(country, {'S':'IT'}), lines = list_append(\
         if_not_exists(lines, {'L':[]}), {'L':[{'S':'x'}]}), version = {'N':'8'}, created = if_not_exists(created, \
         {'N':'1700000000000'}), updated = {'N':'1700000000'} REMOVE city ADD size {'N':'-2'} DELETE tags {'SS':['a']}"
    );
    assert_eq!(
        expression(&body, "ConditionExpression"),
        "size BETWEEN {'N':'1'} AND {'N':'9'} AND (NOT contains(tags, {'S':'b'})) AND (size(lines) > {'N':'3'} OR \
         street IN ({'S':'s'}, {'S':'t'})) AND version = {'N':'7'}"
    );
    assert_eq!(member(&body, "ReturnValuesOnConditionCheckFailure"), "ALL_OLD");
}

#[test]
fn a_put_checks_the_version_that_its_item_has_and_writes_the_next_one() {
    let first = body(doc().put());
    assert_eq!(
        expression(&first, "ConditionExpression"),
        "attribute_not_exists(version) OR version = {'N':'0'}"
    );
    let item = member(&first, "Item");
    assert_eq!(item["version"]["N"], "1");
    assert_eq!(
        (&item["created"]["N"], &item["updated"]["N"]),
        (&"1700000000000".into(), &"1700000000".into())
    );

    let later = Doc { version: 4, created: Some(EpochMillis::try_from(7u64).unwrap()), ..doc() };
    let second = body(later.put().if_exists());
    assert_eq!(expression(&second, "ConditionExpression"), "version = {'N':'4'} AND attribute_exists(id)");
    assert_eq!(member(&second, "Item")["version"]["N"], "5");
    assert_eq!(member(&second, "Item")["created"]["N"], "7", "it is kept");

    let delete = body(later.delete_this());
    assert_eq!(expression(&delete, "ConditionExpression"), "version = {'N':'4'}");
    let update = body(later.update_this().set(Doc::SIZE, 6u64));
    assert_eq!(expression(&update, "ConditionExpression"), "version = {'N':'4'}");
    assert!(expression(&update, "UpdateExpression").contains("version = {'N':'5'}"));
    let unchecked = body(Doc::update("d").set(Doc::SIZE, 6u64));
    assert_eq!(expression(&unchecked, "ConditionExpression"), "none");
    assert!(expression(&unchecked, "UpdateExpression").contains("ADD version {'N':'1'}"));

    let transaction = body(TransactWrite::new().with(later.put()).with(Note::delete("n")).token("t"));
    let put = member(&transaction, "TransactItems")[0]["Put"].to_string();
    assert_eq!(expression(&put, "ConditionExpression"), "version = {'N':'4'}");
    assert_eq!(member(&put, "Item")["version"]["N"], "5");
    assert_eq!(member(&transaction, "ClientRequestToken"), "t");
}

#[test]
fn what_an_update_may_not_change_is_refused_with_advice() {
    assert!(refusal(Doc::update("d").set(Doc::ID, "e")).contains("a key attribute cannot be changed"));
    assert!(refusal(Doc::update("d").set(Doc::VERSION, 3u64)).contains("expect_version"));
    assert!(refusal(Note::update("n").expect_version(3)).contains("#[table(version)]"));
    assert!(refusal(Doc::update("d").set(Doc::SIZE, 1u64).add(Doc::SIZE, 1)).contains("overlap"));
    assert!(refusal(Order::update(("u", "d", 1)).set(Order::DATE, "e")).contains("part of the key `sk`"));
}

#[test]
fn writes_answer_what_they_are_asked_for() {
    let mut service = Service::default();
    assert_eq!(run(&mut service, note("a", 1).put().return_old()).0, Ok(None));
    assert_eq!(run(&mut service, note("b", 2).put().return_old()).0, Ok(Some(note("a", 1))));
    assert_eq!(run(&mut service, note("c", 3).put().return_new()).0, Ok(note("c", 3)));
    assert_eq!(run(&mut service, Note::update("n").add(Note::COUNT, 1).return_new()).0, Ok(note("c", 4)));
    assert_eq!(
        run(&mut service, Note::update("n").add(Note::COUNT, 1).return_old()).0,
        Ok(Some(note("c", 4)))
    );
    let updated =
        run(&mut service, Note::update("n").add(Note::COUNT, 1).return_updated_new::<Attributes>()).0;
    assert_eq!(updated, Ok(Some([("count".to_owned(), 6u64.into())].into())));
    assert_eq!(run(&mut service, Note::exists("n")).0, Ok(true));
    assert_eq!(run(&mut service, Note::delete("n").return_old()).0, Ok(Some(note("c", 6))));
    assert_eq!(run(&mut service, Note::delete("n").return_old()).0, Ok(None));
    assert_eq!(run(&mut service, Note::exists("n")).0, Ok(false));
}

#[test]
fn a_failed_condition_is_told_with_the_item_that_failed_it() {
    let mut service = Service::default();
    run(&mut service, note("a", 1).put()).0.unwrap();
    let error = run(&mut service, note("b", 2).put().if_not_exists().return_failed_item()).0.unwrap_err();
    assert!(error.is_condition_failed(), "{error}");
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(wire::decode::<Note>(error.failed_item().unwrap()), Ok(note("a", 1)));
    let error = run(&mut service, Note::update("x").add(Note::COUNT, 1).if_exists()).0.unwrap_err();
    assert!(error.is_condition_failed() && error.failed_item().is_none(), "{error}");
    assert_eq!(service.items.len(), 1, "nothing was created");
}

#[test]
fn conditions_and_answers_hold_for_writes_that_views_follow_too() {
    let visit = |seen| Visit { user: "u".to_owned(), time: 1, seen };
    let mut service = Service::default();
    assert_eq!(run(&mut service, visit(2).put().if_not_exists().return_old()).0, Ok(None));
    let error = run(&mut service, visit(3).put().if_not_exists().return_failed_item()).0.unwrap_err();
    assert!(error.is_condition_failed(), "{error}");
    assert_eq!(wire::decode::<Visit>(error.failed_item().unwrap()), Ok(visit(2)));
    let update = Visit::update(("u", 1)).add(Visit::SEEN, 5).condition(Visit::SEEN.lt(3));
    assert_eq!(run(&mut service, update.return_new()).0, Ok(visit(7)));
    let update = Visit::update(("u", 1)).add(Visit::SEEN, 5).condition(Visit::SEEN.lt(3));
    assert!(run(&mut service, update).0.unwrap_err().is_condition_failed());
    let named = Visit::update(("u", 1)).add(Visit::SEEN, 1).return_updated_old::<Attributes>();
    assert_eq!(run(&mut service, named).0, Ok(Some([("seen".to_owned(), 7u64.into())].into())));
    assert_eq!(view_drift(&service), None);
    assert_eq!(run(&mut service, Visit::delete(("u", 1)).return_old()).0, Ok(Some(visit(8))));
    assert_eq!(run(&mut service, Visit::delete(("u", 1)).return_old()).0, Ok(None));
    assert_eq!(view_drift(&service), None);
}

#[test]
fn a_transaction_that_would_go_past_a_view_is_refused() {
    let error = refusal(TransactWrite::new().with(Visit::delete(("u", 1))).with(Note::delete("n")));
    assert!(
        error.contains("visits-per-user") && error.contains("cannot be part of a transaction"),
        "{error}"
    );
    let error = refusal(TransactWrite::new().with(UserCount::delete("u")));
    assert!(error.contains("calculated"), "{error}");
}

#[test]
fn a_cancelled_transaction_tells_which_actions_were_the_causes() {
    let mut service = Service::default();
    run(&mut service, note("a", 1).put()).0.unwrap();
    let transaction = TransactWrite::new()
        .with(Note::check("n", Note::COUNT.eq(1)))
        .with(Note::update("m").add(Note::COUNT, 1).if_exists());
    let error = run(&mut service, transaction).0.unwrap_err();
    let [cause] = error.cancellations() else { panic!("{error}") };
    assert_eq!((cause.action, cause.reason.code.as_str()), (1, "ConditionalCheckFailed"));
    assert!(error.is_condition_failed() && error.effect() == Effect::NotApplied);
    assert_eq!(
        error.to_string(),
        "transaction on table `notes` was cancelled; nothing was applied; action 1, update on table `notes` (id = \
         \"m\"): ConditionalCheckFailed"
    );
    let transfer = TransactWrite::new()
        .with(Note::update("n").subtract(Note::COUNT, 1))
        .with(Note { id: "m".to_owned(), text: "b".to_owned(), count: 1 }.put().if_not_exists());
    assert_eq!(run(&mut service, transfer), (Ok(()), 1));
    assert_eq!(service.all::<Note>().iter().map(|note| note.count).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn what_cannot_be_applied_twice_is_sent_again_after_a_lost_answer_and_the_rest_is_not() {
    /// The first answer is lost after the service has done its part.
    fn lossy<P: Plan>(service: &mut Service, plan: P) -> (Result<P::Output, Error>, usize) {
        let mut now = START;
        let (mut run, finish) = client(|_| {}).start(plan, now).unwrap();
        let mut lost = false;
        let requests = drive_with(&mut run, &mut now, |request| {
            let answer = service.answer(request);
            if std::mem::replace(&mut lost, true) {
                return answer;
            }
            Err(CallError::Unknown { rejection: None, problem: "lost".to_owned() })
        });
        (finish(run.finish()), requests.len())
    }
    let mut service = Service::default();
    assert_eq!(lossy(&mut service, note("a", 1).put().return_new()), (Ok(note("a", 1)), 2));
    let count = TransactWrite::new().with(Note::update("n").add(Note::COUNT, 1));
    assert_eq!(lossy(&mut service, count), (Ok(()), 2));
    assert_eq!(service.all::<Note>()[0].count, 2, "once");
    assert_eq!(lossy(&mut service, Note::check("n", Note::COUNT.eq(2))), (Ok(()), 2));
    let unknown = |(result, requests): (Result<(), Error>, usize)| {
        assert_eq!((result.unwrap_err().effect(), requests), (Effect::Unknown, 1));
    };
    unknown(lossy(&mut service, note("b", 2).put().if_exists()));
    unknown(lossy(&mut service, Note::delete("m").condition(Note::COUNT.exists().not())));
    let (old, requests) = lossy(&mut service, note("c", 3).put().return_old());
    assert_eq!((old.unwrap_err().effect(), requests), (Effect::Unknown, 1));
    let (new, requests) = lossy(&mut service, Note::update("n").set(Note::TEXT, "d").return_new());
    assert_eq!((new.unwrap_err().effect(), requests), (Effect::Unknown, 1));
}

#[test]
fn transactions_that_the_service_would_refuse_are_not_sent() {
    assert!(refusal(TransactWrite::new()).contains("1 to 100 actions, not 0"));
    let twice = TransactWrite::new().with(Note::delete("n")).with(Note::check("n", Note::COUNT.exists()));
    assert!(refusal(twice).contains("an earlier one is on"));
    assert!(refusal(TransactWrite::new().with(Note::delete("n")).token("x".repeat(37))).contains("36"));
    assert!(refusal(TransactGet::new(Vec::<operation::Get<Note>>::new())).contains("not 0"));
}

#[test]
fn operations_keep_their_order_around_a_transaction_on_their_items() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    let _ = plan.add(note("a", 1).put());
    let _ =
        plan.add(TransactWrite::new().with(Note::update("n").add(Note::COUNT, 1)).with(Note::delete("m")));
    let seen = plan.add(Note::get("n"));
    let _ = plan.add(Note::update("m").add(Note::COUNT, 3));
    let (outcome, _) = run(&mut service, plan);
    assert_eq!(outcome.unwrap().take(seen), Ok(Some(note("a", 2))));
    assert_eq!(service.items.len(), 2);
}

#[test]
fn queries_name_their_index_and_condition_each_part_of_its_key() {
    let sent = body(Doc::BY_OWNER.query("Rhett").gt(3).reverse().filter(Doc::LINES.exists()).limit(2));
    assert_eq!(expression(&sent, "KeyConditionExpression"), "owner = {'S':'Rhett'} AND size > {'N':'3'}");
    assert_eq!(
        (member(&sent, "IndexName"), member(&sent, "ScanIndexForward")),
        ("by_owner".into(), false.into())
    );
    assert_eq!(member(&sent, "Limit"), serde_json::Value::Null, "a filter may leave any number out");
    let sent = body(Doc::BY_PLACE.query(("IT", "Rome")).eq("Via").between(1, 9).page_size(7).count());
    assert_eq!(
        expression(&sent, "KeyConditionExpression"),
        "country = {'S':'IT'} AND city = {'S':'Rome'} AND street = {'S':'Via'} AND size BETWEEN {'N':'1'} AND \
         {'N':'9'}"
    );
    assert_eq!((member(&sent, "Select"), member(&sent, "Limit")), ("COUNT".into(), 7.into()));
    assert!(refusal(Doc::BY_OWNER.query("Rhett").consistent()).contains("cannot be read consistently"));
    let owners = body(Doc::BY_OWNER.scan().segment(1, 4).project_paths::<Attributes>([Doc::OWNER]));
    assert_eq!(expression(&owners, "ProjectionExpression"), "owner, id, size");
    assert_eq!((member(&owners, "Segment"), member(&owners, "TotalSegments")), (1.into(), 4.into()));
}

#[test]
fn keys_made_from_templates_become_prefixes_and_bounds() {
    let key = |plan: Result<Key, WireError>| plan.unwrap().to_string();
    assert_eq!(key(Order::key(("u", "2026-11-22", 5))), r#"pk = "USER#u", sk = "ORDER#2026-11-22#0005""#);
    let order = Order { user: "u".to_owned(), date: "d".to_owned(), number: 12 };
    let item = member(&body(order.put()), "Item");
    assert_eq!((&item["pk"]["S"], &item["sk"]["S"]), (&"USER#u".into(), &"ORDER#d#0012".into()));
    assert_eq!(item["dy_e"]["S"], "Order");
    let range =
        |plan: String| expression(&plan, "KeyConditionExpression").replace("pk = {'S':'USER#u'} AND ", "");
    assert_eq!(range(body(Order::query("u"))), "begins_with(sk, {'S':'ORDER#'})");
    assert_eq!(range(body(Order::query("u").eq("d"))), "begins_with(sk, {'S':'ORDER#d#'})");
    assert_eq!(range(body(Order::query("u").eq("d").eq(7))), "sk = {'S':'ORDER#d#0007'}");
    assert_eq!(
        range(body(Order::query("u").eq("d").between(7, 9))),
        "sk BETWEEN {'S':'ORDER#d#0007'} AND {'S':'ORDER#d#0009'}"
    );
    assert_eq!(
        range(body(Order::query("u").le("e"))),
        "sk BETWEEN {'S':'ORDER#'} AND {'S':'ORDER#e#\u{10FFFF}'}"
    );
    assert_eq!(range(body(Order::query("u").begins_with("2026"))), "begins_with(sk, {'S':'ORDER#2026'})");
    assert_eq!(range(body(Order::query("u").any_of::<Attributes>())), "pk = {'S':'USER#u'}");
    assert_eq!(expression(&body(Order::scan()), "FilterExpression"), "dy_e = {'S':'Order'}");
    let first = body(Order::query("u").first());
    assert_eq!(
        expression(&first, "FilterExpression"),
        "dy_e = {'S':'Order'}",
        "other keys may begin so, too"
    );
    assert_eq!(member(&first, "Limit"), 1, "it is no filter that leaves much out");
    assert_eq!(expression(&body(Order::query("u").any_of::<Attributes>()), "FilterExpression"), "none");
    assert!(refusal(Coupon::BY_CODE.query("c").ge(5)).contains("write `{field:08}`"));
    assert!(refusal(Order::get(("u#", "a#b", 1))).contains("cannot stand before"));
    assert!(refusal(Order::get(("u", "a", 10_000))).contains("at most 4 digits"));
}

#[test]
fn an_update_brings_an_indexs_key_along_with_what_the_items_key_tells() {
    let update = body(Coupon::update(("u", 26)).set(Coupon::LEFT, 7u32).if_exists());
    assert_eq!(
        expression(&update, "UpdateExpression"),
        "SET left = {'N':'7'}, code_sk = {'S':'26#u#007'}, dy_e = {'S':'Coupon'}"
    );
    let upsert = body(Coupon::update(("u", 26)).set(Coupon::CODE, "c"));
    assert_eq!(
        expression(&upsert, "UpdateExpression"),
        "SET code = {'S':'c'}, user = {'S':'u'}, year = {'N':'26'}, code_pk = {'S':'c'}, dy_e = {'S':'Coupon'}",
        "what it may create has the fields of its key"
    );
    let put =
        member(&body(Coupon { user: "u".to_owned(), year: 26, code: "c".to_owned(), left: 7 }.put()), "Item");
    assert_eq!(put["code_sk"]["S"], "26#u#007", "the same as by a put");
    assert!(refusal(Coupon::update(("u", 26)).add(Coupon::LEFT, 1)).contains("has to `set` it to a value"));
    assert!(refusal(Coupon::update(("u", 26)).set(Coupon::YEAR, 27u32)).contains("part of the key `pk`"));
}

fn page<T>(service: &mut Service, plan: impl Plan<Output = Page<T>>) -> Page<T> {
    run(service, plan).0.unwrap()
}

#[test]
fn a_cursor_goes_on_where_its_page_ended_and_is_refused_by_other_queries() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    for id in 0..5 {
        let _ = plan.add(Note { id: id.to_string(), text: "t".to_owned(), count: id }.put());
    }
    run(&mut service, plan).0.unwrap();
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let found = page(&mut service, Note::scan().limit(3).after(cursor).page());
        assert!(found.items.len() <= 3);
        ids.extend(found.items.into_iter().map(|note| note.id));
        // Through a text, as a web page would hand it on.
        cursor = found.cursor.map(|cursor| Cursor::from_text(cursor.to_string()));
        let Some(cursor) = &cursor else { break };
        assert!(cursor.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);

    let cursor = page(&mut service, Note::scan().limit(1).page()).cursor.unwrap();
    assert!(refusal(Visit::scan().after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::scan().segment(0, 2).after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::query("1").after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::scan().segments(2).after(cursor.clone())).contains("no one cursor"));
    let filtered = body(Note::scan().filter(Note::COUNT.gt(1)).after(cursor.clone()));
    assert_eq!(member(&filtered, "ExclusiveStartKey")["id"]["S"], "0", "another filter is fine");
    let text = cursor.as_str();
    for broken in ["", "1", "x", &text[1..], &text[..text.len() - 4], &format!("2{}", &text[1..])] {
        let error = refusal(Note::scan().after(Cursor::from_text(broken)));
        assert!(error.contains("is no cursor") || error.contains("another query"), "{error}");
    }
}

#[test]
fn a_limit_that_ends_within_a_page_goes_on_after_its_last_item() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    for id in 0..9 {
        let _ = plan.add(Note { id: id.to_string(), text: "t".to_owned(), count: id % 2 }.put());
    }
    run(&mut service, plan).0.unwrap();
    // The model answers two items a page, whatever the filter; with one, `Limit` is not sent.
    let read = Note::scan().filter(Note::COUNT.ge(0)).limit(3);
    let (first, requests) = run(&mut service, read.page());
    let first = first.unwrap();
    assert_eq!((first.items.len(), requests), (3, 2));
    let read = Note::scan().filter(Note::COUNT.ge(0)).limit(3);
    let second = page(&mut service, read.after(first.cursor).page());
    assert_eq!(second.items.iter().map(|note| note.id.as_str()).collect::<Vec<_>>(), ["3", "4", "5"]);
}

#[test]
fn an_index_key_of_two_fields_follows_a_change_of_one_where_the_item_is_at_hand() {
    #[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
    #[table(name = "jobs", global_index(name = "by_state", hash(state_pk = "{queue}#{state}")))]
    struct Job {
        #[table(hash_key)]
        id: String,
        queue: String,
        state: String,
        #[table(version)]
        version: u64,
    }
    let job = Job { id: "j".to_owned(), queue: "q".to_owned(), state: "new".to_owned(), version: 2 };
    let update = body(job.update_this().set(Job::STATE, "done"));
    assert!(expression(&update, "UpdateExpression").contains("state_pk = {'S':'q#done'}"));
    assert_eq!(expression(&update, "ConditionExpression"), "version = {'N':'2'}");
    let blind = refusal(Job::update("j").set(Job::STATE, "done"));
    assert!(blind.contains("attribute `queue`") && blind.contains("made from it and `state`"), "{blind}");
}

#[test]
fn a_table_that_was_learned_from_the_service_keeps_its_name_there() {
    let keys = KeyShape::new(("id", ScalarType::S), None);
    let told = TableDescription {
        table_name: "dev-notes".to_owned(),
        key_schema: api::KeySchemaElement::of(&keys),
        attribute_definitions: api::AttributeDefinition::of(&keys),
        ..TableDescription::default()
    };
    let learned = UntypedTable::new(Description::try_from(&told).unwrap());
    let client = Builder::<Bare>::new().table_prefix("dev-").build().unwrap().0;
    let (mut run, _) = client.start(learned.get("n"), START).unwrap();
    let Step::Send(call) = run.poll(START) else { panic!("nothing was sent") };
    let body = String::from_utf8(http::write_body(&call.request).to_vec()).unwrap();
    assert_eq!(member(&body, "TableName"), "dev-notes");
}

#[test]
fn tables_known_at_run_time_have_the_same_operations() {
    let keys = KeyShape::new(("id", ScalarType::S), None);
    let notes = UntypedTable::new(Description::new("notes", keys));
    let mut service = Service::default();
    let item =
        Item::from_attributes(&[("id".to_owned(), "n".into()), ("count".to_owned(), 1u64.into())].into());
    run(&mut service, notes.put(item.clone()).if_not_exists()).0.unwrap();
    let count: Path<Item, AttributeValue> = Path::parse("count").unwrap();
    let update = notes.update("n").add(count.clone(), 2).condition(count.eq(AttributeValue::from(1u64)));
    let new = run(&mut service, update.return_new()).0.unwrap();
    assert_eq!(new.attribute("count"), Ok(Some(3u64.into())));
    assert_eq!(run(&mut service, notes.get("n")).0, Ok(Some(new)));
    assert!(run(&mut service, notes.query("n").first()).0.unwrap().is_some());
    assert!(refusal(notes.get(5)).contains("the table's key is S, not N"));
    assert!(refusal(notes.get(("n", 5))).contains("has no range key"));
    assert!(refusal(notes.query_index("by_x", "n")).contains("has no index `by_x`"));
}
