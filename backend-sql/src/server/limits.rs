//! What one client can take of a server.

use std::time::Duration;

/// The bounds on time and memory. What is counted in ticks ends up to a tick late.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How often is looked for who is late.
    pub(super) tick: Duration,
    /// In ticks, until a connection that nobody uses is closed.
    pub(super) idle: u32,
    /// In ticks, from a head's first byte to its last one.
    pub(super) head: u32,
    /// In ticks, from a body's first byte to its last one.
    pub(super) body: u32,
    /// In ticks, without room for more of an answer: the system makes some once a third of what it keeps, which may be
    /// megabytes, has been taken.
    pub(super) stalled: u32,
    /// In bytes, after decompression too.
    pub(super) body_bytes: usize,
    /// In bytes, of all large bodies that are being read.
    pub(super) bodies_bytes: usize,
    /// In bytes, of all large answers that are on their way.
    pub(super) answers_bytes: usize,
    /// Until what is under way when the server stops is given up.
    pub(super) stop: Duration,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self {
        tick: Duration::from_secs(1),
        idle: 300,
        head: 20,
        body: 60,
        stalled: 300,
        body_bytes: 16 << 20,
        bodies_bytes: 256 << 20,
        answers_bytes: 512 << 20,
        stop: Duration::from_secs(10),
    };
}
