//! Answers as the service gives them.

use proptest::prelude::*;

use super::samples::{ANSWERS, answer_to};
use super::*;
use crate::request::Action;

pub(super) fn answered(request: &Request, body: &str) -> Result<Response, CallError> {
    read_answer(request, http::Response::new(Bytes::copy_from_slice(body.as_bytes())))
}

fn problem(request: &Request, body: &str) -> String {
    match answered(request, body).unwrap_err() {
        CallError::Unknown { rejection: None, problem } => problem,
        other => panic!("{other:?}"),
    }
}

macro_rules! output {
    ($action:ident, $request:expr, $body:expr) => {
        match answered(&Request::from($request), $body).unwrap() {
            Response::$action(output) => output,
            other => panic!("{other:?}"),
        }
    };
}

fn total(table: &str, units: f64) -> ConsumedCapacity {
    ConsumedCapacity { table_name: table.to_owned(), capacity_units: units, ..ConsumedCapacity::default() }
}

#[test]
fn each_action_has_its_own_answer() {
    for (request, (action, body)) in plain::all().iter().zip(ANSWERS) {
        assert_eq!(request.action(), action);
        assert_eq!(answered(request, body).unwrap().action(), request.action());
    }
}

#[test]
fn an_item_is_the_text_that_came() {
    let found = output!(GetItem, plain::get(), answer_to(Action::GetItem));
    assert_eq!(found.item, Some(item(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#)));
    assert_eq!(found.consumed_capacity, Some(total("visits", 0.5)));
    assert_eq!(output!(GetItem, plain::get(), "{}"), GetItemOutput::default());
    assert_eq!(
        output!(GetItem, plain::get(), r#" { "Item" : null , "New" : [{"a":1}] } "#),
        GetItemOutput::default()
    );
}

#[test]
fn writes_answer_with_the_attributes_that_were_asked_for() {
    let put = output!(PutItem, plain::put(), answer_to(Action::PutItem));
    assert_eq!(put.attributes, Some(item(r#"{"user":{"S":"ann"}}"#)));
    let units = |capacity_units| Capacity { capacity_units, ..Capacity::default() };
    let expected = ConsumedCapacity {
        table: Some(units(1.0)),
        global_secondary_indexes: [("by-mail".to_owned(), units(2.0))].into(),
        local_secondary_indexes: [("by-name".to_owned(), units(0.0))].into(),
        ..total("visits", 3.0)
    };
    assert_eq!(put.consumed_capacity, Some(expected));
    assert_eq!(output!(PutItem, plain::put(), "{}"), PutItemOutput::default());

    let delete = output!(DeleteItem, plain::delete(), answer_to(Action::DeleteItem));
    assert_eq!(delete.attributes.unwrap().attribute("seen").unwrap(), Some(1.into()));
    assert_eq!(delete.consumed_capacity, Some(total("visits", 1.0)));
    let update = output!(UpdateItem, plain::update(), answer_to(Action::UpdateItem));
    assert_eq!(update.attributes, Some(item(r#"{"seen":{"N":"2"}}"#)));
    assert_eq!(update.consumed_capacity, Some(total("visits", 1.0)));
}

#[test]
fn a_page_tells_where_it_ended() {
    let query = output!(Query, plain::query(), answer_to(Action::Query));
    assert_eq!((query.items.len(), query.count, query.scanned_count), (2, 2, 5));
    assert_eq!(query.items.at(1), Some(item(r#"{"user":{"S":"a\"}]n"},"time":{"N":"6"}}"#)));
    assert_eq!(query.last_evaluated_key, Some(item(r#"{"user":{"S":"ann"},"time":{"N":"6"}}"#)));
    assert_eq!(query.consumed_capacity, Some(total("visits", 1.5)));

    let scan = output!(Scan, plain::scan(), answer_to(Action::Scan));
    assert_eq!((scan.items.len(), scan.count, scan.scanned_count), (0, 0, 5));
    assert!(scan.last_evaluated_key.is_some() && scan.consumed_capacity.is_none());
}

#[test]
fn a_page_of_a_hundred_items_shares_the_answers_body_and_its_last_key_does_not() {
    let items: Vec<_> =
        (0..100).map(|time| format!(r#"{{"user":{{"S":"ann"}},"time":{{"N":"{time}"}}}}"#)).collect();
    let body = format!(
        r#"{{"Items":[{}],"Count":100,"LastEvaluatedKey":{{"user":{{"S":"ann"}}}}}}"#,
        items.join(",")
    );
    let body = Bytes::from(body);
    let within = |part: &[u8]| body.as_ptr_range().contains(&part.as_ptr());
    let request = Request::Query(plain::query());
    let Ok(Response::Query(page)) = read_answer(&request, http::Response::new(body.clone())) else {
        panic!("the answer is fine")
    };
    assert_eq!(page.items.len(), 100);
    for (index, expected) in items.iter().enumerate() {
        let found = page.items.bytes(index).unwrap();
        assert_eq!(found, expected.as_bytes());
        assert!(within(found), "item {index} was copied");
    }
    assert!(!within(page.last_evaluated_key.unwrap().as_bytes()), "the key keeps the page in memory");
}

#[test]
fn unprocessed_keys_and_writes_are_told_in_the_requests_own_form() {
    let gets = output!(BatchGetItem, plain::batch_get(), answer_to(Action::BatchGetItem));
    assert_eq!(gets.responses["visits"].at(0), Some(item(r#"{"user":{"S":"ann"},"seen":{"N":"1"}}"#)));
    let unprocessed = &gets.unprocessed_keys["visits"];
    assert_eq!((&unprocessed.keys[..], unprocessed.consistent_read), (&[key("bob", 6)][..], true));
    assert_eq!(gets.consumed_capacity, [total("visits", 1.0)]);

    let writes = output!(BatchWriteItem, plain::batch_write(), answer_to(Action::BatchWriteItem));
    let mut expected = plain::batch_write().request_items;
    expected.get_mut("visits").unwrap().reverse();
    assert_eq!(writes.unprocessed_items, expected);
    assert_eq!(writes.consumed_capacity, [total("visits", 1.0)]);
}

#[test]
fn unprocessed_keys_that_nobody_asked_for_make_the_answer_unreadable() {
    let gets = Request::BatchGetItem(plain::batch_get());
    let error = problem(&gets, r#"{"UnprocessedKeys":{"users":{"Keys":[]}}}"#);
    assert!(error.contains("no keys of table `users` were asked for"), "{error}");
    let error = problem(&gets, r#"{"UnprocessedKeys":{"visits":{"Keys":[{"user":{"S":"ann"}}]}}}"#);
    assert!(error.contains("attribute `time`: the item lacks its range key at byte 38"), "{error}");

    let mut writes = plain::batch_write();
    writes.request_items.get_mut("visits").unwrap().truncate(1);
    let writes = Request::BatchWriteItem(writes);
    let error = problem(&writes, r#"{"UnprocessedItems":{"visits":[{"DeleteRequest":{"Key":{}}}]}}"#);
    assert!(error.contains("no deletes from this table were asked for"), "{error}");
    let error = problem(&writes, r#"{"UnprocessedItems":{"visits":[{}]}}"#);
    assert!(error.contains("expected a PutRequest or DeleteRequest"), "{error}");
}

#[test]
fn a_transaction_answers_with_its_cost_only() {
    let found = output!(TransactWriteItems, plain::transaction(), answer_to(Action::TransactWriteItems));
    let split =
        Capacity { capacity_units: 6.0, read_capacity_units: Some(2.0), write_capacity_units: Some(4.0) };
    let visits = ConsumedCapacity {
        read_capacity_units: Some(2.0),
        write_capacity_units: Some(4.0),
        table: Some(split),
        ..total("visits", 6.0)
    };
    assert_eq!(found.consumed_capacity, [visits, total("counts", 2.0)]);
}

#[test]
fn the_items_of_a_transaction_are_told_by_position() {
    let found = output!(TransactGetItems, plain::transact_get(), answer_to(Action::TransactGetItems));
    let ann = item(r#"{"user":{"S":"ann"},"time":{"N":"5"}}"#);
    assert_eq!(found.responses, [ItemResponse { item: Some(ann) }, ItemResponse { item: None }]);
    assert_eq!(found.consumed_capacity, [total("visits", 2.0)]);
    let nothing = output!(TransactGetItems, plain::transact_get(), r#"{"Responses":[null,{"Item":null}]}"#);
    assert_eq!(nothing.responses, [ItemResponse::default(), ItemResponse::default()]);
}

#[test]
fn a_table_is_told_with_its_keys_and_numbers_in_any_form() {
    let created =
        output!(CreateTable, plain::create_table(), answer_to(Action::CreateTable)).table_description;
    let expected = TableDescription {
        table_name: "visits".to_owned(),
        table_status: TableStatus::Creating,
        attribute_definitions: ["time", "user"]
            .into_iter()
            .zip([ScalarType::N, ScalarType::S])
            .map(|(name, attribute_type)| AttributeDefinition {
                attribute_name: name.to_owned(),
                attribute_type,
            })
            .collect(),
        key_schema: KeySchemaElement::of(&shape()),
        creation_date_time: Some(1_763_815_696.789),
        provisioned_throughput: Some(ProvisionedThroughputDescription {
            number_of_decreases_today: Some(0),
            ..ProvisionedThroughputDescription::default()
        }),
        table_arn: Some("arn:aws:dynamodb:eu-west-1:123456789012:table/visits".to_owned()),
        table_id: Some("12345678-0123-4567-0123-123456789abc".to_owned()),
        billing_mode_summary: Some(BillingModeSummary {
            billing_mode: Some(BillingMode::PayPerRequest),
            ..BillingModeSummary::default()
        }),
        deletion_protection_enabled: Some(false),
        ..TableDescription::default()
    };
    assert_eq!(created, expected);
    assert_eq!((created.key_shape(), created.provisioned()), (Some(shape()), None));

    let described = output!(
        DescribeTable,
        DescribeTableInput { table_name: "visits".to_owned() },
        answer_to(Action::DescribeTable)
    )
    .table;
    assert_eq!(described.table_status, TableStatus::Active);
    assert_eq!(described.key_shape(), Some(KeyShape { range: None, ..shape() }));
    let throughput = ProvisionedThroughput { read_capacity_units: 5, write_capacity_units: 6 };
    assert_eq!(described.provisioned(), Some(throughput));
    assert_eq!(described.creation_date_time, Some(1_763_815_696.0));
    assert_eq!((described.item_count, described.table_size_bytes), (12, 5_000_000_000));
    let index = &described.global_secondary_indexes[0];
    assert_eq!((index.index_name.as_str(), index.item_count), ("by-mail", 7));
    assert_eq!(index.key_schema, [KeySchemaElement::hash("mail")]);
}

#[test]
fn a_table_that_is_being_deleted_is_told_without_its_keys() {
    let found = output!(
        DeleteTable,
        DeleteTableInput { table_name: "visits".to_owned() },
        answer_to(Action::DeleteTable)
    );
    let found = found.table_description;
    assert_eq!(found.table_status, TableStatus::Deleting);
    assert_eq!((found.key_shape(), found.item_count), (None, 3));
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let get = Request::GetItem(plain::get());
    for (body, expected) in [
        ("", "the answer to GetItem cannot be read: expected an object at byte 0"),
        ("[]", "the answer to GetItem cannot be read: expected an object at byte 0"),
        ("<html>", "the answer to GetItem cannot be read: expected an object at byte 0"),
        (r#"{"Item":5}"#, "the answer to GetItem cannot be read: expected an item at byte 8"),
        (
            r#"{"Item":{"a":{"S":"b"}}"#,
            "the answer to GetItem cannot be read: expected `,` or `}` at byte 23",
        ),
        ("{} {}", "the answer to GetItem cannot be read: unexpected text after the value at byte 3"),
    ] {
        assert_eq!(problem(&get, body), expected);
    }
    let query = Request::Query(plain::query());
    for count in ["-1", "1.5", "4294967296", "1e999"] {
        let error = problem(&query, &format!(r#"{{"Count":{count}}}"#));
        assert_eq!(error, "the answer to Query cannot be read: expected a count at byte 9");
    }
    let describe = Request::DescribeTable(DescribeTableInput { table_name: "visits".to_owned() });
    for (body, expected) in [
        ("{}", "missing field `Table` at byte 2"),
        ("", "expected an object at byte 0"),
        (r#"{"Table":{"ItemCount":1.5}}"#, "expected a count at byte 22"),
        (r#"{"Table":{"KeySchema":[{"AttributeName":"a","KeyType":"TREE"}]}}"#, "unknown variant `TREE`"),
        (r#"{"Table":{"AttributeDefinitions":[{"AttributeType":"SS"}]}}"#, "unknown variant `SS`"),
    ] {
        let error = problem(&describe, body);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn an_answer_with_another_checksum_than_it_names_is_not_believed() {
    let get = Request::GetItem(plain::get());
    let with_checksum = |checksum: &str, body: &'static str| {
        let answer = http::Response::builder().header("x-amz-crc32", checksum);
        read_answer(&get, answer.body(Bytes::from_static(body.as_bytes())).unwrap())
    };
    // The checksum of `{}`, as the service sends it with every empty answer.
    assert!(with_checksum("2745614147", "{}").is_ok());
    let CallError::Unknown { rejection: None, problem } = with_checksum("2745614147", "{ }").unwrap_err()
    else {
        panic!("it may have been applied")
    };
    assert!(problem.contains("its 3 bytes have the checksum"), "{problem}");
    assert!(problem.contains("`x-amz-crc32` says 2745614147"), "{problem}");
    let CallError::Unknown { problem, .. } = with_checksum("x", "{}").unwrap_err() else {
        panic!("it may have been applied")
    };
    assert!(problem.contains("`x-amz-crc32` is \"x\", which is no checksum"), "{problem}");
}

fn capacities() -> impl Strategy<Value = ConsumedCapacity> {
    let capacity = || {
        (0f64..1e9, proptest::option::of(0f64..1e-9), proptest::option::of(any::<u32>().prop_map(f64::from)))
            .prop_map(|(capacity_units, read_capacity_units, write_capacity_units)| Capacity {
                capacity_units,
                read_capacity_units,
                write_capacity_units,
            })
    };
    let indexes = || proptest::collection::btree_map(any::<String>(), capacity(), 0..3);
    (any::<String>(), capacity(), proptest::option::of(capacity()), indexes(), indexes()).prop_map(
        |(table_name, all, table, local_secondary_indexes, global_secondary_indexes)| ConsumedCapacity {
            table_name,
            capacity_units: all.capacity_units,
            read_capacity_units: all.read_capacity_units,
            write_capacity_units: all.write_capacity_units,
            table,
            local_secondary_indexes,
            global_secondary_indexes,
            ..ConsumedCapacity::default()
        },
    )
}

proptest! {
    #[test]
    fn costs_come_back_unchanged(consumed in proptest::collection::vec(capacities(), 0..3)) {
        let body = format!(r#"{{"ConsumedCapacity":{}}}"#, serde_json::to_string(&consumed).unwrap());
        let output = output!(TransactWriteItems, plain::transaction(), &body);
        prop_assert_eq!(output.consumed_capacity, consumed);
    }

    #[test]
    fn a_batch_of_which_nothing_was_processed_comes_back_as_it_was_sent(
        users in proptest::collection::btree_map(any::<String>(), any::<u64>(), 1..5),
        delete: bool,
    ) {
        let users = users.into_iter().filter(|(user, _)| !user.is_empty());
        let mut batch = plain::batch_write();
        let writes = batch.request_items.get_mut("visits").unwrap();
        writes.extend(users.map(|(user, time)| match delete {
            true => WriteRequest::DeleteRequest { key: key(&user, time) },
            false => WriteRequest::PutRequest { item: key(&user, time).to_item() },
        }));
        let sent = write_body(&Request::BatchWriteItem(batch.clone()));
        let answer = String::from_utf8(sent.to_vec()).unwrap().replacen("RequestItems", "UnprocessedItems", 1);
        let output = output!(BatchWriteItem, batch.clone(), &answer);
        prop_assert_eq!(output.unprocessed_items, batch.request_items);
    }
}
