//! Puts, updates and deletes: their expressions, and what they answer.

use super::*;

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
    assert!(
        refusal(Doc::update("d").set(Doc::SIZE, 1u64).add(Doc::SIZE, 1)).contains("changes `size` twice")
    );
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
