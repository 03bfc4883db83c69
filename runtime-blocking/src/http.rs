//! Carrying one message to the endpoint and back.
//!
//! What the messages say is the core's [`Codec`]'s business; here it is only told whether one may have arrived.

use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use dynochemy_core::http::Codec;
use dynochemy_core::{CallError, Configuration, Error, Moment, Request, Response};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Timeout};

use crate::clock::Clock;

/// The service's answers stay below 16 MB; what goes on after this is none of them.
const LONGEST_BODY: u64 = 64 << 20;
/// How long a connection is kept without use. The longer, the likelier that the server closes it at the very moment
/// in which a request is sent, whose outcome then is unknown.
const LONGEST_IDLE: Duration = Duration::from_secs(20);

/// A pool of connections to one endpoint.
#[derive(Debug)]
pub(crate) struct Http {
    codec: Codec,
    agent: Agent,
}

impl Http {
    pub(crate) fn new(configuration: &Configuration) -> Result<Self, Error> {
        let codec = Codec::new(configuration)?;
        let tls = TlsConfig::builder().provider(TlsProvider::Rustls).root_certs(RootCerts::WebPki).build();
        // Before the attempt's own time is up, so that what was never sent is known not to have been.
        let connecting = Some(configuration.settings.attempt_timeout / 2);
        let calls = configuration.settings.calls_under_way;
        let agent = Agent::config_builder()
            .tls_config(tls)
            // Statuses are the codec's to judge.
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // As on the other drivers, nothing but the endpoint decides where requests go.
            .proxy(None)
            .max_idle_age(LONGEST_IDLE)
            // All connections of a run serve the next one too.
            .max_idle_connections(calls)
            .max_idle_connections_per_host(calls)
            .timeout_resolve(connecting)
            .timeout_connect(connecting)
            .build()
            .new_agent();
        Ok(Self { codec, agent })
    }

    /// Sends a request and reads its answer, until `expires`.
    pub(crate) fn exchange(
        &self,
        request: &Request,
        expires: Moment,
        clock: Clock,
    ) -> Result<Response, CallError> {
        let message = self.codec.encode(request, Clock::wall())?;
        let place = message.uri().authority().map_or_else(String::new, ToString::to_string);
        let (head, body) = message.into_parts();
        let message = self
            .agent
            .configure_request(::http::Request::from_parts(head, &body[..]))
            .timeout_global(Some(expires.since(clock.now())))
            .build();
        // The agent never sends a request a second time on its own.
        let (head, body) = self.agent.run(message).map_err(|error| classify(&place, &error))?.into_parts();
        let body = body.into_with_config().limit(LONGEST_BODY).read_to_vec();
        let body = Bytes::from(body.map_err(|error| lost(&place, &error))?);
        self.codec.decode(request, ::http::Response::from_parts(head, body))
    }
}

/// Whether a request that ended without an answer may have arrived.
fn classify(place: &str, error: &ureq::Error) -> CallError {
    let not_sent = match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Timeout(phase) => matches!(phase, Timeout::Resolve | Timeout::Connect),
        ureq::Error::Io(error) => is_before_connection(error),
        _ => false,
    };
    if not_sent {
        CallError::NotSent { problem: format!("no connection to {place}: {error}") }
    } else {
        lost(place, error)
    }
}

/// Whether an error can only come from looking up a name or from connecting. ureq does not tell; what is not
/// recognised counts as lost.
fn is_before_connection(error: &io::Error) -> bool {
    match error.raw_os_error() {
        // The standard library's words for what the system's resolver answered.
        None => error.to_string().starts_with("failed to lookup address information"),
        // The resolver's own codes on Windows.
        Some(11_001..=11_004) => true,
        Some(_) => matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable),
    }
}

/// All that happens once there is a connection.
fn lost(place: &str, error: &ureq::Error) -> CallError {
    CallError::Unknown { rejection: None, problem: format!("no whole answer from {place}: {error}") }
}
