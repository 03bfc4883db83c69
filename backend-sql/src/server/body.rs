//! A request's body: read within bounds of time and memory, and decompressed.

use std::io::Read as _;

use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::{Phase, Watch};
use super::limits::Limits;

/// So much of a body, in bytes, is read without asking for room: there are as many as connections.
const SMALL: u64 = 64 << 10;
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
    /// How many may be there decompressed, whose calls are under way: no client can hold one up.
    decompressed: Semaphore,
}

impl Bodies {
    pub(super) fn new(limits: &Limits) -> Self {
        let bytes = limits.bodies_bytes.max(limits.body_bytes);
        let room = usize::try_from(bytes as u64 / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            largest: limits.body_bytes as u64,
            room: Semaphore::new(room),
            decompressed: Semaphore::new(bytes / limits.body_bytes.max(1)),
        }
    }

    /// Reads a body whole, as it was sent; nobody has its room while what is handed back with it lives.
    ///
    /// Once it turns out to be a large one, room is taken for all of it at once, so that no two bodies wait for each
    /// other's half; who announces much and sends little takes none.
    pub(super) async fn read<B: Body<Data = Bytes>>(
        &self,
        body: B,
        watch: &Watch,
    ) -> Result<(Bytes, Option<SemaphorePermit<'_>>), BodyError> {
        let size = body.size_hint();
        if size.lower() > self.largest {
            return Err(BodyError::TooLarge);
        }
        let whole = size.upper().unwrap_or(self.largest).min(self.largest);
        watch.enter(Phase::Body);
        let mut body = std::pin::pin!(body);
        let (mut first, mut all, mut room) = (Bytes::new(), BytesMut::new(), None);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
            let length = (first.len() + all.len() + data.len()) as u64;
            if length > self.largest {
                return Err(BodyError::TooLarge);
            }
            if length > SMALL && room.is_none() {
                // A body that waits for room is not late.
                watch.enter(Phase::Answering);
                let units = u32::try_from(whole / UNIT).unwrap_or(u32::MAX);
                room = Some(self.room.acquire_many(units).await.expect("the semaphore is never closed"));
                watch.enter(Phase::Body);
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
        Ok((if all.is_empty() { first } else { all.freeze() }, room))
    }

    /// What a body was before it was encoded; what is handed back with it is for one less to be decompressed meanwhile.
    pub(super) async fn decoded(
        &self,
        encoding: Encoding,
        body: Bytes,
    ) -> Result<(Bytes, Option<SemaphorePermit<'_>>), BodyError> {
        match encoding {
            Encoding::Identity => Ok((body, None)),
            Encoding::Gzip => {
                let permit = self.decompressed.acquire().await.expect("the semaphore is never closed");
                Ok((decompressed(&body, self.largest)?, Some(permit)))
            }
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

fn decompressed(body: &[u8], largest: u64) -> Result<Bytes, BodyError> {
    let mut all = Vec::new();
    let mut decoder = MultiGzDecoder::new(body).take(largest + 1);
    decoder.read_to_end(&mut all).map_err(|_| BodyError::Encoding)?;
    if all.len() as u64 > largest { Err(BodyError::TooLarge) } else { Ok(all.into()) }
}
