//! The life of a table, by AWS's SDK for Rust, with its paginators and waiters.
//!
//! Ends in an error where the server does not do what the service does. The endpoint, the region and the credentials are
//! in the environment: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::client::Waiters as _;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, Delete, Get, GlobalSecondaryIndex,
    KeySchemaElement, KeyType, KeysAndAttributes, Projection, ProjectionType, PutRequest, ReturnValue,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, Select, TableStatus, TimeToLiveSpecification,
    TransactGetItem, TransactWriteItem, WriteRequest,
};
use aws_sdk_dynamodb::{Client, Config};

type Error = Box<dyn std::error::Error>;
type Item = HashMap<String, AttributeValue>;

const TABLE: &str = "rust.visits";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = client()?;
    creates_a_table(&client).await?;
    done("creates a table and waits for it");
    reads_and_writes_items(&client).await?;
    done("reads and writes items");
    tells_errors(&client).await?;
    done("tells the errors by their types");
    writes_by_batches(&client).await?;
    done("writes by batches and pages through them");
    carries_out_transactions(&client).await?;
    done("carries out transactions and statements");
    administers(&client).await?;
    done("administers the table");
    deletes_the_table(&client).await?;
    done("deletes the table and waits until it is gone");
    Ok(())
}

fn done(step: &str) {
    println!("rust: {step}");
}

/// Made by hand: without TLS, and without the crate that reads profiles and the metadata of machines.
fn client() -> Result<Client, Error> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not in the environment"));
    let (key, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(variable("AWS_ENDPOINT_URL")?)
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(Credentials::new(key, secret, None, None, "environment"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Ok(Client::from_conf(config))
}

async fn creates_a_table(client: &Client) -> Result<(), Error> {
    let attribute = |name, kind| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
    let key = |name, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let by_place = GlobalSecondaryIndex::builder()
        .index_name("by-place")
        .key_schema(key("place", KeyType::Hash)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()?;
    client
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(attribute("user", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("time", ScalarAttributeType::N)?)
        .attribute_definitions(attribute("place", ScalarAttributeType::S)?)
        .key_schema(key("user", KeyType::Hash)?)
        .key_schema(key("time", KeyType::Range)?)
        .global_secondary_indexes(by_place)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await?;
    client.wait_until_table_exists().table_name(TABLE).wait(Duration::from_secs(10)).await?;
    let described = client.describe_table().table_name(TABLE).send().await?;
    let table = described.table().ok_or("there is a table")?;
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    let names: Vec<String> =
        client.list_tables().into_paginator().items().send().collect::<Result<_, _>>().await?;
    assert!(names.iter().any(|name| name == TABLE), "{names:?}");
    Ok(())
}

async fn reads_and_writes_items(client: &Client) -> Result<(), Error> {
    let item = Item::from([
        ("user".to_owned(), text("ann")),
        ("time".to_owned(), number(1)),
        ("place".to_owned(), text("attic")),
        ("bytes".to_owned(), AttributeValue::B(Blob::new([0, 1, 255]))),
        ("tags".to_owned(), AttributeValue::Ss(vec!["dusty".to_owned(), "old".to_owned()])),
        ("deep".to_owned(), AttributeValue::L(vec![AttributeValue::M(key("a", 1)), AttributeValue::Null(true)])),
    ]);
    client.put_item().table_name(TABLE).set_item(Some(item.clone())).send().await?;
    let found = client.get_item().table_name(TABLE).set_key(Some(key("ann", 1))).send().await?;
    assert_eq!(found.item(), Some(&item));
    let updated = client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key("ann", 1)))
        .update_expression("SET deep[0].#user = :b ADD seen :one")
        .condition_expression("contains(tags, :old)")
        .expression_attribute_names("#user", "user")
        .expression_attribute_values(":b", text("b"))
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":old", text("old"))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await?;
    assert_eq!(updated.attributes().and_then(|attributes| attributes.get("seen")), Some(&number(1)));
    let deleted = client
        .delete_item()
        .table_name(TABLE)
        .set_key(Some(key("ann", 1)))
        .return_values(ReturnValue::AllOld)
        .send()
        .await?;
    assert_eq!(deleted.attributes().map(HashMap::len), Some(7));
    Ok(())
}

async fn tells_errors(client: &Client) -> Result<(), Error> {
    client.put_item().table_name(TABLE).set_item(Some(key("bob", 1))).send().await?;
    let refused = client
        .put_item()
        .table_name(TABLE)
        .set_item(Some(key("bob", 1)))
        .condition_expression("attribute_not_exists(#user)")
        .expression_attribute_names("#user", "user")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    match refused.map_err(SdkError::into_service_error) {
        Err(PutItemError::ConditionalCheckFailedException(failed)) => {
            assert_eq!(failed.item(), Some(&key("bob", 1)));
        }
        other => return Err(format!("the condition does not hold: {other:?}").into()),
    }
    let missing = client.get_item().table_name("missing").set_key(Some(key("a", 1))).send().await;
    assert!(missing.is_err_and(|error| error.into_service_error().is_resource_not_found_exception()));
    let invalid = client.scan().table_name(TABLE).filter_expression("place =").send().await;
    let code = invalid.as_ref().err().and_then(ProvideErrorMetadata::code);
    assert_eq!(code, Some("ValidationException"));
    client.delete_item().table_name(TABLE).set_key(Some(key("bob", 1))).send().await?;
    Ok(())
}

async fn writes_by_batches(client: &Client) -> Result<(), Error> {
    for first in (0..300).step_by(25) {
        let puts = (first..first + 25).map(|time| {
            let mut item = key(["u0", "u1", "u2"][time as usize % 3], time);
            item.insert("padding".to_owned(), text(&"x".repeat(5000)));
            Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build()?).build())
        });
        let puts = puts.collect::<Result<_, aws_sdk_dynamodb::error::BuildError>>()?;
        let answer = client.batch_write_item().request_items(TABLE, puts).send().await?;
        assert_eq!(answer.unprocessed_items().map(HashMap::len), Some(0));
    }
    let pages: Vec<_> = client
        .scan()
        .table_name(TABLE)
        .select(Select::Count)
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await?;
    assert_eq!(pages.iter().map(|page| page.count()).sum::<i32>(), 300);
    assert!(pages.len() > 1, "pages end after 1 MB");
    let found: Vec<Item> = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("#user = :user AND #time >= :time")
        .expression_attribute_names("#user", "user")
        .expression_attribute_names("#time", "time")
        .expression_attribute_values(":user", text("u1"))
        .expression_attribute_values(":time", number(100))
        .into_paginator()
        .page_size(9)
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await?;
    let times: Vec<_> = found.iter().map(|item| item["time"].clone()).collect();
    assert_eq!(times, (100..300).step_by(3).map(number).collect::<Vec<_>>());
    let keys = KeysAndAttributes::builder()
        .set_keys(Some((0..100).map(|time| key(["u0", "u1", "u2"][time as usize % 3], time)).collect()))
        .build()?;
    let answer = client.batch_get_item().request_items(TABLE, keys).send().await?;
    assert_eq!(answer.responses().and_then(|tables| tables.get(TABLE)).map(Vec::len), Some(100));
    Ok(())
}

async fn carries_out_transactions(client: &Client) -> Result<(), Error> {
    let delete = Delete::builder().table_name(TABLE).set_key(Some(key("u0", 0))).build()?;
    let check = ConditionCheck::builder()
        .table_name(TABLE)
        .set_key(Some(key("u1", 1)))
        .condition_expression("attribute_exists(never)")
        .build()?;
    let refused = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().delete(delete).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await;
    match refused.map_err(SdkError::into_service_error) {
        Err(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code()).collect();
            assert_eq!(codes, [Some("None"), Some("ConditionalCheckFailed")]);
        }
        other => return Err(format!("the condition does not hold: {other:?}").into()),
    }
    let get = |key| Get::builder().table_name(TABLE).set_key(Some(key)).build();
    let both = client
        .transact_get_items()
        .transact_items(TransactGetItem::builder().get(get(key("u0", 0))?).build())
        .transact_items(TransactGetItem::builder().get(get(key("nobody", 0))?).build())
        .send()
        .await?;
    let found: Vec<_> = both.responses().iter().map(|response| response.item().is_some()).collect();
    assert_eq!(found, [true, false]);
    let insert = format!(r#"INSERT INTO "{TABLE}" VALUE {{'user': ?, 'time': ?}}"#);
    let insert = || client.execute_statement().statement(&insert).parameters(text("pql")).parameters(number(1));
    insert().send().await?;
    let again = insert().send().await;
    assert!(again.is_err_and(|error| error.into_service_error().is_duplicate_item_exception()));
    let selected = client
        .execute_statement()
        .statement(format!(r#"SELECT * FROM "{TABLE}" WHERE "user" = 'pql'"#))
        .send()
        .await?;
    assert_eq!(selected.items(), [key("pql", 1)]);
    Ok(())
}

async fn administers(client: &Client) -> Result<(), Error> {
    let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires").build()?;
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(expiry).send().await?;
    let described = client.describe_time_to_live().table_name(TABLE).send().await?;
    let attribute = described.time_to_live_description().and_then(|expiry| expiry.attribute_name());
    assert_eq!(attribute, Some("expires"));
    client.update_table().table_name(TABLE).deletion_protection_enabled(true).send().await?;
    assert!(client.delete_table().table_name(TABLE).send().await.is_err(), "it is protected");
    client.update_table().table_name(TABLE).deletion_protection_enabled(false).send().await?;
    let backups = client.describe_continuous_backups().table_name(TABLE).send().await?;
    assert!(backups.continuous_backups_description().is_some());
    let limits = client.describe_limits().send().await?;
    assert!(limits.table_max_read_capacity_units().is_some());
    Ok(())
}

async fn deletes_the_table(client: &Client) -> Result<(), Error> {
    client.delete_table().table_name(TABLE).send().await?;
    client.wait_until_table_not_exists().table_name(TABLE).wait(Duration::from_secs(10)).await?;
    let described = client.describe_table().table_name(TABLE).send().await;
    assert!(described.is_err_and(|error| error.into_service_error().is_resource_not_found_exception()));
    Ok(())
}

fn key(user: &str, time: u64) -> Item {
    Item::from([("user".to_owned(), text(user)), ("time".to_owned(), number(time))])
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
