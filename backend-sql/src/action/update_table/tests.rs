use dynochemy_core::ScalarType;
use dynochemy_core::api::{
    AttributeDefinition, DeleteGlobalSecondaryIndexAction, DescribeTableInput, GlobalSecondaryIndex,
    KeySchemaElement, Projection, QueryInput, TableDescription, UpdateGlobalSecondaryIndexAction,
};
use dynochemy_core::expression::KeyCondition;
use dynochemy_core::{Item, KeyValue};

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
    assert_eq!(
        told.billing_mode_summary.and_then(|summary| summary.billing_mode),
        Some(BillingMode::PayPerRequest)
    );
    assert!(
        fixture.error(update_index("by_place", 7)).contains("should not be specified for index: by_place")
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
    assert!(fixture.error(add(index("by_place", "x"))).contains("Index already exists: by_place"));
    let undefined = UpdateTableInput { attribute_definitions: Vec::new(), ..add(index("new", "x")) };
    assert!(fixture.error(undefined).contains("Some index key attributes are not defined"));
    let retyped = add(index("new", "time"));
    assert!(fixture.error(retyped).contains("cannot be changed to S"));
    let unpaid = GlobalSecondaryIndex { provisioned_throughput: None, ..index("new", "x") };
    assert!(fixture.error(add(unpaid)).contains("must be specified for index: new"));
    assert!(fixture.error(updates(vec![delete("none")])).contains("Index: none not found"));
    assert!(
        fixture
            .error(updates(vec![delete("by_place"), delete("by_place")]))
            .contains("simultaneously. Index: by_place")
    );
    assert!(
        fixture
            .error(updates(vec![delete("by_place"), delete("none")]))
            .starts_with("LimitExceededException: Subscriber limit exceeded")
    );
    assert_eq!(described(&fixture), state);
}
