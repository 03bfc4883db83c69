//! A connection without a socket, for a fuzz target.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use hyper::rt::{Read, ReadBufCursor, Write};

use super::call::Service;
use super::connection::{self, Connections};
use super::limits::Limits;
use super::options::ServerOptions;
use crate::SqlBackend;

/// What a server sends to a client that sends these bytes, in pieces of this size, and hears to the end.
///
/// # Panics
/// When the server waits for anything but the client.
#[must_use]
pub fn serve(backend: SqlBackend, options: ServerOptions, bytes: &[u8], piece: usize) -> Vec<u8> {
    let limits = Limits { body_bytes: 1 << 16, ..Limits::DEFAULT };
    let service = Arc::new(Service::new(backend, options.settings, &limits));
    let watch = Connections::new(limits).add();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let socket = Socket { bytes, piece: piece.max(1), sent: Arc::clone(&sent) };
    let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let mut serving = pin!(connection::serve(socket, client, service, watch));
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    // Others have their turn now and then, of whom there are none here.
    while serving.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
        assert!(woken.0.swap(false, Relaxed), "the server waits, and nobody knows for what");
    }
    std::mem::take(&mut sent.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether the connection wants to go on.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// Always ready.
struct Socket<'a> {
    bytes: &'a [u8],
    piece: usize,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Read for Socket<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let count = self.piece.min(self.bytes.len()).min(buffer.remaining());
        let (piece, rest) = self.bytes.split_at(count);
        buffer.put_slice(piece);
        self.bytes = rest;
        Poll::Ready(Ok(()))
    }
}

impl Write for Socket<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
