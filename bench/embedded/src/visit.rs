//! What is stored: items of 11 attributes, and another text of each for every round.

use std::collections::HashMap;

use dynochemy_sql::{Document, Table};
use dynoxide::types::AttributeValue;
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
            score: if round % 2 == 0 { 0.8125 } else { 0.40625 },
            active: round % 2 == 0,
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

/// An item as dynoxide takes and hands it.
pub type Attributes = HashMap<String, AttributeValue>;

/// As a test that cares for speed writes it: attribute by attribute.
pub fn to_attributes(visit: &Visit) -> Attributes {
    use AttributeValue as V;
    let address = &visit.address;
    HashMap::from([
        ("user".to_owned(), V::S(visit.user.clone())),
        ("time".to_owned(), V::N(visit.time.to_string())),
        ("full_name".to_owned(), V::S(visit.full_name.clone())),
        ("email".to_owned(), V::S(visit.email.clone())),
        ("path".to_owned(), V::S(visit.path.clone())),
        ("agent".to_owned(), V::S(visit.agent.clone())),
        ("seen".to_owned(), V::N(visit.seen.to_string())),
        ("score".to_owned(), V::N(visit.score.to_string())),
        ("active".to_owned(), V::BOOL(visit.active)),
        ("tags".to_owned(), V::L(visit.tags.iter().map(|tag| V::S(tag.clone())).collect())),
        (
            "address".to_owned(),
            V::M(HashMap::from([
                ("street".to_owned(), V::S(address.street.clone())),
                ("city".to_owned(), V::S(address.city.clone())),
                ("zip".to_owned(), V::N(address.zip.to_string())),
            ])),
        ),
    ])
}

/// The item of these attributes, whose texts are moved into it.
pub fn from_attributes(mut attributes: Attributes) -> Visit {
    let Some(AttributeValue::M(mut address)) = attributes.remove("address") else { panic!("no address") };
    let Some(AttributeValue::L(tags)) = attributes.remove("tags") else { panic!("no tags") };
    let Some(AttributeValue::BOOL(active)) = attributes.remove("active") else { panic!("not active or not") };
    Visit {
        user: text(&mut attributes, "user"),
        time: number(&mut attributes, "time"),
        full_name: text(&mut attributes, "full_name"),
        email: text(&mut attributes, "email"),
        path: text(&mut attributes, "path"),
        agent: text(&mut attributes, "agent"),
        seen: number(&mut attributes, "seen"),
        score: number(&mut attributes, "score"),
        active,
        tags: tags
            .into_iter()
            .map(|tag| match tag {
                AttributeValue::S(tag) => tag,
                other => panic!("{other:?} is no tag"),
            })
            .collect(),
        address: Address {
            street: text(&mut address, "street"),
            city: text(&mut address, "city"),
            zip: number(&mut address, "zip"),
        },
    }
}

fn text(attributes: &mut Attributes, name: &str) -> String {
    match attributes.remove(name) {
        Some(AttributeValue::S(text)) => text,
        other => panic!("{other:?} is no {name}"),
    }
}

fn number<N: std::str::FromStr>(attributes: &mut Attributes, name: &str) -> N {
    match attributes.remove(name) {
        Some(AttributeValue::N(number)) => number.parse().ok().expect("the number is of its type"),
        other => panic!("{other:?} is no {name}"),
    }
}
