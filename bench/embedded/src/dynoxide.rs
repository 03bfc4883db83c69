//! dynoxide as a library: its request values, built as directly as its types allow.

use std::collections::HashMap;
use std::hint::black_box;

use dynoxide::Database;
use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, PutRequest, WriteRequest};
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::transact_write_items::{TransactPut, TransactWriteItem, TransactWriteItemsRequest};
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::types::AttributeValue;

use crate::side::{Calls, Hand, Operation, Side};
use crate::visit::{Address, USERS, VISITS, Visit, batches, key, numbers, query_body, user, visits};

const TABLE: &str = r#"{
    "TableName": "visits",
    "KeySchema": [
        {"AttributeName": "user", "KeyType": "HASH"}, {"AttributeName": "time", "KeyType": "RANGE"}
    ],
    "AttributeDefinitions": [
        {"AttributeName": "user", "AttributeType": "S"}, {"AttributeName": "time", "AttributeType": "N"}
    ],
    "BillingMode": "PAY_PER_REQUEST"
}"#;

pub struct Dynoxide {
    database: Database,
}

impl Dynoxide {
    pub fn new(database: Database) -> Self {
        let table = serde_json::from_str(TABLE).expect("the table can be declared");
        database.create_table(table).expect("the table is new");
        let visits: Vec<Visit> = (0..USERS * VISITS).map(|number| Visit::new(number, 0)).collect();
        for batch in visits.chunks(25) {
            database.batch_write_item(batch_of(batch)).expect("the batch is written");
        }
        Self { database }
    }

    fn typed(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let database = &self.database;
        match operation {
            Operation::Put => {
                let visits = visits(round, count);
                Box::new(move || {
                    for visit in &visits {
                        database.put_item(put_of(visit)).expect("the item is put");
                    }
                })
            }
            Operation::Get => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for key in &keys {
                        let found = database.get_item(get_of(key)).expect("the item is read").item;
                        assert!(black_box(found.map(from_attributes)).is_some());
                    }
                })
            }
            Operation::UpdateAdd => {
                let keys: Vec<_> = numbers(round, count).map(key).collect();
                Box::new(move || {
                    for key in &keys {
                        database.update_item(update_of(key)).expect("the item is updated");
                    }
                })
            }
            Operation::Query100 => {
                let users: Vec<_> = (round..round + count).map(|number| user(number % USERS)).collect();
                Box::new(move || {
                    for user in &users {
                        let found = database.query(query_of(user)).expect("the items are read").items;
                        let visits: Vec<Visit> =
                            found.expect("a query has items").into_iter().map(from_attributes).collect();
                        assert_eq!(black_box(visits).len() as u64, VISITS);
                    }
                })
            }
            Operation::BatchWrite25 => {
                let batches = batches(round, count, 25);
                Box::new(move || {
                    batches.iter().for_each(|batch| {
                        database.batch_write_item(batch_of(batch)).expect("the batch is written");
                    })
                })
            }
            Operation::TransactWrite10 => {
                let batches = batches(round, count, 10);
                Box::new(move || {
                    batches.iter().enumerate().for_each(|(number, batch)| {
                        let request = transaction_of(batch, format!("typed-{round}-{number}"));
                        database.transact_write_items(request).expect("the transaction is applied");
                    })
                })
            }
            Operation::Query100Wire => unreachable!("bodies are no structs"),
        }
    }

    fn prepared(&self, operation: Operation, round: u64, count: u64) -> Calls<'_> {
        let database = &self.database;
        let keys = || numbers(round, count).map(key);
        match operation {
            Operation::Put => each(visits(round, count).iter().map(put_of), |request| {
                black_box(database.put_item(request)).expect("the item is put");
            }),
            Operation::Get => each(keys().map(|key| get_of(&key)), |request| {
                black_box(database.get_item(request)).expect("the item is read");
            }),
            Operation::UpdateAdd => each(keys().map(|key| update_of(&key)), |request| {
                black_box(database.update_item(request)).expect("the item is updated");
            }),
            Operation::Query100 => {
                let requests = (round..round + count).map(|number| query_of(&user(number % USERS)));
                each(requests, |request| {
                    black_box(database.query(request)).expect("the items are read");
                })
            }
            Operation::BatchWrite25 => {
                let batches = batches(round, count, 25);
                each(batches.iter().map(|batch| batch_of(batch)), |request| {
                    black_box(database.batch_write_item(request)).expect("the batch is written");
                })
            }
            Operation::TransactWrite10 => {
                let batches = batches(round, count, 10);
                let requests = batches
                    .iter()
                    .enumerate()
                    .map(|(number, batch)| transaction_of(batch, format!("prepared-{round}-{number}")));
                each(requests, |request| {
                    black_box(database.transact_write_items(request)).expect("the transaction is applied");
                })
            }
            Operation::Query100Wire => {
                let bodies = (round..round + count).map(|number| query_body(&user(number % USERS)));
                each(bodies, |body| {
                    let request: QueryRequest =
                        serde_json::from_slice(body.as_bytes()).expect("the body is a query");
                    let answer = database.query(request).expect("the items are read");
                    black_box(serde_json::to_vec(&answer)).expect("the answer can be written");
                })
            }
        }
    }
}

impl Side for Dynoxide {
    fn name(&self) -> &'static str {
        "dynoxide"
    }

    fn calls(&self, operation: Operation, hand: Hand, round: u64, count: u64) -> Calls<'_> {
        match hand {
            Hand::Typed => self.typed(operation, round, count),
            Hand::Prepared => self.prepared(operation, round, count),
        }
    }
}

/// Calls with requests that are made now and used up by the calls.
fn each<'a, R: 'a>(requests: impl Iterator<Item = R>, call: impl Fn(R) + 'a) -> Calls<'a> {
    let requests: Vec<R> = requests.collect();
    Box::new(move || requests.into_iter().for_each(call))
}

fn put_of(visit: &Visit) -> PutItemRequest {
    PutItemRequest {
        table_name: "visits".to_owned(),
        item: to_attributes(visit),
        ..PutItemRequest::default()
    }
}

fn get_of(key: &(String, u64)) -> GetItemRequest {
    GetItemRequest { table_name: "visits".to_owned(), key: key_of(key), ..GetItemRequest::default() }
}

fn update_of(key: &(String, u64)) -> UpdateItemRequest {
    UpdateItemRequest {
        table_name: "visits".to_owned(),
        key: key_of(key),
        update_expression: Some("ADD seen :amount".to_owned()),
        expression_attribute_values: Some(HashMap::from([(
            ":amount".to_owned(),
            AttributeValue::N("1".to_owned()),
        )])),
        ..UpdateItemRequest::default()
    }
}

fn query_of(user: &str) -> QueryRequest {
    QueryRequest {
        table_name: "visits".to_owned(),
        key_condition_expression: Some("#user = :user".to_owned()),
        expression_attribute_names: Some(HashMap::from([("#user".to_owned(), "user".to_owned())])),
        expression_attribute_values: Some(HashMap::from([(
            ":user".to_owned(),
            AttributeValue::S(user.to_owned()),
        )])),
        scan_index_forward: true,
        ..QueryRequest::default()
    }
}

fn batch_of(visits: &[Visit]) -> BatchWriteItemRequest {
    let put = |visit| WriteRequest {
        put_request: Some(PutRequest { item: to_attributes(visit) }),
        ..WriteRequest::default()
    };
    BatchWriteItemRequest {
        request_items: HashMap::from([("visits".to_owned(), visits.iter().map(put).collect())]),
        ..BatchWriteItemRequest::default()
    }
}

fn transaction_of(visits: &[Visit], token: String) -> TransactWriteItemsRequest {
    let put = |visit| TransactWriteItem {
        put: Some(TransactPut {
            table_name: "visits".to_owned(),
            item: to_attributes(visit),
            ..TransactPut::default()
        }),
        ..TransactWriteItem::default()
    };
    TransactWriteItemsRequest {
        transact_items: visits.iter().map(put).collect(),
        client_request_token: Some(token),
        ..TransactWriteItemsRequest::default()
    }
}

fn key_of((user, time): &(String, u64)) -> Attributes {
    HashMap::from([
        ("user".to_owned(), AttributeValue::S(user.clone())),
        ("time".to_owned(), AttributeValue::N(time.to_string())),
    ])
}

/// An item as dynoxide takes and hands it.
type Attributes = HashMap<String, AttributeValue>;

/// As a test that cares for speed writes it: attribute by attribute.
fn to_attributes(visit: &Visit) -> Attributes {
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
fn from_attributes(mut attributes: Attributes) -> Visit {
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
