//! Writing JSON objects member by member.
//!
//! Optional members that have their default are left out, as the service reads their absence the same.

use serde::Serialize;

use super::serial::write_members;
use crate::api::{
    ReturnConsumedCapacity, ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
};
use crate::item::Item;
use crate::json::write_string;
use crate::key::Key;

/// Writes an object.
pub(super) fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    write(&mut Members { out, first: true });
    out.push(b'}');
}

/// Writes an array.
pub(super) fn array<T>(
    out: &mut Vec<u8>,
    elements: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, element);
    }
    out.push(b']');
}

/// The members of an object that is being written.
pub(super) struct Members<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl Members<'_> {
    /// Begins a member, whose value the caller appends.
    pub(super) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        write_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// Members that are written already.
    pub(super) fn splice(&mut self, written: &[u8]) {
        if !written.is_empty() {
            if !std::mem::replace(&mut self.first, false) {
                self.out.push(b',');
            }
            self.out.extend_from_slice(written);
        }
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        write_string(self.member(name), text);
    }

    pub(super) fn number(&mut self, name: &str, number: impl Into<u64>) {
        let number: u64 = number.into();
        self.member(name).extend_from_slice(number.to_string().as_bytes());
    }

    pub(super) fn object(&mut self, name: &str, write: impl FnOnce(&mut Members<'_>)) {
        object(self.member(name), write);
    }

    pub(super) fn key(&mut self, name: &str, key: &Key) {
        key.write(self.member(name));
    }

    pub(super) fn item(&mut self, name: &str, item: &Item) {
        self.member(name).extend_from_slice(item.as_bytes());
    }

    pub(super) fn consistent_read(&mut self, consistent: bool) {
        if consistent {
            self.member("ConsistentRead").extend_from_slice(b"true");
        }
    }

    pub(super) fn return_values(&mut self, asked: ReturnValues) {
        if asked != ReturnValues::None {
            self.text("ReturnValues", asked.name());
        }
    }

    pub(super) fn return_values_on_failure(&mut self, asked: ReturnValuesOnConditionCheckFailure) {
        match asked {
            ReturnValuesOnConditionCheckFailure::None => {}
            ReturnValuesOnConditionCheckFailure::AllOld => {
                self.text("ReturnValuesOnConditionCheckFailure", "ALL_OLD");
            }
        }
    }

    pub(super) fn return_item_collection_metrics(&mut self, asked: ReturnItemCollectionMetrics) {
        match asked {
            ReturnItemCollectionMetrics::None => {}
            ReturnItemCollectionMetrics::Size => self.text("ReturnItemCollectionMetrics", "SIZE"),
        }
    }

    /// Members from before there were expressions.
    pub(super) fn legacy<T: Serialize>(&mut self, legacy: Option<&T>) {
        if let Some(legacy) = legacy {
            write_members(self, legacy);
        }
    }

    pub(super) fn return_consumed_capacity(&mut self, asked: ReturnConsumedCapacity) {
        if asked != ReturnConsumedCapacity::None {
            self.text("ReturnConsumedCapacity", asked.name());
        }
    }
}
