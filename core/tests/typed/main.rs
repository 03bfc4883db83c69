//! What typed operations send, and what they make of the answers.

#![allow(clippy::unwrap_used, reason = "a test")]
#![cfg(feature = "http")]

mod keys;
mod reads;
#[path = "../support/mod.rs"]
mod support;
mod transactions;
mod untyped;
mod writes;

use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::*;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "documents",
    global_index(name = "by_owner", hash = "owner", range = "size"),
    global_index(name = "by_place", hash("country", "city"), range("street", "size"), const = "BY_PLACE")
)]
struct Doc {
    #[table(hash_key)]
    id: String,
    owner: Option<String>,
    country: Option<String>,
    city: Option<String>,
    street: Option<String>,
    size: u64,
    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    tags: Set<String>,
    #[table(version)]
    version: u64,
    #[table(created_at)]
    created: Option<EpochMillis>,
    #[table(updated_at)]
    updated: Option<EpochSeconds>,
}

fn doc() -> Doc {
    Doc {
        id: "d".to_owned(),
        owner: None,
        country: None,
        city: None,
        street: None,
        size: 5,
        lines: Vec::new(),
        tags: Set::default(),
        version: 0,
        created: None,
        updated: None,
    }
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "USER#{user}"), range_key(sk = "ORDER#{date}#{number:04}"))]
struct Order {
    user: String,
    date: String,
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "coupons",
    hash_key(pk = "USER#{user}#{year:04}"),
    global_index(name = "by_code", hash(code_pk = "{code}"), range(code_sk = "{year}#{user}#{left:03}"))
)]
struct Coupon {
    user: String,
    year: u32,
    code: String,
    left: u32,
}

/// The body of the first request of an operation.
fn body(plan: impl Plan) -> String {
    let (mut run, _) = client(|_| {}).start(plan, START).unwrap();
    match run.poll(START) {
        Step::Send(call) => String::from_utf8(http::write_body(&call.request).to_vec()).unwrap(),
        Step::Done => panic!("nothing was sent: {:?}", run.finish()),
        other => panic!("{other:?}"),
    }
}

fn member(body: &str, name: &str) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body.get(name).cloned().unwrap_or_default()
}

fn refusal(plan: impl Plan) -> String {
    let (mut run, finish) = client(|_| {}).start(plan, START).unwrap();
    assert_eq!(run.poll(START), Step::Done, "something was sent");
    finish(run.finish()).map(drop).unwrap_err().to_string()
}

/// What an operation answers against the model, and the requests it took.
fn run<P: Plan>(service: &mut Service, plan: P) -> (Result<P::Output, Error>, usize) {
    let mut now = START;
    let (mut run, finish) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive(&mut run, service, &mut now);
    (finish(run.finish()), requests.len())
}

fn note(text: &str, count: i64) -> Note {
    Note { id: "n".to_owned(), text: text.to_owned(), count }
}

/// An expression of a request with its names and values in place of the placeholders.
fn expression(body: &str, name: &str) -> String {
    let mut text = member(body, name).as_str().unwrap_or("none").to_owned();
    for placeholders in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let placeholders = member(body, placeholders);
        let mut found: Vec<_> = placeholders.as_object().into_iter().flatten().collect();
        // `#a10` before `#a1`.
        found.sort_by_key(|(placeholder, _)| std::cmp::Reverse((placeholder.len(), (*placeholder).clone())));
        for (placeholder, value) in found {
            let value = value.as_str().map_or_else(|| value.to_string().replace('"', "'"), str::to_owned);
            text = text.replace(placeholder, &value);
        }
    }
    text
}
