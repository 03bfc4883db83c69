//! Answers of any kind to calls of any kind: every run ends, and nothing panics.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::*;
use support::*;

fn plan() -> Solvent {
    let mut plan = Solvent::new().deadline(Duration::from_secs(100));
    plan.add(Note { id: "a".into(), text: "t".into(), count: 1 }.put());
    plan.add(Note { id: "b".into(), text: "t".into(), count: 1 }.put());
    plan.add(Note::get("a").consistent());
    plan.add(Note::get("b"));
    plan.add(Note::get("c"));
    plan.add(Note::delete("c"));
    plan.add(Note::update("a").add(Note::COUNT, 1).set(Note::TEXT, "x"));
    plan.add(Note::get(""));
    plan.add(Visit { user: "u".into(), time: 1, seen: 1 }.put());
    plan.add(Visit { user: "u".into(), time: 2, seen: 1 }.put());
    plan.add(Visit::update(("u", 1)).add(Visit::SEEN, 1));
    plan.add(Visit::delete(("u", 2)));
    plan.add(Visit::query("u").between(0, 5).limit(3));
    plan.add(Visit::scan().segments(2));
    plan.add(Note::create());
    plan.add(Note::describe());
    plan.add(Note::delete_table());
    plan.add(UserCount::ensure().with_table(&with_index()));
    plan.add(UserCount::wait_until_active());
    plan.add(with_index().update_table().create_index("by_count").delete_index("old").capacity(1, 1));
    plan.add(with_index().enable_time_to_live());
    plan.add(UserCount::tags());
    plan.add(UserCount::tag([("a", "b")]));
    plan.add(UserCount::wait_until_gone());
    plan.add(dynochemy_core::operation::ListTables::new());
    plan
}

/// The table of counts, with an index and time to live.
fn with_index() -> UntypedTable {
    let count = [KeyAttribute { name: "count".into(), kind: ScalarType::N }];
    let index = IndexDescription {
        name: "by_count".into(),
        kind: IndexKind::Global,
        hash: count.to_vec().into(),
        range: Vec::new().into(),
        projection: IndexProjection::All,
        read_capacity: None,
        write_capacity: None,
    };
    UntypedTable::new(Description {
        indexes: vec![index].into(),
        time_to_live: Some("expires".into()),
        ..UserCount::DESCRIPTION.clone()
    })
}

/// A table in any state, with any indexes.
fn any_table(choices: &mut Choices) -> TableDescription {
    let states = [TableStatus::Active, TableStatus::Updating, TableStatus::Creating, TableStatus::Deleting];
    let keys = [&Note::DESCRIPTION.keys, &UserCount::DESCRIPTION.keys][choices.below(2) as usize];
    let mut table = TableDescription {
        table_status: states[choices.below(2) as usize * choices.below(4) as usize].clone(),
        table_arn: choices.percent(80).then(|| "arn".to_owned()),
        ..TableDescription::default()
    };
    if choices.percent(80) {
        table.key_schema = KeySchemaElement::of(keys);
        table.attribute_definitions = AttributeDefinition::of(keys);
    }
    for name in ["by_count", "old"] {
        if choices.percent(50) {
            let index_status =
                [IndexStatus::Active, IndexStatus::Creating][choices.below(2) as usize].clone();
            let index_name = name.to_owned();
            let backfilling = choices.percent(20).then_some(true);
            table.global_secondary_indexes.push(GlobalSecondaryIndexDescription {
                index_name,
                index_status,
                backfilling,
                ..Default::default()
            });
        }
    }
    table
}

fn any_answer(choices: &mut Choices, request: &Request) -> Result<Response, CallError> {
    let item = |choices: &mut Choices| {
        let texts = [
            r#"{"id":{"S":"a"},"text":{"S":"x"},"count":{"N":"1"}}"#,
            r#"{"id":{"S":"b"}}"#,
            r#"{"user":{"S":"u"},"time":{"N":"1"},"seen":{"N":"1"},"dy_v":{"S":"x"}}"#,
            r#"{"user":{"S":"u"},"time":{"N":"2.0"},"seen":{"N":"99999999999999999999999999"},"dy_v":{"N":"1"}}"#,
            r#"{"user":{"N":"1"},"time":{"N":"1"}}"#,
            r#"{}"#,
            r#"{"user":{"S":""},"time":{"N":"1"}}"#,
        ];
        Item::from_json(texts[choices.below(texts.len() as u64) as usize]).unwrap()
    };
    let items = |choices: &mut Choices| -> Items { (0..choices.below(4)).map(|_| item(choices)).collect() };
    let name = |choices: &mut Choices| {
        ["notes", "visits", "visits_per_user", ""][choices.below(4) as usize].to_owned()
    };
    let cursor = |choices: &mut Choices| if choices.percent(30) { Some(item(choices)) } else { None };
    let mut pick = choices.below(20);
    if choices.percent(60) {
        pick = match request {
            Request::GetItem(_) => 0,
            Request::BatchGetItem(_) => 1,
            Request::BatchWriteItem(_) => 2,
            Request::Query(_) => 3,
            Request::Scan(_) => 4,
            Request::TransactWriteItems(_) => 5,
            Request::DescribeTable(_) => 6,
            Request::CreateTable(_) => 7,
            Request::DeleteTable(_) => 8,
            Request::UpdateItem(_) => 9,
            Request::UpdateTable(_) => 14,
            Request::DescribeTimeToLive(_) => 15,
            Request::UpdateTimeToLive(_) => 16,
            Request::ListTables(_) => 17,
            Request::ListTagsOfResource(_) => 18,
            Request::TagResource(_) => 19,
            _ => 10,
        };
    }
    Ok(match pick {
        0 => Response::GetItem(GetItemOutput { item: cursor(choices), ..Default::default() }),
        1 => {
            let mut output = BatchGetItemOutput::default();
            for _ in 0..choices.below(3) {
                output.responses.insert(name(choices), items(choices));
            }
            if let Request::BatchGetItem(batch) = request
                && choices.percent(40)
            {
                {
                    output.unprocessed_keys = batch.request_items.clone();
                    if choices.percent(30) {
                        let key = batch.request_items.values().next().unwrap().keys[0].clone();
                        output.unprocessed_keys.entry("other".into()).or_default().keys.push(key);
                    }
                }
            }
            Response::BatchGetItem(output)
        }
        2 => {
            let mut output = BatchWriteItemOutput::default();
            if choices.percent(50) {
                output.unprocessed_items.insert(
                    name(choices),
                    (0..choices.below(3)).map(|_| WriteRequest::PutRequest { item: item(choices) }).collect(),
                );
            }
            Response::BatchWriteItem(output)
        }
        3 => Response::Query(QueryOutput {
            items: items(choices),
            last_evaluated_key: cursor(choices),
            ..Default::default()
        }),
        4 => Response::Scan(ScanOutput {
            items: items(choices),
            last_evaluated_key: cursor(choices),
            ..Default::default()
        }),
        5 => Response::TransactWriteItems(TransactWriteItemsOutput::default()),
        6 => DescribeTableOutput { table: any_table(choices) }.into(),
        7 => CreateTableOutput { table_description: any_table(choices) }.into(),
        8 => DeleteTableOutput { table_description: any_table(choices) }.into(),
        14 => UpdateTableOutput { table_description: any_table(choices) }.into(),
        15 => {
            let states = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Disabling, TimeToLiveStatus::Disabled];
            let time_to_live_description = TimeToLiveDescription {
                time_to_live_status: Some(states[choices.below(3) as usize].clone()),
                attribute_name: choices.percent(50).then(|| "expires".to_owned()),
            };
            DescribeTimeToLiveOutput { time_to_live_description }.into()
        }
        16 => UpdateTimeToLiveOutput::default().into(),
        17 => {
            let last_evaluated_table_name = choices.percent(60).then(|| name(choices));
            ListTablesOutput { table_names: vec![name(choices)], last_evaluated_table_name }.into()
        }
        18 => {
            let next_token = choices.percent(90).then(|| "more".to_owned());
            ListTagsOfResourceOutput { tags: vec![Tag::new("a", "b")], next_token }.into()
        }
        19 => TagResourceOutput {}.into(),
        9 => Response::UpdateItem(UpdateItemOutput::default()),
        10 => Response::PutItem(PutItemOutput::default()),
        11 => return Err(CallError::Unknown { rejection: None, problem: "x".into() }),
        12 => {
            let codes = [
                "ThrottlingException",
                "ValidationException",
                "TransactionCanceledException",
                "ResourceNotFoundException",
                "IdempotentParameterMismatchException",
                "ResourceInUseException",
                "LimitExceededException",
                "",
            ];
            let mut rejection = Rejection::new(codes[choices.below(8) as usize], "");
            for _ in 0..choices.below(4) {
                rejection.cancellation_reasons.push(CancellationReason {
                    code: ["None", "ConditionalCheckFailed", "ValidationError", "x", "TransactionConflict"]
                        [choices.below(5) as usize]
                        .into(),
                    ..Default::default()
                });
            }
            return Err(CallError::Refused(Box::new(rejection)));
        }
        _ => return Err(CallError::NotSent { problem: "x".into() }),
    })
}

fn run_any(plan: Solvent, seed: u64) -> Result<(), String> {
    let mut choices = Choices::new(seed);
    let client = client(|settings| {
        settings.calls_under_way = 1 + (seed % 4) as usize;
        settings.attempts = 1 + (seed % 3) as u32;
        settings.table_timeout = Duration::from_secs(20);
        if seed.is_multiple_of(5) {
            settings.attempt_timeout = Duration::from_nanos(1)
        }
        if seed.is_multiple_of(7) {
            settings.transaction_actions = 1 + (seed % 4) as usize
        }
        if seed.is_multiple_of(11) {
            settings.backoff_base = Duration::MAX;
            settings.backoff_cap = Duration::MAX
        }
    });
    let mut now = START;
    let length = plan.len();
    let Ok((mut run, _)) = client.start(plan, now) else { return Ok(()) };
    let mut pending: Vec<Call> = Vec::new();
    for _ in 0..20_000 {
        match run.poll(now) {
            Step::Send(call) => pending.push(call),
            Step::Deliver(_) => return Err("delivered".into()),
            Step::Wait { until } => {
                pending.retain(|call| call.expires > now);
                if pending.is_empty() {
                    let Some(until) = until else { return Err("a wait for nothing".into()) };
                    if until < now {
                        return Err("a wait for the past".into());
                    }
                    now = until;
                } else {
                    let call = pending.swap_remove(choices.below(pending.len() as u64) as usize);
                    run.complete(call.id, any_answer(&mut choices, &call.request), now);
                }
            }
            Step::Done => {
                let outcome = run.finish();
                for index in 0..length as u32 {
                    if outcome.result(index).is_none() {
                        return Err("unsettled".into());
                    }
                }
                let json = serde_json::to_string(&outcome).map_err(|e| e.to_string())?;
                serde_json::from_str::<Outcome>(&json)
                    .map_err(|e| format!("outcome does not come back: {e}"))?;
                return Ok(());
            }
        }
    }
    Err("does not end".into())
}

#[test]
fn whatever_a_server_answers_every_run_ends_and_its_outcome_can_be_saved() {
    for seed in 0..1500 {
        if let Err(problem) = run_any(plan(), seed) {
            panic!("seed {seed}: {problem}");
        }
    }
}
