//! Answers as the service writes them: items as they stand in the database, all else around them.
//!
//! What holds no items is written in its serde form. Members that are absent are left out; lists and maps of which the
//! service tells that they are empty are not.

mod capacity;
mod records;
mod statements;

use bytes::Bytes;
use dynochemy_core::api::{
    ItemCollectionMetrics, KeysAndAttributes, QueryOutput, ScanOutput, Select, WriteRequest,
};
use dynochemy_core::expression::{DocumentPath, PathStep};
use dynochemy_core::json::{self, Members, array, object};
use dynochemy_core::{Item, Items, Key, Request, Response};

use capacity::{consumed, consumed_by_table};

/// The body of a successful answer.
pub(super) fn write(request: &Request, response: &Response) -> Bytes {
    let mut out = Vec::with_capacity(size(response));
    match response {
        Response::CreateTable(output) => json::write(&mut out, output),
        Response::DeleteTable(output) => json::write(&mut out, output),
        Response::DescribeStream(output) => json::write(&mut out, output),
        Response::DescribeTable(output) => json::write(&mut out, output),
        Response::DescribeTimeToLive(output) => json::write(&mut out, output),
        Response::GetShardIterator(output) => json::write(&mut out, output),
        Response::Raw(output) => out.extend_from_slice(output.body.as_bytes()),
        Response::UpdateTable(output) => json::write(&mut out, output),
        Response::UpdateTimeToLive(output) => json::write(&mut out, output),
        // Nothing to tell is told by nothing.
        Response::TagResource(_) | Response::UntagResource(_) => {}
        response => object(&mut out, |members| with_items(members, request, response)),
    }
    out.into()
}

/// About how many bytes an answer takes.
fn size(response: &Response) -> usize {
    let items = match response {
        Response::Query(output) => items_size(&output.items),
        Response::Scan(output) => items_size(&output.items),
        Response::ExecuteStatement(output) => items_size(&output.items),
        Response::BatchGetItem(output) => output.responses.values().map(items_size).sum(),
        _ => 0,
    };
    items + 512
}

fn items_size(items: &Items) -> usize {
    (0..items.len()).map(|index| items.bytes(index).map_or(0, <[u8]>::len) + 1).sum()
}

/// Whether items are only counted.
fn is_counted(request: &Request) -> bool {
    let select = match request {
        Request::Query(input) => input.select.as_ref(),
        Request::Scan(input) => input.select.as_ref(),
        _ => None,
    };
    select == Some(&Select::Count)
}

fn with_items(members: &mut Members<'_>, request: &Request, response: &Response) {
    match response {
        Response::BatchGetItem(output) => {
            consumed_by_table(members, &output.consumed_capacity);
            members.object("Responses", |members| {
                for (table, found) in &output.responses {
                    items(members.member(table), found);
                }
            });
            members.object("UnprocessedKeys", |members| {
                for (table, left) in &output.unprocessed_keys {
                    object(members.member(table), |members| unprocessed_keys(members, left));
                }
            });
        }
        Response::BatchWriteItem(output) => {
            consumed_by_table(members, &output.consumed_capacity);
            collections(members, &output.item_collection_metrics);
            members.object("UnprocessedItems", |members| {
                for (table, left) in &output.unprocessed_items {
                    array(members.member(table), left, unprocessed_write);
                }
            });
        }
        Response::DeleteItem(output) => {
            item(members, "Attributes", output.attributes.as_ref());
            consumed(members, output.consumed_capacity.as_ref());
            collection(members, output.item_collection_metrics.as_deref());
        }
        Response::BatchExecuteStatement(output) => statements::batch_execute_statement(members, output),
        Response::ExecuteStatement(output) => statements::execute_statement(members, output),
        Response::ExecuteTransaction(output) => statements::execute_transaction(members, output),
        Response::GetItem(output) => {
            consumed(members, output.consumed_capacity.as_ref());
            item(members, "Item", output.item.as_ref());
        }
        Response::GetRecords(output) => records::write(members, output),
        Response::ListStreams(output) => {
            if let Some(last) = &output.last_evaluated_stream_arn {
                members.text("LastEvaluatedStreamArn", last);
            }
            array(members.member("Streams"), &output.streams, json::write);
        }
        Response::ListTables(output) => {
            if let Some(last) = &output.last_evaluated_table_name {
                members.text("LastEvaluatedTableName", last);
            }
            array(members.member("TableNames"), &output.table_names, |out, name| {
                json::write_string(out, name)
            });
        }
        Response::ListTagsOfResource(output) => {
            if let Some(next) = &output.next_token {
                members.text("NextToken", next);
            }
            array(members.member("Tags"), &output.tags, json::write);
        }
        Response::PutItem(output) => {
            item(members, "Attributes", output.attributes.as_ref());
            consumed(members, output.consumed_capacity.as_ref());
            collection(members, output.item_collection_metrics.as_deref());
        }
        Response::Query(QueryOutput {
            items: found,
            count,
            scanned_count,
            last_evaluated_key,
            consumed_capacity,
        })
        | Response::Scan(ScanOutput {
            items: found,
            count,
            scanned_count,
            last_evaluated_key,
            consumed_capacity,
        }) => {
            consumed(members, consumed_capacity.as_ref());
            members.number("Count", *count);
            if !is_counted(request) {
                items(members.member("Items"), found);
            }
            item(members, "LastEvaluatedKey", last_evaluated_key.as_ref());
            members.number("ScannedCount", *scanned_count);
        }
        Response::TransactGetItems(output) => {
            consumed_by_table(members, &output.consumed_capacity);
            array(members.member("Responses"), &output.responses, |out, response| {
                object(out, |members| item(members, "Item", response.item.as_ref()));
            });
        }
        Response::TransactWriteItems(output) => {
            consumed_by_table(members, &output.consumed_capacity);
            collections(members, &output.item_collection_metrics);
        }
        Response::UpdateItem(output) => {
            item(members, "Attributes", output.attributes.as_ref());
            consumed(members, output.consumed_capacity.as_ref());
            collection(members, output.item_collection_metrics.as_deref());
        }
        // The backend answers no others.
        _ => {}
    }
}

fn item(members: &mut Members<'_>, name: &str, item: Option<&Item>) {
    if let Some(item) = item {
        members.member(name).extend_from_slice(item.as_bytes());
    }
}

fn items(out: &mut Vec<u8>, items: &Items) {
    array(out, (0..items.len()).filter_map(|index| items.bytes(index)), |out, item| {
        out.extend_from_slice(item)
    });
}

fn key(out: &mut Vec<u8>, key: &Key) {
    out.extend_from_slice(key.to_item().as_bytes());
}

fn unprocessed_keys(members: &mut Members<'_>, left: &KeysAndAttributes) {
    array(members.member("Keys"), &left.keys, key);
    if left.consistent_read {
        members.member("ConsistentRead").extend_from_slice(b"true");
    }
    if let Some(legacy) = &left.legacy {
        array(members.member("AttributesToGet"), &legacy.attributes_to_get, |out, name| {
            json::write_string(out, name)
        });
    }
    if !left.projection_expression.is_empty() {
        projection(members, &left.projection_expression);
    }
}

/// A projection under names of ours, since a name in it may be a reserved word.
fn projection(members: &mut Members<'_>, paths: &[DocumentPath]) {
    let mut names: Vec<&str> = Vec::new();
    let mut text = String::new();
    for path in paths {
        text.push_str(if text.is_empty() { "" } else { ", " });
        named(&path.attribute, &mut names, &mut text);
        for step in &path.steps {
            match step {
                PathStep::Member(name) => {
                    text.push('.');
                    named(name, &mut names, &mut text);
                }
                PathStep::Element(index) => text.push_str(&format!("[{index}]")),
            }
        }
    }
    members.text("ProjectionExpression", &text);
    members.object("ExpressionAttributeNames", |members| {
        for (number, name) in names.iter().enumerate() {
            members.text(&format!("#{number}"), name);
        }
    });
}

/// Writes a name's placeholder; each name has one.
fn named<'a>(name: &'a str, names: &mut Vec<&'a str>, text: &mut String) {
    let number = names.iter().position(|other| *other == name).unwrap_or(names.len());
    if number == names.len() {
        names.push(name);
    }
    text.push_str(&format!("#{number}"));
}

fn unprocessed_write(out: &mut Vec<u8>, write: &WriteRequest) {
    object(out, |members| match write {
        WriteRequest::PutRequest { item } => members.object("PutRequest", |members| {
            members.member("Item").extend_from_slice(item.as_bytes());
        }),
        WriteRequest::DeleteRequest { key: left } => members.object("DeleteRequest", |members| {
            key(members.member("Key"), left);
        }),
    });
}

fn collection(members: &mut Members<'_>, metrics: Option<&ItemCollectionMetrics>) {
    if let Some(metrics) = metrics {
        members.object("ItemCollectionMetrics", |members| collection_members(members, metrics));
    }
}

fn collections(
    members: &mut Members<'_>,
    all: &std::collections::BTreeMap<String, Vec<ItemCollectionMetrics>>,
) {
    if !all.is_empty() {
        members.object("ItemCollectionMetrics", |members| {
            for (table, of_table) in all {
                array(members.member(table), of_table, |out, metrics| {
                    object(out, |members| collection_members(members, metrics));
                });
            }
        });
    }
}

fn collection_members(members: &mut Members<'_>, metrics: &ItemCollectionMetrics) {
    item(members, "ItemCollectionKey", metrics.item_collection_key.as_ref());
    array(members.member("SizeEstimateRangeGB"), &metrics.size_estimate_range_gb, |out, bound| {
        capacity::float(out, *bound);
    });
}
