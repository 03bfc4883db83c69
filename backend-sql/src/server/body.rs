//! A request's body: read within bounds of time and memory, and decompressed.

use std::io::Read as _;

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::limits::Limits;

/// Bodies up to this size, in bytes, are read without asking for room: there are as many as connections.
const SMALL: u64 = 64 << 10;
/// A body of up to so many times the largest one is taken to its end, and not kept, before it is refused: a client that is
/// still sending would find its connection closed, and not the answer.
const HEARD_OUT: u64 = 4;
/// In bytes: a semaphore's permits are too few to count all bytes.
const UNIT: u64 = 1 << 10;

/// How a body was encoded before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    /// It is not compressed as it says.
    Encoding,
    /// The client has gone, or does not speak HTTP.
    Broken,
}

/// The room for bodies that are being read.
#[derive(Debug)]
pub(super) struct Bodies {
    largest: u64,
    /// Of large ones, in units.
    room: Semaphore,
}

impl Bodies {
    pub(super) fn new(limits: &Limits) -> Self {
        let room = limits.bodies_bytes.max(limits.body_bytes) as u64 / UNIT;
        let room = usize::try_from(room).unwrap_or(Semaphore::MAX_PERMITS);
        Self { largest: limits.body_bytes as u64, room: Semaphore::new(room) }
    }

    /// Reads a body whole, as it was sent; nobody has its room while what is handed back with it lives.
    ///
    /// Room is taken for all of it at once, so that no two bodies wait for each other's half. `begin` is called once there
    /// is room.
    pub(super) async fn read<B: Body<Data = Bytes>>(
        &self,
        encoding: Encoding,
        body: B,
        begin: impl FnOnce(),
    ) -> Result<(Bytes, Option<SemaphorePermit<'_>>), BodyError> {
        let size = body.size_hint();
        if size.lower() > self.largest {
            begin();
            if size.lower() <= self.largest * HEARD_OUT {
                drain(body).await;
            }
            return Err(BodyError::TooLarge);
        }
        let needed = match encoding {
            Encoding::Gzip => self.largest,
            Encoding::Identity => size.upper().unwrap_or(self.largest),
        };
        let room = if needed <= SMALL {
            None
        } else {
            let units = u32::try_from(needed.min(self.largest) / UNIT).unwrap_or(u32::MAX);
            Some(self.room.acquire_many(units).await.expect("the semaphore is never closed"))
        };
        begin();
        Ok((collected(body, self.largest).await?, room))
    }

    /// What a body was before it was encoded.
    pub(super) fn decoded(&self, encoding: Encoding, body: Bytes) -> Result<Bytes, BodyError> {
        match encoding {
            Encoding::Identity => Ok(body),
            Encoding::Gzip => decompressed(&body, self.largest),
        }
    }
}

impl Encoding {
    /// As the headers have it.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
            None => Ok(Self::Identity),
            Some(name) if name.eq_ignore_ascii_case(b"identity") => Ok(Self::Identity),
            Some(name) if name.eq_ignore_ascii_case(b"gzip") => Ok(Self::Gzip),
            Some(_) => Err(BodyError::Encoding),
        }
    }
}

/// Takes a body to its end, or to that of its connection.
async fn drain<B: Body>(body: B) {
    let mut body = std::pin::pin!(body);
    while let Some(Ok(_)) = body.frame().await {}
}

async fn collected<B: Body<Data = Bytes>>(body: B, largest: u64) -> Result<Bytes, BodyError> {
    let mut body = std::pin::pin!(body);
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if (first.len() + all.len() + data.len()) as u64 > largest {
            return Err(BodyError::TooLarge);
        }
        // Most bodies come in one piece, which needs no copy.
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all = std::mem::take(&mut first).into();
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

fn decompressed(body: &[u8], largest: u64) -> Result<Bytes, BodyError> {
    let mut all = Vec::new();
    let mut decoder = MultiGzDecoder::new(body).take(largest + 1);
    decoder.read_to_end(&mut all).map_err(|_| BodyError::Encoding)?;
    if all.len() as u64 > largest { Err(BodyError::TooLarge) } else { Ok(all.into()) }
}
