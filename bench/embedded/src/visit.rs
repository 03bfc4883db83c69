//! What is stored: items of 11 attributes, and another text of each for every round.

use dynochemy_sql::{Document, Table};
use serde::{Deserialize, Serialize};

/// The hash keys, and the items of each.
pub const USERS: u64 = 10;
pub const VISITS: u64 = 100;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits")]
pub struct Visit {
    #[table(hash_key)]
    pub user: String,
    #[table(range_key)]
    pub time: u64,
    pub full_name: String,
    pub email: String,
    pub path: String,
    pub agent: String,
    pub seen: u64,
    pub score: f64,
    pub active: bool,
    pub tags: Vec<String>,
    pub address: Address,
}

#[derive(Clone, Debug, PartialEq, Document, Serialize, Deserialize)]
pub struct Address {
    pub street: String,
    pub city: String,
    pub zip: u32,
}

/// The hash key of that number.
pub fn user(number: u64) -> String {
    format!("3f1c9f0e-7d55-4c3b-9a51-{number:012}")
}

impl Visit {
    /// The item of that number, as it is in a round.
    pub fn new(number: u64, round: u64) -> Self {
        let (user, time) = key(number);
        Self {
            full_name: format!("Scarlett O’Hara Hamilton Kennedy Butler {round}"),
            email: "scarlett.butler@tara.example.com".to_owned(),
            path: format!("/plantations/tara/visits/2026/november/{time}"),
            agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".to_owned(),
            seen: (number * 7919 + round) % 100_000,
            score: if round.is_multiple_of(2) { 0.8125 } else { 0.40625 },
            active: round.is_multiple_of(2),
            tags: ["regular-visitor", "newsletter", "south"].map(str::to_owned).to_vec(),
            address: Address {
                street: "1 Peachtree Street NE, Suite 4000".to_owned(),
                city: "Atlanta".to_owned(),
                zip: 30303,
            },
            user,
            time,
        }
    }
}

/// The key of the item of that number.
pub fn key(number: u64) -> (String, u64) {
    (user(number / VISITS % USERS), number % VISITS)
}

/// The numbers of the items that a round's calls are about: spread over all.
pub fn numbers(round: u64, count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |call| (round * 613 + call * 7919) % (USERS * VISITS))
}

/// Items of as many batches, with other contents than in the batches before: those of one user, one after another.
pub fn batches(round: u64, count: u64, size: u64) -> Vec<Vec<Visit>> {
    let batch = |(call, first): (u64, u64)| {
        let numbers = first..first + size;
        numbers.map(|number| Visit::new(number, round * 1_000 + call)).collect()
    };
    let firsts = (0..count).map(|call| (round * 7 + call * 13) % (USERS * VISITS / size) * size);
    (1..).zip(firsts).map(batch).collect()
}

/// Items to be put one by one, with other contents than before.
pub fn visits(round: u64, count: u64) -> Vec<Visit> {
    let visit = |(call, number)| Visit::new(number, round * 10_000 + call);
    (1..).zip(numbers(round, count)).map(visit).collect()
}

/// The body of a Query that reads the items of a user.
pub fn query_body(user: &str) -> String {
    format!(
        "{{\"TableName\":\"visits\",\"KeyConditionExpression\":\"#user = :user\",\
         \"ExpressionAttributeNames\":{{\"#user\":\"user\"}},\
         \"ExpressionAttributeValues\":{{\":user\":{{\"S\":\"{user}\"}}}}}}"
    )
}
