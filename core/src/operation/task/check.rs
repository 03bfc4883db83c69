//! What is checked of a task before it is carried out, and of one that comes from outside.

use super::Task;
use crate::expression::DocumentPath;
use crate::operation::{call, transaction};
use crate::table::{Description, Tables};
use crate::wire::WireError;

impl Task {
    /// Checks its expressions against the service's limits.
    pub(crate) fn check_limits(&self) -> Result<(), WireError> {
        if let Some(condition) = self.options().and_then(|options| options.condition.as_ref()) {
            condition.check_limits()?;
        }
        match self {
            Self::Get { projection, .. } if !projection.is_empty() => {
                DocumentPath::check_projection_limits(projection)
            }
            Self::Update { update, .. } => update.check_limits(),
            Self::Check { condition, .. } => condition.check_limits(),
            Self::Query { condition, reading, .. } => {
                condition.check_limits()?;
                reading.check_limits()
            }
            Self::Scan { reading, .. } => reading.check_limits(),
            Self::TransactWrite { actions: parts, .. } | Self::TransactGet { gets: parts } => {
                parts.iter().try_for_each(Self::check_limits)
            }
            _ => Ok(()),
        }
    }

    /// Checks what its operation saw to when the task was made, for one that was read from outside.
    pub(crate) fn check(&self, tables: &Tables) -> Result<(), WireError> {
        match self {
            Self::TransactWrite { actions: parts, .. } | Self::TransactGet { gets: parts } => {
                let writes = matches!(self, Self::TransactWrite { .. });
                for part in parts {
                    let fits = match part {
                        Self::Get { .. } => !writes,
                        part => writes && part.key().is_some(),
                    };
                    if !fits {
                        return Err(WireError::new(format!(
                            "a {} cannot be in a transaction",
                            part.operation()
                        )));
                    }
                    part.check(tables)?;
                }
                transaction::check(parts.iter(), parts.len())
            }
            Self::Call { request } => call::check(request),
            _ => match self.table() {
                Some(table) if tables.holds(table) => self.check_on(tables.at(table)),
                Some(_) => Err(WireError::new("it names a table that the plan does not describe")),
                None => Ok(()),
            },
        }
    }

    fn check_on(&self, table: &Description) -> Result<(), WireError> {
        if let Some(key) = self.key() {
            let names = table.keys.attributes().map(|part| &part.name);
            if !names.eq(key.parts().map(|(name, _)| name)) {
                return Err(WireError::new("its key is none of the table's"));
            }
            table.keys.key(key.hash.1.clone(), key.range.as_ref().map(|(_, value)| value.clone()))?;
        }
        match self {
            Self::CreateTable { definition, .. } | Self::EnsureTable { definition, .. }
                if definition.keys != table.keys =>
            {
                Err(WireError::new("it defines the table with other keys"))
            }
            Self::Put { key, item, .. } if table.keys.extract(item)? != *key => {
                Err(WireError::new("its item has another key than it"))
            }
            Self::Scan { segments, .. } => {
                segments.check()?;
                self.check_so_far(table)
            }
            Self::Query { condition, .. } if condition.equal.is_empty() => {
                Err(WireError::new("it has no hash key"))
            }
            Self::Query { .. } => self.check_so_far(table),
            _ => Ok(()),
        }
    }
}
