//! What DescribeTable and its kin tell of a table.
//!
//! See [TableDescription](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html).

use dynochemy_core::Moment;
use dynochemy_core::api::{
    AttributeDefinition, BillingMode, BillingModeSummary, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexWarmThroughputDescription, IndexStatus, KeySchemaElement,
    LocalSecondaryIndexDescription, Projection, ProvisionedThroughput, ProvisionedThroughputDescription,
    SseDescription, SseStatus, SseType, TableClassSummary, TableDescription, TableStatus,
    TableWarmThroughputDescription,
};

use super::Transaction;
use super::definition::{CapacityChanges, Index, IndexKind, LatestStream, Table, stream_arn};

impl Transaction<'_> {
    /// The table as DescribeTable tells of it. Items are counted each time.
    pub(crate) fn describe(
        &self,
        table: &Table,
        status: TableStatus,
        now: Moment,
    ) -> rusqlite::Result<TableDescription> {
        let (item_count, table_size_bytes) = self.count(table.id)?;
        let settings = &table.settings;
        let (mut local, mut global) = (Vec::new(), Vec::new());
        for index in &table.indexes {
            match index.kind {
                IndexKind::Local => local.push(self.local(table, index)?),
                IndexKind::Global => global.push(self.global(table, index, now)?),
            }
        }
        Ok(TableDescription {
            table_name: table.name.clone(),
            table_status: status.clone(),
            attribute_definitions: sorted(&table.attribute_definitions),
            key_schema: KeySchemaElement::of(&table.keys),
            provisioned_throughput: Some(throughput(table.throughput, settings.capacity_changes, now)),
            creation_date_time: Some(seconds(table.created)),
            item_count,
            table_size_bytes,
            table_arn: Some(table.arn()),
            table_id: Some(format!("00000000-0000-4000-8000-{:012x}", table.id)),
            billing_mode_summary: settings.on_demand_since.map(|since| BillingModeSummary {
                billing_mode: Some(match table.throughput {
                    Some(_) => BillingMode::Provisioned,
                    None => BillingMode::PayPerRequest,
                }),
                last_update_to_pay_per_request_date_time: Some(seconds(since)),
            }),
            local_secondary_indexes: local,
            global_secondary_indexes: global,
            stream_specification: settings.stream.as_ref().and_then(LatestStream::specification),
            latest_stream_label: settings.stream.as_ref().map(|stream| stream.label.clone()),
            latest_stream_arn: settings.stream.as_ref().map(|stream| stream_arn(&table.name, &stream.label)),
            deletion_protection_enabled: Some(settings.deletion_protection),
            on_demand_throughput: settings.on_demand_throughput,
            warm_throughput: settings.warm_throughput.map(|warm| TableWarmThroughputDescription {
                read_units_per_second: warm.read_units_per_second,
                write_units_per_second: warm.write_units_per_second,
                status: Some(status),
            }),
            table_class_summary: settings.table_class.clone().map(|class| TableClassSummary {
                table_class: Some(class),
                last_update_date_time: settings.table_class_changed.map(seconds),
            }),
            sse_description: settings.sse_specification.as_ref().filter(|sse| sse.enabled == Some(true)).map(
                |sse| SseDescription {
                    status: Some(SseStatus::Enabled),
                    sse_type: Some(sse.sse_type.clone().unwrap_or(SseType::Kms)),
                    kms_master_key_arn: sse.kms_master_key_id.clone(),
                    ..SseDescription::default()
                },
            ),
            ..TableDescription::default()
        })
    }

    fn local(&self, table: &Table, index: &Index) -> rusqlite::Result<LocalSecondaryIndexDescription> {
        let (item_count, index_size_bytes) = self.count(index.id)?;
        Ok(LocalSecondaryIndexDescription {
            index_name: index.name.clone(),
            key_schema: index.key_schema(),
            projection: told(&index.projection),
            index_size_bytes,
            item_count,
            index_arn: Some(index.arn(table)),
        })
    }

    fn global(
        &self,
        table: &Table,
        index: &Index,
        now: Moment,
    ) -> rusqlite::Result<GlobalSecondaryIndexDescription> {
        let (item_count, index_size_bytes) = self.count(index.id)?;
        let is_created = index.is_created(now);
        Ok(GlobalSecondaryIndexDescription {
            index_name: index.name.clone(),
            key_schema: index.key_schema(),
            projection: told(&index.projection),
            index_status: if is_created { IndexStatus::Active } else { IndexStatus::Creating },
            // Only of an index that is added to a table.
            backfilling: (!is_created && table.is_created(now)).then_some(true),
            provisioned_throughput: Some(throughput(index.throughput, index.capacity_changes, now)),
            index_size_bytes,
            item_count,
            index_arn: Some(index.arn(table)),
            on_demand_throughput: index.on_demand_throughput,
            warm_throughput: index.warm_throughput.map(|warm| {
                GlobalSecondaryIndexWarmThroughputDescription {
                    read_units_per_second: warm.read_units_per_second,
                    write_units_per_second: warm.write_units_per_second,
                    status: Some(IndexStatus::Active),
                }
            }),
        })
    }
}

/// Definitions are told in the order of their names.
fn sorted(definitions: &[AttributeDefinition]) -> Vec<AttributeDefinition> {
    let mut definitions = definitions.to_vec();
    definitions.sort_by(|one, other| one.attribute_name.cmp(&other.attribute_name));
    definitions
}

/// A projection, whose attributes are told in the order of their names.
fn told(projection: &Projection) -> Projection {
    let mut projection = projection.clone();
    projection.non_key_attributes.sort();
    projection
}

fn throughput(
    declared: Option<ProvisionedThroughput>,
    changes: CapacityChanges,
    now: Moment,
) -> ProvisionedThroughputDescription {
    ProvisionedThroughputDescription {
        last_increase_date_time: changes.raised.map(seconds),
        last_decrease_date_time: changes.lowered.map(seconds),
        number_of_decreases_today: Some(changes.lowered_on_the_day_of(now)),
        ..declared.map(Into::into).unwrap_or_default()
    }
}

pub(crate) fn seconds(moment: Moment) -> f64 {
    moment.since(Moment::EPOCH).as_secs_f64()
}
