//! The capacity that a table or index is given.
//!
//! See [Read and write capacity modes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadWriteCapacityMode.html).

use serde::{Deserialize, Serialize};

use super::names::names;

names! {
    /// How a table is billed.
    BillingMode {
        /// For the capacity that it is given.
        Provisioned = "PROVISIONED",
        /// For each request.
        PayPerRequest = "PAY_PER_REQUEST",
    }
}

/// The capacity of a table or index, in units a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvisionedThroughput {
    /// Reads of up to 4 KB a second.
    pub read_capacity_units: u64,
    /// Writes of up to 1 KB a second.
    pub write_capacity_units: u64,
}

/// The capacity of a table or index as the service describes it; zeros where it is billed on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ProvisionedThroughputDescription {
    /// When it was last raised, in seconds since the Unix epoch.
    pub last_increase_date_time: Option<f64>,
    /// When it was last lowered, in seconds since the Unix epoch.
    pub last_decrease_date_time: Option<f64>,
    /// How often it was lowered today (UTC).
    pub number_of_decreases_today: Option<u64>,
    /// Reads of up to 4 KB a second.
    pub read_capacity_units: u64,
    /// Writes of up to 1 KB a second.
    pub write_capacity_units: u64,
}

impl ProvisionedThroughputDescription {
    /// What was provisioned; `None` for what is billed on demand.
    #[must_use]
    pub fn provisioned(&self) -> Option<ProvisionedThroughput> {
        let Self { read_capacity_units, write_capacity_units, .. } = *self;
        let on_demand = read_capacity_units == 0 && write_capacity_units == 0;
        (!on_demand).then_some(ProvisionedThroughput { read_capacity_units, write_capacity_units })
    }
}

impl From<ProvisionedThroughput> for ProvisionedThroughputDescription {
    fn from(provisioned: ProvisionedThroughput) -> Self {
        let ProvisionedThroughput { read_capacity_units, write_capacity_units } = provisioned;
        Self { read_capacity_units, write_capacity_units, ..Self::default() }
    }
}

/// The most that a table or index may take on demand, in units a second; -1 takes a bound away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OnDemandThroughput {
    /// Reads of up to 4 KB a second.
    pub max_read_request_units: Option<i64>,
    /// Writes of up to 1 KB a second.
    pub max_write_request_units: Option<i64>,
}

/// What a table or index is to take at once, without growing into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct WarmThroughput {
    /// Reads of up to 4 KB a second.
    pub read_units_per_second: Option<u64>,
    /// Writes of up to 1 KB a second.
    pub write_units_per_second: Option<u64>,
}

/// A replica's own read capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ProvisionedThroughputOverride {
    /// Reads of up to 4 KB a second.
    pub read_capacity_units: Option<u64>,
}

/// The most that a replica may read on demand; -1 takes the bound away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OnDemandThroughputOverride {
    /// Reads of up to 4 KB a second.
    pub max_read_request_units: Option<i64>,
}
