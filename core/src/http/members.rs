//! Members that requests have in common.
//!
//! Optional members that have their default are left out, as the service reads their absence the same.

use serde::Serialize;

use crate::api::{
    ReturnConsumedCapacity, ReturnItemCollectionMetrics, ReturnValues, ReturnValuesOnConditionCheckFailure,
};
use crate::item::Item;
use crate::json::write;
use crate::key::Key;

pub(super) use crate::json::{Members, array, object};

impl Members<'_> {
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
            let mut object = Vec::new();
            write(&mut object, legacy);
            self.splice(&object[1..object.len() - 1]);
        }
    }

    pub(super) fn return_consumed_capacity(&mut self, asked: ReturnConsumedCapacity) {
        if asked != ReturnConsumedCapacity::None {
            self.text("ReturnConsumedCapacity", asked.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::LegacyGet;

    #[test]
    fn members_of_a_struct_join_those_of_an_object() {
        let members = |names: &[&str], before: bool| {
            let mut out = Vec::new();
            object(&mut out, |members| {
                if before {
                    members.text("Before", "x");
                }
                let attributes_to_get = names.iter().map(|name| (*name).to_owned()).collect();
                members.legacy(Some(&LegacyGet { attributes_to_get }));
                members.text("After", "y");
            });
            String::from_utf8(out).unwrap()
        };
        assert_eq!(members(&["a"], true), r#"{"Before":"x","AttributesToGet":["a"],"After":"y"}"#);
        assert_eq!(members(&["a"], false), r#"{"AttributesToGet":["a"],"After":"y"}"#);
        assert_eq!(members(&[], false), r#"{"After":"y"}"#);
    }
}
