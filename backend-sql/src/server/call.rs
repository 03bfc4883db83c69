//! From a request to its answer: what is asked for, by whom, and whether this is a call of the service at all.
//!
//! The order of what can be wrong is the service's: the method, the form, the action, the signature, the input.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Body;

use super::answer::{self, Answer, RequestIds};
use super::body::{Bodies, BodyError, Encoding};
use super::connection::{Phase, Watch};
use super::exchange::{self, Exchange};
use super::large_answers::LargeAnswers;
use super::limits::Limits;
use super::options::Settings;
use super::signature::{self, SignatureFault, Verifier};
use crate::{JsonAnswer, SqlBackend, wire};

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
    large_answers: Arc<LargeAnswers>,
    request_ids: RequestIds,
}

impl Service {
    pub(super) fn new(backend: SqlBackend, settings: Settings, limits: &Limits) -> Self {
        let verifier = settings.credentials.clone().map(Verifier::new);
        Self {
            backend,
            settings,
            verifier,
            bodies: Bodies::new(limits),
            large_answers: Arc::new(LargeAnswers::new(limits.answers_bytes)),
            request_ids: RequestIds::new(),
        }
    }
}

/// Answers a request, whatever it is.
pub(super) async fn answer<B: Body<Data = Bytes>>(
    service: &Arc<Service>,
    watch: &Arc<Watch>,
    client: SocketAddr,
    request: Request<B>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let began = service.settings.log.is_some().then(Instant::now);
    let (parts, body) = request.into_parts();
    let answer = match parts.method {
        Method::OPTIONS => Answer::preflight(&parts.headers),
        // The path is nobody's concern.
        Method::GET | Method::HEAD => health(&parts.headers),
        Method::POST => post(service, watch, &parts, body).await,
        _ => Answer::not_an_operation(),
    };
    watch.enter(Phase::Idle);
    let id = service.request_ids.next();
    let code = began.and_then(|_| exchange::code(answer.body())).map(str::to_owned);
    let response = answer.finish(&parts.headers, &id, |body| service.large_answers.hold(body, watch));
    if let (Some(log), Some(began)) = (&service.settings.log, began) {
        log(&Exchange {
            time: service.settings.clock.now(),
            client,
            method: parts.method.as_str(),
            action: action(&parts.headers).unwrap_or(parts.uri.path()),
            status: response.status().as_u16(),
            error: code.as_deref(),
            duration: began.elapsed(),
            answer_bytes: response.body().size_hint().exact().map_or(0, |size| size as usize),
            request_id: id.to_str().unwrap_or_default(),
        });
    }
    Ok(response)
}

/// As the service's load balancer asks for it.
fn health(headers: &HeaderMap) -> Answer {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    Answer::text(StatusCode::OK, format!("healthy: {host} "))
}

async fn post<B>(service: &Arc<Service>, watch: &Watch, parts: &Parts, body: B) -> Answer
where
    B: Body<Data = Bytes>,
{
    if !is_json(&parts.headers) {
        return Answer::not_an_operation();
    }
    match read_and_call(service, watch, parts, body).await {
        Ok(answer) => answer,
        Err(BodyError::TooLarge) => {
            watch.hear_out();
            Answer::text(StatusCode::PAYLOAD_TOO_LARGE, String::new()).closing()
        }
        Err(BodyError::Encoding) => Answer::error(400, "SerializationException", None),
        Err(BodyError::Broken) => Answer::text(StatusCode::BAD_REQUEST, String::new()).closing(),
    }
}

async fn read_and_call<B>(
    service: &Arc<Service>,
    watch: &Watch,
    parts: &Parts,
    body: B,
) -> Result<Answer, BodyError>
where
    B: Body<Data = Bytes>,
{
    let encoding = Encoding::of(&parts.headers)?;
    let (body, _room) = service.bodies.read(body, watch).await?;
    watch.enter(Phase::Answering);
    let Some(action) = action(&parts.headers) else {
        return Ok(Answer::error(400, "UnknownOperationException", None));
    };
    let now = service.settings.clock.now();
    let signed = match &service.verifier {
        None => signature::presented(parts),
        Some(verifier) => verifier.check(parts, &body, now),
    };
    if let Err(SignatureFault { code, message }) = signed {
        // What is no action is told first, whoever asks.
        if !wire::knows(action) {
            return Ok(Answer::error(400, "UnknownOperationException", None));
        }
        return Ok(Answer::error(400, code, Some(&message)));
    }
    let (body, _permit) = service.bodies.decoded(encoding, body).await?;
    let answered = if service.backend.is_on_file() {
        let (service, action) = (Arc::clone(service), action.to_owned());
        tokio::task::spawn_blocking(move || service.backend.answer_json(&action, &body, now)).await.ok()
    } else {
        // No call is known to panic; one that does takes neither the server nor its connection along.
        catch_unwind(AssertUnwindSafe(|| service.backend.answer_json(action, &body, now))).ok()
    };
    Ok(match answered {
        Some(JsonAnswer { status, body }) => Answer::json(status, body),
        None => {
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
