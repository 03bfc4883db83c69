//! Shard iterators: where in a shard somebody reads, as text that only the backend understands.
//!
//! It begins with the stream's resource name, as the service's do, and then has the shard, the number of the next record
//! and when it was handed out. It is not signed: what somebody makes up reads a place that they may read anyway.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dynochemy_core::Moment;

/// How long an iterator can be used.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// Where somebody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardIterator {
    pub(crate) stream_arn: String,
    /// The shard's number within the stream.
    pub(crate) shard: i64,
    /// The number of the record to be read next.
    pub(crate) next: i64,
    pub(crate) issued: Moment,
}

impl ShardIterator {
    pub(crate) fn write(&self) -> String {
        let mut bytes = Vec::with_capacity(24);
        bytes.extend_from_slice(&self.shard.to_be_bytes());
        bytes.extend_from_slice(&self.next.to_be_bytes());
        bytes.extend_from_slice(&self.issued.as_nanos().to_be_bytes());
        format!("{}|1|{}", self.stream_arn, STANDARD.encode(bytes))
    }

    /// The iterator that a text stands for; `None` where it is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '|');
        let stream_arn = parts.next()?.to_owned();
        let bytes = parts.nth(1).and_then(|part| STANDARD.decode(part).ok())?;
        let bytes: [u8; 24] = bytes.try_into().ok()?;
        let number = |part: usize| -> [u8; 8] { std::array::from_fn(|byte| bytes[part * 8 + byte]) };
        Some(Self {
            stream_arn,
            shard: i64::from_be_bytes(number(0)),
            next: i64::from_be_bytes(number(1)),
            issued: Moment::from_nanos(u64::from_be_bytes(number(2))),
        })
    }

    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        now.since(self.issued) > LIFE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iterator_is_read_as_it_was_written_and_nothing_else_is_one() {
        let iterator = ShardIterator {
            stream_arn: "arn:aws:dynamodb:local:000000000000:table/visits/stream/now".to_owned(),
            shard: 3,
            next: 77,
            issued: Moment::from_secs(5),
        };
        let text = iterator.write();
        assert!(text.starts_with("arn:aws:dynamodb:local:000000000000:table/visits/stream/now|1|"));
        assert_eq!(ShardIterator::read(&text), Some(iterator));
        for other in ["", "x", &text[..text.len() - 4], &format!("{text}AAAA"), &text.replace('|', "/")] {
            assert_eq!(ShardIterator::read(other), None, "{other}");
        }
    }
}
