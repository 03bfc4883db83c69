//! Carrying one message to the endpoint and back.
//!
//! What the messages say is the core's [`Codec`]'s business; here it is only told whether one may have arrived.

mod connect;
mod pool;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use dynochemy_core::http::Codec;
use dynochemy_core::{CallError, Configuration, Error, Moment, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout_at;

use crate::clock::Clock;
use connect::{BoxError, Connector};
use pool::{Failure, Pool};

/// The service's answers stay below 16 MB; what goes on after this is none of them.
const LONGEST_BODY: usize = 64 << 20;

/// A message to the endpoint.
type Message = http::Request<Full<Bytes>>;

/// The way to one endpoint.
#[derive(Debug)]
pub(crate) struct Http {
    codec: Codec,
    pool: Arc<Pool>,
}

impl Http {
    pub(crate) fn new(configuration: &Configuration) -> Result<Self, Error> {
        let codec = Codec::new(configuration)?;
        let connector = Connector::new(codec.endpoint(), configuration.settings.attempt_timeout / 2)
            .map_err(|problem| Error::Configuration { problem })?;
        Ok(Self { codec, pool: Arc::new(Pool::new(connector)) })
    }

    /// Sends a request and reads its answer, until `expires`.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        expires: Moment,
        clock: Clock,
    ) -> Result<Response, CallError> {
        let message = self.codec.encode(request, Clock::wall())?.map(Full::new);
        let uri = message.uri().clone();
        let place = || uri.authority().map_or_else(String::new, ToString::to_string);
        match timeout_at(clock.instant(expires), self.pool.exchange(message)).await {
            Ok(Ok(answer)) => self.codec.decode(request, answer),
            Ok(Err(Failure::NotSent(error))) => Err(CallError::no_connection(&place(), &*error)),
            Ok(Err(Failure::NoAnswer(error))) => Err(CallError::no_answer(&place(), &*error)),
            Err(elapsed) => Err(CallError::no_answer(&place(), &elapsed)),
        }
    }
}

/// Reads a body into one piece; one that came so is not copied.
async fn read(mut body: Incoming) -> Result<Bytes, BoxError> {
    let expected = body.size_hint().lower();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        if whole.len() + data.len() > LONGEST_BODY {
            return Err(format!("the answer has more than {LONGEST_BODY} bytes").into());
        }
        if whole.is_empty() {
            whole.reserve(usize::try_from(expected).unwrap_or(usize::MAX).clamp(data.len(), LONGEST_BODY));
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
