use dynochemy_core::ScalarType;
use dynochemy_core::api::{
    AttributeDefinition, IndexStatus, LocalSecondaryIndex, Projection, TableStatus, WarmThroughput,
};
use serde_json::{Value, json};

use super::*;
use crate::action::fixture::*;

/// A table with the hash key `pk` that is billed on demand, changed in these members; null takes one away.
fn declared(changes: Value) -> CreateTableInput {
    let mut table = json!({
        "TableName": "declared",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": definitions("pk"),
        "KeySchema": schema("pk"),
    });
    for (name, value) in changes.as_object().unwrap() {
        table[name] = value.clone();
    }
    serde_json::from_value(table).unwrap()
}

/// Definitions of attributes, all of them texts.
fn definitions(names: &str) -> Value {
    names.split(' ').map(|name| json!({"AttributeName": name, "AttributeType": "S"})).collect()
}

/// A schema whose first attribute is the hash key, and the others range keys; `:H` and `:R` say otherwise.
fn schema(names: &str) -> Value {
    let element = |(position, name): (usize, &str)| {
        let (name, kind) = match name.split_once(':') {
            Some((name, kind)) => (name, kind),
            None => (name, if position == 0 { "H" } else { "R" }),
        };
        json!({"AttributeName": name, "KeyType": if kind == "H" { "HASH" } else { "RANGE" }})
    };
    names.split(' ').enumerate().map(element).collect()
}

fn index(name: &str, keys: &str) -> Value {
    json!({"IndexName": name, "KeySchema": schema(keys), "Projection": {"ProjectionType": "ALL"}})
}

/// The same index with another member.
fn with(mut index: Value, member: &str, value: Value) -> Value {
    index[member] = value;
    index
}

const INVALID: &str = "One or more parameter values were invalid: ";

/// That each table is refused with its message.
fn check_refused(cases: Vec<(Value, String)>) {
    let fixture = Fixture::new();
    for (changes, problem) in cases {
        let error = fixture.error(declared(changes.clone()));
        assert_eq!(error, format!("ValidationException: {problem}"), "{changes}");
    }
}

#[test]
fn a_table_is_active_at_once() {
    let fixture = Fixture::new();
    let created = fixture.call(create("more", Some((3, 4)))).unwrap().table_description;
    assert_eq!(created.table_status, TableStatus::Active);
    assert_eq!(created.key_shape(), create("more", None).key_shape());
    assert_eq!(created.provisioned().map(|declared| declared.write_capacity_units), Some(4));
    assert_eq!(created.creation_date_time, Some(1_800_000_000.0));
}

#[test]
fn a_name_can_be_used_once() {
    let fixture = Fixture::new();
    assert_eq!(fixture.error(create("visits", None)), "ResourceInUseException: Table already exists: visits");
}

#[test]
fn names_and_keys_that_the_service_would_not_create_are_refused() {
    let constraint = |value: &str, member: &str, wanted: &str| {
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {wanted}"
        )
    };
    let undefined = |keys: &str, definitions: &str| {
        format!(
            "{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [{keys}], \
             AttributeDefinitions: [{definitions}]"
        )
    };
    let no_definition = "Invalid KeySchema: Some index key attribute have no definition".to_owned();
    let first = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned();
    let second = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".to_owned();
    let same = "Both the Hash Key and the Range Key element in the KeySchema have the same name".to_owned();
    let number = "Number of attributes in KeySchema does not exactly match number of attributes defined in \
                  AttributeDefinitions";
    let long = "a".repeat(256);
    check_refused(vec![
        (json!({"TableName": "ab"}), constraint("ab", "tableName", "have length greater than or equal to 3")),
        (json!({"TableName": long}), constraint(&long, "tableName", "have length less than or equal to 255")),
        (
            json!({"TableName": "a b"}),
            constraint("a b", "tableName", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
        ),
        (json!({"KeySchema": []}), constraint("[]", "keySchema", "have length greater than or equal to 1")),
        (json!({"KeySchema": schema("pk:R")}), first.clone()),
        (json!({"KeySchema": schema("a pk:H"), "AttributeDefinitions": definitions("pk a")}), second),
        (json!({"KeySchema": schema("pk pk"), "AttributeDefinitions": definitions("pk a")}), same),
        (json!({"KeySchema": schema("pk pk")}), no_definition.clone()),
        (json!({"AttributeDefinitions": []}), no_definition.clone()),
        (json!({"KeySchema": schema("pk:R sk")}), no_definition),
        (json!({"KeySchema": schema("PK")}), undefined("PK", "pk")),
        (json!({"KeySchema": schema("other:R")}), undefined("other", "pk")),
        (
            json!({"KeySchema": schema("pk sk"), "AttributeDefinitions": definitions("pk a")}),
            undefined("sk, pk", "a, pk"),
        ),
        (
            json!({"AttributeDefinitions": definitions("pk pk")}),
            "Attribute Name is duplicated: pk".to_owned(),
        ),
        (json!({"AttributeDefinitions": definitions("pk extra")}), format!("{INVALID}{number}")),
    ]);
    Fixture::new().call(declared(json!({"TableName": "a-b.c_D3"}))).unwrap();
}

#[test]
fn billing_and_capacities_have_to_fit() {
    let provisioned = |units: u64| json!({"ReadCapacityUnits": units, "WriteCapacityUnits": units});
    let neither = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
    let both =
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
    let range = "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range";
    let table = |units: u64| json!({"BillingMode": null, "ProvisionedThroughput": provisioned(units)});
    check_refused(vec![
        (json!({"BillingMode": null}), format!("{INVALID}{both}")),
        (json!({"BillingMode": "PROVISIONED"}), format!("{INVALID}{both}")),
        (json!({"ProvisionedThroughput": provisioned(1)}), format!("{INVALID}{neither}")),
        (
            json!({"BillingMode": "FREE"}),
            "1 validation error detected: Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy \
             enum value set: [PROVISIONED, PAY_PER_REQUEST]"
                .to_owned(),
        ),
        (
            table(0),
            "1 validation error detected: Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy \
             constraint: Member must have value greater than or equal to 1"
                .to_owned(),
        ),
        (table(1_000_000_000_001), "Given value 1000000000001 for ReadCapacityUnits is out of bounds".to_owned()),
        (json!({"OnDemandThroughput": {"MaxReadRequestUnits": 0}}), format!("{INVALID}{range}")),
        (json!({"OnDemandThroughput": {"MaxReadRequestUnits": -1}}), format!("{INVALID}{range}")),
        (
            with(table(1), "OnDemandThroughput", json!({"MaxReadRequestUnits": 5})),
            format!(
                "{INVALID}MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is \
                 PROVISIONED."
            ),
        ),
        (
            with(table(10), "WarmThroughput", json!({"ReadUnitsPerSecond": 5})),
            format!(
                "{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of \
                 ProvisionedThroughput"
            ),
        ),
    ]);
    let cold = declared(json!({"WarmThroughput": {"WriteUnitsPerSecond": 1}}));
    assert!(
        Fixture::new()
            .error(cold)
            .contains("lower than initial throughput for OnDemand. See: https://docs.aws")
    );
}

#[test]
fn settings_have_to_make_sense() {
    let encryption = |problem: &str| format!("{INVALID}{problem}");
    check_refused(vec![
        (
            json!({"TableClass": "COLD"}),
            "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, \
             STANDARD_INFREQUENT_ACCESS]."
                .to_owned(),
        ),
        (
            json!({"SSESpecification": {"Enabled": false, "SSEType": "KMS"}}),
            encryption("SSEType can not be specified if Enabled is false"),
        ),
        (
            json!({"SSESpecification": {"Enabled": true, "SSEType": "AES256"}}),
            encryption("SSEType AES256 is not supported"),
        ),
        (
            json!({"SSESpecification": {"Enabled": true, "KMSMasterKeyId": "key"}}),
            encryption("SSEType KMS is required if KMSMasterKeyId is specified"),
        ),
        (
            json!({"StreamSpecification": {"StreamEnabled": true}}),
            format!("{INVALID}Table is being created with a stream enabled, UpdateViewType is required"),
        ),
        (
            json!({"StreamSpecification": {"StreamEnabled": false, "StreamViewType": "KEYS_ONLY"}}),
            format!("{INVALID}Table is being created with a stream disabled, UpdateViewType should not be specified"),
        ),
        (
            json!({"Tags": [{"Key": "aws:a", "Value": ""}]}),
            "Tag Key cannot be prefixed with aws:, Key: aws:a".to_owned(),
        ),
    ]);
}

fn global(name: &str, key_schema: Vec<KeySchemaElement>) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema,
        projection: Projection::all(),
        ..GlobalSecondaryIndex::default()
    }
}

fn local(name: &str, hash: &str, range: &str) -> LocalSecondaryIndex {
    LocalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: vec![KeySchemaElement::hash(hash), KeySchemaElement::range(range)],
        projection: Projection::all(),
    }
}

#[test]
fn indexes_are_described_as_they_were_declared() {
    let fixture = Fixture::new();
    let schema = vec![
        KeySchemaElement::hash("user"),
        KeySchemaElement::hash("place"),
        KeySchemaElement::range("time"),
    ];
    let mut input = create("indexed", Some((1, 1)));
    let place = AttributeDefinition { attribute_name: "place".to_owned(), attribute_type: ScalarType::B };
    input.attribute_definitions.push(place);
    let throughput = ProvisionedThroughput { read_capacity_units: 2, write_capacity_units: 3 };
    input.global_secondary_indexes = vec![GlobalSecondaryIndex {
        projection: Projection::include(["x", "y"]),
        provisioned_throughput: Some(throughput),
        ..global("global", schema.clone())
    }];
    input.local_secondary_indexes = vec![local("local", "user", "place")];
    let definitions = input.attribute_definitions.clone();
    let told = fixture.call(input).unwrap().table_description;
    let mut sorted = definitions;
    sorted.sort_by(|one, other| one.attribute_name.cmp(&other.attribute_name));
    assert_eq!(told.attribute_definitions, sorted);
    let index = &told.global_secondary_indexes[0];
    assert_eq!((index.key_schema.clone(), index.index_status.clone()), (schema, IndexStatus::Active));
    assert_eq!(index.projection, Projection::include(["x", "y"]));
    assert_eq!(index.provisioned_throughput.unwrap().provisioned(), Some(throughput));
    let arn = "arn:aws:dynamodb:local:000000000000:table/indexed/index/";
    assert_eq!(index.index_arn, Some(format!("{arn}global")));
    assert_eq!(told.local_secondary_indexes[0].index_arn, Some(format!("{arn}local")));
}

#[test]
fn indexes_that_the_service_would_not_create_are_refused() {
    let global = |definitions_of: &str, indexes: Value| {
        json!({
            "AttributeDefinitions": definitions(definitions_of),
            "KeySchema": schema("pk sk"),
            "GlobalSecondaryIndexes": indexes,
        })
    };
    let local = |definitions_of: &str, indexes: Value| {
        json!({
            "AttributeDefinitions": definitions(definitions_of),
            "KeySchema": schema("pk sk"),
            "LocalSecondaryIndexes": indexes,
        })
    };
    let a = || index("by_a", "a");
    let projected = |projection: Value| global("pk sk a", json!([with(a(), "Projection", projection)]));
    let undefined = |keys: &str, definitions: &str| {
        format!(
            "{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [{keys}], \
             AttributeDefinitions: [{definitions}]"
        )
    };
    let unused = |definitions: &str, used: &str| {
        format!(
            "{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [{definitions}], keys used: [{used}]"
        )
    };
    let invalid = |problem: &str| format!("{INVALID}{problem}");
    let no_type = || with(a(), "Projection", json!({}));
    let many: Vec<Value> = (0..21).map(|number| index(&format!("index{number}"), "a")).collect();
    let six: Vec<Value> = (0..6).map(|number| index(&format!("index{number}"), "pk a")).collect();
    let include = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("x{number}")).collect();
        json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": names})
    };
    let wide: Vec<Value> = (0..6)
        .map(|number| {
            with(
                index(&format!("index{number}"), "a"),
                "Projection",
                include(if number < 5 { 20 } else { 1 }),
            )
        })
        .collect();
    check_refused(vec![
        (global("pk sk", json!([index("by_q", "q")])), undefined("q", "sk, pk")),
        (global("pk sk", json!([index("by_q", "pk q")])), undefined("q, pk", "sk, pk")),
        (
            global("pk sk", json!([index("by_q", "q r s")])),
            "Invalid KeySchema: Some index key attribute have no definition".to_owned(),
        ),
        // What is not used comes before anything else of an index.
        (global("pk sk a b c", json!([no_type()])), unused("sk, a, b, pk, c", "a, sk, pk")),
        (global("pk sk a b", json!([index("by_a", "a:R")])), unused("sk, a, b, pk", "a, sk, pk")),
        (
            global("pk sk a", json!([index("by_a", "a:R")])),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
        ),
        (
            global("pk sk a", json!([index("by_a", "a sk pk:H")])),
            invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema"),
        ),
        (
            global("pk sk a", json!([index("by_a", "a a")])),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name".to_owned(),
        ),
        (
            global("pk sk a", json!([index("by_a", "a a:H")])),
            "The KeySchema contains multiple key attributes with the same name".to_owned(),
        ),
        (
            global("pk sk a b c", json!([index("by_a", "a b:H c:H pk:H sk:H")])),
            invalid("The KeySchema exceeds the maximum allowed number of HASH key attributes"),
        ),
        (
            global("pk sk a b c d", json!([index("by_a", "a b c d pk sk")])),
            invalid("The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
        ),
        (projected(json!({})), invalid("Unknown ProjectionType: null")),
        (
            projected(json!({"ProjectionType": "ALL", "NonKeyAttributes": ["x"]})),
            invalid("ProjectionType is ALL, but NonKeyAttributes is specified"),
        ),
        (
            projected(json!({"ProjectionType": "INCLUDE"})),
            invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
        ),
        (
            projected(json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y", "x"]})),
            invalid("Duplicate element in NonKeyAttributes: x"),
        ),
        (global("pk sk a", json!([a(), a()])), invalid("Duplicate index name: by_a")),
        (
            global("pk sk a", json!(many)),
            invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"),
        ),
        (
            global("pk sk a", json!(wide)),
            invalid("The total number of NonKeyAttributes of all indexes exceeds the limit of 100"),
        ),
        (
            global(
                "pk sk a",
                json!([with(
                    a(),
                    "ProvisionedThroughput",
                    json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
                )]),
            ),
            invalid(
                "ProvisionedThroughput should not be specified for index: by_a when BillingMode is PAY_PER_REQUEST",
            ),
        ),
        (
            global("pk sk a", json!([with(a(), "OnDemandThroughput", json!({"MaxWriteRequestUnits": 0}))])),
            invalid(
                "Requested MaxWriteRequestUnits for OnDemandThroughput for index : by_a is outside of valid range",
            ),
        ),
        (
            json!({"AttributeDefinitions": definitions("pk a"), "LocalSecondaryIndexes": [index("by_a", "pk a")]}),
            invalid(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
            ),
        ),
        (
            local("pk sk", json!([index("by_a", "pk")])),
            invalid("Index KeySchema does not have a range key for index: by_a"),
        ),
        (
            local("pk sk a", json!([index("by_a", "a sk")])),
            invalid(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: by_a. index hash \
                 key: a, table hash key: pk",
            ),
        ),
        (
            local("pk sk a", json!([index("by_a", "pk a:H")])),
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".to_owned(),
        ),
        (
            local("pk sk a", json!(six)),
            invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
        ),
    ]);
    let short = declared(global("pk sk a", json!([index("a", "a")])));
    assert!(Fixture::new().error(short).contains("'globalSecondaryIndexes.1.member.indexName'"));
}

#[test]
fn indexes_that_look_odd_are_created() {
    let fixture = Fixture::new();
    let eight = index("eight", "a b:H c:H d:H e f g h");
    let odd = json!({
        "AttributeDefinitions": definitions("pk sk a b c d e f g h"),
        "KeySchema": schema("pk sk"),
        "GlobalSecondaryIndexes": [eight, index("declared", "pk sk"),
            with(index("keys", "pk"), "Projection", json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["sk", "pk"]}))],
        "LocalSecondaryIndexes": [index("same", "pk sk")],
    });
    let told = fixture.call(declared(odd)).unwrap().table_description;
    assert_eq!(told.global_secondary_indexes.len(), 3);
    assert_eq!(told.global_secondary_indexes[2].projection, Projection::include(["pk", "sk"]));
}

#[test]
fn what_a_table_can_take_at_once_is_told_even_if_nothing_was_asked_for() {
    let fixture = Fixture::new();
    let warm = |input: CreateTableInput| {
        let told = fixture.call(input).unwrap().table_description.warm_throughput.unwrap();
        (told.read_units_per_second.unwrap(), told.write_units_per_second.unwrap())
    };
    assert_eq!(warm(create("one", None)), (12_000, 4_000));
    assert_eq!(warm(create("two", Some((3, 4)))), (3, 4));
    let asked = WarmThroughput { read_units_per_second: Some(12_001), write_units_per_second: None };
    assert_eq!(
        warm(CreateTableInput { warm_throughput: Some(asked), ..create("three", None) }),
        (12_001, 4_000)
    );
}
