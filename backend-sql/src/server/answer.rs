//! An answer, and the headers that the service sends with each.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dynochemy_core::json::object;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

pub(super) const CONTENT_TYPE_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

const CHECK_SUM: HeaderName = HeaderName::from_static("x-amz-crc32");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Smaller bodies, in bytes, are sent as they are: they fit into one packet.
const COMPRESSED_FROM: usize = 1024;

/// Bodies from this size on, in bytes, are large ones.
const LARGE_FROM: usize = 64 << 10;

const ANY: HeaderValue = HeaderValue::from_static("*");
/// What scripts of other origins may read of an answer.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,x-amz-crc32,Date",
);
/// In seconds: two days.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("172800");

/// What a request is answered with, before the headers that all answers have.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn new(status: StatusCode, body: Bytes) -> Self {
        Self { status, headers: HeaderMap::new(), body }
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn json(status: u16, body: Bytes) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, body).with(CONTENT_TYPE, CONTENT_TYPE_JSON)
    }

    /// An error of the service's endpoint, and not of an action: `__type`, and a message where it has one.
    pub(super) fn error(status: u16, code: &str, message: Option<&str>) -> Self {
        let mut body = Vec::with_capacity(128);
        object(&mut body, |members| {
            members.text("__type", &format!("com.amazon.coral.service#{code}"));
            if let Some(message) = message {
                members.text("message", message);
            }
        });
        Self::json(status, body.into())
    }

    pub(super) fn text(status: StatusCode, body: String) -> Self {
        Self::new(status, body.into())
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// What is no call of any action's.
    pub(super) fn not_an_operation() -> Self {
        Self::new(StatusCode::NOT_FOUND, Bytes::from_static(b"<UnknownOperationException/>\n"))
    }

    /// To a browser that asks whether a script of another origin may call: every one may, with any headers.
    pub(super) fn preflight(headers: &HeaderMap) -> Self {
        let mut answer = Self::new(StatusCode::OK, Bytes::new()).with(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE);
        let echoed = [
            (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
            (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
        ];
        for (asked, allowed) in echoed {
            // What is no text names no method and no header.
            if let Some(asked) = headers.get(asked).filter(|asked| asked.to_str().is_ok()) {
                answer = answer.with(allowed, asked.clone());
            }
        }
        answer
    }

    /// The last one on its connection, since the rest of the request was not read.
    pub(super) fn closing(self) -> Self {
        self.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// The response to a request with these headers; a large body goes through `hold`, while a small one fits into the
    /// socket's own buffer.
    pub(super) fn finish(
        mut self,
        request: &HeaderMap,
        id: &HeaderValue,
        hold: impl FnOnce(Bytes) -> Bytes,
    ) -> Response<Full<Bytes>> {
        if self.body.len() >= COMPRESSED_FROM && takes_gzip(request) {
            self.body = compressed(&self.body);
            self = self.with(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let Self { status, mut headers, body } = self;
        headers.insert(REQUEST_ID, id.clone());
        // Of what is sent, compressed or not.
        headers.insert(CHECK_SUM, crc32fast::hash(&body).into());
        headers.insert(CONTENT_LENGTH, body.len().into());
        if request.contains_key(ORIGIN) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        let body = if body.len() >= LARGE_FROM { hold(body) } else { body };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

/// Whether gzip is named among the encodings, and not by `q=0`.
fn takes_gzip(request: &HeaderMap) -> bool {
    let named = request
        .get_all(ACCEPT_ENCODING)
        .into_iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    named.into_iter().any(|encoding| {
        let mut parts = encoding.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(b"gzip"));
        is_gzip && !parts.any(|weight| matches!(weight, b"q=0" | b"q=0.0" | b"q=0.00" | b"q=0.000"))
    })
}

fn compressed(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::fast());
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("writing into memory does not fail").into()
}

/// Names for requests, which look as the service's and are different from those of other servers.
#[derive(Debug)]
pub(super) struct RequestIds {
    next: AtomicU64,
    seed: u64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        // Without randomness they are still different from each other.
        Self { next: AtomicU64::new(0), seed: getrandom::u64().unwrap_or_default() }
    }

    /// 52 digits to the base of 32.
    pub(super) fn next(&self) -> HeaderValue {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut id = [b'0'; 52];
        id[48..].copy_from_slice(b"AAJG");
        let mut state = self.seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for chunk in id[..48].chunks_mut(12) {
            state = mixed(state);
            let mut rest = state;
            for digit in chunk {
                *digit = DIGITS[(rest & 31) as usize];
                rest >>= 5;
            }
        }
        HeaderValue::from_bytes(&id).expect("digits and letters are visible ASCII")
    }
}

/// One step of SplitMix64, by which neighbours have nothing in common.
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
