//! What answers request values without HTTP in between.

use std::sync::Arc;

use crate::error::CallError;
use crate::moment::Moment;
use crate::request::{Request, Response};

/// Answers DynamoDB calls: a database of its own, or something that stands for one.
///
/// It is called on the thread that drives a run, so it should answer within milliseconds.
pub trait Backend: Send + Sync + 'static {
    /// Answers one call, made at `now`.
    ///
    /// # Errors
    /// What the service would answer with, as [`CallError::Refused`]; or what became of the call otherwise.
    fn answer(&self, request: &Request, now: Moment) -> Result<Response, CallError>;

    /// Whether it limits the use of tables as the service does. It is asked when a `Db` is made: one on a backend without
    /// limits does not keep to the capacities that tables declare before something is refused for want of them.
    fn limits_throughput(&self) -> bool {
        true
    }
}

impl<B: Backend + ?Sized> Backend for Arc<B> {
    fn answer(&self, request: &Request, now: Moment) -> Result<Response, CallError> {
        (**self).answer(request, now)
    }

    fn limits_throughput(&self) -> bool {
        (**self).limits_throughput()
    }
}
