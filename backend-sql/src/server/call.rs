//! From a request to its answer: what is asked for, by whom, and whether this is a call of the service at all.
//!
//! The order of what can be wrong is the service's: the method, the form, the action, the signature, the input.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Body;

use super::answer::{self, Answer, RequestIds};
use super::body::{Bodies, BodyError, Encoding};
use super::connection::{Phase, Watch};
use super::limits::Limits;
use super::options::Settings;
use super::signature::{self, SignatureFault, Verifier};
use crate::{JsonAnswer, SqlBackend};

const TARGET: &str = "x-amz-target";
const TARGET_PREFIX: &str = "DynamoDB_20120810.";
const STREAMS_TARGET_PREFIX: &str = "DynamoDBStreams_20120810.";

/// What the connections of a server share.
#[derive(Debug)]
pub(super) struct Service {
    backend: SqlBackend,
    settings: Settings,
    /// Where only calls of certain credentials are answered.
    verifier: Option<Verifier>,
    bodies: Bodies,
    request_ids: RequestIds,
}

impl Service {
    pub(super) fn new(backend: SqlBackend, settings: Settings, limits: &Limits) -> Self {
        let verifier = settings.credentials.clone().map(Verifier::new);
        Self { backend, settings, verifier, bodies: Bodies::new(limits), request_ids: RequestIds::new() }
    }
}

/// Answers a request, whatever it is.
pub(super) async fn answer<B: Body<Data = Bytes>>(
    service: &Service,
    watch: &Watch,
    request: Request<B>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let answer = match parts.method {
        Method::OPTIONS => Answer::preflight(&parts.headers),
        Method::GET | Method::HEAD if parts.uri.path() == "/" => health(&parts.headers),
        Method::POST => post(service, watch, &parts, body).await,
        _ => Answer::not_an_operation(),
    };
    watch.enter(Phase::Idle);
    Ok(answer.finish(&parts.headers, service.request_ids.next()))
}

/// As the service's load balancer asks for it.
fn health(headers: &HeaderMap) -> Answer {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    Answer::text(StatusCode::OK, format!("healthy: {host} "))
}

async fn post<B: Body<Data = Bytes>>(service: &Service, watch: &Watch, parts: &Parts, body: B) -> Answer {
    if !is_json(&parts.headers) {
        return Answer::not_an_operation();
    }
    let read = async {
        let encoding = Encoding::of(&parts.headers)?;
        let (body, room) = service.bodies.read(encoding, body, || watch.enter(Phase::Body)).await?;
        Ok((encoding, body, room))
    };
    let answered = match read.await {
        Ok((encoding, body, _room)) => {
            watch.enter(Phase::Answering);
            call(service, parts, encoding, body)
        }
        Err(error) => Err(error),
    };
    answered.unwrap_or_else(|error| match error {
        BodyError::TooLarge => Answer::text(StatusCode::PAYLOAD_TOO_LARGE, String::new()).closing(),
        BodyError::Encoding => Answer::error(400, "SerializationException", None),
        BodyError::Broken => Answer::text(StatusCode::BAD_REQUEST, String::new()).closing(),
    })
}

/// Carries a call out whose body has come in.
fn call(service: &Service, parts: &Parts, encoding: Encoding, body: Bytes) -> Result<Answer, BodyError> {
    let Some(action) = action(&parts.headers) else {
        return Ok(Answer::error(400, "UnknownOperationException", None));
    };
    let now = service.settings.clock.now();
    let signed = match &service.verifier {
        None => signature::presented(parts),
        Some(verifier) => verifier.check(parts, &body, now),
    };
    if let Err(SignatureFault { code, message }) = signed {
        return Ok(Answer::error(400, code, Some(&message)));
    }
    let body = service.bodies.decoded(encoding, body)?;
    // No call is known to panic; one that does takes neither the server nor its connection along.
    let answered = catch_unwind(AssertUnwindSafe(|| service.backend.answer_json(action, &body, now)));
    Ok(match answered {
        Ok(JsonAnswer { status, body }) => Answer::json(status, body),
        Err(_panic) => {
            let message = "the call ended by a fault of the server, which is told on its standard error";
            Answer::error(500, "InternalServerError", Some(message))
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return false };
    let kind = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    // The service knows the first one alone; who tries it by hand gives the second one.
    kind == answer::CONTENT_TYPE_JSON.as_bytes() || kind == b"application/json"
}

/// The action's name, of the service that knows it.
fn action(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get(TARGET)?.to_str().ok()?;
    match target.strip_prefix(TARGET_PREFIX) {
        Some(action) => (!is_of_streams(action)).then_some(action),
        None => target.strip_prefix(STREAMS_TARGET_PREFIX).filter(|action| is_of_streams(action)),
    }
}

fn is_of_streams(action: &str) -> bool {
    matches!(action, "DescribeStream" | "GetRecords" | "GetShardIterator" | "ListStreams")
}
