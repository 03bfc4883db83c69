//! Carrying one message to the endpoint and back.
//!
//! What the messages say is the core's [`Codec`]'s business; here it is only told whether one may have arrived.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use dynochemy_core::http::Codec;
use dynochemy_core::{CallError, Configuration, Error, Moment, Request, Response};
use http::Uri;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tower_service::Service;

use crate::clock::Clock;

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
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        // Requests are written whole, so that nothing is won by waiting for more.
        tcp.set_nodelay(true);
        // The provider is named, since a program with two of them has no default.
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(Arc::new(rustls::crypto::ring::default_provider()))
            .map_err(|error| Error::Configuration { problem: format!("TLS cannot be set up: {error}") })?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // The client sends a request again on its own only where hyper hands it back unsent, because a pooled
        // connection had been closed before a byte was written. Anything else is told to the run.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(LONGEST_IDLE)
            .build(Connector { connector: tls, timeout: configuration.settings.attempt_timeout / 2 });
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
            Ok(http::Response::from_parts(head, body))
        };
        match timeout_at(clock.instant(expires), answer).await {
            Ok(answer) => self.codec.decode(request, answer?),
            Err(elapsed) => Err(CallError::no_answer(&place, &elapsed)),
        }
    }
}

/// Makes connections, and gives up before the attempt's own time is up, whether a name, a socket or a handshake keeps it
/// waiting: so that what was never sent is known not to have been.
#[derive(Clone, Debug)]
struct Connector {
    connector: HttpsConnector<HttpConnector>,
    timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn StdError + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let limit = self.timeout;
        let connecting = timeout(limit, self.connector.call(uri));
        Box::pin(async move {
            connecting.await.unwrap_or_else(|_| Err(format!("nothing came about within {limit:?}").into()))
        })
    }
}
