use dynochemy_core::ScalarType;
use dynochemy_core::api::{
    AttributeDefinition, BillingMode, DeleteGlobalSecondaryIndexAction, DescribeTableInput,
    GlobalSecondaryIndex, GlobalSecondaryIndexUpdate, KeySchemaElement, Projection, ProvisionedThroughput,
    QueryInput, TableDescription, UpdateGlobalSecondaryIndexAction,
};
use dynochemy_core::expression::KeyCondition;
use dynochemy_core::{Item, KeyValue};
use serde_json::json;

use super::*;
use crate::action::fixture::*;

fn throughput(read: u64, write: u64) -> Option<ProvisionedThroughput> {
    Some(ProvisionedThroughput { read_capacity_units: read, write_capacity_units: write })
}

fn table(name: &str) -> UpdateTableInput {
    UpdateTableInput { table_name: name.to_owned(), ..UpdateTableInput::default() }
}

fn index(name: &str, attribute: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: vec![KeySchemaElement::hash(attribute)],
        projection: Projection::keys_only(),
        provisioned_throughput: throughput(1, 1),
        ..GlobalSecondaryIndex::default()
    }
}

fn add(index: GlobalSecondaryIndex) -> UpdateTableInput {
    let attribute_name = index.key_schema[0].attribute_name.clone();
    UpdateTableInput {
        attribute_definitions: vec![AttributeDefinition { attribute_name, attribute_type: ScalarType::S }],
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Create(index)],
        ..table("visits")
    }
}

fn delete(name: &str) -> GlobalSecondaryIndexUpdate {
    GlobalSecondaryIndexUpdate::Delete(DeleteGlobalSecondaryIndexAction { index_name: name.to_owned() })
}

fn update_index(name: &str, units: u64) -> UpdateTableInput {
    let update = UpdateGlobalSecondaryIndexAction {
        index_name: name.to_owned(),
        provisioned_throughput: throughput(units, units),
        ..UpdateGlobalSecondaryIndexAction::default()
    };
    UpdateTableInput {
        global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate::Update(update)],
        ..table("visits")
    }
}

fn described(fixture: &Fixture) -> TableDescription {
    fixture.call(DescribeTableInput { table_name: "visits".to_owned() }).unwrap().table
}

#[test]
fn an_index_is_added_to_a_table_with_items_and_deleted_again() {
    let fixture = Fixture::new();
    for time in 0..600 {
        // Every third one cannot be in the index, and every third one has another type there.
        let more = [r#","place":{"S":"p"}"#, "", r#","place":{"N":"1"}"#][time as usize % 3];
        fixture.call(put(item(&visit_json("a", time, more)))).unwrap();
    }
    let changed = fixture.call(add(index("by_place", "place"))).unwrap().table_description;
    assert_eq!(changed.global_secondary_indexes[0].item_count, 200);
    assert_eq!(changed.attribute_definitions.len(), 3);
    let query = QueryInput {
        index_name: Some("by_place".to_owned()),
        key_condition_expression: KeyCondition::hash("place", KeyValue::S("p".to_owned())),
        ..query("a")
    };
    let found = times(&fixture.call(query.clone()).unwrap().items);
    assert_eq!(found, (0..600).step_by(3).collect::<Vec<_>>());
    let deleted =
        UpdateTableInput { global_secondary_index_updates: vec![delete("by_place")], ..table("visits") };
    let changed = fixture.call(deleted).unwrap().table_description;
    assert_eq!((changed.global_secondary_indexes.len(), changed.attribute_definitions.len()), (0, 2));
    assert!(fixture.error(query.clone()).contains("does not have the specified index"));
    // An index of the same name begins empty of what the other one held.
    fixture.call(add(index("by_place", "none"))).unwrap();
    let other = KeyCondition::hash("none", KeyValue::S("p".to_owned()));
    assert_eq!(fixture.call(QueryInput { key_condition_expression: other, ..query }).unwrap().count, 0);
}

#[test]
fn capacity_and_billing_are_changed() {
    let mut fixture = Fixture::throttled();
    fixture.call(add(index("by_place", "place"))).unwrap();
    let raised = UpdateTableInput { provisioned_throughput: throughput(20, 2), ..table("visits") };
    let told = fixture.call(raised.clone()).unwrap().table_description.provisioned_throughput.unwrap();
    assert_eq!((told.read_capacity_units, told.number_of_decreases_today), (20, Some(1)));
    assert!(told.last_increase_date_time.is_some() && told.last_decrease_date_time.is_some());
    assert!(fixture.error(raised).contains("will not change"));
    fixture.wait(std::time::Duration::from_secs(86_400));
    assert_eq!(described(&fixture).provisioned_throughput.unwrap().number_of_decreases_today, Some(0));
    fixture.call(update_index("by_place", 7)).unwrap();
    let told = described(&fixture).global_secondary_indexes[0].provisioned_throughput.unwrap();
    assert_eq!(told.write_capacity_units, 7);

    let on_demand = UpdateTableInput { billing_mode: Some(BillingMode::PayPerRequest), ..table("visits") };
    let told = fixture.call(on_demand).unwrap().table_description;
    assert_eq!(told.provisioned(), None);
    let of_index = told.global_secondary_indexes[0].provisioned_throughput.unwrap();
    assert_eq!((of_index.write_capacity_units, of_index.number_of_decreases_today), (0, Some(1)));
    assert_eq!(
        told.billing_mode_summary.and_then(|summary| summary.billing_mode),
        Some(BillingMode::PayPerRequest)
    );
    assert!(
        fixture
            .error(update_index("by_place", 7))
            .contains("The only Updates for index: by_place when TableThroughputMode is PAY_PER_REQUEST")
    );
    let back = UpdateTableInput {
        billing_mode: Some(BillingMode::Provisioned),
        provisioned_throughput: throughput(1, 1),
        ..table("visits")
    };
    assert!(fixture.error(back.clone()).contains("must be specified for index: by_place"));
    let with_index = UpdateTableInput { ..update_index("by_place", 3) };
    let both = UpdateTableInput {
        global_secondary_index_updates: with_index.global_secondary_index_updates,
        ..back
    };
    assert_eq!(fixture.call(both).unwrap().table_description.provisioned(), throughput(1, 1));
}

#[test]
fn a_protected_table_is_not_deleted() {
    let fixture = Fixture::new();
    let protect =
        |protected| UpdateTableInput { deletion_protection_enabled: Some(protected), ..table("visits") };
    fixture.call(protect(true)).unwrap();
    assert_eq!(described(&fixture).deletion_protection_enabled, Some(true));
    let delete = dynochemy_core::api::DeleteTableInput { table_name: "visits".to_owned() };
    assert!(fixture.error(delete.clone()).contains("currently protected against deletion"));
    fixture.call(protect(false)).unwrap();
    fixture.call(delete).unwrap();
}

#[test]
fn changes_that_make_no_sense_are_refused_and_change_nothing() {
    let fixture = Fixture::new();
    let before: Item = put_visit("a", 1).item;
    fixture.call(put(before)).unwrap();
    fixture.call(add(index("by_place", "place"))).unwrap();
    let state = described(&fixture);
    let updates = |updates| UpdateTableInput { global_secondary_index_updates: updates, ..table("visits") };
    assert!(fixture.error(table("visits")).contains("At least one of ProvisionedThroughput"));
    assert!(fixture.error(table("none")).contains("At least one of"));
    let nowhere = UpdateTableInput { provisioned_throughput: throughput(1, 1), ..table("none") };
    assert_eq!(
        fixture.error(nowhere),
        "ResourceNotFoundException: Requested resource not found: Table: none not found"
    );
    assert!(
        fixture
            .error(add(index("by_place", "x")))
            .ends_with("Attempting to create an index which already exists")
    );
    let undefined = UpdateTableInput { attribute_definitions: Vec::new(), ..add(index("new", "x")) };
    assert!(fixture.error(undefined).ends_with("AttributeDefinitions is not specified for index: new"));
    // Those that the table has already do not help.
    let half = GlobalSecondaryIndex {
        key_schema: vec![KeySchemaElement::hash("x"), KeySchemaElement::range("time")],
        ..index("new", "x")
    };
    assert!(fixture.error(add(half)).ends_with("Some index key attribute have no definition"));
    let retyped = add(index("new", "time"));
    assert!(fixture.error(retyped).contains("cannot be changed to S"));
    let unpaid = GlobalSecondaryIndex { provisioned_throughput: None, ..index("new", "x") };
    assert!(fixture.error(add(unpaid)).contains("must be specified for index: new"));
    assert!(
        fixture
            .error(updates(vec![delete("none")]))
            .ends_with("Requested resource not found: Index none for table visits")
    );
    assert!(
        fixture
            .error(updates(vec![delete("by_place"), delete("by_place")]))
            .contains("simultaneously. Index: by_place")
    );
    assert!(
        fixture
            .error(UpdateTableInput {
                global_secondary_index_updates: vec![
                    delete("by_place"),
                    GlobalSecondaryIndexUpdate::Create(index("new", "x")),
                ],
                ..add(index("new", "x"))
            })
            .starts_with("LimitExceededException: Subscriber limit exceeded")
    );
    assert_eq!(described(&fixture), state);
}

/// An update of `visits`, as other clients would write it.
fn written(json: serde_json::Value) -> UpdateTableInput {
    let input: UpdateTableInput = serde_json::from_value(json).unwrap();
    UpdateTableInput { table_name: "visits".to_owned(), ..input }
}

#[test]
fn one_kind_of_change_is_taken_in_a_call() {
    let fixture = Fixture::new();
    let create = json!([{"Create": {"IndexName": "new", "KeySchema": [{"AttributeName": "x", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}}]);
    let all = json!({
        "AttributeDefinitions": [{"AttributeName": "x", "AttributeType": "S"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
        "SSESpecification": {"Enabled": true},
        "TableClass": "STANDARD",
        "DeletionProtectionEnabled": true,
        "WarmThroughput": {"ReadUnitsPerSecond": 20_000},
        "OnDemandThroughput": {"MaxReadRequestUnits": 5},
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"},
        "GlobalSecondaryIndexUpdates": create,
    });
    let of = |names: &[&str]| {
        let mut some = json!({"AttributeDefinitions": all["AttributeDefinitions"]});
        for name in names {
            some[*name] = all[*name].clone();
        }
        written(some)
    };
    let invalid = "ValidationException: One or more parameter values were invalid: ";
    for (names, problem) in [
        (
            ["SSESpecification", "DeletionProtectionEnabled"],
            "Server-Side Encryption modification must be the only operation in the request",
        ),
        (
            ["TableClass", "ProvisionedThroughput"],
            "TableClass modification must be the only operation in the request",
        ),
        (
            ["DeletionProtectionEnabled", "GlobalSecondaryIndexUpdates"],
            "DeletionProtection modification must be the only operation in the request",
        ),
        (
            ["WarmThroughput", "GlobalSecondaryIndexUpdates"],
            "Create global secondary index cannot be specified when updating WarmThroughput",
        ),
        (
            ["WarmThroughput", "ProvisionedThroughput"],
            "WarmThroughput must be the only operation in the request",
        ),
        (
            ["OnDemandThroughput", "StreamSpecification"],
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
        ),
        (
            ["ProvisionedThroughput", "StreamSpecification"],
            "You cannot modify stream status while updating table IOPS",
        ),
        (
            ["ProvisionedThroughput", "GlobalSecondaryIndexUpdates"],
            "You cannot create or delete index while updating table IOPS",
        ),
        (
            ["StreamSpecification", "GlobalSecondaryIndexUpdates"],
            "You cannot create or delete index while changing stream status",
        ),
    ] {
        assert_eq!(fixture.error(of(&names)), format!("{invalid}{problem}"), "{names:?}");
    }
    // Billing goes with an index and with bounds.
    let mut both = of(&["OnDemandThroughput"]);
    both.billing_mode = Some(BillingMode::PayPerRequest);
    let told = fixture.call(both).unwrap().table_description;
    assert_eq!(told.on_demand_throughput.unwrap().max_read_request_units, Some(5));
}

#[test]
fn changes_that_the_service_would_refuse_are_refused_as_it_does() {
    let fixture = Fixture::new();
    fixture.call(add(index("by_place", "place"))).unwrap();
    let capacity = |units: u64| json!({"ReadCapacityUnits": units, "WriteCapacityUnits": units});
    let of_index = |update: serde_json::Value| {
        let mut update = update;
        update["IndexName"] = "by_place".into();
        json!({"GlobalSecondaryIndexUpdates": [{"Update": update}]})
    };
    let invalid = |problem: &str| format!("One or more parameter values were invalid: {problem}");
    for (update, problem) in [
        (
            json!({"BillingMode": "PROVISIONED"}),
            invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"),
        ),
        (
            json!({"ProvisionedThroughput": capacity(1_000_000_000_001)}),
            "Given value 1000000000001 for ReadCapacityUnits is out of bounds".to_owned(),
        ),
        (
            json!({"OnDemandThroughput": {"MaxWriteRequestUnits": 5}}),
            invalid("MaxWriteRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"),
        ),
        (
            json!({"WarmThroughput": {"WriteUnitsPerSecond": 4}}),
            invalid(
                "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, \
                 decreasing WarmThroughput is not supported",
            ),
        ),
        (json!({"SSESpecification": {"Enabled": false}}), invalid("Table is already encrypted by default")),
        (
            json!({"StreamSpecification": {"StreamEnabled": false}}),
            "Table has no stream to disable: TableName: visits".to_owned(),
        ),
        (
            json!({"StreamSpecification": {"StreamEnabled": true}}),
            invalid("If stream is being enabled then UpdateViewType is required"),
        ),
        (of_index(json!({})), invalid("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: by_place")),
        (
            of_index(json!({"ProvisionedThroughput": capacity(1)})),
            "The provisioned throughput for the index by_place will not change. The requested value equals the current \
             value. Current ReadCapacityUnits provisioned for index by_place: 1. Requested ReadCapacityUnits: 1. Current \
             WriteCapacityUnits provisioned for index by_place: 1. Requested WriteCapacityUnits: 1. Refer to the Amazon \
             DynamoDB Developer Guide for current limits and how to request higher limits."
                .to_owned(),
        ),
        (
            of_index(json!({"WarmThroughput": {}})),
            invalid(
                "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: \
                 by_place",
            ),
        ),
    ] {
        assert_eq!(fixture.error(written(update.clone())), format!("ValidationException: {problem}"), "{update}");
    }
    // The same capacity is no change, whether or not billing is named with it.
    for mode in [None, Some(BillingMode::Provisioned)] {
        let same = UpdateTableInput {
            billing_mode: mode,
            provisioned_throughput: throughput(10, 5),
            ..table("visits")
        };
        assert!(
            fixture
                .error(same)
                .starts_with("ValidationException: The provisioned throughput for the table will not")
        );
    }
}

#[test]
fn capacity_is_lowered_four_times_a_day_and_then_once_an_hour() {
    let mut fixture = Fixture::new();
    fixture.now = dynochemy_core::Moment::from_secs(1_791_505_294);
    let lower = |to: u64| UpdateTableInput { provisioned_throughput: throughput(to, 5), ..table("visits") };
    for to in [9, 8, 7, 6] {
        fixture.call(lower(to)).unwrap();
    }
    assert_eq!(
        fixture.error(lower(5)),
        "LimitExceededException: Subscriber limit exceeded: Provisioned throughput decreases are limited within a given \
         UTC day. After the first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once \
         every 3600 seconds. Number of decreases today: 4. Last decrease at Friday, October 9, 2026 at 12:21:34 AM \
         Coordinated Universal Time. Next decrease can be made at Friday, October 9, 2026 at 1:21:34 AM Coordinated \
         Universal Time"
    );
    fixture.call(lower(30)).unwrap();
    fixture.wait(std::time::Duration::from_secs(3600));
    fixture.call(lower(5)).unwrap();
    assert!(fixture.error(lower(4)).contains("Number of decreases today: 5."));
    // Another day begins anew.
    fixture.wait(std::time::Duration::from_secs(86_400));
    for to in [4, 3, 2, 1] {
        fixture.call(lower(to)).unwrap();
    }
}

#[test]
fn what_can_be_taken_at_once_grows_with_every_capacity_and_never_shrinks() {
    let fixture = Fixture::new();
    let warm = |input: UpdateTableInput| {
        let told = fixture.call(input).unwrap().table_description.warm_throughput.unwrap();
        (told.read_units_per_second.unwrap(), told.write_units_per_second.unwrap())
    };
    let provisioned =
        |read, write| UpdateTableInput { provisioned_throughput: throughput(read, write), ..table("visits") };
    assert_eq!(warm(provisioned(20, 2)), (20, 5));
    assert_eq!(warm(provisioned(1, 1)), (20, 5));
    let on_demand = UpdateTableInput { billing_mode: Some(BillingMode::PayPerRequest), ..table("visits") };
    assert_eq!(warm(on_demand), (12_000, 4_000));
    let back = UpdateTableInput { billing_mode: Some(BillingMode::Provisioned), ..provisioned(1, 1) };
    assert_eq!(warm(back), (12_000, 4_000));
}

#[test]
fn bounds_on_demand_are_changed_one_by_one_and_go_with_the_billing() {
    let fixture = Fixture::new();
    let notes = |json| UpdateTableInput { table_name: "notes".to_owned(), ..written(json) };
    let bounds = |json| {
        let told = fixture.call(notes(json)).unwrap().table_description.on_demand_throughput;
        told.map(|told| (told.max_read_request_units, told.max_write_request_units))
    };
    let set = |read: i64, write: i64| json!({"OnDemandThroughput": {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}});
    assert_eq!(bounds(set(7, 8)), Some((Some(7), Some(8))));
    assert_eq!(bounds(json!({"OnDemandThroughput": {"MaxReadRequestUnits": -1}})), Some((None, Some(8))));
    assert_eq!(bounds(set(-1, -1)), None);
    assert!(fixture.error(notes(set(0, 1))).contains("for table is outside of valid range"));
    assert_eq!(bounds(set(7, 8)), Some((Some(7), Some(8))));
    let provisioned = json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}});
    assert_eq!(bounds(provisioned), None);
}
