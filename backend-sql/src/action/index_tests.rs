//! Writes to a table with indexes, and what is read out of them: results, costs, and what is refused.

use dynochemy_core::api::*;
use dynochemy_core::expression::{
    Assignment, Comparator, Condition, DocumentPath, KeyCondition, PathStep, RangeCondition, Term,
    UpdateAction,
};
use dynochemy_core::{Item, KeyValue, ScalarType};

use super::fixture::*;

const INVALID: &str = "ValidationException: One or more parameter values were invalid: ";

fn definition(name: &str, attribute_type: ScalarType) -> AttributeDefinition {
    AttributeDefinition { attribute_name: name.to_owned(), attribute_type }
}

fn global(name: &str, schema: Vec<KeySchemaElement>, projection: Projection) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: schema,
        projection,
        ..GlobalSecondaryIndex::default()
    }
}

fn by_place() -> GlobalSecondaryIndex {
    let schema = vec![KeySchemaElement::hash("place"), KeySchemaElement::range("seen")];
    global("by_place", schema, Projection::keys_only())
}

fn by_seen() -> LocalSecondaryIndex {
    LocalSecondaryIndex {
        index_name: "by_seen".to_owned(),
        key_schema: vec![KeySchemaElement::hash("user"), KeySchemaElement::range("seen")],
        projection: Projection::include(["note"]),
    }
}

/// As `visits`, with a global index by `place` and `seen` (keys only), and a local one by `seen` (with `note`).
pub(super) fn indexed(name: &str) -> CreateTableInput {
    let mut table = create(name, None);
    table.attribute_definitions.push(definition("place", ScalarType::S));
    table.attribute_definitions.push(definition("seen", ScalarType::N));
    table.global_secondary_indexes = vec![by_place()];
    table.local_secondary_indexes = vec![by_seen()];
    table
}

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.call(indexed("places")).unwrap();
    fixture
}

/// A put into the indexed table.
pub(super) fn put_place(user: &str, time: u64, more: &str) -> PutItemInput {
    PutItemInput {
        table_name: "places".to_owned(),
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        ..put(item(&visit_json(user, time, more)))
    }
}

pub(super) const HOME: &str = r#","place":{"S":"home"},"seen":{"N":"2"},"note":{"S":"a"},"other":{"S":"b"}"#;

fn place(name: &str) -> KeyCondition {
    KeyCondition::hash("place", KeyValue::S(name.to_owned()))
}

fn ask(index: &str, condition: KeyCondition) -> QueryInput {
    QueryInput {
        table_name: "places".to_owned(),
        index_name: Some(index.to_owned()),
        key_condition_expression: condition,
        return_consumed_capacity: ReturnConsumedCapacity::Indexes,
        ..QueryInput::default()
    }
}

fn ask_global() -> QueryInput {
    ask("by_place", place("home"))
}

fn ask_local() -> QueryInput {
    ask("by_seen", KeyCondition::hash("user", KeyValue::S("a".to_owned())))
}

#[test]
fn a_global_index_holds_its_projection_and_costs_by_that() {
    let fixture = fixture();
    fixture.call(put_place("a", 1, HOME)).unwrap();
    fixture.call(put_place("a", 2, r#","place":{"S":"home"}"#)).unwrap();
    let answer = fixture.call(ask_global()).unwrap();
    let items: Vec<String> = answer.items.iter().map(|item| text(&item)).collect();
    assert_eq!(items, [r#"{"place":{"S":"home"},"seen":{"N":"2"},"time":{"N":"1"},"user":{"S":"a"}}"#]);
    let cost = answer.consumed_capacity.unwrap();
    assert_eq!(cost.table.map(|table| table.capacity_units), Some(0.0));
    assert_eq!(cost.global_secondary_indexes["by_place"].capacity_units, 0.5);
    assert_eq!(cost.capacity_units, 0.5);
}

#[test]
fn a_local_index_fetches_what_it_lacks_and_is_billed_for_each_item() {
    let fixture = fixture();
    fixture.call(put_place("a", 1, HOME)).unwrap();
    fixture.call(put_place("a", 2, HOME)).unwrap();
    let cost = |input: QueryInput| {
        let told = fixture.call(input).unwrap().consumed_capacity.unwrap();
        (told.table.unwrap().capacity_units, told.local_secondary_indexes["by_seen"].capacity_units)
    };
    assert_eq!(cost(ask_local()), (0.0, 0.5));
    let held = QueryInput { projection_expression: vec![path("note")], ..ask_local() };
    assert_eq!(cost(held), (0.0, 0.5));
    let lacking = QueryInput { projection_expression: vec![path("other")], ..ask_local() };
    assert_eq!(text(&fixture.call(lacking.clone()).unwrap().items.at(0).unwrap()), r#"{"other":{"S":"b"}}"#);
    let filtered =
        QueryInput { filter_expression: Some(Condition::equal("note", "none".into())), ..lacking.clone() };
    assert_eq!(cost(filtered), (1.0, 0.5), "a filter saves nothing");
    assert_eq!(cost(lacking), (1.0, 0.5));
    let all = QueryInput { select: Some(Select::AllAttributes), consistent_read: true, ..ask_local() };
    assert_eq!(text(&fixture.call(all.clone()).unwrap().items.at(1).unwrap()), visit_json("a", 2, HOME));
    assert_eq!(cost(all), (2.0, 1.0));
}

#[test]
fn a_page_of_an_index_ends_with_the_keys_of_both() {
    let fixture = fixture();
    fixture.call(put_place("a", 1, HOME)).unwrap();
    let answer = fixture.call(QueryInput { limit: Some(1), ..ask_global() }).unwrap();
    let key = answer.last_evaluated_key.unwrap();
    assert_eq!(text(&key), r#"{"place":{"S":"home"},"seen":{"N":"2"},"time":{"N":"1"},"user":{"S":"a"}}"#);
    let from = |key: Item| fixture.error(QueryInput { exclusive_start_key: Some(key), ..ask_global() });
    let invalid = "ValidationException: The provided starting key is invalid";
    assert_eq!(from(super::fixture::key("a", 1).to_item()), invalid);
    assert_eq!(
        from(item(&visit_json("a", 1, r#","place":{"S":"home"},"seen":{"S":"2"}"#))),
        "ValidationException: The provided key element does not match the schema"
    );
    assert_eq!(from(item(&visit_json("a", 1, HOME))), invalid);
    assert_eq!(
        from(item(&visit_json("a", 1, r#","place":{"S":"away"},"seen":{"N":"2"}"#))),
        "ValidationException: The provided starting key is outside query boundaries based on provided conditions"
    );
}

#[test]
fn a_scan_says_more_than_a_query_of_a_key_that_it_cannot_go_on_from() {
    let fixture = fixture();
    let scan = |index: Option<&str>, key: &str| {
        fixture.error(ScanInput {
            table_name: "places".to_owned(),
            index_name: index.map(str::to_owned),
            exclusive_start_key: Some(item(key)),
            ..ScanInput::default()
        })
    };
    let invalid = "ValidationException: The provided starting key is invalid";
    let mismatch = "The provided key element does not match the schema";
    assert_eq!(scan(None, r#"{"user":{"S":"a"}}"#), format!("{invalid}: {mismatch}"));
    assert_eq!(scan(None, r#"{"user":{"S":"a"},"time":{"S":"1"}}"#), format!("{invalid}: {mismatch}"));
    assert_eq!(scan(Some("by_place"), r#"{"user":{"S":"a"}}"#), invalid);
    let wrong = visit_json("a", 1, r#","place":{"N":"1"},"seen":{"N":"2"}"#);
    assert_eq!(scan(Some("by_place"), &wrong), format!("ValidationException: {mismatch}"));
}

#[test]
fn keys_of_tables_and_indexes_have_no_parts() {
    let fixture = fixture();
    let inside = |name: &'static str| DocumentPath {
        attribute: name.into(),
        steps: vec![PathStep::Member("k".into())],
    };
    let entered = |what: &str| {
        format!(
            "ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not \
             allowed: {what}"
        )
    };
    let get = |name| GetItemInput {
        table_name: "places".to_owned(),
        projection_expression: vec![inside("x"), inside(name)],
        ..get("a", 1)
    };
    assert_eq!(fixture.error(get("time")), entered("Key: time"));
    assert_eq!(fixture.error(get("place")), entered("IndexKey: place"));
    let set = UpdateAction::Set(path("x"), Assignment::Path(inside("place")));
    let update = UpdateItemInput { table_name: "places".to_owned(), ..update("a", 1, vec![set]) };
    assert_eq!(fixture.error(update), entered("IndexKey: place"));
    let condition = Some(Condition::Exists(inside("user")));
    let put = PutItemInput { condition_expression: condition.clone(), ..put_place("a", 1, "") };
    assert_eq!(fixture.error(put), entered("Key: user"));
    let scan = ScanInput { filter_expression: condition, ..ScanInput::default() };
    assert_eq!(fixture.error(ScanInput { table_name: "places".to_owned(), ..scan }), entered("Key: user"));
    let query = QueryInput { projection_expression: vec![inside("seen")], ..ask_global() };
    assert_eq!(fixture.error(query), entered("IndexKey: seen"));
}

#[test]
fn items_whose_attributes_cannot_be_keys_of_an_index_are_refused() {
    let fixture = fixture();
    let error = |more: &str| fixture.error(put_place("a", 1, more));
    assert_eq!(
        error(r#","place":{"N":"1"}"#),
        format!("{INVALID}Type mismatch for Index Key place Expected: S Actual: N IndexName: by_place")
    );
    assert_eq!(
        error(r#","seen":{"S":"1"}"#),
        format!("{INVALID}Type mismatch for Index Key seen Expected: N Actual: S IndexName: by_seen")
    );
    assert_eq!(
        error(r#","place":{"S":""}"#),
        "ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is \
         not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: \
         by_place, IndexKey: place"
    );
    let long = format!(r#","place":{{"S":"{}"}}"#, "x".repeat(2049));
    assert!(error(&long).contains("Size of hashkey has exceeded"));
    let update = |action| {
        fixture.error(UpdateItemInput { table_name: "places".to_owned(), ..update("a", 1, vec![action]) })
    };
    assert_eq!(
        update(set("place", 1)),
        format!("{INVALID}Type mismatch for Index Key place Expected: S Actual: N IndexName: by_place")
    );
    let number = Assignment::Path(path("time"));
    assert_eq!(
        update(UpdateAction::Set(path("place"), number.clone())),
        "ValidationException: The update expression attempted to update the secondary index key to unsupported type"
    );
    let one = Assignment::Plus(Box::new(number), Box::new(Assignment::Value(1.into())));
    assert!(update(UpdateAction::Set(path("place"), one)).contains("Type mismatch for Index Key place"));
    assert!(update(UpdateAction::Add(path("place"), 1.into())).contains("Type mismatch for Index Key place"));
    assert_eq!(
        update(set("place", "")),
        "ValidationException: One or more parameter values are not valid. The update expression attempted to update a \
         secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an \
         empty string value."
    );
    let transaction = TransactWriteItemsInput {
        transact_items: vec![
            TransactWriteItem::Put(TransactPut {
                table_name: "places".to_owned(),
                item: item(&visit_json("a", 1, r#","place":{"N":"1"}"#)),
                ..TransactPut::default()
            }),
            TransactWriteItem::Put(TransactPut {
                table_name: "places".to_owned(),
                item: item(&visit_json("a", 2, "")),
                condition_expression: Some(Condition::exists("user")),
                ..TransactPut::default()
            }),
        ],
        ..TransactWriteItemsInput::default()
    };
    let refused = fixture.refused(transaction);
    let codes: Vec<_> = refused.cancellation_reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["ValidationError", "ConditionalCheckFailed"]);
    let message = refused.cancellation_reasons[0].message.as_deref();
    assert!(message.is_some_and(|message| message.contains("Type mismatch for Index Key place")));
}

#[test]
fn what_an_index_cannot_answer_is_refused() {
    let fixture = fixture();
    let error = |input: QueryInput| fixture.error(input);
    assert_eq!(
        error(ask("none", place("home"))),
        "ValidationException: The table does not have the specified index: none"
    );
    assert_eq!(
        error(QueryInput { consistent_read: true, ..ask_global() }),
        "ValidationException: Consistent reads are not supported on global secondary indexes"
    );
    assert_eq!(
        error(QueryInput { projection_expression: vec![path("seen"), path("note")], ..ask_global() }),
        format!("{INVALID}Global secondary index by_place does not project [note]")
    );
    assert_eq!(
        error(QueryInput { filter_expression: Some(Condition::exists("other")), ..ask_local() }),
        format!("{INVALID}Secondary index by_seen does not project one or more filter attributes: [other]")
    );
    assert_eq!(
        error(QueryInput { select: Some(Select::AllAttributes), ..ask_global() }),
        format!(
            "{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index by_place because its \
             projection type is not ALL"
        )
    );
    let counted =
        QueryInput { projection_expression: vec![path("seen")], select: Some(Select::Count), ..ask_global() };
    assert!(
        error(counted)
            .contains("Cannot specify the ProjectionExpression when choosing to get only the Count")
    );
    assert!(
        error(QueryInput { select: Some(Select::SpecificAttributes), ..ask_global() })
            .contains("Must specify the AttributesToGet or ProjectionExpression")
    );
    let table = QueryInput { select: Some(Select::AllProjectedAttributes), ..query("a") };
    assert!(error(table).contains("can be used only when Querying using an IndexName"));
    let missed = "ValidationException: Query condition missed key schema element: ";
    assert_eq!(
        error(ask("by_place", KeyCondition::hash("seen", KeyValue::N(1.into())))),
        format!("{missed}place")
    );
    let equal = RangeCondition::Compare(Comparator::Less, KeyValue::N(1.into()));
    assert_eq!(error(ask("by_place", place("home").and("time", equal.clone()))), format!("{missed}seen"));
    assert_eq!(
        error(ask("by_place", place("home").and("place", equal))),
        "ValidationException: Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition \
         per key"
    );
}

#[test]
fn a_count_tells_numbers_and_no_items() {
    let fixture = fixture();
    fixture.call(put_place("a", 1, HOME)).unwrap();
    let answer = fixture.call(QueryInput { select: Some(Select::Count), ..ask_local() }).unwrap();
    assert_eq!((answer.count, answer.scanned_count, answer.items.len()), (1, 1, 0));
}

#[test]
fn writes_tell_of_item_collections_where_there_are_local_indexes() {
    let fixture = fixture();
    let metrics = ReturnItemCollectionMetrics::Size;
    let told = PutItemInput { return_item_collection_metrics: metrics, ..put_place("a", 1, HOME) };
    let collection = fixture.call(told).unwrap().item_collection_metrics.unwrap();
    assert_eq!(
        collection.item_collection_key.map(|key| text(&key)).as_deref(),
        Some(r#"{"user":{"S":"a"}}"#)
    );
    assert_eq!(collection.size_estimate_range_gb, [0.0, 1.0]);
    let plain = PutItemInput { return_item_collection_metrics: metrics, ..put_visit("a", 1) };
    assert_eq!(fixture.call(plain).unwrap().item_collection_metrics, None);
}

#[test]
fn a_global_index_out_of_capacity_throttles_the_tables_writes() {
    let mut input = indexed("limited");
    let throughput =
        |units| Some(ProvisionedThroughput { read_capacity_units: units, write_capacity_units: units });
    input.billing_mode = None;
    input.provisioned_throughput = throughput(100);
    input.global_secondary_indexes[0].provisioned_throughput = throughput(1);
    let fixture = Fixture::throttled();
    fixture.call(input).unwrap();
    let write = |time, more| PutItemInput { table_name: "limited".to_owned(), ..put_place("a", time, more) };
    fixture.call(write(1, HOME)).unwrap();
    let refused = fixture.refused(write(2, HOME));
    assert_eq!(refused.throttling_reasons[0].reason, "IndexWriteProvisionedThroughputExceeded");
    assert!(refused.message.contains("one or more global secondary indexes"));
    fixture.call(write(2, "")).unwrap();
    let scan = ScanInput { table_name: "limited".to_owned(), ..scan() };
    assert_eq!(fixture.call(scan).unwrap().count, 2, "what was refused changed nothing");
}

#[test]
fn operands_that_fit_no_item_are_refused_before_it_is_read() {
    let fixture = fixture();
    let error = |condition| {
        let input = PutItemInput { condition_expression: Some(condition), ..put_visit("a", 1) };
        fixture.error(input).replace("ValidationException: Invalid ConditionExpression: ", "")
    };
    let (n, s) = (|| Term::Path(path("n")), |text: &str| Term::Value(text.into()));
    let one = || Term::Value(1.into());
    assert_eq!(
        error(Condition::Between(n(), one(), s("z"))),
        "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: \
         {N:1}, upper bound operand: AttributeValue: {S:z}"
    );
    assert!(
        error(Condition::Between(n(), s("b"), s("a")))
            .contains("upper bound to be greater than or equal to lower bound")
    );
    assert_eq!(
        error(Condition::BeginsWith(path("n").into(), one())),
        "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
    );
    assert_eq!(
        error(Condition::Contains(path("n").into(), n())),
        "The first operand must be distinct from the remaining operands for this operator or function; operator: \
         contains, first operand: [n]"
    );
}
