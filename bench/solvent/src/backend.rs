//! A backend that takes every write and has every item, made as it is asked for.

use dynochemy_core::api::{BatchGetItemOutput, BatchWriteItemOutput, GetItemOutput, PutItemOutput};
use dynochemy_core::{Backend, CallError, Item, ItemsBuilder, Key, KeyValue, Moment, Request, Response};

/// Answers at once.
pub struct Instant;

/// What stands behind an item's key.
const REST: &[u8] = br#","full_name":{"S":"Scarlett O'Hara of Tara, Georgia"},"seen":{"N":"1"}}"#;

impl Backend for Instant {
    fn answer(&self, request: &Request, _now: Moment) -> Result<Response, CallError> {
        Ok(match request {
            Request::BatchWriteItem(_) => Response::BatchWriteItem(BatchWriteItemOutput::default()),
            Request::PutItem(_) => Response::PutItem(PutItemOutput::default()),
            Request::BatchGetItem(batch) => {
                let mut answer = BatchGetItemOutput::default();
                for (table, keys) in &batch.request_items {
                    let mut items = ItemsBuilder::new();
                    keys.keys.iter().for_each(|key| items.push(&item(key)));
                    answer.responses.insert(table.clone(), items.finish());
                }
                Response::BatchGetItem(answer)
            }
            Request::GetItem(get) => {
                let item = Some(Item::from_stored(&item(&get.key)));
                Response::GetItem(GetItemOutput { item, consumed_capacity: None })
            }
            other => panic!("a plan of puts and gets asked for {}", other.action()),
        })
    }
}

fn item(key: &Key) -> Vec<u8> {
    use std::io::Write;
    let mut item = Vec::with_capacity(160);
    let Some((_, KeyValue::N(time))) = &key.range else { panic!("the tables have range keys") };
    let KeyValue::S(user) = &key.hash.1 else { panic!("the tables' hash keys are texts") };
    write!(item, r#"{{"user":{{"S":"{user}"}},"time":{{"N":"{time}"}}"#)
        .expect("a vector takes what is written");
    item.extend_from_slice(REST);
    item
}

/// The bytes of the items that a plan of so many operations puts and gets.
pub fn item_bytes(operations: u64) -> usize {
    let size = |number: u64| {
        let user = format!("user-{}", number / 1000);
        // Both kinds have the same attributes; `seen` is the number where the plan puts it.
        let seen = if number % 2 == 0 { number.to_string().len() } else { 1 };
        r#"{"user":{"S":""},"time":{"N":""}"#.len() + user.len() + number.to_string().len() + REST.len() - 1
            + seen
    };
    (0..operations).map(size).sum()
}
