//! The tables that were created, by their names.
//!
//! A definition is read once and kept by each connection, until tables are changed. That another connection has written
//! is what SQLite tells for little; whether it was tables that it changed is told by a number in the database.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::items::to_unsigned;
use super::{Table, Transaction};
use crate::failure::{Failure, internal};

/// What was read, and need not be read again: definitions, and when the first item expires.
#[derive(Debug, Default)]
pub(super) struct Known {
    definitions: RefCell<Definitions>,
    /// In seconds since the Unix epoch, [`NEVER`] where no item does; unknown where it may have changed.
    pub(super) first_expiry: Cell<Option<i64>>,
    /// Whether the transaction under way has changed that.
    pub(super) expiry_changing: Cell<bool>,
}

/// Later than any item expires.
pub(super) const NEVER: i64 = i64::MAX;

#[derive(Debug, Default)]
struct Definitions {
    tables: BTreeMap<String, Arc<Table>>,
    /// SQLite's number, which differs after each commit of another connection.
    data_version: i64,
    /// The number that goes up with each change of tables.
    definitions: i64,
    /// Whether the transaction under way has changed tables.
    changing: bool,
}

impl Known {
    /// Forgets all where another connection has changed tables; to be called within a transaction.
    pub(super) fn begin(&self, connection: &Connection) -> rusqlite::Result<()> {
        let data_version =
            connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get::<_, i64>(0))?;
        let mut known = self.definitions.borrow_mut();
        if known.data_version == data_version {
            return Ok(());
        }
        let (definitions, first_expiry) = connection
            .prepare_cached("SELECT definitions, first_expiry FROM counters")?
            .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
        self.first_expiry.set(Some(first_expiry.unwrap_or(NEVER)));
        if known.definitions != definitions {
            known.tables.clear();
        }
        (known.data_version, known.definitions) = (data_version, definitions);
        Ok(())
    }

    /// Forgets what the transaction that has ended, in whatever way, has changed.
    pub(super) fn end(&self) {
        let mut known = self.definitions.borrow_mut();
        if known.changing {
            known.tables.clear();
            known.changing = false;
        }
        if self.expiry_changing.take() {
            self.first_expiry.set(None);
        }
    }
}

impl Transaction<'_> {
    /// The table of that name.
    pub(crate) fn table(&self, name: &str) -> Result<Option<Arc<Table>>, Failure> {
        if let Some(table) = self.known.definitions.borrow().tables.get(name).filter(|_| !self.is_changing())
        {
            return Ok(Some(Arc::clone(table)));
        }
        let found = self
            .reading("SELECT id, definition FROM tables WHERE name = ?1")?
            .query_row([name], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        let Some((id, definition)) = found else { return Ok(None) };
        let table: Table = serde_json::from_str(&definition)
            .map_err(|error| internal(format!("the definition of table {name} cannot be read: {error}")))?;
        let table = Arc::new(Table { id, name: name.to_owned(), ..table });
        if !self.is_changing() {
            self.known.definitions.borrow_mut().tables.insert(name.to_owned(), Arc::clone(&table));
        }
        Ok(Some(table))
    }

    /// A number for a table or index, which was never given before.
    pub(crate) fn new_store(&self) -> rusqlite::Result<i64> {
        self.writing("UPDATE counters SET last_store = last_store + 1 RETURNING last_store")?
            .query_row([], |row| row.get(0))
    }

    /// The table of that number.
    pub(crate) fn numbered_table(&self, id: i64) -> Result<Option<Arc<Table>>, Failure> {
        let name = self
            .reading("SELECT name FROM tables WHERE id = ?1")?
            .query_row([id], |row| row.get::<_, String>(0))
            .optional()?;
        name.map_or(Ok(None), |name| self.table(&name))
    }

    /// Enters a table, or its new definition where it has been entered.
    pub(crate) fn write_table(&self, table: &Table) -> Result<(), Failure> {
        self.note_change()?;
        let definition = serde_json::to_string(table)
            .map_err(|error| internal(format!("the table's definition cannot be written: {error}")))?;
        self.writing(
            "INSERT INTO tables (id, name, definition) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET definition = excluded.definition",
        )?
        .execute(params![table.id, table.name, definition])?;
        Ok(())
    }

    /// Deletes a table with its indexes and all their items.
    pub(crate) fn delete_table(&self, table: &Table) -> rusqlite::Result<()> {
        self.note_change()?;
        for index in &table.indexes {
            self.delete_store(index.id)?;
        }
        self.delete_store(table.id)?;
        if table.has_local_indexes() {
            self.delete_collections(table.id)?;
        }
        if table.settings.time_to_live.is_some() {
            self.delete_expirations(table.id)?;
        }
        self.writing("DELETE FROM tables WHERE id = ?1")?.execute([table.id])?;
        Ok(())
    }

    /// Deletes all items of a table or index.
    pub(crate) fn delete_store(&self, store: i64) -> rusqlite::Result<()> {
        self.writing("DELETE FROM items WHERE store_id = ?1")?.execute([store])?;
        Ok(())
    }

    /// Up to `most` names of tables in their order, those after `start`.
    pub(crate) fn table_names(&self, start: &str, most: u32) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.reading("SELECT name FROM tables WHERE name > ?1 ORDER BY name LIMIT ?2")?;
        let names = statement.query_map(params![start, most], |row| row.get(0))?;
        names.collect()
    }

    /// The number of items of a table or index, and their bytes. They are counted each time.
    pub(crate) fn count(&self, store: i64) -> rusqlite::Result<(u64, u64)> {
        self.reading("SELECT count(*), coalesce(sum(size), 0) FROM items WHERE store_id = ?1")?
            .query_row([store], |row| Ok((to_unsigned(row.get(0)?), to_unsigned(row.get(1)?))))
    }

    fn note_change(&self) -> rusqlite::Result<()> {
        self.known.definitions.borrow_mut().changing = true;
        self.writing("UPDATE counters SET definitions = definitions + 1")?.execute([])?;
        Ok(())
    }

    fn is_changing(&self) -> bool {
        self.known.definitions.borrow().changing
    }
}

/// SQLite's integers are signed; what does not fit is beyond any size or time in use.
pub(super) fn to_signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
