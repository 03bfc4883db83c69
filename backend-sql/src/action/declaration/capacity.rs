//! The capacity that a table or index is given, the most that it may take on demand, and what it can take at once.
//!
//! The last only grows: with what is asked for, and with every capacity that is given; it is told again and nothing
//! more. What limits calls is in [`throughput`](crate::throughput).
//!
//! See [Throughput capacity](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html) and
//! [Warm throughput](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html).

use std::fmt;

use dynochemy_core::Rejection;
use dynochemy_core::api::{
    BillingMode, GlobalSecondaryIndex, OnDemandThroughput, ProvisionedThroughput, WarmThroughput,
};

use crate::failure::{constraint, invalid, validation};
use crate::storage::Index;

/// The most units that can be asked for at all.
const MAX_UNITS: u64 = 1_000_000_000_000;

/// What a new table or index that is billed on demand can take at once.
const ON_DEMAND: WarmThroughput =
    WarmThroughput { read_units_per_second: Some(12_000), write_units_per_second: Some(4_000) };

/// Whose capacity it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    Table,
    /// An index, by its name.
    Index(&'a str),
}

/// Whether what is declared is new, or replaces something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    Creation,
    Update,
}

/// That a billing mode is one that there is.
pub(crate) fn check_mode(mode: Option<&BillingMode>) -> Result<(), Box<Rejection>> {
    match mode {
        Some(BillingMode::Other(name)) => {
            Err(constraint(name, "billingMode", "satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]"))
        }
        _ => Ok(()),
    }
}

/// A table that is billed on demand is given a capacity.
pub(crate) fn capacity_on_demand() -> Box<Rejection> {
    invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    )
}

/// That each capacity is at least one unit; `member` is where it stands in the request.
pub(crate) fn check_units(throughput: ProvisionedThroughput, member: &str) -> Result<(), Box<Rejection>> {
    let ProvisionedThroughput { read_capacity_units, write_capacity_units } = throughput;
    for (units, name) in
        [(read_capacity_units, "readCapacityUnits"), (write_capacity_units, "writeCapacityUnits")]
    {
        if units == 0 {
            let member = format!("{member}.{name}");
            return Err(constraint(units, &member, "have value greater than or equal to 1"));
        }
    }
    Ok(())
}

/// That a capacity is one that a table or index could have.
pub(crate) fn check_bounds(
    throughput: ProvisionedThroughput,
    owner: Owner<'_>,
) -> Result<(), Box<Rejection>> {
    let ProvisionedThroughput { read_capacity_units, write_capacity_units } = throughput;
    for (units, name) in
        [(read_capacity_units, "ReadCapacityUnits"), (write_capacity_units, "WriteCapacityUnits")]
    {
        if units > MAX_UNITS {
            let index = match owner {
                Owner::Table => String::new(),
                Owner::Index(index) => format!(" for index {index}"),
            };
            return Err(validation(format!("Given value {units} for {name} is out of bounds{index}")));
        }
    }
    Ok(())
}

/// A new index with the capacity that is declared, which fits its table's billing.
pub(crate) fn checked_index_capacity(
    index: Index,
    declared: &GlobalSecondaryIndex,
) -> Result<Index, Box<Rejection>> {
    let throughput = declared.provisioned_throughput;
    let owner = Owner::Index(&index.name);
    if let Some(throughput) = throughput {
        check_bounds(throughput, owner)?;
    }
    if let Some(wanted) = declared.on_demand_throughput {
        check_on_demand(wanted, throughput, owner, Occasion::Creation)?;
    }
    if let Some(wanted) = declared.warm_throughput {
        check_warm(wanted, least_warm(throughput), owner, LowerThan::initially(throughput))?;
    }
    Ok(Index {
        throughput,
        on_demand_throughput: declared.on_demand_throughput,
        warm_throughput: Some(warmer(declared.warm_throughput, least_warm(throughput))),
        ..index
    })
}

/// The most that may be taken on demand; `provisioned` is the capacity that is given instead, if it is.
pub(crate) fn check_on_demand(
    wanted: OnDemandThroughput,
    provisioned: Option<ProvisionedThroughput>,
    owner: Owner<'_>,
    occasion: Occasion,
) -> Result<(), Box<Rejection>> {
    let OnDemandThroughput { max_read_request_units, max_write_request_units } = wanted;
    for (units, name) in
        [(max_read_request_units, "MaxReadRequestUnits"), (max_write_request_units, "MaxWriteRequestUnits")]
    {
        let Some(units) = units else { continue };
        if provisioned.is_some() {
            let of_index = match owner {
                Owner::Table => String::new(),
                Owner::Index(index) => format!(" for index : {index}"),
            };
            let (the, stop) = if occasion == Occasion::Creation { ("", ".") } else { ("the ", "") };
            return Err(invalid(format!(
                "{name} for OnDemandThroughput{of_index} cannot be specified when {the}table BillingMode is \
                 PROVISIONED{stop}"
            )));
        }
        // A bound that there is can be taken away.
        if units < 1 && (occasion == Occasion::Creation || units != -1) {
            let of = match owner {
                Owner::Table => "table".to_owned(),
                Owner::Index(index) => format!("index : {index}"),
            };
            return Err(invalid(format!(
                "Requested {name} for OnDemandThroughput for {of} is outside of valid range"
            )));
        }
    }
    Ok(())
}

/// The bounds after a change: member by member, -1 takes one away.
pub(crate) fn changed_on_demand(
    current: Option<OnDemandThroughput>,
    wanted: OnDemandThroughput,
) -> Option<OnDemandThroughput> {
    let current = current.unwrap_or_default();
    let member = |wanted: Option<i64>, current| wanted.or(current).filter(|units| *units != -1);
    let changed = OnDemandThroughput {
        max_read_request_units: member(wanted.max_read_request_units, current.max_read_request_units),
        max_write_request_units: member(wanted.max_write_request_units, current.max_write_request_units),
    };
    (changed != OnDemandThroughput::default()).then_some(changed)
}

/// What a table or index with this capacity can take at once, where nothing else was asked for.
pub(crate) fn least_warm(provisioned: Option<ProvisionedThroughput>) -> WarmThroughput {
    match provisioned {
        None => ON_DEMAND,
        Some(ProvisionedThroughput { read_capacity_units, write_capacity_units }) => WarmThroughput {
            read_units_per_second: Some(read_capacity_units),
            write_units_per_second: Some(write_capacity_units),
        },
    }
}

/// The larger of both, member by member.
pub(crate) fn warmer(one: Option<WarmThroughput>, other: WarmThroughput) -> WarmThroughput {
    let one = one.unwrap_or_default();
    WarmThroughput {
        read_units_per_second: one.read_units_per_second.max(other.read_units_per_second),
        write_units_per_second: one.write_units_per_second.max(other.write_units_per_second),
    }
}

/// That what is to be taken at once is not less than what can be taken now.
pub(crate) fn check_warm(
    wanted: WarmThroughput,
    current: WarmThroughput,
    owner: Owner<'_>,
    why: LowerThan,
) -> Result<(), Box<Rejection>> {
    let of = match owner {
        Owner::Table => "table".to_owned(),
        Owner::Index(index) => format!("index {index}"),
    };
    let units = [
        (wanted.read_units_per_second, current.read_units_per_second, "Read"),
        (wanted.write_units_per_second, current.write_units_per_second, "Write"),
    ];
    for (wanted, current, direction) in units {
        if wanted.is_some_and(|wanted| current.is_some_and(|current| wanted < current)) {
            let why = why.told(direction);
            return Err(invalid(format!(
                "Requested {direction}UnitsPerSecond for WarmThroughput for {of} is lower than {why}"
            )));
        }
    }
    Ok(())
}

/// What it is less than.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LowerThan {
    Before,
    Provisioned,
    OnDemand,
}

impl LowerThan {
    /// Of something new with this capacity.
    pub(crate) fn initially(provisioned: Option<ProvisionedThroughput>) -> Self {
        if provisioned.is_some() { Self::Provisioned } else { Self::OnDemand }
    }

    fn told(self, direction: &str) -> impl fmt::Display {
        match self {
            Self::Before => {
                "current WarmThroughput, decreasing WarmThroughput is not supported".to_owned()
            }
            Self::Provisioned => format!("{direction}CapacityUnits of ProvisionedThroughput"),
            Self::OnDemand => "initial throughput for OnDemand. See: \
                https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
                .to_owned(),
        }
    }
}
