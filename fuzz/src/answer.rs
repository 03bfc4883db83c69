//! Answers of every action, from arbitrary bodies.

use std::sync::LazyLock;

use dynochemy_core::api::*;
use dynochemy_core::http::read_answer;
use dynochemy_core::{CallError, Item, Key, KeyValue, Request, Response};
use serde_json::Value;

macro_rules! requests {
    ($($input:ident),* $(,)?) => { vec![$(Request::from($input::default())),*] };
}

/// A request of each action.
static REQUESTS: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let defaults = requests![
        BatchExecuteStatementInput,
        CreateTableInput,
        DeleteItemInput,
        DeleteTableInput,
        DescribeStreamInput,
        DescribeTableInput,
        DescribeTimeToLiveInput,
        ExecuteStatementInput,
        ExecuteTransactionInput,
        GetItemInput,
        GetRecordsInput,
        GetShardIteratorInput,
        ListStreamsInput,
        ListTablesInput,
        ListTagsOfResourceInput,
        PutItemInput,
        QueryInput,
        ScanInput,
        TagResourceInput,
        TransactGetItemsInput,
        TransactWriteItemsInput,
        UntagResourceInput,
        UpdateItemInput,
        UpdateTableInput,
        UpdateTimeToLiveInput,
    ];
    // Keys that come back unprocessed are read by what those that were asked for are called.
    let key = Key {
        hash: ("user".into(), KeyValue::S("ann".to_owned())),
        range: Some(("time".into(), KeyValue::N(5.into()))),
    };
    let keys = KeysAndAttributes { keys: vec![key.clone()], ..KeysAndAttributes::default() };
    let mut batch_get = BatchGetItemInput::default();
    batch_get.request_items.insert("visits".to_owned(), keys);
    let mut batch_write = BatchWriteItemInput::default();
    batch_write.request_items.insert("visits".to_owned(), vec![WriteRequest::DeleteRequest { key }]);
    let raw = Request::from(RawInput::reading("DescribeLimits", "{}"));
    defaults.into_iter().chain([batch_get.into(), batch_write.into(), raw]).collect()
});

/// The first two bytes choose the status and the action; the rest is the body. No body makes the reader panic, what it
/// takes is JSON, and what it read is recorded and read from the recording the same.
pub fn check(data: &[u8]) {
    let [status, action, body @ ..] = data else { return };
    let status = [200, 200, 200, 400, 413, 500, 503][usize::from(*status) % 7];
    let request = &REQUESTS[usize::from(*action) % REQUESTS.len()];
    let mut answer = http::Response::new(bytes::Bytes::copy_from_slice(body));
    *answer.status_mut() = http::StatusCode::from_u16(status).expect("these are");
    match read_answer(request, answer) {
        Ok(response) => {
            assert_eq!(status, 200);
            // Some actions answer nothing at all.
            assert!(
                body.is_empty() || serde_json::from_slice::<Value>(body).is_ok(),
                "what was read is no JSON"
            );
            assert_eq!(response.action(), request.action());
            let _ = response.consumed_capacity();
            recorded(&response);
        }
        Err(CallError::Refused(rejection)) => {
            assert!((400..500).contains(&status));
            assert_eq!(&rejection.body[..], body);
            let _ = rejection.to_string();
        }
        Err(error) => {
            if let Some(rejection) = error.rejection() {
                assert_eq!(&rejection.body[..], body);
            }
            let _ = error.to_string();
        }
    }
}

fn recorded(response: &Response) {
    let text = serde_json::to_string(response).expect("an answer can be recorded");
    // A page's items are only found when the answer is read; whether they are items shows when they are looked at.
    match serde_json::from_str::<Response>(&text) {
        Ok(again) => assert_eq!(&again, response),
        Err(error) => {
            assert!(odd_items(&serde_json::from_str(&text).expect("it was written")), "{error}: {text}")
        }
    }
}

/// Whether a recording holds an item, which is a text there, that is none.
fn odd_items(recording: &Value) -> bool {
    match recording {
        Value::String(text) => text.trim_start().starts_with('{') && Item::from_json(text.clone()).is_err(),
        Value::Array(values) => values.iter().any(odd_items),
        Value::Object(members) => members.values().any(odd_items),
        _ => false,
    }
}
