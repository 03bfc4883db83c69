//! How much of a call's answer can be compared, and asking for that much.
//!
//! Items whose index keys are equal have no order, and those of a scan have each server's own. So indexes and scans are
//! read page by page to their end, and compared as a whole; all segments of a scan count as one.

use serde_json::{Value, json};

use super::answers::{comparable, sort};
use super::call::Call;
use super::peers::{Answer, Peer};

/// A walk over many pages ends here.
const MAX_PAGES: usize = 60;
/// From here on, pages may end at their size instead of their limit.
const LARGE: usize = 900_000;

/// What the peer says to the call, as it is compared.
pub(crate) fn ask(peer: &mut dyn Peer, call: &Call, run: &str) -> Value {
    let body = &call.body;
    let is_page = matches!(call.action, "Query" | "Scan");
    if !is_page {
        return comparable(call, &peer.answer(call.action, &call.text(run)));
    }
    let has_order = call.action == "Query" && body.get("IndexName").is_none();
    let begins_somewhere = body.get("ExclusiveStartKey").is_some();
    if has_order && begins_somewhere {
        return comparable(call, &peer.answer(call.action, &call.text(run)));
    }
    if begins_somewhere {
        let answer = peer.answer(call.action, &call.text(run));
        return if answer.status == 200 { json!("items in any order") } else { comparable(call, &answer) };
    }
    let segments = segments(body);
    let mut walked = Walked::default();
    for segment in 0..segments.unwrap_or(1) {
        let mut part = call.clone();
        if segments.is_some() {
            part.body["Segment"] = segment.into();
        }
        if let Err(error) = walk(peer, &part, run, &mut walked) {
            return error;
        }
    }
    walked.finish(has_order, segments.is_some_and(|segments| segments > 1))
}

/// The number of segments of a scan that reads a segment there is.
fn segments(body: &Value) -> Option<u64> {
    let (segment, total) = (body.get("Segment")?.as_u64()?, body.get("TotalSegments")?.as_u64()?);
    (segment < total && total < 10).then_some(total)
}

#[derive(Debug, Default)]
struct Walked {
    items: Vec<Value>,
    has_items: bool,
    count: u64,
    scanned: u64,
    pages: u64,
    keys: Vec<Value>,
    consumed: Vec<Value>,
}

fn walk(peer: &mut dyn Peer, call: &Call, run: &str, walked: &mut Walked) -> Result<(), Value> {
    let mut call = call.clone();
    for _ in 0..MAX_PAGES {
        let Answer { status, body } = peer.answer(call.action, &call.text(run));
        let mut page = comparable(&call, &Answer { status, body });
        if status != 200 {
            return Err(page);
        }
        walked.pages += 1;
        walked.count += page["Count"].as_u64().unwrap_or(u64::MAX / 1000);
        walked.scanned += page["ScannedCount"].as_u64().unwrap_or(u64::MAX / 1000);
        if let Some(consumed) = page.get("ConsumedCapacity") {
            walked.consumed.push(consumed.clone());
        }
        if let Some(Value::Array(items)) = page.get_mut("Items") {
            walked.has_items = true;
            walked.items.append(items);
        }
        match page.get("LastEvaluatedKey") {
            Some(key) => {
                walked.keys.push(key.clone());
                call.body["ExclusiveStartKey"] = key.clone();
            }
            None => return Ok(()),
        }
    }
    Err(json!("pages without an end"))
}

impl Walked {
    fn finish(mut self, has_order: bool, is_parted: bool) -> Value {
        let is_large = self.items.iter().map(|item| item.to_string().len()).sum::<usize>() > LARGE;
        if !has_order {
            sort(&mut self.items);
        }
        let mut all = json!({ "count": self.count, "scanned": self.scanned });
        if self.has_items {
            all["items"] = self.items.into();
        }
        if has_order {
            all["keys"] = self.keys.into();
        }
        if !is_parted && (has_order || !is_large) {
            all["pages"] = self.pages.into();
        }
        // What pages in another order cost adds up to something else.
        if has_order || self.pages == 1 {
            all["consumed"] = self.consumed.into();
        }
        all
    }
}

/// All items of a table.
pub(crate) fn items(peer: &mut dyn Peer, table: &str) -> Vec<Value> {
    let mut walked = Walked::default();
    let scan = Call::new("Scan", json!({ "TableName": table, "ConsistentRead": true }));
    walk(peer, &scan, "", &mut walked).expect("the table can be scanned");
    walked.items
}
