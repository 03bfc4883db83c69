//! What a call cost.
//!
//! See [ConsumedCapacity](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html).

use std::collections::BTreeMap;
use std::io::Write as _;

use dynochemy_core::api::{Capacity, ConsumedCapacity};
use dynochemy_core::json::{Members, array, object};

/// Where it was asked for: the cost on the one table.
pub(super) fn consumed(members: &mut Members<'_>, consumed: Option<&ConsumedCapacity>) {
    if let Some(consumed) = consumed {
        members.object("ConsumedCapacity", |members| write(members, consumed));
    }
}

/// Where it was asked for: the cost on each table.
pub(super) fn consumed_by_table(members: &mut Members<'_>, consumed: &[ConsumedCapacity]) {
    if !consumed.is_empty() {
        array(members.member("ConsumedCapacity"), consumed, |out, consumed| {
            object(out, |members| write(members, consumed));
        });
    }
}

/// A number as the service writes those that need not be whole: with at least one digit behind the point.
pub(super) fn float(out: &mut Vec<u8>, number: f64) {
    write!(out, "{number:?}").expect("writing to memory does not fail");
}

fn write(members: &mut Members<'_>, consumed: &ConsumedCapacity) {
    units(members, consumed.capacity_units, consumed.read_capacity_units, consumed.write_capacity_units);
    by_index(members, "GlobalSecondaryIndexes", &consumed.global_secondary_indexes);
    by_index(members, "LocalSecondaryIndexes", &consumed.local_secondary_indexes);
    if let Some(part) = &consumed.table {
        members.object("Table", |members| capacity(members, part));
    }
    members.text("TableName", &consumed.table_name);
}

fn by_index(members: &mut Members<'_>, name: &str, indexes: &BTreeMap<String, Capacity>) {
    if !indexes.is_empty() {
        members.object(name, |members| {
            for (index, part) in indexes {
                members.object(index, |members| capacity(members, part));
            }
        });
    }
}

fn capacity(members: &mut Members<'_>, part: &Capacity) {
    units(members, part.capacity_units, part.read_capacity_units, part.write_capacity_units);
}

fn units(members: &mut Members<'_>, all: f64, read: Option<f64>, write: Option<f64>) {
    float(members.member("CapacityUnits"), all);
    for (name, units) in [("ReadCapacityUnits", read), ("WriteCapacityUnits", write)] {
        if let Some(units) = units {
            float(members.member(name), units);
        }
    }
}
