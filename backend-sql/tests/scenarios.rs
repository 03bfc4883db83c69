//! The scenarios on SQLite in process.

#[path = "../../testing/immediate.rs"]
mod immediate;
#[path = "../../testing/scenarios.rs"]
#[macro_use]
mod scenarios;

use dynochemy_core::Builder;
use dynochemy_sql::Db;
use immediate::{Immediate, drive};

scenarios!([] Builder::<Immediate>::new, drive);
