//! AWS's SDK with serde_dynamo: `bench-sdk <endpoint> <action> <calls>`.
//!
//! Each action is done as serde_dynamo's documentation does it: keys and structs in, structs out.
//!
//! `decode-100` and `decode-1` go through the whole SDK with a connector in place of the network that answers from
//! memory, since the SDK's reading of bodies cannot be called alone; what the call costs besides is left out by the
//! difference of the two.

use std::collections::HashMap;

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use bench_measure::{Counting, arguments, measure};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TABLE: &str = "visits";

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Visit {
    user: String,
    time: u64,
    full_name: String,
    email: String,
    path: String,
    agent: String,
    seen: u64,
    score: f64,
    active: bool,
    tags: Vec<String>,
    address: Address,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Address {
    street: String,
    city: String,
    zip: u32,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (endpoint, action, calls) = arguments();
    match action.as_str() {
        "decode-100" => return decode(calls, "Query", 100).await,
        "decode-1" => return decode(calls, "Query of 1", 1).await,
        _ => {}
    }
    let client = client(&endpoint, aws_smithy_http_client::Builder::new().build_http());
    let visits = visits(&client).await?;
    let user = |time: usize| AttributeValue::S(visits[time].user.clone());
    match action.as_str() {
        "get" => measure!(calls, {
            let answer = client
                .get_item()
                .table_name(TABLE)
                .key("user", user(7))
                .key("time", AttributeValue::N("7".to_owned()))
                .send()
                .await?;
            let found: Option<Visit> = answer.item.map(serde_dynamo::from_item).transpose()?;
            assert_eq!(found.map(|visit| visit.time), Some(7));
        }),
        "put" => measure!(calls, {
            let item = serde_dynamo::to_item(&visits[7])?;
            client.put_item().table_name(TABLE).set_item(Some(item)).send().await?;
        }),
        "query-100" => measure!(calls, assert_eq!(query(&client, user(7)).await?.len(), 100)),
        "batch-get-100" => measure!(calls, {
            let keys = visits.iter().map(|visit| {
                HashMap::from([
                    ("user".to_owned(), AttributeValue::S(visit.user.clone())),
                    ("time".to_owned(), AttributeValue::N(visit.time.to_string())),
                ])
            });
            let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).build()?;
            let answer = client.batch_get_item().request_items(TABLE, keys).send().await?;
            let items = answer.responses.and_then(|mut tables| tables.remove(TABLE)).unwrap_or_default();
            let found: Vec<Visit> = serde_dynamo::from_items(items)?;
            assert_eq!(found.len(), 100);
        }),
        "batch-write-25" => measure!(calls, {
            let mut writes = Vec::with_capacity(25);
            for visit in &visits[..25] {
                let put = PutRequest::builder().set_item(Some(serde_dynamo::to_item(visit)?)).build()?;
                writes.push(WriteRequest::builder().put_request(put).build());
            }
            client.batch_write_item().request_items(TABLE, writes).send().await?;
        }),
        other => panic!("no action is called {other}"),
    }
    Ok(())
}

fn client(endpoint: &str, http: SharedHttpClient) -> Client {
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None, None, "bench");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .http_client(http);
    Client::from_conf(config.build())
}

async fn query(client: &Client, user: AttributeValue) -> Result<Vec<Visit>, Error> {
    let answer = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("#user = :user")
        .expression_attribute_names("#user", "user")
        .expression_attribute_values(":user", user)
        .send()
        .await?;
    Ok(serde_dynamo::from_items(answer.items.unwrap_or_default())?)
}

async fn visits(client: &Client) -> Result<Vec<Visit>, Error> {
    query(client, AttributeValue::S(String::new())).await
}

async fn decode(calls: u64, page: &str, count: usize) -> Result<(), Error> {
    let body = Bytes::from(bench_server::body(page, false).expect("the page is known"));
    let connector = SharedHttpConnector::new(Memory(body));
    let client = client("http://127.0.0.1:1", http_client_fn(move |_, _| connector.clone()));
    measure!(calls, {
        let visits = query(&client, AttributeValue::S("3f1c9f0e".to_owned())).await?;
        assert_eq!(visits.len(), count);
    });
    Ok(())
}

/// Answers every request with one body.
#[derive(Debug)]
struct Memory(Bytes);

impl HttpConnector for Memory {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let answer = http::Response::new(SdkBody::from(self.0.clone()));
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).expect("the head is plain")))
    }
}
