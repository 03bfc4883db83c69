//! The codec between request values and signed HTTP messages.
//!
//! [`Codec::encode`] makes the message of a request and [`Codec::decode`] the answer's value; a driver only carries
//! them. Bodies are written and read by hand around the encoded items.
//!
//! See [DynamoDB low-level API](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html).

#[cfg(feature = "sigv4")]
use crate::{
    builder::Configuration,
    error::{CallError, Error},
    moment::Moment,
    request::{Request, Response},
};

/// Turns requests into signed messages for one endpoint, and answers back into values.
#[cfg(feature = "sigv4")]
#[derive(Debug)]
pub struct Codec {}

#[cfg(feature = "sigv4")]
impl Codec {
    /// The codec for a configuration's endpoint (or its region's own), signing with its credentials.
    ///
    /// # Errors
    /// When the region or the credentials are missing, or the endpoint is no `http` or `https` URL.
    pub fn new(configuration: &Configuration) -> Result<Self, Error> {
        let _ = configuration;
        Ok(Self {})
    }

    /// The signed message of a request.
    ///
    /// # Errors
    /// [`CallError::NotSent`] where no message can be made of it.
    pub fn encode(&self, request: &Request, now: Moment) -> Result<::http::Request<bytes::Bytes>, CallError> {
        let _ = (request, now);
        Err(CallError::NotSent { problem: String::new() })
    }

    /// The answer to `request` from the message that came back.
    ///
    /// # Errors
    /// [`CallError::Refused`] for what the service refused; [`CallError::Unknown`] for its own faults (5xx) and for
    /// what cannot be read.
    pub fn decode(
        &self,
        request: &Request,
        response: ::http::Response<bytes::Bytes>,
    ) -> Result<Response, CallError> {
        let _ = (request, response);
        Err(CallError::NotSent { problem: String::new() })
    }
}
