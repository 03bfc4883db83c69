//! A connection: hyper on its socket, and a watch over how long it takes.
//!
//! A timer for each head, body and answer would cost more than to read them. So the time is a number that goes up with
//! each tick, everything that happens on a connection notes it, and with each tick all connections are looked at for one
//! that is late:
//!
//! ```text
//!        a byte comes in            the head is whole          the body is whole
//! Idle ──────────────────> Head ──────────────────────> Body ──────────────────> Answering
//!   ^                                                                                │
//!   └────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Whether the client takes what is written is watched apart from that: an answer may still be on its way while the next
//! head comes in.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker, ready};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::call::{self, Service};
use super::limits::Limits;

/// The most that a request's head may have, in bytes, or little more: a head that comes in at once is taken.
const HEAD_BYTES: usize = 64 << 10;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Head,
    Body,
    /// For us, and so for as long as it takes.
    Answering,
}

/// Serves a connection until one of both sides ends it.
pub(super) async fn serve<I: Read + Write + Unpin>(
    io: I,
    client: SocketAddr,
    service: Arc<Service>,
    watch: Arc<Watch>,
) {
    let io = Watched { io, is_shut: false, watch: Arc::clone(&watch) };
    let answer = service_fn(|request| call::answer(&service, &watch, client, request));
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES)
            // Who has said all that there is to say still wants to hear the answer.
            .half_close(true)
            .serve_connection(io, answer)
    );
    let mut is_stopping = false;
    std::future::poll_fn(|context| {
        watch.wake_by(context.waker());
        if watch.is_late.load(Relaxed) {
            return Poll::Ready(());
        }
        if !is_stopping && watch.is_stopping.load(Relaxed) {
            is_stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        // What went wrong with a connection is between its client and hyper, which has answered where it can.
        connection.as_mut().poll(context).map(|_ended| ())
    })
    .await;
}

/// All connections of a worker.
#[derive(Debug)]
pub(super) struct Connections {
    limits: Limits,
    now: Arc<AtomicU32>,
    watches: Mutex<Vec<Weak<Watch>>>,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, now: Arc::default(), watches: Mutex::default() }
    }

    /// The watch over a new connection.
    pub(super) fn add(&self) -> Arc<Watch> {
        let watch = Arc::new(Watch::new(Arc::clone(&self.now)));
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&watch));
        watch
    }

    /// Lets time go on, and ends the connections that are late.
    pub(super) fn tick(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.each(|watch| {
            if watch.is_late(now, &self.limits) {
                watch.give_up();
            }
        });
    }

    /// Lets each connection end as soon as it has answered.
    pub(super) fn stop(&self) {
        self.each(|watch| {
            watch.is_stopping.store(true, Relaxed);
            watch.wake();
        });
    }

    /// Lets the connection end that has waited longest for a request, since there is no place for another one.
    pub(super) fn make_room(&self) {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = watches
            .iter()
            .filter_map(Weak::upgrade)
            .filter_map(|watch| Some((watch.waiting_since()?, watch)));
        if let Some((_, watch)) = waiting.min_by_key(|(since, _)| *since) {
            watch.give_up();
        }
    }

    /// Looks at those that still are.
    fn each(&self, look: impl Fn(&Watch)) {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|watch| {
            let watch = watch.upgrade();
            watch.as_deref().map(&look).is_some()
        });
    }
}

/// What a connection waits for, and since when.
#[derive(Debug)]
pub(super) struct Watch {
    now: Arc<AtomicU32>,
    /// A phase, and the tick of its beginning.
    phase: AtomicU64,
    /// The tick, and one, since which the client has not taken what is written; 0 while it does.
    stalled: AtomicU32,
    is_late: AtomicBool,
    is_stopping: AtomicBool,
    /// Whether the client may still be sending what nobody reads.
    is_heard_out: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Watch {
    fn new(now: Arc<AtomicU32>) -> Self {
        let watch = Self {
            now,
            phase: AtomicU64::default(),
            stalled: AtomicU32::default(),
            is_late: AtomicBool::default(),
            is_stopping: AtomicBool::default(),
            is_heard_out: AtomicBool::default(),
            waker: Mutex::default(),
        };
        // Who connects is about to ask.
        watch.enter(Phase::Head);
        watch
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(u64::from(self.now.load(Relaxed)) << 2 | phase as u64, Relaxed);
    }

    fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) & 3 == phase as u64
    }

    /// The tick since which there is no request, or not the whole head of one; `None` where there is one.
    fn waiting_since(&self) -> Option<u64> {
        let is_ending = self.is_late.load(Relaxed);
        let phase = self.phase.load(Relaxed);
        let is_waiting = phase & 3 == Phase::Idle as u64 || phase & 3 == Phase::Head as u64;
        (is_waiting && !is_ending).then_some(phase >> 2)
    }

    fn note_writing<T>(&self, written: &Poll<T>) {
        let stalled = self.stalled.load(Relaxed);
        match written {
            Poll::Ready(_) if stalled != 0 => {
                self.stalled.store(0, Relaxed);
                // Who still takes an answer has had no time to ask for more.
                for phase in [Phase::Idle, Phase::Head] {
                    if self.is_in(phase) {
                        self.enter(phase);
                    }
                }
            }
            Poll::Pending if stalled == 0 => self.stalled.store(self.now.load(Relaxed) + 1, Relaxed),
            _ => (),
        }
    }

    fn is_late(&self, now: u32, limits: &Limits) -> bool {
        let phase = self.phase.load(Relaxed);
        let limit = match phase & 3 {
            phase if phase == Phase::Idle as u64 => limits.idle,
            phase if phase == Phase::Head as u64 => limits.head,
            phase if phase == Phase::Body as u64 => limits.body,
            _ => u32::MAX,
        };
        match self.stalled.load(Relaxed) {
            0 => u64::from(now) > (phase >> 2) + u64::from(limit),
            stalled => now > stalled.saturating_add(limits.stalled),
        }
    }

    /// Has what the client still sends taken and thrown away when the connection ends, for as long as a body may take: a
    /// client that is still sending would find its connection closed, and not the answer.
    pub(super) fn hear_out(&self) {
        self.is_heard_out.store(true, Relaxed);
    }

    /// Lets the connection end.
    pub(super) fn give_up(&self) {
        self.is_late.store(true, Relaxed);
        self.wake();
    }

    fn wake_by(&self, waker: &Waker) {
        let mut kept = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }

    fn wake(&self) {
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A socket that tells its watch what happens on it.
struct Watched<I> {
    io: I,
    /// Whether nothing more is written.
    is_shut: bool,
    watch: Arc<Watch>,
}

impl<I: Read + Unpin> Read for Watched<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        if read.is_ready() && self.watch.is_in(Phase::Idle) {
            self.watch.enter(Phase::Head);
        }
        read
    }
}

impl<I: Read + Write + Unpin> Write for Watched<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.watch.note_writing(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, buffers);
        self.watch.note_writing(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.is_shut = true;
            self.watch.enter(Phase::Body);
        }
        while self.watch.is_heard_out.load(Relaxed) {
            let mut bytes = [0; 8192];
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.io).poll_read(context, buffer.unfilled()))?;
            if buffer.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_an_answer_slowly_is_not_late_and_has_time_to_ask_again() {
        let connections = Connections::new(Limits { idle: 3, stalled: 10, ..Limits::DEFAULT });
        let watch = connections.add();
        let is_late_after = |ticks: u32| {
            (0..ticks).for_each(|_| connections.tick());
            watch.is_late.load(Relaxed)
        };
        watch.enter(Phase::Idle);
        for _ in 0..4 {
            watch.note_writing(&Poll::<()>::Pending);
            assert!(!is_late_after(10));
            watch.note_writing(&Poll::Ready(()));
        }
        assert!(!is_late_after(3));
        assert!(is_late_after(1));
    }

    #[test]
    fn who_takes_nothing_of_an_answer_is_late() {
        let connections = Connections::new(Limits { idle: 3, stalled: 10, ..Limits::DEFAULT });
        let watch = connections.add();
        watch.enter(Phase::Idle);
        watch.note_writing(&Poll::<()>::Pending);
        (0..12).for_each(|_| connections.tick());
        assert!(watch.is_late.load(Relaxed));
    }
}
