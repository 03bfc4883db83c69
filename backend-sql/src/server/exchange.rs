//! A request and its answer, as a log tells of them.

use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use dynochemy_core::Moment;

/// A request that was answered. Its text form is a line of a log.
///
/// It holds nothing of what was stored or asked for: neither items nor keys, nor credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// When the answer was ready.
    pub time: Moment,
    /// Who asked.
    pub client: SocketAddr,
    /// The HTTP method.
    pub method: &'a str,
    /// The action, or, where the request named none that there could be, the path.
    pub action: &'a str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The service's code of what went wrong, as `ResourceNotFoundException`.
    pub error: Option<&'a str>,
    /// From the request's head to the answer.
    pub duration: Duration,
    /// The length of the answer's body, in bytes, as it is sent.
    pub answer_bytes: usize,
    /// As in the answer's header.
    pub request_id: &'a str,
}

impl fmt::Display for Exchange<'_> {
    /// `2026-11-22T15:10:00.123Z 127.0.0.1:50000 POST GetItem 200 - 0.041ms 614 4KBN..`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, client, method, status, duration, answer_bytes, request_id, .. } = self;
        let error = self.error.unwrap_or("-");
        let millis = duration.as_secs_f64() * 1e3;
        write!(f, "{time} {client} {method:.20} ")?;
        // A client's text may hold what would look as another line or field; all of it stays one word.
        for character in self.action.chars().take(100) {
            f.write_char(if character.is_ascii_graphic() { character } else { '?' })?;
        }
        write!(f, " {status} {error} {millis:.3}ms {answer_bytes} {request_id}")
    }
}

/// The code in an error's body, which is in the service's form.
pub(super) fn code(body: &[u8]) -> Option<&str> {
    let kind = body.strip_prefix(br#"{"__type":""#)?.split(|byte| *byte == b'"').next()?;
    let code = kind.rsplit(|byte| *byte == b'#').next()?;
    std::str::from_utf8(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_one_line_whatever_the_client_sent() {
        let exchange = Exchange {
            time: Moment::from_secs(1_800_000_000),
            client: "127.0.0.1:50000".parse().unwrap(),
            method: "POST",
            action: "Get\nItem \u{1b}[31mé",
            status: 400,
            error: code(br##"{"__type":"com.amazon.coral.service#UnknownOperationException"}"##),
            duration: Duration::from_micros(41),
            answer_bytes: 63,
            request_id: "4KBN",
        };
        assert_eq!(
            exchange.to_string(),
            "2027-01-15T08:00:00.000Z 127.0.0.1:50000 POST Get?Item??[31m? 400 UnknownOperationException 0.041ms 63 4KBN"
        );
    }

    #[test]
    fn a_method_of_any_length_is_cut() {
        let exchange = Exchange {
            time: Moment::EPOCH,
            client: "127.0.0.1:50000".parse().unwrap(),
            method: &"X".repeat(60_000),
            action: "/",
            status: 404,
            error: None,
            duration: Duration::ZERO,
            answer_bytes: 0,
            request_id: "4KBN",
        };
        assert!(exchange.to_string().contains(&format!(" {} / 404", "X".repeat(20))));
    }

    #[test]
    fn what_is_no_error_has_no_code() {
        assert_eq!(code(br#"{"TableNames":[]}"#), None);
        assert_eq!(code(b""), None);
    }
}
