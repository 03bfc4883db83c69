//! PartiQL: the same random statements to the backend and to dynoxide, which alone of the servers here knows it.
//!
//! `.ci/dynoxide cargo test -p dynochemy-sql --test differential statements -- --ignored --nocapture` runs it; the
//! environment is that of the whole test (see its head). After a write that is answered otherwise a case ends, since the
//! tables hold different things from there on.

mod generated;
mod known;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::PoisonError;

use dynochemy_sql::SqlBackend;
use proptest::test_runner::{TestCaseError, TestError};
use serde_json::{Value, json};

use super::answers::{comparable, sort};
use super::asking::items;
use super::call::Call;
use super::peers::{Answer, Peer, Server};
use super::tables::TABLE;
use super::{TURN, number, runner};
use generated::{Case, case};

/// A walk over many pages ends here.
const MAX_PAGES: usize = 60;

/// What happened so far.
#[derive(Default)]
struct Tally {
    calls: u64,
    succeeded: BTreeMap<&'static str, u64>,
    refused: BTreeMap<String, u64>,
    explained: BTreeMap<&'static str, u64>,
    /// Differences that nothing explains, by what was answered, where the test goes on after them.
    survey: Option<BTreeMap<String, (u64, String)>>,
}

/// What the peer says to a call, as it is compared: a statement's pages are read to their end.
fn ask(peer: &mut dyn Peer, call: &Call) -> Value {
    if call.action != "ExecuteStatement" {
        return comparable(call, &peer.answer(call.action, &call.text("")));
    }
    let mut call = call.clone();
    let mut found = Vec::new();
    let mut pages = 0;
    loop {
        let Answer { status, body } = peer.answer(call.action, &call.text(""));
        let token = body.get("NextToken").cloned();
        let mut page = comparable(&call, &Answer { status, body });
        if status != 200 {
            return page;
        }
        pages += 1;
        if let Some(Value::Array(items)) = page.get_mut("Items") {
            found.append(items);
        }
        match token {
            Some(token) if pages < MAX_PAGES => call.body["NextToken"] = token,
            Some(_) => return json!("pages without an end"),
            None => {
                let is_ordered =
                    call.body["Statement"].as_str().is_some_and(|text| text.contains("ORDER BY"));
                if !is_ordered {
                    sort(&mut found);
                }
                let consumed = page.get("ConsumedCapacity").filter(|_| pages == 1);
                return json!({ "items": found, "consumed": consumed });
            }
        }
    }
}

impl Tally {
    fn run(&mut self, server: &mut Server, case: &Case) -> Result<(), String> {
        let mut ours = SqlBackend::in_memory().unwrap();
        let create = case.table.create(TABLE);
        server.answer("DeleteTable", &json!({ "TableName": TABLE }).to_string());
        for peer in [&mut ours as &mut dyn Peer, server] {
            let made = peer.answer("CreateTable", &create.to_string());
            assert_eq!(made.status, 200, "{made:?}");
            for item in &case.items {
                let put = Call::new("PutItem", json!({ "TableName": TABLE, "Item": item }));
                peer.answer(put.action, &put.text(""));
            }
        }
        if items(&mut ours, TABLE).len() != items(server, TABLE).len() {
            // What is no item to one of them is for the calls that put items.
            return Ok(());
        }
        for call in &case.calls {
            self.calls += 1;
            let (own, theirs) = (ask(&mut ours, call), ask(server, call));
            match own.get("error") {
                None => *self.succeeded.entry(call.action).or_default() += 1,
                Some(error) => *self.refused.entry(error.to_string()).or_default() += 1,
            }
            let held = (items(&mut ours, TABLE), items(server, TABLE));
            let holds_alike = {
                let (mut own, mut theirs) = held.clone();
                sort(&mut own);
                sort(&mut theirs);
                own == theirs
            };
            if own == theirs && holds_alike {
                continue;
            }
            if own == theirs {
                return Err(format!(
                    "{create}\n{} {}\nleaves {:?}\nand not {:?}",
                    call.action, call.body, held.0, held.1
                ));
            }
            match known::explained(call, &own, &theirs) {
                Some(row) => *self.explained.entry(row).or_default() += 1,
                None => self.differ(&format!("{create}\n{} {}", call.action, call.body), &own, &theirs)?,
            }
            if !holds_alike {
                return Ok(());
            }
        }
        Ok(())
    }

    fn differ(&mut self, call: &str, own: &Value, theirs: &Value) -> Result<(), String> {
        let told = format!("{call}\nours: {own}\ndynoxide: {theirs}");
        let Some(survey) = &mut self.survey else { return Err(told) };
        let kind = |answer: &Value| match answer.get("message") {
            Some(message) => message.to_string(),
            None => {
                let n = |a: &Value| a.get("items").and_then(Value::as_array).map_or(0, Vec::len);
                format!(
                    "an answer of {} {}",
                    n(answer),
                    call.lines().last().unwrap_or("").chars().take(700).collect::<String>()
                )
            }
        };
        survey.entry(format!("{} | {}", kind(own), kind(theirs))).or_insert((0, told)).0 += 1;
        Ok(())
    }
}

#[test]
#[ignore = "needs dynoxide to compare with; see the head of the file"]
fn statements_are_answered_alike() {
    let Some(server) = Server::named_by("DYNOXIDE_ENDPOINT") else {
        println!("nothing to compare with: only dynoxide knows PartiQL");
        return;
    };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = number("DIFFERENTIAL_SEED").unwrap_or(7);
    let mut runner = runner(seed, 300);
    let survey = std::env::var("DIFFERENTIAL_SURVEY").ok().map(|_| BTreeMap::new());
    let state = RefCell::new((Tally { survey, ..Tally::default() }, server));
    let result = runner.run(&case(), |case| {
        let (tally, server) = &mut *state.borrow_mut();
        tally.run(server, &case).map_err(TestCaseError::fail)
    });
    let (Tally { calls, succeeded, refused, explained, survey }, _) = state.into_inner();
    println!("{calls} calls\nsucceeded: {succeeded:?}\nrefused: {refused:?}");
    for (row, count) in &explained {
        println!("{count} explained: {row}");
    }
    for (kind, (count, told)) in survey.iter().flatten() {
        println!("{count} x {kind}\n{told}\n");
    }
    if let Err(TestError::Fail(reason, _)) = &result {
        panic!("{reason}");
    }
    result.unwrap();
    assert!(survey.is_none_or(|survey| survey.is_empty()), "there are differences that nothing explains");
}
