//! The codec between request values and signed HTTP messages.
//!
//! [`Codec::encode`] makes the message of a request and [`Codec::decode`] the answer's value; a driver only carries
//! them. Bodies are written and read by hand around the encoded items. Without the feature `sigv4` there are
//! [`write_body`] and [`read_answer`], for servers that ask for no signature.
//!
//! See [DynamoDB low-level API](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html).

mod action;
mod answer;
#[cfg(feature = "sigv4")]
mod endpoint;
mod expression;
mod members;
mod rejection;
#[cfg(feature = "sigv4")]
mod sign;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
#[cfg(feature = "sigv4")]
use http::{HeaderValue, Method, header};

use crate::error::CallError;
use crate::request::{Request, Response};
#[cfg(feature = "sigv4")]
use crate::{
    builder::Configuration,
    error::Error,
    moment::Moment,
    request::{Action, ServiceName},
};
#[cfg(feature = "sigv4")]
use {endpoint::Endpoint, sign::Signer};

/// The `content-type` of requests.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
/// What stands before the action's name in the header `x-amz-target`.
pub const TARGET_PREFIX: &str = "DynamoDB_20120810.";
/// The same for [`ServiceName::Streams`].
pub const STREAMS_TARGET_PREFIX: &str = "DynamoDBStreams_20120810.";

/// Header names of AWS's own, made once.
#[cfg(feature = "sigv4")]
mod names {
    use http::HeaderName;

    pub(super) const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
    pub(super) const DATE: HeaderName = HeaderName::from_static("x-amz-date");
    pub(super) const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
}

/// The host and port of an endpoint, or of a region's own one.
#[cfg(feature = "sigv4")]
pub(crate) fn server(endpoint: Option<&str>, region: Option<&str>) -> Option<(String, u16)> {
    let endpoint = match (endpoint, region) {
        (Some(endpoint), _) => Endpoint::parse(endpoint),
        (None, Some(region)) => Endpoint::of_region(ServiceName::DynamoDb, region),
        (None, None) => return None,
    };
    let uri = endpoint.ok()?.uri;
    let own_port = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    Some((uri.host()?.to_owned(), uri.port_u16().unwrap_or(own_port)))
}

/// Turns requests into signed messages for one endpoint, and answers back into values.
#[cfg(feature = "sigv4")]
pub struct Codec {
    tables: Place,
    /// Where streams are, if elsewhere.
    streams: Option<Place>,
    /// `x-amz-target` of each action, in the order of [`Action::ALL`].
    targets: Vec<HeaderValue>,
}

/// A server, and who signs for it.
#[cfg(feature = "sigv4")]
struct Place {
    endpoint: Endpoint,
    signer: Signer,
}

#[cfg(feature = "sigv4")]
impl Codec {
    /// The codec for a configuration's endpoint (or its region's own), signing with its credentials.
    ///
    /// # Errors
    /// When the region or the credentials are missing, or the endpoint is no `http` or `https` URL.
    pub fn new(configuration: &Configuration) -> Result<Self, Error> {
        Self::of(configuration).map_err(Error::configuration)
    }

    fn of(configuration: &Configuration) -> Result<Self, String> {
        let given = |text: &&str| !text.is_empty();
        let Some(region) = configuration.region.as_deref().filter(given) else {
            let beside_endpoint = match configuration.endpoint {
                Some(_) => {
                    " (signatures name it beside an endpoint too; most servers other than AWS take any)"
                }
                None => "",
            };
            return Err(format!(
                "no region{beside_endpoint}; call `.region(\"eu-west-1\")` on the builder, or set the environment \
                 variable AWS_REGION or AWS_DEFAULT_REGION"
            ));
        };
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(format!("`{region}` is no region; one is called `eu-west-1`"));
        }
        let credentials = configuration.credentials.as_ref().filter(|credentials| {
            given(&credentials.access_key_id.as_str()) && given(&credentials.secret_access_key.as_str())
        });
        let Some(credentials) = credentials else {
            return Err("no credentials; call `.credentials(Credentials::new(access_key_id, secret_access_key))` on \
                        the builder, or set the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
                        (and AWS_SESSION_TOKEN for temporary ones)"
                .to_owned());
        };
        let place = |endpoint: Endpoint| -> Result<Place, String> {
            Ok(Place { signer: Signer::new(&endpoint.host, region, credentials)?, endpoint })
        };
        let (tables, streams) = match &configuration.endpoint {
            // Whoever is asked there answers for both.
            Some(endpoint) => (place(Endpoint::parse(endpoint)?)?, None),
            None => (
                place(Endpoint::of_region(ServiceName::DynamoDb, region)?)?,
                Some(place(Endpoint::of_region(ServiceName::Streams, region)?)?),
            ),
        };
        let target = |action: &Action| target(action.service(), action.name());
        Ok(Self { tables, streams, targets: Action::ALL.iter().map(target).collect::<Result<_, _>>()? })
    }

    /// Where messages go, as they name it.
    #[must_use]
    pub fn endpoint(&self) -> &http::Uri {
        &self.tables.endpoint.uri
    }

    /// The signed message of a request.
    ///
    /// # Errors
    /// [`CallError::NotSent`] where no message can be made of it.
    pub fn encode(&self, request: &Request, now: Moment) -> Result<http::Request<Bytes>, CallError> {
        let action = request.action();
        let raw;
        let target = match request {
            Request::Raw(input) => {
                let unspeakable = |problem| CallError::NotSent { problem };
                raw = target(action.service(), &input.action).map_err(unspeakable)?;
                &raw
            }
            _ => &self.targets[action as usize],
        };
        let Place { endpoint, signer } = match (action.service(), &self.streams) {
            (ServiceName::Streams, Some(streams)) => streams,
            _ => &self.tables,
        };
        let body = write_body(request);
        let signature = signer.sign(target, &body, now);
        let mut message = http::Request::new(body);
        *message.method_mut() = Method::POST;
        *message.uri_mut() = endpoint.uri.clone();
        let headers = message.headers_mut();
        headers.reserve(6);
        headers.insert(header::HOST, endpoint.host.clone());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(names::TARGET, target.clone());
        headers.insert(names::DATE, signature.date);
        if let Some(token) = signature.token {
            headers.insert(names::TOKEN, token);
        }
        headers.insert(header::AUTHORIZATION, signature.authorization);
        Ok(message)
    }

    /// The answer to `request` from the message that came back.
    ///
    /// # Errors
    /// [`CallError::Refused`] for what the service refused; [`CallError::Unknown`] for its own faults (5xx) and for
    /// what cannot be read.
    pub fn decode(&self, request: &Request, response: http::Response<Bytes>) -> Result<Response, CallError> {
        read_answer(request, response)
    }
}

#[cfg(feature = "sigv4")]
impl std::fmt::Debug for Codec {
    /// Leaves the secrets out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codec")
            .field("endpoint", &self.tables.endpoint.uri)
            .field("signer", &self.tables.signer)
            .finish_non_exhaustive()
    }
}

/// `x-amz-target` of an action.
#[cfg(feature = "sigv4")]
fn target(service: ServiceName, action: &str) -> Result<HeaderValue, String> {
    let prefix = match service {
        ServiceName::DynamoDb => TARGET_PREFIX,
        ServiceName::Streams => STREAMS_TARGET_PREFIX,
    };
    let is_name = !action.is_empty() && action.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match HeaderValue::try_from(format!("{prefix}{action}")) {
        Ok(target) if is_name => Ok(target),
        _ => Err(format!("{action:?} is no action's name; one is called `DescribeLimits`")),
    }
}

/// The body of a request's message.
#[must_use]
pub fn write_body(request: &Request) -> Bytes {
    let mut out = Vec::with_capacity(512);
    action::write(&mut out, request);
    out.into()
}

/// The answer to `request` from the message that came back.
///
/// # Errors
/// [`CallError::Refused`] for what was refused (4xx); [`CallError::Unknown`] for all other failures: a server's own
/// faults (5xx), and answers that cannot be read or do not have the checksum that they name.
pub fn read_answer(request: &Request, response: http::Response<Bytes>) -> Result<Response, CallError> {
    let (head, body) = response.into_parts();
    if head.status != StatusCode::OK {
        return Err(rejection::call_error(head.status, &head.headers, body));
    }
    let unreadable = |problem: String| CallError::Unknown {
        rejection: None,
        problem: format!("the answer to {} cannot be read: {problem}", request.name()),
    };
    check(&head.headers, &body).map_err(unreadable)?;
    action::read(request, &body).map_err(|error| unreadable(error.to_string()))
}

/// Compares the body with the checksum of `x-amz-crc32`, where the server sent one.
fn check(headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let Some(header) = headers.get("x-amz-crc32") else { return Ok(()) };
    let found = crc32fast::hash(body);
    match header.to_str().ok().and_then(|text| text.trim().parse::<u32>().ok()) {
        Some(named) if named == found => Ok(()),
        Some(named) => Err(format!(
            "its {} bytes have the checksum {found}, where `x-amz-crc32` says {named}",
            body.len()
        )),
        None => Err(format!("its `x-amz-crc32` is {header:?}, which is no checksum")),
    }
}

#[cfg(test)]
mod tests;
