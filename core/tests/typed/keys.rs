//! Keys made from templates: of tables, and of indexes that follow an update.

use super::*;

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
