//! Tables and indexes that take a time to become active.

use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::expression::KeyCondition;
use dynochemy_core::{KeyValue, Moment, ScalarType};

use super::fixture::*;

const TIME: Duration = Duration::from_secs(20);

/// Where creating takes 20 seconds, except for `visits` and `notes`, which were there before.
fn slow() -> Fixture {
    let Fixture { backend, now } = Fixture::new();
    Fixture { backend: backend.with_creation_time(TIME), now }
}

fn describe(name: &str) -> DescribeTableInput {
    DescribeTableInput { table_name: name.to_owned() }
}

fn delete_table(name: &str) -> DeleteTableInput {
    DeleteTableInput { table_name: name.to_owned() }
}

fn global_index() -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: "by_place".to_owned(),
        key_schema: vec![KeySchemaElement::hash("place")],
        projection: Projection::all(),
        ..GlobalSecondaryIndex::default()
    }
}

fn place() -> AttributeDefinition {
    AttributeDefinition { attribute_name: "place".to_owned(), attribute_type: ScalarType::S }
}

fn add(name: &str) -> UpdateTableInput {
    let throughput = ProvisionedThroughput { read_capacity_units: 1, write_capacity_units: 1 };
    let index = GlobalSecondaryIndex {
        index_name: name.to_owned(),
        provisioned_throughput: Some(throughput),
        ..global_index()
    };
    UpdateTableInput {
        table_name: "visits".to_owned(),
        attribute_definitions: vec![place()],
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Create(index)],
        ..UpdateTableInput::default()
    }
}

#[test]
fn a_table_that_is_being_created_can_only_be_described_and_listed() {
    let mut fixture = slow();
    let mut input = create("new", None);
    input.attribute_definitions.push(place());
    input.global_secondary_indexes = vec![global_index()];
    let told = fixture.call(input.clone()).unwrap().table_description;
    let index = &told.global_secondary_indexes[0];
    assert_eq!(
        (told.table_status, index.index_status.clone()),
        (TableStatus::Creating, IndexStatus::Creating)
    );
    assert_eq!(index.backfilling, None);
    fixture.wait(TIME - Duration::from_nanos(1));
    assert_eq!(fixture.call(describe("new")).unwrap().table.table_status, TableStatus::Creating);
    assert_eq!(fixture.call(ListTablesInput::default()).unwrap().table_names, ["new", "notes", "visits"]);
    let missing = "ResourceNotFoundException: Requested resource not found";
    let put = || PutItemInput { table_name: "new".to_owned(), ..put_visit("a", 1) };
    assert_eq!(fixture.error(put()), missing);
    let creating = "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: new";
    assert_eq!(fixture.error(input), creating);
    assert_eq!(fixture.error(delete_table("new")), creating);
    let protect = UpdateTableInput {
        table_name: "new".to_owned(),
        deletion_protection_enabled: Some(true),
        ..UpdateTableInput::default()
    };
    assert_eq!(fixture.error(protect), creating);
    let time_to_live = UpdateTimeToLiveInput {
        table_name: "new".to_owned(),
        time_to_live_specification: TimeToLiveSpecification { enabled: true, attribute_name: "t".to_owned() },
    };
    assert_eq!(fixture.error(time_to_live), format!("{missing}: Table: new not found"));
    let time_to_live = DescribeTimeToLiveInput { table_name: "new".to_owned() };
    assert!(fixture.error(time_to_live).contains("while table is in CREATING state"));
    let resource_arn = told.table_arn.unwrap();
    let tags = ListTagsOfResourceInput { resource_arn: resource_arn.clone(), next_token: None };
    assert_eq!(fixture.error(tags), format!("{missing}: ResourceArn: {resource_arn} not found"));

    fixture.wait(Duration::from_nanos(1));
    let told = fixture.call(describe("new")).unwrap().table;
    let index = &told.global_secondary_indexes[0];
    assert_eq!((told.table_status, index.index_status.clone()), (TableStatus::Active, IndexStatus::Active));
    fixture.call(put()).unwrap();
    fixture.call(delete_table("new")).unwrap();
}

#[test]
fn an_index_that_is_being_created_holds_what_is_written_and_is_not_read() {
    let mut fixture = slow();
    fixture.call(put(item(&visit_json("a", 1, r#","place":{"S":"p"}"#)))).unwrap();
    let told = fixture.call(add("by_place")).unwrap().table_description;
    let index = &told.global_secondary_indexes[0];
    assert_eq!(
        (told.table_status, index.index_status.clone()),
        (TableStatus::Updating, IndexStatus::Creating)
    );
    assert_eq!(index.backfilling, Some(true));
    fixture.call(put(item(&visit_json("a", 2, r#","place":{"S":"p"}"#)))).unwrap();
    let query = QueryInput {
        index_name: Some("by_place".to_owned()),
        key_condition_expression: KeyCondition::hash("place", KeyValue::S("p".to_owned())),
        ..query("a")
    };
    let backfilling = "ValidationException: Cannot read from backfilling global secondary index: by_place";
    assert_eq!(fixture.error(query.clone()), backfilling);
    let scan = ScanInput { index_name: Some("by_place".to_owned()), ..scan() };
    assert_eq!(fixture.error(scan), backfilling);
    let in_use = "ResourceInUseException: Attempt to change a resource which is still in use: ";
    assert_eq!(
        fixture.error(delete_table("visits")),
        format!("{in_use}Cannot delete table while indexes are being created, updated, or deleted.")
    );
    let capacity = UpdateTableInput {
        table_name: "visits".to_owned(),
        provisioned_throughput: Some(ProvisionedThroughput {
            read_capacity_units: 9,
            write_capacity_units: 9,
        }),
        ..UpdateTableInput::default()
    };
    assert_eq!(
        fixture.error(capacity),
        format!(
            "{in_use}Can't change table IOPS when an index is being created. Table: visits Indexes: [by_place]"
        )
    );
    assert!(
        fixture.error(add("other")).starts_with("LimitExceededException: Subscriber limit exceeded: Only 1")
    );

    fixture.wait(TIME);
    assert_eq!(fixture.call(describe("visits")).unwrap().table.table_status, TableStatus::Active);
    assert_eq!(times(&fixture.call(query).unwrap().items), [1, 2]);
    fixture.call(add("other")).unwrap();
}

#[test]
fn a_table_whose_index_is_being_created_takes_no_other_change() {
    let mut fixture = slow();
    fixture.call(add("by_place")).unwrap();
    fixture.wait(TIME);
    fixture.call(add("other")).unwrap();
    let visits = || UpdateTableInput { table_name: "visits".to_owned(), ..UpdateTableInput::default() };
    let warm = WarmThroughput { read_units_per_second: Some(90), write_units_per_second: Some(90) };
    let of_index = UpdateGlobalSecondaryIndexAction {
        index_name: "by_place".to_owned(),
        warm_throughput: Some(warm),
        ..UpdateGlobalSecondaryIndexAction::default()
    };
    let of_index = UpdateGlobalSecondaryIndexAction {
        provisioned_throughput: Some(ProvisionedThroughput {
            read_capacity_units: 9,
            write_capacity_units: 9,
        }),
        ..of_index
    };
    let changes = [
        UpdateTableInput { deletion_protection_enabled: Some(true), ..visits() },
        UpdateTableInput { table_class: Some(TableClass::StandardInfrequentAccess), ..visits() },
        UpdateTableInput { warm_throughput: Some(warm), ..visits() },
        UpdateTableInput {
            sse_specification: Some(SseSpecification { enabled: Some(true), ..SseSpecification::default() }),
            ..visits()
        },
        UpdateTableInput {
            global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Update(of_index)],
            ..visits()
        },
    ];
    let before = fixture.call(describe("visits")).unwrap().table;
    assert_eq!(before.table_status, TableStatus::Updating);
    for change in &changes {
        assert_eq!(
            fixture.error(change.clone()),
            "ResourceInUseException: Attempt to change a resource which is still in use: Table is being updated: visits",
            "{change:?}"
        );
    }
    assert_eq!(fixture.call(describe("visits")).unwrap().table, before);
    fixture.call(put_visit("a", 1)).unwrap();
    fixture.wait(TIME);
    for change in changes {
        fixture.call(change).unwrap();
    }
}

#[test]
fn an_index_that_is_being_created_can_be_deleted() {
    let fixture = slow();
    fixture.call(add("by_place")).unwrap();
    let delete = DeleteGlobalSecondaryIndexAction { index_name: "by_place".to_owned() };
    let update = UpdateTableInput {
        table_name: "visits".to_owned(),
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Delete(delete)],
        ..UpdateTableInput::default()
    };
    let told = fixture.call(update).unwrap().table_description;
    assert_eq!((told.table_status, told.global_secondary_indexes.len()), (TableStatus::Active, 0));
}

#[test]
fn what_was_active_stays_so_on_a_clock_that_is_set_back() {
    let mut fixture = slow();
    fixture.call(create("new", None)).unwrap();
    fixture.now = Moment::EPOCH;
    let described = fixture.call(describe("new")).unwrap().table;
    assert_eq!(described.table_status, TableStatus::Active);
}
