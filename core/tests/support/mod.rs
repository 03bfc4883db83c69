//! What the tests of runs share: tables, a small model of the service, and a source of random choices.
//!
//! The model knows only what the laws need: items, conditions, updates and transactions under tokens. It is not the
//! SQL backend, so that the two can disagree.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test uses its part of what is public to it"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use dynochemy_core::api::*;
use dynochemy_core::expression::{Condition, UpdateExpression};
use dynochemy_core::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "notes")]
pub struct Note {
    #[table(hash_key)]
    pub id: String,
    pub text: String,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits", read_capacity = 10, write_capacity = 5, views("visits-per-user"))]
pub struct Visit {
    #[table(hash_key)]
    pub user: String,
    #[table(range_key)]
    pub time: u64,
    pub seen: u64,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits_per_user")]
pub struct UserCount {
    #[table(hash_key)]
    pub user: String,
    pub count: i64,
    pub seen: i64,
}

pub struct VisitsPerUser;

impl View for VisitsPerUser {
    const ID: &'static str = "visits-per-user";
    type Source = Visit;
    type Target = UserCount;
    fn add(&self, visit: &Visit, changes: &mut Changes<UserCount>) {
        changes.add(&visit.user, UserCount::COUNT, 1);
        changes.add(&visit.user, UserCount::SEEN, visit.seen);
    }
}

/// A `Db` that is nothing but its client: the test is the driver.
pub struct Bare(pub Arc<Client>);

impl Connect for Bare {
    fn connect(configuration: Configuration) -> Result<Self, Error> {
        Ok(Self(configuration.into_client(|| Ok::<_, String>(1))?))
    }
}

/// A client that knows the tables and the view above.
pub fn client(change: impl FnOnce(&mut Settings)) -> Arc<Client> {
    let builder = Builder::<Bare>::new().table::<Note>().table::<Visit>().view(VisitsPerUser);
    builder.settings(change).build().unwrap().0
}

pub const START: Moment = Moment::from_secs(1_700_000_000);

/// Random choices from a seed.
pub struct Choices(u64);

impl Choices {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2) + 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// A model of the service.
#[derive(Default)]
pub struct Service {
    pub items: BTreeMap<(String, Key), Attributes>,
    pub tokens: BTreeMap<String, TransactWriteItemsInput>,
    /// The tables that do not exist.
    pub missing: Vec<String>,
}

fn refused<T>(code: &str) -> Result<T, CallError> {
    Err(CallError::Refused(Box::new(Rejection::new(code, "told by the model"))))
}

pub fn shape(table: &str) -> &'static KeyShape {
    match table {
        "notes" => &Note::DESCRIPTION.keys,
        "visits" => &Visit::DESCRIPTION.keys,
        "visits_per_user" => &UserCount::DESCRIPTION.keys,
        other => panic!("the model has no table {other}"),
    }
}

impl Service {
    pub fn all<T: Table + serde::de::DeserializeOwned>(&self) -> Vec<T> {
        let name = T::DESCRIPTION.name.as_ref();
        let of_table = self.items.iter().filter(|((table, _), _)| table == name);
        of_table.map(|(_, attributes)| wire::decode(&Item::from_attributes(attributes)).unwrap()).collect()
    }

    /// The service forgets tokens after ten minutes.
    pub fn forget_tokens_after(&mut self, age: std::time::Duration) {
        if age >= std::time::Duration::from_secs(600) {
            self.tokens.clear();
        }
    }

    pub fn answer(&mut self, request: &Request) -> Result<Response, CallError> {
        self.check(request)?;
        match request {
            Request::GetItem(get) => {
                let item =
                    self.items.get(&(get.table_name.clone(), get.key.clone())).map(Item::from_attributes);
                Ok(Response::GetItem(GetItemOutput { item, consumed_capacity: None }))
            }
            Request::PutItem(put) => {
                let key = shape(&put.table_name).extract(&put.item).unwrap();
                let old = self.check_condition(
                    &put.table_name,
                    &key,
                    put.condition_expression.as_ref(),
                    put.return_values_on_condition_check_failure,
                )?;
                self.put(&put.table_name, &put.item);
                let attributes = old.filter(|_| put.return_values == ReturnValues::AllOld);
                let attributes = attributes.as_ref().map(Item::from_attributes);
                Ok(Response::PutItem(PutItemOutput { attributes, ..PutItemOutput::default() }))
            }
            Request::DeleteItem(delete) => {
                let old = self.check_condition(
                    &delete.table_name,
                    &delete.key,
                    delete.condition_expression.as_ref(),
                    delete.return_values_on_condition_check_failure,
                )?;
                self.items.remove(&(delete.table_name.clone(), delete.key.clone()));
                let attributes = old.filter(|_| delete.return_values == ReturnValues::AllOld);
                let attributes = attributes.as_ref().map(Item::from_attributes);
                Ok(Response::DeleteItem(DeleteItemOutput { attributes, ..DeleteItemOutput::default() }))
            }
            Request::UpdateItem(update) => {
                let old = self.check_condition(
                    &update.table_name,
                    &update.key,
                    update.condition_expression.as_ref(),
                    update.return_values_on_condition_check_failure,
                )?;
                self.update(&update.table_name, &update.key, &update.update_expression)?;
                let new = self.items.get(&(update.table_name.clone(), update.key.clone())).cloned();
                let attributes = match update.return_values {
                    ReturnValues::None => None,
                    ReturnValues::AllOld => old,
                    ReturnValues::AllNew => new,
                    ReturnValues::UpdatedOld => old.map(|old| update.update_expression.named(&old)),
                    ReturnValues::UpdatedNew => new.map(|new| update.update_expression.named(&new)),
                };
                let attributes = attributes.as_ref().map(Item::from_attributes);
                Ok(Response::UpdateItem(UpdateItemOutput { attributes, ..UpdateItemOutput::default() }))
            }
            Request::BatchGetItem(batch) => {
                let mut answer = BatchGetItemOutput::default();
                for (table, keys) in &batch.request_items {
                    let found =
                        keys.keys.iter().filter_map(|key| self.items.get(&(table.clone(), key.clone())));
                    answer.responses.insert(table.clone(), found.map(Item::from_attributes).collect());
                }
                Ok(Response::BatchGetItem(answer))
            }
            Request::BatchWriteItem(batch) => {
                for (table, writes) in &batch.request_items {
                    for write in writes {
                        match write {
                            WriteRequest::PutRequest { item } => self.put(table, item),
                            WriteRequest::DeleteRequest { key } => {
                                drop(self.items.remove(&(table.clone(), key.clone())));
                            }
                        }
                    }
                }
                Ok(Response::BatchWriteItem(BatchWriteItemOutput::default()))
            }
            Request::Query(query) => {
                let (_, hash) = &query.key_condition_expression.equal[0];
                let of_hash = self
                    .items
                    .iter()
                    .filter(|((table, key), _)| *table == query.table_name && key.hash.1 == *hash);
                let items: Items = of_hash.map(|(_, attributes)| Item::from_attributes(attributes)).collect();
                Ok(Response::Query(QueryOutput {
                    count: items.len() as u32,
                    items,
                    ..QueryOutput::default()
                }))
            }
            Request::Scan(scan) => Ok(Response::Scan(self.scan(scan))),
            Request::TransactWriteItems(transaction) => self.transact(transaction),
            // Of its capacity, the model knows nothing.
            Request::DescribeTable(describe) => {
                let table = TableDescription {
                    table_name: describe.table_name.clone(),
                    ..TableDescription::default()
                };
                Ok(DescribeTableOutput { table }.into())
            }
            other => panic!("the model does not answer {}", other.action()),
        }
    }

    /// Two items a page.
    fn scan(&self, scan: &ScanInput) -> ScanOutput {
        let after =
            scan.exclusive_start_key.as_ref().map(|key| shape(&scan.table_name).extract(key).unwrap());
        let segment = |key: &Key| key.identity().iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let mine =
            |key: &Key| scan.total_segments.is_none_or(|total| segment(key) % total == scan.segment.unwrap());
        let mut left = self.items.iter().filter(|((table, key), _)| *table == scan.table_name && mine(key));
        let mut page: Vec<(&Key, Item)> = Vec::new();
        let rest = left.by_ref().filter(|((_, key), _)| after.as_ref().is_none_or(|after| key > after));
        let most = scan.limit.unwrap_or(2).min(2) as usize;
        for ((_, key), attributes) in rest.take(most) {
            page.push((key, Item::from_attributes(attributes)));
        }
        let last_evaluated_key = page.last().filter(|_| page.len() == most).map(|(key, _)| key.to_item());
        let items: Items = page.into_iter().map(|(_, item)| item).collect();
        ScanOutput { count: items.len() as u32, items, last_evaluated_key, ..ScanOutput::default() }
    }

    fn check(&self, request: &Request) -> Result<(), CallError> {
        let tables: Vec<&String> = match request {
            Request::BatchWriteItem(batch) => batch.request_items.keys().collect(),
            Request::BatchGetItem(batch) => batch.request_items.keys().collect(),
            Request::PutItem(put) => vec![&put.table_name],
            Request::GetItem(get) => vec![&get.table_name],
            _ => vec![],
        };
        if tables.iter().any(|table| self.missing.contains(table)) {
            return refused("ResourceNotFoundException");
        }
        let invalid = |item: &Item| item.attribute("text").unwrap() == Some("invalid".into());
        let any_invalid = match request {
            Request::BatchWriteItem(batch) => batch
                .request_items
                .values()
                .flatten()
                .any(|write| matches!(write, WriteRequest::PutRequest { item } if invalid(item))),
            Request::PutItem(put) => invalid(&put.item),
            _ => false,
        };
        if any_invalid { refused("ValidationException") } else { Ok(()) }
    }

    /// The item that is there, if it meets the condition.
    fn check_condition(
        &self,
        table: &str,
        key: &Key,
        condition: Option<&Condition>,
        on_failure: ReturnValuesOnConditionCheckFailure,
    ) -> Result<Option<Attributes>, CallError> {
        let old = self.items.get(&(table.to_owned(), key.clone())).cloned();
        if condition.is_none_or(|condition| condition.matches(old.as_ref().unwrap_or(&Attributes::new()))) {
            return Ok(old);
        }
        let mut rejection = Rejection::new("ConditionalCheckFailedException", "told by the model");
        if on_failure == ReturnValuesOnConditionCheckFailure::AllOld {
            rejection.item = old.as_ref().map(Item::from_attributes);
        }
        Err(CallError::Refused(Box::new(rejection)))
    }

    fn put(&mut self, table: &str, item: &Item) {
        let key = shape(table).extract(item).unwrap();
        self.items.insert((table.to_owned(), key), item.attributes().unwrap());
    }

    fn update(&mut self, table: &str, key: &Key, update: &UpdateExpression) -> Result<(), CallError> {
        let slot = (table.to_owned(), key.clone());
        let mut item = self.items.get(&slot).cloned().unwrap_or_else(|| key.attributes());
        if update.apply(&mut item).is_err() {
            return refused("ValidationException");
        }
        self.items.insert(slot, item);
        Ok(())
    }

    fn transact(&mut self, transaction: &TransactWriteItemsInput) -> Result<Response, CallError> {
        let done = Ok(Response::TransactWriteItems(TransactWriteItemsOutput::default()));
        let only_checks = transaction
            .transact_items
            .iter()
            .all(|item| matches!(item, TransactWriteItem::ConditionCheck(_)));
        let token = transaction.client_request_token.clone();
        assert!(token.is_some() || only_checks, "the library's transactions have tokens");
        match token.as_ref().and_then(|token| self.tokens.get(token)) {
            Some(earlier) if earlier == transaction => return done,
            Some(_) => return refused("IdempotentParameterMismatchException"),
            None => {}
        }
        let mut reasons = Vec::new();
        for action in &transaction.transact_items {
            let (table, key, condition) = match action {
                TransactWriteItem::Put(put) => {
                    let key = shape(&put.table_name).extract(&put.item).unwrap();
                    (&put.table_name, key, put.condition_expression.as_ref())
                }
                TransactWriteItem::Delete(delete) => {
                    (&delete.table_name, delete.key.clone(), delete.condition_expression.as_ref())
                }
                TransactWriteItem::Update(update) => {
                    (&update.table_name, update.key.clone(), update.condition_expression.as_ref())
                }
                TransactWriteItem::ConditionCheck(check) => {
                    (&check.table_name, check.key.clone(), Some(&check.condition_expression))
                }
            };
            let item = self.items.get(&(table.clone(), key)).cloned().unwrap_or_default();
            let holds = condition.is_none_or(|condition| condition.matches(&item));
            let code = if holds { "None" } else { "ConditionalCheckFailed" };
            reasons.push(CancellationReason { code: code.to_owned(), ..CancellationReason::default() });
        }
        if reasons.iter().any(|reason| reason.code != "None") {
            let mut rejection = Rejection::new("TransactionCanceledException", "told by the model");
            rejection.cancellation_reasons = reasons;
            return Err(CallError::Refused(Box::new(rejection)));
        }
        for action in &transaction.transact_items {
            match action {
                TransactWriteItem::Put(put) => self.put(&put.table_name, &put.item),
                TransactWriteItem::Delete(delete) => {
                    drop(self.items.remove(&(delete.table_name.clone(), delete.key.clone())));
                }
                TransactWriteItem::Update(update) => {
                    self.update(&update.table_name, &update.key, &update.update_expression)?;
                }
                TransactWriteItem::ConditionCheck(_) => {}
            }
        }
        self.tokens.extend(token.map(|token| (token, transaction.clone())));
        done
    }
}

/// Whether the view is what its definition makes of the source.
pub fn view_drift(service: &Service) -> Option<String> {
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for visit in service.all::<Visit>() {
        let sums = expected.entry(visit.user).or_default();
        sums.0 += 1;
        sums.1 += visit.seen as i64;
    }
    let mut held: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for ((table, _), attributes) in &service.items {
        if table == "visits_per_user" {
            let number = |name: &str| match attributes.get(name) {
                Some(AttributeValue::N(number)) => i64::try_from(*number).unwrap(),
                _ => 0,
            };
            let AttributeValue::S(user) = &attributes["user"] else { panic!("a key of another type") };
            held.insert(user.clone(), (number("count"), number("seen")));
        }
    }
    held.retain(|_, sums| *sums != (0, 0));
    expected.retain(|_, sums| *sums != (0, 0));
    (held != expected).then(|| format!("the view holds {held:?}, its source makes {expected:?}"))
}

/// Drives a run to its end against the model, without faults; the requests in order.
pub fn drive(run: &mut Run, service: &mut Service, now: &mut Moment) -> Vec<Arc<Request>> {
    drive_with(run, now, |request| service.answer(request))
}

/// Drives a run to its end; virtual time jumps to whatever the run waits for.
pub fn drive_with(
    run: &mut Run,
    now: &mut Moment,
    mut answer: impl FnMut(&Request) -> Result<Response, CallError>,
) -> Vec<Arc<Request>> {
    let mut requests = Vec::new();
    let mut pending: Vec<Call> = Vec::new();
    loop {
        match run.poll(*now) {
            Step::Send(call) => {
                requests.push(Arc::clone(&call.request));
                pending.push(call);
            }
            Step::Deliver(_) => {}
            Step::Wait { until } => {
                if pending.is_empty() {
                    *now = until.expect("a wait without calls has a time");
                }
                // All that was sent at one time is answered before time goes on.
                for call in pending.drain(..) {
                    run.complete(call.id, answer(&call.request), *now);
                }
            }
            Step::Done => return requests,
        }
    }
}

/// How many of each action there are.
pub fn counts(requests: &[Arc<Request>]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(request.action().name()).or_default() += 1;
    }
    counts
}
