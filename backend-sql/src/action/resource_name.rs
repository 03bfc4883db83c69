//! Amazon resource names of tables: where tags are asked for, and wherever a table's name may stand.
//!
//! Region and account are not looked at, since there is one of each: a program that names its tables in full finds them
//! here too. A call that names a table in full is answered with that name, as in the service.
//!
//! See [Amazon resource names](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).

use std::collections::BTreeMap;

use dynochemy_core::api::ConsumedCapacity;
use dynochemy_core::{Rejection, Request, Response};

use crate::failure::{invalid, not_supported, validation};

/// The resource that a DynamoDB resource name stands for, as `table/visits`.
fn resource(arn: &str) -> Option<&str> {
    // Most names are none, and every call asks.
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':');
    let is_ours = parts.next()?.starts_with("aws") && parts.next()? == "dynamodb";
    parts.nth(2).filter(|_| is_ours)
}

/// The name of the table that has this resource name.
pub(crate) fn table_in(arn: &str) -> Option<&str> {
    resource(arn)?.strip_prefix("table/").filter(|name| !name.contains('/'))
}

/// The table and the label of the stream that has this resource name.
pub(super) fn stream_in(arn: &str) -> Option<(&str, &str)> {
    let (table, label) = resource(arn)?.strip_prefix("table/")?.split_once("/stream/")?;
    (!table.contains('/') && !label.contains('/')).then_some((table, label))
}

/// The name of the table whose tags are asked for.
pub(super) fn tagged_table(arn: &str) -> Result<&str, Box<Rejection>> {
    if !arn.starts_with("arn:") {
        return Err(invalid(format!("ARNs must start with 'arn:': {arn}")));
    }
    if resource(arn).is_none() {
        return Err(invalid(format!("Provided Arn is not a DynamoDB resource arn: {arn}")));
    }
    if stream_in(arn).is_some() {
        return Err(not_supported("tags of streams"));
    }
    table_in(arn).ok_or_else(|| {
        invalid(format!(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        ))
    })
}

/// A request with tables' names only, and the resource names that they stand for; `None` where it names none in full.
///
/// # Errors
/// When a batch names a table in two ways.
pub(super) fn resolved(request: &Request) -> Result<Option<(Request, Names)>, Box<Rejection>> {
    let mut names = Names::default();
    let is_full = |name: &String| table_in(name).is_some();
    let any = match request {
        Request::BatchGetItem(input) => input.request_items.keys().any(is_full),
        Request::BatchWriteItem(input) => input.request_items.keys().any(is_full),
        Request::TransactGetItems(input) => {
            input.transact_items.iter().any(|item| is_full(&item.get.table_name))
        }
        Request::TransactWriteItems(input) => {
            input.transact_items.iter().any(|item| table_in(item.table_name()).is_some())
        }
        other => table_name(other).is_some_and(is_full),
    };
    if !any {
        return Ok(None);
    }
    let mut request = request.clone();
    match &mut request {
        Request::BatchGetItem(input) => {
            input.request_items = names.take_keys(std::mem::take(&mut input.request_items))?;
        }
        Request::BatchWriteItem(input) => {
            input.request_items = names.take_keys(std::mem::take(&mut input.request_items))?;
        }
        Request::TransactGetItems(input) => {
            for item in &mut input.transact_items {
                names.take(&mut item.get.table_name);
            }
        }
        Request::TransactWriteItems(input) => {
            for item in &mut input.transact_items {
                names.take(item.table_name_mut());
            }
        }
        other => {
            if let Some(name) = table_name_mut(other) {
                names.take(name);
            }
        }
    }
    Ok(Some((request, names)))
}

/// Resource names by the names of their tables.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// The answer under the names of the request.
    pub(super) fn restored(&self, mut response: Response) -> Response {
        match &mut response {
            Response::BatchGetItem(output) => {
                self.restore_all(&mut output.consumed_capacity);
                output.responses = self.restored_keys(std::mem::take(&mut output.responses));
                output.unprocessed_keys = self.restored_keys(std::mem::take(&mut output.unprocessed_keys));
            }
            Response::BatchWriteItem(output) => {
                self.restore_all(&mut output.consumed_capacity);
                output.unprocessed_items = self.restored_keys(std::mem::take(&mut output.unprocessed_items));
                let metrics = std::mem::take(&mut output.item_collection_metrics);
                output.item_collection_metrics = self.restored_keys(metrics);
            }
            Response::TransactWriteItems(output) => {
                self.restore_all(&mut output.consumed_capacity);
                let metrics = std::mem::take(&mut output.item_collection_metrics);
                output.item_collection_metrics = self.restored_keys(metrics);
            }
            Response::TransactGetItems(output) => self.restore_all(&mut output.consumed_capacity),
            Response::DeleteItem(output) => self.restore_all(&mut output.consumed_capacity),
            Response::GetItem(output) => self.restore_all(&mut output.consumed_capacity),
            Response::PutItem(output) => self.restore_all(&mut output.consumed_capacity),
            Response::Query(output) => self.restore_all(&mut output.consumed_capacity),
            Response::Scan(output) => self.restore_all(&mut output.consumed_capacity),
            Response::UpdateItem(output) => self.restore_all(&mut output.consumed_capacity),
            _ => {}
        }
        response
    }

    fn take(&mut self, name: &mut String) {
        if let Some(table) = table_in(name).map(str::to_owned) {
            let arn = std::mem::replace(name, table.clone());
            self.0.insert(table, arn);
        }
    }

    fn take_keys<V>(&mut self, map: BTreeMap<String, V>) -> Result<BTreeMap<String, V>, Box<Rejection>> {
        let mut named = BTreeMap::new();
        for (mut name, value) in map {
            self.take(&mut name);
            if named.insert(name, value).is_some() {
                return Err(validation("a batch names a table once, by its name or by its resource name"));
            }
        }
        Ok(named)
    }

    fn restore_all<'a>(&self, consumed: impl IntoIterator<Item = &'a mut ConsumedCapacity>) {
        for consumed in consumed {
            if let Some(arn) = self.0.get(&consumed.table_name) {
                consumed.table_name.clone_from(arn);
            }
        }
    }

    fn restored_keys<V>(&self, map: BTreeMap<String, V>) -> BTreeMap<String, V> {
        let full = |name: String| self.0.get(&name).cloned().unwrap_or(name);
        map.into_iter().map(|(name, value)| (full(name), value)).collect()
    }
}

macro_rules! named_by_one_member {
    ($($action:ident)*) => {
        /// The table that a call is about, where it is about one.
        fn table_name(request: &Request) -> Option<&String> {
            match request {
                $(Request::$action(input) => Some(&input.table_name),)*
                _ => None,
            }
        }

        fn table_name_mut(request: &mut Request) -> Option<&mut String> {
            match request {
                $(Request::$action(input) => Some(&mut input.table_name),)*
                _ => None,
            }
        }
    };
}
named_by_one_member! {
    CreateTable DeleteItem DeleteTable DescribeTable DescribeTimeToLive GetItem PutItem Query Scan UpdateItem UpdateTable
    UpdateTimeToLive
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::*;

    use super::*;
    use crate::action::fixture::*;

    const VISITS: &str = "arn:aws:dynamodb:eu-central-1:123456789012:table/visits";

    #[test]
    fn a_resource_name_names_a_table_whatever_its_region_and_account() {
        assert_eq!(table_in(VISITS), Some("visits"));
        assert_eq!(table_in("arn:aws-cn:dynamodb:cn-north-1:1:table/a.b"), Some("a.b"));
        for other in [
            "visits",
            "arn:aws:s3:::visits",
            "arn:aws:dynamodb:x:1:stream/a",
            "arn:aws:dynamodb:x:1:table/a/index/b",
        ] {
            assert_eq!(table_in(other), None, "{other}");
        }
    }

    #[test]
    fn items_are_written_and_read_by_resource_names_and_answers_tell_them() {
        let fixture = Fixture::new();
        let named = |input: PutItemInput| PutItemInput { table_name: VISITS.to_owned(), ..input };
        let told = fixture.call(named(put_visit("a", 1))).unwrap().consumed_capacity.unwrap();
        assert_eq!(told.table_name, VISITS);
        let told = fixture.call(GetItemInput { table_name: VISITS.to_owned(), ..get("a", 1) }).unwrap();
        assert!(told.item.is_some());
        let mut batch = batch_get(vec![key("a", 1)]);
        let asked = batch.request_items.remove("visits").unwrap();
        batch.request_items.insert(VISITS.to_owned(), asked.clone());
        let told = fixture.call(batch.clone()).unwrap();
        assert_eq!(told.responses[VISITS].len(), 1);
        assert_eq!(told.consumed_capacity[0].table_name, VISITS);
        batch.request_items.insert("visits".to_owned(), asked);
        assert!(fixture.error(batch).contains("names a table once"));
        let check = ConditionCheck {
            table_name: VISITS.to_owned(),
            key: key("a", 1),
            condition_expression: dynochemy_core::expression::Condition::exists("user"),
            return_values_on_condition_check_failure: Default::default(),
        };
        let transaction = TransactWriteItemsInput {
            transact_items: vec![TransactWriteItem::ConditionCheck(check)],
            return_consumed_capacity: ReturnConsumedCapacity::Total,
            ..TransactWriteItemsInput::default()
        };
        assert_eq!(fixture.call(transaction).unwrap().consumed_capacity[0].table_name, VISITS);
    }

    #[test]
    fn tables_are_administered_by_resource_names() {
        let fixture = Fixture::new();
        let arn = VISITS.replace("visits", "more");
        fixture.call(create(&arn, None)).unwrap();
        let told = fixture.call(DescribeTableInput { table_name: arn }).unwrap().table;
        assert_eq!(told.table_name, "more");
    }

    #[test]
    fn other_clients_name_tables_so_too() {
        let fixture = Fixture::new();
        fixture.call(put_visit("a", 1)).unwrap();
        let key = r#""user":{"S":"a"},"time":{"N":"1"}"#;
        for (action, input) in [
            ("GetItem", format!(r#"{{"TableName":"{VISITS}","Key":{{{key}}}}}"#)),
            ("Scan", format!(r#"{{"TableName":"{VISITS}"}}"#)),
            ("BatchGetItem", format!(r#"{{"RequestItems":{{"{VISITS}":{{"Keys":[{{{key}}}]}}}}}}"#)),
            (
                "TransactGetItems",
                format!(r#"{{"TransactItems":[{{"Get":{{"TableName":"{VISITS}","Key":{{{key}}}}}}}]}}"#),
            ),
            ("DescribeTable", format!(r#"{{"TableName":"{VISITS}"}}"#)),
        ] {
            let answer = fixture.backend.answer_json(action, input.as_bytes(), fixture.now);
            assert_eq!(answer.status, 200, "{action}: {:?}", answer.body);
        }
    }
}
