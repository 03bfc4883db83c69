//! A model of the service's control plane: tables, indexes, time to live and tags. It takes its time, and what it is asked is
//! held against the service's rules.

#![allow(unreachable_pub, reason = "what is public is public to the test")]

use std::collections::BTreeMap;

use dynochemy_core::api::*;
use dynochemy_core::{CallError, Rejection, Request, Response};

/// The tables of an account. What is begun takes some looks to be there.
#[derive(Default)]
pub struct Account {
    pub tables: BTreeMap<String, TableDescription>,
    pub time_to_live: BTreeMap<String, TimeToLiveDescription>,
    pub tags: BTreeMap<String, String>,
    /// How many looks a change takes.
    pub slowness: u32,
    pub looks_left: u32,
}

impl Account {
    pub fn slow() -> Self {
        Self { slowness: 2, ..Self::default() }
    }

    fn table(&mut self, name: &str) -> Result<&mut TableDescription, CallError> {
        self.tables.get_mut(name).ok_or_else(|| refused("ResourceNotFoundException", "no such table"))
    }

    fn is_busy(&self, name: &str) -> bool {
        self.tables.get(name).is_some_and(|table| table.table_status != TableStatus::Active)
    }

    /// One look passes.
    fn look(&mut self, name: &str) {
        let Some(table) = self.tables.get_mut(name) else { return };
        if self.looks_left > 0 {
            self.looks_left -= 1;
            return;
        }
        if table.table_status == TableStatus::Deleting {
            self.tables.remove(name);
            return;
        }
        table.table_status = TableStatus::Active;
        table.global_secondary_indexes.retain(|index| index.index_status != IndexStatus::Deleting);
        for index in &mut table.global_secondary_indexes {
            (index.index_status, index.backfilling) = (IndexStatus::Active, None);
        }
    }

    pub fn begin(&mut self, name: &str, status: TableStatus) -> TableDescription {
        self.looks_left = self.slowness;
        let table = self.tables.get_mut(name).unwrap();
        table.table_status = status;
        table.clone()
    }

    pub fn answer(&mut self, request: &Request) -> Result<Response, CallError> {
        Ok(match request {
            Request::CreateTable(input) => {
                let name = &input.table_name;
                if self.tables.contains_key(name) {
                    return Err(refused("ResourceInUseException", "Table already exists: shop"));
                }
                self.tables.insert(name.clone(), described(input));
                let table_description = self.begin(name, TableStatus::Creating);
                CreateTableOutput { table_description }.into()
            }
            Request::DescribeTable(input) => {
                self.look(&input.table_name);
                DescribeTableOutput { table: self.table(&input.table_name)?.clone() }.into()
            }
            Request::DeleteTable(input) => {
                self.table(&input.table_name)?;
                if self.is_busy(&input.table_name) {
                    return Err(refused("ResourceInUseException", "it is being changed"));
                }
                let table_description = self.begin(&input.table_name, TableStatus::Deleting);
                DeleteTableOutput { table_description }.into()
            }
            Request::UpdateTable(input) => {
                if self.is_busy(&input.table_name) {
                    return Err(refused("ResourceInUseException", "it is being changed"));
                }
                change(self.table(&input.table_name)?, input)?;
                let table_description = self.begin(&input.table_name, TableStatus::Updating);
                UpdateTableOutput { table_description }.into()
            }
            Request::DescribeTimeToLive(input) => {
                self.table(&input.table_name)?;
                let time_to_live_description =
                    self.time_to_live.get(&input.table_name).cloned().unwrap_or_default();
                DescribeTimeToLiveOutput { time_to_live_description }.into()
            }
            Request::UpdateTimeToLive(input) => {
                let TimeToLiveSpecification { enabled, attribute_name } = &input.time_to_live_specification;
                let found = self.time_to_live.get(&input.table_name);
                let found = found.and_then(|found| found.time_to_live_status.as_ref());
                if *enabled && found.is_some_and(|found| *found != TimeToLiveStatus::Disabled) {
                    return Err(refused("ValidationException", "TimeToLive is already enabled"));
                }
                let status = if *enabled { TimeToLiveStatus::Enabling } else { TimeToLiveStatus::Disabling };
                let description = TimeToLiveDescription {
                    time_to_live_status: Some(status),
                    attribute_name: Some(attribute_name.clone()),
                };
                self.time_to_live.insert(input.table_name.clone(), description);
                let time_to_live_specification = input.time_to_live_specification.clone();
                UpdateTimeToLiveOutput { time_to_live_specification }.into()
            }
            Request::ListTables(input) => {
                let after = input.exclusive_start_table_name.as_ref();
                let mut rest = self.tables.keys().filter(|name| after.is_none_or(|after| *name > after));
                let table_names: Vec<_> = rest.by_ref().take(2).cloned().collect();
                let last_evaluated_table_name = table_names.last().filter(|_| rest.next().is_some()).cloned();
                ListTablesOutput { table_names, last_evaluated_table_name }.into()
            }
            Request::TagResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                self.tags.extend(input.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
                TagResourceOutput {}.into()
            }
            Request::UntagResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                self.tags.retain(|key, _| !input.tag_keys.contains(key));
                UntagResourceOutput {}.into()
            }
            Request::ListTagsOfResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                let at: usize = input.next_token.as_ref().map_or(0, |token| token.parse().unwrap());
                let tags =
                    self.tags.iter().skip(at).take(1).map(|(key, value)| Tag::new(key, value)).collect();
                let next_token = (at + 1 < self.tags.len()).then(|| (at + 1).to_string());
                ListTagsOfResourceOutput { tags, next_token }.into()
            }
            other => panic!("{other:?}"),
        })
    }
}

fn described(input: &CreateTableInput) -> TableDescription {
    let mut table = TableDescription {
        table_name: input.table_name.clone(),
        table_arn: Some(format!("arn:{}", input.table_name)),
        attribute_definitions: input.attribute_definitions.clone(),
        key_schema: input.key_schema.clone(),
        provisioned_throughput: input.provisioned_throughput.map(Into::into),
        stream_specification: input.stream_specification.clone(),
        deletion_protection_enabled: input.deletion_protection_enabled,
        item_count: 1000,
        ..TableDescription::default()
    };
    for index in &input.local_secondary_indexes {
        let LocalSecondaryIndex { index_name, key_schema, projection } = index.clone();
        let description =
            LocalSecondaryIndexDescription { index_name, key_schema, projection, ..Default::default() };
        table.local_secondary_indexes.push(description);
    }
    for index in &input.global_secondary_indexes {
        table.global_secondary_indexes.push(described_index(index));
    }
    table
}

fn described_index(index: &GlobalSecondaryIndex) -> GlobalSecondaryIndexDescription {
    GlobalSecondaryIndexDescription {
        index_name: index.index_name.clone(),
        key_schema: index.key_schema.clone(),
        projection: index.projection.clone(),
        index_status: IndexStatus::Creating,
        provisioned_throughput: index.provisioned_throughput.map(Into::into),
        ..GlobalSecondaryIndexDescription::default()
    }
}

/// One kind of change in a call, as the service wants it.
fn change(table: &mut TableDescription, input: &UpdateTableInput) -> Result<(), CallError> {
    if input.billing_mode == Some(BillingMode::PayPerRequest) {
        table.provisioned_throughput = None;
        table.global_secondary_indexes.iter_mut().for_each(|index| index.provisioned_throughput = None);
    }
    if let Some(throughput) = input.provisioned_throughput {
        table.provisioned_throughput = Some(throughput.into());
    }
    if let Some(stream) = &input.stream_specification {
        table.stream_specification = Some(stream.clone());
    }
    if let Some(protection) = input.deletion_protection_enabled {
        table.deletion_protection_enabled = Some(protection);
    }
    for update in &input.global_secondary_index_updates {
        let of_name = |name: &str| {
            let position = table.global_secondary_indexes.iter().position(|index| index.index_name == name);
            position.ok_or_else(|| refused("ResourceNotFoundException", "no such index"))
        };
        match update {
            GlobalSecondaryIndexUpdate::Create(index) => {
                if of_name(&index.index_name).is_ok() {
                    return Err(refused("ValidationException", "there is such an index"));
                }
                assert_eq!(input.global_secondary_index_updates.len(), 1);
                assert!(input.provisioned_throughput.is_none());
                for element in &index.key_schema {
                    let defined = &input.attribute_definitions;
                    assert!(defined.iter().any(|one| one.attribute_name == element.attribute_name));
                }
                for definition in &input.attribute_definitions {
                    if !table.attribute_definitions.contains(definition) {
                        table.attribute_definitions.push(definition.clone());
                    }
                }
                let index =
                    GlobalSecondaryIndexDescription { backfilling: Some(true), ..described_index(index) };
                table.global_secondary_indexes.push(index);
            }
            GlobalSecondaryIndexUpdate::Delete(index) => {
                assert_eq!(input.global_secondary_index_updates.len(), 1);
                let position = of_name(&index.index_name)?;
                table.global_secondary_indexes[position].index_status = IndexStatus::Deleting;
            }
            GlobalSecondaryIndexUpdate::Update(index) => {
                let position = of_name(&index.index_name)?;
                table.global_secondary_indexes[position].provisioned_throughput =
                    index.provisioned_throughput.map(Into::into);
            }
        }
    }
    Ok(())
}

pub fn refused(code: &str, message: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, message)))
}
