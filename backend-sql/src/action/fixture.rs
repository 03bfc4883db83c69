//! What the tests of actions have in common: a database with two tables, and short ways to make inputs.

use std::collections::BTreeMap;
use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::expression::{Assignment, DocumentPath, KeyCondition, UpdateAction, UpdateExpression};
use dynochemy_core::{
    AttributeValue, Backend as _, CallError, Item, Items, Key, KeyAttribute, KeyShape, KeyValue, Moment,
    Rejection, Request, Response, ScalarType,
};

use crate::{SqlBackend, Throughput};

/// A database with `visits` (hash key `user`, range key `time`; 10 reads and 5 writes a second) and `notes` (hash key
/// `id`; on demand).
pub(super) struct Fixture {
    pub(super) backend: SqlBackend,
    pub(super) now: Moment,
}

/// An input, and how its output is taken out of a response.
pub(super) trait Call {
    type Output;
    fn request(self) -> Request;
    fn output(response: Response) -> Option<Self::Output>;
}

macro_rules! calls {
    ($($action:ident $input:ident $output:ident;)*) => {$(
        impl Call for $input {
            type Output = $output;
            fn request(self) -> Request { self.into() }
            fn output(response: Response) -> Option<$output> {
                response.try_into().ok()
            }
        }
    )*};
}
calls! {
    BatchGetItem BatchGetItemInput BatchGetItemOutput;
    BatchWriteItem BatchWriteItemInput BatchWriteItemOutput;
    CreateTable CreateTableInput CreateTableOutput;
    DeleteItem DeleteItemInput DeleteItemOutput;
    DeleteTable DeleteTableInput DeleteTableOutput;
    DescribeStream DescribeStreamInput DescribeStreamOutput;
    GetRecords GetRecordsInput GetRecordsOutput;
    GetShardIterator GetShardIteratorInput GetShardIteratorOutput;
    ListStreams ListStreamsInput ListStreamsOutput;
    DescribeTimeToLive DescribeTimeToLiveInput DescribeTimeToLiveOutput;
    ListTables ListTablesInput ListTablesOutput;
    ListTagsOfResource ListTagsOfResourceInput ListTagsOfResourceOutput;
    TagResource TagResourceInput TagResourceOutput;
    UntagResource UntagResourceInput UntagResourceOutput;
    UpdateTable UpdateTableInput UpdateTableOutput;
    UpdateTimeToLive UpdateTimeToLiveInput UpdateTimeToLiveOutput;
    DescribeTable DescribeTableInput DescribeTableOutput;
    BatchExecuteStatement BatchExecuteStatementInput BatchExecuteStatementOutput;
    ExecuteStatement ExecuteStatementInput ExecuteStatementOutput;
    ExecuteTransaction ExecuteTransactionInput ExecuteTransactionOutput;
    GetItem GetItemInput GetItemOutput;
    PutItem PutItemInput PutItemOutput;
    Query QueryInput QueryOutput;
    Scan ScanInput ScanOutput;
    TransactGetItems TransactGetItemsInput TransactGetItemsOutput;
    TransactWriteItems TransactWriteItemsInput TransactWriteItemsOutput;
    UpdateItem UpdateItemInput UpdateItemOutput;
}

impl Fixture {
    pub(super) fn new() -> Self {
        let backend = SqlBackend::in_memory().unwrap();
        let fixture = Self { backend, now: Moment::from_secs(1_800_000_000) };
        fixture.call(create("visits", Some((10, 5)))).unwrap();
        let keys = KeyShape { hash: attribute("id", ScalarType::S), range: None };
        fixture.call(CreateTableInput::new("notes", &keys)).unwrap();
        fixture
    }

    /// With the declared throughput and no burst.
    pub(super) fn throttled() -> Self {
        let Self { backend, now } = Self::new();
        let throughput = Throughput::declared().burst(Duration::from_secs(1));
        Self { backend: backend.with_throughput(throughput), now }
    }

    pub(super) fn call<C: Call>(&self, input: C) -> Result<C::Output, CallError> {
        self.backend
            .answer(&input.request(), self.now)
            .map(|response| C::output(response).expect("an answer is of the action that was called"))
    }

    /// The rejection of a call that must be refused.
    pub(super) fn refused<C: Call<Output: std::fmt::Debug>>(&self, input: C) -> Rejection {
        match self.call(input).unwrap_err() {
            CallError::Refused(rejection) => *rejection,
            other => panic!("{other:?}"),
        }
    }

    /// Code and message of a call that must be refused.
    pub(super) fn error<C: Call<Output: std::fmt::Debug>>(&self, input: C) -> String {
        self.refused(input).to_string()
    }

    pub(super) fn wait(&mut self, duration: Duration) {
        self.now = self.now + duration;
    }

    /// The item of a visit as text, where there is one.
    pub(super) fn visit(&self, user: &str, time: u64) -> Option<String> {
        self.call(get(user, time)).unwrap().item.map(|item| text(&item))
    }
}

pub(super) fn attribute(name: &'static str, kind: ScalarType) -> KeyAttribute {
    KeyAttribute { name: name.into(), kind }
}

pub(super) fn create(name: &str, capacity: Option<(u64, u64)>) -> CreateTableInput {
    create_with_range(name, attribute("time", ScalarType::N), capacity)
}

/// A table with the hash key `user` and this range key.
pub(super) fn create_with_range(
    name: &str,
    range: KeyAttribute,
    capacity: Option<(u64, u64)>,
) -> CreateTableInput {
    let keys = KeyShape { hash: attribute("user", ScalarType::S), range: Some(range) };
    let table = CreateTableInput::new(name, &keys);
    match capacity {
        Some((read_capacity_units, write_capacity_units)) => {
            table.provisioned(ProvisionedThroughput { read_capacity_units, write_capacity_units })
        }
        None => table,
    }
}

pub(super) fn key(user: &str, time: u64) -> Key {
    Key {
        hash: ("user".into(), KeyValue::S(user.to_owned())),
        range: Some(("time".into(), KeyValue::N(time.into()))),
    }
}

pub(super) fn note_key(id: &str) -> Key {
    Key { hash: ("id".into(), KeyValue::S(id.to_owned())), range: None }
}

pub(super) fn item(json: &str) -> Item {
    Item::from_json(json.to_owned()).unwrap()
}

/// A visit's item whose size is `size` in all.
pub(super) fn visit_of_size(user: &str, time: u64, size: usize) -> Item {
    let fixed = item(&visit_json(user, time, r#","pad":{"S":""}"#)).size().unwrap();
    let pad = "x".repeat(size - fixed);
    item(&visit_json(user, time, &format!(r#","pad":{{"S":"{pad}"}}"#)))
}

/// A visit's item as text, with more attributes behind the key.
pub(super) fn visit_json(user: &str, time: u64, more: &str) -> String {
    format!(r#"{{"user":{{"S":"{user}"}},"time":{{"N":"{time}"}}{more}}}"#)
}

pub(super) fn text(item: &Item) -> String {
    String::from_utf8(item.as_bytes().to_vec()).unwrap()
}

pub(super) fn put(item: Item) -> PutItemInput {
    PutItemInput {
        table_name: "visits".to_owned(),
        item,
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..PutItemInput::default()
    }
}

/// A put of a visit without further attributes.
pub(super) fn put_visit(user: &str, time: u64) -> PutItemInput {
    put(item(&visit_json(user, time, "")))
}

pub(super) fn get(user: &str, time: u64) -> GetItemInput {
    GetItemInput {
        table_name: "visits".to_owned(),
        key: key(user, time),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..GetItemInput::default()
    }
}

pub(super) fn delete(user: &str, time: u64) -> DeleteItemInput {
    DeleteItemInput {
        table_name: "visits".to_owned(),
        key: key(user, time),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..DeleteItemInput::default()
    }
}

/// A PartiQL statement without parameters.
pub(super) fn statement(text: &str) -> ExecuteStatementInput {
    ExecuteStatementInput {
        statement: text.to_owned(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..ExecuteStatementInput::default()
    }
}

pub(super) fn path(name: &'static str) -> DocumentPath {
    DocumentPath::attribute(name)
}

pub(super) fn set(name: &'static str, value: impl Into<AttributeValue>) -> UpdateAction {
    UpdateAction::Set(path(name), Assignment::Value(value.into()))
}

pub(super) fn update(user: &str, time: u64, actions: Vec<UpdateAction>) -> UpdateItemInput {
    UpdateItemInput {
        table_name: "visits".to_owned(),
        key: key(user, time),
        update_expression: UpdateExpression { actions },
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..UpdateItemInput::default()
    }
}

pub(super) fn query(user: &str) -> QueryInput {
    QueryInput {
        table_name: "visits".to_owned(),
        key_condition_expression: KeyCondition::hash("user", KeyValue::S(user.to_owned())),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..QueryInput::default()
    }
}

pub(super) fn scan() -> ScanInput {
    ScanInput {
        table_name: "visits".to_owned(),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..ScanInput::default()
    }
}

pub(super) fn batch_write(requests: Vec<WriteRequest>) -> BatchWriteItemInput {
    BatchWriteItemInput {
        request_items: BTreeMap::from([("visits".to_owned(), requests)]),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
        ..BatchWriteItemInput::default()
    }
}

pub(super) fn batch_get(keys: Vec<Key>) -> BatchGetItemInput {
    let asked = KeysAndAttributes { keys, ..KeysAndAttributes::default() };
    BatchGetItemInput {
        request_items: BTreeMap::from([("visits".to_owned(), asked)]),
        return_consumed_capacity: ReturnConsumedCapacity::Total,
    }
}

/// The range keys of items, as text.
pub(super) fn times(items: &Items) -> Vec<u64> {
    let time = |item: Item| match item.attribute("time").unwrap() {
        Some(AttributeValue::N(number)) => u64::try_from(number).unwrap(),
        other => panic!("{other:?}"),
    };
    items.iter().map(time).collect()
}

/// The units of an answer that tells of one table.
pub(super) fn units(consumed: impl IntoIterator<Item = ConsumedCapacity>) -> f64 {
    consumed.into_iter().map(|consumed| consumed.capacity_units).sum()
}
