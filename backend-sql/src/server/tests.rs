//! The server as clients see it, over sockets.

mod bounds;
mod client;
mod endpoint;
mod stopping;

use std::time::Duration;

use super::limits::Limits;
use super::*;
use client::{Client, Received};

fn options() -> ServerOptions {
    ServerOptions::new()
}

fn start(options: ServerOptions) -> Server {
    Server::start("127.0.0.1:0", SqlBackend::in_memory().unwrap(), options).unwrap()
}

/// Options with other limits, whose ticks are short.
fn limited(change: impl FnOnce(&mut Limits)) -> ServerOptions {
    let mut options = options();
    options.limits = Limits { tick: Duration::from_millis(10), ..Limits::DEFAULT };
    change(&mut options.limits);
    options
}

/// A call with the headers that every client sends.
fn call(action: &str, body: &str) -> String {
    call_with(action, "", body)
}

/// One with further headers, each with its line's end.
fn call_with(action: &str, headers: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amz-target: DynamoDB_20120810.{action}\r\nauthorization: AWS4-HMAC-SHA256 any\r\n{headers}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

const TABLE: &str = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"user","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"}]}"#;

/// A client of a server with a table.
fn client_with_table(server: &Server) -> Client {
    let mut client = Client::connect(server);
    assert_eq!(client.ask(&call("CreateTable", TABLE)).status, 200);
    client
}

fn put(user: &str, text: &str) -> String {
    format!(r#"{{"TableName":"visits","Item":{{"user":{{"S":"{user}"}},"text":{{"S":"{text}"}}}}}}"#)
}
