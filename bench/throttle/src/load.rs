//! The tables, and what is written to them.

use dynochemy_core::api::{ProvisionedThroughput, UpdateTableInput};
use dynochemy_core::{Moment, Request, Table};
use dynochemy_sql::{Backend, SqlBackend};
use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Write units a second of [`Load`].
pub const CAPACITY: u64 = 1000;
/// Write units a second of its index.
pub const INDEX_CAPACITY: u64 = 100;
/// When each simulation starts.
pub const START: Moment = Moment::from_secs(1_800_000_000);

/// An item of a table with provisioned capacity.
#[derive(Table, Serialize, Deserialize)]
#[table(name = "load", read_capacity = 1000, write_capacity = 1000)]
pub struct Load {
    #[table(hash_key)]
    id: String,
    pad: String,
}

/// An item that may be in an index.
#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "indexed",
    read_capacity = 1000,
    write_capacity = 1000,
    global_index(name = "by_group", hash = "group", read_capacity = 100, write_capacity = 100)
)]
pub struct Indexed {
    #[table(hash_key)]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    pad: String,
}

/// An item of a table billed on demand, whose hash keys are partitions.
#[derive(Table, Serialize, Deserialize)]
#[table(name = "on_demand")]
pub struct OnDemand {
    #[table(hash_key)]
    partition: String,
    #[table(range_key)]
    number: u64,
    pad: String,
}

/// As much padding as makes an item with so many bytes besides one of 512 to 3,584 bytes.
fn pad(random: &mut Random, besides: usize) -> String {
    "x".repeat(random.between(512, 3584) as usize - besides)
}

impl Load {
    pub fn new(client: usize, number: u64, random: &mut Random) -> Self {
        let id = format!("{client}-{number:06}");
        Self { pad: pad(random, 5 + id.len()), id }
    }
}

impl Indexed {
    /// Every other one is in the index, each under a key of its own.
    pub fn new(number: u64, random: &mut Random) -> Self {
        let id = format!("{number:06}");
        let group = (number % 2 == 1).then(|| format!("{number:06}"));
        let besides = 5 + id.len() + group.as_ref().map_or(0, |group| 5 + group.len());
        Self { pad: pad(random, besides), id, group }
    }
}

impl OnDemand {
    /// Every other one has the same hash key.
    pub fn new(client: usize, number: u64, random: &mut Random) -> Self {
        let partition = if number % 2 == 1 { "hot".to_owned() } else { format!("{client}-{number:06}") };
        let besides = 9 + partition.len() + 6 + 5 + 3;
        Self { pad: pad(random, besides), partition, number: number * 100 + client as u64 }
    }
}

/// Changes the table's write units a second.
pub fn change_capacity(backend: &SqlBackend, units: u64, now: Moment) {
    let throughput = ProvisionedThroughput { read_capacity_units: CAPACITY, write_capacity_units: units };
    let update = UpdateTableInput {
        table_name: Load::DESCRIPTION.name.clone().into_owned(),
        provisioned_throughput: Some(throughput),
        ..UpdateTableInput::default()
    };
    backend.answer(&Request::from(update), now).expect("capacities can be changed");
}
