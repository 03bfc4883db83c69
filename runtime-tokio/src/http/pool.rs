//! Connections that are kept from one message to the next.
//!
//! A message is sent again here only where hyper hands it back unsent, because a kept connection had been closed before
//! a byte was written. Anything else is told to the run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::connect::{BoxError, Connector, Sender};
use super::{Message, read};

/// How long a connection is kept without use. The longer, the likelier that the server closes it at the very moment
/// in which a request is sent, whose outcome then is unknown.
const LONGEST_IDLE: Duration = Duration::from_secs(20);

/// The connections to the endpoint.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The ones without use, the one that was used last at the end.
    idle: Vec<Idle>,
    /// Closes those that are kept too long; it ends when none is left.
    closer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Idle {
    place: Uri,
    sender: Sender,
    since: Instant,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The message never left.
    NotSent(BoxError),
    /// It may have arrived.
    NoAnswer(BoxError),
}

impl Pool {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector, kept: Mutex::default() }
    }

    /// Sends a message and reads the whole answer.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        mut message: Message,
    ) -> Result<http::Response<Bytes>, Failure> {
        // A server is asked for a path; where it is was told by connecting to it.
        let place = std::mem::take(message.uri_mut());
        loop {
            let kept = self.take(&place);
            let is_new = kept.is_none();
            let mut sender = match kept {
                Some(sender) => sender,
                None => self.connector.connect(&place).await.map_err(Failure::NotSent)?,
            };
            if let Err(error) = sender.ready().await {
                match is_new {
                    true => return Err(Failure::NotSent(error.into())),
                    false => continue,
                }
            }
            match sender.try_send_request(message).await {
                Ok(answer) => {
                    let (head, body) = answer.into_parts();
                    let body = read(body).await.map_err(Failure::NoAnswer)?;
                    self.keep(place, sender);
                    return Ok(http::Response::from_parts(head, body));
                }
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) if !is_new => message = unsent,
                    Some(_) => return Err(Failure::NotSent(failed.into_error().into())),
                    None => return Err(Failure::NoAnswer(failed.into_error().into())),
                },
            }
        }
    }

    /// The connection to this place that was used last.
    fn take(&self, place: &Uri) -> Option<Sender> {
        let mut kept = self.kept();
        let at = kept.idle.iter().rposition(|idle| idle.place == *place && !idle.sender.is_closed())?;
        let idle = kept.idle.remove(at);
        (idle.since.elapsed() < LONGEST_IDLE).then_some(idle.sender)
    }

    fn keep(self: &Arc<Self>, place: Uri, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut kept = self.kept();
        kept.idle.push(Idle { place, sender, since: Instant::now() });
        // It ends with its runtime, too, of which a program may have several.
        if kept.closer.as_ref().is_none_or(JoinHandle::is_finished) {
            kept.closer = Some(tokio::spawn(close_idle(Arc::downgrade(self))));
        }
    }

    /// Closes the connections that are kept too long; when the next one will be.
    fn prune(&self) -> Option<Instant> {
        let mut kept = self.kept();
        kept.idle.retain(|idle| !idle.sender.is_closed() && idle.since.elapsed() < LONGEST_IDLE);
        let next = kept.idle.iter().map(|idle| idle.since + LONGEST_IDLE).min();
        if next.is_none() {
            // Under the lock, so that whoever keeps the next connection starts another one.
            kept.closer = None;
        }
        next
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic under the lock leaves connections that are still good.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn close_idle(pool: Weak<Pool>) {
    loop {
        let Some(next) = pool.upgrade().and_then(|pool| pool.prune()) else { return };
        sleep_until(next).await;
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(closer) = self.kept().closer.take() {
            closer.abort();
        }
    }
}
