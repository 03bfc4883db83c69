//! What a look at a table shows is to be done: no states, no time.

use super::update;
use crate::api::{
    DeleteTableInput, GlobalSecondaryIndexUpdate, IndexStatus, TableDescription, TableStatus,
    TimeToLiveDescription, TimeToLiveSpecification, TimeToLiveStatus, UpdateTableInput,
    UpdateTimeToLiveInput,
};
use crate::operation::{EnsureStep, TableWait, Task};
use crate::request::{Action, Request};
use crate::table::{Aspect, Description, Difference, TableDefinition};

/// A call that changes something.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Create,
    Delete,
    Update(Box<UpdateTableInput>),
    TimeToLive(TimeToLiveSpecification),
}

impl Change {
    pub(super) fn request(self, task: &Task, table_name: String) -> Request {
        match (self, task) {
            (Self::Create, Task::CreateTable { definition, .. } | Task::EnsureTable { definition, .. }) => {
                definition.input(table_name).into()
            }
            (Self::Update(input), _) => UpdateTableInput { table_name, ..*input }.into(),
            (Self::TimeToLive(time_to_live_specification), _) => {
                UpdateTimeToLiveInput { table_name, time_to_live_specification }.into()
            }
            // Only what has a definition is created.
            (Self::Create | Self::Delete, _) => DeleteTableInput { table_name }.into(),
        }
    }

    pub(super) fn action(&self) -> Action {
        match self {
            Self::Create => Action::CreateTable,
            Self::Delete => Action::DeleteTable,
            Self::Update(_) => Action::UpdateTable,
            Self::TimeToLive(_) => Action::UpdateTimeToLive,
        }
    }

    /// What is told of it.
    pub(super) fn step(&self) -> Option<EnsureStep> {
        match self {
            Self::Create => Some(EnsureStep::CreatedTable),
            Self::Delete => None,
            Self::Update(input) => {
                input.global_secondary_index_updates.iter().find_map(|update| match update {
                    GlobalSecondaryIndexUpdate::Create(index) => {
                        Some(EnsureStep::CreatedIndex(index.index_name.clone()))
                    }
                    _ => None,
                })
            }
            Self::TimeToLive(specification) => {
                let attribute = specification.attribute_name.clone();
                specification.enabled.then_some(EnsureStep::EnabledTimeToLive(attribute))
            }
        }
    }
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(super) enum Goal {
    /// Make a change.
    Change(Change),
    /// Look again later, since this is so.
    Wait(String),
    /// The table is as it is to be: look at its time to live.
    TimeToLive,
    /// Nothing.
    Reached,
    /// Nothing, although this differs.
    Differs(Difference),
    /// It cannot be done.
    Impossible(String),
}

impl Goal {
    /// What is to be done where the table is as it was `found`, or not there.
    pub(super) fn of(task: &Task, declared: &Description, found: Option<&TableDescription>) -> Self {
        match (task, found) {
            (Task::CreateTable { .. } | Task::EnsureTable { .. }, None) => Self::Change(Change::Create),
            (Task::CreateTable { definition, .. }, Some(table)) => {
                if has_other_keys(definition, table) {
                    return Self::Impossible("a table of this name with other keys is there".to_owned());
                }
                busy(table).map_or_else(|| Self::after_table(definition), Self::Wait)
            }
            (Task::EnsureTable { definition, .. }, Some(table)) => {
                if has_other_keys(definition, table) {
                    return Self::Reached;
                }
                if let Some(why) = busy(table) {
                    return Self::Wait(why);
                }
                match definition.missing_indexes(table).next() {
                    Some(index) => Self::Change(Change::Update(Box::new(update::create_index(index, table)))),
                    None => Self::after_table(definition),
                }
            }
            (Task::UpdateTable { update, .. }, Some(table)) => {
                if let Some(why) = busy(table) {
                    return Self::Wait(why);
                }
                match update::next(update, declared, table) {
                    Ok(Some(input)) => Self::Change(Change::Update(Box::new(input))),
                    Ok(None) => Self::Reached,
                    Err(problem) => Self::Impossible(problem),
                }
            }
            (Task::AwaitTable { until: TableWait::Active, .. }, Some(table)) => {
                busy(table).map_or(Self::Reached, Self::Wait)
            }
            (Task::AwaitTable { until: TableWait::Active, .. }, None) => {
                Self::Wait("the table is not there".to_owned())
            }
            (Task::DeleteTable { .. }, Some(table)) if table.table_status != TableStatus::Deleting => {
                Self::Change(Change::Delete)
            }
            (_, Some(table)) => Self::Wait(format!("the table is still {}", table.table_status)),
            (_, None) => Self::Reached,
        }
    }

    fn after_table(definition: &TableDefinition) -> Self {
        if definition.time_to_live.is_some() { Self::TimeToLive } else { Self::Reached }
    }

    /// What is to be done where items expire, or not, as was `found`.
    pub(super) fn of_time_to_live(task: &Task, found: &TimeToLiveDescription) -> Self {
        let wanted = match task {
            Task::CreateTable { definition, .. } | Task::EnsureTable { definition, .. } => {
                definition.time_to_live.as_deref()
            }
            Task::UpdateTimeToLive { attribute, .. } => attribute.as_deref(),
            _ => None,
        };
        let attribute = found.attribute_name.as_deref();
        let is_on =
            matches!(found.time_to_live_status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        let set = |enabled, attribute: &str| {
            let attribute_name = attribute.to_owned();
            Self::Change(Change::TimeToLive(TimeToLiveSpecification { enabled, attribute_name }))
        };
        match wanted {
            Some(wanted) if is_on && attribute == Some(wanted) => Self::Reached,
            Some(wanted) if is_on => {
                let attribute = attribute.unwrap_or("another attribute");
                if matches!(task, Task::EnsureTable { .. }) {
                    let found = format!("by `{attribute}`");
                    return Self::Differs(Difference::of_table(
                        Aspect::TimeToLive,
                        format!("by `{wanted}`"),
                        found,
                    ));
                }
                Self::Impossible(format!(
                    "items expire by `{attribute}` already, and not by `{wanted}`: switch time to live off first"
                ))
            }
            Some(_) if found.time_to_live_status == Some(TimeToLiveStatus::Disabling) => {
                Self::Wait("time to live is still DISABLING".to_owned())
            }
            Some(wanted) => set(true, wanted),
            None if is_on => set(false, attribute.unwrap_or_default()),
            None => Self::Reached,
        }
    }

    /// Whether a task ends with nothing to tell.
    pub(super) fn ends_without_table(task: &Task) -> bool {
        matches!(task, Task::DeleteTable { .. } | Task::AwaitTable { until: TableWait::Gone, .. })
    }
}

fn has_other_keys(definition: &TableDefinition, table: &TableDescription) -> bool {
    // Of a table that is being deleted the service may tell no keys.
    table.table_status != TableStatus::Deleting
        && table.key_shape().is_some_and(|keys| keys != definition.keys)
}

/// Why a table, or one of its indexes, cannot be used or changed yet.
fn busy(table: &TableDescription) -> Option<String> {
    if table.table_status != TableStatus::Active
        && !table.global_secondary_indexes.iter().any(|index| index.index_status == IndexStatus::Creating)
    {
        return Some(format!("the table is still {}", table.table_status));
    }
    let index = table.global_secondary_indexes.iter().find(|index| {
        // A service that tells no status has indexes that are there at once.
        let at_rest = [IndexStatus::Active, IndexStatus::default()].contains(&index.index_status);
        !at_rest || index.backfilling == Some(true)
    });
    match index {
        Some(index) if index.backfilling == Some(true) => Some(format!(
            "the index `{}` is still {}, being filled from the table's items (about {}, of which it holds about {})",
            index.index_name, index.index_status, table.item_count, index.item_count
        )),
        Some(index) => Some(format!("the index `{}` is still {}", index.index_name, index.index_status)),
        None => None,
    }
}
