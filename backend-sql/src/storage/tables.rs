//! The tables that were created.

use dynochemy_core::api::{
    AttributeDefinition, BillingMode, BillingModeSummary, KeySchemaElement, ProvisionedThroughput,
    TableDescription, TableStatus,
};
use dynochemy_core::{AttributeType, KeyAttribute, KeyShape, Moment, ScalarType};
use rusqlite::{OptionalExtension as _, params};

use super::Transaction;
use super::items::to_unsigned;

/// A table as it was created.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Never given to another table, also after this one is deleted.
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) keys: KeyShape,
    pub(crate) throughput: Option<ProvisionedThroughput>,
    pub(crate) created: Moment,
}

impl Table {
    /// The table's Amazon resource name, in a region and account that do not exist.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:dynamodb:local:000000000000:table/{}", self.name)
    }
}

impl Transaction<'_> {
    /// The table of that name.
    pub(crate) fn table(&self, name: &str) -> rusqlite::Result<Option<Table>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, hash_name, hash_kind, range_name, range_kind, read_capacity, write_capacity, created
             FROM tables WHERE name = ?1",
        )?;
        let found = statement.query_row([name], |row| {
            let attribute = |name: usize, kind: usize| -> rusqlite::Result<Option<KeyAttribute>> {
                let (Some(name), Some(kind)) =
                    (row.get::<_, Option<String>>(name)?, row.get::<_, Option<String>>(kind)?)
                else {
                    return Ok(None);
                };
                Ok(scalar(&kind).map(|kind| KeyAttribute { name: name.into(), kind }))
            };
            let hash = attribute(1, 2)?.ok_or(rusqlite::Error::InvalidQuery)?;
            let capacity = row.get::<_, Option<i64>>(5)?.zip(row.get::<_, Option<i64>>(6)?);
            Ok(Table {
                id: row.get(0)?,
                name: name.to_owned(),
                keys: KeyShape { hash, range: attribute(3, 4)? },
                throughput: capacity.map(|(read, write)| ProvisionedThroughput {
                    read_capacity_units: to_unsigned(read),
                    write_capacity_units: to_unsigned(write),
                }),
                created: Moment::from_nanos(to_unsigned(row.get(7)?)),
            })
        });
        found.optional()
    }

    /// Enters a table, and tells its number.
    pub(crate) fn insert_table(
        &self,
        name: &str,
        keys: &KeyShape,
        throughput: Option<ProvisionedThroughput>,
        now: Moment,
    ) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached(
                "INSERT INTO tables
                 (name, hash_name, hash_kind, range_name, range_kind, read_capacity, write_capacity, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                name,
                keys.hash.name,
                keys.hash.kind.to_string(),
                keys.range.as_ref().map(|range| &range.name),
                keys.range.as_ref().map(|range| range.kind.to_string()),
                throughput.map(|throughput| to_signed(throughput.read_capacity_units)),
                throughput.map(|throughput| to_signed(throughput.write_capacity_units)),
                to_signed(now.as_nanos()),
            ])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Deletes a table and all its items.
    pub(crate) fn delete_table(&self, table: &Table) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM items WHERE table_id = ?1")?.execute([table.id])?;
        self.connection.prepare_cached("DELETE FROM tables WHERE id = ?1")?.execute([table.id])?;
        Ok(())
    }

    /// The table as DescribeTable tells of it. Items are counted each time.
    pub(crate) fn describe(&self, table: &Table, status: TableStatus) -> rusqlite::Result<TableDescription> {
        let (item_count, table_size_bytes) = self
            .connection
            .prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM items WHERE table_id = ?1")?
            .query_row([table.id], |row| Ok((to_unsigned(row.get(0)?), to_unsigned(row.get(1)?))))?;
        let created = table.created.since(Moment::EPOCH).as_secs_f64();
        Ok(TableDescription {
            table_name: table.name.clone(),
            table_status: status,
            attribute_definitions: AttributeDefinition::of(&table.keys),
            key_schema: KeySchemaElement::of(&table.keys),
            provisioned_throughput: Some(table.throughput.map(Into::into).unwrap_or_default()),
            creation_date_time: Some(created),
            item_count,
            table_size_bytes,
            table_arn: Some(table.arn()),
            table_id: Some(format!("00000000-0000-4000-8000-{:012x}", table.id)),
            billing_mode_summary: table.throughput.is_none().then_some(BillingModeSummary {
                billing_mode: Some(BillingMode::PayPerRequest),
                last_update_to_pay_per_request_date_time: Some(created),
            }),
            ..TableDescription::default()
        })
    }
}

fn scalar(name: &str) -> Option<ScalarType> {
    [ScalarType::S, ScalarType::N, ScalarType::B]
        .into_iter()
        .find(|kind| AttributeType::from(*kind).name() == name)
}

/// SQLite's integers are signed; what does not fit is beyond any capacity or time in use.
pub(super) fn to_signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
