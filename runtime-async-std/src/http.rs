//! Carrying one message to the endpoint and back.
//!
//! What the messages say is the core's [`Codec`]'s business; here it is only told whether one may have arrived.

use std::time::Duration;

use async_std::future::timeout;
use bytes::Bytes;
use dynochemy_core::http::Codec;
use dynochemy_core::{CallError, Configuration, Error, Moment, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;

use crate::clock::Clock;
use crate::connector::Connector;
use crate::runtime::{Tasks, Timers};

/// The service's answers stay below 16 MB; what goes on after this is none of them.
const LONGEST_BODY: usize = 64 << 20;
/// How long a connection is kept without use. The longer, the likelier that the server closes it at the very moment
/// in which a request is sent, whose outcome then is unknown.
const LONGEST_IDLE: Duration = Duration::from_secs(20);

/// A pool of connections to one endpoint.
#[derive(Debug)]
pub(crate) struct Http {
    codec: Codec,
    client: Client<Connector, Full<Bytes>>,
}

impl Http {
    pub(crate) fn new(configuration: &Configuration) -> Result<Self, Error> {
        let codec = Codec::new(configuration)?;
        // Before the attempt's own time is up, so that what was never sent is known not to have been.
        let connector = Connector::new(configuration.settings.attempt_timeout / 2)
            .map_err(|error| Error::Configuration { problem: format!("TLS cannot be set up: {error}") })?;
        // The client sends a request again on its own only where hyper hands it back unsent, because a pooled
        // connection had been closed before a byte was written. Anything else is told to the run.
        let client =
            Client::builder(Tasks).pool_timer(Timers).pool_idle_timeout(LONGEST_IDLE).build(connector);
        Ok(Self { codec, client })
    }

    /// Sends a request and reads its answer, until `expires`.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        expires: Moment,
        clock: Clock,
    ) -> Result<Response, CallError> {
        let message = self.codec.encode(request, Clock::wall())?.map(Full::new);
        let place = message.uri().authority().map_or_else(String::new, ToString::to_string);
        let answer = async {
            let (head, body) = self
                .client
                .request(message)
                .await
                .map_err(|error| match error.is_connect() {
                    true => CallError::no_connection(&place, &error),
                    false => CallError::no_answer(&place, &error),
                })?
                .into_parts();
            let body = Limited::new(body, LONGEST_BODY).collect().await;
            let body = body.map_err(|error| CallError::no_answer(&place, &*error))?.to_bytes();
            Ok(::http::Response::from_parts(head, body))
        };
        match timeout(expires.since(clock.now()), answer).await {
            Ok(answer) => self.codec.decode(request, answer?),
            Err(elapsed) => Err(CallError::no_answer(&place, &elapsed)),
        }
    }
}
