//! Records of a stream as changes of typed items.
//!
//! See [Change data capture for DynamoDB Streams](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).

use serde::de::DeserializeOwned;

use crate::api::{OperationType, Record};
use crate::key::{Key, KeyShape};
use crate::table::Table;
use crate::wire::{self, WireError};

/// One change of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<T> {
    /// The item's key.
    pub key: Key,
    /// What happened to it.
    pub kind: OperationType,
    /// The item before the change: where it existed, and the stream holds old images.
    pub old: Option<T>,
    /// The item after the change: where it exists, and the stream holds new images.
    pub new: Option<T>,
}

impl Record {
    /// The change of an item of this table. A stream of keys only holds no items.
    ///
    /// # Errors
    /// When the key or an item does not fit the type; the error names the attribute.
    pub fn change<T: Table + DeserializeOwned>(&self) -> Result<Change<T>, WireError> {
        self.change_as(&T::DESCRIPTION.keys)
    }

    /// The change of an item of a table with these keys, as values of any type.
    ///
    /// # Errors
    /// As [`Record::change`].
    pub fn change_as<T: DeserializeOwned>(&self, keys: &KeyShape) -> Result<Change<T>, WireError> {
        let record = &self.dynamodb;
        Ok(Change {
            key: keys.extract(&record.keys)?,
            kind: self.event_name.clone(),
            old: record.old_image.as_ref().map(wire::decode).transpose()?,
            new: record.new_image.as_ref().map(wire::decode).transpose()?,
        })
    }
}
