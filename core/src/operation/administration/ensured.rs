//! What ensuring a table has come to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::api::TableDescription;
use crate::table::Difference;

/// What [`ensure`](crate::Table::ensure) has come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensured {
    /// The table as it is now.
    pub description: TableDescription,
    /// What was done, in order; nothing where all was there already. Of what an earlier run of the same plan did,
    /// nothing is known here.
    pub did: Vec<EnsureStep>,
    /// What is not as declared, and was left alone.
    pub differs: Vec<Difference>,
}

/// One thing that was missing and is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EnsureStep {
    /// The table was created, with all its indexes.
    CreatedTable,
    /// This global index was created, and filled with the items that were there.
    CreatedIndex(String),
    /// Time to live was switched on, by this attribute. The service may take an hour to begin with it.
    EnabledTimeToLive(String),
}

impl Ensured {
    /// Whether the table is as its types declare it.
    #[must_use]
    pub fn is_as_declared(&self) -> bool {
        self.differs.is_empty()
    }
}

impl fmt::Display for EnsureStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatedTable => f.write_str("created the table"),
            Self::CreatedIndex(index) => write!(f, "created the index `{index}`"),
            Self::EnabledTimeToLive(attribute) => {
                write!(f, "switched time to live on, by the attribute `{attribute}`")
            }
        }
    }
}

impl fmt::Display for Ensured {
    /// `table `visits`: created the index `by_name`; differs: the table: the capacity is declared as ..`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table `{}`: ", self.description.table_name)?;
        match self.did.as_slice() {
            [] => f.write_str("nothing was missing")?,
            [first, rest @ ..] => {
                write!(f, "{first}")?;
                rest.iter().try_for_each(|step| write!(f, ", {step}"))?;
            }
        }
        self.differs.iter().try_for_each(|difference| write!(f, "; differs: {difference}"))
    }
}
