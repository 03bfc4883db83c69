//! The large answers that are on their way: their clients have not taken all of them yet.
//!
//! All of them together have a bounded room, and nobody waits for it, least of all who asks for little. Where there is
//! none left for another answer, the client is disconnected that has been taking one for longest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

use super::connection::Watch;

#[derive(Debug)]
pub(super) struct LargeAnswers {
    /// In bytes.
    room: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Of all answers.
    bytes: usize,
    next: u64,
    /// Each answer's length, and whose it is; the oldest is the first one.
    answers: BTreeMap<u64, (usize, Weak<Watch>)>,
}

/// An answer's body, which is on its way while it lives.
struct Held {
    body: Bytes,
    number: u64,
    all: Arc<LargeAnswers>,
}

impl LargeAnswers {
    pub(super) fn new(room: usize) -> Self {
        Self { room, kept: Mutex::default() }
    }

    /// Counts an answer until it is sent, or no longer wanted.
    pub(super) fn hold(self: &Arc<Self>, body: Bytes, watch: &Arc<Watch>) -> Bytes {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let number = kept.next;
        kept.next += 1;
        kept.bytes += body.len();
        // One that is alone has room, however large it is.
        while kept.bytes > self.room
            && let Some((_, (bytes, watch))) = kept.answers.pop_first()
        {
            kept.bytes -= bytes;
            if let Some(watch) = watch.upgrade() {
                watch.give_up();
            }
        }
        kept.answers.insert(number, (body.len(), Arc::downgrade(watch)));
        drop(kept);
        Bytes::from_owner(Held { body, number, all: Arc::clone(self) })
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut kept = self.all.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, _)) = kept.answers.remove(&self.number) {
            kept.bytes -= bytes;
        }
    }
}
