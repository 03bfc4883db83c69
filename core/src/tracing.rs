//! Spans for [`tracing`](https://docs.rs/tracing): one for each run, and within it one for each request, attempts included.
//!
//! They carry OpenTelemetry's names for databases, and through a layer such as `tracing-opentelemetry` become its spans:
//! `otel.name`, `otel.kind` and `otel.status_code` are what such a layer reads. No item, key, condition or statement is
//! in them; tables go by their names in the service.
//!
//! See the semantic conventions for [databases](https://opentelemetry.io/docs/specs/semconv/db/database-spans/) and for
//! [DynamoDB](https://opentelemetry.io/docs/specs/semconv/db/dynamodb/).

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use ::tracing::field::Empty;
use ::tracing::{Span, info_span};

use crate::error::CallError;
use crate::json;
use crate::notice::Progress;
use crate::observer::{Event, EventKind, Observer};
use crate::request::{Request, Response, ServiceName};
use crate::run::{Call, CallId, RunId, Step};
use crate::solvent::Solvent;

/// Makes a span of each run and request of a `Db`: `Db::builder().observer(Tracing::new())`.
///
/// A run's span is a child of the one that is entered where the run is started:
///
/// | field                   | holds                                                   |
/// | ----------------------- | ------------------------------------------------------- |
/// | `dynochemy.operations`  | the plan's operations                                   |
/// | `dynochemy.failed`      | how many of them failed                                 |
/// | `dynochemy.requests`    | the requests that were sent, attempts included          |
/// | `dynochemy.units`       | the capacity units that they consumed                   |
/// | `error.type`            | `operations_failed`, or `abandoned`                     |
///
/// A request's span is a child of its run's. Each attempt has one of its own:
///
/// | field                                           | holds                                                          |
/// | ----------------------------------------------- | -------------------------------------------------------------- |
/// | `db.system.name`                                | `aws.dynamodb`                                                 |
/// | `db.operation.name`                             | the API action                                                 |
/// | `db.collection.name`                            | the table, where it is one                                     |
/// | `db.operation.batch.size`                       | the members of a batch or transaction, where they are several  |
/// | `aws.dynamodb.table_names`                      | the tables, as a JSON array                                    |
/// | `aws.dynamodb.index_name`                       | the index that is read                                         |
/// | `aws.dynamodb.consumed_capacity`                | what the service tells of the cost, as a JSON array            |
/// | `aws.dynamodb.count`, `.scanned_count`          | the items of a page, and those that were read for it           |
/// | `server.address`, `.port`                       | where it goes, unless to a backend                             |
/// | `db.response.status_code`                       | the service's error code                                       |
/// | `error.type`                                    | the same; or `not_sent`, `no_answer`, `abandoned`              |
#[derive(Debug, Default)]
pub struct Tracing {
    server: OnceLock<(String, u16)>,
    runs: Mutex<BTreeMap<RunId, RunSpans>>,
}

/// The spans of a run.
#[derive(Debug)]
struct RunSpans {
    run: Span,
    calls: BTreeMap<CallId, Span>,
}

impl Tracing {
    /// An observer that makes spans.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Observer for Tracing {
    fn attached(&self, host: &str, port: u16) {
        // An observer is of one `Db`.
        let _ = self.server.set((host.to_owned(), port));
    }

    fn observe(&self, event: &Event<'_>) {
        // A panic in a subscriber leaves spans that are still good.
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let EventKind::Started { plan, .. } = event.what {
            runs.insert(event.run, RunSpans { run: run_span(plan), calls: BTreeMap::new() });
            return;
        }
        let Some(spans) = runs.get_mut(&event.run) else { return };
        match &event.what {
            EventKind::Polled { step: Step::Send(call) } => {
                let span = request_span(call, &spans.run);
                // Streams have a host of their own, unless an endpoint was given.
                if let Some((host, port)) = self.server.get()
                    && call.request.action().service() == ServiceName::DynamoDb
                {
                    span.record("server.address", host.as_str());
                    span.record("server.port", u64::from(*port));
                }
                spans.calls.insert(call.id, span);
            }
            EventKind::Completed { call, answer } => {
                // What comes after its run has given it up ends its span all the same.
                if let Some(span) = spans.calls.remove(call) {
                    end_request(&span, answer);
                }
            }
            EventKind::Ended { abandoned, progress } => {
                for span in spans.calls.values() {
                    fail(span, if *abandoned { "abandoned" } else { "no_answer" });
                }
                end_run(&spans.run, *abandoned, progress);
                runs.remove(&event.run);
            }
            _ => {}
        }
    }
}

fn run_span(plan: &Solvent) -> Span {
    info_span!(
        target: "dynochemy",
        "run",
        otel.kind = "internal",
        otel.status_code = Empty,
        dynochemy.operations = plan.len() as u64,
        dynochemy.failed = Empty,
        dynochemy.requests = Empty,
        dynochemy.units = Empty,
        error.type = Empty,
    )
}

fn end_run(span: &Span, abandoned: bool, progress: &Progress) {
    span.record("dynochemy.failed", progress.failed as u64);
    span.record("dynochemy.requests", progress.calls_sent);
    span.record("dynochemy.units", progress.capacity_units);
    if abandoned {
        fail(span, "abandoned");
    } else if progress.failed > 0 {
        fail(span, "operations_failed");
    }
}

fn request_span(call: &Call, run: &Span) -> Span {
    let request = &*call.request;
    let span = info_span!(
        target: "dynochemy",
        parent: run,
        "request",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = "aws.dynamodb",
        db.operation.name = request.name(),
        db.collection.name = Empty,
        db.operation.batch.size = Empty,
        db.response.status_code = Empty,
        aws.dynamodb.table_names = Empty,
        aws.dynamodb.index_name = Empty,
        aws.dynamodb.consumed_capacity = Empty,
        aws.dynamodb.count = Empty,
        aws.dynamodb.scanned_count = Empty,
        server.address = Empty,
        server.port = Empty,
        error.type = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    let tables: Vec<&str> = request.table_names().into_iter().collect();
    match tables[..] {
        [table] => {
            span.record("db.collection.name", table);
            span.record("otel.name", format!("{} {table}", request.name()));
        }
        _ => drop(span.record("otel.name", request.name())),
    }
    if !tables.is_empty() {
        span.record("aws.dynamodb.table_names", json_text(&tables));
    }
    if let Some(size) = request.batch_size().filter(|size| *size > 1) {
        span.record("db.operation.batch.size", size as u64);
    }
    let index = match request {
        Request::Query(query) => query.index_name.as_deref(),
        Request::Scan(scan) => scan.index_name.as_deref(),
        _ => None,
    };
    if let Some(index) = index {
        span.record("aws.dynamodb.index_name", index);
    }
    span
}

fn end_request(span: &Span, answer: &Result<Response, CallError>) {
    if span.is_disabled() {
        return;
    }
    match answer {
        Ok(response) => {
            let consumed = response.consumed_capacity();
            if !consumed.is_empty() {
                // An array of texts, each of which is JSON.
                let each: Vec<String> = consumed.iter().map(json_text).collect();
                span.record("aws.dynamodb.consumed_capacity", json_text(&each));
            }
            let counts = match response {
                Response::Query(page) => Some((page.count, page.scanned_count)),
                Response::Scan(page) => Some((page.count, page.scanned_count)),
                _ => None,
            };
            if let Some((count, scanned)) = counts {
                span.record("aws.dynamodb.count", u64::from(count));
                span.record("aws.dynamodb.scanned_count", u64::from(scanned));
            }
        }
        Err(error) => {
            let code =
                error.rejection().map(|rejection| rejection.code.as_str()).filter(|code| !code.is_empty());
            if let Some(code) = code {
                span.record("db.response.status_code", code);
            }
            fail(
                span,
                match error {
                    CallError::NotSent { .. } => "not_sent",
                    _ => code.unwrap_or("no_answer"),
                },
            );
        }
    }
}

fn fail(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}

fn json_text(value: &impl serde::Serialize) -> String {
    let mut text = Vec::new();
    json::write(&mut text, value);
    String::from_utf8_lossy(&text).into_owned()
}
