//! Calls of the API as operations: administration, PartiQL, Streams, raw calls.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;

use dynochemy_core::api::*;
use dynochemy_core::operation::{Statement, StatementAnswers};
use dynochemy_core::*;
use support::*;

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

/// Runs a plan, in which every table is `prefix-..`, and tells its requests and its answer.
fn run<P: Plan>(
    plan: P,
    mut answer: impl FnMut(usize, &Request) -> Result<Response, CallError>,
) -> (Vec<Arc<Request>>, Result<P::Output, Error>) {
    let builder = Builder::<Bare>::new().table::<Note>().table::<Visit>().view(VisitsPerUser);
    let client = builder.table_prefix("prefix-").build().unwrap().0;
    let mut now = START;
    let (mut run, finish) = client.start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        answer(count - 1, request)
    });
    (requests, finish(run.finish()))
}

fn item(json: &str) -> Item {
    Item::from_json(json.to_owned()).unwrap()
}

fn page(users: &[&str], next_token: Option<&str>) -> Response {
    let note =
        |user: &&str| item(&format!(r#"{{"id":{{"S":"{user}"}},"text":{{"S":"t"}},"count":{{"N":"0"}}}}"#));
    let output = ExecuteStatementOutput {
        items: users.iter().map(note).collect(),
        next_token: next_token.map(str::to_owned),
        ..ExecuteStatementOutput::default()
    };
    output.into()
}

#[test]
fn an_input_is_an_operation_whose_answer_is_its_output() {
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/visits".to_owned();
    let list = ListTagsOfResourceInput { resource_arn: arn, next_token: None };
    let output = ListTagsOfResourceOutput { tags: vec![Tag::new("a", "b")], next_token: None };
    let (requests, found) = run(list.clone(), |_, _| Ok(output.clone().into()));
    assert_eq!(found.unwrap(), output);
    assert_eq!(*requests[0], list.into());

    let (_, found) = run(ListTablesInput::default(), |_, _| Ok(TagResourceOutput {}.into()));
    let error = found.unwrap_err().to_string();
    assert!(error.contains("ListTables") && error.contains("another action"), "{error}");
}

#[test]
fn a_raw_call_is_sent_again_after_a_lost_answer_only_if_it_reads() {
    let answer = |count: usize, _: &Request| match count {
        0 => Err(lost()),
        _ => Ok(RawOutput { body: "{}".to_owned() }.into()),
    };
    let (requests, found) = run(RawInput::reading("DescribeLimits", "{}"), answer);
    assert_eq!((requests.len(), found.unwrap().body.as_str()), (2, "{}"));
    let (requests, found) = run(RawInput::new("CreateBackup", "{}"), answer);
    let error = found.unwrap_err();
    assert_eq!((requests.len(), error.effect()), (1, Effect::Unknown));
    assert!(error.to_string().contains("CreateBackup"), "{error}");
    for (body, problem) in [("", "no JSON"), ("{", "no JSON"), ("[]", "no JSON object"), ("{} {}", "no JSON")]
    {
        let (requests, found) = run(RawInput::new("CreateBackup", body), answer);
        let error = found.unwrap_err();
        assert_eq!((requests.len(), error.effect()), (0, Effect::NotApplied));
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[test]
fn a_statement_answers_the_items_of_all_its_pages() {
    let statement = || Statement::new("SELECT * FROM notes WHERE text = ?").parameter("t").consistent();
    let answer = |count: usize, _: &Request| match count {
        0 => Ok(page(&["a", "b"], Some("1"))),
        1 => Err(lost()),
        2 => Ok(page(&[], Some("2"))),
        _ => Ok(page(&["c"], None)),
    };
    let (requests, found) = run(statement().items::<Note>().page_size(2), answer);
    let ids: Vec<String> = found.unwrap().into_iter().map(|note| note.id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let inputs: Vec<&ExecuteStatementInput> = requests
        .iter()
        .map(|request| match &**request {
            Request::ExecuteStatement(input) => input,
            other => panic!("{other:?}"),
        })
        .collect();
    let tokens: Vec<_> = inputs.iter().map(|input| input.next_token.as_deref()).collect();
    assert_eq!(tokens, [None, Some("1"), Some("1"), Some("2")]);
    assert!(inputs.iter().all(|input| input.limit == Some(2) && input.consistent_read == Some(true)));
    assert_eq!(inputs[0].parameters, [AttributeValue::from("t")]);

    let (requests, found) = run(statement().items::<Note>().limit(1), answer);
    assert_eq!((requests.len(), found.unwrap().len()), (1, 1));
    let (requests, found) = run(statement().items::<Note>().limit(3), answer);
    assert_eq!((requests.len(), found.unwrap().len()), (4, 3));
    let (_, found) = run(statement().items::<Note>(), |_, _| Ok(page(&["a"], Some("1"))));
    assert!(found.unwrap_err().to_string().contains("there would be no end of pages"));
    // Nor do pages end whose tokens come in turns.
    let (requests, found) = run(statement().items::<Note>(), |count, _| {
        assert!(count < 100, "pages without end");
        Ok(page(&["a"], Some(["1", "2", "3"][count % 3])))
    });
    assert!(found.unwrap_err().to_string().contains("there would be no end of pages"));
    assert!(requests.len() < 10, "{}", requests.len());
    let (requests, found) = run(statement(), answer);
    assert!(found.unwrap_err().to_string().contains("take them by `.items::<T>()`"));
    assert!(requests.is_empty());
}

#[test]
fn a_statement_that_writes_is_sent_once() {
    let write = || Statement::new("UPDATE notes SET text = ? WHERE id = 'a'").parameter("t");
    let (requests, found) = run(write(), |_, _| Ok(page(&[], None)));
    found.unwrap();
    assert_eq!(requests.len(), 1);
    let (requests, found) = run(write(), |_, _| Err(lost()));
    assert_eq!((requests.len(), found.unwrap_err().effect()), (1, Effect::Unknown));
    let returning = Statement::new("DELETE FROM notes WHERE id = 'a' RETURNING ALL OLD *").items::<Note>();
    let (_, found) = run(returning.clone(), |_, _| Ok(page(&["a"], None)));
    assert_eq!(found.unwrap().len(), 1);
    let (requests, _) = run(returning, |_, _| Err(lost()));
    assert_eq!(requests.len(), 1);
}

#[test]
fn what_would_go_past_the_views_is_refused() {
    let refused = |found: Result<(), Error>| {
        let error = found.unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied);
        assert!(matches!(&error, Error::View { view, .. } if view == "visits-per-user"), "{error}");
    };
    let never = |_: usize, request: &Request| -> Result<Response, CallError> { panic!("{request:?}") };
    for text in [
        r#"INSERT INTO "prefix-visits" VALUE {'user': 'a', 'time': 1}"#,
        r#"DELETE FROM "prefix-visits_per_user" WHERE "user" = 'a'"#,
        "MERGE INTO everything",
    ] {
        refused(run(Statement::new(text), never).1);
        refused(run(Statement::new(text).items::<Note>(), never).1.map(drop));
        refused(run(Statement::batch::<Note>([Statement::new(text)]), never).1.map(drop));
        refused(run(Statement::transaction::<Note>([Statement::new(text)]), never).1.map(drop));
    }
    refused(run(RawInput::new("BatchWriteItem", "{}"), never).1.map(drop));
    // The service's names are other ones than the program's.
    for text in ["INSERT INTO visits VALUE {'user': 'a'}", r#"INSERT INTO "prefix-notes" VALUE {'id': 'a'}"#]
    {
        run(Statement::new(text), |_, _| Ok(page(&[], None))).1.unwrap();
    }
}

#[test]
fn a_batch_of_statements_tells_what_became_of_each() {
    let batch = Statement::batch::<Note>([
        Statement::new("SELECT * FROM notes WHERE id = ?").parameter("a"),
        Statement::new("SELECT * FROM notes WHERE id = ?").parameter("b"),
        Statement::new("SELECT * FROM notes WHERE id = ?").parameter("c"),
    ]);
    let failed = BatchStatementError { code: BatchStatementErrorCode::ThrottlingError, ..Default::default() };
    let output = BatchExecuteStatementOutput {
        responses: vec![
            BatchStatementResponse {
                item: Some(item(r#"{"id":{"S":"a"},"text":{"S":"t"},"count":{"N":"0"}}"#)),
                ..Default::default()
            },
            BatchStatementResponse { error: Some(failed.clone()), ..Default::default() },
            BatchStatementResponse::default(),
        ],
        ..Default::default()
    };
    let (_, found) = run(batch, |_, _| Ok(output.clone().into()));
    let StatementAnswers(answers) = found.unwrap();
    assert_eq!(answers[0].as_ref().unwrap().as_ref().map(|note| note.id.as_str()), Some("a"));
    assert_eq!(answers[1], Err(failed));
    assert_eq!(answers[2], Ok(None));
}

#[test]
fn a_transaction_of_statements_goes_under_one_token() {
    let insert = |id: &str| Statement::new("INSERT INTO notes VALUE {'id': ?}").parameter(id);
    let transaction = Statement::transaction::<Note>([insert("a"), insert("b")]);
    let (requests, found) = run(transaction, |count, _| match count {
        0 => Err(lost()),
        _ => Ok(ExecuteTransactionOutput::default().into()),
    });
    assert_eq!(found.unwrap(), []);
    let tokens: Vec<_> = requests
        .iter()
        .map(|request| match &**request {
            Request::ExecuteTransaction(input) => input.client_request_token.clone().unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((tokens.len(), tokens[0].len()), (2, 36));
    assert_eq!(tokens[0], tokens[1]);

    let select = |id: &str| Statement::new("SELECT * FROM notes WHERE id = ?").parameter(id);
    let reads = Statement::transaction::<Note>([select("a"), select("b")]);
    let responses = vec![
        ItemResponse { item: Some(item(r#"{"id":{"S":"a"},"text":{"S":"t"},"count":{"N":"0"}}"#)) },
        ItemResponse::default(),
    ];
    let output = ExecuteTransactionOutput { responses, ..Default::default() };
    let (requests, found) = run(reads, |_, _| Ok(output.clone().into()));
    let found: Vec<Option<Note>> = found.unwrap();
    assert_eq!((found[0].as_ref().unwrap().id.as_str(), &found[1]), ("a", &None));
    let Request::ExecuteTransaction(input) = &*requests[0] else { panic!() };
    assert_eq!(input.client_request_token, None);
}

#[test]
fn statements_keep_their_place_in_a_plan() {
    let mut solvent = Solvent::new();
    solvent.add(Note { id: "a".to_owned(), text: "t".to_owned(), count: 0 }.put());
    let statement = solvent.add(Statement::new("SELECT * FROM notes").items::<Note>());
    let tables = solvent.add(ListTablesInput::default());
    solvent.add(Note::get("b"));
    let (requests, outcome) = run(solvent, |_, request| {
        Ok(match request {
            Request::PutItem(_) => PutItemOutput::default().into(),
            Request::ExecuteStatement(_) => page(&["a"], None),
            Request::ListTables(_) => ListTablesOutput::default().into(),
            Request::GetItem(_) => GetItemOutput::default().into(),
            other => panic!("{other:?}"),
        })
    });
    let mut outcome = outcome.unwrap();
    assert_eq!(outcome.take(statement).unwrap().len(), 1);
    assert_eq!(outcome.take(tables).unwrap(), ListTablesOutput::default());
    let order: Vec<_> =
        requests.iter().map(|request| request.name()).filter(|name| *name != "ListTables").collect();
    assert_eq!(order, ["PutItem", "ExecuteStatement", "GetItem"]);
}

#[test]
fn a_record_is_a_change_of_typed_items() {
    let visit = |seen| Visit { user: "a".to_owned(), time: 1, seen };
    let image = |seen| wire::encode(&visit(seen)).unwrap().item;
    let mut record = Record {
        event_name: OperationType::Modify,
        dynamodb: StreamRecord {
            keys: item(r#"{"user":{"S":"a"},"time":{"N":"1"}}"#),
            old_image: Some(image(1)),
            new_image: Some(image(2)),
            ..StreamRecord::default()
        },
        ..Record::default()
    };
    let change = record.change::<Visit>().unwrap();
    assert_eq!((change.old, change.new), (Some(visit(1)), Some(visit(2))));
    assert_eq!(
        (change.kind, change.key.to_string().as_str()),
        (OperationType::Modify, r#"user = "a", time = 1"#)
    );
    record.dynamodb.new_image = None;
    assert_eq!(record.change::<Visit>().unwrap().new, None);
    record.dynamodb.old_image = Some(item(r#"{"user":{"S":"a"},"time":{"S":"x"}}"#));
    assert!(record.change::<Visit>().unwrap_err().to_string().contains("`time`"));
}
