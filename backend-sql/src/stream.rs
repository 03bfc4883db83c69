//! What a write of an item leaves in the stream of its table, and how a stream's records are numbered.
//!
//! A write that changes nothing leaves nothing. How records are kept is in `storage`, how they are read in the actions.
//!
//! See [StreamRecord](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html).

pub(crate) mod iterator;

use dynochemy_core::Moment;
use dynochemy_core::api::StreamViewType;

use crate::failure::Failure;
use crate::storage::{Event, LatestStream, Origin, Place, Record, Stored, Table};

/// A change of an item.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) table: &'a Table,
    pub(crate) place: &'a Place,
    pub(crate) old: Option<&'a Stored>,
    pub(crate) new: Option<&'a Stored>,
    pub(crate) origin: Origin,
}

impl Change<'_> {
    /// What a stream holds of the change, without its number as yet; nothing where nothing has changed.
    pub(crate) fn record(&self, stream: &LatestStream, now: Moment) -> Result<Option<Record>, Failure> {
        let event = match (self.old, self.new) {
            (None, None) => return Ok(None),
            (None, Some(_)) => Event::Insert,
            (Some(_), None) => Event::Remove,
            (Some(old), Some(new)) if is_same(old, new)? => return Ok(None),
            (Some(_), Some(_)) => Event::Modify,
        };
        let (holds_old, holds_new) = match stream.view {
            StreamViewType::NewImage => (false, true),
            StreamViewType::OldImage => (true, false),
            StreamViewType::NewAndOldImages => (true, true),
            _ => (false, false),
        };
        let (old, new) = (self.old.filter(|_| holds_old), self.new.filter(|_| holds_new));
        let keys = self.place.start_key(&self.table.source())?;
        let images: u64 = old.into_iter().chain(new).map(|image| image.size).sum();
        Ok(Some(Record {
            sequence: 0,
            time: now,
            event,
            origin: self.origin,
            size: keys.size()? as u64 + images,
            keys,
            old: old.map(|old| old.item.clone()),
            new: new.map(|new| new.item.clone()),
        }))
    }
}

/// Whether both are the same item, in whatever order its attributes stand.
fn is_same(old: &Stored, new: &Stored) -> Result<bool, Failure> {
    if old.size != new.size {
        return Ok(false);
    }
    Ok(old.item == new.item || old.item.attributes()? == new.item.attributes()?)
}

/// The least number that has as many digits as the service's have.
const LEAST: u128 = 10u128.pow(20);

/// A record's number as the service tells it: such ones sort as texts, too.
pub(crate) fn sequence_number(sequence: i64) -> String {
    (LEAST + u128::try_from(sequence).unwrap_or(0)).to_string()
}

/// The number that stands in a text, 0 where it is less than that of any record; `None` where there is no number.
pub(crate) fn read_sequence_number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What is larger than the largest is as good as that.
    let number = text.parse::<u128>().unwrap_or(u128::MAX);
    Some(i64::try_from(number.saturating_sub(LEAST)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_are_read_as_they_are_written_and_sort_as_texts() {
        let texts: Vec<String> = [1, 9, 10, 1_000_000, i64::MAX].into_iter().map(sequence_number).collect();
        assert_eq!(texts[0], "100000000000000000001");
        assert!(texts.is_sorted() && texts.iter().all(|text| text.len() == 21));
        assert_eq!(read_sequence_number(&texts[3]), Some(1_000_000));
        assert_eq!(read_sequence_number("000000000000000000007"), Some(0));
        assert_eq!(read_sequence_number(&"9".repeat(40)), Some(i64::MAX));
        assert_eq!(read_sequence_number("x00000000000000000007"), None);
    }
}
