//! A table for the tests of what needs one without a database.

use dynochemy_core::api::{Projection, ProvisionedThroughput};
use dynochemy_core::{KeyAttribute, KeyShape, Moment, ScalarType};

use super::{Index, IndexKind, Settings, Table};

/// A table with the hash key `id`, and two indexes: a local one by `time`, and a global one by `name`, which has two
/// units of capacity where the table has any.
pub(crate) fn table(id: i64, capacity: Option<u64>) -> Table {
    let attribute = |name: &'static str| KeyAttribute { name: name.into(), kind: ScalarType::S };
    let throughput =
        |units| ProvisionedThroughput { read_capacity_units: units, write_capacity_units: units };
    let index = |number: i64, name: &str, kind| Index {
        id: id * 100 + number,
        name: name.to_owned(),
        kind,
        hash: vec![attribute("id")],
        range: vec![attribute("time")],
        projection: Projection::all(),
        throughput: capacity.filter(|_| kind == IndexKind::Global).map(|_| throughput(2)),
        capacity_changes: Default::default(),
        creation: None,
        on_demand_throughput: None,
        warm_throughput: None,
    };
    let local = index(1, "by_time", IndexKind::Local);
    let global = Index { hash: vec![attribute("name")], ..index(2, "by_name", IndexKind::Global) };
    Table {
        id,
        name: format!("table{id}"),
        keys: KeyShape { hash: attribute("id"), range: None },
        attribute_definitions: Vec::new(),
        indexes: vec![local, global],
        throughput: capacity.map(throughput),
        created: Moment::EPOCH,
        creation: None,
        settings: Settings::default(),
    }
}
