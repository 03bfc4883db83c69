//! Ours: `bench-ours <endpoint> <action> <calls>`.
//!
//! Each action is done as an application does it: keys and structs in, structs out.
//!
//! `decode-100` and `decode-1` go without a connection: the answer's body is checked against its checksum, split into
//! items and decoded into structs.

use bench_measure::{Counting, arguments, measure};
use bytes::Bytes;
use dynochemy_core::http::read_answer;
use dynochemy_core::{Configuration, Moment, Request, Response, Step, wire};
use dynochemy_tokio::{Credentials, Db, Error, Solvent, Table, Ticket};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
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

fn user(time: u64) -> String {
    format!("3f1c9f0e-7d55-4c3b-9a51-{time:012}")
}

fn visit(time: u64) -> Visit {
    let item =
        dynochemy_tokio::Item::from_json(bench_server::item(time)).expect("the server's items are items");
    wire::decode(&item).expect("the server's items are visits")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (endpoint, action, calls) = arguments();
    let db = Db::builder()
        .endpoint(endpoint)
        .region("eu-west-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
        .build()?;
    let visits: Vec<Visit> = (0..bench_server::ITEMS).map(visit).collect();
    let keys: Vec<(String, u64)> = visits.iter().map(|visit| (visit.user.clone(), visit.time)).collect();
    match action.as_str() {
        "get" => measure!(calls, {
            let found: Option<Visit> = db.run(Visit::get((keys[7].0.as_str(), 7))).await?;
            assert_eq!(found.map(|visit| visit.time), Some(7));
        }),
        "put" => measure!(calls, db.run(visits[7].put()).await?),
        "query-100" => measure!(calls, {
            let found: Vec<Visit> = db.run(Visit::query(keys[7].0.as_str())).await?;
            assert_eq!(found.len(), 100);
        }),
        "batch-get-100" => measure!(calls, {
            let mut solvent = Solvent::new();
            let tickets: Vec<Ticket<Option<Visit>>> =
                keys.iter().map(|(user, time)| solvent.add(Visit::get((user.as_str(), *time)))).collect();
            let mut outcome = db.run(solvent).await?;
            let found: Vec<Option<Visit>> =
                tickets.into_iter().map(|ticket| outcome.take(ticket)).collect::<Result<_, _>>()?;
            assert_eq!(found.iter().flatten().count(), 100);
        }),
        "batch-write-25" => measure!(calls, {
            let mut solvent = Solvent::new();
            for visit in &visits[..25] {
                solvent.add(visit.put());
            }
            db.run(solvent).await?;
        }),
        "decode-100" => decode(calls, "Query", 100),
        "decode-1" => decode(calls, "Query of 1", 1),
        other => panic!("no action is called {other}"),
    }
    Ok(())
}

fn decode(calls: u64, page: &str, count: usize) {
    let request = query();
    let body = Bytes::from(bench_server::body(page, true).expect("the page is known"));
    let message = bench_server::message(std::str::from_utf8(&body).expect("bodies are UTF-8"));
    let head = String::from_utf8(message).expect("messages are UTF-8");
    let checksum = head.split_once("x-amz-crc32: ").and_then(|(_, rest)| rest.split_once("\r\n"));
    let checksum = checksum.expect("the server sends a checksum").0;
    measure!(calls, {
        let message = http::Response::builder().header("x-amz-crc32", checksum).body(body.clone());
        let answer =
            read_answer(&request, message.expect("the head is plain")).expect("the answer can be read");
        let Response::Query(page) = answer else { panic!("another answer than was asked for") };
        let visits: Vec<Visit> =
            page.items.iter().map(|item| wire::decode(&item).expect("the items are visits")).collect();
        assert_eq!(visits.len(), count);
    });
}

/// The request that a query makes.
fn query() -> Request {
    let client =
        Configuration::default().into_client(|| Ok::<_, String>(1)).expect("the defaults fit together");
    let now = Moment::from_secs(1_795_000_000);
    let (mut run, _) = client.start(Visit::query(user(7)), now).expect("the plan holds together");
    match run.poll(now) {
        Step::Send(call) => Request::clone(&call.request),
        other => panic!("a query begins with a call, not {other:?}"),
    }
}
