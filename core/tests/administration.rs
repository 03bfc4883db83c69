//! Creating and deleting tables: waiting for the end, and lost answers.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::*;
use support::*;

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

/// Runs a plan whose calls are answered by `answer`, which is told how many came before.
fn run_with<P: Plan>(
    plan: P,
    mut answer: impl FnMut(usize, &Request) -> Result<Response, CallError>,
) -> (Vec<Arc<Request>>, Outcome) {
    let mut now = START;
    let (mut run, _) = client(|settings| settings.attempts = 4).start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        answer(count - 1, request)
    });
    (requests, run.finish())
}

fn visits_table(status: TableStatus) -> TableDescription {
    TableDescription {
        table_name: "visits".to_owned(),
        table_status: status,
        key_schema: KeySchemaElement::of(&Visit::DESCRIPTION.keys),
        attribute_definitions: AttributeDefinition::of(&Visit::DESCRIPTION.keys),
        ..TableDescription::default()
    }
}

fn not_found<T>() -> Result<T, CallError> {
    Err(CallError::Refused(Box::new(Rejection::new("ResourceNotFoundException", "no such table"))))
}

#[test]
fn creating_waits_until_the_table_is_active_and_deleting_until_it_is_gone() {
    let description = |status| TableDescription {
        table_name: "visits".to_owned(),
        table_status: status,
        key_schema: KeySchemaElement::of(&Visit::DESCRIPTION.keys),
        attribute_definitions: AttributeDefinition::of(&Visit::DESCRIPTION.keys),
        ..TableDescription::default()
    };
    let mut solvent = Solvent::new();
    let ticket = solvent.add(Visit::create());
    let (requests, mut outcome) = run_with(solvent, |count, request| match (count, request) {
        (0, Request::CreateTable(create)) => {
            let expected = ProvisionedThroughput { read_capacity_units: 10, write_capacity_units: 5 };
            assert_eq!(create.provisioned_throughput, Some(expected));
            Ok(Response::CreateTable(Box::new(CreateTableOutput {
                table_description: description(TableStatus::Creating),
            })))
        }
        (1, Request::DescribeTable(_)) => {
            Err(CallError::Refused(Box::new(Rejection::new("ResourceNotFoundException", "not yet"))))
        }
        (2, Request::DescribeTable(_)) => Ok(Response::DescribeTable(Box::new(DescribeTableOutput {
            table: description(TableStatus::Active),
        }))),
        other => panic!("{other:?}"),
    });
    assert_eq!(requests.len(), 3);
    assert_eq!(outcome.report().elapsed, Duration::from_secs(1));
    let created: TableDescription = outcome.take(ticket).unwrap();
    assert_eq!(created.table_status, TableStatus::Active);

    let (requests, outcome) = run_with(Visit::delete_table(), |count, _| match count {
        0 => Err(lost()),
        1 => Ok(Response::DescribeTable(Box::new(DescribeTableOutput {
            table: description(TableStatus::Deleting),
        }))),
        _ => Err(CallError::Refused(Box::new(Rejection::new("ResourceNotFoundException", "gone")))),
    });
    assert_eq!((requests.len(), outcome.is_complete()), (3, true));

    let (_, outcome) = run_with(Visit::create(), |_, _| {
        Ok(Response::DescribeTable(Box::new(DescribeTableOutput {
            table: description(TableStatus::Creating),
        })))
    });
    assert!(outcome.errors().next().unwrap().1.to_string().contains("another action"));
}

#[test]
fn once_the_service_has_begun_with_a_table_no_later_failure_says_otherwise() {
    let began = || {
        let table_description = visits_table(TableStatus::Creating);
        Ok(Response::CreateTable(Box::new(CreateTableOutput { table_description })))
    };
    let refused = CallError::Refused(Box::new(Rejection::new("AccessDeniedException", "not you")));
    for failure in [CallError::NotSent { problem: "gone".to_owned() }, refused] {
        let (_, outcome) =
            run_with(Visit::create(), |count, _| if count == 0 { began() } else { Err(failure.clone()) });
        assert_eq!(outcome.errors().next().unwrap().1.effect(), Effect::Unknown);
    }
    let mut solvent = Solvent::new().deadline(Duration::from_secs(3));
    solvent.add(Visit::create());
    let (_, outcome) = run_with(solvent, |count, _| {
        let table = visits_table(TableStatus::Creating);
        if count == 0 {
            began()
        } else {
            Ok(Response::DescribeTable(Box::new(DescribeTableOutput { table })))
        }
    });
    assert_eq!(outcome.errors().next().unwrap().1.effect(), Effect::Unknown);
    assert_eq!(outcome.report().elapsed, Duration::from_secs(3));
}

#[test]
fn a_table_whose_creation_or_deletion_was_lost_is_asked_for_again() {
    let (requests, outcome) = run_with(Visit::create(), |count, request| match (count, request) {
        (0, Request::CreateTable(_)) => Err(lost()),
        (1, Request::DescribeTable(_)) => not_found(),
        (2, Request::CreateTable(_)) => {
            let table_description = visits_table(TableStatus::Active);
            Ok(Response::CreateTable(Box::new(CreateTableOutput { table_description })))
        }
        other => panic!("{other:?}"),
    });
    assert_eq!((requests.len(), outcome.is_complete()), (3, true));
    // It had been created after all.
    let in_use = CallError::Refused(Box::new(Rejection::new("ResourceInUseException", "it exists")));
    let (_, outcome) = run_with(Visit::create(), |count, _| match count {
        0 => Err(lost()),
        1 => not_found(),
        2 => Err(in_use.clone()),
        _ => Ok(Response::DescribeTable(Box::new(DescribeTableOutput {
            table: visits_table(TableStatus::Active),
        }))),
    });
    assert!(outcome.is_complete());
    // One of that name that is not what was asked for is no success.
    let mut other_keys = visits_table(TableStatus::Active);
    other_keys.key_schema = KeySchemaElement::of(&Note::DESCRIPTION.keys);
    other_keys.attribute_definitions = AttributeDefinition::of(&Note::DESCRIPTION.keys);
    let (_, outcome) = run_with(Visit::create(), |count, _| match count {
        0 => Err(lost()),
        _ => Ok(Response::DescribeTable(Box::new(DescribeTableOutput { table: other_keys.clone() }))),
    });
    assert!(outcome.errors().next().unwrap().1.to_string().contains("with other keys"));

    let (requests, outcome) = run_with(Visit::delete_table(), |count, request| match (count, request) {
        (0, Request::DeleteTable(_)) => Err(lost()),
        (1, Request::DescribeTable(_)) => Ok(Response::DescribeTable(Box::new(DescribeTableOutput {
            table: visits_table(TableStatus::Active),
        }))),
        (2, Request::DeleteTable(_)) | (_, Request::DescribeTable(_)) => not_found(),
        other => panic!("{other:?}"),
    });
    assert_eq!((requests.len(), outcome.is_complete()), (3, true));
}
